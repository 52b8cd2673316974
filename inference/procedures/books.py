"""A release of a procedure code system as the search index maps it: shared by all processes, no rows in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np

from medcode.codebook.models import Release
from medcode.codebook.search import indexing, ranking
from medcode.codebook.search.matching import Matcher
from medcode.codebook.search.ranking import Query
from medcode.codebook.search.words import words

# The body part's words in a title of section 0: "Excision of Right Upper Lung Lobe, Open Approach, Diagnostic".
PART = re.compile(r"^\w+(?: of Matter from| of .{3,60}? from| of| in)? (.+?)(?:,| with | using |$)")
PARTED = 4  # characters up to the body part


class Book:
    """The codes of one release. Codes are in stored form."""

    def __init__(self, code_system: str, matcher: Matcher) -> None:
        self.code_system = code_system
        self._matcher = matcher

    @classmethod
    def of(cls, release: Release) -> Book:
        """The book of a loaded release."""
        return cls(release.code_system, indexing.matcher(release))

    def has(self, code: str) -> bool:
        """Whether this is a billable code of the release."""
        return any(True for _ in self._billable(code, len(code)))

    def title(self, code: str) -> str:
        """The title of a code that exists."""
        return self._matcher.title(next(self._billable(code, len(code))))

    def under(self, prefix: str) -> list[str]:
        """The billable codes that begin so, in order."""
        return [self._code(entry) for entry in self._billable(prefix)]

    def titled(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The billable codes that begin so, with their titles."""
        for entry in self._billable(prefix):
            yield self._code(entry), self._matcher.title(entry)

    def search(self, text: str, *, on: date, limit: int) -> list[tuple[str, str]]:
        """Code and title of the entries whose names have all these words, best first."""
        query = Query(tuple(words(text)), unfinished=False)
        ranked = ranking.rank(self._matcher, query, on=on.toordinal(), limit=limit)
        billable = self._matcher.arrays.billable
        return [(self._code(entry), self._matcher.title(entry)) for entry in ranked.entries if billable[entry]]

    def parts(self) -> Iterator[tuple[str, str]]:
        """Each beginning of four characters of section 0 with the name of its body part."""
        first = self._matcher.under("0")
        begins = self._matcher.arrays.codes[first].astype(f"S{PARTED}")
        seven = np.char.str_len(self._matcher.arrays.codes[first]) > PARTED
        places = np.flatnonzero(seven)
        _, starts = np.unique(begins[places], return_index=True)
        for place in places[starts]:
            entry = first.start + int(place)
            if found := PART.match(self._matcher.title(entry)):
                yield self._code(entry)[:PARTED], found[1]

    def _billable(self, prefix: str, length: int = 0) -> Iterator[int]:
        under = self._matcher.under(prefix)
        arrays = self._matcher.arrays
        for entry in range(under.start, under.stop):
            if arrays.billable[entry] and (not length or len(arrays.codes[entry]) == length):
                yield entry

    def _code(self, entry: int) -> str:
        return str(self._matcher.arrays.codes[entry].decode())
