"""Digestive diseases whose code joins cause, site and complication.

Source: Guidelines I.B.9 (combination codes), I.A.15 ("with"), II.K; ICD-10-CM tabular K25-K28 (ulcer by acuity,
haemorrhage and perforation), K50 and K51 (site and complication), K80-K81 ("use additional code" K82.A1, K82.A2),
K85 (cause, necrosis, infection), I85.1 ("code first" the cirrhosis).
"""

from __future__ import annotations

from inference.candidates import Candidate, Case
from inference.coding.around import Around
from inference.text.wordlists import word_set

BLEEDING = word_set("bleeding hemorrhage hemorrhagic bled bleed")
PERFORATED = word_set("perforation perforated perforate perforating")
GANGRENE = word_set("gangrene gangrenous")
NECROSIS = word_set("necrosis necrotizing necrotising necrotic")
INFECTED = word_set("infected infection")
CAUSES = (
    (word_set("gallstone biliary calculus choledocholithiasi choledocholithiasis cholelithiasis"), "1"),
    (word_set("alcohol alcoholic ethanol enolic"), "2"),
    (word_set("drug medication"), "3"),
    (word_set("idiopathic"), "0"),
)
ULCERS = ("K25", "K26", "K27", "K28")
# Site of an inflammation → its fourth character. The first that is documented wins.
CROHN = (
    (frozenset({"small", "large"}), "8"), (frozenset({"ileocolitis"}), "8"), (frozenset({"ileocolonic"}), "8"),
    (frozenset({"small", "intestine"}), "0"), (frozenset({"small", "bowel"}), "0"), (frozenset({"ileum"}), "0"),
    (frozenset({"ileitis"}), "0"), (frozenset({"ileal"}), "0"), (frozenset({"duodenum"}), "0"),
    (frozenset({"colon"}), "1"), (frozenset({"colonic"}), "1"), (frozenset({"large", "intestine"}), "1"),
    (frozenset({"rectum"}), "1"), (frozenset({"large", "bowel"}), "1"),
)  # fmt: skip
COLITIS = (
    (frozenset({"pancoliti"}), "0"), (frozenset({"pancolitis"}), "0"), (frozenset({"universal"}), "0"),
    (frozenset({"proctosigmoiditis"}), "3"), (frozenset({"rectosigmoiditis"}), "3"), (frozenset({"proctitis"}), "2"),
    (frozenset({"left", "sided"}), "5"),
)  # fmt: skip
COMPLICATED: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"rectal"}), BLEEDING, "11"), (frozenset(), word_set("obstruction stricture"), "12"),
    (frozenset(), word_set("fistula fistulizing"), "13"), (frozenset(), word_set("abscess"), "14"),
)  # fmt: skip
BLADDER, DUCT = frozenset({"K800", "K801", "K802"}), frozenset({"K803", "K804", "K805"})
CIRRHOSIS = ("K70", "K717", "K743", "K744", "K745", "K746")


def apply(case: Case, around: Around) -> None:
    """Join what the same sentence documents."""
    for candidate in case.matching("K85"):
        _pancreas(case, candidate, around.words(candidate))
    for candidate in case.matching(*ULCERS):
        _ulcer(case, candidate, around.words(candidate))
    for candidate in case.matching("K50", "K51"):
        _inflamed(case, candidate, around.words(candidate))
    for candidate in case.matching("K57"):
        _diverticula(case, candidate, around.words(candidate))
    _stones(case, around)
    for candidate in case.matching("K800", "K804", "K806", "K810"):
        _gallbladder(case, candidate, around.words(candidate))
    for candidate in case.matching("K352", "K353"):
        _appendix(case, candidate, around.words(candidate))
    _varices(case, around)


def _pancreas(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    if "chronic" in words and "acute" not in words:
        return
    cause = next((digit for named, digit in CAUSES if words & named), candidate.code[3])
    dead = "2" if words & NECROSIS and words & INFECTED else "1" if words & NECROSIS else candidate.code[4]
    case.replace(candidate, f"K85{cause}{dead}")


def _appendix(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    """Peritonitis general or local, with perforation and abscess."""
    holed, abscess = bool(words & PERFORATED), "abscess" in words
    if "generalized" in words or candidate.code.startswith("K352"):
        code = f"K352{1 if abscess else 0}{1 if holed else 9 if abscess else candidate.code[5]}"
    else:
        code = "K3533" if abscess else "K3532" if holed else candidate.code
    case.replace(candidate, code)
    for loose in case.matching("L0291") if abscess else []:
        case.drop(loose)


def _ulcer(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    """Fourth character: 0 to 3 acute, 4 to 7 chronic; each in the order bleeding, perforated, both, neither."""
    bleeds, holed = bool(words & BLEEDING), bool(words & PERFORATED)
    if not (bleeds and holed) and candidate.code[3] != "9":
        return
    if bleeds or holed:
        place = 2 if bleeds and holed else 1 if holed else 0
        case.replace(candidate, f"{candidate.code[:3]}{place + (0 if 'acute' in words else 4)}")


def _inflamed(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    family, fourth, rest = candidate.code[:3], candidate.code[3], candidate.code[4:]
    sites = CROHN if family == "K50" else COLITIS
    if fourth == "9":
        fourth = next((digit for named, digit in sites if named <= words), fourth)
    if rest in ("0", "00", "", "90", "919"):
        found = next((tail for all_of, one_of, tail in COMPLICATED if all_of <= words and one_of & words), "")
        rest = found or rest
    case.replace(candidate, family + fourth + rest)


def _diverticula(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    """Inflamed and perforated or abscessed takes the even fourth character, bleeding an odd fifth."""
    if "diverticulitis" in words and words & (PERFORATED | {"abscess"}) and candidate.code[3] in "1359":
        case.replace(candidate, f"K57{int(candidate.code[3]) - 1}{1 if words & BLEEDING else 0}")


def _stones(case: Case, around: Around) -> None:
    """Stones and what they inflame are one code (K81 excludes cholecystitis with stones)."""
    stones, inflamed = case.matching("K80"), case.matching("K810", "K811", "K812", "K819")
    words = frozenset().union(*(around.words(candidate) for candidate in (*stones, *inflamed)))
    if not stones or "acalculous" in words:
        return
    codes = {candidate.code[:4] for candidate in stones}
    duct = bool(codes & DUCT) or bool(words & {"duct"} and words & {"stone", "calculus", "calculi", "gallstone"})
    bladder = bool(codes & BLADDER) or "gallbladder" in words
    acute = bool(codes & {"K800"}) or any(c.code[3] in "02" for c in inflamed) or "acute" in words
    cholecystitis = bool(inflamed or codes & {"K800", "K801", "K804", "K806"})
    if not (duct and bladder) and not (inflamed and codes <= {"K802", "K805"}):
        return
    chronic = "chronic" in words
    if cholecystitis:
        stem = "K806" if duct and bladder else "K804" if duct else "K800" if acute and not chronic else "K801"
        kind = (
            ("6" if acute and chronic else "2" if acute else "4" if chronic else "0")
            if duct
            else ("2" if acute and chronic else "0")
        )
    else:
        stem, kind = "K807", "0"
    code = f"{stem}{int(kind) + (1 if words & {'obstruction', 'obstructed', 'obstructing'} else 0)}"
    for candidate in (*stones, *inflamed) if case.book.billable(code) else ():
        case.replace(candidate, code)


def _gallbladder(case: Case, candidate: Candidate, words: frozenset[str]) -> None:
    if words & GANGRENE:
        case.add("K82A1", candidate.mentions, "combined")
    if words & PERFORATED:
        case.add("K82A2", candidate.mentions, "combined")


def _varices(case: Case, around: Around) -> None:
    """Varices in cirrhosis: the cirrhosis comes first, though one name says both."""
    for candidate in case.matching("I851"):
        words = around.words(candidate)
        if "cirrhosis" in words and not case.matching(*CIRRHOSIS):
            case.add("K7030" if "alcoholic" in words else "K7460", candidate.mentions, "combined")
