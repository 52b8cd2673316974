"""Questions about codes as a person or a program types them: what commands and API have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from medcode.codebook import facts, grouping, hcc, shapes
from medcode.codebook.grouping import Grouping
from medcode.codebook.hcc import HccResult
from medcode.codebook.models import CodeSystem
from medcode.codebook.rules import Case, Finding, check
from medcode.codebook.rules.case import Setting


def check_typed(
    codes: Iterable[str], *, on: date, setting: Setting, sex: str, age: int | None, uncertain: Iterable[str]
) -> list[Finding]:
    """What the rules find in codes such as `E11.22:Y` and `74300-59x2`. Raises `shapes.UnreadableCodeError`."""
    case = Case(
        shapes.read(codes, service_date=on),
        on,
        setting,
        sex,
        age,
        uncertain=frozenset(each.code for each in shapes.read(uncertain)),
    )
    return check(case, facts.gather(case, on))


def group_typed(
    principal: str, codes: Iterable[str], *, sex: str, age: int, on: date, disposition: str
) -> tuple[Grouping, HccResult]:
    """The MS-DRG of a stay by its discharge, and the HCCs of its diagnoses. Raises `shapes.UnreadableCodeError`."""
    first, *rest = shapes.read([principal, *codes])
    secondary = [each.code for each in rest if each.is_diagnosis]
    group = grouping.ms_drg(
        first.code,
        secondary,
        [each.code for each in rest if each.code_system == CodeSystem.ICD10PCS],
        sex=sex,
        age=age,
        discharged=on,
        disposition=disposition,
        poa={each.code: each.poa for each in (first, *rest) if each.poa},
    )
    return group, hcc.v28([first.code, *secondary], on)
