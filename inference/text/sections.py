"""Sections of a clinical note: where each begins and what kind it is.

Headings are recognised line by line: "PLAN", "Plan:", "## Plan", "3. Plan:", "Plan: text".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from inference.text.tokens import WORD


class Kind(StrEnum):
    """What a section is about; decides how much a mention in it says about the encounter."""

    CHIEF_COMPLAINT = "chief complaint"
    HPI = "history of present illness"
    PMH = "past medical history"
    PSH = "past surgical history"
    FAMILY = "family history"
    SOCIAL = "social history"
    ROS = "review of systems"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    VITALS = "vitals"
    EXAM = "examination"
    RESULTS = "results"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    DIAGNOSES = "diagnoses"
    COURSE = "hospital course"
    PROCEDURE = "procedure"
    INSTRUCTIONS = "instructions"
    OTHER = "other"


HEADINGS: dict[Kind, str] = {
    Kind.CHIEF_COMPLAINT: "chief complaint|chief complaints|cc|reason for visit|reason for consultation|"
    "reason for admission|presenting complaint|presenting problem|reason for referral|reason for encounter",
    Kind.HPI: "history of present illness|hpi|history of the present illness|present illness|history|interval history|"
    "subjective|history of presenting complaint|hx of present illness|interim history|clinical history",
    Kind.PMH: "past medical history|pmh|medical history|pmhx|past history|past medical hx|medical|comorbidities|"
    "problem list|active problems|chronic conditions|past medical and surgical history|medical problems|"
    "chronic problems|ob history|obstetric history|gynecologic history|psychiatric history|past psychiatric history|"
    "past medical surgical history|birth history",
    Kind.PSH: "past surgical history|psh|surgical history|surgical|past surgeries|operations|procedures|"
    "past procedures|past surgical hx|surgeries|previous surgeries",
    Kind.FAMILY: "family history|fh|fhx|family hx|family medical history|family",
    Kind.SOCIAL: "social history|sh|shx|social hx|habits|social|occupational history|substance use history",
    Kind.ROS: "review of systems|ros|systems review|review of symptoms|pertinent review of systems",
    Kind.MEDICATIONS: "medications|current medications|home medications|meds|discharge medications|medication list|"
    "outpatient medications|admission medications|medications on admission|prescriptions|medication|"
    "current outpatient medications|inpatient medications|medications on discharge",
    Kind.ALLERGIES: "allergies|allergy|drug allergies|medication allergies|allergies and intolerances",
    Kind.VITALS: "vitals|vital signs|vitals reviewed|vital signs reviewed",
    Kind.EXAM: "physical examination|physical exam|exam|examination|pe|objective|physical|mental status exam|"
    "mental status examination|neurologic examination|physical findings|general examination|exam findings",
    Kind.RESULTS: "results|labs|laboratory|laboratory data|imaging|diagnostics|lab results|laboratory results|"
    "diagnostic studies|studies|radiology|test results|data|imaging studies|laboratory findings|pathology|ekg|ecg|"
    "diagnostic results|pertinent results|labs and imaging|radiographs|x ray|x rays|findings|laboratory studies|"
    "data review|investigations",
    Kind.ASSESSMENT: "assessment|assessment and plan|a p|ap|impression|assessment plan|impression and plan|"
    "assessments|clinical impression|impressions|assessment and recommendations|impression and recommendations|"
    "medical decision making|mdm|assessment and treatment plan|conclusion|problems|problem based plan|conclusions|"
    "assessment impression|impression plan|assessment and plans|summary and plan",
    Kind.PLAN: "plan|recommendations|treatment plan|plans|plan of care|recommendation|treatment|disposition and plan|"
    "plan and recommendations",
    Kind.DIAGNOSES: "diagnosis|diagnoses|discharge diagnosis|discharge diagnoses|admission diagnosis|"
    "admission diagnoses|admitting diagnosis|admitting diagnoses|final diagnosis|final diagnoses|"
    "principal diagnosis|secondary diagnoses|secondary diagnosis|primary diagnosis|preoperative diagnosis|"
    "postoperative diagnosis|pre operative diagnosis|post operative diagnosis|preop diagnosis|postop diagnosis|"
    "preoperative diagnoses|postoperative diagnoses|working diagnosis|diagnostic impression|"
    "visit diagnoses|encounter diagnoses|visit diagnosis|encounter diagnosis|discharge diagnosis es|"
    "other diagnoses|additional diagnoses|billing diagnoses|active diagnoses|final impression|ed diagnosis",
    Kind.COURSE: "hospital course|brief hospital course|emergency department course|ed course|course|clinical course|"
    "hospital course by problem|course in hospital|summary of hospital course|hospital course by system",
    Kind.PROCEDURE: "procedure|procedure performed|procedures performed|operation|operation performed|anesthesia|"
    "procedure in detail|description of procedure|operative procedure|indications|technique|procedure note|"
    "details of procedure|operative findings",
    Kind.INSTRUCTIONS: "instructions|patient instructions|discharge instructions|follow up|followup|follow up plan|"
    "patient education|follow up instructions|return precautions|patient agreements|return to clinic|"
    "patient education and counseling|counseling|disposition|consent|discharge plan",
}  # fmt: skip
KIND_OF = {name: kind for kind, names in HEADINGS.items() for name in names.split("|")}
# Read as headings only where their section makes them so; elsewhere they are ordinary words.
SUBHEADINGS = {"medical", "surgical", "family", "social", "history", "findings", "treatment", "course", "problems",
               "data", "medication", "physical", "procedures", "procedure", "operation", "counseling", "habits",
               "patient education", "patient education and counseling", "medical decision making", "conclusion",
               "technique", "indications", "x ray", "x rays", "ekg", "ecg", "operations", "disposition", "imaging",
               "labs", "diagnostics", "follow up", "followup", "pathology", "sh", "fh", "pe", "ap",
               "studies"}  # fmt: skip
DIAGNOSTIC = frozenset({Kind.ASSESSMENT, Kind.DIAGNOSES})
HISTORIES = frozenset({Kind.PMH, Kind.PSH, Kind.FAMILY, Kind.SOCIAL})
# Bullets and numbers that open a line: "- ", "2. ", "(2)", "#3 ", "Problem 4: ".
NUMBERING = re.compile(
    r"\s*(?:[#*•●▪○\-–—>=+]+\s*)?"
    r"(?:(?:problem|issue|diagnosis|dx)\s*(?:#|no\.?|number)?\s*\d{1,2}\s*[.):\-–]*\s*"
    r"|(?<=#)\d{1,2}[.):]?\s+|\(?\d{1,2}[.):]+\s*(?=[A-Za-z*_]))?[*_]{0,2}",
    re.IGNORECASE,
)
LONGEST_HEADING = 60


@dataclass(frozen=True, slots=True)
class Section:
    """`text[begin:end]` is the section's body, without its heading."""

    kind: Kind
    begin: int
    end: int


def sections(text: str) -> list[Section]:
    """The sections of a note in order; text before the first heading is of kind OTHER."""
    found: list[Section] = []
    kind, begin = Kind.OTHER, 0
    for line_begin, line_end in lines(text):
        heading = _heading(text, line_begin, line_end, kind)
        if heading is not None:
            found.append(Section(kind, begin, line_begin))
            kind, begin = heading
    found.append(Section(kind, begin, len(text)))
    return [section for section in found if section.begin < section.end]


def lines(text: str) -> list[tuple[int, int]]:
    """Begin and end of every line, without its line break."""
    found, begin = [], 0
    while begin <= len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        found.append((begin, end))
        begin = end + 1
    return found


def _heading(text: str, begin: int, end: int, current: Kind) -> tuple[Kind, int] | None:
    """The kind a line opens and where its body begins, or None when the line is no heading."""
    match = NUMBERING.match(text, begin, min(end, begin + LONGEST_HEADING))
    start = match.end() if match else begin
    colon = text.find(":", start, min(end, start + LONGEST_HEADING))
    stop = colon if colon >= 0 else end
    if stop - start > LONGEST_HEADING:
        return None
    title = text[start:stop].strip(" \t\r*_#:-–.=")
    name = " ".join(word.lower() for word in WORD.findall(title))
    kind = KIND_OF.get(name)
    body = colon + 1 if colon >= 0 else end
    alone = not text[body:end].strip(" \t\r*_")
    if kind is None:
        return (Kind.OTHER, body) if _opens_unknown(title, alone, current) else None
    if name in SUBHEADINGS and not _fits(title, kind, current, alone):
        return None
    if alone:
        return kind, end
    return (kind, body) if colon >= 0 else None


def _opens_unknown(title: str, alone: bool, current: Kind) -> bool:
    # Inside an assessment, a line of capitals is a problem, and in an examination it is an organ.
    if not alone or current not in (HISTORIES | {Kind.MEDICATIONS, Kind.ALLERGIES, Kind.CHIEF_COMPLAINT}):
        return False
    return len(title) > 4 and title.isupper() and len(title.split()) <= 5


def _fits(title: str, kind: Kind, current: Kind, alone: bool) -> bool:
    if title.isupper() and alone:
        return True
    if kind in HISTORIES and current in HISTORIES:
        return True
    if kind is Kind.INSTRUCTIONS:
        return current is Kind.PLAN or current is Kind.INSTRUCTIONS
    return current not in DIAGNOSTIC | {Kind.PLAN} and kind not in HISTORIES
