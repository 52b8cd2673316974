"""Pages of the worklist by key beside pages by OFFSET and COUNT, over invented charts that are rolled back again.

    PYTHONPATH=. python tests/bench/worklist.py 10000 100000

Each size is a mix as a hospital has it: nine charts of ten are FINAL. p50 and p95 of 60 pages at random depths, in
milliseconds, database and Django together. The last line is the growth of the p95 from the first to the last size.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from review import worklist, worklist_search  # noqa: E402
from review.models import Chart, Role, User  # noqa: E402
from review.worklist import WorklistFilter  # noqa: E402

PAGES = 60
FILL = """
INSERT INTO review_patient (source, mrn, name, sex) SELECT 'bench', 'B' || n, 'Family' || n % 5000 || ', Given', 'F'
  FROM generate_series(1, {n}) n;
INSERT INTO review_encounter (source, source_id, patient_id, account, patient_class, specialty, facility, payer, attending,
  disposition, simulated, received_at) SELECT 'bench', mrn, id, 'A' || mrn, 'inpatient', 'S' || id % 20, 'F' || id % 8,
  'P' || id % 30, '', '', false, now() FROM review_patient WHERE source = 'bench';
INSERT INTO review_chart (public_id, encounter_id, status, version, specialty, patient_class, payer, facility, coding_date,
  coding_date_assumed, release_is_stand_in, band, confidence, high_count, medium_count, low_count, needs_manual_review,
  hold_reason, edit_failed, by_fallback, for_audit, simulated, suggest_attempts, suggest_error, person_waiting, received_at,
  finalized_at, finalized_by_id, blind, expected_drg, expected_weight)
  SELECT gen_random_uuid(), id, CASE WHEN id % 10 = 0 THEN 'ready' ELSE 'final' END, 1, specialty, patient_class, payer,
  facility, date '2026-01-01' + (id % 300)::int, false, false, 'HIGH', (id * 7919 % 10000) / 10000.0, 5, 1, 3, id % 97 = 0,
  '', false, false, false, false, 0, '', false, now(), CASE WHEN id % 10 <> 0 THEN now() - id * interval '1 second' END,
  CASE WHEN id % 10 <> 0 THEN {user} END, false, '', CASE WHEN id % 40 < 10 THEN (id * 104729 % 250000) / 10000.0 END FROM review_encounter WHERE source = 'bench';
"""  # noqa: E501


def fill(count: int, user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(n=count, user=user.pk))
        for table in ("review_patient", "review_encounter", "review_chart"):
            cursor.execute(f"ANALYZE {table}")


def by_key(chosen: WorklistFilter, user: User, after: str) -> worklist.Page:
    return worklist.page(chosen, user=user, after=after)


def by_offset(chosen: WorklistFilter, user: User, depth: int) -> int:
    """What most list pages do: how many there are, and the rows after so many others."""
    charts = worklist.queryset(chosen, user=user)
    total = charts.count()
    return total + len(charts[depth : depth + worklist.PAGE_SIZE])


def cursors(chosen: WorklistFilter, user: User, depths: list[int]) -> list[str]:
    """Cursors of the rows at those depths."""
    charts = list(worklist.queryset(chosen, user=user))
    return [worklist._write_cursor(chosen, 0, charts[depth]) for depth in depths]


def times(act: Callable[[Any], object], inputs: Sequence[Any]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    spent = []
    for each in inputs:
        begun = time.perf_counter()
        act(each)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    return spent[PAGES // 2], spent[int(PAGES * 0.95)]


def measure(count: int) -> float:
    """The p95 of the default order's pages at this size; prints the others."""
    user, _ = User.objects.get_or_create(username="bench", role=Role.CODER)
    fill(count, user)
    ready = Chart.objects.filter(status="ready").count()
    depths = random.Random(1).sample(range(ready - worklist.PAGE_SIZE), PAGES)
    keyed = 0.0
    for sort in ("confidence", "age", "payer", "weight"):
        chosen = WorklistFilter(sort=sort)
        at = cursors(chosen, user, depths)
        own = times(partial(by_key, chosen, user), at)
        other = times(partial(by_offset, chosen, user), depths)
        keyed = keyed or own[1]
        print(
            f"{count:>9,} charts, {sort:<11} by key {own[0]:6.1f} {own[1]:6.1f}   "
            f"by OFFSET+COUNT {other[0]:7.1f} {other[1]:7.1f}   p95 ratio {other[1] / own[1]:6.1f}"
        )
    found = times(worklist_search.search, [f"B{number * 37 + 100}" for number in range(PAGES)])
    choices = times(lambda _: worklist.choices(), range(PAGES))
    print(f"{count:>9,} charts, search {found[0]:.1f} {found[1]:.1f}, choices {choices[0]:.1f} {choices[1]:.1f}")
    return keyed


def main(sizes: list[int]) -> None:
    p95 = []
    for size in sizes:
        with transaction.atomic():
            p95.append(measure(size))
            transaction.set_rollback(True)
    print(f"p95({sizes[-1]:,}) / p95({sizes[0]:,}) = {p95[-1] / p95[0]:.2f}")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [10_000, 100_000])
