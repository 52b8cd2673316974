"""Codes as a person types them on one line, told apart by their shape.

`E11.22`, `E1122`, `E11.22:Y` (POA indicator), `47563`, `74300-59` (modifier), `74300-59x2` (units),
`0FT44ZZ`; `HCPCS:J1885` says the code system outright.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from medcode.codebook.models import Code, CodeSystem
from medcode.codebook.rules import Coded
from medcode.codebook.snapshot import undotted

TYPED = re.compile(
    r"(?:(?P<system>[A-Za-z0-9-]+):(?=[A-Za-z0-9]{3}))?(?P<code>[A-Za-z0-9.]+?)(?::(?P<poa>[YNUW1ynuw]))?"
    r"(?P<modifiers>(?:-[A-Za-z0-9]{2})*)(?:[xX*](?P<units>\d{1,4}))?"
)
PCS = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}")
CPT = re.compile(r"\d{4}[0-9FTUM]")
HCPCS = re.compile(r"[A-V]\d{4}")
SYSTEMS = {"CM": CodeSystem.ICD10CM, "ICD10CM": CodeSystem.ICD10CM, "PCS": CodeSystem.ICD10PCS,
           "ICD10PCS": CodeSystem.ICD10PCS, "CPT": CodeSystem.CPT, "HCPCS": CodeSystem.HCPCS}  # fmt: skip


class UnreadableCodeError(ValueError):
    """What was typed has not the shape of a code; the message says which and what would."""


def read(typed: Iterable[str], *, service_date: date | None = None) -> tuple[Coded, ...]:
    """The codes with their POA indicators, modifiers and units. Raises `UnreadableCodeError`."""
    return tuple(_read(each, service_date) for each in typed)


def _read(typed: str, service_date: date | None) -> Coded:
    found = TYPED.fullmatch(typed.strip())
    if found is None:
        raise UnreadableCodeError(f'"{typed[:40]}" is not a code: write E11.22, E11.22:Y, 74300-59 or HCPCS:J1885.')
    code = undotted(found["code"])
    system = _named(found["system"]) if found["system"] else system_of(found["code"])
    modifiers = tuple(part.upper() for part in found["modifiers"].split("-") if part)
    return Coded(code, system, (found["poa"] or "").upper(), modifiers, int(found["units"] or 1), service_date)


def _named(written: str) -> str:
    key = written.upper().replace("-", "")
    if key not in SYSTEMS:
        raise UnreadableCodeError(f'"{written}" is no code system: use ICD10CM, ICD10PCS, CPT or HCPCS.')
    return SYSTEMS[key]


def system_of(typed: str) -> str:
    """The code system that a code's shape, and where shapes overlap the loaded book, tells."""
    code = undotted(typed)
    if "." in typed:
        return CodeSystem.ICD10CM
    if CPT.fullmatch(code):
        return CodeSystem.CPT
    if HCPCS.fullmatch(code) or (len(code) == 7 and PCS.fullmatch(code)):
        systems = Code.objects.filter(code=code, release__is_complete=True).values_list(
            "release__code_system", flat=True
        )
        known = set(systems.distinct())
        other = CodeSystem.HCPCS if len(code) == 5 else CodeSystem.ICD10PCS
        if CodeSystem.ICD10CM not in known and (other in known or code[0].isdigit()):
            return other
    return CodeSystem.ICD10CM
