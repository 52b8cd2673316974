"""Reports, exports, model, system: what supervisors and admins see."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.screenshots.studio import Studio


def reports(studio: Studio) -> None:
    page = studio.page_of("supervisor")
    with studio.state("reports", page):
        studio.go("supervisor", "/reports/")
    with studio.state("report-week", page):
        page.get_by_role("link", name="Open last week").click()
        expect(page.locator("h1")).to_be_visible()
    with studio.state("report-charts", page):
        page.locator(".tile-value a").first.click()
        expect(page.locator("tbody tr").first).to_be_visible()
    with studio.state("report-blind", page):
        studio.go("supervisor", "/reports/blind/")


def admin(studio: Studio) -> None:
    page = studio.page_of("admin")
    pages = {
        "model": "/model/",
        "challenger": "/model/challenger/",
        "system": "/system/",
        "exports": "/exports/",
        "policy": "/workbench/policy/",
        "api-docs": "/api/docs/",
    }
    for name, path in pages.items():
        with studio.state(name, page):
            studio.go("admin", path)
            expect(page.locator("main")).to_be_visible()


SCENES = [reports, admin]
