"""Advanced Illness and Frailty, as code prefixes of this project's own choosing.

The HEDIS measures of the NCQA exclude members of 66 years and more by two value sets, "Advanced Illness" and
"Frailty" (diagnosis, symptom, device, encounter). The value sets themselves are licensed through the VSAC and
are not shipped. These prefixes follow the conditions that the public measure descriptions name: metastatic and
other cancers of poor prognosis, dementia and other degenerative disease of the brain, heart failure, end-stage
kidney disease, cirrhosis, emphysema, pulmonary fibrosis and respiratory failure; and, for frailty, debility,
falls, pressure ulcers, sarcopenia, disorders of gait, dependence on care and devices. They serve to compare
engines with each other, not to compute a quality measure.
"""

from __future__ import annotations

from inference.evaluation.rows import ICD10CM, Key

ADVANCED_ILLNESS, FRAILTY = "Advanced Illness (own prefixes)", "Frailty (own prefixes)"

PREFIXES = {
    ADVANCED_ILLNESS: (
        "A810", "C25", "C71", "C77", "C78", "C79", "C910", "C920", "C930", "C943",
        "F01", "F02", "F03", "F04", "F1027", "F1096", "F1097",
        "G10", "G122", "G20", "G30", "G310", "G3183", "G35",
        "I0981", "I110", "I120", "I130", "I1311", "I132", "I50",
        "J43", "J684", "J841", "J961", "J962", "J969", "J982", "J983",
        "K701", "K702", "K703", "K704", "K709", "K74", "N185", "N186",
    ),
    FRAILTY: (
        "L89", "M625", "M6281", "M6284", "R26", "R4181", "R531", "R5381", "R54", "R627", "R634", "R636", "R64",
        "W01", "W06", "W07", "W08", "W10", "W18", "W19", "Z593", "Z736", "Z74", "Z9181",
        "Z9911", "Z993", "Z9981", "Z9989",
    ),
}  # fmt: skip


def belongs(key: Key, name: str) -> bool:
    """Whether a diagnosis code is of this class."""
    return key.system == ICD10CM and key.code.startswith(PREFIXES[name])
