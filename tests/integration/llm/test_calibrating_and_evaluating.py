"""From a model server to an adopted calibration and figures, by the commands that an admin uses."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inference import adopted, registry
from inference.llm import session
from inference.llm_engine import LlmEngine
from inference.models import Adoption, Routing
from inference.schema import Band, ChartText, NoteText
from review.actions import adopting
from tests.factories import World
from tests.fake_llm import FakeLlm, Reply

pytestmark = pytest.mark.django_db

STATED = {
    "Hypertension": "I10",
    "Gout": "M10.9",
    "Asthma": "J45.909",
    "Migraine": "G43.909",
    "Hypothyroidism": "E03.9",
}
CHARTS = 120


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeLlm]:
    session.reset()
    with FakeLlm(model="org/base-7b", adapters={"icd-lora": "/adapters/icd"}, context=32_768) as server:
        settings.VLLM_URLS = [server.url]
        yield server
        session.reset()


def answer(body: dict[str, Any]) -> Reply:
    """Names what a note states, the first two surely; the last one is never what the coder keeps."""
    text = body["messages"][1]["content"].partition("<candidates>")[0]
    attributes = {"laterality": "none", "episode": "none", "acuity": "none", "certainty": "confirmed"}
    items = [
        {"quotes": [name], "reason": "", "attributes": attributes, "code_system": "ICD-10-CM", "code": code}
        for name, code in STATED.items()
        if name in text
    ]
    written = json.dumps({"codes": items})
    unsure = written.find("E03.9") if "E03.9" in written else len(written)
    return Reply(written, logprob=lambda offset, token: -2.0 if abs(offset - unsure) < 8 else -0.01)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Notes of two or three conditions. Coders never keep hypothyroidism, which the model always names."""
    names = list(STATED)
    notes, gold = [], []
    for number in range(CHARTS):
        chosen = [names[number % 4], names[(number + 1) % 4], "Hypothyroidism"]
        listed = "".join(f"{place}. {name}.\n" for place, name in enumerate(chosen, start=1))
        notes.append({"id": f"n{number}", "text": f"ASSESSMENT\n{listed}"})
        gold.append({"id": f"n{number}", "codes": [STATED[name] for name in chosen[:2]]})
    paths = {"notes": tmp_path / "notes.jsonl", "gold": tmp_path / "gold.jsonl"}
    for name, rows in (("notes", notes), ("gold", gold)):
        paths[name].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return paths


def calibrate(files: dict[str, Path], out: Path, **options: Any) -> str:
    shown = io.StringIO()
    call_command(
        "calibrate_coder",
        notes=files["notes"],
        gold=[files["gold"]],
        out=out,
        stdout=shown,
        stderr=io.StringIO(),
        **options,
    )
    return shown.getvalue()


def test_a_calibration_is_measured_adopted_and_taken_back(
    world: World, fake: FakeLlm, files: dict[str, Path], tmp_path: Path
) -> None:
    fake.answer = answer
    shown = calibrate(files, tmp_path / "models", engine="vllm", adopt=world.admin.username)
    (file,) = (tmp_path / "models").iterdir()
    card = json.loads(file.read_text(encoding="utf-8"))["card"]
    assert (card["base_model"], card["adapter"], card["better"]) == ("org/base-7b", "", True)
    assert card["subject"] in shown
    row = Adoption.objects.get()
    assert (row.subject, row.name) == (card["subject"], file.stem)

    on, text = timezone.localdate(), ChartText(notes=(NoteText("n", "ASSESSMENT\n1. Hypertension.\n2. Gout.\n"),))
    sure = registry.load("vllm", on).propose(text)
    assert {each.band for each in sure.proposals} == {Band.HIGH}
    assert f"cal-{row.digest[:6]}" in sure.model_version
    other = registry.load("vllm", on, "icd-lora").propose(text)
    assert {each.band for each in other.proposals} == {Band.LOW}, "another adapter has to be measured by itself"
    assert adopted.name() == adopted.PACKAGED, "the built-in coder's weights are not touched"

    adopting.go_back(by=world.admin, subject=card["subject"])
    unsure = registry.load("vllm", on).propose(text)
    assert {each.band for each in unsure.proposals} == {Band.LOW}
    assert "uncalibrated" in unsure.model_version


def test_engines_are_measured_at_once_with_a_sample_of_documents(
    fake: FakeLlm, files: dict[str, Path], settings: Any
) -> None:
    fake.answer = answer
    fake.latency = 0.05
    out, err = io.StringIO(), io.StringIO()
    arguments = ["--engine", "vllm", "--engine", "ensemble", "--engine", "builtin", "--sample", "30", "--json"]
    call_command("evaluate_coding", *arguments, notes=files["notes"], gold=[files["gold"]], stdout=out, stderr=err)
    found = json.loads(out.getvalue())
    assert found["documents"] == 30
    assert [system["name"] for system in found["systems"]] == ["vllm", "ensemble", "builtin"]
    assert "A sample of 30 of 120 documents." in err.getvalue()
    assert fake.max_in_flight_seen > 4
    vllm, ensemble, builtin = found["systems"]
    assert vllm["exact"]["micro"]["proposed"] == 0, "unmeasured, nothing is HIGH or MEDIUM"
    assert ensemble["exact"]["micro"] == builtin["exact"]["micro"]
    assert vllm["verbatim"]["false"] == 0


def test_a_server_that_is_away_is_said(fake: FakeLlm, files: dict[str, Path], tmp_path: Path, settings: Any) -> None:
    fake.stop()
    settings.VLLM_TIMEOUT = 1.0
    with pytest.raises(CommandError, match="model server"):
        calibrate(files, tmp_path, engine="ensemble", sample=3)
    with pytest.raises(CommandError, match="model server"):
        call_command(
            "evaluate_coding",
            engine=["vllm"],
            notes=files["notes"],
            gold=[files["gold"]],
            sample=2,
            stderr=io.StringIO(),
        )


def test_a_handful_of_charts_is_too_few(fake: FakeLlm, files: dict[str, Path], tmp_path: Path) -> None:
    fake.answer = answer
    with pytest.raises(CommandError, match="nothing is written"):
        calibrate(files, tmp_path / "models", engine="vllm", sample=5)
    assert not (tmp_path / "models").exists()


def test_the_routing_decides_which_engine_answers(fake: FakeLlm, settings: Any) -> None:
    settings.CODER_ENGINE = "ensemble"
    on = timezone.localdate()
    assert registry.routed(on) is registry.load("ensemble", on)
    Routing.objects.create(engine="vllm")
    routed = registry.routed(on)
    assert isinstance(routed, LlmEngine)
    assert (routed.name, routed.adapter) == ("vllm", "")
    Routing.objects.create(engine="builtin")
    assert registry.routed(on) is registry.builtin(on)
