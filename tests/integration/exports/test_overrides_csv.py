"""The decision log as CSV: what is in it, what is kept out, and that it is never held in memory."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review.actions import deciding, exporting, undoing
from review.actions.errors import InvalidInputError, NotAllowedError
from review.exports import cells, log
from review.exports.filters import DecisionFilter, decisions
from review.models import AuditEvent, Chart, Decision, Role, User
from tests.factories import World

URL = "/exports/overrides.csv"


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.users[Role.ADMIN])
    return client


@pytest.fixture
def decided(world: World) -> World:
    """One decision of each act on the outpatient chart, the rejection undone."""
    first, second, third = world.outpatient.suggestions.order_by("rank")[:3]
    deciding.accept(first, by=world.coder)
    deciding.modify(second, by=world.coder, code="E11.65", reason="less_specific", comment="Mrs. Example said so")
    rejection = deciding.reject(third, by=world.coder, reason="negated", seconds_spent=12)
    undoing.undo(world.outpatient, by=world.coder, decision=rejection)
    deciding.add(world.outpatient, by=world.coder, code="Z87.891")
    return world


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def bulk(chart: Chart, coder: User, at: list[datetime], **values: Any) -> None:
    """Added codes at these moments, straight into the log."""
    rows = [
        {"chart": chart, "coder": coder, "act": "add", "code_system": "ICD-10-CM", "final_code": "I10", **values}
        for _ in at
    ]
    Decision.objects.bulk_create(
        Decision(specialty="Cardiology", decided_at=moment, **row) for moment, row in zip(at, rows, strict=True)
    )


def test_overrides_carry_everything_a_reader_needs(admin: Client, decided: World) -> None:
    modified, rejected = rows_of(admin.get(URL))
    suggestion = decided.outpatient.suggestions.order_by("rank")[1]
    decision = Decision.objects.get(act="modify")
    assert modified == {
        "decision_id": str(decision.pk),
        "decided_at": decision.decided_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "week": modified["week"],
        "coder": decided.coder.username,
        "specialty": "Family Medicine",
        "act": "modify",
        "code_system": "ICD-10-CM",
        "suggested_code": suggestion.display,
        "final_code": "E11.65",
        "reason": "less_specific",
        "seconds_spent": "",
        "confidence": str(round(suggestion.confidence, 4)),
        "band": suggestion.band,
        "model_version": str(suggestion.run.model_version),
        "prompt_version": suggestion.run.prompt_version,
        "chart": str(decided.outpatient.public_id),
        "undone": "no",
        "simulated": "no",
    }
    assert (rejected["act"], rejected["undone"], rejected["seconds_spent"]) == ("reject", "yes", "12")


def test_the_whole_log_holds_every_act_in_the_order_of_time(admin: Client, decided: World) -> None:
    rows = rows_of(admin.get(URL, {"scope": "all"}))
    assert [row["act"] for row in rows] == ["accept", "modify", "reject", "undo", "add"]


def test_comments_and_names_of_patients_stay_inside(admin: Client, decided: World) -> None:
    content = b"".join(admin.get(URL, {"scope": "all"}).streaming_content)  # type: ignore[attr-defined]
    assert b"Example" not in content
    assert b"T-" not in content


@pytest.mark.parametrize(
    ("query", "acts"),
    [
        ({"code": "e1165"}, ["modify"]),
        ({"code": "Z87.891"}, ["add"]),
        ({"specialty": "Cardiology"}, []),
        ({"specialty": "Family Medicine", "coder": "coder", "code": "E11.65"}, ["modify"]),
        ({"coder": "admin"}, []),
        ({"from": "2999-01-01"}, []),
        ({"to": "2000-01-01"}, []),
    ],
)
def test_filters_narrow_the_rows(query: dict[str, str], acts: list[str], admin: Client, decided: World) -> None:
    assert [row["act"] for row in rows_of(admin.get(URL, {"scope": "all", **query}))] == acts


def test_days_are_whole_days_of_the_hospital_and_weeks_its_mondays(world: World, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    # The last second of Sunday, March 8, 2026 in New York, on which clocks went forward, and the next.
    sunday, monday = datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC), datetime(2026, 3, 9, 4, 0, 0, tzinfo=UTC)
    bulk(world.outpatient, world.coder, [sunday, monday])
    asked = DecisionFilter.parse({"scope": "all", "from": "2026-03-08", "to": "2026-03-08"})
    assert [row[1:3] for row in log.rows(decisions(asked))] == [("2026-03-09T03:59:59Z", "2026-03-02")]
    asked = DecisionFilter.parse({"scope": "all", "from": "2026-03-09", "to": "2026-03-09"})
    assert [row[1:3] for row in log.rows(decisions(asked))] == [("2026-03-09T04:00:00Z", "2026-03-09")]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"scope": "everything"}, "scope"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"to": "0001-01-01"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "2026-06-02", "to": "2026-06-01"}, "from"),
        ({"coder": "nobody"}, "coder"),
        ({"code": "E11.65; DROP"}, "code"),
        ({"specialty": "x" * 61}, "specialty"),
        ({"specialty": "a\x00b"}, "specialty"),
        ({"coder": "\x00"}, "coder"),
    ],
)
def test_a_wrong_filter_is_a_400_that_names_it(query: dict[str, str], field: str, admin: Client) -> None:
    with pytest.raises(InvalidInputError) as refused:
        DecisionFilter.parse(query)
    assert refused.value.field == field
    for url in (URL, reverse("exports")):
        response = admin.get(url, query)
        assert response.status_code == 400
        assert field in response.content.decode()
    assert not AuditEvent.objects.filter(event="export.overrides").exists()


def test_who_asked_for_what_is_on_record_before_the_first_line(world: World) -> None:
    lines = exporting.export_overrides(DecisionFilter.parse({"code": "E11.65", "coder": "coder"}), by=world.admin)
    event = AuditEvent.objects.get(event="export.overrides")
    assert event.actor == world.admin
    assert event.detail == {"filter": {"scope": "overrides", "coder": "coder", "code": "E1165"}}
    assert next(lines).startswith("decision_id,decided_at,week")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_everybody_but_admins_is_refused_and_nothing_is_read(role: Role, world: World) -> None:
    with pytest.raises(NotAllowedError):
        exporting.export_overrides(DecisionFilter(), by=world.users[role])
    client = Client()
    client.force_login(world.users[role])
    assert client.get(URL).status_code == 403
    assert not AuditEvent.objects.filter(event="export.overrides").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_a_cell_that_starts_a_formula_is_defused(start: str) -> None:
    (_, line) = cells.lines(["a"], [[f'{start}HYPERLINK("http://x")']])
    (cell,) = next(csv.reader(io.StringIO(line, newline="")))
    assert cell == f'\'{start}HYPERLINK("http://x")'


def test_harmless_cells_stay_as_they_are() -> None:
    assert [cells.safe(value) for value in ("I10", "", 3, -3, None, 0.5, "a=b")] == [
        "I10",
        "",
        3,
        -3,
        None,
        0.5,
        "a=b",
    ]


def test_a_formula_in_the_log_reaches_the_file_defused(admin: Client, world: World) -> None:
    bulk(world.outpatient, world.coder, [datetime(2026, 6, 1, tzinfo=UTC)], reason="=1+1", prompt_version="@SUM(A1)")
    (row,) = rows_of(admin.get(URL, {"scope": "all"}))
    assert (row["reason"], row["prompt_version"]) == ("'=1+1", "'@SUM(A1)")


def test_rows_are_read_a_batch_at_a_time_while_they_are_sent(world: World) -> None:
    same_moment = [datetime(2026, 6, 1, 12, 0, tzinfo=UTC)] * 5
    later = [datetime(2026, 6, 1, 13, minute, tzinfo=UTC) for minute in range(4)]
    bulk(world.outpatient, world.coder, later + same_moment)
    with CaptureQueriesContext(connection) as queries:
        rows = log.rows(Decision.objects.all(), batch_size=2)
        assert len(queries) == 0
        first = [next(rows), next(rows)]
        assert len(queries) == 1
        rest = list(rows)
    assert len(queries) == 5
    wanted = Decision.objects.order_by("decided_at", "pk").values_list("pk", flat=True)
    assert [row[0] for row in first + rest] == list(wanted)


def test_the_response_is_streamed_and_never_cached(admin: Client, decided: World) -> None:
    response = admin.get(URL, {"from": "2026-01-01"})
    assert isinstance(response, StreamingHttpResponse)
    assert not response.is_async
    assert "Content-Length" not in response.headers
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="overrides-from-2026-01-01.csv"'
    assert response.headers["Cache-Control"] == "no-store, private"
    response.close()


def test_an_export_of_nothing_is_a_header_line(admin: Client) -> None:
    assert b"".join(admin.get(URL).streaming_content).decode() == ",".join(log.HEADER) + "\r\n"  # type: ignore[attr-defined]
