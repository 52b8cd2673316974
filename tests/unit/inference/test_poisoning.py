"""Poisoning, adverse effect, underdosing."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Intentional acetaminophen overdose, suicide attempt.", "T391X2A", "T391X1A"),
        stay("1. Accidental opioid overdose with oxycodone.", "T402X1A"),
        stay("1. Heroin overdose.", "T401X1A"),
        visit("1. Drug rash due to amoxicillin.", "L270 T360X5A"),
        visit("1. Hypotension due to lisinopril.", "I952 T464X5A", "I959"),
        visit("1. Cough due to ACE inhibitor.", "T464X5A R058"),
        visit("1. GI bleed due to warfarin.", "K922 T45515A"),
        visit(
            "1. Uncontrolled hypertension because the patient stopped taking amlodipine due to cost.",
            "I10 T461X6A Z91120",
        ),
        visit("1. Seizure due to noncompliance with levetiracetam.", "T426X6A"),
        stay("1. Digoxin toxicity, taken as prescribed.", "T460X5A", "T460X1A"),
        visit("1. Steroid-induced hyperglycemia.", "R739 T380X5A"),
        stay("1. Lithium toxicity after accidental overdose.", "T43591A"),
        visit("1. Diarrhea due to metformin.", "R197 T383X5A"),
        visit("1. Carbon monoxide poisoning.", "T5891XA"),
        visit("1. Hives due to penicillin.", "T360X5A"),
        visit("1. Statin-induced myopathy.", "T466X5A"),
        visit("1. Constipation due to opioids.", "T402X5A"),
        visit("1. Hyponatremia secondary to hydrochlorothiazide.", "E871 T502X5A"),
        visit("1. Bleeding ulcer secondary to NSAIDs.", "T39395A"),
        visit("1. Hypoglycemia due to insulin in type 2 diabetes.", "E11649 T383X5A"),
        stay("1. Benzodiazepine overdose, intentional.", "T424X2A"),
        stay("1. Accidental fentanyl overdose.", "T40411A"),
        visit("1. Diabetic ketoacidosis after she ran out of insulin because of cost.", "E1110 T383X6A Z91120"),
        visit("1. Atrial fibrillation with RVR, not taking metoprolol because he forgot.", "I4891 T447X6A Z91138"),
    ),
)
def test_drug_and_intent_are_coded_beside_the_effect(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
