"""Type-ahead over the code book: what is found, in which order, marked how."""

from __future__ import annotations

from datetime import date

import pytest

from medcode.codebook import lookup
from medcode.codebook.models import Code, CodeSystem, Release
from medcode.codebook.search import Hit, search
from medcode.codebook.search.answering import releases
from tests.integration.codebook.search_queries import QUERIES

pytestmark = pytest.mark.django_db
IN_RELEASE = date(2026, 6, 1)


def hits(text: str, limit: int = 20) -> list[Hit]:
    return search(text, on=IN_RELEASE, limit=limit)


def found(text: str, limit: int = 20) -> list[str]:
    return [hit.display for hit in hits(text, limit)]


def small_release(code_system: str, rows: dict[str, str], **narrowed: date) -> Release:
    release = Release.objects.create(
        code_system=code_system, name="small", valid_from=date(2026, 1, 2), source="a test", is_complete=True
    )
    Code.objects.bulk_create(
        Code(release=release, code=code, title=title, kind="code", billable=True, position=at, **narrowed)
        for at, (code, title) in enumerate(rows.items())
    )
    return release


@pytest.mark.parametrize(("typed", "code", "among"), [pytest.param(*each, id=each[0]) for each in QUERIES])
def test_a_coder_sees_the_expected_code_among_the_first(typed: str, code: str, among: int) -> None:
    assert code in found(typed)[:among]


@pytest.mark.parametrize("text", ["E11.65", "e1165", " e11.65 ", "E11 65", "e11. 65"])
def test_a_code_is_found_however_it_is_typed(text: str) -> None:
    assert found(text)[0] == "E11.65"


def test_the_beginning_of_a_code_lists_its_codes_in_order_and_the_category_below_them() -> None:
    listed = hits("N18.3")
    assert [(hit.display, hit.billable) for hit in listed] == [
        ("N18.30", True),
        ("N18.31", True),
        ("N18.32", True),
        ("N18.3", False),
    ]
    assert listed[-1].below == 3
    assert listed[0].below == 0


@pytest.mark.parametrize("text", ["heart failure", "diabetes", "E11", "fracture of femur", "s72"])
def test_billable_codes_come_first_and_a_category_is_kept_a_place(text: str) -> None:
    flags = [hit.billable for hit in hits(text)]
    assert flags == sorted(flags, reverse=True)
    assert not all(flags)


def test_words_may_stand_in_any_order_and_be_unfinished() -> None:
    assert found("diab neuropathy type 2")[0] == found("type 2 neuropathy diab")[0] == "E11.40"
    assert "M17.12" in found("knee osteoarth left")


def test_inclusion_terms_are_found_and_named() -> None:
    (hit, *_) = [hit for hit in hits("esophageal reflux NOS") if hit.display == "K21.9"]
    assert "also called" in hit.why or all(match for text, match in hit.pieces if "reflux" in text.lower())


def test_what_matched_is_marked_and_the_pieces_are_the_title() -> None:
    hit = hits("heart fail")[0]
    assert {"heart", "fail"} <= {text.lower() for text, match in hit.pieces if match}
    assert "".join(text for text, _ in hit.pieces) == hit.title


@pytest.mark.parametrize(
    ("typed", "why", "marked"),
    [
        ("afib", "afib = atrial fibrillation", {"atrial", "fibrillation"}),
        ("htn", "htn = hypertension", {"hypertension"}),
        ("diabtes", "“diabtes” read as “diabetes”", {"diabetes"}),
        ("heart attack", "also called “heart attack”", set()),
    ],
)
def test_a_hit_says_why_when_the_title_does_not(typed: str, why: str, marked: set[str]) -> None:
    hit = hits(typed)[0]
    assert why in hit.why
    assert marked <= {text.lower() for text, match in hit.pieces if match}


def test_plain_matches_need_no_explanation() -> None:
    assert hits("chest pain")[0].why == ""


def test_a_word_that_fits_nothing_is_left_out_and_named() -> None:
    hit = hits("chest pain zzzqqq")[0]
    assert hit.display == "R07.9"
    assert "without “zzzqqq”" in hit.why


def test_accented_titles_are_marked_where_they_match() -> None:
    hit = next(hit for hit in hits("meniere right") if hit.display == "H81.01")
    assert ("Ménière" in hit.title) == any(text == "Ménière" for text, match in hit.pieces if match)
    assert any(match for _, match in hit.pieces)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a", "…", "\x00", "\x00\x00", "'; DROP TABLE", "& | ! :*", "()", "diab:*&!", "%%%", "\\", "_" * 50,
        "\U0001f600", "\U0001f600 diabetes", "מחלת לב", "ﬁbrillation", "x" * 10_000, "diabetes " * 2_000,
        "\u202ediabetes", "E11.\x00",
        "1" * 300, "٣٤٥", "é", "ß" * 200, "\ud800", "a b c d e f g h i j", "-", "..", "E11..6",
    ],
    ids=lambda text: ascii(text)[:40],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    assert isinstance(search(text, on=IN_RELEASE, code_systems=CodeSystem.values), list)


def test_control_characters_and_punctuation_do_not_hide_the_words() -> None:
    assert found("pneu\x00monia!") != []
    assert found('"pneumonia" (!)')[0] == "J18.9"


def test_several_code_systems_are_searched_together() -> None:
    small_release(CodeSystem.CPT, {"47563": "Gallbladder removal with x-ray, laparoscopic"})
    small_release(CodeSystem.ICD10PCS, {"0DTJ4ZZ": "Resection of Appendix, Percutaneous Endoscopic Approach"})
    both = search("gallbladder", on=IN_RELEASE, code_systems=CodeSystem.values)
    assert {"CPT", "ICD-10-CM"} <= {hit.code_system for hit in both}
    assert search("lap appy", on=IN_RELEASE, code_systems=[CodeSystem.ICD10PCS])[0].display == "0DTJ4ZZ"
    for prefix in ("0dt", "0DTJ4", "0dtj4zz"):
        assert search(prefix, on=IN_RELEASE, code_systems=CodeSystem.values)[0].display == "0DTJ4ZZ"
    assert search("475", on=IN_RELEASE, code_systems=CodeSystem.values)[0].display == "47563"


def test_a_code_system_without_a_release_is_left_out() -> None:
    Release.objects.filter(code_system=CodeSystem.HCPCS).delete()
    assert search("pneumonia", on=IN_RELEASE, code_systems=[CodeSystem.HCPCS]) == []


def test_the_release_of_the_day_answers() -> None:
    newer = Release.objects.create(
        code_system="ICD-10-CM", name="October 2026", valid_from=date(2026, 10, 1), source="a test", is_complete=True
    )
    Code.objects.create(release=newer, code="Q999", title="Midnight sickness", kind="code", billable=True, position=0)
    assert search("midnight sickness", on=date(2026, 9, 30))[:1] != search("midnight sickness", on=date(2026, 10, 1))
    assert [hit.display for hit in search("midnight", on=date(2026, 10, 1))] == ["Q99.9"]


def test_codes_that_begin_or_end_within_a_release_are_found_on_their_own_days_only() -> None:
    small_release(
        CodeSystem.HCPCS, {"J9999": "Something injected"}, valid_from=date(2026, 4, 1), valid_to=date(2026, 6, 30)
    )
    for text in ("injected", "J99"):
        for on, there in (
            (date(2026, 3, 31), 0),
            (date(2026, 4, 1), 1),
            (date(2026, 6, 30), 1),
            (date(2026, 7, 1), 0),
        ):
            assert len(search(text, on=on, code_systems=[CodeSystem.HCPCS])) == there


@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2026, 4, 1), date(2026, 9, 30), date(2027, 1, 1)])
def test_search_chooses_the_release_that_the_look_up_chooses(on: date) -> None:
    assert releases([CodeSystem.ICD10CM], on) == [lookup.release_for(CodeSystem.ICD10CM, on).release]
