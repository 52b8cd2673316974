"""The chart page, from the first look to the final chart."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.screenshots.patients import STAY, VISIT, bring_in
from tests.browser.screenshots.studio import Studio
from tests.browser.test_main_job import open_chart as find_chart
from tests.browser.test_workbench_chart import keys_act, open_a_blind_one, set_blind_share

FAIL = """
from review.models import Chart
charts = Chart.objects.filter(encounter__patient__mrn="{mrn}")
charts.get().suggestions.update(state="withdrawn")
charts.update(status="failed", suggest_attempts=3, suggest_error="TimeoutError")
"""


def ready(page: Page) -> None:
    expect(page.locator(".sug, .empty").first).to_be_visible()
    keys_act(page)


def open_an_untouched_stay(studio: Studio, page: Page) -> None:
    studio.go("coder", "/worklist/?patient_class=inpatient")
    for path in page.locator("tr[data-row] a").evaluate_all("links => links.map((link) => link.pathname)"):
        studio.go("coder", path)
        ready(page)
        if "0 of" in page.locator(".work-head").first.inner_text():
            return


def decided(page: Page, count: int) -> None:
    expect(page.locator(".work-head").first).to_contain_text(f"{count} of")


def stay(studio: Studio) -> None:
    """An inpatient stay of the demo, decided by keys."""
    page = studio.page_of("coder")
    with studio.state("chart-guide", page):
        open_an_untouched_stay(studio, page)
        if not page.locator("#guide").count():
            page.keyboard.press("?")
            page.get_by_role("button", name="Guide").click()
            ready(page)
    with studio.state("chart-guide-steps", page):
        page.locator(".guide-all summary").click()
    with studio.state("chart-fresh", page):
        page.get_by_role("button", name="End the guide").click()
        expect(page.locator("#guide")).to_have_count(0)
        page.reload()
        ready(page)
    with studio.state("chart-evidence", page):
        page.keyboard.press("e")
        page.keyboard.press("e")
    with studio.state("chart-accepted", page):
        page.keyboard.press("a")
        decided(page, 1)
        page.keyboard.press("a")
        decided(page, 2)
        page.locator(".poa select").first.select_option("Y")
    with studio.state("chart-modify", page):
        page.keyboard.press("m")
        page.keyboard.type("type 1 diab")
        expect(page.locator(".sug.is-current [role=option]").first).to_be_visible()
    with studio.state("chart-modify-reasons", page):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".sug.is-current .reason").first).to_be_focused()
    page.keyboard.press("Escape")
    with studio.state("chart-reject", page):
        page.keyboard.press("r")
        expect(page.locator(".sug.is-current details[open] .reason").first).to_be_visible()
    with studio.state("chart-rejected", page):
        page.keyboard.press("7")
        decided(page, 3)
    with studio.state("chart-undone", page):
        page.keyboard.press("u")
        decided(page, 2)
    with studio.state("chart-code-search", page):
        page.keyboard.press("/")
        page.keyboard.type("ckd 3b")
        expect(page.locator("#results-add [role=option]").first).to_be_visible()
    page.locator("#add-code").fill("")
    page.evaluate("document.activeElement.blur()")
    with studio.state("chart-book", page):
        page.keyboard.press("b")
        expect(page.locator("#book .book-entry h1")).to_be_visible()
    for tab in ("Medications", "Labs", "Decisions"):
        with studio.state(f"chart-{tab.lower()}", page):
            page.get_by_role("link", name=re.compile(f"^{tab}")).click()
    with studio.state("chart-search", page):
        page.keyboard.press("s")
        page.keyboard.type("no")
        expect(page.locator("[data-hit]").first).to_be_visible()
    with studio.state("chart-search-nothing", page):
        page.locator("#chart-words").fill("zebra")
        expect(page.locator("#hits")).to_contain_text("Not in the notes")
    page.locator("#chart-words").fill("")
    with studio.state("chart-help", page):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    with studio.state("chart-money-hidden", page):
        page.get_by_role("button", name="Hide money").click()
        ready(page)
    page.get_by_role("button", name="Money is hidden").click()
    ready(page)
    held_by_another(studio, page)


def held_by_another(studio: Studio, page: Page) -> None:
    other = studio.page_of("coder2")
    with studio.state("chart-held", other):
        other.goto(page.url)
        ready(other)
        expect(other.locator(".lease .strip-warn")).to_be_visible()
    with studio.state("timeline", page):
        page.get_by_role("link", name="Timeline").click()
        expect(page.locator("h1")).to_be_visible()
    with studio.state("packet", page):
        page.go_back()
        page.get_by_role("link", name="Evidence packet").click()
        expect(page.locator(".packet-foot")).to_be_attached()
    with studio.state("changes", page):
        page.go_back()
        page.goto(page.url + "changes/")


def accept_all(page: Page) -> None:
    """Every suggestion that is left, one after the other."""
    for _ in range(40):
        if not page.locator('.sug[data-state="pending"]').count():
            return
        before = page.locator('.sug[data-state="pending"]').count()
        page.locator('.sug[data-state="pending"] [data-act=accept] button').first.click()
        expect(page.locator('.sug[data-state="pending"]')).to_have_count(before - 1)


def fixing(studio: Studio) -> None:
    """Findings, from the first error to the final chart."""
    page = studio.page_of("coder")
    mrn = f"SC-{studio.token}-FIX"
    bring_in(studio.demo, [STAY | {"id": mrn, "mrn": mrn}])
    find_chart(page, studio.demo, mrn)
    ready(page)
    with studio.state("chart-finding", page):
        for code in ("E10.9", "E13.9"):
            add(page, code)
        page.keyboard.press("g")
        expect(page.locator("#findings-list")).to_be_visible()
    page.keyboard.press("Escape")
    with studio.state("chart-submit-errors", page):
        accept_all(page)
        page.locator("#submit-stay").click()
        expect(page.locator(".notice-error")).to_be_visible()
    with studio.state("chart-warnings", page):
        mend_all(page)
        if page.locator("#acknowledged").count():
            page.locator("#acknowledged").check()
    with studio.state("chart-final", page):
        page.locator("#submit-stay").click()
        expect(page.locator(".submit.final")).to_be_visible()


def mend_all(page: Page) -> None:
    """Remove a code of each pair that excludes the other, until no error is left."""
    for _ in range(12):
        if not page.locator("#findings .chip-bad").count():
            return
        codes = page.locator("[data-assigned]").count()
        if not page.locator("#findings[open]").count():
            page.locator("#findings summary").click()
        page.locator("#findings-list .finding-error").first.get_by_role("button").first.click()
        expect(page.locator("[data-assigned]")).not_to_have_count(codes)


def add(page: Page, code: str) -> None:
    page.locator("#add-code").fill(code)
    page.locator("#add-form button").click()
    expect(page.locator(".assigned-list")).to_contain_text(code)
    page.evaluate("document.activeElement.blur()")


def service(studio: Studio) -> None:
    """A visit with a CPT code, its line, and a stale save of it."""
    page = studio.page_of("coder")
    mrn = f"SC-{studio.token}-LINE"
    bring_in(studio.demo, [VISIT | {"id": mrn, "mrn": mrn}])
    find_chart(page, studio.demo, mrn)
    ready(page)
    with studio.state("chart-service", page):
        add(page, "Z79.4")
        add(page, "99213")
        page.locator("[data-line] summary").click()
        page.get_by_label("Modifiers").fill("25")
    with studio.state("chart-conflict", page):
        other = page.context.new_page()
        other.goto(page.url)
        other.locator("[data-line] summary").click()
        other.get_by_label("Modifiers").fill("57")
        other.get_by_role("button", name="Save").click()
        expect(other.locator("[data-line] summary")).to_contain_text("57")
        other.close()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#notices")).to_contain_text("The chart has changed")
    holding(studio, page)


def holding(studio: Studio, page: Page) -> None:
    chart = page.url
    with studio.state("chart-hold", page):
        page.goto(chart)
        ready(page)
        page.locator(".hold summary").click()
        page.get_by_label("What does the chart wait for?").fill("Operative report missing")
    with studio.state("chart-on-hold", page):
        page.get_by_role("button", name="Put on hold").click()
        page.wait_for_url(re.compile("/worklist/"))
        page.goto(chart)
        expect(page.locator(".banner")).to_contain_text("On hold")


def blind(studio: Studio) -> None:
    """Of twelve charts drawn at a half, one that is blind."""
    page = studio.page_of("coder2")
    admin = studio.page_of("admin")
    name = f"blind-{studio.token}"
    people = [VISIT | {"id": f"{name}-{each}", "mrn": f"BL-{each}"} for each in range(12)]
    set_blind_share(admin, studio.demo, 50)
    try:
        bring_in(studio.demo, people)
        with studio.state("chart-blind", page):
            open_a_blind_one(page, studio.demo)
            expect(page.locator(".empty.blind")).to_be_visible()
    finally:
        set_blind_share(admin, studio.demo, 0)
    with studio.state("chart-blind-own-list", page):
        add(page, "Z87.891")
    with studio.state("chart-blind-shown", page):
        page.get_by_role("button", name="Save my list").click()
        expect(page.locator(".sug").first).to_be_visible()


def failed(studio: Studio) -> None:
    """The demo's coder does not fail, so a row is made to look as if it had."""
    page = studio.page_of("coder")
    mrn = f"SC-{studio.token}-FAIL"
    bring_in(studio.demo, [VISIT | {"id": mrn, "mrn": mrn, "name": "Moreno, Isabel"}])
    find_chart(page, studio.demo, mrn)
    chart = page.url
    studio.demo.manage("shell", "--command", FAIL.format(mrn=mrn))
    with studio.state("chart-failed", page):
        page.goto(chart)
        expect(page.locator(".suggestions .empty")).to_be_visible()


SCENES = [stay, fixing, service, blind, failed]
