"""The resources of a FHIR R4 Bundle, and what a reference in one of them points to.

A reference is followed one step at a time and only inside the Bundle, so a circle of references
leads nowhere and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from review.intake.strictjson import Node, printable

MAX_ENTRIES = 20_000
BUNDLE_TYPES = ("collection", "transaction", "batch", "document", "searchset")
SHOWN_ENTRIES = 10
TYPE = re.compile(r"[A-Z][A-Za-z]{1,40}")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
LITERAL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `where` is how the answer names it: "entry[3]", or "" when it was sent alone."""

    node: Node
    kind: str
    id: str
    where: str
    full_url: str = ""

    @property
    def name(self) -> str:
        """Its name at the source: by id, else by its first identifier, else by its place in the Bundle's own names."""
        return self.id or _identifier(self.node) or self.full_url.rpartition(":")[2]


def _identifier(node: Node) -> str:
    found = node["identifier"]
    first = found.first() if isinstance(found.value, list) else found
    system, value = first["system"].text(), first["value"].text()
    return f"{system}|{value}" if system and value else value


@dataclass(frozen=True, slots=True)
class Skipped:
    """Resources of one kind that were left out for one reason; `entries` names the first few."""

    kind: str
    reason: str
    count: int
    entries: tuple[str, ...]


@dataclass(slots=True)
class Bundle:
    """Every resource, findable by any name that a reference may use."""

    resources: list[Resource] = field(default_factory=list)
    alone: bool = False
    _named: dict[str, Resource] = field(default_factory=dict)
    _skipped: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, resource: Resource) -> None:
        """Refuses a resource that is in the Bundle already: which of the two is meant?"""
        for name in _names(resource):
            if name in self._named:
                resource.node.fail(f"the same resource as {self._named[name].where}")
        self.resources.append(resource)
        self._named.update(dict.fromkeys(_names(resource), resource))
        identifiers = resource.node["identifier"]
        for item in identifiers.each() if isinstance(identifiers.value, list) else [identifiers]:
            # The conditional form; an identifier may be shared, then the first one counts.
            named = f"{resource.kind}?identifier={item['system'].text()}|{item['value'].text()}"
            self._named.setdefault(named, resource)

    def skip(self, resource: Resource, reason: str) -> None:
        self._skipped.setdefault((resource.kind, reason), []).append(resource.where or resource.kind)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(
            Skipped(kind, reason, len(entries), tuple(entries[:SHOWN_ENTRIES]))
            for (kind, reason), entries in self._skipped.items()
        )

    def of_kind(self, *kinds: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.kind in kinds)

    def target(self, owner: Resource, reference: Node, kind: str) -> Resource | None:
        """The resource that a Reference points to; None when it is not in the Bundle.

        Refuses a target of another kind, and a name that only has a meaning inside the Bundle and is not there.
        """
        written = reference["reference"].text()
        if not written:
            return None
        if written.startswith("#"):
            found = self._contained(owner, written[1:])
        else:
            found = self._named.get(written) or self._named.get(_relative(written))
        if found is None and written.startswith(("urn:", "#")):
            reference["reference"].fail("names nothing in this Bundle")
        if found is not None and found.kind != kind:
            reference["reference"].fail(f"must name {kind}, not {found.kind}")
        return found

    @staticmethod
    def _contained(owner: Resource, name: str) -> Resource | None:
        for item in owner.node["contained"].each():
            if item["id"].text() == name:
                # Its id means something inside its owner only, so its name is the owner's and its own.
                return Resource(item, item["resourceType"].text(), "", owner.where, f"{owner.name}#{name}")
        return None


def name_of(reference: Node, kind: str) -> str:
    """How the source names what a Reference points to, without looking it up: "9" for `Encounter/9`."""
    written = reference["reference"].text()
    literal = LITERAL.fullmatch(written)
    if literal and literal[1] == kind:
        return literal[2]
    if written:
        reference["reference"].fail(f"must be {kind}/ID, or name an entry of this Bundle")
    return _identifier(reference)


def _relative(written: str) -> str:
    literal = LITERAL.fullmatch(written)
    return f"{literal[1]}/{literal[2]}" if literal else ""


def _names(resource: Resource) -> list[str]:
    names = [f"{resource.kind}/{resource.id}"] if resource.id else []
    return [*names, resource.full_url] if resource.full_url and resource.full_url not in names else names


def read_bundle(value: Any) -> Bundle:
    """The Bundle, or the one resource that was sent alone. Raises `InvalidInputError` with the path."""
    root = Node(value)
    kind = root["resourceType"].required_text()
    if kind != "Bundle":
        bundle = Bundle(alone=True)
        bundle.add(_resource(root, "", ""))
        return bundle
    if root["type"].required_text() not in BUNDLE_TYPES:
        root["type"].fail(f"must be one of {', '.join(BUNDLE_TYPES)}")
    entries = root["entry"].each()
    if len(entries) > MAX_ENTRIES:
        root["entry"].fail(f"has {len(entries):,} entries; at most {MAX_ENTRIES:,} are taken at once")
    return _of_entries(entries)


def _of_entries(entries: list[Node]) -> Bundle:
    bundle = Bundle()
    for entry in entries:
        if entry["request"]["method"].text() == "DELETE":
            entry["request"]["method"].fail("deletions are not taken; send the document as entered-in-error")
        if not entry["resource"]:
            entry["resource"].fail("is required")
        bundle.add(_resource(entry["resource"], entry["fullUrl"].text(), entry.path))
    return bundle


def _resource(node: Node, full_url: str, where: str) -> Resource:
    kind, name = node["resourceType"].required_text(), node["id"].text()
    if not TYPE.fullmatch(kind):
        node["resourceType"].fail(f"{printable(kind)} is not a FHIR resource type")
    if name and not ID.fullmatch(name):
        node["id"].fail("must be letters, digits, dots and hyphens, 64 at most")
    return Resource(node, kind, name, where, full_url)
