"""A model that tries: it picks candidates whose words stand in the chart, and quotes the line. For benches."""

from __future__ import annotations

import json
import re
from typing import Any

MOST = 8


def obliging(body: dict[str, Any]) -> str:
    """The answer to a request of the coder in its free or constrained mode."""
    content = body["messages"][-1]["content"]
    lines = [line.strip() for line in content.partition("</chart>")[0].splitlines() if line.strip()]
    listed = (line.partition(" ") for line in _candidates(content))
    found = [named for code, _, title in listed if (named := _named(code, title, lines))]
    return json.dumps({"codes": found[:MOST]})


def _candidates(content: str) -> list[str]:
    tail: str = content.rpartition("<candidates>\n")[2]
    return [line for line in tail.partition("\n</candidates>")[0].splitlines() if " " in line]


def _named(code: str, title: str, lines: list[str]) -> dict[str, Any] | None:
    words = re.findall(r"[a-z]{6,}", title.lower())
    line = next((line for line in lines if any(word in line.lower() for word in words)), None)
    if line is None:
        return None
    attributes = {"laterality": "none", "episode": "none", "acuity": "none", "certainty": "confirmed"}
    return {
        "quotes": [line[:120]],
        "reason": "Stated.",
        "attributes": attributes,
        "code_system": "ICD-10-CM",
        "code": code,
    }
