"""A coder clears ten charts by keyboard alone; one of them is audited, rebutted and settled.

Prints keys per decision and the seconds that it took. Only the keys are asserted: seconds depend on the machine.
`LONG_DAY_CHARTS` says how many charts: three in `make test`, ten in `make long-day`.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Demo, sign_in
from tests.browser.test_second_look import as_person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

CHARTS = int(os.environ.get("LONG_DAY_CHARTS", "3"))
SPECIALTY = "Long Day"
# Accepting is one key; a rejection two; a modification its key, a code of a few letters, Enter and the reason.
MOST_KEYS_PER_DECISION = 4.0
TEXT = (
    "ASSESSMENT\n1. Type 2 diabetes mellitus with diabetic polyneuropathy. Continue metformin.\n"
    "2. Essential hypertension.\n3. Gastroesophageal reflux disease without esophagitis.\n4. Hypothyroidism.\n"
)


class Hands:
    """A keyboard that counts; there is no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.decisions = 0
        self.begun = time.monotonic()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.press(*text)

    def decide(self, *keys: str) -> None:
        """Press, and wait until the list says that one more, or after an undo one fewer, is decided."""
        step = -1 if keys == ("u",) else 1
        done = decided(self.page) + step
        self.press(*keys)
        self.decisions += 1
        expect(self.page.locator("#work-head")).to_contain_text(f"{done} of", timeout=20_000)

    def arrange(self, *keys: str) -> None:
        """Press what changes the assigned codes, and wait for the chart's next version."""
        rest = self.page.locator("#work-rest")
        version = str(rest.get_attribute("data-version"))
        self.press(*keys)
        self.decisions += 1
        expect(rest).not_to_have_attribute("data-version", version, timeout=20_000)

    def add(self, code: str) -> None:
        self.press("/")
        self.type(code)
        self.press("Enter")
        self.decisions += 1
        expect(self.page.locator(".assigned-list")).to_contain_text(code, timeout=20_000)
        self.press("Escape")

    def report(self, charts: int) -> str:
        seconds = time.monotonic() - self.begun
        return (
            f"\n{charts} charts, {self.decisions} decisions, {self.keys} keys: "
            f"{self.keys / self.decisions:.2f} keys and {seconds / self.decisions:.2f} s a decision, "
            f"{seconds / charts:.1f} s a chart"
        )


def bring_in_day(demo: Demo, folder: Path, count: int) -> None:
    """Charts of a specialty of our own, so that "next" finds no others; every second one a stay."""
    stay = {"patient_class": "inpatient", "admitted_on": "2026-05-01", "discharged_on": "2026-05-04"}
    visit = {"patient_class": "outpatient", "date_of_service": "2026-05-04"}
    charts = [
        {"id": f"day-{number}", "mrn": f"LD-{number}", "name": f"Day, {number}", "sex": "F", "age": 64, "text": TEXT}
        | {"specialty": SPECIALTY}
        | (stay if number % 2 else visit)
        for number in range(count)
    ]
    file = folder / "day.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in charts), encoding="utf-8")
    assert f"{count} created" in demo.manage("import_charts", str(file))


def wait_for_suggestions(page: Page, demo: Demo, count: int) -> None:
    """All the day's charts are ready: a worklist of their specialty alone."""
    for _ in range(120):
        page.goto(f"{demo.url}/worklist/?specialty={SPECIALTY.replace(' ', '+')}")
        if page.locator("tr[data-row]").count() >= count:
            return
        page.wait_for_timeout(500)


def decided(page: Page) -> int:
    return int(page.locator("#work-head .muted").inner_text().split()[0])


def pending(page: Page) -> int:
    return page.locator('.sug[data-state="pending"]').count()


def ready(page: Page) -> None:
    expect(page.locator("html[data-keys=ready]")).to_have_count(1)
    expect(page.locator(".sug.is-current")).to_have_attribute("data-state", "pending")


def clear(hands: Hands, number: int) -> None:
    """One chart: one act of every kind, the rest accepted, and on to the next."""
    page = hands.page
    hands.press("n", "e")
    hands.decide("a")
    if number % 3 == 0:
        hands.decide("u")
        hands.decide("a")
        hands.decide("r", "7")
    if number % 3 == 1 and pending(page) > 1:
        hands.press("m")
        hands.type("I15.9")
        hands.press("Enter")
        expect(page.locator(".sug.is-current .reason").first).to_be_focused()
        hands.decide("2")
    while pending(page):
        hands.decide("a")
    if number % 2:
        hands.arrange("o")
        mend(hands)
    else:
        hands.add("Z87.891")
        hands.arrange("p")
    submit(hands)


def mend(hands: Hands) -> None:
    """The fixes of the findings that one key does, until no error is left."""
    page = hands.page
    for _ in range(12):
        if not page.locator("#findings-list .finding-error form [data-fix]").count():
            return
        if not page.locator("#findings-list").is_visible():
            hands.press("g")
        fix = page.locator("#findings-list .finding-error form [data-fix]").first
        hands.arrange(fix.locator("kbd").inner_text())
    raise AssertionError(page.locator("#findings-list").inner_text())


def submit(hands: Hands) -> None:
    """Ctrl+Enter; where warnings are to be seen it leads to their box, which Space ticks."""
    page = hands.page
    box = page.locator("#acknowledged")
    if box.count():
        if not box.evaluate("each => each === document.activeElement"):
            hands.press("Control+Enter")
            expect(box).to_be_focused(timeout=20_000)
        hands.press("Space")
        expect(box).to_be_checked()
    hands.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("The chart is final.", timeout=20_000)


def test_a_day_of_charts_by_keyboard_alone_then_an_audit_of_one(
    page: Page, demo: Demo, tmp_path: Path, signed_in: Callable[[str], Page], capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in_day(demo, tmp_path, CHARTS)
    signed_in("coder")
    wait_for_suggestions(page, demo, CHARTS)
    hands = Hands(page)
    for number in range(CHARTS):
        open_next(hands, demo)
        ready(page)
        clear(hands, number)
    with capsys.disabled():
        print(hands.report(CHARTS))  # noqa: T201 - what the run is for
    assert hands.keys / hands.decisions < MOST_KEYS_PER_DECISION
    settle(page, demo, "LD-0")


def open_next(hands: Hands, demo: Demo) -> None:
    """The first chart of the day's own specialty, as a person types its address and presses n."""
    hands.page.goto(f"{demo.url}/worklist/?specialty={SPECIALTY.replace(' ', '+')}")
    expect(hands.page.locator("tr[data-row]").first).to_be_visible()
    hands.press("n")
    hands.page.wait_for_url(re.compile("/charts/"))


def settle(page: Page, demo: Demo, mrn: str) -> None:
    """An auditor finds an error in one of the charts, the coder rebuts it, and the auditor settles the matter."""
    as_person(page, demo, "auditor")
    page.goto(f"{demo.url}/second-look/samples/")
    page.locator('form[action$="/draw/"] input[name="size"]').fill("200")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.locator("tr", has_text=mrn).get_by_role("link").click()
    page.get_by_role("button", name="Begin").click()
    line = page.locator(".look-line").first
    line.locator("summary", has_text="Change").click()
    form = line.locator("details[open]")
    form.get_by_label("The right code").press_sequentially("gout")
    form.locator("[role=option]:not([data-narrows])").first.click()
    form.get_by_label("Comment").fill("See the plan")
    form.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("button", name=re.compile("Return 1 finding")).click()
    expect(page.locator(".notice-success")).to_contain_text("Returned to")

    as_person(page, demo, "coder")
    page.goto(f"{demo.url}/second-look/mine/")
    page.get_by_role("link", name="Answer").first.click()
    page.get_by_label("Rebut").check()
    page.get_by_label(re.compile("^Comment on")).fill("The patient has no gout.")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.locator(".notice-success")).to_contain_text("rebuttal")

    page.context.clear_cookies()
    sign_in(page, demo, "auditor")
    page.goto(f"{demo.url}/second-look/")
    page.locator(".look-list li", has_text=mrn).get_by_role("link").first.click()
    page.get_by_label("Coder is right").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".look-score")).to_contain_text("Finished")
