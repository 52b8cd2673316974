"""Assigned codes are dragged to their place, and taken off and put back there; a stale chart puts them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Demo
from tests.browser.test_main_job import bring_in
from tests.browser.test_workbench_chart import open_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def codes(page: Page) -> list[str]:
    return page.locator("[data-assigned] > .code").all_inner_texts()


def accept(page: Page, count: int) -> None:
    for done in range(count):
        page.keyboard.press("a")
        expect(page.locator("[data-assigned]")).to_have_count(done + 1)


def drag(page: Page, begin: int, end: int) -> None:
    """Take the row by its number and let go of it over another one."""
    grip = page.locator("[data-grip]").nth(begin)
    grip.scroll_into_view_if_needed()
    here, there = grip.bounding_box(), page.locator("[data-assigned]").nth(end).bounding_box()
    assert here and there
    page.mouse.move(here["x"] + 4, here["y"] + here["height"] / 2)
    page.mouse.down()
    down = 4 if end > begin else -4
    page.mouse.move(here["x"] + 4, there["y"] + there["height"] / 2 + down, steps=6)
    page.mouse.up()


def test_a_code_is_dragged_to_another_place_taken_off_and_put_back_there(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="drag", mrn="DR-1")
    signed_in("coder")
    open_chart(page, demo, "DR-1")
    accept(page, 3)
    first, second, third = codes(page)

    drag(page, 0, 2)
    expect(page.locator("[data-assigned] > .code")).to_have_text([second, third, first])
    expect(page.locator("[data-assigned] > .seq")).to_have_text(["1", "2", "3"])
    page.reload()
    expect(page.locator("[data-assigned] > .code")).to_have_text([second, third, first])
    drag(page, 2, 1)
    expect(page.locator("[data-assigned] > .code")).to_have_text([second, first, third])
    expect(page.locator("[data-assigned]").first).to_contain_text("First-listed")

    page.locator("[data-assigned]").first.get_by_label(f"Take {second} off the chart").click()
    expect(page.locator("[data-assigned] > .code")).to_have_text([first, third])
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("title", f"Put {second} back")
    page.keyboard.press("u")
    expect(page.locator("[data-assigned] > .code")).to_have_text([second, first, third])


def test_escape_and_a_small_movement_leave_the_order_alone(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="undrag", mrn="DR-2")
    signed_in("coder")
    open_chart(page, demo, "DR-2")
    accept(page, 2)
    order = codes(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/move/" in request.url else None)
    box = page.locator("[data-grip]").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + 60, steps=4)
    expect(page.locator(".is-dragged")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".is-dragged")).to_have_count(0)
    page.mouse.up()
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + 10)
    page.mouse.up()
    assert codes(page) == order
    assert not asked


def test_a_stale_drag_is_refused_and_the_row_goes_back(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="stale", mrn="DR-3")
    signed_in("coder")
    open_chart(page, demo, "DR-3")
    accept(page, 3)
    order = codes(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[data-assigned]").nth(1).locator("[data-first]").click(force=True)
    expect(other.locator("[data-assigned] > .code").first).to_have_text(order[1])

    drag(page, 0, 2)
    expect(page.locator("#notices")).to_contain_text("The chart has changed")
    expect(page.locator("[data-assigned] > .code")).to_have_text(order)
