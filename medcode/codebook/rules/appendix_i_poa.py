"""Present on admission: required, exempt, or not a value (Guidelines, Appendix I)."""

from __future__ import annotations

from collections.abc import Iterator

from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.view import View

APPENDIX = "ICD-10-CM Guidelines FY2026 Appendix I"
EXEMPT_LIST = "CMS, Present on Admission exempt codes"
MISSING = Rule("poa.missing", "warning", "An inpatient's diagnosis has no POA indicator", APPENDIX)
EXEMPT = Rule("poa.exempt", "warning", "A POA indicator on an exempt diagnosis", f"{APPENDIX}; {EXEMPT_LIST}")
REQUIRED = Rule(
    "poa.required", "error", "A diagnosis is called exempt from POA and is not", f"{APPENDIX}; {EXEMPT_LIST}"
)
INVALID = Rule("poa.value", "error", "The POA indicator is none of Y, N, U, W and 1", APPENDIX)
SETTING = Rule("poa.outpatient", "info", "A POA indicator on an outpatient's diagnosis", APPENDIX)
NO_LIST = Rule("poa.no_list", "info", "The POA-exempt list is not loaded", EXEMPT_LIST)
RULES = (MISSING, EXEMPT, REQUIRED, INVALID, SETTING, NO_LIST)
VALUES = frozenset({"Y", "N", "U", "W", "1"})


def findings(view: View) -> Iterator[Finding]:
    wrong = [each for each in view.diagnoses if each.poa and each.poa not in VALUES]
    for coded in wrong:
        yield INVALID.found([coded], f"POA of {coded.display} is “{coded.poa}”: it is Y, N, U, W or 1.")
    if not view.inpatient:
        if given := [each for each in view.diagnoses if each.poa]:
            yield SETTING.found(given, "POA indicators are reported for inpatients only.")
        return
    exempt = view.facts.poa_exempt
    missing = [each for each in view.diagnoses if not each.poa and not (exempt and each.code in exempt)]
    if missing:
        count = f"{len(missing)} of the codes" if len(missing) > 1 else missing[0].display
        yield MISSING.found(missing, f"POA is not set on {count}.")
    if exempt is not None:
        yield from _against_list(view, exempt)
    elif any(each.poa == "1" for each in view.diagnoses):
        yield NO_LIST.found([], "The POA-exempt list is not loaded, so exemptions were not checked.")


def _against_list(view: View, exempt: frozenset[str]) -> Iterator[Finding]:
    for coded in dict.fromkeys(view.diagnoses):
        if coded.code in exempt and coded.poa in ("Y", "N", "U", "W"):
            yield EXEMPT.found([coded], f"{coded.display} is exempt from POA reporting.", fix=_set(coded, "1"))
        elif coded.poa == "1" and coded.code not in exempt:
            sentence = f"{coded.display} is not exempt from POA reporting: set Y, N, U or W."
            yield REQUIRED.found([coded], sentence, fix=_set(coded, "Y"))


def _set(coded: Coded, value: str) -> Fix:
    words = "1 (exempt)" if value == "1" else "Y, if it was present on admission"
    return Fix("set_poa", coded.code, value, f"Set POA of {coded.display} to {words}.")
