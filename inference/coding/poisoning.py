"""Drugs that did harm: poisoning, adverse effect and underdosing.

Source: Guidelines I.C.19.e.5: (a) adverse effect: the nature of the effect first, then T36-T50 with 5 for a drug
properly given; (b) poisoning: overdose, wrong substance or wrongly taken; intent not stated is accidental,
undetermined only where the record says so; (c) underdosing: taking less than prescribed, never first, with
Z91.12-, Z91.13- or Z91.14- for the reason where known.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from inference.candidates import Candidate, Case
from inference.coding.around import Around, Clause
from inference.text.sections import Kind
from inference.text.tokens import Token, fold
from inference.text.wordlists import word_set
from medcode.codebook.lexicon.tables import rows

TABLE = Path(__file__).with_name("poisoning.tsv")
OVERDOSE = re.compile(r"\b(?:overdos\w+|poisoning|(?:accidental|intentional)\w* ingestion|ingested)\b", re.IGNORECASE)
TOXIC = re.compile(r"\b(?:toxicity|toxic level)\b", re.IGNORECASE)
CAUSED = re.compile(
    r"\b(?:due to|from|secondary to|caused by|induced by|attributed to|related to|reaction to|"
    r"adverse effects? of|side effects? (?:of|from)|adverse reaction to|because of)\s+(?:the |her |his |"
    r"oral |long[- ]term |chronic |recent |high[- ]dose |antineoplastic |systemic )*([A-Za-z]+)(?:[- ]([A-Za-z]+))?",
    re.IGNORECASE,
)
INDUCED = re.compile(r"\b([A-Za-z]+)[- ](?:induced|related|associated)\s+[a-z]", re.IGNORECASE)
LESS = re.compile(
    r"\b(?:ran out of|stopped taking|not (?:been )?taking|non-?complian\w+ with|non-?adheren\w+ (?:to|with)|"
    r"missed (?:\w+ )?doses of|missing doses of|skip\w* (?:\w+ )?doses of|skipping|"
    r"underdos\w+ (?:of|with)|has not taken|forgot to take|forgets to take|taking less|unable to afford|"
    r"cannot afford|self-discontinued)\b[^.;\n]{0,40}",
    re.IGNORECASE,
)  # fmt: skip
SELF_HARM = word_set("intentional intentionally suicide suicidal harm deliberate self")
UNKNOWN_INTENT = re.compile(
    r"\b(?:undetermined|unclear|unknown) intent|intent (?:undetermined|unclear)", re.IGNORECASE
)
HELPED = word_set("benefited benefit relief improvement improved improving improve better")
COST = word_set("cost afford financial money expensive insurance unaffordable copay")
FORGOT = word_set("forgot forget forgetful forgetting dementia memory unintentional")
STOPPED_BY_US = word_set("instructed advised told held surgery resolved recommended")
CLASSES = {"ace": "T464X", "arb": "T465X", "beta": "T447X", "calcium": "T461X"}
STATED = frozenset({Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.COURSE, Kind.HPI, Kind.PLAN, Kind.OTHER,
                    Kind.CHIEF_COMPLAINT})  # fmt: skip
ACCIDENT, SELF, UNDETERMINED, ADVERSE, UNDER = "1", "2", "4", "5", "6"
NO_EFFECT = ("Z", "T", "Y", "O", "F1", "I10", "E10", "E11", "C")
STREET = ("T401X", "T408X", "T405X")


@cache
def table() -> dict[str, str]:
    """Drug (folded) → stored stem of its codes."""
    return {fold(row.phrase): row.target for row in rows(TABLE)}


def apply(case: Case, around: Around) -> None:
    """Name the drug and the intent where a sentence tells of harm by a drug."""
    poisoned = _poisonings(case, around)
    if not poisoned:
        _adverse(case, around)
    _underdosed(case, around)


def _stem(word: str) -> str:
    return table().get(fold(word), "") or CLASSES.get(word.lower(), "")


def _code(case: Case, stem: str, intent: str) -> str:
    codes = (f"{stem}{intent}A", f"{stem}{intent}XA", f"{stem}X{intent}A")
    return next((code for code in codes if case.book.billable(code)), "")


def _drugs(clause: Clause) -> list[tuple[Token, str]]:
    return [(word, table()[word.norm]) for word in clause.words if word.norm in table()]


def _poisonings(case: Case, around: Around) -> bool:
    found = False
    for pattern in (OVERDOSE, TOXIC):
        for clause, match in around.clauses(pattern):
            if clause.sentence.kind not in STATED:
                continue
            for word, stem in _drugs(clause):
                intent = _intent(clause, toxic=pattern is TOXIC and not OVERDOSE.search(clause.text))
                code = _code(case, stem, intent)
                if code:
                    begin, end = min(word.begin, match.start()), max(word.end, match.end())
                    case.add(code, [clause.mention(begin, end, problem=_listed(case, begin, end))], "combined")
                    found = found or intent != ADVERSE
    if found:
        for candidate in case.matching("T509"):
            case.drop(candidate)
    return found


def _intent(clause: Clause, *, toxic: bool) -> str:
    words = clause.affirmed
    if words & SELF_HARM and not {"accidental", "unintentional"} & words:
        return SELF
    if UNKNOWN_INTENT.search(clause.text):
        return UNDETERMINED
    return ADVERSE if toxic and not {"accidental", "unintentional"} & words else ACCIDENT


def _listed(case: Case, begin: int, end: int) -> bool:
    return any(p.begin < end and begin < p.end for reading in case.readings for p in reading.problems)


def _adverse(case: Case, around: Around) -> None:
    """An effect and its drug in one sentence, joined by words of cause."""
    for pattern in (CAUSED, INDUCED):
        for clause, match in around.clauses(pattern):
            if clause.sentence.kind not in STATED or clause.affirmed & HELPED:
                continue
            stem = next((found for word in match.groups() if word and (found := _stem(word))), "")
            effects = _effects(case, around, clause) if stem else []
            if not effects or stem in STREET:
                continue
            code = _code(case, stem, ADVERSE)
            problem = any(effect.problem for effect in effects)
            if code:
                case.add(code, [clause.mention(match.start(), match.end(), problem=problem)], "combined")
                _hypotension(case, effects)


def _effects(case: Case, around: Around, clause: Clause) -> list[Candidate]:
    return [
        candidate
        for candidate in case.candidates.values()
        if not candidate.code.startswith(NO_EFFECT) and any(around.clause(m) is clause for m in candidate.mentions)
    ]


def _hypotension(case: Case, effects: list[Candidate]) -> None:
    for effect in effects:
        if effect.code in ("I959", "I9589"):
            case.replace(effect, "I952")


def _underdosed(case: Case, around: Around) -> None:
    for clause, match in around.clauses(LESS):
        words = {word.norm for word in clause.words}
        if (
            clause.sentence.kind not in STATED
            or words & STOPPED_BY_US
            or not _effects_or_chronic(case, around, clause)
        ):
            continue
        for word, stem in _drugs(clause):
            if match.start() <= word.begin <= match.end() + 40:
                code = _code(case, stem, UNDER)
                problem = _listed(case, match.start(), word.end)
                said = clause.mention(match.start(), max(word.end, match.end()), problem=problem)
                if code and case.add(code, [said], "combined"):
                    _reason(case, clause, said.begin, said.end)


def _effects_or_chronic(case: Case, around: Around, clause: Clause) -> bool:
    return any(around.clause(m) is clause for c in case.candidates.values() for m in c.mentions)


def _reason(case: Case, clause: Clause, begin: int, end: int) -> None:
    words = {word.norm for word in clause.words}
    reason = "Z91120" if words & COST else "Z91138" if words & FORGOT else "Z91128"
    case.add(reason, [clause.mention(begin, end)], "combined")
    for candidate in case.matching("Z9119", "Z9114"):
        case.drop(candidate)
