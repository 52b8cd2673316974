"""Every line of the tables builds, or names, a code that exists."""

from __future__ import annotations

from itertools import product

import pytest

from inference.procedures import building, parts, services
from inference.procedures.books import Book
from inference.procedures.details import table
from inference.procedures.phrases import rows

NAMES = sorted(building.patterns())
RULES = sorted({rule.code for service in services.services().values() for rule in service.rules})


@pytest.mark.parametrize("name", NAMES)
def test_the_plainest_code_of_every_pattern_exists(books: list[Book], name: str) -> None:
    for axes in building.patterns()[name]:
        plainest = product(*(axis.options[:2] if axis.sided else axis.options[:1] for axis in axes))
        assert any(books[0].has("".join(characters)) for characters in plainest)


@pytest.mark.parametrize("code", RULES)
def test_every_code_of_a_service_has_a_label_of_our_own(books: list[Book], code: str) -> None:
    assert any(book.has(code) for book in books[1:])


def test_every_detail_can_decide_something() -> None:
    assert all(1 <= each.place <= 7 and each.words.pattern for each in table())


def test_every_act_and_every_part_has_its_columns() -> None:
    assert all(len(row) == 6 for row in rows("actions.tsv"))
    assert all(len(row) == 3 for row in rows("parts.tsv"))
    assert len(parts.operations()) > 40


def test_no_name_stands_for_an_ordinary_word() -> None:
    ordinary = {"line", "transfer", "aspiration", "release of information", "stress", "tube", "d c"}
    assert not ordinary & (building.names().keys | parts.names().keys | services.names().keys)
