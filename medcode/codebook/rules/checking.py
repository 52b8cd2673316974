"""All rules in one list, and the check that runs them."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from medcode.codebook.known import Facts
from medcode.codebook.rules import (
    appendix_i_poa,
    i_a_12_excludes,
    i_a_13_code_first,
    i_b_5_integral,
    i_b_12_duplicates,
    i_c_1_d_sepsis,
    i_c_1_g_covid,
    i_c_4_a_diabetes,
    i_c_7_a_i_c_12_a_stages,
    i_c_9_a_hypertension,
    i_c_19_injury,
    i_c_20_external,
    i_c_21_z_codes,
    i_c_chapters,
    iv_outpatient,
    mce,
    modifiers,
    ncci,
    validity,
)
from medcode.codebook.rules.case import ORDER, Case, Finding, Fix, Rule
from medcode.codebook.rules.view import View

SECTIONS: tuple[ModuleType, ...] = (
    validity,
    i_b_12_duplicates,
    i_a_12_excludes,
    i_a_13_code_first,
    i_b_5_integral,
    i_c_1_d_sepsis,
    i_c_1_g_covid,
    i_c_4_a_diabetes,
    i_c_7_a_i_c_12_a_stages,
    i_c_9_a_hypertension,
    i_c_19_injury,
    i_c_20_external,
    i_c_21_z_codes,
    i_c_chapters,
    iv_outpatient,
    mce,
    appendix_i_poa,
    ncci,
    modifiers,
)
REGISTRY: dict[str, Rule] = {rule.id: rule for section in SECTIONS for rule in section.RULES}
# Rules that read the notes of the tabular: a rule of the guideline itself says more.
GENERAL = frozenset({"code_first.order", "use_additional.order"})


def check(case: Case, facts: Facts) -> list[Finding]:
    """Everything the rules find in a case, errors first; `facts` must know its codes. Pure."""
    view = View(case, facts)
    found = [finding for section in SECTIONS for finding in section.findings(view)]
    return _once(sorted(found, key=lambda finding: (ORDER[finding.severity], finding.rule in GENERAL)))


def _once(found: list[Finding]) -> list[Finding]:
    """Of the findings that ask for the same move, the first: the most severe, and the rule that knows most."""
    moves: set[Fix] = set()
    kept = []
    for finding in found:
        move = replace(finding.fix, sentence="") if finding.fix and finding.fix.action == "move_before" else None
        if move not in moves:
            kept.append(finding)
        if move:
            moves.add(move)
    return kept
