"""Axe finds nothing on any page, light and dark. The chart page has its own test, with what is open on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.running import Demo, sign_in
from tests.browser.test_workbench_chart import AXE, AXE_RUN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

AXE_DARK = "async () => (await axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}})).violations"
SIZE: Any = {"width": 1280, "height": 720}
# Who sees which pages.
PAGES = {
    "coder": [
        *("worklist/", "my-day/", "workbench/keys/", "second-look/mine/", "second-look/mine/card/", "no/such/page/"),
    ],
    "auditor": ["second-look/", "second-look/charts/", "second-look/samples/", "second-look/agreement/"],
    "supervisor": ["reports/", "reports/blind/", "assignment/", "upload/"],
    "admin": [
        "codebook/",
        "codebook/ICD-10-CM/S93.4/",
        "codebook/ICD-10-CM/E11.9/",
        "codebook/releases/",
        "codebook/build/",
        "model/",
        "model/challenger/",
        "system/",
        "exports/",
        "workbench/policy/",
    ],
}


def axe(page: Page) -> list[tuple[str, list[Any]]]:
    """Every rule in light colours, and those of colour once more in dark ones."""
    page.emulate_media(color_scheme="light")
    page.add_script_tag(path=AXE)
    found = page.evaluate(AXE_RUN)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(AXE_DARK)
    return [(each["id"], [node["target"] for node in each["nodes"]][:4]) for each in found]


def look(page: Page, url: str) -> dict[str, Any]:
    """What axe says of one page: nothing, or the page's path with what it found."""
    answer = page.goto(url)
    assert answer
    assert answer.status in (200, 404), f"{answer.status} {url}"
    found = axe(page)
    return {url.split("/", 3)[3] or "sign-in": found} if found else {}


def linked(page: Page, url: str, selector: str) -> str:
    """The address of the first such link on a page, "" when it has none."""
    page.goto(url)
    link = page.locator(selector).first
    return str(link.evaluate("each => each.href")) if link.count() else ""


@pytest.fixture
def person(request: pytest.FixtureRequest, demo: Demo, browser: Browser) -> Callable[[str], Page]:
    """A page of somebody, without the policy that keeps axe out."""

    def as_person(username: str) -> Page:
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce", bypass_csp=True)
        request.addfinalizer(context.close)
        page = context.new_page()
        if username:
            sign_in(page, demo, username)
        return page

    return as_person


def test_axe_finds_nothing_on_the_pages_of_each_role(demo: Demo, person: Callable[[str], Page]) -> None:
    found = look(person(""), f"{demo.url}/sign-in/")
    for username, paths in PAGES.items():
        page = person(username)
        for path in paths:
            found |= look(page, f"{demo.url}/{path}")
    assert found == {}


def test_axe_finds_nothing_behind_the_links(demo: Demo, person: Callable[[str], Page]) -> None:
    page = person("supervisor")
    looked: dict[str, Any] = {}
    chart = linked(page, f"{demo.url}/worklist/?status=final", "tr[data-row] a")
    assert chart
    for url in (chart, f"{chart}timeline/", f"{chart}packet/"):
        looked |= look(page, url)
    report = linked(page, f"{demo.url}/reports/", 'main a[href*="/reports/20"]')
    assert report
    looked |= look(page, report) | look(page, f"{report.split('?')[0]}charts/")
    links = '.look-list a, main a[href^="/second-look/"][href$="/"]'
    audit = linked(person("auditor"), f"{demo.url}/second-look/", links)
    assert audit
    looked |= look(person("auditor"), audit)
    assert looked == {}
