"""Intracranial injury, infarctions, sequelae of stroke, dementia, substances, obesity."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Concussion with loss of consciousness of 10 minutes.", "S060X1A", "S060X9A"),
        stay("1. Concussion without loss of consciousness.", "S060X0A", "S060X9A"),
        stay("1. Traumatic subdural hemorrhage with loss of consciousness of 2 hours.", "S065X3A"),
        stay("1. Traumatic subarachnoid hemorrhage without loss of consciousness.", "S066X0A"),
        stay("1. Concussion with loss of consciousness of unknown duration.", "S060X9A"),
        stay("1. Epidural hematoma after a fall with loss of consciousness for 20 minutes.", "S064X1A"),
        stay("1. Acute anterior wall STEMI involving the left anterior descending artery.", "I2102", "I213"),
        stay("1. Acute inferior STEMI.", "I2119", "I213"),
        stay("1. NSTEMI.", "I214"),
        stay("1. Type 2 myocardial infarction due to anemia.", "I21A1 D649", "I219"),
        stay(
            "PAST MEDICAL HISTORY\nMyocardial infarction 5 years ago.\nDISCHARGE DIAGNOSES\n1. Pneumonia.",
            "I252",
            "I219",
        ),
        stay("1. Subsequent NSTEMI; STEMI of the inferior wall two weeks ago.", "I222"),
        stay("1. Acute ischemic stroke due to embolism of the left middle cerebral artery.", "I63412", "I639"),
        stay("1. Acute ischemic stroke with right hemiplegia, right-handed.", "I639 G8191"),
        stay("1. Stroke in 2019 with residual left hemiparesis.", "I69354", "I639"),
        stay("1. Aphasia as late effect of stroke.", "I69320", "I639 R4701"),
        stay("1. Old stroke with residual dysphagia.", "I69391", "I639"),
        stay("1. History of stroke without residual deficits.", "Z8673", "I639"),
        stay("1. Vascular dementia with agitation.", "F01511", "F0150"),
        stay("1. Severe Alzheimer's dementia with behavioral disturbance.", "G309 F02C18"),
        visit("1. Mild dementia.", "F03A0", "F0390"),
        stay("1. Alcohol dependence with withdrawal delirium.", "F10231", "F1020"),
        stay("1. Alcohol withdrawal in a patient with alcohol dependence.", "F10239", "F1020"),
        stay("1. Opioid use disorder, severe, with withdrawal.", "F1123", "F1120"),
        stay("1. Alcohol abuse with intoxication.", "F10129", "F1010"),
        stay("1. Cocaine abuse and dependence.", "F1420", "F1410"),
        visit("1. Alcohol dependence in remission.", "F1021", "F1020"),
        visit("1. Class 3 obesity, BMI 42.", "E66813 Z6841", "E669"),
        visit("1. Obesity class 1 with BMI 31.5.", "E66811 Z6831", "E669"),
        visit("1. Morbid obesity due to excess calories, BMI 45.", "E6601 Z6842", "E669"),
        stay(
            "HOSPITAL COURSE\nHe lost consciousness for about 45 minutes after the crash.\n"
            "DISCHARGE DIAGNOSES\n1. Traumatic subdural hematoma.",
            "S065X2A",
            "R55",
        ),
        stay("1. STEMI due to occlusion of the right coronary artery.", "I2111", "I213"),
        stay("1. Dysarthria, sequela of old stroke.", "I69322", "I639"),
        stay("1. Alcohol dependence with intoxication.", "F10229", "F1020"),
        stay("1. Cocaine use disorder, mild.", "F1410"),
        visit("1. Lewy body dementia.", "G3183 F0280", "F0390"),
    ),
)
def test_duration_side_severity_and_sequela_decide(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
