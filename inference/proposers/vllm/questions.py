"""From a chart to the requests of one mode: the fixed instructions, then the chart, made to fit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inference import prompts
from inference.llm.client import Client
from inference.llm.config import Config
from inference.llm.errors import RequestRefusedError, UnknownModelError
from inference.llm.wire import Message, Request
from inference.proposers.vllm import chart as page
from inference.proposers.vllm import schemas, windows
from inference.proposers.vllm.chart import Piece
from inference.proposers.vllm.shortlist import MOST, Candidate, Shortlist
from inference.schema import ChartText
from medcode.codebook.snapshot import dotted

FREE, CONSTRAINED, TWO_STEP = "free", "constrained", "two-step"
STEP_1 = "\nStep 1."
LAST = "\nAnswer with the JSON object described above."
WHICH = "\nWhich candidate says best what the statement says of this patient? Answer with its letter."

UNSAID_CONTEXT = 8_192  # tokens, where neither server nor settings say
MOST_ANSWER = 3_000  # tokens of an answer; forty codes with their quotes need fewer
ANSWER_SHARE = 4  # the context's part that the answer may take at most: a quarter
MARGIN = 24  # tokens of a chat template that are not counted
LETTERS = 4  # characters of a token, as long as the server has not said better
CANDIDATE_TOKENS = 16
FEWEST_CANDIDATES = 5
FEWEST_CHARACTERS = 200  # of notes; with less there is no sense in asking
TRIES = 6  # cuts, each counted again
SHRINK = 0.85
SEED = 7
WARM = 0.7  # temperature where several answers are compared


class ChartTooLongError(RequestRefusedError):
    """Nothing of the notes fits beside the instructions: the model's context is too short for any chart."""

    def __init__(self) -> None:
        super().__init__(400, "The model's context is too short for the instructions and any part of a chart.")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one chart, or of one window of it (`part`). `candidates` are those that the prompt shows."""

    prefix: str
    messages: tuple[Message, ...]
    candidates: tuple[Candidate, ...]
    facility: str = ""
    part: bool = False

    @property
    def fewest(self) -> int:
        """How many codes the answer must name. The reason for an encounter is always coded (Guidelines IV.G), but not
        every window of its notes holds it. A small model that may say nothing does just that."""
        return 0 if self.part else 1

    @property
    def affinity(self) -> str:
        """Names the prefix: the second step meets the first where the server has it cached."""
        return hashlib.sha256(self.prefix.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass
class Composer:
    """Writes the questions of one mode. Remembers how many tokens a character takes at most with this model."""

    config: Config
    mode: str
    code_system: str
    densest: dict[str, float] = field(default_factory=dict)

    @property
    def template(self) -> prompts.Template:
        return prompts.load(self.mode)

    def answer_tokens(self, context: int) -> int:
        """How long an answer may be."""
        return min(MOST_ANSWER, context // ANSWER_SHARE)

    def most_candidates(self, context: int) -> int:
        """How many candidates a prompt shows: a short context leaves a part of itself to the notes."""
        room = context - self.answer_tokens(context) - len(self.template.text) // LETTERS
        return max(FEWEST_CANDIDATES, min(MOST, room // 3 // CANDIDATE_TOKENS))

    def question(self, chart: ChartText, pieces: Sequence[Piece], listed: Shortlist, most: int) -> Question:
        """The question about these pieces of the notes."""
        prefix = page.written(chart, pieces)
        if self.mode == TWO_STEP:
            return Question(prefix, self.messages(prefix + STEP_1), (), chart.facility)
        shown = tuple(listed.within(chart, pieces, most))
        named = page.candidates([(each.entry.code, each.entry.title) for each in shown], self.code_system)
        return Question(prefix, self.messages(f"{prefix}\n{named}{LAST}"), shown, chart.facility)

    def messages(self, content: str) -> tuple[Message, ...]:
        """The fixed instructions, then what differs."""
        return Message("system", self.template.text), Message("user", content)

    def request(self, question: Question, model: str, context: int) -> Request:
        """The request for a question in the JSON form of the mode."""
        codes = [dotted(each.entry.code, self.code_system) for each in question.candidates]
        if self.mode == TWO_STEP:
            schema, samples = schemas.statements(fewest=question.fewest), 1
        else:
            allowed = codes if self.mode == CONSTRAINED else ()
            schema = schemas.coding(self.code_system, allowed, fewest=question.fewest)
            samples = max(1, self.config.samples)
        return Request(
            messages=question.messages,
            model=model,
            max_tokens=self.answer_tokens(context),
            schema=schema,
            temperature=WARM if samples > 1 else 0.0,
            seed=SEED,
            samples=samples,
            affinity=question.affinity,
            cache_salt=question.facility,
        )

    def choice(self, question: Question, statement: str, among: Sequence[Candidate], model: str) -> Request:
        """The second step: which candidate is right for one statement. The chart stands before it as in the first.

        The answer is the letter of a candidate, A for the first of `among`; the letter after the last: none.
        """
        named, letters = page.lettered([(each.entry.code, each.entry.title) for each in among], self.code_system)
        tail = f"\nStep 2.\n<statement>{page.line(statement)}</statement>\n{named}{WHICH}"
        samples = max(1, self.config.samples)
        return Request(
            messages=self.messages(question.prefix + tail),
            model=model,
            max_tokens=MARGIN,
            choices=tuple(letters),
            temperature=WARM if samples > 1 else 0.0,
            seed=SEED,
            samples=samples,
            affinity=question.affinity,
            cache_salt=question.facility,
        )

    # --- Making it fit -----------------------------------------------------------------------------

    async def fitted(
        self, chart: ChartText, listed: Shortlist, client: Client, model: str, context: int, share: float = 1.0
    ) -> list[Question]:
        """One question, or one for each window of a long chart. `share`: of the room, where a server refused more."""
        most = self.most_candidates(context)
        budget = int((context - self.answer_tokens(context) - MARGIN) * share)
        question = self.question(chart, page.whole(chart), listed, most)
        count = await self._count(question, client, model, budget)
        if count <= budget:
            return [question]
        ratio = count / _length(question)
        if self.config.long_notes == "windows":
            return await self._windows(chart, listed, client, model, (budget, most, ratio))
        return [await self._cut(chart, listed, client, model, (budget, most, ratio))]

    async def _cut(
        self, chart: ChartText, listed: Shortlist, client: Client, model: str, limits: tuple[int, int, float]
    ) -> Question:
        budget, most, ratio = limits
        room = self._room(chart, listed, limits)
        for _ in range(TRIES):
            if room < FEWEST_CHARACTERS:
                break
            question = self.question(chart, windows.cut(chart, room), listed, most)
            count = await self._count(question, client, model, budget)
            if count <= budget:
                return question
            room = int(min(room - (count - budget) / ratio, room * SHRINK))
        raise ChartTooLongError

    async def _windows(
        self, chart: ChartText, listed: Shortlist, client: Client, model: str, limits: tuple[int, int, float]
    ) -> list[Question]:
        budget, most, _ = limits
        room = self._room(chart, listed, limits)
        for _ in range(TRIES):
            if room < FEWEST_CHARACTERS:
                break
            questions = [self.question(chart, pieces, listed, most) for pieces in windows.windows(chart, room)]
            counts = [await self._count(each, client, model, budget) for each in questions]
            if max(counts) <= budget:
                return [replace(each, part=True) for each in questions]
            room = int(room * SHRINK)
        raise ChartTooLongError

    def _room(self, chart: ChartText, listed: Shortlist, limits: tuple[int, int, float]) -> int:
        """How many characters of notes fit beside everything else, about."""
        budget, most, ratio = limits
        bare = self.question(chart, (), listed, most)
        candidates = 0 if self.mode == TWO_STEP else most * CANDIDATE_TOKENS
        return int((budget - candidates) / ratio) - _length(bare)

    async def _count(self, question: Question, client: Client, model: str, budget: int) -> int:
        """Tokens as the server counts them. Where it surely fits, the server is not asked."""
        size = sum(len(message.content.encode("utf-8", "replace")) for message in question.messages)
        if size + MARGIN <= budget:
            return size  # no tokenizer makes more tokens than there are bytes
        densest = self.densest.get(model)
        if densest is not None and _length(question) * densest * 1.15 <= budget:
            return int(_length(question) * densest)
        return await client.count_tokens(question.messages, model)

    def learn(self, question: Question, model: str, tokens: int) -> None:
        """Remember what an answered prompt took."""
        if tokens > 0:
            self.densest[model] = max(self.densest.get(model, 0.0), tokens / _length(question))


def too_long(error: RequestRefusedError) -> bool:
    """Whether a shorter prompt may be accepted: servers say so in many words, and quoting them is not ours."""
    return not isinstance(error, UnknownModelError | ChartTooLongError) and error.status in (400, 413)


def _length(question: Question) -> int:
    return sum(len(message.content) for message in question.messages)
