"""Load one file, folder or zip: find the files, check them against the dates, read, store, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.db import DataError

from medcode.codebook.loaders import checking, store, table_store
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile, chosen, content_of, files_at
from medcode.codebook.loaders.job import BookKind, Job, Loaded, TableKind, enough
from medcode.codebook.loaders.kinds import KINDS
from medcode.codebook.loaders.progress import Meter
from medcode.codebook.loaders.sheets import is_workbook
from medcode.codebook.models import CodeSystem

# Words of file names that give the variant away, so that nobody has to type it.
VARIANT_WORDS = {
    "ccipra": "practitioner",
    "ccioph": "outpatient",
    "practitioner": "practitioner",
    "outpatient": "outpatient",
    "dmesupplier": "dme",
    "i9gem": "I9-I10",
    "i10gem": "I10-I9",
    "icd10pcs_conversion": CodeSystem.ICD10PCS.value,
    "icd-10-cm": CodeSystem.ICD10CM.value,
}


def load(kind_name: str, path: Path, job: Job, meter: Meter | None = None) -> Loaded:
    """Load what lies at a path under the job's name and dates; does nothing when that is loaded already.

    Everything that is wrong with the file, its year or its dates raises `CodebookFileError`, and then
    nothing of it is visible.
    """
    meter = meter or Meter()
    checking.dates_of_job(job)
    kind = KINDS[kind_name]
    meter.step("Looking for the files")
    files = chosen(files_at(path), kind.wanted, kind.what)
    job = replace(job, source=job.source or ", ".join(each.name for each in files)[:200])
    if isinstance(kind, BookKind):
        return _book(kind, files, job, meter)
    job = replace(job, variant=_variant(kind, files, job.variant))
    return _table(kind, files, job, meter)


def _book(kind: BookKind, files: list[SourceFile], job: Job, meter: Meter) -> Loaded:
    checking.year(files, (), job, kind.period)
    content = content_of(files).hash
    if known := store.known(kind.code_system, job, content):
        return Loaded(known, new=False)
    meter.step(f"Reading {', '.join(each.name for each in files)}")
    book = kind.read(files)
    checking.year((), book.years, job, kind.period)
    enough(len(book.codes), kind.minimum, job, "codes")
    meter.step("Storing codes", len(book.codes))
    return _said(lambda: store.store(kind.code_system, book, job, content, meter.tick), meter)


def _table(kind: TableKind, files: list[SourceFile], job: Job, meter: Meter) -> Loaded:
    checking.year(files, (), job, kind.period)
    meter.step("Checking the content")
    content = content_of(files)
    if known := table_store.known(kind, job, content.hash):
        return Loaded(known, new=False)
    meter.step("Storing rows", 0 if any(is_workbook(each) for each in files) else content.lines)
    return _said(lambda: table_store.store(kind, kind.rows(files, job), job, content.hash, meter.tick), meter)


def _said(act: Callable[[], Loaded], meter: Meter) -> Loaded:
    try:
        return act()
    except DataError as error:
        raise CodebookFileError(f"A row does not fit: {str(error).splitlines()[0]}") from error
    finally:
        meter.done()


def _variant(kind: TableKind, files: list[SourceFile], asked: str) -> str:
    if kind.variants == ("",):
        if asked:
            raise CodebookFileError(f"{kind.name} has no variants; leave --variant out.")
        return ""
    if asked in kind.variants:
        return asked
    names = " ".join(each.name.lower() for each in files)
    guessed = {variant for word, variant in VARIANT_WORDS.items() if word in names and variant in kind.variants}
    if asked or len(guessed) != 1:
        raise CodebookFileError(f"{kind.name} needs --variant: one of {', '.join(kind.variants)}.")
    return guessed.pop()
