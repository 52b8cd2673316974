"""Type-ahead as a coder meets it: results as one types, the keyboard, nothing stale."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


@pytest.fixture
def field(signed_in: Callable[[str], Page]) -> Locator:
    """The field that adds a code to a chart of the demo."""
    page = signed_in("coder")
    page.locator("tr[data-row] a").first.click()
    field = page.get_by_label("Add a code")
    expect(field).to_be_visible()
    return field


def options(page: Page) -> Locator:
    return page.locator("#results-add [role=option]")


def test_results_come_as_one_types_with_the_match_marked(page: Page, field: Locator) -> None:
    field.press_sequentially("afib")
    expect(options(page).first).to_contain_text("I48.91")
    expect(options(page).first).to_contain_text("afib = atrial fibrillation")
    expect(options(page).first.locator("b").first).to_have_text(re.compile("atrial", re.IGNORECASE))
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-combobox-status]")).to_have_text(re.compile(r"\d+ codes"))


def test_the_keyboard_moves_through_the_list_and_back_to_the_text(page: Page, field: Locator) -> None:
    field.press_sequentially("pneumonia")
    expect(options(page).first).to_contain_text("J18.9")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options(page).first.get_attribute("id")
    page.keyboard.press("End")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.type(" vir")
    expect(field).to_have_value("pneumonia vir")
    expect(options(page).first).to_contain_text(re.compile("viral", re.IGNORECASE))
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field).to_have_value("pneumonia vir")
    expect(field).to_be_focused()


def test_a_category_narrows_instead_of_being_added(page: Page, field: Locator) -> None:
    field.press_sequentially("n18.3")
    header = page.locator("#results-add [data-narrows]")
    expect(header).to_contain_text("needs more characters: 3 codes below")
    header.click()
    expect(field).to_have_value("N18.3")
    expect(options(page).first).to_contain_text("N18.30")
    expect(page.locator(".assigned-list")).not_to_contain_text("N18.3")


def test_a_late_answer_to_an_earlier_text_is_dropped(page: Page, field: Locator) -> None:
    def late(route: Route) -> None:
        if route.request.url.endswith("code=gout"):
            page.wait_for_timeout(600)
        route.continue_()

    page.route("**/codes/search/**", late)
    field.press_sequentially("gout")
    page.wait_for_timeout(200)
    field.fill("asthma")
    expect(options(page).first).to_contain_text("J45")
    page.wait_for_timeout(900)
    expect(options(page).first).to_contain_text("J45")
    field.fill("")
    expect(options(page)).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")


def test_an_empty_result_suggests_what_to_try(page: Page, field: Locator) -> None:
    field.press_sequentially("zzqqxx")
    expect(page.locator("#results-add .none")).to_contain_text("Try fewer words")


def test_the_list_closes_when_the_field_is_left(page: Page, demo: Demo, field: Locator) -> None:
    field.press_sequentially("asthma")
    expect(options(page).first).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    expect(options(page)).to_have_count(0)
