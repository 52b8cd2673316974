"""A FHIR R4 Bundle (or one document) as charts: one per encounter that has a document with text.

Diagnoses, procedures and claims in the Bundle are not read: codes come from the documentation, or
a coder could not tell what the model found from what somebody had billed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from review.actions.errors import InvalidInputError
from review.intake import fhir_facts, fhir_notes, incoming
from review.intake.fhir_bundle import Bundle, Resource, Skipped, name_of, read_bundle
from review.intake.fhir_notes import Document, NoTextError
from review.intake.fhir_values import label
from review.intake.incoming import IncomingChart, IncomingLab, IncomingMedication, IncomingPatient
from review.intake.strictjson import Node

SOURCE = "fhir"
# Read where something else points to them.
CONTEXT = frozenset(
    {"Patient", "Encounter", "Practitioner", "PractitionerRole", "Organization", "Location", "Medication", "Binary"}
)
MEDICATIONS = frozenset({"MedicationRequest", "MedicationStatement"})
READ = CONTEXT | MEDICATIONS | {*fhir_notes.KINDS, "Observation"}
NOT_COPIED = frozenset({"Condition", "Procedure", "Claim", "ExplanationOfBenefit"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message holds for us, and what was left out."""

    charts: tuple[IncomingChart, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class Draft:
    """A chart while its resources are being gathered."""

    name: str
    encounter: Resource | None
    patient: IncomingPatient | None = None
    documents: list[Document] = field(default_factory=list)
    medications: list[IncomingMedication] = field(default_factory=list)
    labs: list[IncomingLab] = field(default_factory=list)
    payer: str = ""


def read(value: Any, *, source: str = SOURCE) -> Reading:
    """The charts in a parsed message. Raises `InvalidInputError` with the path of what is wrong."""
    bundle = read_bundle(value)
    reader = _Reader(bundle)
    charts = reader.charts(source)
    if bundle.alone and not charts:
        reason = bundle.skipped[0].reason if bundle.skipped else "by itself it is no chart"
        raise InvalidInputError(f"{reason}; send a Bundle or a document with text", field="resourceType")
    return Reading(charts, bundle.skipped)


class _Reader:
    """Gathers drafts: encounters first, then what belongs to each."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.drafts: dict[str, Draft] = {}
        self.void: set[str] = set()
        self.patients: dict[int, IncomingPatient] = {}
        for resource in bundle.of_kind("Encounter"):
            self._add_encounter(resource)
        for resource in bundle.of_kind(*fhir_notes.KINDS):
            self._add_document(resource)
        for resource in bundle.resources:
            self._add(resource)

    def charts(self, source: str) -> tuple[IncomingChart, ...]:
        charts = []
        for draft in self.drafts.values():
            if draft.documents:
                charts.append(self._chart(draft, source))
            elif draft.encounter:
                self.bundle.skip(draft.encounter, "no document with text belongs to this encounter")
        return tuple(charts)

    def _add_encounter(self, resource: Resource) -> None:
        name = resource.name
        if not name:
            resource.node["id"].fail("an encounter needs an id or an identifier")
        if name in self.drafts or name in self.void:
            resource.node["id"].fail("names the same encounter as another entry")
        if resource.node["status"].text() in fhir_facts.VOID:
            self.void.add(name)
            self.bundle.skip(resource, "the encounter is cancelled or entered in error")
            return
        self.drafts[name] = Draft(name, resource, self._subject(resource))

    def _add(self, resource: Resource) -> None:
        """Everything that hangs on an encounter or a document, or is left out."""
        if resource.kind in MEDICATIONS:
            self._add_medication(resource)
        elif resource.kind == "Observation":
            self._add_labs(resource)
        elif resource.kind == "Claim":
            self._add_payer(resource)
        if resource.kind in NOT_COPIED:
            self.bundle.skip(resource, "codes are suggested from the documents, not copied")
        elif resource.kind not in READ:
            self.bundle.skip(resource, "this kind of resource is not read")

    def _add_document(self, resource: Resource) -> None:
        try:
            document = fhir_notes.read_document(self.bundle, resource)
        except NoTextError as error:
            self.bundle.skip(resource, str(error))
            return
        node = resource.node
        reference = node["encounter"] or node["context"]["encounter"].first()
        draft = self._draft(resource, reference, otherwise=document.source_id)
        if draft is None:
            return
        if document.note is None:
            self.bundle.skip(resource, "the document is superseded or entered in error")
        draft.documents.append(document)

    def _add_medication(self, resource: Resource) -> None:
        if resource.node["status"].text() in (*fhir_facts.VOID, "draft"):
            self.bundle.skip(resource, "cancelled, a draft or entered in error")
            return
        medication = fhir_facts.medication(self.bundle, resource)
        if medication is None:
            self.bundle.skip(resource, "names no medication")
            return
        draft = self._draft(resource, resource.node["encounter"] or resource.node["context"])
        if draft:
            draft.medications.append(medication)

    def _add_labs(self, resource: Resource) -> None:
        if not fhir_facts.is_laboratory(resource):
            self.bundle.skip(resource, "not a laboratory result")
            return
        if resource.node["status"].text() in fhir_facts.VOID:
            self.bundle.skip(resource, "cancelled or entered in error")
            return
        labs = fhir_facts.labs(resource)
        if not labs:
            self.bundle.skip(resource, "has no value")
            return
        draft = self._draft(resource, resource.node["encounter"])
        if draft:
            draft.labs += labs

    def _add_payer(self, resource: Resource) -> None:
        """From a claim only who pays is taken."""
        payer = label(resource.node["insurance"].first()["coverage"]["display"], 120)
        for item in resource.node["item"].each():
            target = self.bundle.target(resource, item["encounter"].first(), "Encounter")
            if payer and target and target.name in self.drafts:
                self.drafts[target.name].payer = payer

    def _draft(self, resource: Resource, reference: Node, *, otherwise: str = "") -> Draft | None:
        """The chart to which a resource belongs; None when it is left out, which is noted.

        A document without an encounter makes a chart `otherwise`; anything else belongs to a chart or to nothing.
        """
        target = self.bundle.target(resource, reference, "Encounter")
        name = target.name if target else name_of(reference, "Encounter")
        if name in self.void:
            self.bundle.skip(resource, "belongs to an encounter that is cancelled or entered in error")
            return None
        draft = self.drafts.get(name or self._only_encounter())
        if draft is None and not otherwise:
            self.bundle.skip(resource, "belongs to no encounter of this Bundle")
            return None
        if draft is None:
            name = name or otherwise
            draft = self.drafts[name] = Draft(name, target)
        self._check_subject(draft, resource)
        return draft

    def _only_encounter(self) -> str:
        """What names no encounter belongs to the only one there is."""
        return next(iter(self.drafts)) if len(self.drafts) == 1 and not self.bundle.alone else ""

    def _check_subject(self, draft: Draft, resource: Resource) -> None:
        """Two patients in one chart would be the worst mistake of all."""
        subject = self._subject(resource)
        draft.patient = draft.patient or subject
        if subject and subject != draft.patient:
            resource.node["subject"].fail("names another patient than the encounter does")

    def _subject(self, resource: Resource) -> IncomingPatient | None:
        subject = resource.node["subject"]
        target = self.bundle.target(resource, subject, "Patient")
        if target is None:
            name = name_of(subject, "Patient")
            return IncomingPatient(reference=name[:64]) if name else None
        known = self.patients.get(id(target.node.value))
        if known is None:
            known = self.patients[id(target.node.value)] = fhir_facts.patient(target)
        return known

    def _chart(self, draft: Draft, source: str) -> IncomingChart:
        if draft.patient is None:
            (draft.encounter or draft.documents[0].resource).node["subject"].fail("is required")
        told = fhir_facts.encounter(self.bundle, draft.encounter) if draft.encounter else {}
        chart = IncomingChart(
            source=source,
            source_id=draft.name,
            patient=draft.patient,
            payer=draft.payer,
            **told,
            notes=tuple(document.note for document in self._different(draft) if document.note),
            retracted=tuple(document.source_id for document in draft.documents if document.note is None),
            medications=tuple(draft.medications),
            labs=tuple(draft.labs),
        )
        try:
            incoming.check(chart)
        except InvalidInputError as error:
            where = (draft.encounter or draft.documents[0].resource).where
            raise InvalidInputError(error.reason, field=f"{where}: {error.field}" if where else error.field) from None
        return chart

    def _different(self, draft: Draft) -> list[Document]:
        """Each text once: senders repeat a report as a DocumentReference."""
        kept: dict[str, Document] = {}
        for document in sorted(draft.documents, key=lambda item: item.source_id):
            if document.note and document.note.text in kept:
                self.bundle.skip(document.resource, f"the same text as {kept[document.note.text].source_id}")
            elif document.note:
                kept[document.note.text] = document
        names = {document.source_id for document in kept.values()}
        return [document for document in draft.documents if document.source_id in names]
