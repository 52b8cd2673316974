"""MS-DRG grouping: the seam in front of drgpy. What drgpy does not know is in `corrections`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from medcode.codebook.grouping.case import (
    INVALID_PRINCIPAL,
    UNGROUPABLE,
    Carrier,
    CodeEffect,
    Grouping,
    GroupingCase,
    Kind,
    Level,
    WhatIf,
    case_of,
)
from medcode.codebook.grouping.corrections import corrected, mend
from medcode.codebook.grouping.families import Features
from medcode.codebook.grouping.tables import poa_for_hac, sex_for
from medcode.codebook.grouping.versions import engine, version_for
from medcode.codebook.grouping.weights import weighed
from medcode.codebook.snapshot import dotted, undotted

TITLES = {INVALID_PRINCIPAL: "Principal Diagnosis Invalid as Discharge Diagnosis", UNGROUPABLE: "Ungroupable"}
PROBLEMS = {
    INVALID_PRINCIPAL: "{principal} cannot be the principal diagnosis of a discharge.",
    UNGROUPABLE: "No MS-DRG takes {principal} with these codes.",
}


def ms_drg(
    principal: str,
    secondary: Sequence[str] = (),
    procedures: Sequence[str] = (),
    *,
    sex: str,
    age: int,
    discharged: date,
    disposition: str = "01",
    poa: Mapping[str, str] | None = None,
    age_days: int | None = None,
) -> Grouping:
    """The MS-DRG of a stay, by the grouper version of the discharge date, with its weight where loaded.

    Codes as typed (dots and letter case do not matter). Never raises for codes: a stay that cannot be
    grouped gets DRG 998 or 999 and a sentence in `problem`.
    """
    return grouped(
        case_of(
            principal,
            secondary,
            procedures,
            sex=sex,
            age=age,
            age_days=age_days,
            discharged=discharged,
            disposition=disposition,
            poa=poa,
        )
    )


def grouped(case: GroupingCase) -> Grouping:
    """`ms_drg` of a case that is already one: the grouping, and two queries for its weight."""
    return weighed([group(case)], case.discharged)[0]


def group(case: GroupingCase) -> Grouping:
    """The grouping without weights: no database."""
    choice = version_for(case.discharged)
    grouper = engine(choice.name)
    if problem := _cannot_be_grouped(case, grouper):
        return _described(UNGROUPABLE, case, grouper, set(), problem)
    drg, excluded = _walked(case, grouper)
    problem = PROBLEMS.get(drg, "").format(principal=dotted(case.principal))
    return _described(drg, case, grouper, excluded, problem)


def _cannot_be_grouped(case: GroupingCase, grouper: Any) -> str:
    if not case.principal:
        return "There is no principal diagnosis."
    if case.principal not in grouper.dxmap:
        return f"MS-DRG {grouper.version} does not take {dotted(case.principal)} as a principal diagnosis."
    if not sex_for(case, grouper):
        return f"{dotted(case.principal)} groups by the patient's sex, which is not known."
    return ""


def _walked(case: GroupingCase, grouper: Any) -> tuple[str, set[str]]:
    """The DRG, and the secondary diagnoses that lose their level in it.

    Some diagnoses stop being a CC or MCC in some DRGs (Appendix C part 3), so the tables are walked again
    with those left out, until the DRG stands.
    """
    excluded: set[str] = set()
    drg = ""
    for _ in range(3):
        found = _found(case, grouper, excluded)
        # The walk itself has no public name: `get_drg` would walk without our corrections.
        best = corrected(grouper._evaluate(found), found, case, grouper)
        chosen = best[0] if best else UNGROUPABLE
        again = grouper.drg_exclusions.get(chosen, set())
        if chosen in (drg, UNGROUPABLE) or again == excluded:
            return chosen, excluded
        drg, excluded = chosen, again
    return drg, excluded


def _found(case: GroupingCase, grouper: Any, excluded: set[str]) -> Features:
    found: Features = grouper.get_features(
        [case.principal, *case.secondary],
        case.procedures,
        sex_for(case, grouper),
        not case.expired,
        poa_for_hac(case, grouper),
        case.disposition,
        excluded,
    )
    mend(found)
    return found


def _described(drg: str, case: GroupingCase, grouper: Any, excluded: set[str], problem: str) -> Grouping:
    row = grouper.drgmap.get(drg, {})
    kind: Kind = "surgical" if row.get("is_surgical") else "medical" if row.get("is_medical") else ""
    poa = poa_for_hac(case, grouper)
    return Grouping(
        drg=drg,
        title=row.get("desc") or TITLES.get(drg, ""),
        mdc=row.get("mdc", ""),
        kind="" if drg in TITLES else kind,
        version=grouper.version,
        codes=tuple(_effect(code, drg, case, poa.get(code, "Y"), grouper, excluded) for code in case.secondary),
        sentence_of_stand_in=version_for(case.discharged).sentence(case.discharged),
        problem=problem,
    )


def _effect(code: str, drg: str, case: GroupingCase, poa: str, grouper: Any, excluded: set[str]) -> CodeEffect:
    row = grouper.ccmap.get(code)
    if row is None:
        return CodeEffect(code, "", counted=False)
    level: Level = row["level"]
    if case.principal in grouper.exmap.get(row["pdx"], ()):
        reason = f"Excluded by the principal diagnosis {dotted(case.principal)} (Appendix C part 1)."
        return CodeEffect(code, level, counted=False, excluded_by=case.principal, reason=reason)
    reason = ""
    if row["aowa"] and case.expired:
        reason = f"Counts as {level} only when the patient is discharged alive (Appendix C part 2)."
    elif code in excluded:
        reason = f"Does not count as {level} in DRG {drg} (Appendix C part 3)."
    elif row["hac"] and poa in {"N", "U"}:
        reason = f"Hospital-acquired condition {row['hac']} that was not present on admission (Appendix I)."
    return CodeEffect(code, level, counted=not reason, reason=reason)


def what_if(case: GroupingCase, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> WhatIf:
    """The stay as it is and with codes added or removed; diagnoses and procedures are told apart by shape."""
    before, after = weighed([group(case), group(case.changed(add=add, remove=remove))], case.discharged)
    return WhatIf(before, after)


def carriers(case: GroupingCase) -> tuple[Carrier, ...]:
    """The secondary diagnoses and procedures that the DRG hangs on: without one of them it is another DRG.

    None is one when two codes carry the same tier: then no single code matters.
    """
    now = group(case)
    without = {code: group(case.changed(remove=[code])) for code in (*case.secondary, *case.procedures)}
    other = {code: grouping for code, grouping in without.items() if grouping.drg != now.drg}
    return tuple(map(Carrier, other, weighed(other.values(), case.discharged)))


def severity(code: str, on: date) -> Level:
    """What a diagnosis is by itself as a secondary diagnosis: "MCC", "CC" or "" (Appendix C part 1)."""
    row = engine(version_for(on).name).ccmap.get(undotted(code))
    return row["level"] if row else ""
