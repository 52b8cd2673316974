"""Small releases for tests: a handful of codes beside the whole book that every test process loads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from medcode.codebook.models import Code, Release


def small_release(
    name: str,
    valid_from: date,
    codes: Sequence[tuple[str, str]],
    *,
    valid_to: date | None = None,
    code_system: str = "ICD-10-CM",
) -> Release:
    """A complete release of (stored code, title); a code is billable when no other of them begins with it."""
    release = Release.objects.create(
        code_system=code_system, name=name, valid_from=valid_from, valid_to=valid_to, source="a test", is_complete=True
    )
    names = [code for code, _ in codes]
    rows: dict[str, Code] = {}
    for position, (code, title) in enumerate(codes):
        above = max((each for each in rows if code.startswith(each)), key=len, default=None)
        rows[code] = Code.objects.create(
            release=release,
            code=code,
            title=title,
            kind=Code.Kind.CATEGORY if len(code) == 3 else Code.Kind.CODE,
            billable=not any(other != code and other.startswith(code) for other in names),
            parent=rows[above] if above else None,
            position=position,
        )
    return release
