"""The figures as tables that a person reads: text only, escaped by the template that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from inference.evaluation.groups import Part
from inference.evaluation.intervals import Figure
from inference.evaluation.protocol import AtLevel, Evaluation, SystemFigures
from inference.evaluation.ranks import PRECISION_AT, RECALL_AT
from inference.evaluation.rows import Level
from inference.evaluation.scores import Scores


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, what stands small beneath it (an interval), and a tone: "good", "bad" or ""."""

    text: str
    small: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` begin with their heading. `note` explains below the caption; `words` columns are text, to the left."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: int = 1


def percent(value: float) -> str:
    """One decimal: 0.7014 → "70.1%"."""
    return f"{100 * value:.1f}%"


def cell(figure: Figure, tone: str = "") -> Cell:
    """A share with its interval."""
    if figure.low is None or figure.high is None:
        return Cell(percent(figure.value), "", tone)
    return Cell(percent(figure.value), f"{100 * figure.low:.1f} – {100 * figure.high:.1f}", tone)


def _count(value: int) -> Cell:
    return Cell(f"{value:,}")


def headline(found: Evaluation) -> Table:
    """All systems side by side, each exact and by category."""
    levels = [level for system in found.systems for level in (system.exact, system.category)]
    rows = [(Cell(name), *(cell(value(level)) for level in levels)) for name, value in _lines()]
    columns = [f"{system.name}, {level}" for system in found.systems for level in Level]
    note = f"Shown codes: bands {' and '.join(found.bands)}. Ranks: all bands. Small print: 95% interval."
    return Table("All systems side by side", ("figure", *columns), rows, note)


def _lines() -> list[tuple[str, Callable[[AtLevel], Figure]]]:
    def precision_at(k: int) -> tuple[str, Callable[[AtLevel], Figure]]:
        return f"precision at {k}", lambda level: level.ranks.precision_at[k]

    def recall_at(k: int) -> tuple[str, Callable[[AtLevel], Figure]]:
        return f"recall at {k}", lambda level: level.ranks.recall_at[k]

    return [
        ("micro precision", lambda level: level.micro.precision),
        ("micro recall", lambda level: level.micro.recall),
        ("micro F1", lambda level: level.micro.f1),
        ("macro precision", lambda level: level.macro.precision),
        ("macro recall", lambda level: level.macro.recall),
        ("macro F1", lambda level: level.macro.f1),
        *map(precision_at, PRECISION_AT),
        *map(recall_at, RECALL_AT),
        ("mean average precision", lambda level: level.ranks.average_precision),
    ]


def sets(found: Evaluation) -> Table:
    """What is counted once a system: exact sets, codes off the list, false quotes, calibration error."""
    rows = [
        (
            Cell(it.name),
            cell(it.exact_set),
            Cell(percent(it.off_list.share), f"{it.off_list.proposed} codes of {it.off_list.kinds} kinds"),
            Cell(str(it.verbatim.false), f"of {it.verbatim.quotes}"),
            cell(it.reliability.error),
        )
        for it in found.systems
    ]
    columns = ("system", "exact sets", "off-list", "quotes not in the note", "calibration error")
    note = "Exact sets: documents whose shown codes are the gold codes. Off-list: shown codes that no gold here holds."
    return Table("Sets, strangers, quotes", columns, rows, note)


def differences(found: Evaluation) -> Table | None:
    """Micro F1 against the first system; an interval that holds 0 tells them not apart."""
    if not found.differences:
        return None
    rows = [
        (Cell(f"{each.name} minus {each.first}"), _signed(each.exact), _signed(each.category))
        for each in found.differences
    ]
    note = "In points of F1, paired by document. An interval on one side of 0 is a difference that these data show."
    return Table("Differences", ("systems", "exact micro F1", "category micro F1"), rows, note)


def _signed(figure: Figure) -> Cell:
    interval = (
        "" if figure.low is None or figure.high is None else f"{100 * figure.low:+.1f} … {100 * figure.high:+.1f}"
    )
    return Cell(f"{100 * figure.value:+.1f}", interval)


def ceiling(found: Evaluation) -> Table | None:
    """What two coders agree upon, and each system with either."""
    if not found.ceiling:
        return None
    rows = [
        (Cell(row.name), Cell(row.against), _count(row.documents), *_prf(row.exact), cell(row.category.f1))
        for row in found.ceiling
    ]
    columns = ("who", "against", "documents", "precision", "recall", "exact F1", "category F1")
    note = "Over the documents that both coders coded. More agreement than between the coders is habit, not skill."
    return Table("Two coders", columns, rows, note, words=2)


def _prf(scores: Scores) -> tuple[Cell, Cell, Cell]:
    return cell(scores.precision), cell(scores.recall), cell(scores.f1)


def targets(found: Evaluation) -> Table:
    """The guide's five, each beside its target."""
    rows = []
    for places in zip(*(system.targets for system in found.systems), strict=True):
        tones = {True: "good", False: "bad", None: ""}
        cells = (cell(each.figure, tones[each.met]) if each.of else Cell("–", "nothing to measure") for each in places)
        rows.append((Cell(places[0].name, places[0].definition), Cell(places[0].target), *cells))
    columns = ("figure", "target", *(system.name for system in found.systems))
    return Table("The guide’s five", columns, rows, "Green: the value reaches the target; the interval may not.")


def coverage(found: Evaluation) -> Table:
    """How much can be had at a fixed precision."""
    rows = [
        (
            Cell(system.name),
            Cell(f"{each.precision:.0%}"),
            Cell("–" if each.threshold is None else f"{each.threshold:.3f}"),
            *(Cell(percent(value)) for value in (each.suggestions, each.gold, each.charts)),
        )
        for system in found.systems
        for each in system.reliability.coverage
    ]
    columns = ("system", "precision", "from confidence", "of suggestions", "of gold codes", "of charts")
    note = "Most confident first; chosen on these same documents, so a new split gives a little less."
    return Table("Coverage at fixed precision", columns, rows, note)


def bins(system: SystemFigures) -> Table:
    """The reliability curve in figures."""
    rows = [
        (
            Cell(f"{each.low:.1f} – {each.high:.1f}"),
            _count(each.suggestions),
            Cell(percent(each.confidence)),
            cell(each.right),
        )
        for each in system.reliability.bins
        if each.suggestions
    ]
    return Table(f"Reliability: {system.name}", ("confidence", "suggestions", "mean", "right"), rows)


def bands(found: Evaluation) -> Table:
    """Each band of each system."""
    rows = [
        (
            Cell(system.name),
            Cell(each.band),
            _count(each.suggestions),
            cell(each.precision),
            cell(each.category_precision),
            cell(each.recall),
        )
        for system in found.systems
        for each in system.bands
    ]
    columns = ("system", "band", "suggestions", "precision", "category precision", "share of gold")
    return Table("By band", columns, rows, words=2)


def parts(found: Evaluation, caption: str, heading: str, name: str, note: str = "") -> Table | None:
    """Parts of all systems, one row for each part and system; None where there is nothing to tell apart."""
    rows = [row for system in found.systems for row in _part_rows(system.name, getattr(system, name))]
    kinds = {row[0].text for row in rows}
    if len(kinds) < 2 and name in ("specialties", "settings"):
        return None
    order = {kind: place for place, kind in enumerate(dict.fromkeys(row[0].text for row in rows))}
    columns = (heading, "system", "documents", "gold", "shown", "precision", "recall", "exact F1", "category F1")
    return Table(caption, columns, sorted(rows, key=lambda row: order[row[0].text]), note, words=2) if rows else None


def _part_rows(system: str, found: Iterable[Part]) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(part.name),
            Cell(system),
            _count(part.documents),
            _count(part.exact.gold),
            _count(part.exact.proposed),
            *_prf(part.exact),
            Cell("–") if part.category is None else cell(part.category.f1),
        )
        for part in found
    ]


def ranks_of_diagnosis(found: Evaluation) -> Table | None:
    """Principal and secondary codes: how many were found."""
    rows = [
        (
            Cell(each.name),
            Cell(system.name),
            _count(each.codes),
            *map(cell, (each.shown, each.category, each.among_first)),
        )
        for system in found.systems
        for each in system.ranks_of_diagnosis
    ]
    columns = ("codes", "system", "gold", "shown", "category shown", "among the first 10")
    note = "Recall only: a suggestion does not say whether it means the principal diagnosis."
    return Table("Principal and secondary", columns, rows, note, words=2) if rows else None


def evidence(found: Evaluation) -> Table | None:
    """Agreement of quotes with the coder's spans."""
    rows = []
    for system in found.systems:
        if system.evidence is None:
            return None
        it = system.evidence
        kinds = (("span", it.span), ("span, anywhere", it.span_anywhere), ("token", it.token))
        for name, scores in (*kinds, ("token, anywhere", it.token_anywhere)):
            rows.append((Cell(name), Cell(system.name), *_prf(scores), Cell("")))
        rows.append((Cell("token IoU"), Cell(system.name), Cell(""), Cell(""), cell(it.token_iou), _count(it.codes)))
    columns = ("unit", "system", "precision", "recall", "F1 or IoU", "codes in common")
    return Table("Evidence", columns, rows, "Over the codes that gold and system have in common.", words=2)


def errors(caption: str, names: Sequence[str], counted: Sequence[dict[str, int]]) -> Table:
    """How many mistakes of each kind each system made."""
    kinds = list(dict.fromkeys(kind for counts in counted for kind in counts))
    rows = [(Cell(kind), *(_count(counts.get(kind, 0)) for counts in counted)) for kind in kinds]
    return Table(caption, ("kind", *names), rows)
