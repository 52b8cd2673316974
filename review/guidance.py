"""What the guidelines say of each suggestion and each assigned code, and the remedies that one key can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from medcode.codebook import facts, lookup, rules
from medcode.codebook.known import Facts
from medcode.codebook.rules import Coded, Finding
from medcode.codebook.snapshot import dotted, undotted
from review.actions import finalizing
from review.models import AssignedCode, Chart, Suggestion

# What is asked of a finished list, not of a suggestion: order, POA, what comes first, how an injury happened.
OF_THE_LIST = ("poa.", "external.", "ncci.", "mce.principal", "mce.admission", "weeks.last", "I.C.20")
CONFLICTS = ("excludes1", "hypertension.two", "examination.two")
SEVENTH = ("code.seventh", "injury.episode", "fracture.episode")
SIBLINGS = ("code.laterality", "code.specificity")
MOST_SIBLINGS = 4


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to mend a finding. `act` as in `rules.Fix`, or "book": open the code book at `code`."""

    act: str
    code: str
    value: str
    label: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding with its remedies and the places on the page (element ids) of the codes that it concerns."""

    finding: Finding
    remedies: tuple[Remedy, ...] = ()
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Guidance:
    """`listed` is the validation list of the chart as it stands; the others are by primary key."""

    listed: tuple[Advice, ...] = ()
    suggestions: Mapping[int, tuple[Advice, ...]] = field(default_factory=dict)
    assigned: Mapping[int, tuple[Advice, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Page:
    """What remedies need to know of the page: facts, where codes stand, what is undecided, what can be billed."""

    known: Facts
    places: Mapping[str, str]
    pending: frozenset[str]
    billable: frozenset[str]


def guidance(chart: Chart, assigned: Sequence[AssignedCode], suggestions: Sequence[Suggestion]) -> Guidance:
    """Everything the rules say, from one reading of the facts about all codes on the page."""
    pending = [each for each in suggestions if each.state == Suggestion.State.PENDING]
    case = finalizing.case_of(chart, [*map(finalizing.coded, assigned), *map(_coded, pending)])
    known = facts.gather(case, chart.coding_date)
    listed = finalizing.findings(chart, known)
    proposed = _of_suggestions(chart, assigned, pending, known)
    places = {each.display: f"s{each.pk}" for each in suggestions}
    places |= {each.display: f"a{each.pk}" for each in assigned}
    page = _Page(
        known,
        places,
        frozenset(each.code for each in pending),
        _billable([*listed, *(one for found in proposed.values() for one in found)], chart),
    )
    advice = tuple(_advice(each, page) for each in listed)
    return Guidance(
        advice,
        {pk: tuple(_advice(one, page) for one in found) for pk, found in proposed.items()},
        {each.pk: tuple(one for one in advice if _marks_row(each, one.finding)) for each in assigned},
    )


def _marks_row(assigned: AssignedCode, finding: Finding) -> bool:
    """What is still missing everywhere, as POA at first, would mark every row and so none."""
    return assigned.display in finding.codes and finding.rule not in ("poa.missing", "poa.no_list")


def _billable(found: Iterable[Finding], chart: Chart) -> frozenset[str]:
    """Of the codes that fixes name, those that can be put on a chart; the rest are headings to choose below."""
    named = {code for one in found if one.fix for code in (one.fix.code, one.fix.value) if code}
    return frozenset(lookup.billable(named, on=chart.coding_date)) if named else frozenset()


def _coded(suggestion: Suggestion) -> Coded:
    return Coded(suggestion.code, suggestion.code_system)


def _of_suggestions(
    chart: Chart, assigned: Sequence[AssignedCode], pending: Sequence[Suggestion], known: Facts
) -> dict[int, list[Finding]]:
    """As if the likely suggestions were accepted, so that what one lacks may be the next one.

    LOW ones are seen together as well, in one check for all; but none of them is held against another.
    """
    likely = [each for each in pending if each.band != "LOW"]
    low = {each.display for each in pending if each.band == "LOW"}
    of_likely = _check(chart, assigned, likely, known) if likely else []
    of_all = _check(chart, assigned, pending, known) if low else []
    found = {}
    for each in pending:
        others = low - {each.display}
        checked = of_likely if each.display not in low else (one for one in of_all if others.isdisjoint(one.codes))
        found[each.pk] = [one for one in checked if each.display in one.codes and _is_about_a_code(one)]
    return found


def _check(chart: Chart, assigned: Sequence[AssignedCode], more: Iterable[Suggestion], known: Facts) -> list[Finding]:
    case = finalizing.case_of(chart, [*map(finalizing.coded, assigned), *map(_coded, more)])
    return rules.check(case, known.only((each.code, each.code_system) for each in case.codes))


def _is_about_a_code(finding: Finding) -> bool:
    if finding.rule.startswith(OF_THE_LIST) or "first" in finding.rule.partition(".")[2]:
        return finding.rule == "code_first.missing"
    return not finding.rule.endswith(".order")


def _advice(finding: Finding, page: _Page) -> Advice:
    there = tuple((code, page.places[code]) for code in finding.codes if code in page.places)
    return Advice(finding, tuple(_remedies(finding, page)), there)


def _remedies(finding: Finding, page: _Page) -> Iterable[Remedy]:
    if finding.rule in CONFLICTS and len(finding.codes) == 2:
        yield from (Remedy("remove", undotted(code), "", f"Remove {code}") for code in finding.codes)
    elif finding.rule in SIBLINGS:
        yield from _siblings(finding, page.known)
    elif finding.rule in SEVENTH:
        code = finding.codes[0]
        yield Remedy("book", code, "", f"Choose the 7th character of {code}")
    elif finding.fix:
        yield from _of_fix(finding.fix, page)
    elif finding.rule.partition(".")[0] in ("code_first", "use_additional", "code_also") and finding.codes:
        yield Remedy("book", finding.codes[0], "", f"Read the note at {finding.codes[0]}")


def _siblings(finding: Finding, known: Facts) -> Iterable[Remedy]:
    code = undotted(finding.codes[0])
    for place in known.code(code).specified[:MOST_SIBLINGS]:
        shown = dotted(place.code)
        if place.billable:
            yield Remedy("replace", code, place.code, shown, place.title)
        else:
            yield Remedy("book", shown, "", f"{shown}-", place.title)


def _of_fix(fix: rules.Fix, page: _Page) -> Iterable[Remedy]:
    wanted = fix.code if fix.action == "add" else fix.value
    if fix.action in ("add", "replace") and wanted not in page.billable:
        # A heading: what is suggested below it, else the book opened there.
        below = sorted(code for code in page.pending if code.startswith(wanted) and code != fix.code)
        if fix.action == "add":
            yield from (Remedy("add", code, "", f"Accept {dotted(code)}") for code in below[:2])
        yield Remedy("book", dotted(wanted), "", f"Choose below {dotted(wanted)}")
        return
    yield Remedy(fix.action, fix.code, fix.value, _label(fix), fix.sentence)
    if fix.action == "add_modifier":
        yield Remedy("remove", fix.code, "", f"Remove {dotted(fix.code, 'CPT')}")


def _label(fix: rules.Fix) -> str:
    code, value = dotted(fix.code), dotted(fix.value)
    return {
        "add": f"Add {code}",
        "remove": f"Remove {code}",
        "replace": f"Replace {code} by {value}",
        "move_before": f"Put {code} before {value}",
        "set_poa": f"POA {fix.value} for {code}",
        "add_modifier": f"Add modifier {fix.value}",
    }[fix.action]
