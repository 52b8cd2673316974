"""Lines of text files as agencies publish them: UTF-8, Windows-1252 or UTF-16, with any line end."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile

LONGEST_LINE = 1024 * 1024
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. `ended`: whether it had one; only the last line of a file may lack it."""

    number: int
    text: str
    ended: bool = True


def lines(file: SourceFile) -> Iterator[Line]:
    """The lines of a file, counted from 1, blank ones too; memory does not grow with the file.

    Each line is UTF-8, or else Windows-1252 (dashes and quotes in CMS files). Raises
    `CodebookFileError` for NUL bytes, for lines of more than a mebibyte, and for neither encoding.
    """
    with file.open() as stream:
        yield from _utf16(file, stream) if _starts_with_utf16(file) else _bytes(file, stream)


def filled(file: SourceFile) -> Iterator[Line]:
    """The lines that are not blank."""
    return (line for line in lines(file) if line.text.strip())


def _starts_with_utf16(file: SourceFile) -> bool:
    with file.open() as stream:
        return stream.read(2) in UTF16_MARKS


def _utf16(file: SourceFile, stream: IO[bytes]) -> Iterator[Line]:
    try:
        with io.TextIOWrapper(stream, encoding="utf-16") as texts:
            for number, text in enumerate(texts, start=1):
                yield Line(number, text.rstrip("\r\n"), text.endswith("\n"))
    except UnicodeError as error:
        raise CodebookFileError(f"{file.where}: begins as UTF-16 but does not stay so.") from error


def _bytes(file: SourceFile, stream: IO[bytes]) -> Iterator[Line]:
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise CodebookFileError(f"{file.where}, line {number:,}: over a mebibyte long; this is no text file.")
        if b"\0" in raw:
            raise CodebookFileError(f"{file.where}, line {number:,}: a NUL byte; the file is damaged or binary.")
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        yield Line(number, _decoded(file, number, raw.rstrip(b"\r\n")), raw.endswith((b"\n", b"\r")))


def _decoded(file: SourceFile, number: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise CodebookFileError(
            f"{file.where}, line {number:,}: neither UTF-8 nor Windows-1252 text (byte {error.start + 1})."
        ) from error
