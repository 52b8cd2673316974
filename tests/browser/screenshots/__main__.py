"""`python -m tests.browser.screenshots [--only WORDS] [--port N --data FOLDER]`.

Without a port a fresh demo is started and stopped. Pictures go to .data/screenshots, those that the handbook and the
README show to docs/images as well. Ends with an error that names every state that could not be reached.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.running import ROOT, Demo, chromium, running_demo
from tests.browser.screenshots import chart, lists, office, second_look
from tests.browser.screenshots.studio import PATIENCE_MS, Studio, clear, picture, say, write_sheet

FOLDER = ROOT / ".data" / "screenshots"
IMAGES = ROOT / "docs" / "images"
# State → its name in docs/images, light at 1280×720.
DOCS = {
    "worklist": "worklist",
    "chart-fresh": "chart",
    "chart-guide": "chart-guide",
    "chart-modify": "chart-modify",
    "chart-reject": "chart-reject",
    "chart-finding": "chart-finding",
    "chart-service": "chart-service",
    "chart-blind": "chart-blind",
    "my-day": "my-day",
    "audit-answer": "audit-answer",
    "codebook-leaf": "codebook",
    "report-week": "report",
}
DARK = {"worklist", "chart-fresh", "codebook-leaf", "report-week"}
# My day is empty only before anybody works, and the charts are made by coders before auditors look at them.
SCENES = [lists.before_work, *chart.SCENES, *lists.SCENES, *second_look.SCENES, *office.SCENES]


def main() -> int:
    chosen = arguments()
    clear(FOLDER)
    if chosen.port:
        return shoot(Demo(chosen.port, chosen.data), chosen.only, token=f"{int(time.time()) % 100_000}")
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo:
        return shoot(demo, chosen.only, token="1")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="picture the states whose name has these words (a pattern)")
    parser.add_argument("--port", type=int, help="a demo that runs already")
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="its data folder")
    return parser.parse_args()


def shoot(demo: Demo, only: str, *, token: str) -> int:
    # Of a busy machine, too.
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as browser:
        studio = Studio(demo, browser, FOLDER, token, re.compile(only))
        for scene in SCENES:
            # What no state of its own covers, a chart that does not come in say, is missed under the scene's name.
            try:
                scene(studio)
            except Exception as error:
                studio.miss(f"{scene.__module__}.{scene.__name__}", error)
    copy_for_docs(studio.taken)
    sheet = write_sheet(FOLDER, studio.taken, studio.missed)
    say(f"{len(studio.taken)} states. Look through them: {sheet}")
    for name, why in studio.missed.items():
        say(f"NOT REACHED  {name}: {why}")
    return 1 if studio.missed else 0


def copy_for_docs(taken: list[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for state in taken:
        if state in DOCS:
            shutil.copy(FOLDER / picture(state, 1280, "light"), IMAGES / f"{DOCS[state]}.png")
        if state in DARK:
            shutil.copy(FOLDER / picture(state, 1280, "dark"), IMAGES / f"{DOCS[state]}-dark.png")


if __name__ == "__main__":
    sys.exit(main())
