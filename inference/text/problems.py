"""Problems as clinicians list them: the headings of an assessment, the lines of a diagnosis list.

A problem stands in a line of its own ("Hypertension."), in a numbered or bulleted line
("2. Type 2 diabetes, uncontrolled"), or opens its line before a colon or dash
("CHF - continue Lasix"). What follows, up to the next problem, is its discussion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inference.text.sections import NUMBERING, Kind
from inference.text.sentences import Sentence
from inference.text.tokens import WORD
from inference.text.wordlists import word_set

LISTING = frozenset({Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.PLAN, Kind.COURSE})
LONGEST_PROBLEM = 18  # words
LONGEST_PLAN_HEADING = 6
NUMBERED = re.compile(
    r"\s*(?:\(?\d{1,2}[.)]\s*(?=[A-Za-z])|#|(?:problem|issue|diagnosis|dx)\s*(?:#|no\.?|number)?\s*\d)",
    re.IGNORECASE,
)
HEAD_END = re.compile(r":(?=\s|$)|\s[-–—]+\s|--+|(?<=\w)[-–—]\s")
# Labels inside a problem's discussion ("Medical Treatment: …"), which name no problem.
LABELS = word_set(
    "medical reasoning|medical treatment|additional testing|patient education and counseling|specialist referrals|"
    "patient agreements|plan|assessment|treatment|education|follow up|testing|labs|imaging|medications|referral|"
    "referrals|counseling|status|diagnostics|monitoring|note|disposition|impression|procedure|orders|goals|"
    "recommendations|medication|results|indication|code status|diet|activity|prophylaxis|dispo|rationale",
    separator="|",
)
# A line with one of these is a sentence or an order, not a problem's name.
VERBS = word_set(
    "is was are were has have had will would should can could may presents presented reports reported denies "
    "continue continues start started increase decrease order ordered obtain obtained refer referred recommend "
    "recommended discussed discuss advised check repeat return schedule scheduled prescribed prescribe give given "
    "she he they we i you patient take takes call contact encouraged encourage counseled reviewed review "
    "complete provide provided monitor hold stop initiate resume consult await please ensure use using declined "
    "counselled titrated refilled refill switch switched "
    "follow send sent add keep try received underwent explained instructed see apply avoid notify wean titrate"
)
# Verbs at the head of a line, nouns within a name: "Tobacco use", "Blood pressure check".
NOUNS = word_set("use check follow monitor hold complete order contact schedule call refill repeat return switch")


@dataclass(frozen=True, slots=True)
class Problem:
    """`text[begin:end]` names the problem; the discussion runs on to `close`."""

    begin: int
    end: int
    close: int
    kind: Kind


def problems(text: str, parts: list[Sentence]) -> list[Problem]:
    """The problems of a note in order."""
    found: list[Problem] = []
    for sentence in parts:
        if sentence.kind not in LISTING:
            continue
        span = _named(text, sentence)
        if span is not None:
            _close(found, sentence)
            found.append(Problem(*span, sentence.end, sentence.kind))
        elif found and found[-1].kind is sentence.kind:
            _close(found, sentence, keep=True)
    return found


def _close(found: list[Problem], sentence: Sentence, *, keep: bool = False) -> None:
    """Let the last problem's discussion run to this sentence, or through it."""
    if found and found[-1].kind is sentence.kind:
        last = found[-1]
        found[-1] = Problem(last.begin, last.end, sentence.end if keep else sentence.begin, last.kind)


def _named(text: str, sentence: Sentence) -> tuple[int, int] | None:
    """The span that names a problem in this sentence, or None."""
    match = NUMBERING.match(text, sentence.begin, sentence.end)
    begin = match.end() if match else sentence.begin
    numbered = NUMBERED.match(text, sentence.begin, sentence.end) is not None
    if not (sentence.opens_line or numbered):
        return None
    stop = HEAD_END.search(text, begin, sentence.end)
    end = stop.start() if stop else sentence.end
    if numbered and sentence.kind in (Kind.ASSESSMENT, Kind.DIAGNOSES, Kind.COURSE):
        end = _before_the_verb(text, begin, end)
    words = [word.lower() for word in WORD.findall(text, begin, end)]
    if not words or " ".join(words) in LABELS or len(words) > LONGEST_PROBLEM:
        return None
    if sentence.kind is Kind.DIAGNOSES:
        return begin, end
    return (begin, end) if _reads_as_name(words, sentence.kind, numbered, stop is not None) else None


def _before_the_verb(text: str, begin: int, end: int) -> int:
    """Where the name ends in a numbered line that goes on as a sentence: "2. Gout, continue allopurinol"."""
    verb = next((w.start() for w in WORD.finditer(text, begin, end) if w.group().lower() in VERBS - NOUNS), end)
    if verb == end or not text[begin:verb].strip():
        return end
    comma = text.rfind(",", begin, verb)
    return comma if comma > begin else verb


def _reads_as_name(words: list[str], kind: Kind, numbered: bool, cut: bool) -> bool:
    if words[:2] == ["follow", "up"] and len(words) <= LONGEST_PLAN_HEADING:
        words = words[2:] or words
    if kind is Kind.COURSE and not (numbered or cut):
        return False
    if kind is Kind.PLAN and VERBS.intersection(words):
        return False
    if kind is Kind.PLAN and len(words) > LONGEST_PLAN_HEADING:
        return False
    return words[0] not in VERBS and not (VERBS - NOUNS).intersection(words)
