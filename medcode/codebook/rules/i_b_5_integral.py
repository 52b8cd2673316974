"""Symptoms that belong to a coded disease (Guidelines, Section I.B.5).

"Signs and symptoms that are associated routinely with a disease process should not be assigned as
additional codes." Which those are is general clinical knowledge, kept in `data/integral.tsv`.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Finding, Fix, Rule
from medcode.codebook.rules.tables import rows
from medcode.codebook.rules.view import View

INTEGRAL = Rule(
    "integral",
    "warning",
    "A symptom is integral to a disease that is coded",
    "ICD-10-CM Guidelines FY2026 I.B.5, conditions that are an integral part of a disease process",
)
RULES = (INTEGRAL,)
TABLE = tuple(rows("integral.tsv", 3))
SYMPTOMS = " ".join(symptoms for _, symptoms, _ in TABLE)


def findings(view: View) -> Iterator[Finding]:
    told: set[str] = set()
    if not view.has(SYMPTOMS):
        return
    for diseases, symptoms, name in TABLE:
        disease = view.one(diseases)
        if disease is None:
            continue
        for symptom in view.under(symptoms):
            if symptom.code not in told and symptom.code != disease.code:
                told.add(symptom.code)
                sentence = f"{symptom.display} is integral to {name} ({disease.display}) and is not coded beside it."
                fix = Fix("remove", symptom.code, sentence=f"Remove {symptom.display}.")
                yield INTEGRAL.found([symptom, disease], sentence, fix=fix)
