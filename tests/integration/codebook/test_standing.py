"""Where a code stands on a date, told apart by name."""

from __future__ import annotations

from datetime import date

import pytest

from medcode.codebook import lookup, standing
from medcode.codebook.models import Code, Conversion, Release, TableEdition
from tests.codebooks import small_release

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 1)
LATER = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("E11.22", "Type 2 diabetes mellitus with diabetic chronic kidney disease"),
        ("E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy"),
        ("E11.65", "Type 2 diabetes mellitus with hyperglycemia"),
    ],
)
def test_a_billable_code_says_its_title(code: str, title: str) -> None:
    found = standing.explain(code, on=ON)
    assert (found.kind, found.title) == ("billable", title)


@pytest.mark.parametrize("code", ["N18.30", "n1831", "N18.32", "G35.A"])
def test_these_can_be_billed(code: str) -> None:
    assert standing.explain(code, on=ON).kind == "billable"


@pytest.mark.parametrize(("code", "first"), [("N18.3", "N18.30"), ("G35", "G35.A"), ("E11", "E11.00")])
def test_a_header_names_what_is_below_it(code: str, first: str) -> None:
    found = standing.explain(code, on=ON)
    assert found.kind == "header"
    assert found.instead[0] == first
    assert first in found.sentence


def test_a_header_that_only_lacks_its_7th_character_lists_those() -> None:
    found = standing.explain("S72.001", on=ON)
    assert found.kind == "header"
    assert found.sentence.startswith("S72.001 needs a 7th character: A, B, C, D")


def test_a_chapter_is_no_code() -> None:
    chapter = Code.objects.filter(kind=Code.Kind.CHAPTER).order_by("position").first()
    assert chapter is not None
    assert "is a chapter, not a code" in standing.explain(chapter.code, on=ON).sentence


@pytest.mark.parametrize("code", ["E11.650", "ZZZ", "", "\x00", "E11 22 33", "🫀", "X" * 500])
def test_what_is_no_code_is_said_to_be_unknown(code: str) -> None:
    assert standing.explain(code, on=ON).kind == "unknown"


def test_an_unknown_code_names_the_nearest() -> None:
    found = standing.explain("E11.650", on=ON)
    assert found.instead == ("E11.65",)
    assert "the nearest is E11.65" in found.sentence


def test_a_retired_code_is_told_from_an_unknown_one() -> None:
    small_release("October 2026", date(2026, 10, 1), [("I10", "Essential hypertension")])
    found = standing.explain("E11.65", on=LATER)
    assert found.kind == "retired"
    assert "was valid until September 30, 2026" in found.sentence
    assert standing.explain("E11.65", on=ON).kind == "billable"


def test_a_retired_code_that_was_split_names_its_parts() -> None:
    small_release("October 2026", date(2026, 10, 1), [("I10", "Hypertension"), ("I10A", "Mild"), ("I10B", "Severe")])
    assert standing.explain("I10", on=LATER).instead == ("I10.A", "I10.B")


def test_the_conversion_table_has_the_first_word() -> None:
    small_release("October 2026", date(2026, 10, 1), [("I10", "Essential hypertension"), ("E1199", "New")])
    edition = TableEdition.objects.create(
        table="conversion", variant="ICD-10-CM", name="2027", valid_from=date(2026, 10, 1), source="a test",
        is_complete=True,
    )  # fmt: skip
    Conversion.objects.create(edition=edition, source="E1165", target="E1199", effective=date(2026, 10, 1))
    found = standing.explain("E11.65", on=LATER)
    assert found.sentence.endswith("; use E11.99.")


def test_a_code_of_a_later_release_is_future_not_unknown() -> None:
    small_release("October 2026", date(2026, 10, 1), [("I10", "Hypertension"), ("I10A", "Mild")])
    found = standing.explain("I10.A", on=ON)
    assert found.kind == "future"
    assert "not valid before October 1, 2026" in found.sentence
    assert found.instead == ("I10",)


def test_a_code_may_begin_and_end_inside_its_release() -> None:
    release = small_release(
        "2026", date(2026, 1, 1), [("J1885", "Ketorolac"), ("J9999", "Other")], code_system="HCPCS"
    )
    Code.objects.filter(release=release, code="J1885").update(valid_from=date(2026, 4, 1), valid_to=date(2026, 6, 30))
    kinds = [
        standing.explain("J1885", on=on, code_system="HCPCS").kind
        for on in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert kinds == ["future", "billable", "billable", "retired"]


def test_an_empty_book_is_said_so() -> None:
    Release.objects.filter(code_system="CPT").update(is_complete=False)
    with pytest.raises(lookup.CodebookEmptyError):
        standing.explain("99213", on=ON, code_system="CPT")


def test_many_codes_cost_no_more_queries_than_one(django_assert_num_queries: object) -> None:
    codes = list(
        Code.objects.filter(billable=True, release__code_system="ICD-10-CM").values_list("code", flat=True)[:200]
    )
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = standing.explain_all(codes, on=ON)
    assert {each.kind for each in found.values()} == {"billable"}
