"""HCPCS codes of drugs that were given, with units from dose and title.

Names and billing units are read from the loaded titles ("Injection, ceftriaxone sodium, per 250 mg"), so any edition
of CMS's quarterly file works. Source of the rule that units are rounded up: Medicare Claims Processing Manual,
chapter 17, section 10.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from inference.procedures.books import Book
from inference.procedures.claims import Claim
from inference.procedures.phrases import SMALL, Phrases, key_of, rows
from inference.procedures.reading import Act
from inference.text.tokens import norms

MEASURE = r"(mcg|micrograms?|µg|mg|milligrams?|gm|grams?|g|units?|iu|ml|cc|liters?|l)\b"
AMOUNT = re.compile(rf"(\d[\d,]*(?:\.\d+)?|\.\d+) ?{MEASURE}", re.IGNORECASE)
# A measure in the smallest unit of its kind.
SCALE = {"mcg": ("mass", 1), "µg": ("mass", 1), "microgram": ("mass", 1), "mg": ("mass", 1000),
         "milligram": ("mass", 1000), "gm": ("mass", 1_000_000), "gram": ("mass", 1_000_000),
         "g": ("mass", 1_000_000), "unit": ("unit", 1), "iu": ("unit", 1), "ml": ("volume", 1), "cc": ("volume", 1),
         "liter": ("volume", 1000), "l": ("volume", 1000)}  # fmt: skip
SALTS = frozenset({"sodium", "hydrochloride", "hcl", "sulfate", "phosphate", "tromethamine", "injection", "citrate",
                   "per", "up", "to", "by", "vein", "with", "using", "not", "otherwise", "specified", "form",
                   "iv", "intravenous", "acetonide", "preservative", "free", "tartrate", "mesylate",
                   "maleate"}) | SMALL  # fmt: skip
GIVEN = re.compile(
    r"\b(?:given|administered|received|injected|gave|im\b|intramuscular\w*|infus\w+|in (?:the )?(?:office|clinic|ed)|"
    r"subcutaneous\w*|iv push|ivp|bolus|were mixed|injection)\b"
)
BY_MOUTH = re.compile(
    r"\b(?:po|by mouth|oral\w*|tablets?|capsules?|prescri\w+|refill\w*|daily|bid|tid|qid|at home|home|"
    r"patch|cream|drops|nasal|start taking|takes?|taking|prn)\b"
)
PUNCTURE = re.compile(r"\b(?:im|intramuscular\w*|subcutaneous\w*|sub-?q|sq|deltoid|gluteal|gluteus|ventrogluteal)\b")
SHOT = "96372"  # an injection under the skin or into muscle
NEAR = 45  # characters from a drug's name to its dose
UNDOSED = 0.7
SECTIONS = "JQ"


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount in the smallest unit of its kind, as it was written."""

    kind: str
    amount: float
    written: str


@dataclass(frozen=True, slots=True)
class Drug:
    """A code for so much of a drug."""

    code: str
    unit: Dose


@cache
def _other_names() -> dict[str, str]:
    return {key_of(name): key_of(title) for names, title in rows("drugs.tsv") for name in names.split("|")}


def doses(text: str) -> list[Dose]:
    """The amounts in a text, in order."""
    found = []
    for number, measure in AMOUNT.findall(text):
        kind, scale = SCALE[measure.lower().rstrip("s") if len(measure) > 2 else measure.lower()]
        found.append(Dose(kind, float(number.replace(",", "")) * scale, f"{number} {measure}"))
    return found


class Drugs:
    """The drugs of a HCPCS release."""

    def __init__(self, book: Book) -> None:
        self.code_system = book.code_system
        self._by_name: dict[str, list[Drug]] = {}
        for section in SECTIONS:
            for code, title in book.titled(section):
                self._read(code, title)
        names = [*self._by_name, *(name for name, title in _other_names().items() if title in self._by_name)]
        self.names = Phrases(names)

    def _read(self, code: str, title: str) -> None:
        units = doses(title)
        if not units:
            return
        name = AMOUNT.split(title, maxsplit=1)[0]
        words = [word for word in norms(name) if word not in SALTS and not word.isdigit()]
        words += [word for word in norms(name) if word == "12"]  # vitamin B 12
        if words:
            self._by_name.setdefault(" ".join(words), []).append(Drug(code, units[-1]))

    def claims(self, read: Sequence[Act]) -> Iterator[Claim]:
        """The code of each drug that was given, its units in the remarks."""
        for act in read:
            text = act.line.text
            if GIVEN.search(text) and not BY_MOUTH.search(_after(act)):
                yield self._claim(act)

    def _claim(self, act: Act) -> Claim:
        listed = self._by_name.get(act.key) or self._by_name[_other_names()[act.key]]
        dose = _dose(act)
        fitting = [drug for drug in listed if dose and drug.unit.kind == dose.kind]
        if dose is None or not fitting:
            return Claim(listed[0].code, act.sure * UNDOSED, [act], ["dose not documented: units to be settled"])
        whole = [drug for drug in fitting if dose.amount % drug.unit.amount == 0]
        drug = max(whole or fitting, key=lambda each: each.unit.amount)
        units = math.ceil(dose.amount / drug.unit.amount - 1e-9)
        return Claim(drug.code, act.sure, [act], [f"{dose.written}: {units} × {drug.unit.written}"])


def _dose(act: Act) -> Dose | None:
    """The amount nearest after a drug's name, else nearest before it."""
    note, part = act.line.note.text, act.line.part
    after = doses(note[act.end : min(part.end, act.end + NEAR)])
    before = doses(note[max(part.begin, act.begin - NEAR) : act.begin])
    return after[0] if after and not before else before[-1] if before else None


def _after(act: Act) -> str:
    return act.line.note.text[act.end : min(act.line.part.end, act.end + 2 * NEAR)].lower()


def is_shot(act: Act) -> bool:
    """Whether a drug went under the skin or into a muscle."""
    return bool(PUNCTURE.search(act.line.text)) and "joint" not in act.line.text
