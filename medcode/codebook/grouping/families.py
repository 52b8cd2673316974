"""DRG families of the Definitions Manual whose tables drgpy 0.2.1 holds but does not ask.

drgpy names each list of the manual by its DRGs and heading ("143&144&145|ORPCS"). The lists named here
are in its data and in none of its rules. A family is entered when every group of lists has a hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

Features = Counter[str]
ANY_OPERATION = "_ORPCS_UNIQUE"
LAA = (
    "317|TWO CONDITIONS MUST BE MET FIRST CONDITION: SELECT ONE PROCEDURE FROM LEFT ATRIAL APPENDAGE CLOSURE"
    " PROCEDURE LEFT ATRIAL APPENDAGE CLOSURE PROCEDURE"
)
VALVE = "CARDIAC VALVE AND OTHER MAJOR CARDIOTHORACIC PROCEDURE ORPCS"
CATHETER = "216&217&218|CARDIAC CATHETERIZATION NON-ORPCS"


@dataclass(frozen=True, slots=True)
class Family:
    """DRGs with MCC, with CC and without, and what enters them: one of each group of lists. `mdc` "" is Pre-MDC."""

    mdc: str
    drgs: tuple[str, str, str]
    lists: tuple[tuple[str, ...], ...]

    def entered(self, found: Features) -> bool:
        inside = not self.mdc or found[f"_MDC{self.mdc}"] > 0
        return inside and all(any(found[name] for name in group) for group in self.lists)

    def drg(self, found: Features) -> str:
        if found["_MCC"]:
            return self.drgs[0]
        return self.drgs[1] if found["_CC"] else self.drgs[2]


def _family(mdc: str, drgs: str, *lists: tuple[str, ...]) -> Family:
    with_mcc, with_cc, without = drgs.split()
    return Family(mdc, (with_mcc, with_cc, without), lists)


def _more(mdc: str, first: int, heading: str = "NON-ORPCS") -> Family:
    """A three-tier family that is also entered by its list of procedures outside the operating room."""
    drgs = [f"{first + step:03}" for step in range(3)]
    return _family(mdc, " ".join(drgs), (f"{'&'.join(drgs)}|{heading}",))


PRE_MDC = (
    _family(
        "",
        "018 018 018",
        ("018|T-CELL IMMUNOTHERAPY ORPCS", "018|NON-ORPCS", "018|T-CELL IMMUNOTHERAPY NON-ORPCS"),
    ),
    _family("", "019 019 019", ("019|ORPCS",), ("019|AND PSDX",), ("019|AND PSDX*",), ("019|AND NON-ORPCS",)),
    # Kidney transplants moved from MDC 11 to Pre-MDC with v38 (FY 2021 IPPS final rule).
    _family("", "650 651 651", ("650&651|ORPCS",), ("650&651|AND NON-ORPCS",)),
    _family("", "652 652 652", ("652|ORPCS",)),
)

FAMILIES = (
    _family("01", "023 023 023", ("023&024|ANTINEOPLASTIC IMPLANT ORPCS",)),
    _family("01", "023 023 023", ("023&024|NON-ORPCS",), ("023&024|CRANIOTOMY ORPCS",)),
    _more("01", 40, "NON-ORPCS*"),
    _more("03", 140, "ORPCS"),
    _more("03", 143, "ORPCS"),
    _more("04", 163),
    _family("05", "216 217 218", (f"216&217&218|{VALVE}",), (CATHETER,)),
    _family("05", "219 220 221", (f"219&220&221|{VALVE}",)),
    _family("05", "228 229 229", ("228&229|ORPCS",)),
    _more("05", 252),
    _family("05", "317 317 317", (LAA,), ("317|NON-ORPCS",)),
    _family("05", "319 320 320", ("319&320|ORPCS",)),
    _more("06", 326),
    _more("06", 344),
    _more("06", 347),
    _more("06", 356),
    _more("07", 405),
    _more("07", 408),
    _more("07", 423),
    _family(
        "08",
        "450 450 450",
        ("450&451|SINGLE LEVEL CUSTOM-MADE ANATOMICALLY DESIGNED INTERBODY FUSION DEVICE (CMADIFD)",),
    ),
    _family("08", "469 469 469", ("469&470|TOTAL ANKLE REPLACEMENT",)),
    _family("08", "485 486 487", ("485&486&487|KNEE PROCEDURE ORPCS",), ("485&486&487|INFECTION PDX",)),
    _family("08", "488 488 489", ("488&489|KNEE PROCEDURE ORPCS",)),
    _family("13", "746 746 747", ("746&747|NON-ORPCS",)),
    _family("14", "769 769 769", ("769|PDX",), (ANY_OPERATION,)),
    _family("14", "817 818 819", ("817&818&819|PDX",), (ANY_OPERATION,)),
    _family(
        "17",
        "829 829 830",
        ("829&830|MYELOPROLIFERATIVE DISORDERS OR POORLY DIFFERENTIATED NEOPLASMS PDX",),
        (ANY_OPERATION, "829&830|ANY OTHER ORPCS NOT LISTED IN DRGS 826-828 OR ANY OF THE FOLLOWING NON-ORPCS"),
    ),
    _family("18", "856 857 858", ("856&857&858|PDX",), (ANY_OPERATION,)),
    _family("19", "876 876 876", (ANY_OPERATION,)),
    _more("21", 907),
    _family("23", "939 940 941", (ANY_OPERATION,)),
)


def entered(families: tuple[Family, ...], found: Features) -> Iterator[str]:
    """The DRGs of the families that the stay enters."""
    return (family.drg(found) for family in families if family.entered(found))
