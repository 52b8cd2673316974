"""Files to load from: one path, a folder, or a zip, without trusting any of them.

A zip is read in place, never unpacked. Refused with a sentence: encrypted members, names that climb
out of the archive, zips within zips, and archives that unpack to far more than text ever does.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from medcode.codebook.loaders.errors import CodebookFileError

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 2048 * MEBIBYTE
LARGEST_ARCHIVE = 4096 * MEBIBYTE
MOST_MEMBERS = 10_000
# Fixed-width text padded with blanks packs about 30 to 1; nothing honest packs 200 to 1.
LARGEST_RATIO = 200
RATIO_MATTERS_FROM = 4 * MEBIBYTE
CHUNK = 1024 * 1024
# What lies beside the data in official downloads and is never data.
IGNORED = re.compile(r"(^|/)(\.|__MACOSX/)|\.(pdf|docx?|xsd|xls|html?|rtf|ini|db)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file, on disk or inside a zip. `name` is its own name, `where` what a message calls it."""

    name: str
    where: str
    size: int
    path: Path
    member: str = field(default="")

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes. What the operating system or the archive holds against it becomes our error."""
        try:
            if not self.member:
                with self.path.open("rb") as stream:
                    yield stream
            else:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as inner:
                    yield inner
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise CodebookFileError(f"{self.where}: the archive is damaged or cut off ({error}).") from error
        except OSError as error:
            raise CodebookFileError(f"{self.where}: cannot be read ({error.strerror or error}).") from error

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a mebibyte at a time."""
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def files_at(path: Path) -> list[SourceFile]:
    """Every file that may hold data at a path, in a folder (and the zips in it), or in a zip, sorted by name."""
    if not path.exists():
        raise CodebookFileError(f"{path}: no such file or folder.")
    found = list(_walk(path)) if path.is_dir() else list(_one(path))
    found = [each for each in found if not IGNORED.search(each.member or each.name)]
    if not found:
        raise CodebookFileError(f"{path}: nothing in it that could be loaded.")
    return sorted(found, key=lambda each: each.where)


def chosen(files: Sequence[SourceFile], wanted: Callable[[str], bool], what: str) -> list[SourceFile]:
    """Those files whose lower-case name is wanted; a single file is taken whatever its name.

    Raises `CodebookFileError` that names what was looked for and what is there.
    """
    if len(files) == 1:
        return list(files)
    fitting = [each for each in files if wanted(each.name.lower())]
    if not fitting:
        names = ", ".join(each.name for each in files[:6]) + (" …" if len(files) > 6 else "")
        raise CodebookFileError(f"Looked for {what}; found only {names}.")
    return fitting


@dataclass(frozen=True, slots=True)
class Content:
    """SHA-256 of the contents in order (the names do not count), and how many lines they have."""

    hash: str
    lines: int


def content_of(files: Sequence[SourceFile]) -> Content:
    """Read everything once, which also finds out whether an archive is whole."""
    content, count = hashlib.sha256(), 0
    for each in files:
        for chunk in each.chunks():
            content.update(chunk)
            count += chunk.count(b"\n")
    return Content(content.hexdigest(), count)


def _walk(folder: Path) -> Iterator[SourceFile]:
    for entry in sorted(folder.rglob("*")):
        if entry.is_file() and not entry.is_symlink():
            yield from _one(entry)


def _one(path: Path) -> Iterator[SourceFile]:
    if path.suffix.lower() == ".zip" or (not path.suffix and zipfile.is_zipfile(path)):
        yield from _members(path)
        return
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise CodebookFileError(f"{path.name}: {size / MEBIBYTE:,.0f} MiB is more than any code file has.")
    yield SourceFile(path.name, path.name, size, path)


def _members(path: Path) -> Iterator[SourceFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise CodebookFileError(f"{path.name}: not a zip, or cut off ({error}).") from error
    check_archive(path.name, infos)
    for info in infos:
        if not info.is_dir():
            name = PurePosixPath(info.filename).name
            yield SourceFile(name, f"{path.name}/{info.filename}", info.file_size, path, info.filename)


def check_archive(where: str, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is dangerous to read; also asked of workbooks, which are zips."""
    if len(infos) > MOST_MEMBERS:
        raise CodebookFileError(f"{where}: {len(infos):,} files in one zip; refused.")
    for info in infos:
        _check_member(where, info)
    total = sum(info.file_size for info in infos)
    if total > LARGEST_ARCHIVE:
        raise CodebookFileError(f"{where}: would unpack to {total / MEBIBYTE:,.0f} MiB; refused as a zip bomb.")


def _check_member(where: str, info: zipfile.ZipInfo) -> None:
    name = info.filename
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", name):
        raise CodebookFileError(f"{where}: the name {name!r} leads out of the archive; refused.")
    if info.flag_bits & 0x1:
        raise CodebookFileError(f"{where}: {name} is encrypted; unlock the zip first.")
    if name.lower().endswith((".zip", ".7z", ".gz", ".bz2", ".xz", ".tar", ".rar")):
        raise CodebookFileError(f"{where}: {name} is an archive within an archive; take it out first.")
    if info.file_size > LARGEST_FILE:
        raise CodebookFileError(f"{where}: {name} would be {info.file_size / MEBIBYTE:,.0f} MiB; refused.")
    if info.file_size > RATIO_MATTERS_FROM and info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
        raise CodebookFileError(f"{where}: {name} unpacks to more than {LARGEST_RATIO} times its size: a zip bomb.")
