"""Organisms, sepsis, HIV."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Sepsis due to E. coli urinary tract infection.", "A4151 N390 B9620", "A419"),
        stay("1. MRSA sepsis.", "A4102", "A419"),
        stay("1. Severe sepsis with septic shock due to pneumonia.", "A419 R6521 J189", "R6520"),
        stay("1. Sepsis with acute kidney injury due to sepsis.", "A419 R6520 N179"),
        stay("1. Streptococcal sepsis.", "A409", "A419"),
        stay("1. Pseudomonas sepsis.", "A4152", "A419"),
        stay("1. Klebsiella pneumoniae urinary tract infection.", "N390 B961"),
        stay("1. Left leg cellulitis due to MRSA.", "L03116 B9562"),
        stay("1. E. coli UTI.", "N390 B9620"),
        visit("1. HIV with Pneumocystis pneumonia.", "B20 B59", "Z21"),
        visit("1. HIV positive, asymptomatic.", "Z21", "B20"),
        visit("1. AIDS.", "B20", "Z21"),
        stay("1. Sepsis due to MSSA bacteremia.", "A4101", "A419"),
        stay("1. Septic shock due to E. coli pyelonephritis.", "R6521 N12", "R6520"),
        stay("1. Severe sepsis with acute respiratory failure.", "A419 R6520"),
        stay("1. Candida sepsis.", "B377", "A419"),
        stay("1. Enterococcal urinary tract infection.", "N390 B952"),
    ),
)
def test_organisms_and_sepsis_are_coded_beside_the_infection(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
