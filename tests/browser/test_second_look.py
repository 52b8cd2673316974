"""The second look in a browser: a sample is drawn, a code changed, rebutted and the matter finished."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page, expect

from tests.browser.running import Demo, sign_in
from tests.browser.test_main_job import bring_in, open_chart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def as_person(page: Page, demo: Demo, username: str) -> None:
    page.context.clear_cookies()
    sign_in(page, demo, username)


def make_final(page: Page, demo: Demo, mrn: str) -> None:
    """Accept every suggestion of the chart, and submit it as its form does."""
    open_chart(page, demo, mrn)
    chart = page.url.split("#")[0]
    accepts = page.locator('form[data-act="accept"]').evaluate_all("forms => forms.map((form) => form.action)")
    for url in accepts:
        post(page, url)
    page.goto(chart)
    version = page.locator('#submit-form input[name="version"]').input_value()
    assert post(page, f"{chart}submit/", version=version, acknowledged="1", then="stay").ok


def post(page: Page, url: str, **values: str) -> APIResponse:
    """A form without scripts."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    return page.request.post(url, form={"csrfmiddlewaretoken": token, **values}, headers={"Referer": page.url})


def rebuttals(page: Page, demo: Demo) -> tuple[int, int]:
    """How many of the coder's rebuttals held, and how many there were."""
    page.goto(f"{demo.url}/second-look/mine/card/")
    said = re.search(r"(\d+) of your (\d+) rebuttals? held", page.locator("main").inner_text())
    return (int(said[1]), int(said[2])) if said else (0, 0)


def test_from_the_sample_to_the_finished_audit(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page]
) -> None:
    bring_in(demo, tmp_path, identifier="second-look", mrn="SL-1")
    signed_in("coder")
    make_final(page, demo, "SL-1")

    as_person(page, demo, "auditor")
    page.get_by_role("link", name="Second look").click()
    page.get_by_role("link", name="Draw a sample").click()
    page.locator('form[action$="/draw/"] input[name="size"]').fill("200")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.locator("tr", has_text="SL-1").get_by_role("link").click()
    page.get_by_role("button", name="Begin").click()

    line = page.locator(".look-line").first
    coded = line.locator(".look-coder .code").inner_text()
    line.locator("summary", has_text="Change").click()
    form = line.locator("details[open]")
    field = form.get_by_label("The right code")
    expect(field).to_be_focused()
    field.press_sequentially("gout")
    form.locator("[role=option]:not([data-narrows])").first.click()
    expect(form.get_by_label("Kind of error")).to_be_focused()
    form.get_by_label("Comment").fill("See the plan")
    form.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".look-score")).to_contain_text("principal counts 2")
    expect(page.locator(".look-why").first).to_contain_text("See the plan")
    page.get_by_role("button", name=re.compile("Return 1 finding")).click()
    expect(page.locator(".notice-success")).to_contain_text("Returned to")

    as_person(page, demo, "coder")
    held_before, rebutted_before = rebuttals(page, demo)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My audits").click()
    page.get_by_role("link", name="Answer").first.click()
    expect(page.locator(".finding-card")).to_contain_text(coded)
    page.get_by_label("Rebut").check()
    page.get_by_label(re.compile("^Comment on")).fill("The patient has no gout.")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.locator(".notice-success")).to_contain_text("rebuttal")

    as_person(page, demo, "auditor")
    page.goto(f"{demo.url}/second-look/")
    page.locator(".look-list li", has_text="SL-1").get_by_role("link").first.click()
    expect(page.locator(".said-rebut")).to_contain_text("The patient has no gout.")
    page.get_by_label("Coder is right").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".look-score")).to_contain_text("Finished")
    expect(page.locator(".look-score dd.is-changed")).to_have_count(0)

    as_person(page, demo, "coder")
    assert rebuttals(page, demo) == (held_before + 1, rebutted_before + 1)


def test_the_evidence_packet_prints_with_head_and_foot_on_every_page(
    page: Page, demo: Demo, signed_in: Callable[[str], Page]
) -> None:
    signed_in("auditor")
    page.goto(f"{demo.url}/second-look/charts/")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="Evidence packet").click()
    digest = page.locator(".packet-foot").inner_text()
    assert re.search(r"SHA-256 [0-9a-f]{64}", digest)
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_hidden()
    assert page.locator(".packet > thead").evaluate("each => getComputedStyle(each).display") == "table-header-group"
    assert page.locator(".packet > tfoot").evaluate("each => getComputedStyle(each).display") == "table-footer-group"
    assert page.pdf().startswith(b"%PDF")
