"""The procedure rules over the packaged releases, indexed without a database."""

from __future__ import annotations

import pytest

from inference.procedures import Procedures
from inference.procedures.books import Book
from medcode.codebook.loaders import packaged
from medcode.codebook.models import CodeSystem
from medcode.codebook.search import building
from medcode.codebook.search.building import Row
from medcode.codebook.search.matching import Matcher


@pytest.fixture(scope="session")
def books() -> list[Book]:
    """All of ICD-10-PCS, and the demo's CPT and HCPCS codes."""
    pcs = packaged._procedures(packaged.inside("drg", "data/tuva/icd_10_pcs.csv"))
    listed = {
        CodeSystem.ICD10PCS: [Row(row.code, row.title, row.billable) for row in pcs],
        CodeSystem.CPT: demo("demo_cpt.tsv"),
        CodeSystem.HCPCS: demo("demo_hcpcs.tsv"),
    }
    return [book(system, rows) for system, rows in listed.items()]


def demo(name: str) -> list[Row]:
    return [Row(row.code, row.title, True) for row in packaged._labelled(packaged.DEMO_FOLDER / name)]


def book(system: str, rows: list[Row]) -> Book:
    return Book(system, Matcher(building.build(rows, {}, diagnosis=False)))


@pytest.fixture(scope="session")
def procedures(books: list[Book]) -> Procedures:
    return Procedures(books)
