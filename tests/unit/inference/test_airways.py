"""Pneumonia by organism, airway disease with infection, respiratory failure."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Moderate persistent asthma with acute exacerbation.", "J4541", "J45901"),
        stay("1. Severe persistent asthma with status asthmaticus.", "J4552", "J45909"),
        stay("1. COPD exacerbation.", "J441", "J449"),
        stay("1. COPD with acute bronchitis.", "J440 J209", "J449"),
        stay("1. COPD exacerbation.\n2. Pneumonia due to Pseudomonas.", "J440 J441 J151", "J189"),
        stay("1. MRSA pneumonia.", "J15212", "J189"),
        stay("1. Klebsiella pneumonia.", "J150", "J189"),
        stay("1. Pneumococcal pneumonia.", "J13", "J189"),
        stay("1. Aspiration pneumonia.", "J690", "J189"),
        stay("1. Acute respiratory failure with hypoxia and hypercapnia.", "J9601 J9602", "J9600"),
        stay("1. Acute hypoxic respiratory failure.", "J9601", "J9600"),
        stay("1. Acute on chronic hypercapnic respiratory failure.", "J9622", "J9600"),
        stay("1. Chronic hypoxemic respiratory failure.", "J9611", "J9610"),
        stay("1. Influenza A with pneumonia.", "J1000", "J189"),
        stay("1. COVID-19 pneumonia.", "U071 J1282", "J189"),
        stay("1. Ventilator associated pneumonia due to Pseudomonas aeruginosa.", "J95851 B965", "J189"),
        stay("1. Mild intermittent asthma with exacerbation.", "J4521", "J45901"),
        stay("1. Haemophilus influenzae pneumonia.", "J14", "J189"),
    ),
)
def test_lung_diseases_join_with_what_infects_them(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
