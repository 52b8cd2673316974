"""The same figures for parts of the data: some documents, some codes, some bands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from inference.evaluation import classes, intervals
from inference.evaluation.intervals import Counts, Figure
from inference.evaluation.ranks import hits
from inference.evaluation.rows import Document, Judged, Key, Level
from inference.evaluation.scores import Scores, micro
from inference.schema import Band

UNNAMED = "not stated"
OFF_LIST = "off-list"
FIRST = 10


@dataclass(frozen=True, slots=True)
class Part:
    """Exact and category scores of a part; `documents` are those that it draws on."""

    name: str
    documents: int
    exact: Scores
    category: Scores | None


@dataclass(frozen=True, slots=True)
class Found:
    """How many gold codes of a kind were found: shown, shown by category, among the first ten of the list."""

    name: str
    codes: int
    shown: Figure
    category: Figure
    among_first: Figure


@dataclass(frozen=True, slots=True)
class InBand:
    """How right the suggestions of one band are, and the share of all gold codes that they bring."""

    band: str
    suggestions: int
    precision: Figure
    category_precision: Figure
    recall: Figure


def by_document(judged: Judged, label: Callable[[str], str], seed: int) -> list[Part]:
    """One part for each label of a document, largest first. Intervals are drawn within the part."""
    places: dict[str, list[int]] = {}
    for place, key in enumerate(judged.ids):
        places.setdefault(label(key) or UNNAMED, []).append(place)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_part(name, judged.part(chosen), intervals.draws(len(chosen), seed=seed)) for name, chosen in ordered]


def by_specialty(judged: Judged, documents: Mapping[str, Document], seed: int) -> list[Part]:
    """By the medical specialty that the notes file names."""
    return by_document(judged, lambda key: documents[key].specialty, seed)


def by_setting(judged: Judged, documents: Mapping[str, Document], seed: int) -> list[Part]:
    """Inpatient and outpatient."""
    return by_document(judged, lambda key: documents[key].chart.setting.value, seed)


def by_class(judged: Judged, drawn: Counts) -> list[Part]:
    """Advanced Illness and Frailty: only codes of the class on both sides."""
    return [_of_codes(name, judged, drawn, partial(classes.belongs, name=name)) for name in classes.PREFIXES]


def by_decile(judged: Judged, drawn: Counts) -> list[Part]:
    """By how often a code occurs in the gold, most frequent first; last, what occurs never.

    By exact code only: a near miss of a frequent code may itself be rare, or off the list.
    """
    deciles = frequency_deciles(judged.wanted)
    members: dict[str, set[Key]] = {}
    for key, name in deciles.items():
        members.setdefault(name, set()).add(key)
    parts = [_of_codes(name, judged, drawn, keys.__contains__) for name, keys in members.items()]
    strange = _of_codes(OFF_LIST, judged, drawn, lambda key: key not in deciles)
    return [replace(part, category=None) for part in (*parts, strange)]


def frequency_deciles(wanted: Sequence[frozenset[Key]]) -> dict[Key, str]:
    """Gold code → "decile (occurrences)", 1 the most frequent tenth of codes.

    Codes that occur equally often stay together, in the decile of their middle rank: which tenth of
    them came first would be chance. So fewer than ten groups are usual where many codes occur once.
    """
    frequency = Counter(key for keys in wanted for key in keys)
    ordered = sorted(frequency, key=lambda key: (-frequency[key], key))
    ranks: dict[int, list[int]] = {}
    for rank, key in enumerate(ordered):
        ranks.setdefault(frequency[key], []).append(rank)
    decile = {times: int((places[0] + places[-1]) / 2 / len(ordered) * 10) + 1 for times, places in ranks.items()}
    spread: dict[int, list[int]] = {}
    for times, number in decile.items():
        spread.setdefault(number, []).append(times)
    names = {number: f"{number} ({_times(times)})" for number, times in spread.items()}
    return {key: names[decile[frequency[key]]] for key in ordered}


def _times(times: list[int]) -> str:
    return f"{min(times)}×" if len(times) == 1 else f"{min(times)}–{max(times)}×"


def by_rank_of_diagnosis(judged: Judged, drawn: Counts) -> list[Found]:
    """Principal or first-listed, and secondary codes, over the documents whose gold names a principal."""
    named = [i for i, gold in enumerate(judged.gold) if gold.principal]
    part, columns = judged.part(named), drawn[:, named]
    principal = [frozenset({gold.principal} if gold.principal else ()) for gold in part.gold]
    secondary = [gold.codes - first for gold, first in zip(part.gold, principal, strict=True)]
    kinds = (("principal or first-listed", principal), ("secondary", secondary))
    return [found(name, part, wanted, columns) for name, wanted in kinds] if named else []


def found(name: str, judged: Judged, wanted: Sequence[frozenset[Key]], drawn: Counts) -> Found:
    """The share of these gold codes that was found."""
    whole = np.array([len(keys) for keys in wanted], float)
    shown = [len(keys & given) for keys, given in zip(wanted, judged.shown, strict=True)]
    pairs = zip(wanted, judged.shown, strict=True)
    near = [sum(Level.CATEGORY.of(key) in Level.CATEGORY.each(given) for key in keys) for keys, given in pairs]
    first = [sum(hits(items[:FIRST], keys, Level.EXACT)) for keys, items in zip(wanted, judged.ranked, strict=True)]
    figures = (intervals.share(np.array(each, float), whole, drawn) for each in (shown, near, first))
    return Found(name, int(whole.sum()), *figures)


def by_band(judged: Judged, drawn: Counts) -> list[InBand]:
    """Each band for itself."""
    whole = np.array([len(keys) for keys in judged.wanted], float)
    rows = []
    for band in Band:
        sets = [frozenset(item.key for item in items if item.band is band) for items in judged.ranked]
        exact = micro(judged.wanted, sets, Level.EXACT, drawn)
        right = np.array([len(a & b) for a, b in zip(judged.wanted, sets, strict=True)], float)
        category = micro(judged.wanted, sets, Level.CATEGORY, drawn).precision
        rows.append(
            InBand(band.value, exact.proposed, exact.precision, category, intervals.share(right, whole, drawn))
        )
    return rows


def _of_codes(name: str, judged: Judged, drawn: Counts, chosen: Callable[[Key], bool]) -> Part:
    gold = [frozenset(filter(chosen, keys)) for keys in judged.wanted]
    shown = [frozenset(filter(chosen, keys)) for keys in judged.shown]
    documents = sum(bool(a or b) for a, b in zip(gold, shown, strict=True))
    return Part(name, documents, *(micro(gold, shown, level, drawn) for level in Level))


def _part(name: str, judged: Judged, drawn: Counts) -> Part:
    return Part(name, len(judged.ids), *(micro(judged.wanted, judged.shown, level, drawn) for level in Level))
