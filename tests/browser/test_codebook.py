"""The code book in a browser: search, leaf, go back, keep a favourite."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
DAY = "?on=2026-05-01"


@pytest.fixture
def book(signed_in: Callable[[str], Page], demo: Demo) -> Page:
    page = signed_in("coder")
    page.goto(f"{demo.url}/codebook/ICD-10-CM/E11.22/{DAY}")
    return page


def test_a_code_opens_by_its_address_and_leads_on(book: Page) -> None:
    expect(book.locator("#book h1")).to_contain_text("E11.22")
    book.get_by_role("link", name="N18.6", exact=True).first.click()
    expect(book.locator("#book h1")).to_contain_text("End stage renal disease")
    expect(book).to_have_url(re.compile(r"/codebook/ICD-10-CM/N18\.6/"))
    book.go_back()
    expect(book.locator("#book h1")).to_contain_text("E11.22")
    book.go_forward()
    expect(book.locator("#book h1")).to_contain_text("End stage renal disease")


def test_keys_go_up_and_keep_a_favourite(book: Page) -> None:
    book.keyboard.press("f")
    expect(book.locator("[data-book-favourite]")).to_have_attribute("aria-pressed", "true")
    expect(book.locator("#favourites-title + ul")).to_contain_text("E11.22")
    book.keyboard.press("u")
    expect(book.locator("#book h1")).to_contain_text("kidney complications")
    expect(book.locator("#book h1")).to_be_focused()


def test_a_search_opens_the_chosen_code(book: Page) -> None:
    book.keyboard.press("/")
    book.keyboard.type("ckd 3b")
    first = book.locator("#book-results [role=option]").first
    expect(first).to_contain_text("N18.32")
    book.keyboard.press("ArrowDown")
    book.keyboard.press("Enter")
    expect(book.locator("#book h1")).to_contain_text("N18.32")


def test_a_7th_character_is_chosen_with_the_mouse(book: Page, demo: Demo) -> None:
    book.goto(f"{demo.url}/codebook/ICD-10-CM/S72.001/{DAY}")
    expect(book.locator(".book-seventh li")).to_have_count(16)
    book.get_by_role("link", name=re.compile("S72.001D")).first.click()
    expect(book.locator("#book h1")).to_contain_text("subsequent encounter for closed fracture with routine healing")


def test_a_procedure_is_built_character_by_character(book: Page, demo: Demo) -> None:
    book.goto(f"{demo.url}/codebook/build/{DAY}")
    for label in (
        "Medical and Surgical",
        "Hepatobiliary System",
        "Resection",
        "Gallbladder",
        "Percutaneous Endoscopic",
    ):
        book.locator(".book-seventh a", has_text=label).first.click()
        expect(book.locator(".book-axes")).to_contain_text(label)
    book.locator(".book-seventh a", has_text="No Device").click()
    book.locator(".book-seventh a", has_text="No Qualifier").click()
    expect(book.locator(".book-billable")).to_contain_text("0FT44ZZ Resection of Gallbladder")
