"""Does this file belong to the dates it is loaded for, and do those dates fit beside what is loaded?

Years are read from file names (icd10cm_order_2026.txt, POAexemptCodesFY26.txt, AOC_V2025Q4-MCR.txt,
MCR_MUE_…_Eff_10-01-2025.csv, ccipra-v322r0-f1.txt) and from `<version>` in XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from medcode.codebook.loaders.dates import fiscal_year, quarter_of_version, year_in
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Job
from medcode.codebook.models import Release, TableEdition

PTP_VERSION = re.compile(r"cci\w*-v(\d{3})r", re.IGNORECASE)
ADD_ON_QUARTER = re.compile(r"AOC_V(20\d\d)Q([1-4])", re.IGNORECASE)
EFFECTIVE = re.compile(r"Eff_(\d\d)-(\d\d)-(20\d\d)", re.IGNORECASE)


def dates_of_job(job: Job) -> None:
    """The end comes after the beginning."""
    if job.valid_to and job.valid_to < job.valid_from:
        raise CodebookFileError(f"--to {job.valid_to} lies before --from {job.valid_from}.")


def year(files: Iterable[SourceFile], declared: Iterable[int], job: Job, period: str) -> None:
    """Refuse a file of another period than the one it is loaded for.

    `period`: "fiscal" (October to September), "calendar", "quarter" (NCCI), "payment" (HCC maps: services
    of the year before the payment year), or "" for files of no particular year.
    """
    if not period:
        return
    for file in files:
        if period == "quarter":
            _quarter(file, job.valid_from)
        elif found := year_in(file.name):
            _refuse_other_year(file.where, found, job.valid_from, period)
    for found in declared:
        _refuse_other_year("The file's own <version>", found, job.valid_from, period)


def _refuse_other_year(where: str, found: int, start: date, period: str) -> None:
    fits = {
        "fiscal": fiscal_year(start) == found,
        "calendar": start.year == found,
        "payment": start.year in (found - 1, found),
        "quarter": start.year == found,
    }[period]
    if not fits:
        word = {"fiscal": "fiscal year", "payment": "payment year"}.get(period, "year")
        raise CodebookFileError(f"{where} is of {word} {found}, but --from is {start}. Is it the right file?")


def _quarter(file: SourceFile, start: date) -> None:
    found = _quarter_of(file.name)
    if found and found != (start.year, (start.month + 2) // 3):
        raise CodebookFileError(
            f"{file.where} is of quarter {found[1]} of {found[0]}, but --from is {start}. Is it the right file?"
        )


def _quarter_of(name: str) -> tuple[int, int] | None:
    if match := PTP_VERSION.search(name):
        return quarter_of_version(int(match.group(1)))
    if match := ADD_ON_QUARTER.search(name):
        return int(match.group(1)), int(match.group(2))
    if match := EFFECTIVE.search(name):
        return int(match.group(3)), (int(match.group(1)) + 2) // 3
    return None


def overlap(edition: Release | TableEdition) -> tuple[str, ...]:
    """Sentences on the editions valid side by side with this one. Refuses one that begins on the same day."""
    others = [each for each in _beside(edition) if each.is_complete]
    for other in others:
        if other.valid_from == edition.valid_from:
            raise CodebookFileError(
                f"{other} begins on {other.valid_from} too, so no date would say which to use. "
                "Choose another --from, or delete that one first."
            )
    return tuple(_sentence(edition, other) for other in others)


def _beside(edition: Release | TableEdition) -> list[Release | TableEdition]:
    ends_later = Q(valid_to__isnull=True) | Q(valid_to__gte=edition.valid_from)
    begins_earlier = Q() if edition.valid_to is None else Q(valid_from__lte=edition.valid_to)
    if isinstance(edition, Release):
        releases = Release.objects.filter(ends_later, begins_earlier, code_system=edition.code_system)
        return list(releases.exclude(pk=edition.pk))
    tables = TableEdition.objects.filter(ends_later, begins_earlier, table=edition.table, variant=edition.variant)
    return list(tables.exclude(pk=edition.pk))


def _sentence(edition: Release | TableEdition, other: Release | TableEdition) -> str:
    later, earlier = (edition, other) if edition.valid_from > other.valid_from else (other, edition)
    until = earlier.valid_to or "further notice"
    return f"{earlier} is valid until {until}; from {later.valid_from} on, {later} is used instead."
