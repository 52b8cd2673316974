"""What comes back when all goes well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from inference.llm.client import Client
from inference.llm.wire import Answer, Message, Request
from inference.proposers.vllm import schemas
from tests.verification.llm.conftest import Ask
from tests.verification.llm.server import Server

NOTE = "72-year-old man with acute on chronic systolic heart failure. Pneumonia was ruled out. Température 39,5 °C."
SCHEMA = {
    "type": "object",
    "properties": {"code": {"enum": ["I50.23", "I10"]}, "confirmed": {"type": "boolean"}},
    "required": ["code", "confirmed"],
    "additionalProperties": False,
}


def question(server: Server, text: str = NOTE, **changes: Any) -> Request:
    messages = (Message("system", "You are a medical coder."), Message("user", text))
    plain: dict[str, Any] = {"messages": messages, "model": server.model, "max_tokens": 100}
    return Request(**{**plain, **changes})


def asked(using: Ask, request: Request) -> Answer:
    return using(lambda client: client.ask(request))


def test_an_answer_fits_the_json_schema(server: Server, using: Ask) -> None:
    answer = asked(using, question(server, schema=SCHEMA))

    said = json.loads(answer.samples[0].text)
    assert said["code"] in {"I50.23", "I10"}
    assert isinstance(said["confirmed"], bool)
    assert answer.samples[0].complete
    assert answer.model == server.model


def test_an_answer_is_one_of_the_choices(server: Server, using: Ask) -> None:
    answer = asked(using, question(server, choices=("supported", "not supported"), max_tokens=20))

    assert answer.samples[0].text in {"supported", "not supported"}
    assert answer.samples[0].complete


@pytest.mark.parametrize(
    "schema",
    [lambda: schemas.coding("ICD-10-CM"), lambda: schemas.coding("ICD-10-CM", ["I50.23", "I10"]), schemas.statements],
    ids=["coding freely", "coding from candidates", "finding statements"],
)
def test_every_schema_of_the_coder_is_understood(
    server: Server, using: Ask, schema: Callable[[], schemas.Schema]
) -> None:
    answer = asked(using, question(server, schema=schema(), max_tokens=60))

    assert answer.samples[0].text.startswith('{"')


@pytest.mark.parametrize("wanted", ["schema", "choices"])
def test_the_tokens_of_a_guided_answer_spell_its_text(server: Server, using: Ask, wanted: str) -> None:
    guided: dict[str, Any] = {"schema": SCHEMA} if wanted == "schema" else {"choices": ("Größe 39,5 °C", "système")}

    sample = asked(using, question(server, **guided)).samples[0]

    spelled = b"".join(token.raw for token in sample.tokens)
    assert sample.complete
    assert spelled.startswith(sample.text.encode())
    assert len(sample.tokens) >= 2
    # The token that ends a turn is listed as well, though it is no part of the text.
    assert spelled != sample.text.encode()


def test_the_tokens_of_a_free_answer_spell_its_text_but_for_what_is_no_text(server: Server, using: Ask) -> None:
    sample = asked(using, question(server, max_tokens=40)).samples[0]

    spelled = b"".join(token.raw for token in sample.tokens).decode(errors="replace")
    assert plain(spelled) == plain(sample.text)


def plain(text: str) -> str:
    """Without control tokens, which a model may write anywhere and vLLM leaves out of the text, and broken letters."""
    return re.sub(r"<\|\w+\|>", "", text).replace("\ufffd", "")


def test_log_probabilities_are_those_of_probabilities(server: Server, using: Ask) -> None:
    sample = asked(using, question(server, schema=SCHEMA, top_logprobs=5)).samples[0]

    assert all(token.logprob <= 0 for token in sample.tokens)
    assert all(logprob <= 0 for token in sample.tokens for _, logprob in token.alternatives)
    assert all(1 <= len(token.alternatives) <= 6 for token in sample.tokens)


def test_an_answer_without_end_is_cut_and_says_so(server: Server, using: Ask) -> None:
    answer = asked(using, question(server, max_tokens=4))

    assert not answer.samples[0].complete
    assert len(answer.samples[0].tokens) == 4
    assert answer.usage.completion == 4


def test_several_samples_differ(server: Server, using: Ask) -> None:
    answer = asked(using, question(server, samples=3, temperature=1.0, seed=7, max_tokens=12))

    assert len(answer.samples) == 3
    assert len({sample.text for sample in answer.samples}) > 1
    assert answer.usage.completion == 36


def test_the_same_question_has_the_same_answer(server: Server, using: Ask) -> None:
    first, second = (asked(using, question(server, schema=SCHEMA)) for _ in range(2))

    assert first.samples[0].text == second.samples[0].text


def test_tokens_are_counted_as_the_server_bills_them(server: Server, using: Ask) -> None:
    request = question(server, max_tokens=1)

    async def both(client: Client) -> tuple[int, Answer]:
        return await client.count_tokens(request.messages, server.model), await client.ask(request)

    counted, answer = using(both)

    assert counted == answer.usage.prompt > 20


def test_a_prefix_seen_before_comes_from_the_cache(server: Server, using: Ask) -> None:
    rules = "Code what the provider documents, to the highest specificity that the record supports. " * 20

    async def three(client: Client) -> list[int]:
        notes = ("First note.", "Second note.", "Third note.")
        return [(await client.ask(question(server, rules + note, max_tokens=1))).usage.cached for note in notes]

    first, *later = using(three)

    assert min(later) >= 256
    assert first <= min(later)


def test_facilities_do_not_share_a_cached_prefix(server: Server, using: Ask) -> None:
    secret = "A prefix that one facility has sent and that another must not be able to guess by its speed. " * 20

    async def three(client: Client) -> list[int]:
        salts = ("north", "south", "south")
        requests = [question(server, secret, max_tokens=1, cache_salt=salt) for salt in salts]
        return [(await client.ask(request)).usage.cached for request in requests]

    north, south, south_again = using(three)

    assert (north, south) == (0, 0)
    assert south_again >= 256


def test_the_served_models_say_their_context(server: Server, using: Ask) -> None:
    (base,) = using(lambda client: client.models())

    assert (base.name, base.parent, base.context) == (server.model, "", server.context)
