"""Assertion status of a mention after the ConText algorithm.

Source: Harkema, Dowling, Thornblade, Chapman: ConText, J Biomed Inform 42 (2009) 839–851. A trigger
phrase opens a scope that runs forward (or backward) to the end of the sentence or to a
terminating phrase; a mention inside the scope takes the trigger's status. Pseudo-triggers look
like triggers and open nothing. One pass over the words of a sentence: linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inference.text.tokens import Token, norms


class Status(StrEnum):
    """Whether the note claims the condition for this patient now."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    RESOLVED = "resolved"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    POSSIBLE = "possible"
    HISTORICAL = "historical"


# Where scopes overlap, the earlier status in this order wins.
PRECEDENCE = (Status.NEGATED, Status.RESOLVED, Status.FAMILY, Status.HYPOTHETICAL, Status.POSSIBLE, Status.HISTORICAL)

FORWARD: dict[Status, str] = {
    Status.NEGATED: "no|denies|denied|deny|denying|without|negative for|not|never had|no evidence of|no sign of|"
    "no signs of|absence of|free of|fails to reveal|did not reveal|does not have|do not have|no history of|"
    "no known|neither|nor|ruled out for|rules out|ruled out|did not have|has not had|never|cannot see|"
    "no longer has|negative|unremarkable for|not have|does not|did not|no new|no complaint of|"
    "absent|non|lack of|lacks|no current|doubt|no suspicion of|unlikely|low suspicion for|not consistent with|"
    "does not appear to be|no acute|no apparent|no significant|no obvious|not demonstrate|not show|not suggest",
    Status.RESOLVED: "resolved|resolution of",
    Status.FAMILY: "family history of|family history significant for|family hx of|mother had|mother has|father had|"
    "father has|mother|father|brother|sister|grandmother|grandfather|aunt|uncle|maternal|paternal|"
    "parents|siblings|cousin|fhx|family history|relatives|runs in the family",
    Status.HYPOTHETICAL: "if|return for|return if|should|call if|watch for|monitor for|risk of|risks of|at risk for|"
    "in case of|as needed for|prn|to prevent|prevention of|screening for|screen for|side effects|"
    "prophylaxis|prevent|in order to prevent|could develop|may develop|warning signs|educated on|precautions|"
    "instructed to|unless|in the event of|risk|risks|risks include|complications|evaluate for|"
    "assess for|check for|to exclude|rule out|to rule out|r o|evaluation for|test for|testing for|"
    "risk for|workup for|work up for|vaccine for|vaccination against|until|can cause|could cause|may cause|"
    "avoid|risk factors for|concern about developing|ruling out|exclude|looking for|look for|contact me if",
    Status.POSSIBLE: "possible|possibly|probable|probably|likely|suspected|suspect|suspicious for|questionable|"
    "may be|might be|could be|may have|might have|could have|concern for|concerned for|concerning for|suggestive of|"
    "suspicion of|suspicion for|differential|differential diagnosis|presumed|appears to be|appear to be|"
    "cannot exclude|compatible with|worrisome for|versus|vs|working diagnosis|indicative of|thought to be|"
    "concerned about|question of|etiologies|etiologies include|consider|considered|equivocal|consistent with|"
    "likely due to|likely secondary to|most likely due to|probably due to|possibly due to|likely related to|"
    "likely caused by|most likely related to|may be due to|could be due to|might be due to|similar to",
    Status.HISTORICAL: "history of|past history of|hx of|h o|previous|prior|previously|status post|s p|remote|"
    "past|personal history of|remote history of|prior history of|in the past|years ago|childhood|as a child|"
    "old|previous history of|recovered from|"
    "with a history of|with history of|with a past history of|and a history of",
}  # fmt: skip
BACKWARD: dict[Status, str] = {
    Status.NEGATED: "was ruled out|is ruled out|has been ruled out|ruled out|were ruled out|is absent|was negative|"
    "is negative|were negative|not seen|unlikely|not identified|not present|"
    "not appreciated|was not seen|were not seen|denied|declined|negative|are negative|"
    "not noted|is not suspected|are absent",
    Status.RESOLVED: "resolved|has resolved|have resolved|has completely resolved|has improved and resolved|"
    "spontaneously resolved|now resolved|resolving",
    Status.POSSIBLE: "is possible|is suspected|cannot be excluded|is likely|not excluded|may be present|"
    "is in the differential|is probable|cannot be ruled out|is considered|suspected|likely",
    Status.HISTORICAL: "in the past|years ago|year ago|months ago|in childhood|as a child|last year|previously",
    Status.FAMILY: "in his mother|in her mother|in his father|in her father|runs in the family|in the family",
    Status.HYPOTHETICAL: "prophylaxis|ppx|prophylactic|precautions|prevention|screen|screening|vaccine|vaccination|"
    "immunization|shot|booster|risk|protocol|rule out|r o",
}  # fmt: skip
# Phrases that contain a trigger and mean something else.
PSEUDO = (
    "no increase|no change|no improvement|not only|not certain|not sure whether|no further|without difficulty|"
    "not drain|not cause|gram negative|history physical|history of present illness|"
    "past medical history significant for|"
    "past medical history of|medical history significant for|medical history of|history significant for|"
    "past medical history|medical history|past medical history includes|no longer than|not limited to|"
    "should continue|if any|if needed|not well controlled|not controlled|not at goal|not optimally controlled|"
    "not adequately controlled|not improving|not improved|no relief|not helping|not help|without relief|"
    "not taking|does not take|not take|not compliant|not been compliant|long history of|longstanding history of|"
    "without improvement|long standing history of|known history of|year history of|month history of|week history of|"
    "day history of|not resolved|has not resolved|not related|not associated|not tolerate|not gone away|"
    "no issues with|no problems with|no complaints regarding|without issue|not responding|not respond|"
    "no longer taking|not using|non compliant|non adherent|non healing|nonhealing|non small cell|non st|non stemi|"
    "non insulin|non alcoholic|non hodgkin|non displaced|non cardiac|non pressure|non ischemic|non rheumatic|"
    "non union|non obstructive|non toxic|non traumatic|not feeling well|not sleeping|not eating|not sleep|"
    "had a long discussion|had a lengthy discussion|father provided|no longer able|not able to|unable to|"
    "presents with a history of|risk factors|risk factor|hour history of|not otherwise|not due to|"
    "risk stratification|non specific|"
    "side effects of|without exacerbation|without complication|without status|without aura|without hemorrhage|"
    "without behavioral|without mention|without psychotic|without long term|without bleeding|without obstruction|"
    "should consider|had worsening|had increased|had increasing|had been having|"
    "no change in|if the|as needed|old male|old female|old man|old woman|old patient|year old|has had|have had"
)  # fmt: skip
TERMINATORS = (
    "but|however|although|except|presents|presented|presenting|complains|complaining|reports|reported|reporting|"
    "endorses|secondary to|because|since|which|who|aside from|apart from|other than|though|besides|still|"
    "positive for|admits|admits to|states|noted|today|currently|yet|due to|is positive for|remains|will|"
    "shows|showed|reveals|revealed|demonstrates|demonstrated|with residual|significant for|with a history of|"
    "with history of|with a past history of|with a past medical history of|and a history of|now with|now has|with|"
    "then|well controlled|continue|continues|recommend|thought|thinks|feels|cause|caused"
)
# "with" ends a scope of history ("history of diabetes with neuropathy") but not one of denial.
SOFT_TERMINATORS = frozenset({"with", "today", "will", "which", "due to", "secondary to", "noted", "then", "cause",
                              "remains", "continue", "states", "caused", "thought"})  # fmt: skip
# A doubt or a past reaches no further than a clause; a denial runs through a whole list.
REACH = {
    Status.NEGATED: 40,
    Status.RESOLVED: 5,
    Status.FAMILY: 30,
    Status.HYPOTHETICAL: 25,
    Status.POSSIBLE: 9,
    Status.HISTORICAL: 10,
}
BACKWARD_REACH = 6
PURPOSE_REACH = 3  # "DVT prophylaxis", "DVT and GI prophylaxis": no further
# Denials of an act ("does not", "not") reach only what they stand before.
SHORT_DENIALS = frozenset({"not", "does not", "did not", "non", "never", "resolved", "doubt", "negative", "absent",
                           "prophylaxis", "precautions"})  # fmt: skip
SHORT_REACH = 5


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase found at words `[first, last)` of a sentence. `status` None: a terminator or pseudo-trigger."""

    phrase: str
    first: int
    last: int
    status: Status | None
    backward: bool = False
    terminates: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Words `[first, last)` of a sentence that take a status. `opener`: the trigger stands behind them."""

    status: Status
    first: int
    last: int
    opener: bool = False


def _table() -> dict[str, list[tuple[Status | None, bool, bool]]]:
    table: dict[str, list[tuple[Status | None, bool, bool]]] = {}

    def add(phrases: str, status: Status | None, backward: bool, terminates: bool) -> None:
        for phrase in phrases.split("|"):
            table.setdefault(" ".join(norms(phrase)), []).append((status, backward, terminates))

    add(PSEUDO, None, False, False)
    add(TERMINATORS, None, False, True)
    for status, phrases in FORWARD.items():
        add(phrases, status, False, False)
    for status, phrases in BACKWARD.items():
        add(phrases, status, True, False)
    return table


TABLE = _table()
LONGEST = max(phrase.count(" ") + 1 for phrase in TABLE)
OPENERS = frozenset(phrase.split(" ", 1)[0] for phrase in TABLE)
SOFT = frozenset(" ".join(norms(phrase)) for phrase in SOFT_TERMINATORS)
SHORT = frozenset(" ".join(norms(phrase)) for phrase in SHORT_DENIALS)


def triggers(words: Sequence[Token]) -> list[Trigger]:
    """The longest trigger phrases of a sentence, left to right, never overlapping."""
    found: list[Trigger] = []
    index = 0
    while index < len(words):
        length = _longest_at(words, index)
        if length:
            phrase = " ".join(word.norm for word in words[index : index + length])
            for status, backward, ends in TABLE[phrase]:
                found.append(Trigger(phrase, index, index + length, status, backward, ends))
        index += length or 1
    return found


def _longest_at(words: Sequence[Token], index: int) -> int:
    if words[index].norm not in OPENERS:
        return 0
    for length in range(min(LONGEST, len(words) - index), 0, -1):
        if " ".join(word.norm for word in words[index : index + length]) in TABLE:
            return length
    return 0


def scopes(words: Sequence[Token]) -> list[Scope]:
    """The scopes that the triggers of one sentence open."""
    found = triggers(words)
    result = []
    for trigger in found:
        if trigger.status is None:
            continue
        if trigger.backward:
            result.append(Scope(trigger.status, _floor(found, trigger), trigger.first, opener=True))
        else:
            result.append(Scope(trigger.status, trigger.last, _ceiling(found, trigger, trigger.status, len(words))))
    return result


def _ceiling(found: list[Trigger], trigger: Trigger, status: Status, length: int) -> int:
    reach = SHORT_REACH if trigger.phrase in SHORT else REACH[status]
    limit = min(length, trigger.last + reach)
    for other in found:
        if other.first >= trigger.last and other.terminates and not _passes(status, other.phrase):
            return min(limit, other.first)
    return limit


def _passes(status: Status, terminator: str) -> bool:
    return status in (Status.NEGATED, Status.RESOLVED, Status.HYPOTHETICAL, Status.FAMILY) and terminator in SOFT


def _floor(found: list[Trigger], trigger: Trigger) -> int:
    stops = [other.last for other in found if other.terminates and other.last <= trigger.first]
    reach = PURPOSE_REACH if trigger.status is Status.HYPOTHETICAL else BACKWARD_REACH
    return max([trigger.first - reach, *stops, 0])


def _covers(words: Sequence[Token], index: int, begin: int, end: int) -> bool:
    return begin <= words[index].begin and words[index].end <= end


def status_of(words: Sequence[Token], opened: Sequence[Scope], begin: int, end: int) -> Status:
    """The status of the mention `[begin, end)` (code points) in a sentence with these scopes."""
    inside = {
        scope.status
        for scope in opened
        if any(word.begin < end and word.end > begin for word in words[scope.first : scope.last])
        # "Flu shot" and "concussion without loss of consciousness" are names of their own, trigger and all.
        and not _covers(words, scope.last if scope.opener else scope.first - 1, begin, end)
    }
    return next((status for status in PRECEDENCE if status in inside), Status.AFFIRMED)
