"""Passages of a note that speak to a machine instead of about a patient: no evidence stands in them.

A note is data, yet a model reads it, and whoever can write into a note could try to have codes assigned. A passage
that addresses a model or a coder's tool, orders codes, plays a turn of a chat, fakes an answer or is encoded is found
here by its form. The forms are the first line only: what they miss still has to state a condition that fits the code
(`inference.support`). They are narrow, because clinicians too write "disregard", "AI" (aortic insufficiency), "B12",
"Assistant: Dr. Smith" and "Diagnosis code: E11.9".

Offsets are code points of the stored text, half open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from inference.text.folding import fold
from inference.text.sections import sections

DOTTED = r"[a-z]\d[0-9a-z]\.[0-9a-z]{1,4}\b"
CODE = r"(?!b12\b|h1n1\b)[a-z]\d[0-9a-z](?:\.?[0-9a-z]{1,4})?\b"
CODES = r"\b(?:icd|diagnosis codes?|codes?|suggestions?|json)\b|\b" + DOTTED
# "Ignore all previous instructions", in the languages in which it is mostly tried.
OVERRIDE = (
    r"\b(?:ignor(?:e|a|ez|ad|iere\w*|ieren sie|er)|disregard|forget|override|overrule|stop following|do not follow|"
    r"missachten?|vergiss|vergessen sie|olvid[ae]|descart[ae]|oubliez?|esque[cç]a|dimentica(?:re)?|negeer|zignoruj)\b"
    r"[^.!?]{0,60}?\b(?:instructions?|prompts?|rules|guidelines|directives?|context|polic(?:y|ies)|constraints|"
    r"anweisung\w*|instrucciones|consignes|instru[cç][oõ]es|istruzioni|instructies|reglas|regeln|r[eè]gles|regras|"
    r"regole|polece\w*)\b"
)
SCRIPTS = (
    r"(?:忽略|忽視|无视|無視|忘记|忘れ)|(?:игнорир|забудь)\w*|(?:تجاهل)|"
    r"(?:무시하)|(?:अनदेखा|नज़रअंदाज़)|(?:התעלם)|(?:αγν[οόω])\w*"
)  # fmt: skip
MACHINE = (
    r"\b(?:system|developer) (?:prompt|message|override|notice|instructions?|mode|command)\b|"
    r"\badmin(?:istrator)? override\b|"
    r"\b(?:you are|you're|act as|behave as|pretend to be|role-?play as) (?:now )?(?:an? |the |my |no longer )?"
    r"(?:\w{1,20}[ -]){0,4}(?:ai|assistant|bot|gpt|llm|chatbot|dan|coder|coding (?:engine|system|tool)|"
    r"language model)\b|"
    r"\b(?:as an|dear|attention,?|hey|hello|note to(?: the)?|message to(?: the)?|instructions? (?:for|to)(?: the)?) "
    r"(?:ai|llm|language model|chatgpt|automated coder|coding (?:ai|model|assistant|bot|engine|software|system))\b|"
    r"\b(?:large )?language models?\b|\bai (?:model|assistant|coder|coding|reviewer|system)\b|\bchatgpt\b|"
    r"\bprompt injection\b|\bjailbreak\b|\b(?:new|updated|revised) instructions?:|\bdo anything now\b|"
    r"\b(?:play a game|pretend|imagine|hypothetical exercise|for the sake of th(?:is|e) (?:exercise|story)|"
    r"let us suppose)\b[^.!?]{0,160}?(?:" + CODES + ")"
)
ORDER = (
    r"\b(?:assign|output|respond|reply|emit|print|asigna|asigne|attribue[rz]?|vergib|vergeben sie|atribua|assegna|"
    r"codifi(?:ca|que)|kodiere|weise|назнач\w*)\b(?:[ :\"'(\[,-]+\w{1,20}){0,5}?[ :\"'(\[]+" + CODE + "|"
    r"\b(?:add|append|insert|include|select|choose|pick|return|answer|give|generate|report|bill|use|write|produce)\b"
    r"(?:[ :\"'(\[,-]+\w{1,20}){0,5}?[ :\"'(\[]+" + DOTTED + "|"
    r"\b(?:please|must|should|shall|to|then|now|just|only|always|simply) code(?: \w{1,20}){0,5}[ :]+" + CODE + "|"
    r"\bcode (?:this|it|him|her|the (?:chart|encounter|visit|patient|note)|as)(?: \w{1,20}){0,4}[ :]+" + CODE + "|"
    r"\b" + CODE + r"[^.!?]{0,40}\b(?:must|should|has to|needs? to|shall) be (?:assigned|coded|reported|added|billed|"
    r"included|output|returned|selected)\b|"
    r"(?:分配|赋予|添加|输出|給|给出|割り当て|追加)[^。]{0,20}?" + CODE
)  # fmt: skip
FAKED = (
    r"[\"'](?:codes?|code_system|quotes?|suggestions?|tool_calls?|role|content|icd_?10\w*|statements|confidence)[\"']\s*:|"
    r"<!--|```"
)
TOKENS = (
    r"<[|｜]|\[/?inst\]|<<?/?sys>>?|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|"
    r"</?(?:think|tool_call|tool_response|function_calls?|system|assistant|user|instructions?|chart|candidates|"
    r"statement|note)\b[^>]{0,80}>|\[/?(?:tool_calls|available_tools|tool_results|system_prompt)\]"
)
# A turn of a chat at the head of a line. "Assistant: Dr. Smith" helped at an operation.
TURN = re.compile(
    r"^\W{0,6}(?:(?:system|user|human|developer|chatgpt)\W{0,3}:|"
    r"(?:assistant|ai|model)\W{0,3}:\s*(?=[{\"\[]|" + CODE + r")|"
    r"#{1,6} ?(?:system|instructions?|assistant|user|human|response|prompt)\b)",
    re.MULTILINE | re.IGNORECASE,
)  # fmt: skip
PATTERNS = tuple(re.compile(each) for each in (OVERRIDE, SCRIPTS, MACHINE, ORDER, FAKED))
TOKEN = re.compile(TOKENS)
# Base64 and the like: nothing that a clinician types.
ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{32,}={0,2}")
HEX = re.compile(r"(?:[0-9a-f]{2}){16,}|(?:[0-9A-F]{2}){16,}")
SENTENCE_END = re.compile(r"[.!?;]\s+|\n")
ITEM = re.compile(r"\s*(?:[-*•]\s|\(?\d{1,2}[.)]\s)")
REACH = 2_000  # code points between two control tokens that are taken as one passage
LAST = 8  # code points at the end of a line that show whether it announces the next
BEFORE = 600  # code points that the beginning of a sentence is looked for

Span = tuple[int, int]


def passages(text: str) -> tuple[Span, ...]:
    """Every such passage, in order, none touching another. Time is linear in the text's length.

    A passage runs from the sentence that gives it away to the end of its paragraph, or to the next heading or listed
    item: what follows an order usually belongs to it.
    """
    folded = fold(text)
    found = [folded.span(*match.span()) for pattern in PATTERNS for match in pattern.finditer(folded.text)]
    found += [match.span() for match in TURN.finditer(text)]
    found += [match.span() for match in ENCODED.finditer(text) if _encoded(match.group())]
    found += _turns([folded.span(*match.span()) for match in TOKEN.finditer(folded.text)])
    if not found:
        return ()
    stops = sorted({part.end for part in sections(text)} | {len(text)})
    passage: list[Span] = []
    for begin, end in sorted(found):
        if passage and end <= passage[-1][1]:
            continue
        begin, end = _sentence_begin(text, begin), _paragraph_end(text, end, stops)
        if passage and begin <= passage[-1][1]:
            passage[-1] = (passage[-1][0], max(end, passage[-1][1]))
        else:
            passage.append((begin, end))
    return tuple(passage)


def touches(spans: Sequence[Span], begin: int, end: int) -> bool:
    """Whether `[begin, end)` shares a character with one of the spans, which are in order and apart."""
    place = bisect_right(spans, (begin, begin)) - 1
    return any(first < end and begin < last for first, last in spans[max(0, place) : place + 2])


def _encoded(run: str) -> bool:
    mixed = any(c.islower() for c in run) and any(c.isupper() for c in run) and any(c.isdigit() for c in run)
    return mixed or HEX.fullmatch(run) is not None


def _turns(tokens: Iterable[Span]) -> list[Span]:
    """Control tokens, with what stands between two of them."""
    joined: list[Span] = []
    for begin, end in tokens:
        if joined and begin - joined[-1][1] <= REACH:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _sentence_begin(text: str, place: int) -> int:
    floor = max(0, place - BEFORE)
    ends = [match.end() for match in SENTENCE_END.finditer(text, floor, place)]
    return ends[-1] if ends else floor


def _paragraph_end(text: str, place: int, stops: Sequence[int]) -> int:
    """The end of the paragraph, of the listed item, or of the section, whichever comes first."""
    limit = stops[min(bisect_right(stops, place), len(stops) - 1)]
    begin, announced = place, False
    while True:
        end = text.find("\n", begin)
        if end < 0 or end >= limit:
            return max(limit, place)
        announced = announced or text[max(0, end - LAST) : end].rstrip().endswith((":", ",", "{", "["))
        after = text.find("\n", end + 1)
        following = text[end + 1 : after if after >= 0 else len(text)]
        if not following.strip() or (ITEM.match(following) and not announced):
            return end
        begin = end + 1
