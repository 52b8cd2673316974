"""One running demo for all browser tests (one xdist group); each test has its own browser context."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import Demo, chromium, running_demo, sign_in

# Playwright waits five seconds for what is expected; on a busy machine the first stay alone loads the grouper longer.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    # Not below the folder of pytest: a second pytest of the same person closes that to the user who runs PostgreSQL.
    with tempfile.TemporaryDirectory(prefix="medcode-demo-") as folder, running_demo(Path(folder)) as demo:
        yield demo


# Of the module, not the session: while Playwright runs, Django takes the whole process for an asynchronous one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at 1280×720 that fails the test when a script throws or the content policy is broken."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not problems


@pytest.fixture
def signed_in(page: Page, demo: Demo) -> Callable[[str], Page]:
    def as_person(username: str) -> Page:
        sign_in(page, demo, username)
        return page

    return as_person


@pytest.fixture
def sample_lines() -> Path:
    return Path(__file__).parents[1] / "data" / "visits.jsonl"
