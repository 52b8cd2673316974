"""Sign-in, worklist, my day, keys, code book, bringing charts in, and the pages that say no."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect

from tests.browser.running import PASSWORD, sign_in
from tests.browser.screenshots.patients import VISIT, bring_in
from tests.browser.screenshots.studio import Studio

VISITS = Path(__file__).parents[2] / "data" / "visits.jsonl"


def before_work(studio: Studio) -> None:
    """What is empty only as long as nobody has worked."""
    stranger = studio.fresh_page()
    with studio.state("sign-in", stranger):
        stranger.goto(f"{studio.demo.url}/sign-in/")
    with studio.state("sign-in-refused", stranger):
        stranger.get_by_label("Username").fill("coder")
        stranger.get_by_label("Password").fill("a guess")
        stranger.get_by_role("button", name="Sign in").click()
        expect(stranger.get_by_role("alert")).to_be_visible()
    stranger.context.close()
    page = studio.page_of("coder")
    with studio.state("worklist", page):
        studio.go("coder", "/worklist/")
    with studio.state("worklist-empty", page):
        studio.go("coder", "/worklist/?status=failed")
        expect(page.locator("tr[data-row]")).to_have_count(0)
    newcomer = studio.fresh_page()
    with studio.state("my-day-empty", newcomer):
        sign_in_newcomer(studio, newcomer)
        newcomer.goto(f"{studio.demo.url}/my-day/")
        expect(newcomer.locator(".empty")).to_be_visible()
    newcomer.context.close()


def sign_in_newcomer(studio: Studio, page: Page) -> None:
    """A coder whom the simulated weeks do not know."""
    name = f"newcomer{studio.token}"
    account = f"accounts.create_user({name!r}, role='coder', password={PASSWORD!r}, full_name='Alex Hart', by=None)"
    studio.demo.manage("shell", "--command", f"from review.actions import accounts; {account}")
    sign_in(page, studio.demo, name)


def worklist(studio: Studio) -> None:
    page = studio.page_of("supervisor")
    with studio.state("worklist-supervisor", page):
        studio.go("supervisor", "/worklist/")
    with studio.state("worklist-filtered", page):
        studio.go("supervisor", "/worklist/?patient_class=inpatient&sort=weight&band=HIGH")
    with studio.state("worklist-save-filter", page):
        page.locator(".save-filter summary").click()
        page.get_by_label("Save these filters as").fill("Inpatients, certain")
    with studio.state("worklist-selected", page):
        studio.go("supervisor", "/worklist/")
        for key in "jjxjxjx":
            page.keyboard.press(key)
        expect(page.locator("#moves")).to_be_visible()
    with studio.state("worklist-moved", page):
        page.locator("#moves select[name=to]").select_option(label="Devon Price")
        page.get_by_role("button", name="Move").click()
        expect(page.locator("#notices")).to_contain_text("assigned")
    with studio.state("worklist-refused", page):
        # The first is in a coder's hands; the other in nobody's, and so cannot be taken back.
        page.locator("[data-select]").nth(0).check()
        page.locator("[data-select]").nth(6).check()
        page.locator("#moves select[name=act]").select_option("release")
        page.get_by_role("button", name="Move").click()
        expect(page.locator(".refused")).to_be_visible()
    with studio.state("worklist-found", page):
        look_for(studio, page, "DEMO-1001")
    with studio.state("worklist-not-found", page):
        look_for(studio, page, "Nobodyhere")
    for status in ("on_hold", "failed", "final"):
        with studio.state(f"worklist-{status.replace('_', '-')}", page):
            studio.go("supervisor", f"/worklist/?status={status}")
            expect(page.locator("tr[data-row]").first).to_be_visible()
    with studio.state("worklist-help", page):
        studio.go("supervisor", "/worklist/")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
    with studio.state("assignment", page):
        studio.go("supervisor", "/assignment/")


def look_for(studio: Studio, page: Page, words: str) -> None:
    studio.go("supervisor", "/worklist/")
    page.locator("#search").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_be_visible()


def own_pages(studio: Studio) -> None:
    page = studio.page_of("coder")
    with studio.state("my-day", page):
        studio.go("coder", "/my-day/")
        expect(page.locator("canvas")).to_be_visible()
    with studio.state("keys", page):
        studio.go("coder", "/workbench/keys/")
    with studio.state("keys-refused", page):
        page.get_by_label("Accept").fill("r")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_be_visible()


def codebook(studio: Studio) -> None:
    page = studio.page_of("coder")
    pages = {
        "codebook-index": "/codebook/",
        "codebook-leaf": "/codebook/ICD-10-CM/E11.22/?on=2026-05-01",
        "codebook-category": "/codebook/ICD-10-CM/S93.401/?on=2026-05-01",
        "codebook-found": "/codebook/?q=ckd+3b",
        "codebook-nothing": "/codebook/?q=zzzzqq",
        "codebook-builder": "/codebook/build/",
        "codebook-releases": "/codebook/releases/",
        "codebook-compare": "/codebook/releases/?system=HCC",
    }
    for name, path in pages.items():
        with studio.state(name, page):
            studio.go("coder", path)
            expect(page.locator("#book")).to_be_visible()


def upload(studio: Studio) -> None:
    page = studio.page_of("coder")
    with studio.state("upload", page):
        studio.go("coder", "/upload/")
    with TemporaryDirectory() as folder:
        bad = Path(folder) / "broken.jsonl"
        bad.write_text('{"id": "X-1"}\nno JSON at all\n', encoding="utf-8")
        good = Path(folder) / "visits.jsonl"
        good.write_text(VISITS.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
        for name, file in (("upload-refused", bad), ("upload-result", good)):
            with studio.state(name, page):
                studio.go("coder", "/upload/")
                page.locator("input[type=file]").set_input_files(file)
                page.get_by_role("button", name="Bring in").click()
                page.wait_for_load_state("load")


def refusals(studio: Studio) -> None:
    page = studio.page_of("coder")
    with studio.state("page-404", page):
        studio.go("coder", "/no-such-page/")
    with studio.state("page-403", page):
        studio.go("coder", "/system/")
    bare = studio.fresh_page(scripts=False)
    with studio.state("page-409", bare):
        stale_without_scripts(studio, bare, page)
    bare.context.close()


def stale_without_scripts(studio: Studio, bare: Page, other: Page) -> None:
    """A form sent from a page that is older than the chart."""
    mrn = f"SC-409-{studio.token}"
    bring_in(studio.demo, [VISIT | {"id": mrn, "mrn": mrn}])
    bare.context.add_cookies(other.context.cookies())  # type: ignore[arg-type]
    rows = other.locator("tr[data-row]", has_text=mrn)
    for _ in range(60):
        studio.go("coder", "/worklist/?sort=age")
        if rows.count():
            break
        other.wait_for_timeout(500)
    rows.get_by_role("link").click()
    expect(other.locator(".sug").first).to_be_visible()
    bare.goto(other.url)
    other.locator(".sug.is-current").get_by_role("button", name="Accept").click()
    expect(other.locator(".work-head").first).to_contain_text(re.compile("^.*1 of", re.DOTALL))
    bare.locator("#submit-stay").click()
    expect(bare.locator("main")).to_contain_text("changed")


SCENES = [worklist, own_pages, codebook, upload, refusals]
