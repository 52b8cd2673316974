"""JSON that means something else than it seems to is refused, by field and reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from review.actions.errors import InvalidInputError
from review.intake.strictjson import Node, loads


def test_fractions_keep_every_digit_as_written() -> None:
    assert loads(b'{"value": 7.40}') == {"value": Decimal("7.40")}
    assert str(loads("7.40")) == "7.40"


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert loads(b"\xef\xbb\xbf[]") == []


@pytest.mark.parametrize(
    ("raw", "field", "reason"),
    [
        (b"{", "", "not valid JSON"),
        (b"", "", "not valid JSON"),
        (b'{"a": "\xff"}', "", "not valid UTF-8 (byte 7)"),
        (b'{"text": "one", "text": "two"}', "", "the key 'text' appears twice in one object"),
        (b'{"a": NaN}', "", "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "", "-Infinity is not a JSON number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "", "a number that is too long"),
        (b"[" * 200_000, "", "nested too deeply"),
        (b"[" + b"{}," * 600_000 + b"{}]", "", "too many values"),
        (b"[" + b"1," * 2_100_000 + b"1]", "", "too many values"),
        (b'{"a":' * 200_000, "", "nested too deeply"),
        (b'{"notes": [{"text": "a\\u0000b"}]}', "notes[0].text", "contains a NUL character"),
        (b'{"notes": [{"text": "\\ud83d"}]}', "notes[0].text", "half of a surrogate pair"),
        (b'{"a": {"b\\u0000": 1}}', "a", "a key contains a NUL character"),
        (b'{"a": "x\ty"}', "", "not valid JSON"),
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes, field: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        loads(raw)
    assert refused.value.field == field
    assert reason in refused.value.reason


def test_a_number_beyond_every_range_is_a_refusal_and_no_crash() -> None:
    with pytest.raises(InvalidInputError):
        loads("1e" + "9" * 40)


def test_whole_surrogate_pairs_and_right_to_left_marks_are_text_like_any_other() -> None:
    assert loads(b'"\\ud83d\\ude00 \\u202e abc"') == "😀 \u202e abc"


def test_a_message_never_quotes_a_value() -> None:
    with pytest.raises(InvalidInputError) as refused:
        loads('{"name": "Secret, Patient" "x"}')
    assert "Secret" not in str(refused.value)


def test_a_node_knows_its_path() -> None:
    root = Node({"entry": [{"resource": {"subject": 5}}]})
    with pytest.raises(InvalidInputError) as refused:
        root["entry"].each()[0]["resource"]["subject"]["reference"].text()
    assert refused.value.field == "entry[0].resource.subject"
    assert refused.value.reason == "must be an object"


@pytest.mark.parametrize("value", [True, 1, [], {}])
def test_a_node_takes_only_strings_for_text(value: object) -> None:
    with pytest.raises(InvalidInputError, match=r"a: must be a string"):
        Node({"a": value})["a"].text()


def test_what_is_missing_is_empty_all_the_way_down() -> None:
    missing = Node({})["a"]["b"]
    assert not missing
    assert missing.text() == ""
    assert missing.each() == []
    with pytest.raises(InvalidInputError, match=r"a\.b: is required"):
        missing.required_text()
