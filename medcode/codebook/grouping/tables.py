"""Facts of the Definitions Manual's appendices that drgpy's tables lack, and the sex and HAC conditions."""

from __future__ import annotations

from typing import Any

from medcode.codebook.grouping.case import GroupingCase

# Appendix C part 1, "No Excl": a CC or MCC under every principal diagnosis. drgpy reads only the lines that
# name a PDX collection, so these are missing since v41, when the manual began to write "No Excl".
NO_EXCLUSIONS: dict[int, dict[str, str]] = {
    41: {
        "MCC": "J1282",
        "CC": "D89833 D89834 D89835 K77 L493 L494 L495 L496 L497 L498 L499 Z1610 Z1611 Z1612 Z1613 Z1619 Z1620 Z1621"
        " Z1622 Z1623 Z1624 Z1629 Z1630 Z1631 Z1632 Z1633 Z16341 Z16342 Z1635 Z1639 Z5900 Z5901 Z5902",
    },
    42: {"CC": "Z5910 Z5911 Z5912 Z5919 Z59811 Z59812 Z59819"},
}

# Hospital-acquired conditions that are one only after an operation (Appendix I): category to the beginnings
# of the ICD-10-PCS codes. drgpy takes the diagnosis alone. The lists are narrower than these beginnings in places.
HAC_OPERATIONS: dict[str, tuple[str, ...]] = {
    "08": ("0210", "0211", "0212", "0213"),  # mediastinitis after coronary bypass
    "10": tuple(f"0S{root}{part}" for root in "RU" for part in "9ABCDERSTUVW"),  # thrombosis after hip or knee
    "11": ("0D16", "0D1L", "0DV6"),  # infection after bariatric surgery
    "12": ("0RG", "0SG", "XRG", "0RQ", "0RU", "0RR"),  # infection after spine, shoulder and elbow operations
    "13": ("0JH6", "0JH8", "0JP", "0JW", "02H", "02P", "02W"),  # infection after a cardiac device
    "14": ("02H", "05H", "06H", "0JH6"),  # pneumothorax by a venous catheter
}
# A urinary infection is hospital-acquired condition 06 only beside the complication of a urinary catheter.
CATHETER_COMPLICATIONS = {"T83511A", "T83518A"}


def completed(ccmap: dict[str, Any], major: int) -> None:
    """Appendix C's rows without an exclusion list put in, for the versions that have them."""
    for since, levels in NO_EXCLUSIONS.items():
        for level, codes in levels.items():
            for code in codes.split() if major >= since else ():
                ccmap.setdefault(code, {"pdx": "", "level": level, "hac": None, "aowa": False})


def sex_for(case: GroupingCase, grouper: Any) -> str:
    """The sex to group by, or "" when it decides and is not known.

    Only a principal diagnosis of both MDC 12 and MDC 13 needs it. The CMS grouper has long ignored a sex that
    contradicts a code of only one of them; drgpy calls that ungroupable.
    """
    labels = grouper.dxmap[case.principal]
    male, female = "_MDC12" in labels, "_MDC13" in labels
    if male != female:
        return "M" if male else "F"
    if male and female:
        return case.sex if case.sex in {"F", "M"} else ""
    return "M" if case.sex == "M" else "F"


def poa_for_hac(case: GroupingCase, grouper: Any) -> dict[str, str]:
    """POA by code, with "Y" where a condition is hospital-acquired only after something that was not done."""
    return {code: "Y" if _lacks_its_cause(code, case, grouper) else value for code, value in case.poa.items()}


def _lacks_its_cause(code: str, case: GroupingCase, grouper: Any) -> bool:
    category = (grouper.ccmap.get(code) or {}).get("hac")
    if category == "06":
        return CATHETER_COMPLICATIONS.isdisjoint((code, *case.secondary))
    if category not in HAC_OPERATIONS:
        return False
    return not any(operation.startswith(HAC_OPERATIONS[category]) for operation in case.procedures)
