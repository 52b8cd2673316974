"""CPT, from the customer's own licensed AMA data files; Medcode ships no CPT descriptors.

LONGULT.txt and SHORTU.txt of the "CPT Standard" data files, tab-delimited or with the code in columns 1-5 and
a blank after it, below some lines of copyright notice; and any `code<TAB>descriptor` file, such as the
consumer-friendly descriptors. LONGULT gives the title, SHORTU the short title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from medcode.codebook.loaders.errors import CodebookFileError, malformed
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Book, CodeRow
from medcode.codebook.loaders.lines import filled

# Category I five digits; II ends in F, III in T, laboratory analyses in M or U, administrative in A.
LINE = re.compile(r"^(\d{4}[\dAFMTU])[\t ]\s*(\S.*)$")
NOTICE_WITHIN = 60  # lines


def wanted(name: str) -> bool:
    """Whether a file of the AMA's folder holds descriptors for codes."""
    return name.endswith(".txt") and ("longu" in name or "shortu" in name or "consumer" in name)


def read(files: Sequence[SourceFile]) -> Book:
    """Codes with the long descriptors as titles and the short ones beside them."""
    shorts = [each for each in files if "short" in each.name.lower()]
    longs = [each for each in files if each not in shorts]
    if len(shorts) > 1 or len(longs) > 1:
        raise CodebookFileError(f"Choose one file of long descriptors: {', '.join(each.name for each in files)}.")
    titles = _descriptors(longs[0]) if longs else {}
    short_titles = _descriptors(shorts[0]) if shorts else {}
    if titles and short_titles and titles.keys() != short_titles.keys():
        other = sorted(titles.keys() ^ short_titles.keys())
        raise CodebookFileError(f"The long and the short file disagree on {len(other):,} codes, such as {other[0]}.")
    rows = [
        CodeRow(code, title, "code", "", True, short_titles.get(code, "")[:100])
        for code, title in sorted((titles or short_titles).items())
    ]
    return Book(rows)


def _descriptors(file: SourceFile) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filled(file):
        match = LINE.match(line.text)
        if not match:
            if not found and line.number <= NOTICE_WITHIN:
                continue  # the copyright notice
            raise malformed(file.where, line.number, "a CPT code, a tab or blank, and its descriptor", line.text)
        code, title = match.groups()
        if code in found:
            raise CodebookFileError(f"{file.where}, line {line.number:,}: {code} stands in the file twice.")
        found[code] = " ".join(title.split())
    return found
