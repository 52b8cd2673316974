"""How vLLM spells questions and answers; no other module knows. Written for vLLM 0.11 and later.

Answers are read strictly: a model server is not trusted, and what it says must not hurt what stands behind.
Sources: in vLLM's `entrypoints`, `openai/chat_completion/protocol.py`, `openai/models/serving.py`,
`serve/tokenize/protocol.py`.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from inference.llm.errors import BadAnswerError, RequestRefusedError, UnknownModelError
from inference.llm.wire import Lane, Message, Request, Sample, ServedModel, Token, Usage

# --- Questions ----------------------------------------------------------------------------------


def question(request: Request, model: str, priority: Lane | None) -> bytes:
    """The body for /v1/chat/completions. Log-probabilities of the generated tokens are always asked for.

    `priority` is None unless the server schedules by priority: it refuses the field otherwise. Lower goes first.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": _messages(request.messages),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "logprobs": True,
        "top_logprobs": request.top_logprobs,
    }
    if request.samples != 1:
        body["n"] = request.samples
    if request.seed is not None:
        body["seed"] = request.seed
    if request.schema is not None:
        schema = {"name": "answer", "schema": request.schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.choices:
        body["structured_outputs"] = {"choice": list(request.choices)}
    if request.cache_salt:
        body["cache_salt"] = request.cache_salt
    if priority is not None:
        body["priority"] = 0 if priority is Lane.PERSON else 1
    return encode(body)


def counting(messages: tuple[Message, ...], model: str) -> bytes:
    """The body for /tokenize, with the chat template's own tokens counted in, as the server will see the prompt."""
    return encode({"model": model, "messages": _messages(messages), "add_generation_prompt": True})


def _messages(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def encode(body: dict[str, Any]) -> bytes:
    """JSON in UTF-8; a lone surrogate, which no UTF-8 can hold, becomes "?"."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


# --- Answers ------------------------------------------------------------------------------------

LOWEST = -1e6  # vLLM writes minus infinity as -9999


class NotJsonError(BadAnswerError):
    """Not even a JSON object: this is not a model server that speaks, but something broken or something before it."""


def parse(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # also bad UTF-8, NaN, and numbers beyond Python's digit limit
        raise NotJsonError("The model server's answer is not JSON.") from error
    if type(value) is not dict:
        raise NotJsonError("The model server's answer is no JSON object.")
    return value


def samples(answer: dict[str, Any], asked: int) -> tuple[Sample, ...]:
    """Every choice, in its order. Raises `BadAnswerError`."""
    choices = _list(answer.get("choices"))
    if not 1 <= len(choices) <= asked:
        _refuse("the number of choices")
    return tuple(_sample(_dict(choice)) for choice in choices)


def usage(answer: dict[str, Any]) -> Usage:
    """`cached` is 0 unless the server runs with --enable-prompt-tokens-details."""
    counts = _dict(answer.get("usage") or {})
    details = _dict(counts.get("prompt_tokens_details") or {})
    return Usage(
        _count(counts.get("prompt_tokens")),
        _count(details.get("cached_tokens")),
        _count(counts.get("completion_tokens")),
    )


def token_count(answer: dict[str, Any]) -> int:
    count = answer.get("count")
    return _refuse("the token count") if count is None else _count(count)


def served_models(answer: dict[str, Any]) -> dict[str, tuple[ServedModel, str]]:
    """From /v1/models: by name, each with the path it was loaded from."""
    found = {}
    for card in _list(answer.get("data")):
        name, parent = _text(_dict(card).get("id")), card.get("parent")
        model = ServedModel(name, _text(parent) if parent else "", _count(card.get("max_model_len")))
        found[name] = (model, str(card.get("root") or ""))
    return found


def _sample(choice: dict[str, Any]) -> Sample:
    finish = choice.get("finish_reason")
    if finish in {"abort", "error"}:
        _refuse("an aborted completion")
    content = _dict(choice.get("message")).get("content")
    if content is None and finish == "length":
        content = ""  # cut before the first word
    logprobs = _dict(choice.get("logprobs") or {})
    tokens = tuple([_token(entry) for entry in _list(logprobs.get("content") or [])])
    return Sample(_text(content), tokens, complete=finish == "stop")


def _token(entry: Any) -> Token:
    raw, logprob = _entry(entry)
    others = entry.get("top_logprobs")
    return Token(raw, logprob, tuple([_entry(other) for other in _list(others)]) if others else ())


def _entry(entry: Any) -> tuple[bytes, float]:
    """A token's bytes and log-probability. There are thousands in an answer, so the usual spelling goes first."""
    try:
        raw, logprob = entry["bytes"], entry["logprob"]
        if type(raw) is list and type(logprob) is float and LOWEST <= logprob <= 0.0:
            return bytes(raw), logprob
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    return _unusual_entry(_dict(entry))


def _unusual_entry(entry: dict[str, Any]) -> tuple[bytes, float]:
    """`token` is only taken where `bytes` is missing: half of a character is not text. Rounding may exceed zero."""
    raw, logprob = entry.get("bytes"), entry.get("logprob")
    if (type(logprob) is not float and type(logprob) is not int) or not LOWEST <= logprob <= 0.01:
        _refuse("a log-probability")
    if raw is None:
        return _text(entry.get("token")).encode(), min(float(logprob), 0.0)
    try:
        return bytes(_list(raw)), min(float(logprob), 0.0)
    except (ValueError, TypeError, OverflowError):
        _refuse("a token's bytes")


def _dict(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else _refuse("the shape of the answer")


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else _refuse("the shape of the answer")


def _text(value: Any) -> str:
    if type(value) is not str:
        _refuse("a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        _refuse("a text with half of a surrogate pair")
    return str(value)


def _count(value: Any) -> int:
    if value is None:
        return 0
    return value if type(value) is int and 0 <= value < 2**40 else _refuse("a count")


def _refuse(what: str) -> NoReturn:
    raise BadAnswerError(f"The model server's answer cannot be read: {what}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


# --- Refusals -----------------------------------------------------------------------------------

_UNKNOWN = re.compile(r"model `[^`]*` does not exist|LoRA adapter \S+ does not exist")
_TOO_LONG = re.compile(r"(?:maximum (?:context|model) length (?:is|of) |max_model_len=)(\d{1,9})")


def refusal(status: int, raw: bytes, model: str) -> RequestRefusedError | None:
    """What a 4xx means, in our words: validation errors quote the prompt. None where no model server spoke."""
    try:
        error = parse(raw).get("error")
    except BadAnswerError:
        return None
    message = error.get("message") if type(error) is dict else None
    if type(message) is not str:
        return None
    if status == 404 and _UNKNOWN.search(message):
        return UnknownModelError(status, f"The model server does not serve {model or 'this model'}.")
    if too_long := _TOO_LONG.search(message):
        return RequestRefusedError(status, f"Longer than the model's context of {too_long[1]} tokens.")
    return RequestRefusedError(status, f"The model server refused the request with status {status}.")


def spoken(raw: bytes) -> str:
    """The server's own words, for answers about adapters, which hold no chart: one line, at most 300 characters."""
    try:
        error = parse(raw).get("error")
    except BadAnswerError:
        return ""
    message = error.get("message") if type(error) is dict else None
    return " ".join(str(message or "").split())[:300]
