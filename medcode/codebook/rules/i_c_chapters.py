"""Rules of the chapters that are one line of a table: what contradicts, what is missing, what comes first.

Source: the chapter-specific guidelines, Section I.C, and notes of the tabular; each line cites its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from medcode.codebook.rules.case import Coded, Finding, Fix, Rule, Severity
from medcode.codebook.rules.tables import by_letter, rows
from medcode.codebook.rules.view import View

TITLES = {
    "ckd.stages": "Two stages of chronic kidney disease",
    "ckd.dialysis": "Chronic dialysis with a stage other than end stage",
    "ckd.transplant": "The complication of a kidney transplant stands after the kidney disease",
    "tobacco.both": "Tobacco dependence beside use or history of use",
    "copd.exacerbation": "COPD with and without its complication",
    "asthma.two": "Asthma with and without complication",
    "reflux.two": "Reflux with and without esophagitis",
    "fibrillation.two": "Atrial fibrillation of a named type and unspecified",
    "failure.two": "Heart failure of a named type and unspecified",
    "respiratory_failure.two": "Respiratory failure: acute and chronic beside acute or chronic",
    "depression.two": "Depression named and unspecified",
    "prostate.two": "Enlarged prostate with and without symptoms",
    "lipids.two": "Lipid disorder named and unspecified",
    "anemia.two": "Anemia named and unspecified",
    "examination.two": "Examination with and without abnormal findings",
    "pregnancy.normal": "An uncomplicated delivery with a complication",
    "pregnancy.state": "An incidental pregnancy with an obstetric code",
    "pregnancy.supervision": "A normal pregnancy with an obstetric code",
    "pregnancy.newborn": "Mother's and newborn's codes on one record",
    "pregnancy.weeks": "Obstetric code without the weeks of gestation",
    "pregnancy.first": "Another chapter's code stands before chapter 15",
    "delivery.outcome": "Delivery without its outcome",
    "delivery.mother": "Outcome of delivery without the delivery",
    "weeks.mother": "Weeks of gestation without the pregnancy",
    "weeks.last": "Weeks of gestation stand before the obstetric code",
    "fracture.aftercare": "Aftercare Z code for an injury",
    "osteoporosis.history": "Osteoporosis with and without a current fracture",
    "osteoporosis.traumatic": "Traumatic fracture of a patient with osteoporosis",
    "cancer.history": "A neoplasm and its history",
    "cancer.pain": "Neoplasm-related pain without the neoplasm",
    "pain.control": "Neoplasm-related pain and the neoplasm: which is first",
    "infarction.old": "Acute and old myocardial infarction",
    "stroke.history": "Sequelae of a stroke and history without deficits",
    "stroke.scale": "The stroke scale stands before the stroke",
    "coma.injury": "The coma scale stands before the injury",
    "hiv.status": "HIV disease beside HIV-positive status",
    "hiv.first": "An HIV-related condition stands before HIV disease",
    "neoplasm.treatment": "Antineoplastic treatment without the neoplasm",
    "neoplasm.anemia": "Anemia stands before the neoplasm",
    "bmi.alone": "Body mass index without a diagnosis",
    "dialysis.kidney": "Dialysis status without the kidney disease",
    "dialysis.status": "End stage renal disease without dialysis status",
    "underdosing.reason": "Underdosing without its reason",
    "resistance.infection": "Resistance to drugs without the infection",
    "organism.infection": "An organism without the infection",
    "burns.degree": "A burn of lower degree stands before a higher one",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `rule` fires on a code of `this`; what `other` means is the table's."""

    rule: Rule
    this: str
    other: str
    unless: str
    only: str
    remove: str
    sentence: str
    letters: frozenset[str]

    def applies(self, view: View) -> bool:
        if self.letters.isdisjoint(view.letters) or self.only not in ("any", view.case.setting):
            return False
        return not (self.unless and view.has(self.unless))


def _rule(name: str, severity: str, source: str) -> Rule:
    return Rule(name, cast(Severity, severity), TITLES[name], source)


def _letters(cell: str) -> frozenset[str]:
    return frozenset(by_letter(cell))


def _contradictions() -> Iterator[Line]:
    for name, severity, this, other, remove, sentence, source in rows("contradictions.tsv", 7):
        yield Line(_rule(name, severity, source), this, other, "", "any", remove, sentence, _letters(this))


def _requirements() -> Iterator[Line]:
    for name, severity, this, other, unless, only, sentence, source in rows("requirements.tsv", 8):
        yield Line(_rule(name, severity, source), this, other, unless, only, "", sentence, _letters(this))


def _orders() -> Iterator[Line]:
    for name, severity, this, other, only, unless, sentence, source in rows("order.tsv", 8):
        rule, ahead = _rule(name, severity, source), unless.strip("-")
        yield Line(rule, this, other, ahead, only, "", sentence, _letters(this))


CONTRADICTIONS = tuple(_contradictions())
REQUIREMENTS = tuple(_requirements())
ORDERS = tuple(_orders())
RULES = tuple({line.rule.id: line.rule for line in reversed((*CONTRADICTIONS, *REQUIREMENTS, *ORDERS))}.values())


def findings(view: View) -> Iterator[Finding]:
    yield from _by(view, CONTRADICTIONS, _contradicted)
    yield from _by(view, REQUIREMENTS, _required)
    yield from _by(view, ORDERS, _ordered)


def _by(
    view: View, lines: tuple[Line, ...], look: Callable[[View, Line, list[Coded]], Iterator[Finding]]
) -> Iterator[Finding]:
    """A rule is told once, by the first of its lines that fires on a code."""
    told: set[tuple[str, str]] = set()
    for line in lines:
        if not line.applies(view):
            continue
        found = view.under(line.this)
        for finding in look(view, line, found) if found else ():
            key = (finding.rule, finding.codes[0])
            if key not in told:
                told.add(key)
                yield finding


def _contradicted(view: View, line: Line, found: list[Coded]) -> Iterator[Finding]:
    for other in view.under(line.other):
        this = next((each for each in found if each.code != other.code), None)
        if this is None:
            continue
        fix = None
        if line.remove in ("0", "1"):
            gone = (this, other)[int(line.remove)]
            fix = Fix("remove", gone.code, sentence=f"Remove {gone.display}.")
        yield line.rule.found([this, other], line.sentence.format(this.display, other.display), fix=fix)


def _required(view: View, line: Line, found: list[Coded]) -> Iterator[Finding]:
    missing = [each for each in found if not any(other.code != each.code for other in view.under(line.other))]
    if missing:
        yield line.rule.found(missing[:1], line.sentence.format(missing[0].display))


def _ordered(view: View, line: Line, found: list[Coded]) -> Iterator[Finding]:
    first = found[0]
    ahead = next((each for each in view.under(line.other) if view.before(each, first)), None)
    if ahead:
        fix = Fix("move_before", first.code, ahead.code, f"Move {first.display} before {ahead.display}.")
        yield line.rule.found([first, ahead], line.sentence.format(first.display, ahead.display), fix=fix)
