"""The pages of the code book."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from medcode.codebook.models import IndexEntry, Release, TableEdition
from review.models import Chart, KeptCode
from tests.codebooks import small_release
from tests.factories import World

DAY = {"on": "2026-05-01"}


@pytest.fixture
def coder(world: World) -> Client:
    client = Client()
    client.force_login(world.coder)
    return client


def page(client: Client, code: str, system: str = "ICD-10-CM", **asked: str) -> Any:
    return client.get(reverse("entry", args=[system, code]), {**DAY, **asked})


def test_the_first_page_lists_the_chapters(coder: Client) -> None:
    text = coder.get(reverse("codebook"), DAY).content.decode()
    assert "Certain infectious and parasitic diseases" in text
    assert text.count('class="code"') >= 21


def test_a_code_shows_its_instructions_with_links(coder: Client) -> None:
    text = page(coder, "E11.22").content.decode()
    assert "Type 2 diabetes mellitus with diabetic chronic kidney disease" in text
    assert "E11.22 is billable on May 1, 2026." in text
    assert "/codebook/ICD-10-CM/N18.1/?on=2026-05-01" in text
    assert "/codebook/ICD-10-CM/E11/?on=2026-05-01" in text


def test_a_header_leads_to_its_codes_and_a_stem_to_its_7th_characters(coder: Client) -> None:
    assert "/codebook/ICD-10-CM/N18.32/" in page(coder, "N18.3").content.decode()
    text = page(coder, "S72.001").content.decode()
    assert text.count("/codebook/ICD-10-CM/S72.001") >= 16


def test_a_code_that_is_none_is_explained_with_the_nearest(coder: Client) -> None:
    answer = page(coder, "E11.650")
    assert answer.status_code == 404
    assert "the nearest is E11.65" in answer.content.decode()


@pytest.mark.parametrize("typed", ["e11.22", "E1122", " E11.22 "])
def test_a_whole_code_in_the_search_field_opens_its_page(coder: Client, typed: str) -> None:
    answer = coder.get(reverse("codebook"), {**DAY, "q": typed})
    assert answer.headers["Location"] == "/codebook/ICD-10-CM/E11.22/?on=2026-05-01"


def test_words_are_searched_without_scripts(coder: Client) -> None:
    text = coder.get(reverse("codebook"), {**DAY, "q": "ckd 3b"}).content.decode()
    assert text.index("N18.32") < text.index("</ul>", text.index("book-lines"))


def test_nothing_found_says_what_to_try(coder: Client) -> None:
    assert "Try fewer or other words" in coder.get(reverse("codebook"), {**DAY, "q": "qqqqzzzz"}).content.decode()


@pytest.mark.parametrize("typed", ["\x00", "<script>alert(1)</script>", "x" * 5000, "%", "‮E11"])
def test_no_text_breaks_the_page(coder: Client, typed: str) -> None:
    answer = coder.get(reverse("codebook"), {"q": typed, "on": "not a day"})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_favourites_and_the_codes_looked_at_last_are_ones_own(coder: Client, world: World) -> None:
    page(coder, "I10")
    page(coder, "E11.9")
    address = reverse("entry_favourite", args=["ICD-10-CM", "I10"])
    for _ in range(2):
        coder.post(address, {**DAY, "favourite": "1"})
    assert list(KeptCode.objects.filter(favourite=True).values_list("person", "code")) == [(world.coder.pk, "I10")]
    text = coder.get(reverse("codebook"), DAY).content.decode()
    assert text.index("I10") < text.index("E11.9")
    coder.post(address, {**DAY, "favourite": "0"})
    assert not KeptCode.objects.filter(favourite=True).exists()


def test_only_the_last_codes_are_remembered(coder: Client) -> None:
    for number in range(25):
        page(coder, f"E11.{(number % 9) + 1}" if number < 9 else f"C{number + 40}")
    assert KeptCode.objects.count() <= 20


def test_a_favourite_that_is_no_code_is_refused_by_a_sentence(coder: Client) -> None:
    answer = coder.post(reverse("entry_favourite", args=["ICD-10-CM", "ZZZ"]), DAY, follow=True)
    assert "ZZZ is not in the code book on May 1, 2026." in answer.content.decode()


def test_the_builder_without_procedures_says_what_to_load(coder: Client) -> None:
    Release.objects.filter(code_system="ICD-10-PCS").update(is_complete=False)
    assert "ICD-10-PCS is not loaded." in coder.get(reverse("codebook_build")).content.decode()


def test_the_builder_offers_the_next_character(coder: Client) -> None:
    Release.objects.filter(code_system="ICD-10-PCS").update(is_complete=False)
    small_release(
        "tiny", date(2025, 10, 1), [("0FT40ZZ", "Resection of Gallbladder, Open Approach")], code_system="ICD-10-PCS"
    )
    text = coder.get(reverse("codebook_build"), {**DAY, "prefix": "0FT"}).content.decode()
    assert "?prefix=0FT4&amp;on=2026-05-01" in text
    assert (
        "Resection of Gallbladder"
        in coder.get(reverse("codebook_build"), {**DAY, "prefix": "0FT40ZZ"}).content.decode()
    )


def test_index_lines_lead_to_codes(coder: Client) -> None:
    edition = TableEdition.objects.create(
        table="index", name="2026", valid_from=date(2025, 10, 1), source="a test", is_complete=True
    )
    IndexEntry.objects.create(
        edition=edition, position=1, depth=1, term="grand mal", path="Epilepsy, grand mal", code="G40.409"
    )
    assert "Epilepsy, grand mal" in coder.get(reverse("codebook"), {**DAY, "q": "grand mal"}).content.decode()
    assert "Epilepsy, grand mal" in page(coder, "G40.409").content.decode()


def test_with_one_release_the_page_of_changes_says_what_will_come(coder: Client) -> None:
    assert "When the next one is loaded" in coder.get(reverse("codebook_releases")).content.decode()


def test_changes_name_the_charts_that_they_touch(world: World) -> None:
    new = small_release("October 2026", date(2026, 10, 1), [("I10", "Other words")])
    Chart.objects.update(coding_date=date(2026, 10, 2))
    client = Client()
    client.force_login(world.admin)
    text = client.get(reverse("codebook_releases")).content.decode()
    assert "Suggest again with October 2026" in text
    answer = client.post(reverse("codebook_suggest_again"), {"release": new.pk}, follow=True)
    assert "2 charts are suggested again with ICD-10-CM October 2026." in answer.content.decode()
    assert set(Chart.objects.values_list("status", "release")) == {("received", new.pk)}


@pytest.mark.parametrize("release", ["", "0", "x", "99999999999999", "²"])
def test_an_unknown_release_is_refused_by_a_sentence(world: World, release: str) -> None:
    client = Client()
    client.force_login(world.admin)
    answer = client.post(reverse("codebook_suggest_again"), {"release": release}, follow=True)
    assert "Choose a release that is loaded." in answer.content.decode()
