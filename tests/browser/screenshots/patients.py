"""Charts of the pictures' own: a stay whose codes contradict each other, and a visit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser.running import Demo

STAY: dict[str, Any] = {
    "name": "Ellison, Margaret",
    "sex": "F",
    "age": 71,
    "patient_class": "inpatient",
    "specialty": "General Medicine",
    "payer": "Medicare",
    "attending": "Dr. Helena Marsh",
    "disposition": "Home",
    "admitted_on": "2026-05-01",
    "discharged_on": "2026-05-04",
    "notes": [
        {
            "id": "h-and-p",
            "kind": "History and physical",
            "title": "Admission H&P",
            "author": "Dr. Helena Marsh",
            "written_at": "2026-05-01T18:20:00",
            "text": "CHIEF COMPLAINT\nFever and cough for four days.\n\nHISTORY\nShe has type 2 diabetes mellitus, "
            "hypertension and chronic kidney disease stage 3b. Former smoker.\n\nEXAM\nT 38.9, RR 24, crackles at the "
            "right base.\n\nPLAN\nCeftriaxone and azithromycin. Hold metformin.\n",
        },
        {
            "id": "discharge",
            "kind": "Discharge summary",
            "title": "Discharge summary",
            "author": "Dr. Helena Marsh",
            "written_at": "2026-05-04T11:05:00",
            "text": "ASSESSMENT\n1. Pneumonia with cough.\n2. Type 2 diabetes mellitus.\n3. Hypertension.\n"
            "4. Chronic kidney disease stage 3b.\n\nDISPOSITION\nHome with oral antibiotics.\n",
        },
    ],
}
VISIT: dict[str, Any] = {
    "name": "Okoro, Blessing",
    "sex": "F",
    "age": 58,
    "specialty": "Family Medicine",
    "payer": "Blue Cross PPO",
    "attending": "Dr. Samuel Ortiz",
    "date_of_service": "2026-06-15",
    "notes": [
        {
            "id": "visit",
            "kind": "Office visit",
            "title": "Follow-up visit",
            "author": "Dr. Samuel Ortiz",
            "written_at": "2026-06-15T09:40:00",
            "text": "CHIEF COMPLAINT\nFollow-up of diabetes and blood pressure.\n\nHISTORY OF PRESENT ILLNESS\n"
            "The patient is a 58-year-old woman with type 2 diabetes mellitus. Burning feet for a year. Denies chest "
            "pain or shortness of breath. Her father had colon cancer.\n\nASSESSMENT AND PLAN\n"
            "1. Type 2 diabetes mellitus with diabetic polyneuropathy. Continue metformin, start gabapentin.\n"
            "2. Essential hypertension. Continue lisinopril.\n"
            "3. Gastroesophageal reflux disease without esophagitis. Continue omeprazole.\n"
            "4. Hypothyroidism. Continue levothyroxine.\n",
        },
    ],
}


def bring_in(demo: Demo, charts: Sequence[Mapping[str, Any]]) -> None:
    """Store charts that are not there yet; their suggestions follow a moment later."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "charts.jsonl"
        file.write_text("".join(json.dumps(chart) + "\n" for chart in charts), encoding="utf-8")
        assert f"{len(charts)} created" in demo.manage("import_charts", str(file))
