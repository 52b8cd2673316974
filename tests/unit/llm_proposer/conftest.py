"""The real engine over the real code book; only the model behind the socket is scripted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inference import engine
from inference.engine import Engine
from inference.evaluation.bm25 import Bm25
from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm_engine import LlmEngine
from inference.proposers.vllm.asking import Asker
from inference.schema import ChartText, NoteText, Outcome, Setting
from medcode.codebook.loaders import icd10cm
from medcode.codebook.snapshot import Snapshot
from tests.fake_llm import FakeLlm

NOTE = """HPI
64-year-old woman with type 2 diabetes mellitus and hypertension. She denies chest pain. Her mother had breast cancer.

ASSESSMENT
1. Type 2 diabetes mellitus with diabetic neuropathy. Continue metformin.
2. Hypertension. Continue lisinopril.
3. Gout, left foot.
"""


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return icd10cm.snapshot()


@pytest.fixture(scope="session")
def builtin(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return engine.load(snapshot, Path(tmp_path_factory.getbasetemp().parent) / "names")


@pytest.fixture(scope="session")
def search(snapshot: Snapshot) -> Bm25:
    return Bm25(snapshot)


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm(model="org/base-7b", adapters={"icd-lora": "/adapters/icd"}, context=32_768) as server:
        yield server


def chart(text: str = NOTE, **changes: Any) -> ChartText:
    return ChartText(
        **{"notes": (NoteText("note", text),), "setting": Setting.OUTPATIENT, "sex": "F", "age": 64, **changes}
    )


def item(code: str, *quotes: str, **changes: Any) -> dict[str, Any]:
    """One code as an obedient model writes it."""
    attributes = {"laterality": "none", "episode": "none", "acuity": "none", "certainty": "confirmed"}
    return {
        "quotes": list(quotes),
        "reason": "Stated.",
        "attributes": attributes | changes.pop("attributes", {}),
        "code_system": "ICD-10-CM",
        "code": code,
        **changes,
    }


def said(*items: dict[str, Any]) -> str:
    return json.dumps({"codes": list(items)})


def shown_candidates(body: dict[str, Any]) -> list[str]:
    """The codes between the tags of a request, as they are displayed."""
    _, _, tail = body["messages"][-1]["content"].rpartition("<candidates>\n")
    return [line.split(" ", 1)[0] for line in tail.partition("\n</candidates>")[0].splitlines()]


def lettered(body: dict[str, Any]) -> dict[str, str]:
    """Of a question in letters: the letter of each code, and of "none of these"."""
    _, _, tail = body["messages"][-1]["content"].rpartition("<candidates>\n")
    lines = [line.split(". ", 1) for line in tail.partition("\n</candidates>")[0].splitlines()]
    return {said if said == "none of these" else said.split(" ", 1)[0]: letter for letter, said in lines}


@dataclass
class Asking:
    """Asks through the real client. Options are those of `Config`."""

    fake: FakeLlm
    builtin: Engine
    search: Bm25
    options: dict[str, Any] = field(default_factory=dict)

    def engine(self, kind: type[LlmEngine] = LlmEngine, adapter: str = "") -> tuple[LlmEngine, Client]:
        config = Config(urls=(self.fake.url,), attempts=1, **self.options)
        client = Client(config)
        return kind(Asker(config, self.builtin, self.search), adapter, lambda: client), client

    def __call__(
        self, text: ChartText | None = None, kind: type[LlmEngine] = LlmEngine, adapter: str = "", **options: Any
    ) -> Outcome:
        return self.all([text or chart()], kind, adapter, **options)[0]

    def all(
        self, texts: list[ChartText], kind: type[LlmEngine] = LlmEngine, adapter: str = "", **options: Any
    ) -> list[Outcome]:
        self.options = {**self.options, **options}

        async def run() -> list[Outcome]:
            made, client = self.engine(kind, adapter)
            try:
                return [await made.apropose(each) for each in texts]
            finally:
                await client.close()

        return asyncio.run(run())


@pytest.fixture
def ask(fake: FakeLlm, builtin: Engine, search: Bm25) -> Asking:
    return Asking(fake, builtin, search)


def codes(outcome: Outcome) -> set[str]:
    return {proposal.code for proposal in outcome.proposals}


Scripted = Callable[[dict[str, Any]], str]
