"""Weeks of pregnancy, delivery, and what complicates either.

Source: Guidelines I.C.15.a.2 and a.3 (trimester; "in childbirth" where the code has it and the delivery is in this
stay), I.C.21.c.11 (Z3A weeks, Z37 outcome on the mother's record of delivery), I.C.15.a.1 (chapter 15
before other chapters: O99 for conditions that complicate pregnancy).
"""

from __future__ import annotations

import re
from collections import Counter

from inference.candidates import Candidate, Case
from inference.mentions import Mention
from inference.schema import Setting
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.tokens import tokens

WEEKS = re.compile(
    r"\b(?:at |GA:? |EGA:? )?(\d{1,2})(?: ?w(?:(?:ee)?ks?)?\b|w\d ?d|[ ]?\+ ?\d\b|[ -]\d/7\b| weeks?\b)", re.IGNORECASE
)
GESTATION = re.compile(
    r"gestation|pregnan|\bEDD\b|\bEGA\b|\bGA\b|\bG\d ?P\d|\bIUP\b|\bSIUP\b|labor|vaginal delivery|cesarean",
    re.IGNORECASE,
)
DELIVERED = re.compile(
    r"\b(?:NSVD|SVD|VAVD|spontaneous vaginal delivery|vaginal delivery|vaginal birth|cesarean|c-section|LTCS|"
    r"delivered)\b",
    re.IGNORECASE,
)
LIVE = re.compile(r"\b(?:apgars?|live[ -]?born|live birth|viable|vigorous)\b", re.IGNORECASE)
TWINS = ("O30",)
CARRIED = ("O", "Z33", "Z34", "Z36")
EARLIEST, LATEST = 4, 42
# Prefix of a condition → stem of its code in pregnancy; then which digit says "in childbirth" and "third trimester".
COMPLICATING = (
    (("E66",), "O9921", ("1", "2", "3", "4")), (("D50", "D51", "D52", "D53", "D64"), "O990", ("11", "12", "13", "2")),
    (("J45",), "O995", ("11", "12", "13", "2")), (("Z22330",), "O9982", ("0", "0", "0", "4")),
    (("E03",), "O9928", ("1", "2", "3", "4")), (("F32", "F33", "F41"), "O9934", ("1", "2", "3", "4")),
    (("F17",), "O9933", ("1", "2", "3", "4")), (("F11", "F12", "F14"), "O9932", ("1", "2", "3", "4")),
    (("G40",), "O9935", ("1", "2", "3", "4")), (("B18", "B19"), "O984", ("11", "12", "13", "2")),
    (("B20", "Z21"), "O987", ("11", "12", "13", "2")), (("E11",), "O241", ("11", "12", "13", "2")),
    (("E10",), "O240", ("11", "12", "13", "2")), (("I10",), "O100", ("11", "12", "13", "2")),
)  # fmt: skip
# Conditions that their code of chapter 15 says completely; other ones stay beside it.
TAKEN_OVER = ("I10", "N390", "R17")
TRIMESTERS = ("first trimester", "second trimester", "third trimester")
NEWBORN = ("P", "Z38")
# Conditions that a code of chapter 15 names, so that supervision or the bare state says nothing more.
BARE = ("Z331", "Z34", "O0990", "O0991", "O0992", "O0993")


def apply(case: Case) -> None:
    """Add weeks and outcome, and put the chart's conditions into their codes of chapter 15."""
    if case.chart.sex == "M":
        _drop(case, "Z3A")  # the weeks are his partner's
    elif _concerned(case):
        weeks, told = _weeks(case)
        if weeks:
            _at_weeks(case, weeks, told)


def _concerned(case: Case) -> bool:
    """Whether the chart is a mother's, and says how far the pregnancy is."""
    if case.matching(*NEWBORN) and not case.matching("O"):
        return False
    return bool(case.matching(*CARRIED)) and any(GESTATION.search(r.text) for r in case.readings)


def _at_weeks(case: Case, weeks: int, told: list[Mention]) -> None:
    stated = case.add(f"Z3A{weeks:02}" if weeks >= 8 else "Z3A01", told, "stated")
    _drop(case, "Z3A", besides=stated)
    born = _born(case)
    if born:
        case.add("Z372" if case.matching(*TWINS) else "Z370", born, "stated")
        for candidate in case.matching("O"):
            _in_childbirth(case, candidate)
        _drop(case, "Z38")
    _complicating(case, 3 if born else _trimester(weeks))
    for candidate in case.matching("O"):
        _in_trimester(case, candidate, TRIMESTERS[_trimester(weeks)])
    _sugar(case)
    _bare(case)


def _drop(case: Case, prefix: str, besides: Candidate | None = None) -> None:
    for candidate in case.matching(prefix):
        if candidate is not besides:
            case.drop(candidate)


def _weeks(case: Case) -> tuple[int, list[Mention]]:
    """The weeks named most often, the later of two; with the places."""
    places: dict[int, list[Mention]] = {}
    for reading in case.readings:
        for match in WEEKS.finditer(reading.text):
            if EARLIEST <= int(match[1]) <= LATEST:
                places.setdefault(int(match[1]), []).append(_at(reading.key, reading.text, match))
    late = {weeks: found for weeks, found in places.items() if weeks >= 20} or places
    counts = Counter({weeks: len({mention.note for mention in found}) for weeks, found in late.items()})
    best = max(counts, key=lambda weeks: (counts[weeks], weeks), default=0)
    return best, places.get(best, [])


def _at(key: str, text: str, match: re.Match[str]) -> Mention:
    near = tuple(word.norm for word in tokens(match.group()))
    return Mention(
        key, match.start(), match.end(), "", "", "status", Status.AFFIRMED, Kind.HPI, "", near, problem=False
    )


def _born(case: Case) -> list[Mention]:
    """Where the notes of a stay tell of the delivery of a living child."""
    if case.chart.setting is not Setting.INPATIENT or not any(LIVE.search(r.text) for r in case.readings):
        return []
    return [
        _at(reading.key, reading.text, match)
        for reading in case.readings
        if LIVE.search(reading.text)
        for match in list(DELIVERED.finditer(reading.text))[:2]
    ]


def _in_childbirth(case: Case, candidate: Candidate) -> None:
    if "trimester" not in case.book.title(candidate.code):
        return
    other = [code for code in case.book.siblings(candidate.code) if "childbirth" in case.book.title(code)]
    if other:
        case.replace(candidate, other[0])


def _in_trimester(case: Case, candidate: Candidate, trimester: str) -> None:
    """The trimester that the weeks stand for, where the code leaves it open (I.C.15.a.3)."""
    if "unspecified trimester" not in case.book.title(candidate.code):
        return
    for code in case.book.siblings(candidate.code):
        if case.book.title(code).lower().endswith(trimester):
            case.replace(candidate, code)
            return


def _bare(case: Case) -> None:
    """Supervision of a normal pregnancy does not stand beside a complication (I.C.15.b.1, I.C.21.c.11)."""
    complications = [c for c in case.matching("O") if not c.code.startswith(("O80", "O09"))]
    for candidate in case.matching(*BARE) if complications else []:
        case.drop(candidate)


def _sugar(case: Case) -> None:
    """Gestational diabetes by its control, which makes the drug's own code needless (I.C.15.i)."""
    insulin, oral = case.matching("Z794"), case.matching("Z7984")
    for candidate in case.matching("O24419", "O24429", "O24439") if insulin or oral else []:
        case.replace(candidate, candidate.code[:-1] + ("4" if insulin else "5"))
    if case.matching("O244"):
        for candidate in (*insulin, *oral):
            case.drop(candidate)


def _trimester(weeks: int) -> int:
    return 0 if weeks < 14 else 1 if weeks < 28 else 2


def _complicating(case: Case, digit: int) -> None:
    for prefixes, stem, digits in COMPLICATING:
        for candidate in case.matching(*prefixes):
            if candidate.problem or any(mention.kind is Kind.PMH for mention in candidate.mentions):
                joined = case.add(stem + digits[digit], candidate.mentions, "assumed")
                if joined is not None and candidate.code.startswith(TAKEN_OVER):
                    case.drop(candidate)
