"""From decisions on FINAL charts to labels, and from labels to an artefact, as a hospital's admin does it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inference.schema import Band
from review import learning
from review.actions import deciding, finalizing
from review.models import Chart, Suggestion
from tests.factories import World


def finalized(chart: Chart, world: World) -> Chart:
    """The best suggestion rejected, one code added, everything else accepted."""
    best, *others = chart.suggestions.exclude(band=Band.LOW).order_by("rank")
    deciding.reject(best, by=world.coder, reason="unsupported")
    for suggestion in others:
        deciding.accept(suggestion, by=world.coder)
    deciding.add(chart, by=world.coder, code="M10.9")
    chart.refresh_from_db()
    return finalizing.finalize(chart, by=world.coder, version=chart.version)


def test_only_final_charts_teach(world: World) -> None:
    assert list(learning.final_charts()) == []
    finalized(world.outpatient, world)
    assert len(list(learning.final_charts())) == 1


def test_kept_and_refused_follow_the_decisions(world: World) -> None:
    best = world.suggestion
    finalized(world.outpatient, world)
    (chart,) = learning.final_charts()
    (opinion,) = chart.opinions
    assert "M109" in opinion.kept
    assert best.code in opinion.refused
    assert opinion.kept.isdisjoint(opinion.refused)
    low = world.outpatient.suggestions.filter(state=Suggestion.State.PENDING).values_list("code", flat=True)
    assert opinion.refused.issuperset(low)
    assert chart.chart.notes[0].text.startswith("CHIEF COMPLAINT")


def test_the_key_names_no_chart(world: World) -> None:
    chart = finalized(world.outpatient, world)
    (labelled,) = learning.final_charts()
    assert str(chart.pk) != labelled.key
    assert str(chart.public_id) not in labelled.key


def test_simulated_charts_teach_only_when_asked(world: World) -> None:
    chart = finalized(world.outpatient, world)
    Chart.objects.filter(pk=chart.pk).update(simulated=True)
    assert list(learning.final_charts()) == []
    assert len(list(learning.final_charts(simulated=True))) == 1


def test_charts_can_be_chosen_by_when_they_were_finalized(world: World) -> None:
    at = finalized(world.outpatient, world).finalized_at
    assert at is not None
    assert list(learning.final_charts(since=at + timedelta(seconds=1))) == []
    assert list(learning.final_charts(before=at)) == []
    assert len(list(learning.final_charts(since=at))) == 1


def test_a_handful_of_charts_is_too_few_to_be_believed(world: World, tmp_path: Path) -> None:
    finalized(world.outpatient, world)
    with pytest.raises(CommandError, match="nothing is written"):
        call_command("train_builtin", "--from-decisions", out=tmp_path, stdout=io.StringIO())
    assert list(tmp_path.iterdir()) == []


def test_forced_it_is_written_and_marked_as_no_better(world: World, tmp_path: Path) -> None:
    finalized(world.outpatient, world)
    shown = io.StringIO()
    call_command("train_builtin", "--from-decisions", "--force", out=tmp_path, stdout=shown)
    (file,) = tmp_path.iterdir()
    card = json.loads(file.read_text(encoding="utf-8"))["card"]
    assert card["better"] is False
    assert card["compared_with"] == "packaged"
    assert card["decisions_until"]
    assert "decisions: 1 charts" in shown.getvalue()


def test_without_decisions_there_is_nothing_to_learn(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to learn"):
        call_command("train_builtin", "--from-decisions", out=tmp_path, stdout=io.StringIO())


def test_notes_need_their_gold(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="needs its --gold"):
        call_command("train_builtin", "--notes", str(tmp_path / "n.jsonl"), out=tmp_path, stdout=io.StringIO())


def test_a_bad_line_is_named(world: World, tmp_path: Path) -> None:
    notes, gold = tmp_path / "notes.jsonl", tmp_path / "gold.jsonl"
    notes.write_text('{"id": "1"}\n', encoding="utf-8")
    gold.write_text('{"id": "1", "codes": ["I10"]}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="line 1, field 'text'"):
        call_command("train_builtin", "--notes", str(notes), "--gold", str(gold), out=tmp_path, stdout=io.StringIO())
