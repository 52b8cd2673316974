"""The chart page keeps still: no layout shift, no lost place, no lost focus, no reload, whatever is decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.running import Demo
from tests.browser.test_main_job import bring_in, current_code, settled
from tests.browser.test_workbench_chart import bring_in_stay, open_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

# Chrome excuses shifts within 500 ms of an input; here none is excused, however fast or slow the answer was.
WATCH = """() => {
  window.sameDocument = true;
  window.shifts = [];
  const name = ({ node }) => node?.closest?.("[id]")?.id ?? node?.parentElement?.closest("[id]")?.id ?? "?";
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((each) => (
    { value: each.value, where: each.sources.map(name) }
  )))).observe({ type: "layout-shift" });
  document.getElementById("documentation").scrollTop = 40;
}"""
LISTED = re.compile(r"s\d+|a\d+|work-rest|assigned-list")
PLACE = """() => {
  const box = (id) => {
    const at = document.getElementById(id).getBoundingClientRect();
    return [at.x, at.y, at.width];
  };
  return {
    notes: document.getElementById("documentation").scrollTop,
    head: box("work-head"), suggestions: box("suggestions"),
    documentation: box("documentation"), banner: box("banner"),
  };
}"""
FOCUS = """() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  return { tag: element.tagName, seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
}"""
# What is decided next may have to be scrolled into its list; then it is to be seen, or as much as there is room for.
CURRENT = """() => {
  const card = document.querySelector(".sug.is-current")?.getBoundingClientRect();
  const list = document.getElementById("suggestions").getBoundingClientRect();
  const seen = card && Math.min(card.bottom, list.bottom) - Math.max(card.top, list.top);
  return !card || seen >= Math.min(card.height, list.height - 44) - 2;
}"""


class Watch:
    """Compares the page before and after each act."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate(WATCH)

    def act(self, do: Callable[[], object], then: Callable[[], object]) -> None:
        """Do it, wait for what it leads to, and look whether anything else has moved."""
        before = self.place()
        do()
        then()
        assert self.place() == before
        focus = self.page.evaluate(FOCUS)
        assert focus["tag"] != "BODY"
        assert focus["seen"], focus
        assert self.page.evaluate(CURRENT)
        assert self.page.evaluate("window.sameDocument === true")

    def place(self) -> dict[str, Any]:
        return dict(self.page.evaluate(PLACE))

    def shifts(self) -> list[dict[str, Any]]:
        """What moved, but for the lists themselves: what is decided folds, what comes next opens, a code is added."""
        found = self.page.evaluate("shifts")
        return [each for each in found if not all(LISTED.fullmatch(where) for where in each["where"])]


def press(page: Page, *keys: str) -> Callable[[], object]:
    def act() -> None:
        for key in keys:
            page.keyboard.press(key)

    return act


def counted(page: Page, decided: int) -> Callable[[], object]:
    return lambda: settled(page, decided)


def assigned(page: Page, count: int) -> Callable[[], object]:
    return lambda: expect(page.locator("[data-assigned]")).to_have_count(count)


def test_deciding_by_keyboard_moves_nothing_that_is_being_read(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="still", mrn="ST-1")
    signed_in("coder")
    open_chart(page, demo, "ST-1")
    watch = Watch(page)

    watch.act(press(page, "a"), lambda: settled(page, 1))
    watch.act(press(page, "u"), lambda: settled(page, 0))
    watch.act(press(page, "r", "7"), lambda: settled(page, 1))
    watch.act(press(page, "a"), lambda: settled(page, 2))
    watch.act(press(page, "p"), assigned(page, 1))

    def add() -> None:
        press(page, "/")()
        page.keyboard.type("Z87.891")
        press(page, "Enter")()

    watch.act(add, assigned(page, 2))
    press(page, "Escape")()
    watch.act(press(page, "u"), assigned(page, 1))
    watch.act(press(page, "j"), lambda: current_code(page))
    assert watch.shifts() == []


def test_the_current_suggestion_stays_where_it_is_when_codes_below_change(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="ST-2")
    signed_in("coder")
    open_chart(page, demo, "ST-2")
    page.keyboard.press("a")
    settled(page, 1)
    page.keyboard.press("j")
    current = page.locator(".sug.is-current")
    before = current.bounding_box()
    menu = page.locator("select[name=poa]").first
    menu.focus()
    menu.select_option("Y")
    expect(page.locator("select[name=poa]").first).to_have_value("Y")
    expect(page.locator("select[name=poa]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(current).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("select[name=poa]").first).to_have_value("N")
    assert current.bounding_box() == before


def test_everything_is_done_by_mouse_alone(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="ST-3")
    signed_in("coder")
    open_chart(page, demo, "ST-3")
    watch = Watch(page)
    total = page.locator(".sug").count()
    current = page.locator(".sug.is-current")

    watch.act(current.get_by_role("button", name="Accept").click, lambda: settled(page, 1))
    current.locator("summary", has_text="Reject").click()
    watch.act(current.get_by_role("button", name="Negated or historical").click, lambda: settled(page, 2))
    current.locator("summary", has_text="Modify").click()
    current.get_by_role("combobox").press_sequentially("J18.1")
    current.locator("[role=option]:not([data-narrows])").first.click()
    watch.act(current.locator(".reason").nth(1).click, lambda: settled(page, 3))
    for done in range(3, total):
        watch.act(current.get_by_role("button", name="Accept").click, counted(page, done + 1))

    rows = page.locator("[data-assigned]")
    second = rows.nth(1).locator(".code").inner_text()
    rows.nth(1).hover()
    rows.nth(1).locator("[data-first]").click()
    expect(rows.first).to_contain_text(second)
    expect(rows.first).to_contain_text("Principal")
    rows.first.locator("select[name=poa]").select_option("Y")
    expect(rows.first.locator("select[name=poa]")).to_have_value("Y")
    count = rows.count()
    rows.last.hover()
    rows.last.get_by_role("button", name="Take").click()
    expect(rows).to_have_count(count - 1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(count)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(count - 1)
    assert page.evaluate("window.sameDocument === true")

    page.locator("summary", has_text="Hold").click()
    page.get_by_label("What does the chart wait for?").fill("Operative report missing")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.locator("#notices")).to_contain_text("The chart is on hold.")
    page.go_back()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("#notices, .chip-ok").first).to_be_visible()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="ST-4")
    signed_in("coder")
    open_chart(page, demo, "ST-4")
    held: list[Route] = []
    page.route("**/accept/", lambda route: held.append(route))

    def accept(then: Callable[[], None], decided: int) -> None:
        with page.expect_request("**/accept/"):
            page.keyboard.press("a")
        then()
        held.pop().continue_()
        settled(page, decided)

    def name_a_code() -> None:
        page.locator("#add-code").click()
        expect(page.locator("#add-code")).to_be_focused()
        page.keyboard.type("gou")

    accept(name_a_code, 1)
    page.keyboard.type("t")
    expect(page.locator("#add-code")).to_have_value("gout")
    expect(page.locator("#add-code")).to_be_focused()
    expect(page.locator("#results-add [role=option]").first).to_be_visible()
    expect(page.locator("[data-assigned]")).to_have_count(1)
    page.locator("#add-code").fill("")
    page.keyboard.press("Escape")

    def hold() -> None:
        page.locator("summary", has_text="Hold").click()
        expect(page.get_by_label("What does the chart wait for?")).to_be_focused()
        page.keyboard.type("Pathology")

    accept(hold, 2)
    page.keyboard.type(" pending")
    reason = page.get_by_label("What does the chart wait for?")
    expect(reason).to_have_value("Pathology pending")

    page.keyboard.press("Escape")
    accept(lambda: None, 3)
    expect(reason).to_be_hidden()
    expect(reason).to_have_value("Pathology pending")
