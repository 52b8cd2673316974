"""Finding a patient's charts by record number, account or name, each by how it begins."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.db.models import Q

from review.models import Chart, Encounter, Patient
from review.worklist import PEOPLE, SHOWN

SHORTEST, LONGEST = 2, 80
MOST_PATIENTS = 100
MOST_CHARTS = 40


@dataclass(frozen=True, slots=True)
class Found:
    """Charts of all statuses, the latest first. `more`: not all; `refusal`: what is wrong with the words."""

    charts: list[Chart]
    more: bool = False
    refusal: str = ""


def search(text: str) -> Found:
    """Charts whose record number, account or patient's name begins with the words, in four queries by index.

    A comma is as people write names: "Example, M". The words are for the database alone; nobody logs them.
    """
    words = " ".join("".join(c for c in text if unicodedata.category(c)[0] != "C" or c.isspace()).split())
    if not SHORTEST <= len(words) <= LONGEST:
        return Found([], refusal=f"Type {SHORTEST} to {LONGEST} characters.")
    patients = Patient.objects.filter(Q(mrn__istartswith=words) | Q(name__istartswith=words))
    of_patients = list(patients.values_list("pk", flat=True)[: MOST_PATIENTS + 1])
    by_account = Encounter.objects.filter(account__istartswith=words).values_list("pk", flat=True)
    encounters = {
        *by_account[: MOST_CHARTS + 1],
        *Encounter.objects.filter(patient__in=of_patients).values_list("pk", flat=True)[: MOST_PATIENTS + 1],
    }
    charts = Chart.objects.filter(encounter__in=encounters).order_by("-coding_date", "id")
    rows = list(charts.select_related("encounter__patient", *PEOPLE).only(*SHOWN)[: MOST_CHARTS + 1])
    return Found(rows[:MOST_CHARTS], more=len(rows) > MOST_CHARTS or len(of_patients) > MOST_PATIENTS)
