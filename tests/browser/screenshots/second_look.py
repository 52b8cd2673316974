"""Audits: the sample, the worksheet, the coder's answer, the finished audit, and charts coded twice."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.screenshots.studio import Studio


def overview(studio: Studio) -> None:
    pages = {
        "audits": "/second-look/",
        "audits-samples": "/second-look/samples/",
        "audits-charts": "/second-look/charts/",
        "agreement": "/second-look/agreement/",
    }
    page = studio.page_of("auditor")
    for name, path in pages.items():
        with studio.state(name, page):
            studio.go("auditor", path)
            expect(page.locator("h1")).to_be_visible()


def draw(page: Page, *, size: str, twice: bool = False) -> None:
    form = page.locator('form[action$="/draw/"]')
    form.locator('input[name="size"]').fill(size)
    if twice:
        form.locator('[name="method"]').select_option(index=1)
    form.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator("h1")).to_be_visible()


def audit(studio: Studio) -> None:
    """The chart that the pictures of the chart page made final, looked at again."""
    page = studio.page_of("auditor")
    mrn = f"SC-{studio.token}-FIX"
    with studio.state("audit-sample", page):
        studio.go("auditor", "/second-look/samples/")
        draw(page, size="20")
        expect(page.locator("tr", has_text=mrn)).to_have_count(1)
    with studio.state("audit-waiting", page):
        page.locator("tr", has_text=mrn).get_by_role("link").click()
        expect(page.get_by_role("button", name="Begin")).to_be_visible()
    with studio.state("audit-worksheet", page):
        page.get_by_role("button", name="Begin").click()
        expect(page.locator(".look-line").first).to_be_visible()
    with studio.state("audit-change", page):
        page.locator(".look-line summary", has_text="Change").first.click()
        form = page.locator(".look-line details[open]")
        form.get_by_label("The right code").press_sequentially("gout")
        expect(form.locator("[role=option]").first).to_be_visible()
    with studio.state("audit-found", page):
        form = page.locator(".look-line details[open]")
        form.locator("[role=option]:not([data-narrows])").first.click()
        form.get_by_label("Comment").fill("See the assessment")
        form.get_by_role("button", name="Change", exact=True).click()
        expect(page.locator(".look-why").first).to_contain_text("See the assessment")
    address = page.url
    with studio.state("audit-returned", page):
        page.get_by_role("button", name=re.compile(r"Return \d+ finding")).click()
        expect(page.locator(".notice-success")).to_be_visible()
        page.goto(address)
    answering(studio, address)
    with studio.state("audit-rebutted", page):
        page.goto(address)
        expect(page.locator(".said-rebut").first).to_be_visible()
    with studio.state("audit-finished", page):
        page.get_by_label("Coder is right").first.check()
        page.get_by_role("button", name="Finish").click()
        expect(page.locator(".look-score")).to_contain_text("Finished")


def answering(studio: Studio, address: str) -> None:
    coder = studio.page_of("coder")
    with studio.state("my-audits", coder):
        studio.go("coder", "/second-look/mine/")
    with studio.state("audit-answer", coder):
        coder.goto(address)
        for rebut in coder.get_by_label("Rebut").all():
            rebut.check()
        for comment in coder.get_by_label(re.compile("^Comment on")).all():
            comment.fill("The patient has no gout: see the discharge summary.")
    with studio.state("audit-answered", coder):
        coder.get_by_role("button", name="Send my answers").click()
        expect(coder.locator(".notice-success")).to_contain_text("rebuttal")
    with studio.state("my-card", coder):
        studio.go("coder", "/second-look/mine/card/")


def twice(studio: Studio) -> None:
    """The simulated weeks hold charts that were coded twice."""
    page = studio.page_of("auditor")
    with studio.state("coded-twice", page):
        studio.go("auditor", "/second-look/agreement/")
        page.locator("#charts tbody a").first.click()
        expect(page.locator(".look-score")).to_be_visible()
    with studio.state("coding-again", page):
        studio.go("auditor", "/second-look/samples/")
        draw(page, size="2", twice=True)
        page.locator("tbody").get_by_role("link").first.click()
        page.get_by_role("button", name=re.compile("^(Code|Begin|Take)")).first.click()
        expect(page.locator(".blind-list")).to_be_visible()


SCENES = [overview, audit, twice]
