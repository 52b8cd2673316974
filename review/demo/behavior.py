"""How a simulated coder decides a sample chart, given what a careful coder would assign."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from inference.schema import Band
from review.models import RejectReason

# Reasons for codes that a careful coder leaves out, as often as coders give them.
REASONS = {
    RejectReason.UNSUPPORTED: 30,
    RejectReason.INTEGRAL: 24,
    RejectReason.NOT_REPORTABLE: 18,
    RejectReason.NEGATED: 18,
    RejectReason.DUPLICATE: 10,
}
CATEGORY = 3


@dataclass(frozen=True, slots=True)
class Coder:
    """`slip` is how often they decide against what a careful coder would; `pace` multiplies their seconds."""

    username: str
    full_name: str
    slip: float
    pace: float


CODERS = (
    Coder("sim-amara", "Amara Simulated", slip=0.02, pace=0.8),
    Coder("sim-jonas", "Jonas Simulated", slip=0.04, pace=1.0),
    Coder("sim-lucia", "Lucia Simulated", slip=0.03, pace=1.1),
    Coder("sim-tomas", "Tomas Simulated", slip=0.06, pace=1.3),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion as the coder meets it; codes in stored form."""

    code: str
    confidence: float
    band: Band


@dataclass(frozen=True, slots=True)
class Choice:
    """One act. `code` is the suggested one, "" when added; `final` the one that is assigned, "" when rejected.

    `first_thought`: the coder rejected it at first, and took that back.
    """

    act: Literal["accept", "modify", "reject", "add"]
    code: str
    final: str
    reason: str
    seconds: int
    first_thought: bool = False


def decide(offers: Sequence[Offer], gold: Sequence[str], coder: Coder, rng: random.Random) -> Iterator[Choice]:
    """The coder's acts on one chart: HIGH and MEDIUM suggestions all, LOW ones in part, then what is missing.

    The first code of `gold`, the principal diagnosis, is always assigned, so the chart can be closed.
    """
    taken: set[str] = set()
    offered = {offer.code for offer in offers}
    for offer in offers:
        if (
            offer.band == Band.LOW
            and offer.code not in gold[:1]
            and rng.random() > (0.9 if offer.code in gold else 0.3)
        ):
            continue
        choice = _on_offer(offer, gold, offered | taken, coder, rng)
        if choice.final:
            taken.add(choice.final)
        yield choice
    for code in gold:
        if code not in taken | offered and (code == gold[0] or rng.random() < 0.92):
            yield Choice("add", "", code, "", _seconds(25, coder, rng))


def _on_offer(offer: Offer, gold: Sequence[str], spoken_for: set[str], coder: Coder, rng: random.Random) -> Choice:
    right = offer.code in gold
    slips = rng.random() < coder.slip and offer.code not in gold[:1]
    if right != slips:
        return Choice("accept", offer.code, offer.code, "", _seconds(9, coder, rng), right and rng.random() < 0.02)
    near = [code for code in gold if code not in spoken_for and code[:CATEGORY] == offer.code[:CATEGORY]]
    if near and not slips:
        reason = RejectReason.LESS_SPECIFIC if len(near[0]) >= len(offer.code) else RejectReason.WRONG_CODE
        return Choice("modify", offer.code, near[0], reason.value, _seconds(32, coder, rng))
    return Choice("reject", offer.code, "", _reason(offer.code, rng), _seconds(17, coder, rng))


def _reason(code: str, rng: random.Random) -> str:
    """Mostly the reason that this code is always left out for, sometimes another."""
    usual = random.Random(code)
    chosen = usual if rng.random() < 0.7 else rng
    return chosen.choices(list(REASONS), weights=list(REASONS.values()))[0].value


def _seconds(median: float, coder: Coder, rng: random.Random) -> int:
    """Time spent on one act: long-tailed, as times of people are."""
    return max(2, min(300, round(median * coder.pace * rng.lognormvariate(0.0, 0.5))))
