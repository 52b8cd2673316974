"""Which documents of a chart speak with authority.

Source: Guidelines I.B.14 and III.B (diagnoses come from the provider; reports of radiology, pathology and
nursing are results until a provider takes them up), II.H (uncertain diagnoses count when stated at the
time of discharge: in the discharge summary, else in the last provider's note).
"""

from __future__ import annotations

from dataclasses import replace

from inference.mentions import Mention
from inference.schema import ChartText, NoteText, Setting
from inference.text.assertion import Status
from inference.text.sections import Kind

REPORTS = ("radiology", "imaging", "pathology", "laboratory")
OTHERS = ("nurs", "dietit", "nutrition", "therapy", "social work", "case management")
DISCHARGE = "discharge"
# Sections that keep their meaning in a nurse's note.
FACTUAL = frozenset(
    {Kind.SOCIAL, Kind.FAMILY, Kind.MEDICATIONS, Kind.PSH, Kind.PMH, Kind.RESULTS, Kind.EXAM, Kind.ROS}
)


def concluding(chart: ChartText) -> frozenset[str]:
    """The notes that conclude a stay of several notes; none for a visit, or where one note says it all."""
    if chart.setting is not Setting.INPATIENT or len(chart.notes) < 2:
        return frozenset()
    found = [note.key for note in chart.notes if DISCHARGE in note.kind.lower()]
    own = [note.key for note in chart.notes if not _is(note, REPORTS + OTHERS)]
    return frozenset(found or own[-1:])


def weighed(mentions: list[Mention], note: NoteText) -> list[Mention]:
    """The mentions of a note with the authority of its author."""
    if _is(note, REPORTS):
        return [replace(m, kind=Kind.RESULTS, problem=False) for m in mentions if m.status is not Status.POSSIBLE]
    if _is(note, OTHERS):
        return [replace(m, kind=m.kind if m.kind in FACTUAL else Kind.OTHER, problem=False) for m in mentions]
    return mentions


def _is(note: NoteText, words: tuple[str, ...]) -> bool:
    return any(word in note.kind.lower() for word in words)
