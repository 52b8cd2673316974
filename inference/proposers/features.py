"""What is known about a candidate, as numbers: where it stands, how often, what the rules found.

Every feature is a plain count or 0/1; their weights are data (`inference/calibrations/builtin.json`).
"""

from __future__ import annotations

import math

from inference.candidates import Candidate, Case
from inference.coding.drugs import supports
from inference.coding.history import CHRONIC
from inference.schema import Setting
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.tokens import norms

# Chapter R, and pain or swelling of a joint or limb, which the tabular files under chapter M.
SYMPTOMS = ("R", "M255", "M254", "M256", "M796", "M542", "M545", "M546", "M549", "N644", "H571", "H920", "G8929",
            "M7989")  # fmt: skip
CAPPED = 4


def features(case: Case, candidate: Candidate) -> dict[str, float]:
    """Feature name → value, for one candidate; absent names are 0."""
    found = {**_places(case, candidate), **_nature(case, candidate), **_chart(case, candidate)}
    for flag in candidate.flags:
        found[f"rule {flag}"] = 1.0
    if found.get("symptom") and found.get("problem"):
        found["symptom as problem"] = 1.0
        if _disease_listed(case, candidate):
            found["symptom beside disease"] = 1.0
    if found.get("chronic") and not found.get("problem"):
        found["chronic unlisted"] = 1.0
        if case.chart.setting is Setting.INPATIENT:
            # Guidelines III: chronic systemic disease is ordinarily reported for a stay.
            found["chronic inpatient"] = 1.0
    return found


def _places(case: Case, candidate: Candidate) -> dict[str, float]:
    found: dict[str, float] = {}
    sections = set()
    by_note: dict[str, int] = {}
    for mention in candidate.mentions:
        by_note[mention.note] = by_note.get(mention.note, 0) + 1
        if mention.problem and case.final and mention.note not in case.final:
            found["problem earlier"] = 1.0
        elif mention.problem:
            found["plan problem" if mention.kind is Kind.PLAN else "problem"] = 1.0
        elif mention.source != "drug":
            found[f"in {mention.kind.value}"] = 1.0
        sections.add(mention.kind)
    statuses = {mention.status for mention in candidate.mentions}
    if Status.AFFIRMED not in statuses:
        found["never affirmed"] = 1.0
    if Status.HISTORICAL in statuses:
        found["called historical"] = 1.0
    found["sections"] = float(min(len(sections), CAPPED))
    # What is copied from note to note is no stronger for it.
    found["mentions"] = math.log1p(max(by_note.values(), default=0))
    if case.final and case.final.isdisjoint(by_note):
        found["not at discharge"] = 1.0
    return found


def _nature(case: Case, candidate: Candidate) -> dict[str, float]:
    code = candidate.code
    title = case.book.title(code).lower()
    sources = {mention.source for mention in candidate.mentions}
    longest = max((mention.name.count(" ") + 1 for mention in candidate.mentions), default=0)
    flags = {
        "symptom": code.startswith(SYMPTOMS),
        "status": code.startswith("Z"),
        "injury": code.startswith(("S", "T")),
        "chronic": code.startswith(CHRONIC),
        "pregnancy": code.startswith("O"),
        "residual": title.startswith("other") or "other specified" in title,
        "vague": "unspecified" in title,
        "only by title": "lexicon" not in sources and "title" in sources,
        "only by term": sources == {"term"},
        "guessed": sources == {"guess"},
        "long name": longest >= 3,
        "one word": longest == 1,
    }
    return {name: 1.0 for name, holds in flags.items() if holds}


def _chart(case: Case, candidate: Candidate) -> dict[str, float]:
    found: dict[str, float] = {}
    if any(supports(drug.name, candidate.code) for drug in case.drugs) or _on_list(case, candidate):
        found["drug given"] = 1.0
    listed = sum(other.problem for other in case.candidates.values())
    if listed and not candidate.problem:
        found["others listed"] = 1.0
    if not listed:
        found["nothing listed"] = 1.0
        if any(mention.kind is Kind.ASSESSMENT for mention in candidate.mentions):
            found["assessed, nothing listed"] = 1.0
        if _unstructured(case):
            found["unstructured"] = 1.0
    if candidate.code.startswith("Z") and not candidate.problem and case.chart.setting is Setting.INPATIENT:
        found["status inpatient"] = 1.0
    if candidate.code.startswith(("O", "Z3A", "Z37")) and any(c.startswith("Z3A") for c in case.candidates):
        found["pregnant patient"] = 1.0
    if candidate.problem and listed == 1:
        found["only problem"] = 1.0
    return found


def _unstructured(case: Case) -> bool:
    """Whether the chart is running text without a single known heading."""
    return all(sentence.kind is Kind.OTHER for reading in case.readings for sentence, _ in reading.sentences)


def _on_list(case: Case, candidate: Candidate) -> bool:
    names = {word for fact in case.chart.medications for word in norms(fact.name)}
    return any(supports(name, candidate.code) for name in names)


def _disease_listed(case: Case, candidate: Candidate) -> bool:
    return any(
        other.problem and other.code != candidate.code and not other.code.startswith((*SYMPTOMS, "Z"))
        for other in case.candidates.values()
    )
