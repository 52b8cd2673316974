"""Lets an engine read the documents of an evaluation: one by one, or many at a time where a server answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from inference.coder import Coder
from inference.evaluation.protocol import Split
from inference.evaluation.rows import Document, Key, Predicted
from inference.llm import session
from inference.llm.errors import BadAnswerError, RequestRefusedError
from inference.llm_engine import LlmEngine
from inference.schema import Evidence, Outcome

SAMPLE_SEED = 20260301
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """Predictions by document; `failed` counts documents whose question the server refused: they count as empty."""

    predicted: dict[str, list[Predicted]]
    failed: int = 0


def run(coder: Coder, split: Split, progress: Progress) -> Ran:
    """Every document of the split. Raises `ServerAwayError` for an engine whose server is away."""
    documents = {key: split.documents[key] for key in split.gold}
    if isinstance(coder, LlmEngine):
        return session.run(_concurrently(coder, documents, progress))
    predicted = {}
    for key, document in documents.items():
        predicted[key] = predictions(coder.propose(document.chart))
        progress(len(predicted))
    return Ran(predicted)


async def _concurrently(coder: LlmEngine, documents: Mapping[str, Document], progress: Progress) -> Ran:
    gate, done, failed = asyncio.Semaphore(coder.asker.config.in_flight), 0, 0

    async def one(document: Document) -> list[Predicted]:
        nonlocal done, failed
        async with gate:
            try:
                return predictions(await coder.apropose(document.chart))
            except (BadAnswerError, RequestRefusedError):
                failed += 1
                return []
            finally:
                done += 1
                progress(done)

    tasks = [asyncio.create_task(one(document)) for document in documents.values()]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return Ran(dict(zip(documents, found, strict=True)), failed)


def predictions(outcome: Outcome) -> list[Predicted]:
    """What an engine proposed, as the protocol reads it."""

    def quoted(spans: Iterable[Evidence]) -> tuple[tuple[int, int, str], ...]:
        return tuple((span.begin, span.end, span.text) for span in spans)

    return [
        Predicted(
            Key(item.code_system, item.code), item.confidence, item.band, item.description, quoted(item.evidence)
        )
        for item in outcome.proposals
    ]


def sampled(split: Split, most: int | None) -> Split:
    """The split with at most so many documents, always the same ones of the same gold."""
    if most is None or most >= len(split.gold):
        return split
    chosen = set(random.Random(SAMPLE_SEED).sample(sorted(split.gold), most))
    gold = {key: row for key, row in split.gold.items() if key in chosen}
    second = {key: row for key, row in split.second.items() if key in chosen} if split.second else split.second
    return replace(split, gold=gold, second=second)
