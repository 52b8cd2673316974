"""FHIR data types as the strings that a chart shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from review.intake.dates import is_partial, read_date, read_moment
from review.intake.strictjson import Node


def label(node: Node, limit: int) -> str:
    """A string on one line, cut at the limit: names and titles, never identifiers."""
    line = "".join(c if c.isprintable() else " " for c in node.text())
    return clipped(" ".join(line.split()), limit)


def clipped(line: str, limit: int) -> str:
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def concept(node: Node, limit: int) -> str:
    """A CodeableConcept's words: its text, else its first coding's."""
    if text := label(node["text"], limit):
        return text
    codings = node["coding"].each()
    words = (label(coding[name], limit) for name in ("display", "code") for coding in codings)
    return next((word for word in words if word), "")


def has_code(concepts: list[Node], *codes: str) -> bool:
    """Whether one of the CodeableConcepts carries one of the codes."""
    return any(coding["code"].text() in codes for item in concepts for coding in item["coding"].each())


def quantity(node: Node) -> tuple[str, str]:
    """Value (with its comparator) and unit; the value as it was written."""
    value = node["value"].value
    if value is None:
        return "", ""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        node["value"].fail("must be a number")
    return f"{node['comparator'].text()}{value}"[:120], label(node["unit"] or node["code"], 40)


def fhir_date(node: Node) -> date | None:
    """A full date; FHIR's bare years and months are too vague and count as not said."""
    return None if is_partial(node) else read_date(node)


def fhir_moment(node: Node) -> datetime | None:
    return None if is_partial(node) else read_moment(node)


def human_name(names: Node, limit: int) -> str:
    """ "Family, Given" of the official name, else of the first one."""
    listed = names.each()
    name = next((item for item in listed if item["use"].text() == "official"), names.first())
    given = " ".join(label(item, limit) for item in name["given"].each())
    family = label(name["family"], limit)
    both = ", ".join(part for part in (family, given) if part)
    return clipped(both or label(name["text"], limit), limit)
