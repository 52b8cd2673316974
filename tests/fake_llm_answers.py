"""What the fake model server says: tokens, log-probabilities, usage, and answers that fit a schema by themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Alternatives = Callable[[int, str], Sequence[tuple[str, float]]]
Logprob = float | Sequence[float] | Callable[[int, str], float]

_TOKEN = re.compile(r" ?\w+|\s|[^\w\s]")
_END = "<|end|>"  # listed among the tokens and counted, like any that a model generates, but no part of the text
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
_BLOCK = 16  # vLLM caches prefixes in blocks of this many tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted answer.

    `logprob`: of every token, one per token, or called with the offset (in characters) and the token. `alternatives`
    is called likewise. `raw` replaces the whole body, sent with `status`, and without its length if `chunked`.
    """

    text: str = ""
    logprob: Logprob = -0.1
    alternatives: Alternatives | None = None
    finish_reason: str = "stop"
    raw: bytes | None = None
    status: int = 200
    chunked: bool = False


Answering = Callable[[dict[str, Any]], str | Reply | list[str | Reply]]


def tokens_of(text: str) -> list[str]:
    """Words with the space before them, single spaces and signs; joined they are the text."""
    return _TOKEN.findall(text)


def default_answer(body: dict[str, Any]) -> str:
    """The first choice, the smallest value that the schema allows, or "ok"."""
    if choices := body.get("structured_outputs", {}).get("choice"):
        return str(choices[0])
    if schema := body.get("response_format", {}).get("json_schema", {}).get("schema"):
        return json.dumps(smallest(schema, schema))
    return "ok"


def smallest(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """A small value that fits the schema: first of an enum, required properties, as few items as allowed."""
    if reference := schema.get("$ref"):
        return smallest(root["$defs"][reference.rsplit("/", 1)[-1]], root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return smallest(options[0], root)
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: smallest(properties[name], root) for name in schema.get("required", properties)}
    if kind == "array":
        return [smallest(schema.get("items", {}), root)] * schema.get("minItems", 0)
    plain = {"string": "", "integer": schema.get("minimum", 0), "number": schema.get("minimum", 0.0), "boolean": False}
    return plain.get(kind)


def prompt_of(messages: list[dict[str, Any]]) -> list[str]:
    """The tokens of a prompt, those of its chat template included."""
    return [token for message in messages for token in ["<|", *tokens_of(message["content"])]]


def refusal(body: dict[str, Any], context: int) -> str:
    """Why vLLM refuses the question, or "". A `max_tokens` beyond what the prompt leaves free is merely cut."""
    if len(prompt_of(body["messages"])) >= context:
        return (
            f"This model's maximum context length is {context} tokens. However, your prompt contains at least "
            f"{context + 1} input tokens, which exceeds this limit even without any output tokens."
        )
    if (most := body.get("max_tokens") or 1) > context:
        return f"max_tokens={most} cannot be greater than max_model_len={context}."
    if (alternatives := body.get("top_logprobs") or 0) > 20:
        return f"Requested sample logprobs of {alternatives}, which is greater than max allowed: 20"
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    if (kind := schema.get("type", "object")) not in _TYPES:
        return f'Failed to transform json schema into a grammar: Unsupported type "{kind}"'
    return ""


def chat_completion(body: dict[str, Any], replies: list[Reply], cached: set[int], context: int) -> dict[str, Any]:
    """vLLM's answer to `body`. `cached` holds the prefixes seen before and grows."""
    prompt = prompt_of(body["messages"])
    limit = min(body.get("max_tokens") or context, context - len(prompt))
    written = [tokens_of(reply.text) + [_END] * (reply.finish_reason == "stop") for reply in replies]
    completion = sum(min(len(tokens), limit) for tokens in written)
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [
            _choice(body, index, reply, tokens, limit)
            for index, (reply, tokens) in enumerate(zip(replies, written, strict=True))
        ],
        "usage": {
            "prompt_tokens": len(prompt),
            "total_tokens": len(prompt) + completion,
            "completion_tokens": completion,
            "prompt_tokens_details": {"cached_tokens": _cached(body, prompt, cached)},
        },
    }


def _choice(body: dict[str, Any], index: int, reply: Reply, tokens: list[str], limit: int) -> dict[str, Any]:
    kept = tokens[:limit]
    return {
        "index": index,
        "message": {"role": "assistant", "content": "".join(token for token in kept if token is not _END)},
        "logprobs": {"content": _logprobs(reply, kept, body)} if body.get("logprobs") else None,
        "finish_reason": "length" if len(tokens) > limit else reply.finish_reason,
        "stop_reason": None,
    }


def _logprobs(reply: Reply, tokens: list[str], body: dict[str, Any]) -> list[dict[str, Any]]:
    content, offset, top = [], 0, body.get("top_logprobs") or 0
    for place, token in enumerate(tokens):
        entry = _entry(token, _logprob(reply.logprob, place, offset, token))
        others = reply.alternatives(offset, token) if reply.alternatives and token is not _END else ()
        ranked = sorted([(token, entry["logprob"]), *others], key=lambda pair: -pair[1])
        content.append({**entry, "top_logprobs": [_entry(*pair) for pair in ranked[:top]]})
        offset += len(token)
    return content


def _logprob(scripted: Logprob, place: int, offset: int, token: str) -> float:
    if token is _END:
        return 0.0
    if callable(scripted):
        return scripted(offset, token)
    if isinstance(scripted, Sequence):
        return float(scripted[place])
    return scripted


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def _cached(body: dict[str, Any], prompt: list[str], cached: set[int]) -> int:
    """Tokens of the longest known prefix, in whole blocks, of the same adapter and salt."""
    prefix = hash((body.get("model"), body.get("cache_salt")))
    known = 0
    for end in range(_BLOCK, len(prompt) + 1, _BLOCK):
        prefix = hash((prefix, *prompt[end - _BLOCK : end]))
        if prefix in cached and known == end - _BLOCK:
            known = end
        cached.add(prefix)
    return known
