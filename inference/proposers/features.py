"""What is known about a candidate, as numbers: where it stands, how often, what the rules found.

Every feature is a plain count, a share or 0/1; their weights are data (`inference/calibrations/builtin.json`).
"""

from __future__ import annotations

import math

from inference.candidates import Candidate, Case
from inference.coding.drugs import supports
from inference.coding.history import CHRONIC
from inference.proposers.relations import Chart, relations
from inference.text.assertion import Status
from inference.text.sections import Kind

Features = dict[str, float]

# Chapter R, and pain or swelling of a joint or limb, which the tabular files under chapter M.
SYMPTOMS = ("R", "M255", "M254", "M256", "M796", "M542", "M545", "M546", "M549", "N644", "H571", "H920", "G8929",
            "M7989")  # fmt: skip
CAPPED = 4


def described(case: Case) -> list[tuple[Candidate, Features]]:
    """Every candidate that stands on words of a note, with its features: name → value, absent ones are 0."""
    chart = Chart(case)
    diseases = [
        candidate
        for candidate in chart.candidates
        if candidate.problem and not candidate.code.startswith((*SYMPTOMS, "Z"))
    ]
    return [(candidate, _features(chart, candidate, bool(diseases))) for candidate in chart.candidates]


def _features(chart: Chart, candidate: Candidate, disease_listed: bool) -> Features:
    found = {
        **_places(chart.case, candidate),
        **_nature(chart.case, candidate),
        **_chart(chart, candidate),
        **relations(chart, candidate),
    }
    for flag in candidate.flags:
        found[f"rule {flag}"] = 1.0
    if found.get("symptom") and found.get("problem"):
        found["symptom as problem"] = 1.0
        if disease_listed:
            found["symptom beside disease"] = 1.0
    if found.get("chronic") and not found.get("problem"):
        found["chronic unlisted"] = 1.0
        if chart.inpatient:
            # Guidelines III: chronic systemic disease is ordinarily reported for a stay.
            found["chronic inpatient"] = 1.0
    return found


def _places(case: Case, candidate: Candidate) -> Features:
    found: Features = {}
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


def _nature(case: Case, candidate: Candidate) -> Features:
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


def _chart(chart: Chart, candidate: Candidate) -> Features:
    code = candidate.code
    unlisted = not chart.listed
    assessed = any(mention.kind is Kind.ASSESSMENT for mention in candidate.mentions)
    flags = {
        "drug given": any(supports(drug, code) for drug in chart.drugs | chart.medications),
        "result given": code.startswith(chart.supported) if chart.supported else False,
        "others listed": chart.listed > 0 and not candidate.problem,
        "nothing listed": unlisted,
        "assessed, nothing listed": unlisted and assessed,
        "unstructured": unlisted and chart.unstructured,
        "status inpatient": code.startswith("Z") and not candidate.problem and chart.inpatient,
        "pregnant patient": code.startswith(("O", "Z3A", "Z37")) and chart.dated,
        "only problem": candidate.problem and chart.listed == 1,
    }
    return {name: 1.0 for name, holds in flags.items() if holds}
