"""Which side the chart speaks of when the diagnosis itself does not say.

Guidelines I.B.13: laterality may be taken from the medical record of the encounter; so a side
documented for the same body part elsewhere in the chart counts, where only one side is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inference.text.sentences import Sentence
from inference.text.tokens import SIDES, Token
from inference.text.wordlists import word_set

SITES = word_set(
    "knee ankle foot hip shoulder elbow wrist hand finger thumb toe eye ear breast leg arm forearm thigh calf heel "
    "humerus radius ulna femur tibia fibula patella clavicle rib kidney lung ovary testicle testis lid cornea "
    "retina meniscus hallux scapula groin flank limb extremity upper lower lens iris retinal carpal rotator ovarian "
    "adnexa adnexal testicular renal tonsil"
)
# A code's body part ↔ the words notes use for it.
ALIASES = {
    "limb": ("arm", "leg", "extremity"), "meniscus": ("knee",), "patella": ("knee",), "hallux": ("toe", "foot"),
    "carpal": ("wrist", "hand"), "rotator": ("shoulder",), "radius": ("wrist", "forearm"),
    "humerus": ("arm", "shoulder"),
    "tibia": ("leg",), "fibula": ("leg", "ankle"), "femur": ("hip", "thigh"), "tarsometatarsal": ("foot",),
    "metatarsal": ("foot",), "metacarpal": ("hand",), "epicondylitis": ("elbow",), "ulna": ("forearm", "wrist"),
    "cruciate": ("knee",), "collateral": ("knee",), "hand": ("finger", "thumb"), "foot": ("toe",), "thumb": ("hand",),
    "finger": ("hand",), "toe": ("foot",), "calcaneus": ("heel", "foot"), "clavicle": ("shoulder",),
    "plantar": ("foot",),
    "achille": ("ankle", "heel"), "median": ("wrist",),
    "ovary": ("ovarian", "adnexa", "adnexal"), "testis": ("testicular", "testicle"),
    "talofibular": ("ankle",),
    "leg": ("calf", "thigh"),
}  # fmt: skip
REACH = 4
CLEAR = 0.75


class Sides:
    """Counts of side words beside body parts over a chart."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}

    def add(self, parts: Iterable[tuple[Sentence, list[Token]]]) -> None:
        """Count the sides named in these sentences."""
        for _, words in parts:
            for index, word in enumerate(words):
                side = SIDES.get(word.norm)
                if side:
                    for other in words[index + 1 : index + 1 + REACH]:
                        if other.norm in SITES:
                            self.counts.setdefault(other.norm, Counter())[side] += 1

    def of(self, words: Iterable[str]) -> str:
        """The one side documented for the body part among these title words, or ""."""
        total: Counter[str] = Counter()
        for word in set(words):
            for site in (word, *ALIASES.get(word, ())):
                total.update(self.counts.get(site, Counter()))
        if not total:
            return ""
        side, count = total.most_common(1)[0]
        return side if count >= CLEAR * total.total() else ""
