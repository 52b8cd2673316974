"""A question and its answer, as vLLM spells them."""

from __future__ import annotations

import json
import logging

import pytest

from inference.llm.client import Client
from inference.llm.errors import RequestRefusedError, UnknownModelError
from inference.llm.wire import Answer, Lane, Message, Usage
from tests.fake_llm import FakeLlm, Reply
from tests.unit.llm.asking import config, question, using


def test_a_plain_question_is_answered(fake: FakeLlm) -> None:
    answer = using(config(fake), lambda client: client.ask(question()))
    assert [sample.text for sample in answer.samples] == ["ok"]
    assert answer.server == fake.url.removeprefix("http://")
    assert (answer.model, answer.usage.completion, answer.samples[0].complete) == ("base", 2, True)


def test_the_body_is_vllms(fake: FakeLlm) -> None:
    asked = question("Épistaxis", seed=7, samples=2, temperature=0.7, top_logprobs=3, cache_salt="facility-1")
    using(config(fake), lambda client: client.ask(asked))
    assert fake.requests == [
        {
            "model": "base",
            "messages": [{"role": "system", "content": "Code."}, {"role": "user", "content": "Épistaxis"}],
            "max_tokens": 50,
            "temperature": 0.7,
            "logprobs": True,
            "top_logprobs": 3,
            "n": 2,
            "seed": 7,
            "cache_salt": "facility-1",
        }
    ]


def test_a_schema_is_sent_as_a_strict_json_schema(fake: FakeLlm) -> None:
    schema = {"type": "object", "properties": {"codes": {"type": "array"}}, "required": ["codes"]}
    answer = using(config(fake), lambda client: client.ask(question(schema=schema)))
    assert json.loads(answer.samples[0].text) == {"codes": []}
    sent = fake.requests[0]["response_format"]
    assert sent == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def test_choices_are_sent_as_structured_outputs(fake: FakeLlm) -> None:
    answer = using(config(fake), lambda client: client.ask(question(choices=("yes", "no"))))
    assert answer.samples[0].text == "yes"
    assert fake.requests[0]["structured_outputs"] == {"choice": ["yes", "no"]}


def test_tokens_come_with_their_bytes_and_alternatives(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply("ja ñ", logprob=[-0.5, -2.0], alternatives=lambda _, token: [("no", -1.0)])
    answer = using(config(fake), lambda client: client.ask(question(top_logprobs=2)))
    first, second, end = answer.samples[0].tokens
    assert (first.raw, first.logprob, first.alternatives) == (b"ja", -0.5, ((b"ja", -0.5), (b"no", -1.0)))
    assert (second.raw, second.logprob) == (" ñ".encode(), -2.0)
    assert (end.raw, end.logprob) == (b"<|end|>", 0.0)  # listed by vLLM as well, though no part of the text


def test_a_cut_answer_is_not_complete(fake: FakeLlm) -> None:
    fake.answer = lambda _: "one two three four"
    answer = using(config(fake), lambda client: client.ask(question(max_tokens=2)))
    assert (answer.samples[0].text, answer.samples[0].complete) == ("one two", False)


def test_every_sample_comes_back(fake: FakeLlm) -> None:
    fake.answer = lambda _: ["a", "b", "c"]
    answer = using(config(fake), lambda client: client.ask(question(samples=3)))
    assert [sample.text for sample in answer.samples] == ["a", "b", "c"]


def test_cached_tokens_are_counted(fake: FakeLlm) -> None:
    async def twice(client: Client) -> Answer:
        await client.ask(question("a " * 40))
        return await client.ask(question("a " * 40))

    usage = using(config(fake), twice).usage
    assert usage.cached > 0
    assert usage == Usage(usage.prompt, usage.cached, 2)


@pytest.mark.parametrize(("lane", "sent"), [(Lane.PERSON, 0), (Lane.BACKLOG, 1)])
def test_the_lane_becomes_a_priority_if_the_server_knows_priorities(fake: FakeLlm, lane: Lane, sent: int) -> None:
    using(config(fake, priority=True), lambda client: client.ask(question(), lane))
    assert fake.requests[0]["priority"] == sent


def test_no_priority_is_sent_to_a_server_that_would_refuse_it(fake: FakeLlm) -> None:
    using(config(fake), lambda client: client.ask(question(), Lane.PERSON))
    assert "priority" not in fake.requests[0]


def test_the_key_goes_as_a_bearer_and_no_cookie_comes_back() -> None:
    with FakeLlm(api_key="s3cret") as fake:
        answer = using(config(fake, api_key="s3cret"), lambda client: client.ask(question()))
        assert answer.samples[0].text == "ok"
        assert fake.calls[0].headers["Authorization"] == "Bearer s3cret"
        assert "Cookie" not in fake.calls[0].headers


def test_a_lone_surrogate_does_not_stop_the_question(fake: FakeLlm) -> None:
    using(config(fake), lambda client: client.ask(question("broken \ud83d emoji")))
    assert fake.requests[0]["messages"][1]["content"] == "broken ? emoji"


def test_without_a_name_the_servers_base_model_is_meant() -> None:
    with FakeLlm(model="llama", adapters={"la": "/a"}) as fake:
        answer = using(config(fake), lambda client: client.ask(question(model="")))
        assert answer.model == "llama"


def test_a_note_beyond_the_context_is_refused_and_not_asked_again() -> None:
    with FakeLlm(context=100) as fake:
        with pytest.raises(RequestRefusedError, match="context of 100 tokens") as caught:
            using(config(fake), lambda client: client.ask(question("word " * 200)))
        assert (caught.value.status, len(fake.requests)) == (400, 1)


def test_an_unknown_model_is_told_apart(fake: FakeLlm) -> None:
    with pytest.raises(UnknownModelError, match="does not serve gone"):
        using(config(fake), lambda client: client.ask(question(model="gone")))


def test_neither_errors_nor_logs_quote_the_note(fake: FakeLlm, caplog: pytest.LogCaptureFixture) -> None:
    quoting = {"error": {"message": "1 validation error: input_value='Jane Roe'", "type": "BadRequestError"}}
    fake.answer = lambda _: Reply(raw=json.dumps(quoting).encode(), status=400)
    with caplog.at_level(logging.DEBUG), pytest.raises(RequestRefusedError) as caught:
        using(config(fake), lambda client: client.ask(question("Jane Roe, chest pain")))
    assert "Jane" not in str(caught.value) + caplog.text


def test_the_server_counts_the_tokens(fake: FakeLlm) -> None:
    messages = (Message("user", "one two three"),)
    assert using(config(fake), lambda client: client.count_tokens(messages, "base")) == 4
    assert fake.calls[0].body["add_generation_prompt"] is True


def test_without_tokenize_the_count_is_an_estimate_and_says_so(fake: FakeLlm) -> None:
    fake.tokenizes = False

    async def counted(client: Client) -> tuple[int, bool, bool]:
        first = await client.count_tokens((Message("user", "x" * 300),), "base")
        await client.count_tokens((Message("user", "x"),), "base")
        return first, client.tokens_estimated, client.available

    assert using(config(fake), counted) == (108, True, True)
    assert len(fake.calls) == 1


def test_the_fakes_tokens_are_the_text(fake: FakeLlm) -> None:
    text = 'ünïcode  and\n\t"signs": {[1.5]} 😀 _x_'
    fake.answer = lambda _: text
    answer = using(config(fake), lambda client: client.ask(question()))
    spelled = b"".join(token.raw for token in answer.samples[0].tokens).decode()
    assert spelled.removesuffix("<|end|>") == answer.samples[0].text == text
