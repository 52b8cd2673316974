"""Whole files of charts: bad items are refused one by one, good ones are stored many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from review.actions import receiving
from review.actions.errors import ActionError, InvalidInputError
from review.actions.receiving import Received
from review.intake.files import Item
from review.models import User

BATCH = 100


@dataclass(frozen=True, slots=True)
class Brought:
    """An item of a file and what became of it: `received`, or the `error` for which it was refused."""

    item: Item
    received: tuple[Received, ...] = ()
    error: ActionError | None = None


def bring_in(items: Iterable[Item], *, by: User) -> Iterator[Brought]:
    """Store the items in batches, answering in their order. Each item is stored whole or not at all."""
    for batch in _batches(items):
        yield from _bring_in_batch(batch, by)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Up to `BATCH` charts, none of them twice: the second has to find the first one stored."""
    batch: list[Item] = []
    keys: set[tuple[str, str]] = set()
    for item in items:
        own = {chart.key for chart in item.charts}
        if batch and (len(keys) + len(own) > BATCH or own & keys):
            yield batch
            batch, keys = [], set()
        batch.append(item)
        keys |= own
        if item.error:  # whoever stops at the first refusal has stored nothing that came after it
            yield batch
            batch, keys = [], set()
    if batch:
        yield batch


def _bring_in_batch(batch: list[Item], by: User) -> Iterator[Brought]:
    charts = [chart for item in batch for chart in item.charts]
    try:
        received = iter(receiving.receive_all(charts, by=by))
    except ActionError:
        for item in batch:
            yield _bring_in_one(item, by)
        return
    for item in batch:
        own = [next(received) for _ in item.charts]
        yield Brought(item, tuple(each for each in own if each), item.error)


def _bring_in_one(item: Item, by: User) -> Brought:
    try:
        received = receiving.receive_all(item.charts, by=by)
    except ActionError as error:
        return Brought(item, error=error)
    return Brought(item, tuple(each for each in received if each), item.error)


def describe(error: ActionError) -> tuple[str, str]:
    """Field and reason of a refusal."""
    return (error.field, error.reason) if isinstance(error, InvalidInputError) else ("", error.message)
