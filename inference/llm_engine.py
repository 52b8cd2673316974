"""The engines that ask a language model: it alone, or joined with the built-in coder.

In order: the chart as the built-in coder reads it → candidates → prompt → model server → checks → calibration.
Whatever needs the database happens before (`registry` hands over what was adopted), so that nothing here touches it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from inference.calibration import DEFAULT_SYSTEM, Artefact, ArtefactError, Calibration, Weights
from inference.engine import SHORT, shown
from inference.grounding import Grounded
from inference.llm import session, subject
from inference.llm.client import Client
from inference.llm.wire import Lane
from inference.procedures import Procedures
from inference.proposers import ensemble
from inference.proposers.ensemble import MODEL_ODDS, UNMEASURED, Features, Joined
from inference.proposers.vllm.asking import Asker, Heard, Prepared, Served
from inference.schema import ChartText, Outcome, Proposal
from inference.support import INSTRUCTED, untouched

GENERATION = "llm-1"  # raise with every change of candidates or checks that may change what is proposed
VLLM, ENSEMBLE = "vllm", "ensemble"
LONGEST_VERSION = 120  # as `ModelVersion.version`
LONGEST_BASE, LONGEST_ADAPTER = 24, 20
UNCALIBRATED = "uncalibrated"
NOT_MEASURED = "this model's confidence has not been measured"
NAMED_TOO = "named by the language model too"


@dataclass(frozen=True, slots=True)
class Measured:
    """A score's way to a probability, as somebody measured and adopted it."""

    weights: Weights
    calibrated: Calibration
    digest: str

    def probability(self, features: Features) -> float:
        """The probability that a coder keeps a code of these features."""
        return self.calibrated.probability(self.weights.score(features))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A chart after asking: every code that stood, with what is known about it."""

    prepared: Prepared
    heard: Heard
    codes: tuple[Joined, ...]


class LlmEngine:
    """The language model alone. Its suggestions are LOW until a calibration of its own is adopted."""

    name = VLLM

    def __init__(
        self,
        asker: Asker,
        adapter: str = "",
        client: Callable[[], Client] = session.client,
        procedures: Procedures | None = None,
    ) -> None:
        self.asker = asker
        self.adapter = adapter
        self.client = client
        self.procedures = procedures  # the built-in coder's, after the diagnoses: no model is asked for them
        self.adopted: Mapping[str, Artefact] = {}  # by subject; `inference.adopted` refreshes it …
        self.adoption = 0  # … when there is a later one than this
        self._served: Served | None = None

    @property
    def model_version(self) -> str:
        """Instructions, model and calibration; before the first answer the model as the settings name it."""
        served = self._served or Served(self.asker.config.model or "unasked", self.adapter, 0)
        return self._version(served, self.measured(served))

    def propose(self, chart: ChartText) -> Outcome:
        """The same as `apropose` for who does not mind waiting. Not from the session's own loop."""
        return session.run(self.apropose(chart))

    async def apropose(self, chart: ChartText, *, lane: Lane = Lane.BACKLOG) -> Outcome:
        """What the model names and the checks left. Raises what `Client.ask` raises, `ServerAwayError` above all."""
        outcome = self._outcome(await self.weighed(chart, lane=lane))
        if self.procedures is None:
            return outcome
        done = await asyncio.to_thread(self.procedures.propose, chart, outcome.dropped)
        return replace(outcome, proposals=outcome.proposals + done)

    async def weighed(self, chart: ChartText, *, lane: Lane = Lane.BACKLOG) -> Weighed:
        """The codes that stood before calibration: what a calibration is fitted on."""
        prepared = await asyncio.to_thread(self.asker.prepare, chart)
        heard = await self.asker.hear(prepared, self.client(), self.adapter, lane)
        self._served = heard.served
        return Weighed(prepared, heard, tuple(self._joined(prepared, heard)))

    def subject(self, served: Served) -> str:
        """What a calibration must have been measured on to count here."""
        return subject.name(self.name, served.base, served.adapter, self.asker.prompt_version)

    def measured(self, served: Served) -> Measured | None:
        """The calibration adopted for exactly this model, adapter and prompt, if there is one."""
        artefact = self.adopted.get(self.subject(served))
        if artefact is None:
            return None
        try:
            calibrated = artefact.calibration(self.asker.builtin.snapshot.code_system or DEFAULT_SYSTEM)
        except ArtefactError:
            return None
        return Measured(artefact.weights, calibrated, artefact.digest)

    def features(self, code: Joined) -> Features:
        """What the calibration reads of a code."""
        return {MODEL_ODDS: ensemble.log_odds(code.named or 0.0)}

    def _joined(self, prepared: Prepared, heard: Heard) -> list[Joined]:
        return [Joined(item, None, item.score) for item in heard.kept]

    def _outcome(self, weighed: Weighed) -> Outcome:
        measured = self.measured(weighed.heard.served)
        dropped = dict(weighed.heard.wrong)
        if measured is None:
            likely = [(_unmeasured(each.item), UNMEASURED.probability(each.item.score)) for each in weighed.codes]
            return self._answer(weighed, shown(likely, dropped, UNMEASURED, self._system), dropped, None)
        likely = [(each.item, measured.probability(self.features(each))) for each in weighed.codes]
        return self._answer(weighed, shown(likely, dropped, measured.calibrated, self._system), dropped, measured)

    @property
    def _system(self) -> str:
        return self.asker.builtin.snapshot.code_system

    def _answer(
        self, weighed: Weighed, proposals: tuple[Proposal, ...], dropped: dict[str, int], measured: Measured | None
    ) -> Outcome:
        served = weighed.heard.served
        return Outcome(
            proposals,
            engine=self.name,
            model_version=self._version(served, measured),
            prompt_version=self.asker.prompt_version,
            dropped=dropped,
            base_model=served.base[:LONGEST_VERSION],
            adapter=served.adapter,
            usage=weighed.heard.usage,
        )

    def _version(self, served: Served, measured: Measured | None) -> str:
        named = subject.short(served.base, LONGEST_BASE)
        if served.adapter:
            named += f"+{subject.short(served.adapter, LONGEST_ADAPTER)}"
        calibrated = f"cal-{measured.digest[:SHORT]}" if measured else UNCALIBRATED
        return f"{GENERATION} {named} {self.asker.prompt_version} {calibrated}"[:LONGEST_VERSION]


class EnsembleEngine(LlmEngine):
    """Both together. Unmeasured, it is the built-in coder with the model's further codes as LOW."""

    name = ENSEMBLE

    def features(self, code: Joined) -> Features:
        """Both opinions."""
        return code.features

    def _joined(self, prepared: Prepared, heard: Heard) -> list[Joined]:
        claimed = _spoken_for(prepared, heard.wrong)
        return ensemble.joined(claimed, heard.kept)

    def _outcome(self, weighed: Weighed) -> Outcome:
        if self.measured(weighed.heard.served) is not None:
            return super()._outcome(weighed)
        dropped = dict(weighed.heard.wrong)
        calibrated = weighed.prepared.tuned.calibrated
        own = [(_seconded(each), each.claimed) for each in weighed.codes if each.claimed is not None]
        proposals = shown(own, dropped, calibrated, self._system)
        known = {each.code for each in proposals}
        more = [
            (_unmeasured(each.item), UNMEASURED.probability(each.named))
            for each in weighed.codes
            if each.named is not None and each.item.entry.code not in known
        ]
        low = shown(more, dropped, UNMEASURED, self._system)
        ordered = sorted((*proposals, *low), key=lambda item: (-item.confidence, item.code))
        return self._answer(weighed, tuple(ordered), dropped, None)

    def _version(self, served: Served, measured: Measured | None) -> str:
        both = f"{super()._version(served, measured)} {self.asker.builtin.model_version}"
        done = f"+{self.procedures.version}" if self.procedures else ""
        return f"{both}{done}"[:LONGEST_VERSION]


def _spoken_for(prepared: Prepared, wrong: Counter[str]) -> list[tuple[Grounded, float]]:
    """The built-in coder's claims without evidence from passages addressed to a machine."""
    kept = []
    for item, probability in prepared.claimed:
        evidence = untouched(item.evidence, prepared.judge)
        if evidence:
            kept.append(
                (item if len(evidence) == len(item.evidence) else replace(item, evidence=evidence), probability)
            )
        else:
            wrong[INSTRUCTED] += 1
    return kept


def _unmeasured(item: Grounded) -> Grounded:
    return replace(item, reason=f"{item.reason} ({NOT_MEASURED})" if item.reason else NOT_MEASURED)


def _seconded(code: Joined) -> Grounded:
    """The built-in coder's claim with a word that the model agrees; nothing else of it changes."""
    if code.named is None:
        return code.item
    return replace(code.item, reason=f"{code.item.reason}, {NAMED_TOO}")
