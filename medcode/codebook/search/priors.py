"""How likely a code is before anything specific is typed: what vague words should show first.

No usage figures are published with the code set that may be shipped, so this is built from the
book itself: codes that many clinical names lead to are common ones; the unspecified code of a
category is what a bare name means; a first visit for a closed injury comes before the later ones.
"""

from __future__ import annotations

import math

# What general practice and general wards code every day.
COMMON = frozenset(
    """
    I10 E119 E785 E1165 E1122 E1142 J449 J441 J189 I2510 I4891 I509 N390 N179 N189 N1830 N1831 N1832
    K219 F329 F419 F411 M545 M5450 R079 R0600 R0602 R112 R1110 R109 R509 R51 R519 R42 R55 R05 R059 R5383
    E039 E6601 E669 D649 D509 I639 G459 I214 I219 A419 J9601 J9600 J069 J029 J209 J4590 J45909 Z0000 Z23
    Z87891 F17210 G4733 M1990 M179 M810 N400 N401 E876 E871 E860 K5900 K5730 K8020 L0390 B349 H6690
    G43909 G40909 F0390 G309 G20 C50919 C3490 C61 S0990XA S72009A Z7901 Z794 I129 I110 I130 I2699 I82409
    I739 I469 J90 J9811 K922 K529 R197 R569 R4182 R531 R0789 R1030 R1310 H269 F1020
    """.split()  # noqa: SIM905 - easier to read and to add to
)
# Seventh characters of injuries: a first visit for a closed injury before everything that follows it.
FIRST_VISIT = {"A": 0.0, "B": -0.5, "C": -0.6, "D": -1.2, "G": -1.3, "K": -1.4, "P": -1.4, "S": -1.4}
CHAPTERS = {"V": -0.7, "W": -0.55, "X": -0.55, "Y": -0.6, "O": -0.4, "P": -0.4, "Q": -0.2, "T": -0.15, "Z": -0.4}
MOST_NAMES = 31


def prior(code: str, title: str, names: int, *, diagnosis: bool) -> float:
    """About -1.5 to 2. `names` is how many clinical names of the lexicon lead here."""
    value = 0.22 * math.log2(1 + min(names, MOST_NAMES)) - 0.004 * len(title)
    if not diagnosis:
        return value - 0.3
    value += CHAPTERS.get(code[0], 0.0)
    if code in COMMON:
        value += 0.6
    if len(code) == 7 and code[0] in "STVWXYM":
        value += FIRST_VISIT.get(code[6], -1.3)
    lowered = title.lower()
    value += 0.12 * min(2, lowered.count("unspecified"))
    if code[-1] == "9" or (len(code) == 3):
        value += 0.15
    if "other specified" in lowered or lowered.startswith("other "):
        value -= 0.15
    return value
