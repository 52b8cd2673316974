"""The guided first chart, and the chart on paper, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Demo
from tests.browser.test_main_job import settled
from tests.browser.test_workbench_chart import add, bring_in_stay, keys_act, open_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def begin_guide(page: Page) -> None:
    """Through the help, for the demo's coders may have ended it in another test."""
    page.keyboard.press("?")
    page.get_by_role("button", name="Guide: a first chart").click()
    expect(page.locator("#guide-now")).not_to_be_empty()
    keys_act(page)


def stands_at(page: Page, words: str) -> None:
    expect(page.locator("#guide-now")).to_contain_text(words)


def test_the_guide_follows_what_the_coder_does(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="GD-1")
    signed_in("coder2")
    open_chart(page, demo, "GD-1")
    page.evaluate("sessionStorage.clear()")
    begin_guide(page)
    work = page.locator(".pane-work").bounding_box()

    stands_at(page, "Read why.")
    page.keyboard.press("e")
    stands_at(page, "Accept.")
    page.locator(".sug.is-current").get_by_role("button", name="Accept").click()
    settled(page, 1)
    stands_at(page, "Modify.")
    page.get_by_role("button", name="Skip this step").click()
    stands_at(page, "Reject.")
    page.keyboard.press("r")
    page.keyboard.press("7")
    settled(page, 2)
    stands_at(page, "Order.")
    # Out of its turn it counts as well, and the chart keeps what it shows.
    add(page, "E13.9")
    stands_at(page, "Order.")
    page.locator(".poa select").first.select_option("Y")
    stands_at(page, "Fix a finding.")
    page.reload()
    keys_act(page)
    stands_at(page, "Fix a finding.")
    page.get_by_role("button", name="Skip this step").click()
    stands_at(page, "Undo.")
    page.keyboard.press("u")
    stands_at(page, "Submit.")
    assert page.locator(".pane-work").bounding_box() == work

    page.get_by_role("button", name="End the guide").click()
    expect(page.locator("#guide")).to_have_count(0)
    page.reload()
    keys_act(page)
    expect(page.locator("#guide")).to_have_count(0)


def test_paper_shows_codes_and_notes_and_no_buttons(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="GD-2")
    signed_in("coder")
    open_chart(page, demo, "GD-2")
    add(page, "E10.9")
    page.emulate_media(media="print")
    for gone in ("button", "input", "kbd", ".top", ".pane-notes", "#guide", ".doc-tabs"):
        expect(page.locator(f"{gone} >> visible=true")).to_have_count(0)
    expect(page.locator(".assigned-list")).to_be_visible()
    expect(page.locator(".assigned-list")).to_contain_text("E10.9")
    expect(page.locator(".banner")).to_contain_text("GD-2")
    expect(page.locator(".note-text")).to_contain_text("Chronic kidney disease")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
