"""How long a coder waits for each act on a heavy chart: sixty suggestions, forty notes, 200 kB of text.

    python -m tests.bench.chart_page [URL] [ROUNDS]

Without a URL it starts a demo of its own. Keys are real key presses in Chromium. For each act:
  INP      interaction to next paint, the longest of the act's key events (Event Timing; 8 ms steps, "<16" for less)
  painted  from the key to the frame that shows what was asked for: the swapped answer, else the next frame
  server   from sending the request to its first byte, and the kB of the answer as the page got it, unpacked
Figures are p50/p95 in milliseconds. The waits that the page makes on purpose (120 ms after the last letter in the
code search, 200 ms in the chart search) are in "painted". Nothing is asserted: it is for a quiet machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.bench.heavy_chart import heavy_chart
from tests.browser.running import Demo, chromium, running_demo, sign_in

MRN = "HEAVY-{}"
FIND = "from review.models import Chart; print(Chart.objects.get(encounter__source_id='{mrn}').public_id)"
AGREED = 200  # ms: what "good" is for an interaction to next paint
# Waits are promises: the page's own policy forbids what Playwright's wait_for_function would evaluate.
PROBE = """
window.probe = { events: [], begun: 0 };
new PerformanceObserver((list) => probe.events.push(...list.getEntries()))
  .observe({ type: "event", durationThreshold: 16 });
const begin = (event) => { if (event.isTrusted) probe.begun ||= event.timeStamp; };
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, begin, true);
window.nextPaint = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === probe.target) nextPaint().then(probe.swapped);
});
"""
ARM = """(target) => {
  performance.clearResourceTimings();
  const painted = target ? new Promise((done) => { probe.swapped = done; }) : null;
  Object.assign(probe, { events: [], begun: 0, target, painted });
}"""
READ = """async () => {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error(`no answer for ${probe.target}`)), 20000));
  const painted = await Promise.race([probe.painted ?? nextPaint(), late]);
  await nextPaint();
  const fetched = performance.getEntriesByType("resource");
  const asked = fetched.filter((each) => each.initiatorType === "xmlhttprequest").at(-1);
  const times = probe.events.filter((each) => each.interactionId).map((each) => each.duration);
  return {
    inp: Math.max(0, ...times), painted: painted - probe.begun,
    server: probe.target && asked ? asked.responseStart - asked.requestStart : 0,
    size: probe.target && asked ? asked.decodedBodySize / 1000 : 0,
  };
}"""


@dataclass
class Act:
    """The samples of one act. `inp` of 0 means that no event took 16 ms."""

    inp: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)


class Bench:
    """Does acts on the page and keeps their times by the act's name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts: dict[str, Act] = {}

    def key(self, name: str, keys: str, *, target: str = "") -> None:
        """Press a key; with a `target` wait until the element of that id has been swapped and painted."""
        times = self.press(keys, target)
        act = self.acts.setdefault(name, Act())
        for kind, value in times.items():
            getattr(act, kind).append(value)

    def press(self, keys: str, target: str = "work-rest") -> dict[str, float]:
        """What only prepares or takes back an act is not kept."""
        self.page.evaluate(ARM, target)
        self.page.keyboard.press(keys)
        return dict(self.page.evaluate(READ))


def walk(bench: Bench) -> None:
    """Acts that change nothing."""
    for name, key in (
        ("next suggestion", "j"),
        ("previous suggestion", "k"),
        ("next note", "n"),
        ("previous note", "N"),
        ("next evidence", "e"),
    ):
        for _ in range(3):
            bench.key(name, key)


def decide(bench: Bench) -> None:
    """Each decision, and back again."""
    page = bench.page
    page.locator('.sug[data-state="pending"] .sug-head').first.click()
    bench.key("accept", "a", target="work-rest")
    bench.key("undo", "u", target="work-rest")
    bench.key("reject: open", "r")
    bench.key("reject: save", "7", target="work-rest")
    bench.press("u")
    bench.key("modify: open", "m")
    page.locator(".sug.is-current details[open] input[name=code]").fill("Z87.891")
    page.locator(".sug.is-current details[open] .reason").first.focus()
    bench.key("modify: save", "2", target="work-rest")
    bench.press("u")


def arrange(bench: Bench) -> None:
    page = bench.page
    page.locator("[data-assigned]").nth(7).locator(".assigned-title").click()
    bench.key("POA", "o", target="work-rest")
    page.locator("[data-assigned]").nth(7).locator(".assigned-title").click()
    bench.key("principal", "p", target="work-rest")
    bench.key("findings: open", "g")
    if page.locator("#findings-list form [data-fix]").count():
        number = page.locator("#findings-list form [data-fix] kbd").first.inner_text()
        bench.key("findings: fix", number, target="work-rest")
    page.keyboard.press("Escape")
    bench.key("submit: refused", "Control+Enter", target="notices")


def look_up(bench: Bench) -> None:
    page = bench.page
    bench.press("/", "")
    for letter in "diab":
        if page.locator("#add-code").input_value():
            bench.key("code search: letter", letter, target="results-add")
        else:
            bench.press(letter, "")
    page.locator("#add-code").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    bench.press("s", "")
    for letter in "pneum":
        bench.key("chart search: letter", letter, target="hits")
    bench.key("chart search: next", "Enter")
    bench.press("Escape", "hits")
    page.keyboard.press("Escape")
    bench.key("code book: open", "b", target="book")
    bench.press("b", "")


def prepare(page: Page, bench: Bench) -> None:
    """The probe, and twenty codes on the chart, of which the first loads the grouper."""
    expect(page.locator("html[data-keys=ready]")).to_have_count(1)
    page.evaluate(PROBE)
    while page.locator("[data-assigned]").count() < 20:
        bench.press("a")


def report(bench: Bench) -> None:
    print(f"{'act':24}{'INP':>13}{'painted':>15}{'server':>13}{'kB':>7}")
    for name, act in bench.acts.items():
        late = " *" if max(at(act.inp, 0.95), at(act.painted, 0.95)) > AGREED else ""
        pairs = [f"{_shown(at(times, 0.5))}/{_shown(at(times, 0.95))}" for times in (act.inp, act.painted, act.server)]
        print(f"{name:24}{pairs[0]:>13}{pairs[1]:>15}{pairs[2]:>13}{max(act.size):7.0f}{late}")
    print(f"load average {os.getloadavg()[0]:.1f}; * over {AGREED} ms at p95")


def at(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _shown(value: float) -> str:
    return f"{value:.0f}" if value else "<16"


@contextmanager
def demo_at(url: str, folder: Path) -> Iterator[Demo]:
    """The demo that runs there already (MEDCODE_DATA_DIR says whose), else one of our own."""
    if url:
        yield Demo(int(url.rsplit(":", 1)[1]), Path(os.environ["MEDCODE_DATA_DIR"]))
    else:
        with running_demo(folder / "demo") as demo:
            yield demo


def open_heavy(page: Page, demo: Demo, folder: Path) -> None:
    mrn = MRN.format(os.getpid())
    file = folder / "heavy.jsonl"
    file.write_text(json.dumps(heavy_chart(mrn, mrn=mrn)) + "\n", encoding="utf-8")
    demo.manage("import_charts", str(file))
    sign_in(page, demo, "coder")
    page.goto(f"{demo.url}/charts/{demo.manage('shell', '-v0', '-c', FIND.format(mrn=mrn)).split()[-1]}/")
    expect(page.locator(".sug").first).to_be_visible(timeout=60_000)
    print(
        f"{page.locator('.sug').count()} suggestions, {page.locator('[data-note]').count()} notes, "
        f"{sum(map(len, page.locator('.note-text').all_inner_texts())) / 1000:.0f} kB of text, "
        f"the page {len(page.content()) / 1000:.0f} kB"
    )


def main(url: str, rounds: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_at(url, Path(folder)) as demo,
        chromium() as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        open_heavy(page, demo, Path(folder))
        bench = Bench(page)
        prepare(page, bench)
        try:
            for _ in range(rounds):
                walk(bench)
                decide(bench)
                arrange(bench)
                look_up(bench)
        finally:
            report(bench)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "", int(sys.argv[2]) if len(sys.argv) > 2 else 12)
