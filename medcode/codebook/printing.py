"""Answers of the code book as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medcode.codebook.compare import Change, Comparison
from medcode.codebook.entry import Entry
from medcode.codebook.grouping import Grouping
from medcode.codebook.hcc import HccResult
from medcode.codebook.rules import Finding
from medcode.codebook.search import Hit
from medcode.codebook.snapshot import dotted

CHILDREN, CHANGES = 40, 30  # printed at most; --json has all


def entry(found: Entry) -> list[str]:
    """One code: title and standing, where it stands, its instructions, what is below."""
    place = found.standing
    lines = [f"{place.code}  {place.title}".rstrip(), f"  {place.sentence}"]
    if found.row is None:
        return lines
    badges = [found.severity, f"HCC {found.hcc}" if found.hcc else "", "POA exempt" if found.poa_exempt else ""]
    if any(badges):
        lines.append("  " + " · ".join(filter(None, badges)))
    lines += [f"  in {code.display} {code.title}" for code in found.above]
    lines += [f"  {note.get_kind_display()} (at {note.code.display}): {note.text}" for note in found.notes]
    if found.extensions:
        lines += ["  7th character:"] + [
            f"    {each.character} {each.meaning} → {each.code}" for each in found.extensions
        ]
    elif found.below:
        lines += ["  Below:"] + [f"    {code.display} {code.title}" for code in found.below[:CHILDREN]]
        lines += _more(found.below, CHILDREN)
    return lines


def hits(found: Sequence[Hit]) -> list[str]:
    """Search results, best first; a dash marks what cannot be billed."""
    lines = [f"{hit.display:<9}{'  ' if hit.billable else '– '}{hit.title}{_why(hit)}" for hit in found]
    return lines or ["Nothing matches. Try fewer or shorter words."]


def _why(hit: Hit) -> str:
    return f"   ({hit.why})" if hit.why else ""


def findings(found: Sequence[Finding]) -> list[str]:
    """What the rules found, errors first, each with its source and how to mend it."""
    lines = []
    for each in found:
        lines += [f"{each.severity.upper():<8}{each.sentence}", f"        {each.rule} · {each.source}"]
        if each.fix and each.fix.sentence:
            lines.append(f"        Fix: {each.fix.sentence}")
    return lines or ["No findings."]


def grouping(group: Grouping, hccs: HccResult) -> list[str]:
    """The DRG, what each code did, and the HCCs."""
    weight = "weight not loaded" if group.weight is None else f"weight {group.weight}"
    stay = "" if group.geometric_mean_stay is None else f", GMLOS {group.geometric_mean_stay} days"
    lines = [
        f"DRG {group.drg}  {group.title}",
        f"  MDC {group.mdc or '–'}, {group.kind}, {weight}{stay} (MS-DRG {group.version})",
    ]
    lines += [f"  {sentence}" for sentence in (group.problem, group.sentence_of_stand_in) if sentence]
    for each in group.codes:
        if each.level:
            counted = "" if each.counted else f", not counted: {each.reason}"
            lines.append(f"  {dotted(each.code)}: {each.level}{counted}")
    return lines + [f"  HCC {each.hcc} {each.label} ({', '.join(map(dotted, each.codes))})" for each in hccs.kept]


def comparison(found: Comparison) -> list[str]:
    """Counts, then the first changes of each kind."""
    lines = [f"{found.old} → {found.new_release}"]
    for title, changes in (
        ("new", found.new),
        ("retired", found.retired),
        ("retitled", found.retitled),
        ("with revised instructions", found.revised),
    ):
        lines.append(f"{len(changes):,} {title}")
        lines += [f"  {_change(change)}" for change in changes[:CHANGES]]
        lines += _more(changes, CHANGES)
    return lines


def _change(change: Change) -> str:
    instead = f"; now {', '.join(change.instead)}" if change.instead else ""
    if change.before and change.after:
        return f"{change.code}  {_first(change.before)} → {_first(change.after)}"
    return f"{change.code}  {_first(change.before or change.after)}{instead}"


def _first(text: str) -> str:
    line, _, rest = text.partition("\n")
    return f"{line} …" if rest else line


def _more(items: Iterable[object], shown: int) -> list[str]:
    count = len(list(items)) - shown
    return [f"  … and {count:,} more (all with --json)"] if count > 0 else []
