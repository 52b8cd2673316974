"""How fast a model server reads and writes: python -m tests.bench.llm_speed http://127.0.0.1:8100 0.5b [STREAMS…]

Prefill from a prompt without a cached prefix and an answer of one token; decode from a short prompt and a long answer,
for each number of streams. For sizing: docs/serving.md has the formula.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid

from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm.wire import Answer, Message, Request

WORDS = "The patient presents with acute on chronic systolic heart failure and pneumonia was ruled out. "
READ, WRITE = 60, 64  # sentences of the prompt, tokens of the answer
# A schema that forces a long answer, so that every model writes as many tokens as it may.
LONG = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 400}


def question(model: str, sentences: int, tokens: int) -> Request:
    text = f"{uuid.uuid4()} {WORDS * sentences}"
    return Request(messages=(Message("user", text),), model=model, max_tokens=tokens, schema=LONG)


async def together(client: Client, requests: list[Request]) -> tuple[list[Answer], float]:
    started = time.perf_counter()
    answers = await asyncio.gather(*map(client.ask, requests))
    return answers, time.perf_counter() - started


async def measure(url: str, model: str, streams: list[int]) -> None:
    client = Client(Config(urls=(url,), in_flight=max(streams), reserved=0, timeout=900.0, patience=900.0))
    try:
        await together(client, [question(model, 1, 4)])  # compiles
        answers, seconds = await together(client, [question(model, READ, 1) for _ in range(2)])
        read = sum(answer.usage.prompt - answer.usage.cached for answer in answers)
        print(f"prefill  {read / seconds:8.1f} tokens/s  ({read} tokens)", flush=True)
        for count in streams:
            answers, seconds = await together(client, [question(model, 1, WRITE) for _ in range(count)])
            written = sum(answer.usage.completion for answer in answers)
            print(f"decode   {written / seconds:8.1f} tokens/s  ({count} at a time, {written} tokens)", flush=True)
    finally:
        await client.close()


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1], sys.argv[2], [int(count) for count in sys.argv[3:]] or [1, 4]))
