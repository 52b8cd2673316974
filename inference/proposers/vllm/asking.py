"""Asks a language model about a chart, in the mode of the settings, and checks what it answers.

The work is parted so that an event loop is never held up: reading the chart and checking the answers run in threads.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inference.engine import Engine, Tuned
from inference.evaluation.bm25 import Bm25
from inference.grounding import Grounded
from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm.errors import RequestRefusedError, UnknownModelError
from inference.llm.wire import Answer, Lane, ServedModel, Usage
from inference.proposers.builtin import Builtin
from inference.proposers.vllm import answers, schemas
from inference.proposers.vllm.answers import Item, Statement
from inference.proposers.vllm.checks import Checker, Claim, together, united
from inference.proposers.vllm.confidence import whole
from inference.proposers.vllm.questions import (
    CONSTRAINED,
    TWO_STEP,
    UNSAID_CONTEXT,
    Composer,
    Question,
    too_long,
)
from inference.proposers.vllm.shortlist import MOST_FOR_STATEMENT, Candidate, Shortlist, shortlist
from inference.schema import ChartText, Evidence
from inference.support import Judge, Names
from inference.text.tokens import norms
from medcode.codebook.snapshot import CodeEntry, dotted

T = TypeVar("T")

STATEMENTS_AT_ONCE = 8  # questions of one chart; the client bounds those of all charts
SHORTER = 0.7  # of the room, where a server refused a prompt that should have fitted
NO_CANDIDATE = "no candidate for the statement"
REFUSED = "question refused by the server"
STATEMENT_GONE = "statement not in note"


@dataclass(frozen=True, slots=True)
class Served:
    """The base model, the adapter that is asked for ("" for none), and how many tokens prompt and answer may take."""

    base: str
    adapter: str
    context: int

    @property
    def name(self) -> str:
        """The served name that a request carries."""
        return self.adapter or self.base


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chart as the built-in coder read it: `claimed` are its claims that stood, with their probabilities."""

    chart: ChartText
    tuned: Tuned
    claimed: list[tuple[Grounded, float]]
    dropped: dict[str, int]
    judge: Judge
    listed: Shortlist


@dataclass(slots=True)
class Heard:
    """What the model claimed and what stood of it, with raw scores; `wrong` counts what did not stand."""

    served: Served
    kept: list[Grounded] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)


class Asker:
    """Asks about one chart after the other, or about many at a time. Holds no chart."""

    def __init__(self, config: Config, builtin: Engine, search: Bm25) -> None:
        self.config = config
        self.builtin = builtin
        self.search = search
        self.names = Names(_proposer(builtin.tuned).index)
        self.composer = Composer(config, config.mode, builtin.snapshot.code_system)
        self._served: dict[str, ServedModel] = {}

    @property
    def prompt_version(self) -> str:
        """The version of the instructions."""
        return self.composer.template.version

    def prepare(self, chart: ChartText) -> Prepared:
        """Read the chart as the built-in coder does, and list the candidates."""
        tuned = self.builtin.tuned
        proposer = _proposer(tuned)
        case = proposer.case(chart)
        claimed, dropped = self.builtin.judged(proposer.claims(case), chart, tuned)
        judge = Judge(case, self.names)
        return Prepared(chart, tuned, claimed, dropped, judge, shortlist(chart, claimed, judge, self.search))

    async def served(self, client: Client, adapter: str) -> Served:
        """Which model answers now. Raises `ServerAwayError`."""
        base = await client.base_model()
        if base not in self._served:
            self._served = {model.name: model for model in await client.models()}
        known = self._served.get(base)
        return Served(base, adapter, self.config.context or (known.context if known else 0) or UNSAID_CONTEXT)

    async def hear(self, prepared: Prepared, client: Client, adapter: str, lane: Lane) -> Heard:
        """Ask, read and check. Raises what `Client.ask` raises."""
        served = await self.served(client, adapter)
        try:
            return await self._heard(prepared, client, served, lane, 1.0)
        except RequestRefusedError as error:
            if not too_long(error):
                raise
        # Counted, it fitted; the server counted otherwise, or has no counter: once more with less of the notes.
        return await self._heard(prepared, client, served, lane, SHORTER)

    async def _heard(self, prepared: Prepared, client: Client, served: Served, lane: Lane, share: float) -> Heard:
        chart, listed, model = prepared.chart, prepared.listed, served.name
        questions = await self.composer.fitted(chart, listed, client, model, served.context, share)
        heard = Heard(served)
        checker = Checker(chart, self.builtin.snapshot, prepared.judge, heard.wrong)
        asked = _Asked(self, prepared, checker, client, served, lane, heard)
        parts = await all_of([asked.about(question) for question in questions])
        heard.kept = united(item for part in parts for item in part)
        return heard


@dataclass(frozen=True, slots=True)
class _Asked:
    """The asking about one chart: what all its questions share. `lock`: the checker works for one at a time."""

    asker: Asker
    prepared: Prepared
    checker: Checker
    client: Client
    served: Served
    lane: Lane
    heard: Heard
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def about(self, question: Question) -> list[Grounded]:
        """The claims of one question that stand."""
        composer, model = self.asker.composer, self.served.name
        answer = await self.client.ask(composer.request(question, model, self.served.context), self.lane)
        self._count(answer, question)
        if composer.mode == TWO_STEP:
            return await self._chosen(question, answer)
        async with self.lock:
            return await asyncio.to_thread(self._checked, question, answer)

    def _checked(self, question: Question, answer: Answer) -> list[Grounded]:
        samples = [answers.items(sample, self.heard.wrong) for sample in answer.samples]
        shown = frozenset(each.entry.code for each in question.candidates)
        allowed = shown if self.asker.composer.mode == CONSTRAINED else None
        return self.checker.checked(together(samples), allowed)

    # --- Two steps ---------------------------------------------------------------------------------

    async def _chosen(self, question: Question, answer: Answer) -> list[Grounded]:
        async with self.lock:
            found = await asyncio.to_thread(self._statements, answer)
        gate = asyncio.Semaphore(STATEMENTS_AT_ONCE)
        claims = await all_of([self._choice(question, *each, gate) for each in found])
        flat = [claim for each in claims for claim in each]
        async with self.lock:
            return await asyncio.to_thread(self.checker.checked, _strongest(flat))

    def _statements(self, answer: Answer) -> list[tuple[Statement, list[Candidate]]]:
        """The statements that stand in a note, each with its candidates."""
        wrong = self.heard.wrong
        said = answers.statements(answer.samples[0], wrong)
        found = []
        for statement in dict.fromkeys(said):
            places = [each for each in self.checker.places(statement.quote) if not self.prepared.judge.injected(each)]
            among = self._candidates(statement, places) if places else []
            if not places:
                wrong[STATEMENT_GONE] += 1
            elif not among:
                wrong[NO_CANDIDATE] += 1
            else:
                found.append((statement, among))
        return found

    def _candidates(self, statement: Statement, places: Sequence[Evidence]) -> list[Candidate]:
        """What the built-in coder or a look-up found in these very words."""
        search = self.asker.search
        near = [each for span in places for each in self.prepared.listed.at(span)]
        looked_up = sorted(search.nearest(norms(statement.quote)), key=lambda pair: (-pair[1], pair[0]))
        near += [Candidate(search.entries[number], tuple(places)) for number, _ in looked_up]
        by_code: dict[str, Candidate] = {}
        for each in near:
            by_code.setdefault(each.entry.code, each)
        likeliest = list(by_code.values())[:MOST_FOR_STATEMENT]
        return sorted(likeliest, key=lambda each: each.entry.code)

    async def _choice(
        self, question: Question, statement: Statement, among: list[Candidate], gate: asyncio.Semaphore
    ) -> list[Claim]:
        """The code that the model chooses for one statement: none, one, or several where samples differ."""
        request = self.asker.composer.choice(question, statement.quote, among, self.served.name)
        async with gate:
            try:
                answer = await self.client.ask(request, self.lane)
            except UnknownModelError:
                raise
            except RequestRefusedError:
                self.heard.wrong[REFUSED] += 1
                return []
        self._count(answer)
        lettered = dict(zip(request.choices, [*(each.entry for each in among), None], strict=True))
        return together(
            [self._item(sample.text.strip(), whole(sample), statement, lettered) for sample in answer.samples]
        )

    def _item(
        self, letter: str, probability: float | None, statement: Statement, lettered: dict[str, CodeEntry | None]
    ) -> list[Item]:
        if letter not in lettered:
            self.heard.wrong[answers.MALFORMED] += 1
            return []
        entry = lettered[letter]
        if entry is None:
            return []
        attributes = {"certainty": statement.certainty} if statement.certainty in schemas.CERTAINTIES else {}
        system = self.asker.composer.code_system
        code, why = dotted(entry.code, system), "chosen for this statement"
        return [Item(system, code, (statement.quote,), why, attributes, probability)]

    def _count(self, answer: Answer, question: Question | None = None) -> None:
        self.heard.usage += answer.usage
        if question is not None:
            self.asker.composer.learn(question, self.served.name, answer.usage.prompt)


def _proposer(tuned: Tuned) -> Builtin:
    """The built-in coder's proposer, the only one that an engine of `registry.builtin` has."""
    if not isinstance(tuned.proposer, Builtin):
        raise TypeError("A language model's candidates come from the built-in coder.")
    return tuned.proposer


def _strongest(claims: Sequence[Claim]) -> list[Claim]:
    """Of the claims of several statements for one code the surest, with the quotes of all."""
    found: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda each: -each.score):
        known = found.get(claim.item.code)
        if known is None:
            found[claim.item.code] = claim
        else:
            quotes = tuple(dict.fromkeys((*known.quotes, *claim.quotes)))
            found[claim.item.code] = Claim(known.item, known.score, quotes)
    return list(found.values())


async def all_of(coroutines: Sequence[Coroutine[Any, Any, T] | Awaitable[T]]) -> list[T]:
    """All results in order. The first failure cancels the others, so that nothing is asked in vain."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
