"""Whether a procedure that a note names was performed in this encounter, and how surely.

Planned, offered, declined, cancelled, earlier and the family's procedures are not coded (UHDDS: procedures that were
performed; ICD-10-PCS Guideline B3.3 for the cancelled ones). The section and the words of the clause decide.
"""

from __future__ import annotations

import re

from inference.schema import NoteText
from inference.text.sections import Kind, Section
from inference.text.sentences import Sentence

NOT_BEFORE = re.compile(
    r"\b(?:no|not|without|denie[sd]|declin\w+|refus\w+|deferr?\w*|never|cancell?ed|aborted|unable to|instead of|"
    r"rather than|avoid\w*|against|contraindicat\w+|attempted|failed)\b"
)
NOT_AFTER = re.compile(
    r"^\W*(?:\w+\W+){0,4}?(?:declin\w+|refus\w+|deferred|not (?:performed|done|needed|indicated|required|given|placed|"
    r"inserted|started|tolerated|obtained|necessary|recommended)|cancell?ed|aborted|contraindicated|unnecessary|never|titers?|immunity|avoided|averted)\b"
    r"|^\W*(?:(?:line|catheter|tube) )?(?:(?:was|were|has been|is) )?(?:removed|pulled|discontinued)\b"
)
# "Pending" and its kin may stand on either side.
PLANNED = re.compile(
    r"\b(?:will|would|plan(?:s|ned|ning)?|recommend\w*|schedul\w+|consider\w*|refer(?:ral|red|ring|s)?|"
    r"order(?:s|ed|ing)?|candidate|discuss\w*|offer\w*|needs?|requires?|requiring|await\w*|pending|"
    r"proceed (?:with|to)|undergo|eligible|due for|overdue|may|might|should|could|possible|evaluat\w+ for|prior to|"
    r"before|options?|(?<!after )(?<!after informed )consent\w*|risks?|indicat\w+|return for|come back for|obtain|"
    r"get|if|unless|until|arrang\w+|prepare\w*|set up|anticipat\w+|going to|want(?:s|ed)? to|wish(?:es)? to|"
    r"follow[- ]up for|repeat in|advis\w+|suggest\w*|propos\w+|decided|let us|let's|like to|presents? for|"
    r"presented for|here for|tomorrow|next (?:week|month|year|visit)|prescri\w+|in case|evaluate|screening for|"
    r"education|counsel\w*|check an?|continue)\b"
)
PLANNED_AFTER = re.compile(
    r"^\W*(?:\w+\W+){0,5}?(?:recommended|advised|pending|planned|scheduled|discussed|offered|ordered|tomorrow|"
    r"later today|tonight|this (?:afternoon|evening)|"
    r"next week|next month|next visit|in \d+ (?:weeks?|months?|years?)|to be|"
    r"will be|is needed|if|due|overdue|may be|should be)\b"
)
EARLIER = re.compile(
    r"(?:\bhistory of|\bhx of|\bs/p|\bstatus post|\bprevious\w*|\bprior|\bremote|\bh/o|\blast (?:year|month|week)|"
    r"\bold|\bsince (?:her|his|the)|\bknown|\bpast)\b(?:\W+\w+){0,6}\W*$"
)
EARLIER_AFTER = re.compile(
    r"^[^.;]{0,40}?(?:\bago\b|\b(?:in|from) (?:19|20)\d\d\b|\blast (?:year|month|week)\b|\bas a child\b|"
    r"\bin the past\b)"
)
AFTERWARDS = re.compile(r"\b(?:pod|post-?op\w*|postoperative|postprocedure) ?(?:day|#)?|\bthis admission\b|\btoday\b")
LATELY = re.compile(r"\b(?:pod|post-?op\w* day|this admission)\b")
OUTSIDE = re.compile(r"\b(?:outside|elsewhere|another (?:facility|hospital)|transferring hospital|records?)\b")
REVIEWED = re.compile(r"\breview(?:ed|s)?\b")
DONE = re.compile(
    r"\b(?:performed|underwent|undergone|had an?|gave birth|remained on|placed|inserted|given|administered|received|"
    r"completed|done|tolerated|obtained|intubated|injected|transfused|delivered|taken to the|at bedside|repaired|"
    r"closed|drained|removed|shows?|showed|reveal(?:s|ed)|demonstrate[sd]|applied|converted|was taken|"
    r"required|excised|biopsied|sutured|resected|in (?:the )?office|in (?:the )?clinic|in the ed|"
    r"in (?:the )?emergency department|drawn|yielded|returned|evacuated|aspirated|initiated|started on|"
    r"extubated|shocked|irrigated|dispensed|fitted|provided)\b"
)
HERE = re.compile(
    r"\b(?:today|in (?:the )?(?:office|clinic|ed|er)|in (?:the )?emergency (?:department|room)|on arrival|at bedside|"
    r"on admission|this visit|this morning|upon arrival|this admission)\b"
)
HEADED = re.compile(
    r"(?:title of |name of |major |principal |surgical |inpatient )?(?:procedures?|proc|operations?|surger(?:y|ies)|"
    r"interventions?)(?: performed| done| this admission| during (?:this )?(?:stay|admission|hospitalization)|"
    r" in detail| note|\(s\)|s)*",
)
INTENDED = re.compile(r"(?:planned|proposed|scheduled|intended) (?:procedures?|operations?|surgery)")
INDICATION = re.compile(r"indications?(?: for (?:the )?(?:procedure|operation|surgery))?")
LABEL = re.compile(r"\s*[A-Za-z][A-Za-z /()-]{1,40}:")
LOOSE = frozenset({Kind.OTHER, Kind.PSH, Kind.DIAGNOSES, Kind.HPI})
OPERATIVE = re.compile(r"\b(?:operative|procedure|operation|delivery|endoscopy|surgical)\b", re.IGNORECASE)
CLAUSE = 90  # characters on either side that belong to a mention

NEVER = frozenset({Kind.FAMILY, Kind.SOCIAL, Kind.MEDICATIONS, Kind.ALLERGIES, Kind.INSTRUCTIONS, Kind.ROS,
                   Kind.CHIEF_COMPLAINT, Kind.PMH, Kind.PSH})  # fmt: skip
# How sure a mention without, and with, a word that says "done" is.
SURE: dict[Kind, tuple[float, float]] = {
    Kind.PROCEDURE: (0.9, 0.95),
    Kind.COURSE: (0.6, 0.85),
    Kind.RESULTS: (0.2, 0.3),
    Kind.OTHER: (0.15, 0.65),
    Kind.ASSESSMENT: (0.0, 0.6),
    Kind.PLAN: (0.0, 0.6),
    Kind.DIAGNOSES: (0.0, 0.5),
    Kind.EXAM: (0.0, 0.4),
    Kind.VITALS: (0.0, 0.3),
}
IN_INDICATION = 0.2
STATED = frozenset({Kind.ASSESSMENT, Kind.PLAN, Kind.OTHER, Kind.RESULTS})
DONE_HERE = 0.8  # "given in the office today"
HERE_ALONE = 0.45  # "ketorolac IM today": given, or still to be
HISTORY_TODAY = 0.6  # of a procedure that the history says was done here


def kind_of(text: str, part: Sentence, section: Section, carried: Kind | None) -> Kind | None:
    """The kind of section a sentence stands in, as procedures need it; None where they are only intended.

    `carried`: the kind of the sentence before. A list of procedures goes on until something else has a name.
    """
    heading = _heading(text, section.begin)
    if INTENDED.fullmatch(heading):
        return None
    if HEADED.fullmatch(heading):
        # "PROCEDURES:" of a discharge summary lists what was done, beside "past surgical history".
        return Kind.PROCEDURE
    inside = text[part.begin : part.end].split(":", 1)
    if len(inside) == 2 and len(inside[0]) < 50:
        name = inside[0].strip(" \t*#_").lower()
        if INTENDED.fullmatch(name):
            return None
        if HEADED.fullmatch(name):
            return Kind.PROCEDURE
    goes_on = text[part.begin - 2 : part.begin] != "\n\n" and not LABEL.match(text, part.begin, part.end)
    if carried is Kind.PROCEDURE and goes_on and part.kind in LOOSE:
        return Kind.PROCEDURE
    return part.kind


def _heading(text: str, begin: int) -> str:
    """The heading above, or before, a section's body."""
    line = text.rfind("\n", 0, max(0, begin - 1)) + 1
    return text[line:begin].strip(" \t\r\n*#_:.-").lower()[:60]


def standing(note: NoteText, kind: Kind, section: Section, part: Sentence, begin: int, end: int) -> float:
    """How surely the procedure at `[begin, end)` was performed here, 0 to 1; 0: it was not."""
    text = note.text
    before = text[max(part.begin, begin - CLAUSE) : begin].lower()
    after = text[end : min(part.end, end + CLAUSE)].lower()
    if kind in NEVER or _refused(before, after) or _earlier(before, after):
        return 0.0
    if _planned(before, after):
        return 0.0
    whole = text[part.begin : part.end].lower()
    if kind is not Kind.PROCEDURE and OUTSIDE.search(whole):
        return 0.0
    if kind is Kind.HPI:
        return HISTORY_TODAY if HERE.search(whole) and DONE.search(whole) else 0.0
    if kind is Kind.PROCEDURE and INDICATION.fullmatch(_heading(text, section.begin)):
        return IN_INDICATION
    plain, done = SURE.get(kind, (0.0, 0.0))
    if kind in STATED and HERE.search(whole) and not REVIEWED.search(whole):
        return DONE_HERE if DONE.search(whole) else max(HERE_ALONE, plain)
    if kind is Kind.OTHER and OPERATIVE.search(f"{note.kind} {text[:80]}"):
        plain = done
    return done if DONE.search(whole) or AFTERWARDS.search(whole) else plain


def _refused(before: str, after: str) -> bool:
    clause = re.split(r"[;:]|\bbut\b|, (?:and )?(?=\w+ed\b)", before)[-1]
    return bool(NOT_BEFORE.search(" ".join(clause.split()[-6:])) or NOT_AFTER.match(after.split(".")[0]))


def _planned(before: str, after: str) -> bool:
    clause = re.split(r"[;:]|\bbut\b|\bthen\b", before)[-1]
    # What was planned and then done was done: "the planned colonoscopy was performed".
    rest = clause[max((done.end() for done in DONE.finditer(clause)), default=0) :]
    if PLANNED.search(" ".join(rest.split()[-12:])):
        return True
    told = PLANNED_AFTER.match(re.split(r"[.;,]", after)[0])
    return told is not None and not DONE.search(told.group())


def _earlier(before: str, after: str) -> bool:
    if LATELY.search(after[:60]):
        return False
    return bool(EARLIER.search(before[-60:]) or EARLIER_AFTER.match(after))
