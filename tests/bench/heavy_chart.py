"""A chart as heavy as a long stay: forty notes of 5 kB each, and diagnoses that lead to sixty suggestions or more."""

from __future__ import annotations

import random
from typing import Any

NOTES = 40
NOTE_SIZE = 5_000  # characters
KINDS = ("Progress note", "Nursing note", "Consultation", "Discharge summary", "Radiology report")
DIAGNOSES = """
Type 2 diabetes mellitus with diabetic polyneuropathy|Essential hypertension
Gastroesophageal reflux disease without esophagitis|Hypothyroidism|Chronic obstructive pulmonary disease
Atrial fibrillation|Acute kidney injury|Iron deficiency anemia|Hyperlipidemia|Obstructive sleep apnea
Osteoarthritis of the left knee|Gout|Migraine without aura|Psoriasis|Rheumatoid arthritis|Osteoporosis
Benign prostatic hyperplasia|Urinary tract infection|Pneumonia|Cellulitis of left lower limb|Hyponatremia
Hypokalemia|Vitamin D deficiency|Depression|Generalized anxiety disorder|Insomnia|Parkinson disease|Epilepsy
Glaucoma|Cataract|Sensorineural hearing loss|Allergic rhinitis|Asthma|Bronchiectasis|Pulmonary embolism
Deep vein thrombosis|Coronary artery disease|Aortic stenosis|Congestive heart failure
Peripheral vascular disease|Stroke|Hemiplegia|Dysphagia|Crohn disease|Ulcerative colitis|Diverticulosis
Hemorrhoids|Cirrhosis of liver|Cholelithiasis|Acute pancreatitis|Chronic kidney disease stage 3b|Nephrolithiasis
Pressure ulcer of sacral region stage 2|Herpes zoster|Sepsis|Acute respiratory failure with hypoxia|Malnutrition
Obesity|Thrombocytopenia|Lumbar spinal stenosis|Sciatica|Fibromyalgia|Plantar fasciitis|Carpal tunnel syndrome
Tinnitus|Vertigo|Constipation|Hematuria|Lactic acidosis|Hyperkalemia|Multiple sclerosis|Celiac disease
Endometriosis|Multiple myeloma|Sarcoidosis|Actinic keratosis|Rosacea|Alopecia areata
""".replace("\n", "|")
FILLER = (
    "The patient was seen and examined at the bedside this morning.",
    "Vital signs are stable and the night was quiet.",
    "The plan was discussed with the family, who agree.",
    "Laboratory results were reviewed with the team.",
    "Diet is advanced as tolerated and physical therapy continues.",
    "Medication was reconciled with the pharmacy.",
)


def heavy_chart(identifier: str, *, mrn: str, seed: int = 1) -> dict[str, Any]:
    """The chart as a line of JSONL; the same seed gives the same text."""
    chance = random.Random(seed)
    diagnoses = [each for each in DIAGNOSES.split("|") if each]
    return {
        "id": identifier,
        "mrn": mrn,
        "name": f"Heavy, {identifier}",
        "sex": "F",
        "age": 71,
        "patient_class": "inpatient",
        "specialty": "General Medicine",
        "admitted_on": "2026-05-01",
        "discharged_on": "2026-05-20",
        "notes": [_note(number, diagnoses, chance) for number in range(NOTES)],
    }


def _note(number: int, diagnoses: list[str], chance: random.Random) -> dict[str, Any]:
    """Filler, then an assessment of the note's own share of diagnoses and a few that others name, too."""
    share = [*diagnoses[number::NOTES], *chance.sample(diagnoses, 3)]
    assessment = "\n".join(f"{line}. {diagnosis}." for line, diagnosis in enumerate(share, start=1))
    body = ""
    while len(body) + len(assessment) < NOTE_SIZE - 60:
        body += chance.choice(FILLER) + chance.choice((" ", " ", "\n"))
    return {
        "id": f"note-{number}",
        "kind": KINDS[number % len(KINDS)],
        "title": f"{KINDS[number % len(KINDS)]} {number + 1}",
        "author": f"Dr. {chr(65 + number % 26)}",
        "written_at": f"2026-05-{1 + number % 19:02d}T{8 + number % 9:02d}:00:00Z",
        "text": f"HISTORY OF PRESENT ILLNESS\n{body}\n\nASSESSMENT\n{assessment}\n",
    }
