"""JSON as we accept it: UTF-8, no key twice, no NaN, nothing that PostgreSQL cannot store.

Python's reader is more lenient than that, and each leniency is a way to store something other
than what was sent. `Node` carries the path of a value, so that every refusal names its field.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn, cast

from review.actions.errors import InvalidInputError

# More than any real message has. Each costs memory, so a small body of nothing but "{}," is a large one.
MAX_CONTAINERS = 500_000
MAX_COMMAS = 2_000_000
# Escapes that may stand for NUL or for half of a surrogate pair; only then is a closer look needed.
SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def loads(raw: bytes | str) -> Any:
    """The value in `raw`; numbers with a fraction become `Decimal`, exactly as written.

    Raises `InvalidInputError`; its sentence names a line and column but quotes nothing.
    """
    text = _decoded(raw) if isinstance(raw, bytes) else raw
    if text.count("{") + text.count("[") > MAX_CONTAINERS or text.count(",") > MAX_COMMAS:
        raise InvalidInputError("the JSON holds too many values")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=Decimal, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise InvalidInputError(f"not valid JSON: {error.msg} ({place}column {error.colno})") from None
    except RecursionError:
        raise InvalidInputError("the JSON is nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise InvalidInputError("the JSON holds a number that is too long") from None
    if SUSPECT.search(text):
        _refuse_unstorable(value)
    return value


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not valid UTF-8 (byte {error.start})") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInputError(f"the key {printable(twice)} appears twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise InvalidInputError(f"{name} is not a JSON number")


def _whole(digits: str) -> int:
    if len(digits) > 30:
        raise ValueError("too long")
    return int(digits)


def _refuse_unstorable(value: Any) -> None:
    """Walk without recursion: the depth is the sender's choice."""
    waiting: list[tuple[Any, str]] = [(value, "")]
    while waiting:
        current, path = waiting.pop()
        if isinstance(current, str):
            if reason := unstorable(current):
                raise InvalidInputError(reason, field=path)
        elif isinstance(current, list):
            waiting += [(item, f"{path}[{index}]") for index, item in enumerate(current)]
        elif isinstance(current, dict):
            for name, item in current.items():
                if reason := unstorable(name):
                    raise InvalidInputError(f"a key {reason}", field=path)
                waiting.append((item, f"{path}.{name}" if path else name))


def unstorable(text: str) -> str:
    """Why PostgreSQL or a browser cannot take this text, or ""."""
    if "\x00" in text:
        return "contains a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "contains half of a surrogate pair"
    return ""


def printable(name: str) -> str:
    """A key as it may stand in an error message: short, ASCII, quoted."""
    return ascii(name[:60])


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands. What is missing is a node whose value is None."""

    value: Any
    path: str = ""

    def __getitem__(self, name: str) -> Node:
        """The member of that name; refuses when this is something other than an object."""
        path = f"{self.path}.{name}" if self.path else name
        return Node(self.members().get(name), path)

    def __bool__(self) -> bool:
        return self.value is not None

    def fail(self, reason: str) -> NoReturn:
        raise InvalidInputError(reason, field=self.path)

    def members(self) -> dict[str, Any]:
        """The object's members; none when it is missing."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.fail("must be an object")
        return cast(dict[str, Any], self.value)

    def each(self) -> list[Node]:
        """The array's items; none when it is missing."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.fail("must be an array")
        return [Node(item, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def first(self) -> Node:
        """The first item of the array, or a missing node."""
        return next(iter(self.each()), Node(None, f"{self.path}[0]"))

    def raw_text(self) -> str:
        """The string exactly as sent; "" when it is missing."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            self.fail("must be a string")
        return str(self.value)

    def text(self) -> str:
        """The string without blanks around it; "" when it is missing."""
        return self.raw_text().strip()

    def required_text(self) -> str:
        """The string; refuses when it is missing or blank."""
        if self.value is None:
            self.fail("is required")
        return self.text() or self.fail("must not be empty")
