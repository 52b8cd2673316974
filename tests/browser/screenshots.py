"""The pictures in docs/images, taken from a fresh demo: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.running import ROOT, chromium, running_demo, sign_in

IMAGES = ROOT / "docs" / "images"
SETTLE_MS = 800


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, chromium() as browser:
        for scheme, suffix in (("light", ""), ("dark", "-dark")):
            page = browser.new_context(
                viewport={"width": 1280, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
            ).new_page()
            sign_in(page, demo, "coder")
            take(page, f"worklist{suffix}")
            page.locator("tr[data-row] a").first.click()
            page.locator(".sug").first.wait_for()
            take(page, f"chart{suffix}")
            page.goto(f"{demo.url}/codebook/ICD-10-CM/E11.22/?on=2026-05-01")
            take(page, f"codebook{suffix}")
            page.context.clear_cookies()
            sign_in(page, demo, "supervisor")
            page.goto(f"{demo.url}/reports/")
            page.get_by_role("link", name="Open last week").click()
            take(page, f"report{suffix}")
            page.context.close()


if __name__ == "__main__":
    main()
