"""A model server that is broken or hijacked: every answer is either read or refused, and nothing hangs or swells."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from inference.llm.client import Client
from inference.llm.errors import BadAnswerError, ServerAwayError
from tests.fake_llm import FakeLlm, Reply
from tests.unit.llm.asking import config, question, using


def answer(**changes: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop", "logprobs": None}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}} | changes).encode()


def choice(**changes: Any) -> bytes:
    return answer(choices=[{"message": {"content": "ok"}, "finish_reason": "stop"} | changes])


def token(logprob: str, raw: str = "[111]") -> bytes:
    entry = f'{{"token": "ok", "bytes": {raw}, "logprob": {logprob}, "top_logprobs": []}}'
    whole = '{"choices": [{"message": {"content": "ok"}, "finish_reason": "stop", "logprobs": {"content": [%s]}}]}'
    return (whole % entry).encode()


HOSTILE = {
    "nothing": b"",
    "truncated": answer()[:-5],
    "half a character": answer()[:-2] + b"\xc3",
    "not utf-8": b'{"choices": "\xff\xfe"}',
    "html": b"<html>maintenance</html>",
    "a list": b"[]",
    "null": b"null",
    "NaN outside": b'{"choices": NaN}',
    "deep": b"[" * 100_000,
    "digits": b'{"choices": ' + b"9" * 10_000 + b"}",
    "no choices": b"{}",
    "choices is a string": answer(choices="ok"),
    "no choice": answer(choices=[]),
    "more choices than asked": answer(choices=[{}, {}]),
    "choice is a number": answer(choices=[1]),
    "no message": answer(choices=[{"finish_reason": "stop"}]),
    "message is a list": choice(message=["ok"]),
    "content is null": choice(message={"content": None}),
    "content is a number": choice(message={"content": 5}),
    "content is an object": choice(message={"content": {"codes": []}}),
    "lone surrogate": choice(message={"content": "\ud83d"}),
    "aborted": choice(finish_reason="abort"),
    "logprobs is a list": choice(logprobs=[1]),
    "tokens is an object": choice(logprobs={"content": {"a": 1}}),
    "token is a string": choice(logprobs={"content": ["ok"]}),
    "alternatives is a string": choice(
        logprobs={"content": [{"token": "a", "bytes": [97], "logprob": -1.0, "top_logprobs": "abc"}]}
    ),
    "logprob NaN": token("NaN"),
    "logprob Infinity": token("-Infinity"),
    "logprob 1e999": token("-1e999"),
    "logprob 1e308": token("1e308"),
    "logprob positive": token("0.5"),
    "logprob null": token("null"),
    "logprob a string": token('"-0.1"'),
    "logprob a boolean": token("true"),
    "logprob a huge integer": token("-" + "9" * 400),
    "byte 256": token("-0.1", "[256]"),
    "byte -1": token("-0.1", "[-1]"),
    "byte 1.5": token("-0.1", "[1.5]"),
    "bytes a number": token("-0.1", "1000000000"),
    "bytes a string": token("-0.1", '"ok"'),
    "usage is a list": answer(usage=[1]),
    "tokens negative": answer(usage={"prompt_tokens": -1}),
    "tokens a float": answer(usage={"prompt_tokens": 1.5}),
    "tokens huge": answer(usage={"prompt_tokens": 10**30}),
    "tokens a boolean": answer(usage={"prompt_tokens": True}),
    "compressed": gzip.compress(answer()),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_unreadable_answer_is_refused(fake: FakeLlm, raw: bytes) -> None:
    fake.answer = lambda _: Reply(raw=raw)

    async def scenario(client: Client) -> dict[str, Any]:
        with pytest.raises(BadAnswerError):
            await client.ask(question())
        return client.meters.snapshot()

    snapshot = using(config(fake), scenario)
    assert snapshot["requests"] == {"ok": 0, "retried": 1, "refused": 0, "away": 0, "bad": 1}
    assert len(fake.requests) == 2


READABLE = {
    "rounding above zero": (token("0.0000012"), 0.0),
    "an integer": (token("0"), 0.0),
    "vllm's minus infinity": (token("-9999.0"), -9999.0),
}


@pytest.mark.parametrize(("raw", "logprob"), READABLE.values(), ids=READABLE.keys())
def test_unusual_spellings_are_read(fake: FakeLlm, raw: bytes, logprob: float) -> None:
    fake.answer = lambda _: Reply(raw=raw)
    read = using(config(fake), lambda client: client.ask(question()))
    assert (read.samples[0].tokens[0].raw, read.samples[0].tokens[0].logprob) == (b"o", logprob)


def test_a_token_without_bytes_is_its_text(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=token("-0.1", "null"))
    read = using(config(fake), lambda client: client.ask(question()))
    assert read.samples[0].tokens[0].raw == b"ok"


def test_an_answer_cut_before_its_first_word_is_empty(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=choice(message={"content": None}, finish_reason="length"))
    sample = using(config(fake), lambda client: client.ask(question())).samples[0]
    assert (sample.text, sample.complete) == ("", False)


def test_an_answer_without_usage_counts_nothing(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=answer(usage=None))
    assert using(config(fake), lambda client: client.ask(question())).usage.prompt == 0


def test_ten_megabytes_are_not_read(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=b'"' + b"a" * 10_000_000 + b'"')
    with pytest.raises(BadAnswerError, match="too long"):
        using(config(fake), lambda client: client.ask(question()))


def test_an_endless_answer_is_not_read(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=b"a" * 200_000, chunked=True)
    with pytest.raises(BadAnswerError, match="too long"):
        using(config(fake, max_answer=100_000), lambda client: client.ask(question()))


def test_garbage_only_opens_the_breaker(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=b"<html>maintenance</html>")

    async def scenario(client: Client) -> None:
        for _ in range(2):
            with pytest.raises(BadAnswerError):
                await client.ask(question())
        with pytest.raises(ServerAwayError):
            await client.ask(question())

    using(config(fake, breaker_failures=4), scenario)


def test_a_wrong_value_in_good_json_does_not_open_it(fake: FakeLlm) -> None:
    fake.answer = lambda _: Reply(raw=token("NaN").replace(b"NaN", b"5"))

    async def scenario(client: Client) -> None:
        for _ in range(5):
            with pytest.raises(BadAnswerError):
                await client.ask(question())
        assert client.state()[0].breaker == "closed"

    using(config(fake, breaker_failures=2), scenario)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "no"}', b'{"error": {"message": 5}}', b"[1]"])
def test_an_odd_refusal_is_no_crash(fake: FakeLlm, body: bytes) -> None:
    fake.answer = lambda _: Reply(raw=body, status=404)
    with pytest.raises(ServerAwayError):
        using(config(fake), lambda client: client.ask(question()))


@pytest.mark.parametrize("listed", [b"", b"[]", b'{"data": [5]}', b'{"data": [{"id": null}]}', b'{"data": []}'])
def test_an_odd_list_of_models_is_no_crash(fake: FakeLlm, listed: bytes) -> None:
    fake.models_raw = listed
    with pytest.raises((BadAnswerError, ServerAwayError)):
        using(config(fake), lambda client: client.models())
