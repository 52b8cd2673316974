"""National Correct Coding Initiative: pairs, units and add-on codes.

Source: CMS, NCCI Policy Manual for Medicare Services, chapter 1, and the quarterly edit files.
Only services of one date meet each other. An edit with modifier indicator 1 is set aside by an
NCCI-associated modifier on either of its lines; one with 0 never is; 9 means that the edit was
withdrawn. Nothing is said while a table is not loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from medcode.codebook.known import AddOnRow, Pair
from medcode.codebook.rules.case import Coded, Finding, Fix, Rule
from medcode.codebook.rules.tables import words
from medcode.codebook.rules.view import View

PTP = Rule("ncci.ptp", "error", "A service is bundled into another", "CMS, NCCI procedure-to-procedure edits")
PTP_MODIFIER = Rule(
    "ncci.ptp_modifier", "info", "A modifier sets a bundling edit aside", "CMS, NCCI procedure-to-procedure edits"
)
MUE = Rule("ncci.mue", "error", "More units than are likely", "CMS, NCCI medically unlikely edits")
ADD_ON = Rule("ncci.add_on", "error", "An add-on code without its primary service", "CMS, NCCI add-on code edits")
NOT_LOADED = Rule("ncci.not_loaded", "info", "NCCI edits are not loaded", "CMS, NCCI edits")
RULES = (PTP, PTP_MODIFIER, MUE, ADD_ON, NOT_LOADED)

# NCCI Policy Manual, chapter 1, section E: the modifiers that may set an edit aside.
BYPASS = words(
    "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI "
    "24 25 57 58 78 79 27 59 91 XE XS XP XU"
)
MAI = {
    "1": "on one line; the rest may go on another line with a modifier",
    "2": "on one day; this limit has no exception",
    "3": "on one day; more is paid only if shown to be necessary",
}


def findings(view: View) -> Iterator[Finding]:
    if not view.services:
        return
    if view.facts.pairs is None:
        yield NOT_LOADED.found([], "NCCI edits are not loaded, so bundling was not checked.")
    else:
        yield from _pairs(view, view.facts.pairs)
    if view.facts.limits is not None:
        yield from _units(view)
    if view.facts.add_ons is not None:
        yield from _add_ons(view)


def _day(view: View, coded: Coded) -> date:
    return coded.service_date or view.case.on


def _in_force(begins: date, ends: date | None, day: date) -> bool:
    """Whether an edit applies on a day; its deletion date, the end of a quarter, is the last one."""
    return begins <= day and (ends is None or day <= ends)


def _pairs(view: View, pairs: tuple[Pair, ...]) -> Iterator[Finding]:
    lines: dict[str, list[Coded]] = defaultdict(list)
    for each in view.services:
        lines[each.code].append(each)
    for pair in pairs:
        meetings = [
            (first, second)
            for first in lines.get(pair.column1, ())
            for second in lines.get(pair.column2, ())
            if first is not second
            and _day(view, first) == _day(view, second)
            and _in_force(pair.effective, pair.deleted, _day(view, second))
        ]
        if meetings and pair.modifier_indicator != "9":
            yield _bundled(view, pair, meetings)


def _bundled(view: View, pair: Pair, meetings: list[tuple[Coded, Coded]]) -> Finding:
    held = [(one, two) for one, two in meetings if not BYPASS & {*one.modifiers, *two.modifiers}]
    source = f"{PTP.source} {view.facts.editions.get('ncci-ptp', '')}".rstrip()
    source += f": {pair.rationale}" if pair.rationale else ""
    first, second = (held or meetings)[0]
    bundled = f"{second.display} is bundled into {first.display} on the same day"
    if pair.modifier_indicator == "0":
        fix = Fix("remove", second.code, sentence=f"Remove {second.display}.")
        return PTP.found([first, second], f"{bundled}, and no modifier changes that.", fix=fix, source=source)
    if held:
        sentence = f"{bundled}. A modifier is allowed if the documentation shows separate services."
        words = f"Remove {second.display}, or add modifier 59 or X{{EPSU}} to it if the service was distinct."
        fix = Fix("add_modifier", second.code, "59", words)
        return PTP.found([first, second], sentence, fix=fix, source=source)
    used = min(BYPASS & {*first.modifiers, *second.modifiers})
    sentence = f"{bundled} but for modifier {used}: the documentation must show separate services."
    return PTP_MODIFIER.found([first, second], sentence, source=source)


def _units(view: View) -> Iterator[Finding]:
    totals: dict[tuple[str, date], list[Coded]] = defaultdict(list)
    for each in view.services:
        totals[each.code, _day(view, each)].append(each)
    for (code, _), lines in totals.items():
        limit = (view.facts.limits or {}).get(code)
        if limit is None:
            continue
        # Indicator 1 is judged line by line, 2 and 3 by the day.
        units = max(each.units for each in lines) if limit.indicator == "1" else sum(each.units for each in lines)
        if units > limit.units:
            where = MAI.get(limit.indicator, "on one day")
            sentence = f"{lines[0].display} has {units} units: {limit.units} {_are(limit.units)} the most {where}."
            source = f"{MUE.source} {view.facts.editions.get('ncci-mue', '')}".rstrip()
            severity = "warning" if limit.indicator == "3" else "error"
            yield MUE.found(lines, sentence, severity=severity, source=f"{source}, MAI {limit.indicator}")  # type: ignore[arg-type]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _add_ons(view: View) -> Iterator[Finding]:
    for coded in dict.fromkeys(view.services):
        day = _day(view, coded)
        listed = (view.facts.add_ons or {}).get(coded.code, ())
        current = [row for row in listed if _in_force(row.effective, row.deleted, day)]
        if current:
            yield from _without_primary(view, coded, day, current)


def _without_primary(view: View, coded: Coded, day: date, listed: list[AddOnRow]) -> Iterator[Finding]:
    others = {each.code for each in view.services if each.code != coded.code and _day(view, each) == day}
    primaries = [row.primary for row in listed if row.primary]
    if others & set(primaries):
        return
    source = f"{ADD_ON.source} {view.facts.editions.get('add-on', '')}".rstrip()
    if any(row.kind in ("2", "3") for row in listed):
        if not others:
            sentence = (
                f"{coded.display} is an add-on code and stands alone: it needs a primary service of the same day."
            )
            yield ADD_ON.found([coded], sentence, source=source)
        return
    shown = ", ".join(sorted(primaries)[:4]) + (" and others" if len(primaries) > 4 else "")
    sentence = f"{coded.display} is an add-on code: it needs one of its primary services of the same day ({shown})."
    yield ADD_ON.found([coded], sentence, source=source)
