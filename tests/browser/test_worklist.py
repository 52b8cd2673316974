"""The worklist in a browser: select by key and by mouse, move, search, and all of it without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import Demo, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def assigned(page: Page) -> int:
    return page.locator("[data-row] .chip-assigned").count()


def own_charts(demo: Demo, folder: Path, name: str) -> str:
    """Four charts that no other test has in its hands; returns the address of the worklist that shows just them."""
    lines = (Path(__file__).parents[1] / "data" / "visits.jsonl").read_text(encoding="utf-8").splitlines()
    own = {"specialty": f"Worklist {name}", "name": f"Listed, {name}"}
    visits = [
        json.loads(lines[0]) | own | {"id": f"{name}-{number}", "mrn": f"{name}-{number}"} for number in range(4)
    ]
    file = folder / "visits.jsonl"
    file.write_text("".join(json.dumps(visit) + "\n" for visit in visits), encoding="utf-8")
    assert "4 created" in demo.manage("import_charts", str(file))
    return f"{demo.url}/worklist/?{urlencode({'specialty': own['specialty']})}"


def opened(page: Page, address: str) -> Page:
    """The page once all four have their suggestions."""
    rows = page.locator("tr[data-row]")
    for _ in range(60):
        page.goto(address)
        if rows.count() == 4:
            break
        page.wait_for_timeout(500)
    expect(rows).to_have_count(4)
    return page


@pytest.fixture
def address(demo: Demo, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return own_charts(demo, tmp_path, request.node.originalname[-20:].strip("_"))


@pytest.fixture
def supervisor(signed_in: Callable[[str], Page], address: str) -> Page:
    return opened(signed_in("supervisor"), address)


def test_charts_are_selected_by_key_and_assigned_by_mouse(supervisor: Page) -> None:
    page = supervisor
    expect(page.locator("#moves")).not_to_be_visible()
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-select]:checked")).to_have_count(2)
    expect(page.locator("#moves")).to_contain_text("2 charts")
    page.locator("#moves select[name=to]").select_option(label="Devon Price")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#notices")).to_contain_text("2 of 2 charts: assigned.")
    expect(page.locator("[data-row] .chip-assigned", has_text="Devon Price")).to_have_count(2)


def test_a_range_is_selected_and_unassigned(supervisor: Page) -> None:
    page = supervisor
    boxes = page.locator("[data-select]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-select]:checked")).to_have_count(4)
    page.locator("#moves select[name=act]").select_option("unassign")
    expect(page.locator("#moves select[name=to]")).not_to_be_visible()
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#notices")).to_contain_text("4 of 4 charts: unassigned.")


def test_a_chart_opens_by_enter(supervisor: Page) -> None:
    supervisor.keyboard.press("j")
    supervisor.keyboard.press("Enter")
    expect(supervisor).to_have_url(re.compile("/charts/"), timeout=30_000)


def test_a_patient_is_found_without_leaving_words_in_the_address(supervisor: Page, address: str) -> None:
    page = supervisor
    name = (page.locator(".row-link").first.text_content() or "").split(",")[0]
    page.keyboard.press("/")
    page.keyboard.type(name.lower())
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_contain_text("found")
    expect(page.locator(".row-link").first).to_contain_text(name)
    assert page.url == address


def test_filters_reach_next_chart_and_can_be_saved(signed_in: Callable[[str], Page], demo: Demo) -> None:
    page = signed_in("coder")
    page.goto(f"{demo.url}/worklist/")
    page.locator("#filter-patient_class").select_option("inpatient")
    expect(page).to_have_url(re.compile("patient_class=inpatient"))
    page.locator(".save-filter summary").click()
    page.get_by_label("Save these filters as").fill("Stays")
    page.get_by_role("button", name="Save filters").click()
    expect(page.locator(".kept")).to_contain_text("Stays")
    expect(page.locator("#filter-patient_class")).to_have_value("inpatient")
    page.get_by_role("button", name="Remove the filter Stays").click()
    expect(page.locator(".kept")).to_have_count(0)


def test_charts_are_held_and_released_without_scripts(browser: Browser, demo: Demo, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    sign_in(page, demo, "supervisor")
    opened(page, address)
    page.locator("[data-select]").first.check()
    page.locator("#moves select[name=act]").select_option("hold")
    page.locator("#moves input[name=reason]").fill("Pathology pending")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#notices")).to_contain_text("1 of 1 chart: put on hold.")
    page.goto(f"{address}&status=on_hold")
    expect(page.locator("[data-row]").first).to_contain_text("Missing document")
    page.locator("[data-select]").first.check()
    page.locator("#moves select[name=act]").select_option("release")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#notices")).to_contain_text("1 of 1 chart: released.")
    context.close()
