"""XML of official releases, read without entities, document types or anything from outside."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile


def root_of(file: SourceFile, tag: str) -> Any:
    """The root element, which must be `tag`. Refuses what is unclosed, another document, or an attack."""
    try:
        with file.open() as stream:
            root = ElementTree.parse(stream, forbid_dtd=True).getroot()
    except DefusedXmlException as error:
        raise CodebookFileError(
            f"{file.where}: declares a document type or entities, which no official file does; refused."
        ) from error
    except (ParseError, UnicodeError) as error:
        raise CodebookFileError(f"{file.where}: not whole, well-formed XML ({error}); is it cut off?") from error
    if root.tag != tag:
        raise CodebookFileError(f"{file.where}: expected <{tag}>, found <{root.tag}>.")
    return root


def year_of(root: Any) -> int | None:
    """The year in `<version>2026</version>`, as in all CDC and CMS files."""
    version = (root.findtext("version") or "").strip()[:4]
    return int(version) if version.isdigit() and len(version) == 4 else None


def text_of(element: Any, tag: str) -> str:
    """The words of a child element, blanks evened out; "" where there is none."""
    return " ".join((element.findtext(tag) or "").split())
