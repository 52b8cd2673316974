"""What a training says on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inference.evaluation.intervals import Figure
from inference.ranking.curves import MEASURES, Point
from inference.ranking.training import Trained

WIDTH = 38
BAR = 30


def lines(trained: Trained) -> Iterator[str]:
    """The card's figures, those of the artefact in use beside them, and the verdict."""
    card = trained.artefact.card
    for source in card["trained_on"]:
        amount = f"{source['documents']} charts, {source['codes']} codes, weight {source['weight']}"
        yield f"{source['source']}: {amount}" + (", measured" if source["measured"] else "")
    yield f"Method: {card['method']}."
    for system, calibration in trained.artefact.calibrations.items():
        limits = f"HIGH from {calibration.high:.2f}, MEDIUM from {calibration.medium:.2f}"
        yield f"{system}: {limits}, shown from {calibration.floor:.2f}"
    yield ""
    yield "Cross-validated" + (f"{'in use':>{WIDTH}}   {'retrained'}" if trained.before else "")
    for name, value in _flat(card["cross_validated"]):
        if trained.before:
            yield f"  {name:{WIDTH}}{dict(_flat(trained.before)).get(name, '–'):>48}   {value}"
        else:
            yield f"  {name:{WIDTH}}{value}"
    if trained.gain:
        yield ""
        for name, gain in trained.gain.items():
            yield f"Gain in {name}: {_signed(gain)}"


def _flat(figures: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from ((f"{name}, {part}", str(figure)) for part, figure in value.items())
        else:
            yield name, str(value)


def _signed(gain: Figure) -> str:
    if gain.low is None or gain.high is None:
        return f"{gain.value:+.3f}"
    return f"{gain.value:+.3f}  (95% interval {gain.low:+.3f} to {gain.high:+.3f})"


def curve_lines(points: Sequence[Point]) -> Iterator[str]:
    """The learning curve as a table, with a bar for the first measure."""
    yield f"{'charts':>6}  " + "  ".join(f"{name:>17}" for name in MEASURES)
    best = max(point.measured[MEASURES[0]] for point in points) or 1.0
    for point in points:
        shown = "  ".join(f"{point.measured[name]:>9.3f} ±{point.spread[name]:>6.3f}" for name in MEASURES)
        yield f"{point.charts:>6}  {shown}  {'█' * round(BAR * point.measured[MEASURES[0]] / best)}"
