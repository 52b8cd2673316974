"""Which entries of one index answer a query, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from medcode.codebook.search.building import Floats
from medcode.codebook.search.matching import LONGEST_TYPED, MEANT, OTHER, Group, Matcher
from medcode.codebook.search.synonyms import synonyms
from medcode.codebook.search.words import STOP_WORDS, telling

Entries = NDArray[np.int64]

# What the parts of a score weigh. Tuned on tests/integration/codebook/search_queries.py.
WORDS, COVERAGE, PRIOR, NAMED, NAMED_HEADER, NAMED_BEGUN = 3.5, 1.6, 1.0, 4.0, 2.6, 1.3
MORE_WORDS, NAMED_PART = 0.25, 1.2


@dataclass(frozen=True, slots=True)
class Query:
    """The words of what was typed, in order, the last one perhaps unfinished.

    `respelt`: typed word → the words of the book it was read as. `left_out`: words that nothing
    matched together with the others.
    """

    words: tuple[str, ...]
    unfinished: bool
    respelt: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """Entries of one index with their scores, best first: billable ones, then categories."""

    query: Query
    groups: list[Group]
    entries: list[int]
    scores: list[float]


def rank(matcher: Matcher, query: Query, *, on: int, limit: int, forgive: bool = False) -> Ranked:
    """The best `limit` entries valid on the ordinal day `on` that match every word.

    `forgive` leaves out the words that keep the others from matching anything together.
    """
    groups = groups_of(matcher, query, all_of_them=not forgive)
    if forgive:
        groups, left_out = _without_the_worst(matcher, groups, on)
        query = replace(query, left_out=left_out)
    if not groups or not groups[-1].weight.max(initial=0):
        return Ranked(query, groups, [], [])
    named = _named(matcher, query)
    _add_meaning(matcher, query, groups, named)
    found = _together(matcher, groups, on)
    return _best(matcher, query, groups, found, _scores(matcher, groups, found) + named[found], limit)


def _scores(matcher: Matcher, groups: list[Group], found: Entries) -> Floats:
    """How well the words match, how much of the title they say, how common the code is."""
    arrays = matcher.arrays
    well = np.zeros(len(found), dtype=np.float32)
    said = np.zeros(len(found), dtype=np.float32)
    for group in groups:
        own = group.weight[found]
        well += own
        said += group.says * (own > OTHER)
    well /= 100 * len(groups)
    score = well * (WORDS + COVERAGE * np.minimum(1.0, said / arrays.weight[found]))
    # The more is said, the less it matters what is common.
    score += PRIOR * (0.35 + 0.65 / len(groups)) * arrays.prior[found]
    scores: Floats = score.astype(np.float32)
    return scores


def _best(matcher: Matcher, query: Query, groups: list[Group], found: Entries, score: Floats, limit: int) -> Ranked:
    """Billable codes first; a tenth of the places is kept for the categories, so that one can narrow."""
    billable = matcher.arrays.billable[found]
    codes, headers = _top(found[billable], score[billable], limit), _top(found[~billable], score[~billable], limit)
    kept = max(limit - len(codes), min(len(headers), limit // 10))
    both = codes[: limit - kept] + headers[:kept]
    return Ranked(query, groups, [entry for entry, _ in both], [value for _, value in both])


def _top(found: Entries, score: Floats, limit: int) -> list[tuple[int, float]]:
    if len(found) > 4 * limit:
        few = np.argpartition(-score, limit)[:limit]
        # Equals of the last one belong to the choice too, or the order would depend on the partition.
        few = np.flatnonzero(score >= score[few].min())
        found, score = found[few], score[few]
    order = np.lexsort((found, -score))[:limit]
    return [(int(found[index]), float(score[index])) for index in order]


def respelt(matchers: Sequence[Matcher], query: Query) -> Query:
    """Words that none of the books has are read as the nearest that one of them has, the first book first."""
    changed: dict[str, str] = {}
    for word in query.words:
        if word in STOP_WORDS or (word,) in synonyms() or any(matcher.has(word) for matcher in matchers):
            continue
        nearest = next(filter(None, (matcher.nearest(word) for matcher in matchers)), "")
        if nearest:
            changed[word] = nearest
    return replace(query, words=tuple(changed.get(word, word) for word in query.words), respelt=changed)


def groups_of(matcher: Matcher, query: Query, *, all_of_them: bool = True) -> list[Group]:
    """The query cut into words and abbreviations of several words, each with its weights.

    With `all_of_them` it ends at the first that matches nothing: then all together do not either.
    """
    groups: list[Group] = []
    listed, at = list(query.words), 0
    wanted = set(telling(listed))
    while at < len(listed):
        size = next((n for n in (3, 2) if tuple(listed[at : at + n]) in synonyms() and at + n <= len(listed)), 1)
        last = query.unfinished and at + size == len(listed)
        typed = tuple(listed[at : at + size])
        if size > 1:
            groups.append(matcher.of_words(typed, unfinished=last))
        elif typed[0] in wanted:
            wanted.discard(typed[0])
            groups.append(matcher.of_word(typed[0], unfinished=last or len(typed[0]) > 1))
        at += size
        if all_of_them and groups and not groups[-1].weight.max(initial=0):
            break
    return groups


def _add_meaning(matcher: Matcher, query: Query, groups: list[Group], named: Floats) -> None:
    """Words that are a clinical name also stand for its whole category: "copd exacerbation" is in J44."""
    listed = [word for word in query.words if word not in STOP_WORDS]
    for size in range(min(LONGEST_TYPED, len(listed) - 1), 0, -1):
        for at in range(len(listed) - size + 1):
            run = listed[at : at + size]
            for phrase in matcher.phrases(" ".join(run), unfinished=False):
                meant = matcher.meant_by(phrase)
                low, high = int(matcher.arrays.phrase_low[phrase]), int(matcher.arrays.phrase_high[phrase])
                if size > 1 and high > low + 1:
                    np.maximum(named[low:high], NAMED_PART, out=named[low:high])
                for group in groups:
                    if set(group.typed) <= set(run):
                        np.maximum(group.weight[meant], MEANT, out=group.weight[meant])


def _together(matcher: Matcher, groups: list[Group], on: int) -> Entries:
    """The entries valid on that day that every group matches."""
    if not groups:
        return np.zeros(0, dtype=np.int64)
    least = groups[0].weight
    for group in groups[1:]:
        least = np.minimum(least, group.weight)
    found = np.flatnonzero(least != 0)
    if matcher.is_narrowed:
        found = found[(matcher.arrays.starts[found] <= on) & (matcher.arrays.ends[found] >= on)]
    return found


def _named(matcher: Matcher, query: Query) -> Floats:
    """What the lexicon says to the whole query: most for the code of exactly this name, some for names it begins."""
    arrays = matcher.arrays
    named = np.zeros(len(arrays.codes), dtype=np.float32)
    for text in dict.fromkeys((" ".join(query.words), " ".join(telling(list(query.words))))):
        begun = matcher.phrases(text, unfinished=True)
        if query.unfinished and len(text) > 1 and begun:
            part = slice(begun.start, begun.stop)
            value = NAMED_BEGUN * (0.4 + len(text) / arrays.phrase_length[part])
            value[arrays.phrase_words[part] > 1 + text.count(" ")] *= MORE_WORDS
            np.maximum.at(named, arrays.phrase_best[part], value.astype(np.float32))
        for phrase in matcher.phrases(text, unfinished=False):
            low, high = int(arrays.phrase_low[phrase]), int(arrays.phrase_high[phrase])
            # Of a category most for its likeliest code: a first visit, not what follows from it.
            behind = arrays.prior[arrays.phrase_best[phrase]] - arrays.prior[low:high]
            own = np.clip(NAMED_HEADER - behind, 0, NAMED_HEADER) if high > low + 1 else NAMED
            np.maximum(named[low:high], own, out=named[low:high])
    return named


def _without_the_worst(matcher: Matcher, groups: list[Group], on: int) -> tuple[list[Group], tuple[str, ...]]:
    """The query without the words that match nothing, then without the one that keeps most from meeting."""
    left_out = [word for group in groups if not group.weight.max(initial=0) for word in group.typed]
    groups = [group for group in groups if group.weight.max(initial=0)]
    while len(groups) > 1 and not len(_together(matcher, groups, on)):
        met = [len(_together(matcher, groups[:at] + groups[at + 1 :], on)) for at in range(len(groups))]
        left_out += groups.pop(int(np.argmax(met))).typed
    return (groups, tuple(left_out)) if len(left_out) <= len(groups) else ([], tuple(left_out))
