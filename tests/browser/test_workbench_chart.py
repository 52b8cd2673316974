"""The workbench in a real browser: fixes, lines, search, code book, keys, time, blind charts, accessibility."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Demo, sign_in
from tests.browser.test_main_job import bring_in, settled
from tests.browser.test_main_job import open_chart as find_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
AXE_RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})).violations"


def bring_in_stay(demo: Demo, folder: Path, *, mrn: str) -> None:
    """An inpatient chart whose words lead to findings."""
    text = (
        "DISCHARGE SUMMARY\nASSESSMENT\n1. Pneumonia with cough.\n2. Type 2 diabetes mellitus.\n"
        "3. Hypertension.\n4. Chronic kidney disease stage 3b.\n"
    )
    stay = {
        "id": mrn,
        "mrn": mrn,
        "name": f"Browser, {mrn}",
        "sex": "F",
        "age": 71,
        "patient_class": "inpatient",
        "admitted_on": "2026-05-01",
        "discharged_on": "2026-05-04",
        "text": text,
    }
    file = folder / f"{mrn}.jsonl"
    file.write_text(json.dumps(stay) + "\n", encoding="utf-8")
    assert "1 created" in demo.manage("import_charts", str(file))


def open_chart(page: Page, demo: Demo, mrn: str) -> None:
    find_chart(page, demo, mrn)
    keys_act(page)


def keys_act(page: Page) -> None:
    expect(page.locator("html[data-keys=ready]")).to_have_count(1)


def add(page: Page, code: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    # The first code of an inpatient loads the grouper, which takes a second or more of a busy machine.
    expect(page.locator(".assigned-list")).to_contain_text(code, timeout=20_000)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")


def test_findings_are_mended_by_keys_and_lead_to_their_codes(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in_stay(demo, tmp_path, mrn="WB-1")
    signed_in("coder")
    open_chart(page, demo, "WB-1")
    add(page, "E10.9")
    add(page, "E13.9")
    scroll = page.locator("#suggestions").evaluate("each => each.scrollTop")
    page.keyboard.press("g")
    expect(page.locator("#findings-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#findings-list")).to_be_hidden()
    page.locator("#findings summary").click()
    remove = page.locator("#findings-list [data-fix]", has_text="Remove E13.9").first
    key = remove.locator("kbd").inner_text()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    expect(page.locator(".assigned-list")).not_to_contain_text("E13.9")
    expect(page.locator(".assigned-list")).to_contain_text("E10.9")
    assert page.locator("#suggestions").evaluate("each => each.scrollTop") == scroll
    page.locator("#findings-list [data-go]").first.click()
    expect(page.locator("#findings-list")).to_be_hidden()
    expect(page.locator("#stay")).to_contain_text("DRG")
    page.get_by_role("button", name="Hide money").click()
    expect(page.locator("#stay")).to_contain_text("hidden until you have decided")
    page.get_by_role("button", name="Money is hidden").click()
    expect(page.locator("#stay")).to_contain_text("weight")


def test_a_service_gets_its_line_and_a_stale_one_keeps_the_words(
    page: Page, demo: Demo, browser: object, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="line", mrn="WB-2")
    signed_in("coder")
    open_chart(page, demo, "WB-2")
    add(page, "Z79.4")
    add(page, "99213")
    other = page.context.new_page()
    other.goto(page.url)
    page.keyboard.press("l")
    page.keyboard.type("25")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator("[data-line] summary")).to_contain_text("25")
    expect(page.locator("[data-line] summary")).to_contain_text("→ 1")
    other.locator("[data-line] summary").click()
    other.get_by_label("Modifiers").fill("57")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#notices")).to_contain_text("The chart has changed")
    expect(other.get_by_label("Modifiers")).to_have_value("57")


def test_words_are_found_in_the_notes_and_read_notes_lose_their_dot(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="find", mrn="WB-3")
    signed_in("coder")
    open_chart(page, demo, "WB-3")
    expect(page.locator(".is-unread")).to_have_count(1)
    page.keyboard.press("s")
    page.keyboard.type("diabetes")
    expect(page.locator("[data-hit]").first).to_be_visible()
    page.keyboard.press("Enter")
    painted = "[...CSS.highlights.get('hit')].map((range) => range.toString().toLowerCase())"
    assert page.evaluate(painted) == ["diabetes"]
    assert "diabetes" not in page.url
    page.keyboard.press("Escape")
    expect(page.locator("[data-hit]")).to_have_count(0)
    for _ in range(5):
        page.mouse.move(500, 400)
        page.mouse.move(510, 410)
        page.wait_for_timeout(1000)
    expect(page.locator(".is-unread")).to_have_count(0)


def test_the_code_book_opens_in_place_and_its_code_is_used(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="book", mrn="WB-4")
    signed_in("coder")
    open_chart(page, demo, "WB-4")
    here = page.url
    page.keyboard.press("b")
    expect(page.locator("#book .book-entry h1")).to_be_visible()
    page.get_by_label("Search the code book").fill("S93.401")
    page.keyboard.press("Enter")
    expect(page.locator("#book .book-seventh")).to_be_visible()
    page.locator("#book .book-seventh a").first.click()
    page.get_by_role("button", name="Use S93.401A").click()
    expect(page.locator(".assigned-list")).to_contain_text("S93.401A")
    assert page.url == here
    page.keyboard.press("b")
    expect(page.locator("#notes")).to_be_visible()


def test_keys_are_changed_and_shown(page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]) -> None:
    bring_in(demo, tmp_path, identifier="keys", mrn="WB-5")
    signed_in("coder2")
    open_chart(page, demo, "WB-5")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("next suggestion")
    page.get_by_role("link", name="Change keys").click()
    page.get_by_label("Accept").fill("y")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".sug").first).to_be_visible()
    keys_act(page)
    page.keyboard.press("a")
    page.keyboard.press("y")
    settled(page, 1)
    page.goto(f"{demo.url}/workbench/keys/")
    page.get_by_role("button", name="Back to the usual keys").click()


def set_blind_share(page: Page, demo: Demo, percent: int) -> None:
    page.goto(f"{demo.url}/workbench/policy/")
    page.get_by_label("Blind charts, %").fill(str(percent))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notices")).to_contain_text("Saved.")


def open_a_blind_one(page: Page, demo: Demo) -> None:
    """Of twelve charts drawn at a half, the first that is blind once all have been read."""
    for _ in range(40):
        page.goto(f"{demo.url}/worklist/?sort=age")
        for number in range(12):
            row = page.locator("tr[data-row]", has_text=re.compile(rf"BL-{number}\b"))
            if not row.count():
                continue
            page.goto(demo.url + str(row.first.get_by_role("link").first.get_attribute("href")))
            if page.locator(".empty.blind").count():
                return
            page.go_back()
        page.wait_for_timeout(500)


def test_a_blind_chart_is_coded_before_its_suggestions_are_seen(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    signed_in("admin")
    set_blind_share(page, demo, 50)
    lines = (Path(__file__).parents[1] / "data" / "visits.jsonl").read_text(encoding="utf-8").splitlines()
    visits = [json.loads(lines[0]) | {"id": f"blind-{number}", "mrn": f"BL-{number}"} for number in range(12)]
    file = tmp_path / "blind.jsonl"
    file.write_text("".join(json.dumps(visit) + "\n" for visit in visits), encoding="utf-8")
    demo.manage("import_charts", str(file))
    page.context.clear_cookies()
    sign_in(page, demo, "coder")
    open_a_blind_one(page, demo)
    page.context.clear_cookies()
    sign_in(page, demo, "admin")
    # The demo is shared: no other test's chart is to be blind.
    set_blind_share(page, demo, 0)
    page.context.clear_cookies()
    sign_in(page, demo, "coder")
    open_a_blind_one(page, demo)
    expect(page.locator(".empty.blind")).to_be_visible()
    keys_act(page)
    expect(page.locator("mark")).to_have_count(0)
    add(page, "Z87.891")
    page.get_by_role("button", name="Save my list").click()
    expect(page.locator(".sug").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_chart_page(demo: Demo, browser: object, tmp_path: Path, scheme: str) -> None:
    bring_in_stay(demo, tmp_path, mrn=f"AX-{scheme}")
    context = browser.new_context(  # type: ignore[attr-defined]
        viewport={"width": 1280, "height": 720}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, demo, "coder")
    open_chart(page, demo, f"AX-{scheme}")
    add(page, "99213")
    page.keyboard.press("g")
    page.add_script_tag(path=AXE)
    found = [(each["id"], [node["target"] for node in each["nodes"]][:4]) for each in page.evaluate(AXE_RUN)]
    context.close()
    assert found == []
