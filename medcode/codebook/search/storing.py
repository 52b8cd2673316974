"""Keeps an index as plain arrays in a folder, so that all web processes of a machine share its memory."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from medcode.codebook.search.building import Arrays


def load(folder: Path) -> Arrays:
    """Map the arrays into memory; nothing is read before it is asked for. Raises `OSError` when it is not there."""
    return Arrays(**{each.name: _mapped(folder / f"{each.name}.npy") for each in fields(Arrays)})


def _mapped(path: Path) -> Any:
    try:
        # A plain view of the mapped bytes: `memmap` objects are slow to slice.
        return np.asarray(np.load(path, mmap_mode="r"))
    except ValueError:  # nothing to map in an array without elements
        return np.load(path)


def save(arrays: Arrays, folder: Path) -> None:
    """Write beside the folder and rename, so that no other process sees half an index."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder.parent) as unfinished:
        whole = Path(unfinished) / "index"
        whole.mkdir()
        for each in fields(Arrays):
            np.save(whole / f"{each.name}.npy", getattr(arrays, each.name), allow_pickle=False)
        if not folder.exists():
            whole.rename(folder)


def forget_others(folder: Path, prefix: str, keep: int = 3) -> None:
    """Delete older indexes of the same release. A process that has one mapped keeps its pages."""
    others = [path for path in folder.parent.glob(f"{prefix}*") if path.is_dir() and path != folder]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[keep - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One builder at a time on this machine; the lock dies with its process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
