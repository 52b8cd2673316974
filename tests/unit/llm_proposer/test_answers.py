"""Whatever a model writes is read once, bounded, and counted by what was wrong with it."""

from __future__ import annotations

import json
import math
from collections import Counter

import pytest

from inference.llm.wire import Sample, Token
from inference.proposers.vllm import answers, checks
from inference.proposers.vllm.confidence import Spelled, agreed, product, whole
from inference.schema import Band, Setting
from tests.fake_llm import FakeLlm, Reply, tokens_of
from tests.unit.llm_proposer.conftest import Asking, chart, codes, item, said

GOUT = item("M10.9", "Gout, left foot")
DIABETES = item("E11.40", "Type 2 diabetes mellitus with diabetic neuropathy")


def sample(text: str, logprob: float = -0.5, complete: bool = True) -> Sample:
    return Sample(text, tuple(Token(token.encode(), logprob) for token in tokens_of(text)), complete)


def read(text: str, complete: bool = True) -> tuple[list[str], dict[str, int]]:
    wrong: Counter[str] = Counter()
    return [each.code for each in answers.items(sample(text, complete=complete), wrong)], dict(wrong)


def test_whole_items_before_a_cut_are_kept_and_the_cut_is_counted() -> None:
    text = said(GOUT, DIABETES)
    for cut in (len(text) - 5, text.index('"E11'), text.index("diabetic")):
        assert read(text[:cut], complete=False) == (["M10.9"], {answers.TRUNCATED: 1})


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("Sure! Here is it:\n```json\n" + said(GOUT) + "\n```", ["M10.9"], None),
        (json.dumps([GOUT]), ["M10.9"], None),
        ('{"codes": []}', [], None),
        ("", [], answers.UNREADABLE),
        ("I cannot help with that.", [], answers.UNREADABLE),
        ('{"codes": [' + "[" * 100_000, [], answers.TRUNCATED),
        ('{"codes": [{"quotes": ["a"], "code": NaN}]}', [], answers.UNREADABLE),
        ('{"codes": [{"quotes": ["a"], "code": ' + "9" * 10_000 + "}]}", [], answers.UNREADABLE),
        ('{"codes": [{"quotes": ["a"], "code": 1e308}]}', [], answers.MALFORMED),
        ('{"codes": [{"quotes": ["a"], "code": "' + "E" * 100 + '"}]}', [], answers.MALFORMED),
        ('{"codes": [{"quotes": ["a"], "code": null}]}', [], answers.MALFORMED),
        ('{"codes": [{"quotes": {"a": 1}, "code": "I10", "attributes": 5, "reason": []}]}', ["I10"], None),
    ],
    ids=["prose", "bare list", "empty list", "nothing", "refusal", "deep", "NaN", "huge number", "number", "long code",
         "null", "odd types"],
)  # fmt: skip
def test_nonsense_is_counted_and_harms_nothing(text: str, found: list[str], reason: str | None) -> None:
    assert read(text) == (found, {reason: 1} if reason else {})


def test_ten_thousand_codes_stay_cheap_and_few(ask: Asking, fake: FakeLlm) -> None:
    many = [item(f"E{number % 90 + 10}.{number % 10}", "Gout, left foot") for number in range(10_000)]
    fake.answer = lambda body: Reply(raw=completion(said(*many)))
    outcome = ask(mode="free")
    assert len(outcome.proposals) <= checks.MOST_SUGGESTIONS
    assert outcome.dropped[answers.TOO_MANY] == 10_000 - answers.MOST_READ


def completion(text: str) -> bytes:
    """A body without log-probabilities, as a server that gives none answers."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()


def test_a_missing_log_probability_is_neither_sure_nor_unsure(ask: Asking, fake: FakeLlm) -> None:
    fake.answer = lambda body: Reply(raw=completion(said(GOUT)))
    (proposal,) = ask().proposals
    assert proposal.confidence == pytest.approx(0.5 * 0.3)
    assert proposal.band is Band.LOW


def test_confidence_is_the_product_over_the_tokens_of_the_code_alone() -> None:
    text = said(GOUT)
    begin = text.index("M10.9")
    tokens, place = [], 0
    for token in tokens_of(text):
        inside = place < begin + 5 and begin < place + len(token)
        tokens.append(Token(token.encode(), -0.25 if inside else -9.0))
        place += len(token)
    parts = sum(token.logprob == -0.25 for token in tokens)
    assert parts > 1
    (found,) = answers.items(Sample(text, tuple(tokens)), Counter())
    assert found.probability == pytest.approx(math.exp(-0.25 * parts))


def test_tokens_are_laid_over_the_text_by_bytes_also_with_others_around_them() -> None:
    text = '{"codes": [{"quotes": ["Gürtelrose – 帯状疱疹"], "code": "B02.9"}]}'
    raw = text.encode()
    halves = [raw[place : place + 3] for place in range(0, len(raw), 3)]
    tokens = (Token(b"<think></think>", -5.0), *(Token(each, -0.1) for each in halves), Token(b"<|im_end|>", -5.0))
    spelled = Spelled(Sample(text, tokens))
    assert spelled.probability("B02.9", 0, len(text)) in (
        pytest.approx(math.exp(-0.2)),
        pytest.approx(math.exp(-0.3)),
    )
    other = Spelled(Sample(text, (Token(b"something else", -0.1),)))
    assert other.probability("B02.9", 0, len(text)) is None


def test_numbers_that_are_none_are_no_probability() -> None:
    assert product([]) is None
    assert product([math.nan]) is None
    assert product([-math.inf]) is None
    assert product([5.0]) == 1.0
    assert agreed([1.0, None], 4) == pytest.approx((1.0 + 0.5) / 4)
    assert whole(sample(" I10 ", -0.2)) is not None


def test_a_key_within_a_quote_is_not_taken_for_the_code() -> None:
    text = said(item("M10.9", 'he wrote "code": "I21.9" there'))
    (found,) = answers.items(sample(text), Counter())
    assert found.code == "M10.9"
    assert found.probability is not None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item("X99.9Z", "Gout, left foot"), "unknown code"),
        (item("E11", "Gout, left foot"), "code not billable"),
        (item("M10.9", "Gout, left foot", code_system="CPT"), checks.OTHER_SYSTEM),
        (item("M10.9", "Gout of the left toe"), "quote not in note"),
        (item("M10.9", "out, left foo"), "quote not in note"),
        (item("M10.9", "1"), "quote not in note"),
        (item("M10.9", ""), "no evidence"),
        (item("M10.9", "x" * 500), "no evidence"),
        (item("R07.9", "chest pain"), "quote denies it, or speaks of others or of the past"),
        (item("C50.919", "breast cancer"), "quote denies it, or speaks of others or of the past"),
        (item("I21.9", "Continue lisinopril"), "quote says something else"),
        (item("M10.9", "Gout, left foot", attributes={"certainty": "ruled out"}), checks.RULED_OUT),
        (item("M10.9", "Gout, left foot", attributes={"certainty": "uncertain"}), checks.NOT_CERTAIN),
        (item("M10.071", "Gout, left foot", attributes={"laterality": "left"}), checks.OTHER_SIDE),
    ],
    ids=["unknown", "heading", "system", "other words", "half words", "digit", "empty", "long", "denied", "relative",
         "unrelated", "ruled out", "uncertain", "side"],
)  # fmt: skip
def test_an_unsound_claim_is_dropped_and_counted(
    ask: Asking, fake: FakeLlm, bad: dict[str, object], reason: str
) -> None:
    fake.answer = lambda body: said(bad, DIABETES)
    outcome = ask(mode="free")
    assert codes(outcome) == {"E1140"}
    assert outcome.dropped[reason] >= 1


def test_blanks_case_and_typography_of_a_quote_are_levelled_and_the_stored_words_are_shown(
    ask: Asking, fake: FakeLlm
) -> None:
    text = "ASSESSMENT\n1. Patient’s  Gout —\tLEFT\u200b foot.\n"
    fake.answer = lambda body: said(item("M10.9", "patient's gout - left foot"))
    (proposal,) = ask(chart(text), mode="free").proposals
    assert proposal.evidence[0].text == "Patient’s  Gout —\tLEFT\u200b foot"


def test_an_uncertain_diagnosis_counts_at_the_end_of_a_stay(ask: Asking, fake: FakeLlm) -> None:
    text = "DISCHARGE DIAGNOSIS\n1. Probable pneumonia.\n"
    fake.answer = lambda body: said(item("J18.9", "Probable pneumonia", attributes={"certainty": "uncertain"}))
    assert codes(ask(chart(text, setting=Setting.INPATIENT), mode="free")) == {"J189"}
    assert codes(ask(chart(text), mode="free")) == set()
