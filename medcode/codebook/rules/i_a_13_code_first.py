"""Etiology and manifestation: code first, use additional code, code also (Guidelines, Sections I.A.13, I.A.17, I.B.7).

"Code first" asks that the underlying condition stand before the code, and, at manifestations, that it
be there at all. "Use additional code" is an order only where the two codes are first and second; what
it asks for is missing only where the note is definite: "if applicable" and lists of examples are told
as info for the first-listed diagnosis alone, so that they drown nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.known import CodeFacts
from medcode.codebook.references import Instruction
from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.tables import covers, rows
from medcode.codebook.rules.tables import spans as table_spans
from medcode.codebook.rules.view import View
from medcode.codebook.snapshot import dotted

GUIDELINE = "ICD-10-CM Guidelines FY2026 I.A.13"
CODE_FIRST = Rule(
    "code_first.order", "warning", "The condition to code first stands after its manifestation", GUIDELINE
)
MISSING_FIRST = Rule("code_first.missing", "warning", "The condition to code first is not coded", GUIDELINE)
MANIFESTATION = Rule(
    "manifestation.first",
    "error",
    "A manifestation is listed first",
    f"{GUIDELINE}; CMS, Definitions of Medicare Code Edits, section 6, manifestation code as principal diagnosis",
)
ADDITIONAL_ORDER = Rule(
    "use_additional.order", "warning", "The additional code stands before the code that asks for it", GUIDELINE
)
ADDITIONAL = Rule("use_additional.missing", "warning", 'A definite "use additional code" is not followed', GUIDELINE)
POSSIBLE = Rule(
    "use_additional.possible",
    "info",
    'The first-listed diagnosis has a "use additional code" note that may apply',
    "ICD-10-CM Guidelines FY2026 I.B.7, multiple coding for a single condition",
)
ALSO = Rule(
    "code_also.missing",
    "info",
    'A definite "code also" is not followed',
    "ICD-10-CM Guidelines FY2026 I.A.17, code also",
)
RULES = (CODE_FIRST, MISSING_FIRST, MANIFESTATION, ADDITIONAL_ORDER, ADDITIONAL, POSSIBLE, ALSO)

ELSEWHERE = ("in diseases classified elsewhere", "in other diseases classified elsewhere")
MANIFESTATIONS = " ".join(cells[1] for cells in rows("mce.tsv", 2) if cells[0] == "manifestation")
# What is often unknown, or has rules of its own: organisms, drugs of an adverse effect, external causes.
LEFT_OPEN = table_spans("B95-B97 T36-T65 V00-Y99")


def is_manifestation(known: CodeFacts) -> bool:
    """By its title, or by the Medicare Code Editor's list."""
    if any(words in known.title.lower() for words in ELSEWHERE):
        return True
    return covers(MANIFESTATIONS, known.code)


def findings(view: View) -> Iterator[Finding]:
    for coded in dict.fromkeys(view.diagnoses):
        known = view.known(coded)
        for note in known.of_kind("code_first"):
            yield from _code_first(view, coded, note)
        for note in known.of_kind("use_additional"):
            yield from _use_additional(view, coded, note)
        for note in known.of_kind("code_also"):
            if _unanswered(view, coded, note) and _is_near(known, note):
                yield _missing(ALSO, coded, note, "code also")
        yield from _manifestation(view, coded, known)


def _manifestation(view: View, coded: Coded, known: CodeFacts) -> Iterator[Finding]:
    if not is_manifestation(known):
        return
    if coded == view.first:
        sentence = f"{coded.display} is a manifestation and cannot be listed first: its cause stands before it."
        yield MANIFESTATION.found([coded], sentence)
    elif notes := known.of_kind("code_first"):
        asked = [note for note in notes if note.spans]
        if asked and not any(view.within(note.spans) for note in asked) and len(asked) == len(notes):
            sentence = f"{coded.display} is a manifestation, and none of the causes that its note names is coded."
            source = f"{GUIDELINE}; code first at {dotted(asked[0].at)}"
            yield MISSING_FIRST.found([coded], sentence, source=source, severity="info")


def _code_first(view: View, coded: Coded, note: Instruction) -> Iterator[Finding]:
    causes = [each for each in view.within(note.spans) if each.code != coded.code]
    if causes and all(view.before(coded, each) for each in causes):
        first = causes[0]
        sentence = f"{first.display} is coded before {coded.display}."
        fix = Fix("move_before", first.code, coded.code, f"Move {first.display} before {coded.display}.")
        yield CODE_FIRST.found([first, coded], sentence, fix=fix, source=_source(note, "code first"))
    elif note.definite and not causes and _is_near(view.known(coded), note):
        yield _missing(MISSING_FIRST, coded, note, "code first")


def _use_additional(view: View, coded: Coded, note: Instruction) -> Iterator[Finding]:
    answers = [each for each in view.within(note.spans) if each.code != coded.code]
    ahead = next((each for each in answers if view.before(each, coded) and not _asked_before(view, each, coded)), None)
    if ahead and (ahead == view.first or note.definite) and _is_near(view.known(coded), note):
        sentence = f"{ahead.display} is the additional code of {coded.display} and stands after it."
        fix = Fix("move_before", coded.code, ahead.code, f"Move {coded.display} before {ahead.display}.")
        yield ADDITIONAL_ORDER.found([coded, ahead], sentence, fix=fix, source=_source(note, "use additional code"))
    elif _unanswered(view, coded, note) and _is_near(view.known(coded), note):
        yield _missing(ADDITIONAL, coded, note, "use additional code")
    elif not answers and coded == view.first and _is_worth_asking(view.known(coded), note):
        sentence = f"{coded.display}: use an additional code if documented ({_named(note)})."
        yield POSSIBLE.found([coded], sentence, source=_source(note, "use additional code"))


def _asked_before(view: View, answer: Coded, coded: Coded) -> bool:
    """Whether the additional code already follows another one that asks for it, as N18.- does after I12 and E11.22."""
    askers = view.diagnoses[: view.position(answer)]
    return any(
        note.covers(answer.code)
        for each in askers
        if each.code != coded.code
        for note in view.known(each).of_kind("use_additional")
        if _is_near(view.known(each), note)
    )


def _unanswered(view: View, coded: Coded, note: Instruction) -> bool:
    if not note.definite or any(span.covers(each.low) for span in LEFT_OPEN for each in note.spans):
        return False
    return not any(each.code != coded.code for each in view.within(note.spans))


def _is_worth_asking(known: CodeFacts, note: Instruction) -> bool:
    # How diabetes is controlled has a rule of its own (I.C.4.a.3).
    return known.kind == "billable" and bool(note.spans) and _is_near(known, note) and not note.covers("Z794")


def _is_near(known: CodeFacts, note: Instruction) -> bool:
    """Notes of blocks and chapters speak to too many codes to ask each of them."""
    return note.at == known.code or any(
        place.code == note.at and place.kind in ("category", "code") for place in known.above
    )


def _missing(rule: Rule, coded: Coded, note: Instruction, words: str) -> Finding:
    sentence = f"{coded.display} asks to {words}: {_named(note)} is not coded."
    if words == "use additional code":
        sentence = f"{coded.display} asks for an additional code, {_named(note)}, that is not coded."
    fix = None
    if len(note.spans) == 1 and note.spans[0].low == note.spans[0].high:
        shown = dotted(note.spans[0].low)
        fix = Fix("add", note.spans[0].low, sentence=f"Add {shown}, or the code below it that is documented.")
    return rule.found([coded], sentence, fix=fix, source=_source(note, words))


def _named(note: Instruction) -> str:
    shown = [
        dotted(span.low) if span.low == span.high else f"{dotted(span.low)}-{dotted(span.high)}" for span in note.spans
    ]
    return ", ".join(shown[:4]) + (" and others" if len(shown) > 4 else "")


def _source(note: Instruction, words: str) -> str:
    place = f"chapter {note.at}" if note.at.isdigit() else note.at if "-" in note.at else dotted(note.at)
    text = note.text if len(note.text) <= 160 else note.text[:159].rstrip() + "…"
    return f"{GUIDELINE}; {words} at {place}: {text.lstrip(', ')}"
