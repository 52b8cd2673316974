"""Cuts text into the words that the search compares: small letters, no accents, no apostrophes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[a-z0-9]+")
POSSESSIVE = re.compile(r"['’`]s\b")
MAX_CHARACTERS = 300  # the longest title has 228
MAX_WORDS = 40

# Words that carry no meaning of their own in a title. "without" is none of them.
STOP_WORDS = frozenset(
    """
    a an and as at by due for from in into is it its nos of on or per pt s that the their this to using
    via was with
    """.split()  # noqa: SIM905 - easier to read and to add to
)
# Words of a title that nobody types unless they mean it: they count little against a short query.
LIGHT_WORDS = frozenset(
    """
    unspecified other specified encounter initial closed without mellitus disease disorder essential
    primary elsewhere classified part site type organism approach not
    """.split()  # noqa: SIM905 - easier to read and to add to
)

# What British spelling and older print write differently. Only the query is changed, and only as
# another way to read it, because titles have words such as "Haemophilus" of their own.
BRITISH = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"^haem?", "hem"),
        (r"aem", "em"),
        (r"^oede?", "ede"),
        (r"oede", "ede"),
        (r"^oeso?", "eso"),
        (r"^oestr", "estr"),
        (r"rrhoe", "rrhe"),
        (r"pnoe", "pne"),
        (r"paed", "ped"),
        (r"gynaec", "gynec"),
        (r"coel", "cel"),
        (r"caes", "ces"),
        (r"^foet", "fet"),
        (r"^faec", "fec"),
        (r"caec", "cec"),
        (r"anaes", "anes"),
        (r"pharyngeoe", "pharynge"),
        (r"([a-z]{2})our(s|ed)?$", r"\1or\2"),
        (r"isation", "ization"),
        (r"is(e|ed|ing)$", r"iz\1"),
        (r"ibre", "iber"),
        (r"(cent|lit|met)re", r"\1er"),
        (r"sulph", "sulf"),
        (r"lys(e|ed)$", r"lyz\1"),
        (r"mould", "mold"),
        (r"aluminium", "aluminum"),
        (r"manoeuv", "maneuv"),
        (r"homoeo", "homeo"),
        (r"dyspnoea", "dyspnea"),
        (r"ae", "e"),
        (r"oe", "e"),
    )
)


def plain(text: str) -> str:
    """Small letters without accents; what is no letter, digit or blank stays as it is."""
    text = text[: 2 * MAX_CHARACTERS].lower()
    if text.isascii():
        return POSSESSIVE.sub("", text)[:MAX_CHARACTERS]
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(each for each in decomposed if not unicodedata.combining(each))
    return POSSESSIVE.sub("", kept)[:MAX_CHARACTERS]


def words(text: str) -> list[str]:
    """All words of a text in order, stop words too."""
    return WORD.findall(plain(text))[:MAX_WORDS]


def telling(listed: list[str]) -> list[str]:
    """The words that carry meaning, each once; all of them when none does."""
    kept = list(dict.fromkeys(word for word in listed if word not in STOP_WORDS))
    return kept or list(dict.fromkeys(listed))


@lru_cache(maxsize=4096)
def spellings(word: str) -> tuple[str, ...]:
    """The word, then other ways to write it: American, singular."""
    found = {word: None}
    for pattern, american in BRITISH:
        changed = pattern.sub(american, word)
        if changed != word:
            found.setdefault(changed)
            for again, other in BRITISH:
                found.setdefault(again.sub(other, changed))
            break
    for each in list(found):
        if len(each) > 4 and each.endswith("s") and not each.endswith(("ss", "us", "is")):
            found.setdefault(each[:-1])
        if len(each) > 5 and each.endswith("ies"):
            found.setdefault(each[:-3] + "y")
    return tuple(found)
