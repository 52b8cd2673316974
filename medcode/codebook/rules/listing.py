"""The page that lists every rule, written from the registry: `python -m medcode.codebook.rules.listing`."""

from __future__ import annotations

import sys

from medcode.codebook.rules.checking import REGISTRY, SECTIONS
from medcode.codebook.rules.tables import rows

HEAD = """# The rules between codes

`medcode.codebook.rules.check(case, facts)` runs these over a chart's codes; `medcode.codebook.facts.gather` reads what
they need. An **error** blocks the submission of a chart, a **warning** is acknowledged, an **info** is told. A rule
whose table is not loaded says nothing. Where one rule has findings of several severities, its usual one is given.

This page is written by `python -m medcode.codebook.rules.listing > docs/rules.md`, and a test compares it with the
code. The files are in `medcode/codebook/rules/`, named by the section of the guideline or the CMS file; rules that are
one line of a table, and the lists of the code editor, are in its folder `data/`.

## How far they go

- Excludes1 is an error where the note stands at a category or below and both codes are of one chapter. It is a
  warning where the guideline's exception for two unrelated conditions (I.A.12.a) can apply: different chapters,
  different sides, a note of a whole block, or chapters of symptoms, injuries, external causes and factors.
- "Use additional code" is missing only where the note is definite. "If applicable" and lists of examples are told as
  info for the first-listed diagnosis alone.
- The lists of the Medicare Code Editor are those of v37 (FY2020), {spans} spans carried over to the FY2026 tabular by
  category: a code split off later keeps its category's place, a new category is missing until it is added to
  `data/mce.tsv`. A conflict of age or sex is a warning, since records are wrong more often than codes.
- Symptoms integral to a disease (I.B.5) are our own table of {pairs} pairs, `data/integral.tsv`: general clinical
  knowledge, to be adapted to the hospital's practice.
- NCCI edits, units, add-on codes and POA exemptions are read from the files that the customer loads. Where both NCCI
  editions are loaded, the outpatient hospital one is used.
- The linkage that "with" presumes (diabetes, hypertension) is a warning, because the documentation may say that the
  conditions are unrelated.

## All rules

| Rule | Severity | What it finds | Source |
|---|---|---|---|
"""


def page() -> str:
    """The page as it is stored in docs/rules.md."""
    lines = [
        f"| `{rule.id}` | {rule.severity} | {rule.title} | {rule.source} |"
        for section in SECTIONS
        for rule in section.RULES
    ]
    spans = sum(len(codes.split()) for _, codes in rows("mce.tsv", 2))
    pairs = sum(len(diseases.split()) * len(symptoms.split()) for diseases, symptoms, _ in rows("integral.tsv", 3))
    return HEAD.format(spans=spans, pairs=pairs) + "\n".join(lines) + f"\n\n{len(REGISTRY)} rules.\n"


if __name__ == "__main__":
    sys.stdout.write(page())
