"""The camera: people who are signed in, states that are reached or not, and the sheet of all pictures."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.running import Demo, sign_in

SIZES = [(1280, 720), (1920, 1080)]
SCHEMES = ["light", "dark"]
SETTLE_MS = 250
PATIENCE_MS = 20_000


@dataclass
class Studio:
    """Takes a state in every size and scheme. What cannot be reached is remembered, and the rest goes on."""

    demo: Demo
    browser: Browser
    folder: Path
    token: str
    only: re.Pattern[str]
    taken: list[str] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)

    def fresh_page(self, *, scripts: bool = True) -> Page:
        width, height = SIZES[0]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    def page_of(self, username: str) -> Page:
        """The browser of this person, signed in once."""
        if username not in self._pages:
            self._pages[username] = self.fresh_page()
            sign_in(self._pages[username], self.demo, username)
        return self._pages[username]

    def go(self, username: str, path: str) -> Page:
        page = self.page_of(username)
        page.goto(f"{self.demo.url}{path}")
        return page

    @contextmanager
    def state(self, name: str, page: Page) -> Iterator[None]:
        """Reach a state in the block; it is pictured when the block ends well."""
        try:
            yield
            if self.only.search(name):
                self.take(name, page)
        except Exception as error:
            # Whatever it was, the other states are still taken.
            self.miss(name, error)

    def miss(self, name: str, error: Exception) -> None:
        self.missed[name] = (str(error).strip() or repr(error)).splitlines()[0]
        say(f"  MISSED {name}: {self.missed[name]}")

    def take(self, name: str, page: Page) -> None:
        for width, height in SIZES:
            for scheme in SCHEMES:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.wait_for_timeout(SETTLE_MS)
                page.screenshot(path=self.folder / picture(name, width, scheme))
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        page.emulate_media(color_scheme="light")
        self.taken.append(name)
        say(f"  {name}")


def say(sentence: str) -> None:
    """Tell whoever waits for the pictures."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def picture(name: str, width: int, scheme: str) -> str:
    """The file of a picture."""
    return f"{name}-{width}-{scheme}.png"


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


STYLE = """body{font:14px system-ui;margin:24px;background:#eee;color:#111}section{margin:0 0 28px}
h2{font-size:15px;margin:0 0 6px}div{display:grid;grid-template-columns:repeat(4,1fr);gap:8px}
img{width:100%;border:1px solid #bbb}figure{margin:0}figcaption{font-size:12px}.missed{color:#a00}"""


def write_sheet(folder: Path, taken: list[str], missed: dict[str, str]) -> Path:
    """`index.html`: every state with its pictures, and the states that were not reached."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{STYLE}</style><h1>Screens</h1>"]
    parts += [f"<p class=missed>{html.escape(name)}: {html.escape(why)}</p>" for name, why in missed.items()]
    for name in taken:
        figures = "".join(
            f"<figure><a href={picture(name, width, scheme)}><img loading=lazy src={picture(name, width, scheme)}></a>"
            f"<figcaption>{width}×{height}, {scheme}</figcaption></figure>"
            for width, height in SIZES
            for scheme in SCHEMES
        )
        parts.append(f"<section><h2 id={name}>{name}</h2><div>{figures}</div></section>")
    sheet = folder / "index.html"
    sheet.write_text("\n".join(parts), encoding="utf-8")
    return sheet
