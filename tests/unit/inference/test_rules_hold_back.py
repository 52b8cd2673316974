"""What is denied, past, of a relative, possible later or another thing altogether leads to no code."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        visit(
            "HPI\nNo evidence of metastases to the liver or bone.\nASSESSMENT\n1. Colon cancer.", "C189", "C787 C7951"
        ),
        visit(
            "HPI\nFather had metastatic lung cancer to the brain.\nASSESSMENT\n1. Hypertension.", "I10", "C7931 C3490"
        ),
        visit(
            "HPI\nIf she develops a rash from amoxicillin she should call.\nASSESSMENT\n1. Otitis media.",
            "H6690",
            "T360X5A",
        ),
        visit("HPI\nNo side effects from lisinopril.\nASSESSMENT\n1. Hypertension.", "I10", "T464X5A"),
        visit(
            "HPI\nPain has improved with relief from ibuprofen.\nASSESSMENT\n1. Low back pain.",
            "M5450",
            "T39315A T39395A",
        ),
        visit("HPI\nHistory of Tylenol overdose at age 16.\nASSESSMENT\n1. Depression.", "F32A", "T391X1A T391X2A"),
        visit(
            "HPI\nShe was instructed to stop; she is not taking aspirin before surgery.\n"
            "ASSESSMENT\n1. Hip osteoarthritis.",
            "",
            "T39016A",
        ),
        visit(
            "HPI\nShe denies suicidal ideation or overdose of Xanax.\nASSESSMENT\n1. Anxiety.",
            "F419",
            "T424X1A T424X2A",
        ),
        visit("HPI\nHIV test negative.\nASSESSMENT\n1. Pneumonia.", "J189", "B20 Z21"),
        visit("HPI\nScreening for HIV was offered.\nASSESSMENT\n1. Lymphoma.", "", "B20 Z21"),
        visit(
            "HPI\nNo loss of consciousness.\nASSESSMENT\n1. Scalp laceration after a fall.", "S0101XA", "S060X0A R55"
        ),
        visit(
            "HPI\nRecent colonoscopy: no diverticular bleeding or perforation.\n"
            "ASSESSMENT\n1. Diverticulosis of the colon.",
            "K5730",
            "K5731 K5720",
        ),
        stay("1. Acute pancreatitis without necrosis or infection.", "K8590", "K8591 K8592"),
        stay("1. Sepsis ruled out.\n2. Acute kidney injury.", "N179", "A419 R6520"),
        stay("1. Pneumonia.\n2. Acute kidney injury due to dehydration.", "J189 N179 E860", "R6520"),
        stay("1. Sepsis due to pneumonia.\n2. Acute kidney injury due to contrast.", "A419 J189 N179", "R6520"),
        stay("1. Asthma exacerbation, no status asthmaticus.", "J45901", "J45902"),
        visit("HPI\nMother had a stroke with residual aphasia.\nASSESSMENT\n1. Migraine.", "G43909", "I69320 R4701"),
        visit("1. Femur fracture, routine visit. No nonunion or malunion.", "", "S7290XK S7290XP"),
        visit(
            "HPI\nTumor necrosis factor inhibitor started.\nASSESSMENT\n1. Rheumatoid arthritis.", "M069", "D499 I96"
        ),
        visit(
            "HPI\nShe works at the trauma center and is followed by the pain clinic.\nASSESSMENT\n1. Fibromyalgia.",
            "M797",
            "T1490XA R52",
        ),
        visit("HPI\nChildhood trauma.\nASSESSMENT\n1. PTSD.", "F4310", "T1490XA"),
        visit(
            "HPI\nMother of a premature infant born at 30 weeks.\nASSESSMENT\n1. Postpartum depression.",
            "F530",
            "P0733",
            sex="F",
        ),
        visit("HPI\nHis wife is at 28 weeks gestation.\nASSESSMENT\n1. Gout.", "M109", "Z3A28", sex="M"),
        visit(
            "HPI\nQuit smoking 10 years ago; used to smoke 20 cigarettes a day.\nASSESSMENT\n1. COPD.",
            "J449 Z87891",
            "F17210",
        ),
        stay("1. Alcohol use, no withdrawal or dependence.\n2. Fall.", "", "F10239 F10939 F1020"),
        visit("1. Breast cancer, on letrozole, no evidence of disease on last scan.", "C50919", "Z853"),
        visit("1. Breast cancer, will start chemotherapy next month.", "C50919", "Z853"),
        visit(
            "HPI\nGrandmother had Alzheimer's dementia.\nASSESSMENT\n1. Mild cognitive impairment.",
            "G3184",
            "G309 F0280 F02A0",
        ),
        stay("1. Acute cholecystitis without gangrene or perforation.", "K810", "K82A1 K82A2"),
        stay("1. Duodenal ulcer without hemorrhage or perforation.", "K269", "K264 K265 K266"),
    ),
)
def test_rules_do_not_fire_on_what_is_not_so(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
