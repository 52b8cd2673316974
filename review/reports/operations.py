"""What the people who run the system look at: services, releases, charts by status, failures, runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from inference.models import InferenceRun, ModelVersion
from medcode.codebook.models import Release
from review.models import Chart

COUNTED = 10_000
FAILED_SHOWN = 25
RUNS_SHOWN = 15
RUNS_TIMED = 200


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many charts have a status, counted up to a bound: a table of millions is never counted whole."""

    status: str
    label: str
    count: int

    @property
    def text(self) -> str:
        return f"{self.count:,}" if self.count <= COUNTED else f"over {COUNTED:,}"


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release, and whether it is the one that a date of service of today uses as a stand-in."""

    release: Release
    in_force: bool
    stands_in: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of the last runs."""

    runs: int
    median: int
    slowest: int


def by_status() -> list[StatusCount]:
    """Every status, in the order of a chart's life."""
    return [
        StatusCount(status.value, status.label, Chart.objects.filter(status=status)[: COUNTED + 1].count())
        for status in Chart.Status
    ]


def failed() -> list[Chart]:
    """The charts that got no suggestions and wait for somebody to look, newest first."""
    return list(Chart.objects.filter(status=Chart.Status.FAILED).order_by("-pk")[:FAILED_SHOWN])


def releases(today: date) -> list[ReleaseRow]:
    """All releases, the newest of each code system first."""
    rows, seen = [], set()
    for release in Release.objects.order_by("code_system", "-valid_from"):
        begun = release.valid_from <= today
        newest_begun = begun and release.code_system not in seen
        if newest_begun:
            seen.add(release.code_system)
        over = release.valid_to is not None and release.valid_to < today
        rows.append(ReleaseRow(release, newest_begun and not over, newest_begun and over))
    return rows


def model_versions() -> list[ModelVersion]:
    """Every edition of a proposer that ever answered, the newest first."""
    return list(ModelVersion.objects.order_by("-first_seen_at", "-pk"))


def last_runs() -> list[InferenceRun]:
    return list(InferenceRun.objects.select_related("model_version").order_by("-pk")[:RUNS_SHOWN])


def timing() -> Timing | None:
    """How long the last runs took; None before the first."""
    times = list(InferenceRun.objects.order_by("-pk").values_list("duration_ms", flat=True)[:RUNS_TIMED])
    return Timing(len(times), round(median(times)), max(times)) if times else None
