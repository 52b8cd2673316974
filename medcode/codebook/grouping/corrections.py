"""What drgpy 0.2.1 leaves out of the MS-DRG Definitions Manual, one small function for each rule.

Each names the place in the manual that it follows. `mend` changes what was found on the stay before the
decision tables are walked; each of `RULES` looks at the DRGs that came out, best first, and may put another
one first. They were found by, and are held to, the comparison in docs/grouping.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from medcode.codebook.grouping.case import INVALID_PRINCIPAL, GroupingCase
from medcode.codebook.grouping.families import FAMILIES, PRE_MDC, Features, entered

Results = Sequence[str]

UNRELATED = {"981", "982", "983", "987", "988", "989"}  # Appendix F: surgery unrelated to the principal diagnosis
MDC24 = {"955", "956", "957", "958", "959", "963", "964", "965"}
KIDNEY_TRANSPLANT = {"650", "651", "652"}
# UB-04 patient status: to another acute hospital (02; 82 with a planned readmission), a cancer centre or
# children's hospital (05, 85), a critical access hospital (66, 94), died (20).
NEONATE_LEFT = {"02", "05", "20", "66", "82", "85", "94"}
HIV = "974&975&976|PSDX OF HIV INFECTION"
RIGHT_HIP = (
    "461&462|TO QUALIFY AS BILATERAL OR MULTIPLE JOINT PROCEDURE YOU MUST HAVE AT LEAST ONE CODE FROM TWO DIFFERENT"
    " LOWER EXTREMITY SITES AS LISTED BELOW. EXAMPLES: LEFT HIP AND RIGHT HIP - BILATERAL; LEFT HIP AND LEFT KNEE -"
    " MULTIPLE; LEFT HIP AND RIGHT ANKLE - MULTIPLE; LEFT KNEE AND RIGHT KNEE - BILATERAL RIGHT HIP"
)
ONE_DEVICE = (
    "321&322|COMBINATION OF CODES IN THE NEXT FOUR LISTS THAT ADD UP TO FOUR OR MORE ARTERIES/INTRALUMINAL DEVICES"
    " SELECT DRG 321 OVER DRG 322 ONE INTRALUMINAL DEVICE"
)
NORMAL_NEWBORN_ALSO = "795|AND NO SDX OR ONLY SDX"


def mend(found: Features) -> None:
    """MDC 25 takes HIV infection with a related condition; DRG 461's first list stands under a longer heading."""
    if not found[HIV]:
        found["_MDC25"] = 0
    found["461&462|RIGHT HIP"] += found[RIGHT_HIP]


def missed_families(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """The families of `families`, each where the surgical hierarchy (Appendix D) has it; none of them in MDC 24."""
    if found["_MDC24"]:
        return results
    for drg in entered(FAMILIES, found):
        results = promoted(drg, results, grouper)
    return results


def missed_pre_mdc(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """Pre-MDC: CAR T-cell therapy (018), pancreas and kidney with dialysis (019), kidney (650-652), since v38."""
    if grouper.version_info.major < 38:
        return results
    for drg in entered(PRE_MDC, found):
        if not (results and is_pre_mdc(results[0], grouper) and rank(results[0], grouper) <= rank(drg, grouper)):
            results = [drg, *results]
    return results


def autologous_transplant(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """Pre-MDC, DRG 016: autologous bone marrow transplant with CC or MCC (drgpy asks for an MCC)."""
    return ["016", *results] if results and results[0] == "017" and found["_CC"] else results


def trauma_surgery(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 24, DRGs 955-959: also for a procedure that is one of a pair in DRGs 466-468, which drgpy skips."""
    if not found["_MDC24"] or (results and is_pre_mdc(results[0], grouper)):
        return results
    labels = {label for code in case.procedures for label in grouper.prmap[code]}
    for drg in ("955", "956"):
        if f"{drg}|ORPCS" in labels:
            return [drg, *results]
    return results


def device_count(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 05, DRG 321: four or more intraluminal devices, also when they were put in one by one."""
    devices = found[ONE_DEVICE] + sum(
        count * found[f"321&322|{name} INTRALUMINAL DEVICES"]
        for count, name in ((2, "TWO"), (3, "THREE"), (4, "FOUR OR MORE"))
    )
    return ["321", *results] if results and results[0] == "322" and devices >= 4 else results


def embolism(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 04, DRG 175: acute cor pulmonale counts beside a principal pulmonary embolism, not by itself."""
    if any(label.startswith("175&176|") for label in grouper.dxmap[case.principal]):
        return results
    return [drg for drg in results if drg != "175"]


def thrombolysed_eye(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 02, DRG 124: other disorders of the eye with MCC or thrombolytic agent."""
    if results and results[0] == "125" and found["124&125|THROMBOLYTIC AGENT"]:
        return ["124", *results]
    return results


def obstetric_medical(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 14, DRGs 779 and 998: abortion, and what is no discharge's principal diagnosis, whatever was operated."""
    if not found["_MDC14"] or (results and results[0] not in UNRELATED):
        return results
    if found["998|PDX"]:
        return [INVALID_PRINCIPAL, *results]
    return ["779", *results] if found["779|PDX"] else results


def neonates(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 15 has no surgical partition; DRG 789 takes who died or was transferred, 795 only listed secondaries."""
    if not found["_MDC15"] or before_any_mdc(results, grouper):
        return results
    if case.disposition in NEONATE_LEFT:
        return ["789", *results]
    medical = [drg for drg in results if drg not in UNRELATED]
    if medical[:1] == ["795"] and any(_not_of_a_normal_newborn(code, grouper) for code in case.secondary):
        return ["794", *medical]
    return medical


def _not_of_a_normal_newborn(code: str, grouper: Any) -> bool:
    return code in grouper.dxmap and NORMAL_NEWBORN_ALSO not in grouper.dxmap[code]


def burns(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 22: extensive burns need no ventilation for DRGs 927 and 933, and no surgery here is unrelated."""
    if not found["_MDC22"] or before_any_mdc(results, grouper):
        return results
    if found["927&933|EXTENSIVE BURNS PSDX"]:
        return ["927" if found["927&933|SKIN GRAFT PROCEDURE ORPCS"] else "933", *results]
    return [drg for drg in results if drg not in UNRELATED]


def hiv(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 25 comes before the MDC that the principal diagnosis belongs to otherwise."""
    if not found["_MDC25"] or before_any_mdc(results, grouper):
        return results
    own = [drg for drg in results if "969" <= drg <= "977"]
    return [*own, *(drg for drg in results if drg not in own)]


def aftercare(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """MDC 23, DRG 949: aftercare with CC or MCC (drgpy asks for an MCC)."""
    return ["949", *results] if results and results[0] == "950" and found["_CC"] else results


Rule = Callable[[Results, Features, GroupingCase, Any], Results]
RULES: tuple[Rule, ...] = (
    missed_families,
    missed_pre_mdc,
    autologous_transplant,
    trauma_surgery,
    device_count,
    embolism,
    thrombolysed_eye,
    obstetric_medical,
    neonates,
    burns,
    aftercare,
    hiv,
)


def corrected(results: Results, found: Features, case: GroupingCase, grouper: Any) -> Results:
    """The DRGs, best first, after every rule had its say."""
    for rule in RULES:
        results = rule(results, found, case, grouper)
    return results


def rank(drg: str, grouper: Any) -> int:
    """The place in the surgical hierarchy; what has none comes last."""
    place: int = grouper.surgical_rank.get(drg.lstrip("0"), 9999)
    return place


def is_pre_mdc(drg: str, grouper: Any) -> bool:
    return int(drg) < 20 or (drg in KIDNEY_TRANSPLANT and grouper.version_info.major >= 38)


def before_any_mdc(results: Results, grouper: Any) -> bool:
    """Pre-MDC and multiple significant trauma (MDC 24) come before the principal diagnosis' own MDC."""
    return bool(results) and (results[0] in MDC24 or is_pre_mdc(results[0], grouper))


def promoted(drg: str, results: Results, grouper: Any) -> Results:
    """The surgical DRG put first, unless an earlier class of the hierarchy won already."""
    if drg not in grouper.drgmap or before_any_mdc(results, grouper):
        return results
    if results and results[0] not in UNRELATED and grouper.drgmap[results[0]]["is_surgical"]:
        return results if rank(results[0], grouper) <= rank(drg, grouper) else [drg, *results]
    return [drg, *results]
