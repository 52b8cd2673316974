"""Codes that the tabular list asks for beside another, and what a second look at the chart settles about a code.

Source: the instructional notes of the FY2026 tabular list: N40.1 ("use additional code for associated symptoms"),
R50.81 ("code first underlying condition": fever with neutropenia), G30 and F02 (dementia in Alzheimer's disease),
S06.0X- (loss of consciousness: with, without, status unknown), Z48.81- (aftercare by organ system); Guidelines
I.C.21.c.7 (aftercare codes are not used for injuries).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.coding.specificity import Setting, specify
from inference.mentions import Mention
from inference.text import assertion
from inference.text.assertion import Status
from inference.text.tokens import Token
from inference.text.wordlists import word_set

# Word or pair of words in the name of an enlarged prostate → its symptom.
PROSTATE_SYMPTOMS = (
    ({"nocturia"}, "R351"), ({"frequency"}, "R350"), ({"urgency"}, "R3915"), ({"hesitancy"}, "R3911"),
    ({"weak", "stream"}, "R3912"), ({"retention"}, "R338"), ({"incomplete", "emptying"}, "R3914"),
    ({"straining"}, "R3916"), ({"dysuria"}, "R300"),
)  # fmt: skip
# What a coronary disease is named with → the status it leaves.
REVASCULARISED = ((frozenset({"stent", "stented", "stenting"}), "Z955"), (frozenset({"cabg", "bypass"}), "Z951"))
FEBRILE = frozenset({"fever", "febrile"})
DEMENTIA = frozenset({"dementia"})
# Words of an operation → the aftercare code of its organ system.
AFTERCARE = {
    "Z48815": word_set("cholecystectomy appendectomy colectomy hemicolectomy hernia herniorrhaphy gastrectomy "
                       "fundoplication gallbladder appendix bowel bypass sleeve hemorrhoidectomy ileostomy"),
    "Z48812": word_set("cabg valve aneurysm endarterectomy pacemaker ablation stent"),
    "Z48813": word_set("lobectomy thoracotomy thoracoscopy"),
    "Z48816": word_set("nephrectomy cystectomy turp ureteroscopy lithotripsy"),
    "Z48811": word_set("craniotomy laminectomy discectomy microdiscectomy"),
    "Z48810": word_set("cataract tonsillectomy tympanostomy septoplasty"),
    "Z48817": word_set("lipoma"),
}  # fmt: skip
# Aftercare of a joint replacement asks for the joint.
JOINTS = (("hip", "Z9664"), ("knee", "Z9665"), ("shoulder", "Z9661"), ("elbow", "Z9662"), ("ankle", "Z9666"))
PLAIN_AFTERCARE = ("Z4889", "Z4881")
FOR_INJURIES_NOT = ("Z4800", "Z4802", "Z488")
OUT_COLD = ("loss", "consciousness"), ("lost", "consciousness"), ("lose", "consciousness"), ("losing", "consciousness")
OUT_COLD_PHRASES = (*OUT_COLD, ("passed", "out"), ("pass", "out"), ("blacked", "out"), ("black", "out"), ("loc",),
                    ("knocked", "out"))  # fmt: skip
UNSURE = word_set("whether unsure unclear unknown remember sure uncertain")


def apply(case: Case) -> None:
    """Add the companions, and settle the rest."""
    _prostate_symptoms(case)
    _stents(case)
    _fever(case)
    _dementia(case)
    _consciousness(case)
    _aftercare(case)
    _joints(case)


def _prostate_symptoms(case: Case) -> None:
    for candidate in case.matching("N401"):
        for mention in candidate.mentions:
            for words, code in PROSTATE_SYMPTOMS:
                if words <= mention.words | set(mention.name.split(" ")):
                    case.add(code, [mention], "combined")


def _stents(case: Case) -> None:
    """ "Coronary artery disease with stent": the vessel's status is a code of its own (I.C.21.c.3)."""
    for candidate in case.matching("I251"):
        for mention in candidate.mentions:
            for words, code in REVASCULARISED:
                if mention.problem and words & mention.words:
                    case.add(code, [mention], "stated")


def _fever(case: Case) -> None:
    for candidate in case.matching("D70"):
        told = [m for m in candidate.mentions if FEBRILE & {*m.name.split(" "), *m.words} and m.problem]
        if told:
            case.add("R5081", told, "combined")


def _dementia(case: Case) -> None:
    """ "Alzheimer's dementia" names both; F03 beside it becomes F02 in `settled`."""
    if case.matching("F02", "F03"):
        return
    for candidate in case.matching("G30", "G3183", "G310"):
        told = [m for m in candidate.mentions if DEMENTIA & {*m.name.split(" "), *m.words}]
        if told:
            case.add("F0280", told, "combined")


def _consciousness(case: Case) -> None:
    """A concussion whose note tells of no loss of consciousness, or of one."""
    for candidate in case.matching("S060XA"):
        found = {_outcome(words) for reading in case.readings for _, words in reading.sentences} - {""}
        if len(found) == 1:
            case.replace(candidate, f"S060X{found.pop()}{candidate.code[-1]}")


def _outcome(words: list[Token]) -> str:
    """ "0" not lost, "9" lost, "" not told, by the sixth character of S06.0X-."""
    said = [word.norm for word in words]
    place = next((i for i in range(len(said)) for p in OUT_COLD_PHRASES if tuple(said[i : i + len(p)]) == p), -1)
    if place < 0 or UNSURE & set(said):
        return ""
    status = assertion.status_of(words, assertion.scopes(words), words[place].begin, words[place].end)
    return {Status.NEGATED: "0", Status.AFFIRMED: "9"}.get(status, "")


def _aftercare(case: Case) -> None:
    injured = any(c.problem and c.code[-1] in "DGKPS" for c in case.matching("S", "T"))
    for candidate in case.matching(*FOR_INJURIES_NOT) if injured else ():
        case.drop(candidate)
    for candidate in case.matching(*PLAIN_AFTERCARE):
        said = _operation(case, candidate)
        code = next((code for code, words in AFTERCARE.items() if words & said), "")
        if code and candidate.code == "Z4889":
            case.replace(candidate, code)


def _joints(case: Case) -> None:
    """Z47.1: "use additional code to identify the joint"."""
    for candidate in case.matching("Z471"):
        for mention in candidate.mentions:
            said = {*mention.words, *mention.name.split(" ")}
            for joint, stem in JOINTS:
                side = mention.side or case.sides.of([joint])
                code = specify(case.book, stem, Setting(mention.near, side)) if joint in said else ""
                if code:
                    case.add(code, [mention], "combined")


def _operation(case: Case, candidate: Candidate) -> set[str]:
    """The words beside the aftercare and of the operations the chart calls past."""
    past: list[Mention] = [m for c in case.matching("Z90", "Z98") for m in c.mentions]
    return {word for m in (*candidate.mentions, *past) for word in (*m.words, *m.name.split(" "))}
