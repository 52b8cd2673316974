"""What is pressed or clicked while an answer is on its way is done afterwards, to what was pressed or clicked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.running import Demo
from tests.browser.test_main_job import bring_in
from tests.browser.test_reorder import accept, codes
from tests.browser.test_workbench_chart import add, bring_in_stay, open_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def held_up(page: Page, address: str, act: Callable[[], None]) -> Callable[[], None]:
    """Do what asks this address; the answer comes when the returned function is called."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    with page.expect_request(address):
        act()
    return lambda: held.pop().continue_()


def test_the_code_that_was_clicked_is_taken_off(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="turn", mrn="TU-1")
    signed_in("coder")
    open_chart(page, demo, "TU-1")
    accept(page, 2)
    first, second = codes(page)
    go_on = held_up(page, "**/accept/", lambda: page.keyboard.press("a"))
    page.get_by_label(f"Take {first} off the chart").click()
    go_on()
    expect(page.locator("[data-assigned]")).to_have_count(2)
    expect(page.locator("[data-assigned] > .code").first).to_have_text(second)
    page.keyboard.press("u")
    expect(page.locator("[data-assigned]")).to_have_count(3)
    expect(page.locator("[data-assigned] > .code").first).to_have_text(first)


def test_a_code_goes_up_by_one_from_where_it_stands_by_then(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="up", mrn="TU-2")
    signed_in("coder")
    open_chart(page, demo, "TU-2")
    accept(page, 4)
    first, second, third, fourth = codes(page)
    go_on = held_up(page, "**/undo/", page.get_by_label(f"Take {first} off the chart").click)
    page.get_by_label(f"Move {fourth} up").click()
    go_on()
    expect(page.locator("[data-assigned] > .code")).to_have_text([second, fourth, third])


def test_a_reason_that_was_clicked_goes_along(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="reason", mrn="TU-3")
    signed_in("coder")
    open_chart(page, demo, "TU-3")
    cards = page.locator(".sug")
    go_on = held_up(page, "**/accept/", lambda: page.keyboard.press("a"))
    cards.nth(1).click()
    cards.nth(1).locator("summary", has_text="Reject").click()
    cards.nth(1).get_by_role("button", name="Negated or historical").click()
    go_on()
    expect(cards.nth(0)).to_have_attribute("data-state", "accepted")
    expect(cards.nth(1)).to_have_attribute("data-state", "rejected")


@pytest.mark.parametrize("by", ["key", "mouse"])
def test_the_fix_that_was_chosen_is_done(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page], by: str
) -> None:
    bring_in_stay(demo, tmp_path, mrn=f"TU-{by}")
    signed_in("coder")
    open_chart(page, demo, f"TU-{by}")
    for code in ("E10.9", "E13.9", "I21.9"):
        add(page, code)
    page.keyboard.press("g")
    fixes = page.locator("#findings-list [data-fix]")
    first = fixes.filter(has_text="Remove E10.9").locator("kbd").inner_text()
    other = fixes.filter(has_text="I21.4")
    go_on = held_up(page, "**/fix/", lambda: page.keyboard.press(first))
    if by == "mouse":
        other.click()
    else:
        page.keyboard.press(other.locator("kbd").inner_text())
    go_on()
    expect(page.locator(".assigned-list")).to_contain_text("I21.4")
    assert sorted(codes(page)) == ["E13.9", "I21.4"]
