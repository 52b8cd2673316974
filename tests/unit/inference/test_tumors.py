"""Primary, secondary, treated and past neoplasms."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        visit("1. Metastatic lung cancer with metastases to the brain and liver.", "C7931 C787 C3490"),
        visit("1. Adenocarcinoma of the sigmoid colon metastatic to liver.", "C187 C787"),
        visit(
            "1. Breast cancer, status post left mastectomy 5 years ago, no evidence of disease.",
            "Z853",
            "C50912 C50919",
        ),
        visit("1. Prostate cancer, status post prostatectomy in 2015, no evidence of recurrence.", "Z8546", "C61"),
        visit("1. Breast cancer, on adjuvant tamoxifen.", "C50919", "Z853"),
        visit("1. History of breast cancer, currently receiving chemotherapy.", "C50919", "Z853"),
        visit("1. Encounter for chemotherapy.\n2. Ovarian cancer.", "Z5111 C569"),
        visit("1. Admission for radiation therapy for laryngeal cancer.", "Z510 C329"),
        visit("1. Anemia due to colon cancer.", "C189 D630", "D649"),
        visit("1. Anemia due to antineoplastic chemotherapy for breast cancer.", "D6481 T451X5A C50919", "D649"),
        visit("1. Neutropenic fever due to chemotherapy.", "D701 R5081 T451X5A", "R509"),
        visit("1. Malignant pleural effusion from lung cancer.", "J910 C3490", "J90"),
        visit("1. Malignant ascites due to ovarian cancer.", "R180 C569", "R188"),
        visit("1. Bone metastases from prostate cancer.", "C7951 C61"),
        visit("1. Multiple myeloma in remission.", "C9001", "C9000"),
        visit("1. Acute myeloid leukemia in relapse.", "C9202", "C9200"),
        visit("1. Cancer-related pain due to bone metastases.", "G893 C7951"),
        stay("1. Pancreatic cancer with metastases to the liver, lungs and peritoneum.", "C259 C787 C7800 C786"),
        stay("1. Melanoma with brain mets.", "C439 C7931"),
        visit("1. Renal cell carcinoma status post left nephrectomy 2018, NED.", "Z85528", "C642 C649"),
        visit("1. Anemia due to multiple myeloma.", "D630 C9000", "D649"),
    ),
)
def test_spread_treatment_and_remission_decide(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
