"""How sure a model was of a code: the probability of the tokens that spell it.

The product, not the geometric mean: it is the probability that the model, having copied its quotes, writes this code
and no other. A mean over tokens would make long codes look surer than short ones, since the last characters of a code
follow almost by themselves, and under guided decoding tokens that are forced have probability 1 and change nothing. A
token that spells part of the code and part of what stands beside it (`"E11`) counts in full.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from inference.llm.wire import Sample

UNKNOWN = 0.5  # what is assumed where a server gives no log-probabilities: neither sure nor unsure
CODE = re.compile(r'"code"\s*:\s*("(?:[^"\\]|\\.)*")')
SMALLEST = -30.0  # log-probability; e^-30 is as good as never


class Spelled:
    """One sample with its tokens laid over its text."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample

    @cached_property
    def _ends(self) -> list[int]:
        """Where each token ends, in bytes of the text; empty where the tokens do not spell the text."""
        tokens = self.sample.tokens
        raw, text = b"".join(token.raw for token in tokens), self.sample.text.encode("utf-8", "surrogatepass")
        # Special tokens, or a reasoning part that the server cut off, may stand around the text.
        shift = raw.find(text) if tokens and text else -1
        return [end - shift for end in accumulate(len(token.raw) for token in tokens)] if shift >= 0 else []

    @cached_property
    def _bytes_before(self) -> list[int]:
        """Bytes before each character; empty where every character is one byte."""
        if self.sample.text.isascii():
            return []
        widths = (len(character.encode("utf-8", "surrogatepass")) for character in self.sample.text)
        return [0, *accumulate(widths)]

    def probability(self, code: str, begin: int, end: int) -> float | None:
        """The probability of the value of "code" in the object at characters `[begin, end)`; None if unknown."""
        place = next(
            (match.span(1) for match in _reversed(CODE, self.sample.text, begin, end) if _says(match, code)), None
        )
        return self.of(place[0] + 1, place[1] - 1) if place else None

    def of(self, begin: int, end: int) -> float | None:
        """The probability of the characters `[begin, end)` of the text."""
        if not self._ends or begin >= end:
            return None
        before = self._bytes_before
        first, last = (before[begin], before[end]) if before else (begin, end)
        return product(self._within(first, last))

    def _within(self, first: int, last: int) -> list[float]:
        """The log-probabilities of the tokens that overlap these bytes."""
        found, opened = [], 0
        low, high = 0, len(self._ends)
        while low < high:  # the first token that ends behind `first`
            middle = (low + high) // 2
            low, high = (low, middle) if self._ends[middle] > first else (middle + 1, high)
        for place in range(low, len(self._ends)):
            opened = self._ends[place] - len(self.sample.tokens[place].raw)
            if opened >= last:
                break
            found.append(self.sample.tokens[place].logprob)
        return found


def product(logprobs: Sequence[float]) -> float | None:
    """The joint probability of tokens; None for none, or where one of the numbers is no log-probability."""
    if not logprobs or not all(math.isfinite(each) for each in logprobs):
        return None
    return math.exp(math.fsum(max(SMALLEST, min(0.0, each)) for each in logprobs))


def whole(sample: Sample) -> float | None:
    """The probability of a whole answer: of a choice."""
    begin = len(sample.text) - len(sample.text.lstrip())
    return Spelled(sample).of(begin, len(sample.text.rstrip()))


def agreed(probabilities: Sequence[float | None], samples: int) -> float:
    """Self-consistency: the share of samples that name a code, times their mean probability of it."""
    known = [UNKNOWN if each is None else each for each in probabilities]
    return math.fsum(known) / samples if samples else 0.0


def _reversed(pattern: re.Pattern[str], text: str, begin: int, end: int) -> list[re.Match[str]]:
    """The last match first: of a repeated key JSON keeps the last value."""
    return list(pattern.finditer(text, begin, end))[::-1]


def _says(match: re.Match[str], code: str) -> bool:
    try:
        return bool(json.loads(match[1]) == code)
    except ValueError:
        return False
