"""Documents in FHIR: the text of DocumentReference, DiagnosticReport and Composition."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from review.intake.fhir_bundle import Bundle, Resource
from review.intake.fhir_values import concept, fhir_moment, label
from review.intake.html import text_of_html
from review.intake.incoming import IncomingNote, check_note_text, normal_text
from review.intake.strictjson import Node

KINDS = ("DocumentReference", "DiagnosticReport", "Composition")
# Not coded, and taken back when it had come in before.
WITHDRAWN = frozenset({"entered-in-error", "superseded", "cancelled", "appended-in-error"})
HTML = frozenset({"text/html", "application/xhtml", "application/xhtml+xml"})
FORMATS = {"text/plain": 0, "": 1, **dict.fromkeys(HTML, 2)}
# Formats that we know and cannot read yet, in words.
UNREAD = {
    "application/pdf": "PDF",
    "application/xml": "C-CDA or other XML",
    "text/xml": "C-CDA or other XML",
    "application/hl7-sda+xml": "C-CDA or other XML",
    "text/rtf": "RTF",
    "application/rtf": "RTF",
}
CHARSETS = {"": "utf-8", "utf-8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
MAX_SECTION_DEPTH = 12


class NoTextError(Exception):
    """This document has no text that we can read; the message says why."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the source has it; `text` is "" when it is withdrawn."""

    resource: Resource
    source_id: str
    note: IncomingNote | None


def read_document(bundle: Bundle, resource: Resource) -> Document:
    """Raises `NoTextError` to leave the document out, `InvalidInputError` to refuse the whole message."""
    source_id = f"{resource.kind}/{resource.name}"
    node = resource.node
    if not resource.name:
        node["id"].fail("a document needs an id or an identifier, so that it can be told from others")
    if {node["status"].text(), node["docStatus"].text()} & WITHDRAWN:
        return Document(resource, source_id, None)
    path, text = _text(bundle, resource)
    if not text.strip():
        raise NoTextError("the document is empty")
    check_note_text(text, field=path)
    note = IncomingNote(
        source_id=source_id,
        text=text,
        kind=concept(node["code"] if resource.kind == "DiagnosticReport" else node["type"], 80),
        title=label(node["title"] or node["description"], 200),
        author=_author(bundle, resource),
        written_at=_written_at(node),
    )
    return Document(resource, source_id, note)


def _written_at(node: Node) -> datetime | None:
    for name in ("date", "issued", "effectiveDateTime"):
        if moment := fhir_moment(node[name]):
            return moment
    return None


def _author(bundle: Bundle, resource: Resource) -> str:
    reference = (resource.node["author"] or resource.node["performer"]).first()
    return label(reference["display"], 120)


def _text(bundle: Bundle, resource: Resource) -> tuple[str, str]:
    """Path and text of the best rendering; FHIR lets a document stand there in several formats."""
    node = resource.node
    if resource.kind == "Composition":
        return node["section"].path, "\n\n".join(_sections(node["section"], 0))
    if resource.kind == "DocumentReference":
        attachments = [content["attachment"] for content in node["content"].each()]
    else:
        attachments = node["presentedForm"].each()
    if not attachments and node["conclusion"]:
        return node["conclusion"].path, normal_text(node["conclusion"].raw_text())
    if not attachments:
        raise NoTextError("the document has no text of its own")
    best = min(attachments, key=lambda item: FORMATS.get(_format(item)[0], 9))
    return best["data"].path, _attachment_text(bundle, resource, best)


def _format(attachment: Node) -> tuple[str, str]:
    """Media type and charset of "text/plain; charset=utf-8"."""
    media, *parameters = attachment["contentType"].text().lower().split(";")
    charset = next((p.partition("=")[2] for p in parameters if p.strip().startswith("charset=")), "")
    return media.strip(), charset.strip(" \"'")


def _attachment_text(bundle: Bundle, resource: Resource, attachment: Node) -> str:
    media, charset = _format(attachment)
    if media not in FORMATS:
        raise NoTextError(f"{UNREAD.get(media, 'this kind of')} document: not read yet")
    data = attachment["data"] or _binary(bundle, resource, attachment)
    text = _decoded(data, attachment["contentType"], charset)
    return normal_text(text_of_html(text) if media in HTML else text)


def _binary(bundle: Bundle, resource: Resource, attachment: Node) -> Node:
    """The data of the Binary in the same Bundle to which `url` points."""
    if not attachment["url"]:
        raise NoTextError("the attachment has neither data nor url")
    url = attachment["url"].text()
    for binary in bundle.of_kind("Binary"):
        if url in (binary.full_url, f"Binary/{binary.id}"):
            return binary.node["data"]
    raise NoTextError("the text is behind a URL, which is not fetched")


def _decoded(data: Node, content_type: Node, charset: str) -> str:
    """Text of base64; of the text itself, where a sender forgot to encode it."""
    written = data.raw_text()
    if NOT_BASE64.search(written):
        return written
    try:
        raw = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError):
        data.fail("is not valid base64")
    if charset not in CHARSETS:
        content_type.fail(f"the charset must be one of {', '.join(name for name in CHARSETS if name)}")
    try:
        return raw.decode(CHARSETS[charset])
    except UnicodeDecodeError as error:
        data.fail(f"is not valid {CHARSETS[charset].upper()} (byte {error.start})")


def _sections(sections: Node, depth: int) -> list[str]:
    """Title and narrative of each section, the inner ones after their outer one."""
    if depth > MAX_SECTION_DEPTH:
        sections.fail("sections are nested too deeply")
    found = []
    for section in sections.each():
        words = normal_text(text_of_html(section["text"]["div"].raw_text()))
        if words:
            found.append("\n".join(part for part in (section["title"].text().upper(), words) if part))
        found += _sections(section["section"], depth + 1)
    return found
