"""What a chart says about the patient beyond illness: allergies, tobacco given up, relatives, body mass.

Source: Guidelines I.C.21.c.3 (status: Z88, Z91.0), I.C.21.c.4 (family history Z80-Z84; personal history Z87.891),
I.B.14 (the body mass index is coded only beside a diagnosis of the provider that it belongs to).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inference.candidates import Case
from inference.mentions import Mention, Reading
from inference.text.assertion import Status
from inference.text.sections import Kind
from inference.text.sentences import Sentence
from inference.text.tokens import Token
from inference.text.wordlists import word_set
from medcode.codebook.snapshot import undotted

TABLE = Path(__file__).with_name("status.tsv")
ALLERGIC = frozenset({"allergy", "allergic", "anaphylaxis"})
NOT_ALLERGIC = word_set("intolerance nausea error removed no denied never none upset tolerated family mother father")
DENIED = word_set("not non")
SMOKE = word_set("smoking smoked smoker smoke tobacco cigarette")
GAVE_UP = word_set("quit former ex stopped ceased")
GOES_ON = word_set("date line plan plans attempt try trying want wants ready current currently continue advised "
                   "counseled counselled never nicotine line")  # fmt: skip
PAST_SMOKER = "Z87891"
BODY_MASS = "Z68"
WEIGHED = ("E66", "E40", "E41", "E43", "E44", "E45", "E46", "R634", "R636", "R64", "O9921", "F50")
NEAR = 5


@cache
def table(kind: str) -> dict[str, str]:
    """Word or prefix → stored code, for one kind of fact."""
    lines = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {word: undotted(code) for what, words, code in lines if what == kind for word in words.split()}


def apply(case: Case) -> None:
    """Add the status codes that the chart states, and drop a body mass index that belongs to nothing."""
    for reading in case.readings:
        for sentence, words in reading.sentences:
            _allergy(case, reading, sentence, words)
            _tobacco(case, reading, sentence, words)
    _relatives(case)
    _body_mass(case)


def _mention(reading: Reading, sentence: Sentence, words: list[Token], word: Token, code: str) -> Mention:
    near = tuple(each.norm for each in words)
    place = (reading.key, word.begin, word.end, word.norm, code, "status", Status.AFFIRMED, sentence.kind)
    return Mention(*place, "", near, problem=False)


def _allergy(case: Case, reading: Reading, sentence: Sentence, words: list[Token]) -> None:
    said = {word.norm for word in words}
    if not (sentence.kind is Kind.ALLERGIES or said & ALLERGIC) or said & NOT_ALLERGIC:
        return
    named = [
        index
        for index, word in enumerate(words)
        if word.norm in ALLERGIC and DENIED.isdisjoint(before.norm for before in words[max(0, index - 2) : index])
    ]
    for index, word in enumerate(words):
        code = table("allergy").get(word.norm)
        close = sentence.kind is Kind.ALLERGIES or any(abs(index - other) <= NEAR for other in named)
        if code and close:
            case.add(code, [_mention(reading, sentence, words, word, code)], "stated")


def _tobacco(case: Case, reading: Reading, sentence: Sentence, words: list[Token]) -> None:
    """ "Ex-smoker", "Tobacco: quit 7 years ago", unless the same chart has a dependence."""
    said = {word.norm for word in words}
    if not (said & SMOKE and said & GAVE_UP) or said & GOES_ON or sentence.kind is Kind.FAMILY:
        return
    if any(m.status is Status.AFFIRMED for c in case.matching("F17") for m in c.mentions):
        return
    word = next(word for word in words if word.norm in SMOKE)
    case.add(PAST_SMOKER, [_mention(reading, sentence, words, word, PAST_SMOKER)], "stated")


def _relatives(case: Case) -> None:
    for mention in case.relatives:
        code = next((c for prefix, c in table("family").items() if mention.target.startswith(prefix)), "")
        if code:
            case.add(code, [mention], "family")


def _body_mass(case: Case) -> None:
    found = case.matching(BODY_MASS)
    diagnosed = [c for c in case.matching(*WEIGHED) if c.problem or any(m.kind is Kind.ASSESSMENT for m in c.mentions)]
    for candidate in found:
        if not diagnosed:
            case.drop(candidate)
        else:
            candidate.flags.add("stated")
