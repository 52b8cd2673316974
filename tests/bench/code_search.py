"""Speed of the type-ahead, keystroke by keystroke, beside a scan with `icontains` over the same rows.

    python tests/bench/code_search.py [EVERY]

Runs on the database of the environment (`load_codes packaged` first). Every prefix from two
characters of every query in tests/integration/codebook/search_queries.py is asked as it would be
typed, over all loaded code systems; every EVERYth (default 25) is also asked of the scan, right
after, so that both meet the machine in the same mood. Prints figures; asserts nothing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import date

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
django.setup()

from django.db.models import Q  # noqa: E402 - Django first
from django.db.models.functions import Length  # noqa: E402

from medcode.codebook.models import Code, CodeSystem  # noqa: E402
from medcode.codebook.search import indexing, search  # noqa: E402
from medcode.codebook.search.answering import releases  # noqa: E402
from tests.integration.codebook.search_queries import QUERIES  # noqa: E402

ON = date(2026, 6, 1)
SYSTEMS = tuple(CodeSystem.values)
LIMIT = 20


def keystrokes() -> list[str]:
    """Every prefix from two characters, in the order of typing."""
    return [text[:end] for text, *_ in QUERIES for end in range(2, len(text) + 1)]


def scan(text: str, on: date) -> list[Code]:
    """What one would write first: each word somewhere in title or code, billable and short first."""
    found = Code.objects.filter(release__in=releases(SYSTEMS, on), kind__in=[Code.Kind.CATEGORY, Code.Kind.CODE])
    for word in text.split():
        found = found.filter(Q(title__icontains=word) | Q(code__icontains=word.replace(".", "")))
    return list(found.order_by("-billable", Length("title"), "position")[:LIMIT])


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - begin)


def at(times: list[float], share: float) -> float:
    """The time within which this share of the requests was answered."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(every: int) -> None:
    loaded = releases(SYSTEMS, ON)
    for release in loaded:
        print(f"index of {release!s:28} {timed(lambda: indexing.index_release(release)):9.0f} ms")  # noqa: B023 - used at once
    rows = Code.objects.filter(release__in=loaded, kind__in=[Code.Kind.CATEGORY, Code.Kind.CODE]).count()
    typed = keystrokes()
    print(f"{rows:,} codes, {len(QUERIES)} queries, {len(typed):,} keystrokes; every {every}th also scanned\n")
    for text in typed[:200]:
        search(text, on=ON, code_systems=SYSTEMS, limit=LIMIT)
    ours, ours_icd, ours_beside, theirs, processor = [], [], [], [], []
    for number, text in enumerate(typed):
        begun = time.thread_time()
        ours.append(timed(lambda: search(text, on=ON, code_systems=SYSTEMS, limit=LIMIT)))  # noqa: B023
        processor.append(1000 * (time.thread_time() - begun))
        ours_icd.append(timed(lambda: search(text, on=ON, limit=LIMIT)))  # noqa: B023
        if number % every == 0:
            ours_beside.append(ours[-1])
            theirs.append(timed(lambda: scan(text, ON)))  # noqa: B023
    print(f"{'':32}{'p50':>9}{'p95':>9}{'p99':>9}{'mean':>9}   ms")
    for name, times in (
        ("search, all systems", ours),
        ("  of that, processor time", processor),
        ("search, ICD-10-CM", ours_icd),
        ("icontains scan", theirs),
    ):
        print(
            f"{name:32}" + "".join(f"{at(times, share):9.1f}" for share in (0.5, 0.95, 0.99)) + f"{mean(times):9.1f}"
        )
    ratios = [slow / fast for slow, fast in zip(theirs, ours_beside, strict=True)]
    print(
        f"\nscan / search, same keystrokes: p50 {at(theirs, 0.5) / at(ours_beside, 0.5):.0f}×, "
        f"p95 {at(theirs, 0.95) / at(ours_beside, 0.95):.0f}×, mean {mean(theirs) / mean(ours_beside):.0f}×, "
        f"median of the ratios {at(ratios, 0.5):.0f}×"
    )


def mean(times: list[float]) -> float:
    return sum(times) / len(times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
