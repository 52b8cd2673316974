"""Patient, encounter, medications and laboratory results from FHIR resources. Codes are not copied."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from review.intake.fhir_bundle import Bundle, Resource
from review.intake.fhir_values import clipped, concept, fhir_date, fhir_moment, has_code, human_name, label, quantity
from review.intake.incoming import IncomingLab, IncomingMedication, IncomingPatient, limit
from review.intake.strictjson import Node
from review.models import Encounter, Patient

SEXES = {"male": Patient.Sex.MALE, "female": Patient.Sex.FEMALE}
# HL7 v3 ActCode; everything else is an outpatient visit (virtual, home, field, short stay …).
CLASSES = {
    "IMP": Encounter.PatientClass.INPATIENT,
    "ACUTE": Encounter.PatientClass.INPATIENT,
    "NONAC": Encounter.PatientClass.INPATIENT,
    "EMER": Encounter.PatientClass.EMERGENCY,
    "OBSENC": Encounter.PatientClass.OBSERVATION,
}
VOID = frozenset({"entered-in-error", "cancelled"})
# Identifiers that name a person outside the hospital: never a medical record number.
NOT_AN_MRN = ("SS", "SB", "DL", "PPN", "TAX", "MB")


def patient(resource: Resource) -> IncomingPatient:
    """The MRN is the identifier of type MR, else one that the hospital uses itself, else the resource's id."""
    node = resource.node
    return IncomingPatient(
        mrn=_mrn(node["identifier"].each()) or resource.name,
        name=human_name(node["name"], limit(Patient, "name")),
        sex=SEXES.get(node["gender"].text(), Patient.Sex.UNKNOWN),
        birth_date=fhir_date(node["birthDate"]),
        reference=resource.id,
    )


def _mrn(identifiers: list[Node]) -> str:
    own = [item for item in identifiers if not has_code([item["type"]], *NOT_AN_MRN)]
    by_type = [item for item in own if has_code([item["type"]], "MR")]
    by_use = [item for item in own if item["use"].text() in ("usual", "official")]
    return next((value for item in by_type + by_use if (value := item["value"].text())), "")


def encounter(bundle: Bundle, resource: Resource) -> dict[str, Any]:
    """The fields of an `IncomingChart` that an Encounter resource tells."""
    node = resource.node
    return {
        "account": _account(node),
        "patient_class": CLASSES.get(node["class"]["code"].text(), Encounter.PatientClass.OUTPATIENT),
        "specialty": concept(node["serviceType"], 60),
        "facility": _facility(bundle, resource),
        "attending": _attending(bundle, resource),
        "disposition": concept(node["hospitalization"]["dischargeDisposition"], 120),
        "admitted_on": fhir_date(node["period"]["start"]),
        "discharged_on": fhir_date(node["period"]["end"]),
    }


def _account(node: Node) -> str:
    identifiers = node["identifier"].each()
    numbered = [item for item in identifiers if has_code([item["type"]], "AN", "VN")]
    return label((numbered or identifiers)[0]["value"], 64) if identifiers else ""


def _facility(bundle: Bundle, resource: Resource) -> str:
    provider = resource.node["serviceProvider"]
    if words := label(provider["display"], 120):
        return words
    organization = bundle.target(resource, provider, "Organization")
    return label(organization.node["name"], 120) if organization else ""


def _attending(bundle: Bundle, resource: Resource) -> str:
    """The attender, else the primary performer, else whoever took part."""
    people = resource.node["participant"].each()
    people.sort(
        key=lambda item: (not has_code(item["type"].each(), "ATND"), not has_code(item["type"].each(), "PPRF"))
    )
    for person in people:
        if words := label(person["individual"]["display"], 120):
            return words
        if not person["individual"]["reference"].text().startswith(("Practitioner/", "Practitioner?", "urn:")):
            continue
        practitioner = bundle.target(resource, person["individual"], "Practitioner")
        if practitioner and (words := human_name(practitioner.node["name"], 120)):
            return words
    return ""


def medication(bundle: Bundle, resource: Resource) -> IncomingMedication | None:
    """A MedicationRequest or MedicationStatement; None when it names no medication."""
    node = resource.node
    name = _medication_name(bundle, resource)
    if not name:
        return None
    dosage = (node["dosageInstruction"] or node["dosage"]).first()
    value, unit = quantity(dosage["doseAndRate"].first()["doseQuantity"])
    return IncomingMedication(
        name=name,
        dose=clipped(f"{value} {unit}".strip(), 80),
        route=concept(dosage["route"], 40),
        frequency=concept(dosage["timing"]["code"], 80) or label(dosage["text"], 80),
        started_on=fhir_date(node["authoredOn"]) or fhir_date(node["effectiveDateTime"]),
    )


def _medication_name(bundle: Bundle, resource: Resource) -> str:
    if words := concept(resource.node["medicationCodeableConcept"], 200):
        return words
    reference = resource.node["medicationReference"]
    target = bundle.target(resource, reference, "Medication")
    return (concept(target.node["code"], 200) if target else "") or label(reference["display"], 200)


def is_laboratory(resource: Resource) -> bool:
    return has_code(resource.node["category"].each(), "laboratory")


def labs(resource: Resource) -> list[IncomingLab]:
    """The value of an Observation, or those of its components; none when there is no value."""
    node = resource.node
    taken = fhir_moment(node["effectiveDateTime"]) or fhir_moment(node["effectivePeriod"]["start"])
    taken = taken or fhir_moment(node["issued"])
    name = concept(node["code"], 200)
    results = []
    for part, words in _parts(node, name):
        value, unit = _value(part)
        if value and words:
            results.append(
                IncomingLab(
                    name=words, value=value, unit=unit, reference=_reference(part), flag=_flag(part), taken_at=taken
                )
            )
    return results


def _parts(node: Node, name: str) -> Iterator[tuple[Node, str]]:
    yield node, name
    for component in node["component"].each():
        yield component, clipped(": ".join(part for part in (name, concept(component["code"], 200)) if part), 200)


def _value(node: Node) -> tuple[str, str]:
    """Value and unit, as the source writes them."""
    if node["valueQuantity"]:
        return quantity(node["valueQuantity"])
    if node["valueCodeableConcept"]:
        return concept(node["valueCodeableConcept"], 120), ""
    plain = node["valueInteger"].value if node["valueInteger"] else node["valueBoolean"].value
    if isinstance(plain, int | Decimal):
        return clipped(str(plain).lower(), 120), ""
    return label(node["valueString"] or node["valueDateTime"], 120), ""


def _reference(node: Node) -> str:
    reference = node["referenceRange"].first()
    if words := label(reference["text"], 80):
        return words
    low, high = quantity(reference["low"])[0], quantity(reference["high"])[0]
    if low and high:
        return clipped(f"{low}-{high}", 80)
    return clipped(f">= {low}" if low else f"<= {high}" if high else "", 80)


def _flag(node: Node) -> str:
    """The short code of the interpretation; "N" (normal) is no flag."""
    for item in node["interpretation"].each():
        for coding in item["coding"].each():
            code = label(coding["code"], 40)
            if code and len(code) <= 4 and code != "N":
                return code
    return ""
