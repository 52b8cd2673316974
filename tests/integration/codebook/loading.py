"""What the tests of the loaders share: the small files, one call to load, and the command as a person types it."""

from __future__ import annotations

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from medcode.codebook.loaders import loading
from medcode.codebook.loaders.job import Job, Loaded

FOLDER = Path(__file__).parents[2] / "data" / "codebook"
FROM = date(2025, 10, 1)


def load(kind: str, *names: str, folder: Path, start: date = FROM, release: str = "test", variant: str = "") -> Loaded:
    """Copy small files to a folder of their own and load them from there."""
    for name in names:
        shutil.copy(FOLDER / name, folder / name)
    return loading.load(kind, folder, Job(release, start, variant=variant, allow_small=True))


def rewritten(folder: Path, name: str, old: str, new: str, encoding: str = "utf-8") -> Path:
    """A small file with some words replaced."""
    text = (FOLDER / name).read_bytes().decode(encoding)
    assert old in text
    path = folder / name
    path.write_bytes(text.replace(old, new).encode(encoding))
    return path


def command(*arguments: str) -> str:
    """What `manage.py load_codes` prints."""
    out = StringIO()
    call_command("load_codes", *arguments, "--no-index", stdout=out)
    return out.getvalue()
