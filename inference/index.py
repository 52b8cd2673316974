"""The dictionary of names: what the code book and the lexicon call each condition.

Compiled once for each release and lexicon (about a second), then read from a JSON file.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inference.coding.history import CHRONIC
from inference.lexicon import Lexicon
from inference.text.spelling import Speller
from inference.text.tokens import DETERMINERS, SIDES, expanded, tokens
from inference.text.wordlists import word_set
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

FORMAT = 8  # part of the cache's name: raise it when the compiled form changes
LEXICON, TITLE, TERM = "lexicon", "title", "term"
LONGEST_SPLIT = 5  # words of a lexicon name that may be matched out of order
LONGEST_SPLIT_TITLE = 3  # the same for a title: longer ones share too many words with each other
CONNECTIVES = frozenset({"in", "and", "or", "at", "on", "by", "for"})
LONGEST_NAME = 12  # words; longer titles name combinations that no note writes verbatim

BRACKETS = re.compile(r"\[[^\][]*\]|\([^()]*\)")
# Parts of a title that say nothing: "Anemia, unspecified" is written "anemia".
EMPTY_PARTS = re.compile(
    r"\b(?:unspecified (?:organism|site|type|cause|severity|part|location|trimester)|unspecified|nos|nec|"
    r"not elsewhere classified|not otherwise specified|uncomplicated|without (?:complications?|mention of \w+))\b",
    re.IGNORECASE,
)
SIDED = re.compile(
    r"\b(?:right|left|bilateral|unspecified (?:side|eye|ear|limb|upper|lower|shoulder|knee|hip))\b", re.IGNORECASE
)
JOINERS = (" on ", " s/p ", " status post ")
PAST = re.compile(r"(?:personal history of|past history of|history of|hx of|h/o|prior|previous) ")
# External causes and most of the factors chapter are written as stories, not as names.
STORIES = ("V", "W", "X", "Y")
# Single words and stock phrases that name no condition by themselves.
VAGUE = word_set(
    "pain disease disorder lesion mass injury wound abnormal symptom sign finding condition syndrome infection other "
    "swelling adult child male female normal history exam fall hunger heat cold stress problem follow up drug "
    "complication encounter counseling observation examination test screening care status lack family chronic acute "
    "foreign body need help service person state use activity exercise diet school death stroke alcohol absence "
    "acquired neck back head foot hand knee shoulder lump worry nervousness tension unhappiness elderly single twin "
    "triplet term high low weak light noise smoke water air vibration radiation travel surgery removal exposure "
    "abuse neglect attention fitting adjustment aftercare donor rehabilitation dialysis procedure treatment "
    "positive negative carrier contact blood mood deformity disability shock drop nodule cyst mole scar"
)


@dataclass(slots=True)
class Index:
    """`names`: a condition's normal form → (stored code, source). Sided names keep their side.

    `longest`: first word → most words of a name that opens with it. `rare`: for unordered matching,
    a name's rarest word → the names that contain it, each with all its telling words.
    """

    names: dict[str, tuple[str, str]]
    abbreviations: dict[str, tuple[str, ...]]
    longest: dict[str, int] = field(default_factory=dict)
    frequency: dict[str, int] = field(default_factory=dict)
    rare: dict[str, list[tuple[str, frozenset[str]]]] = field(default_factory=dict)
    speller: Speller = field(init=False)

    def __post_init__(self) -> None:
        for name in self.names:
            words = name.split(" ")
            self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))
            for word in set(words):
                self.frequency[word] = self.frequency.get(word, 0) + 1
        self.speller = Speller(self.frequency)
        for name, (_, source) in self.names.items():
            parts = frozenset(name.split(" ")) - CONNECTIVES
            if 2 <= len(parts) <= (LONGEST_SPLIT if source == LEXICON else LONGEST_SPLIT_TITLE):
                rarest = min(parts, key=lambda word: (self.frequency[word], word))
                self.rare.setdefault(rarest, []).append((name, parts))


def load(snapshot: Snapshot, lexicon: Lexicon, cache_dir: Path | None) -> Index:
    """The index, from the cache when it holds this release and lexicon, else compiled and cached."""
    if cache_dir is None:
        return Index(compile_names(snapshot, lexicon), lexicon.abbreviations)
    path = cache_dir / f"names-{FORMAT}-{_safe(snapshot.release)}-{len(snapshot.entries)}-{lexicon.digest}.json"
    names = _read(path)
    if names is None:
        names = compile_names(snapshot, lexicon)
        _write(path, names)
    return Index(names, lexicon.abbreviations)


def compile_names(snapshot: Snapshot, lexicon: Lexicon) -> dict[str, tuple[str, str]]:
    """Every name and its code; lexicon before titles before inclusion terms, categories before codes below."""
    names: dict[str, tuple[str, str]] = {}
    for phrase, target in lexicon.targets.items():
        code = undotted(target)
        if code in snapshot.entries and not _lasts(phrase, lexicon) and not _two_in_one(phrase, lexicon):
            name = normal_name(phrase, lexicon.abbreviations)
            if not _emptied(phrase, name):
                names.setdefault(name, (code, LEXICON))
    for source in (TITLE, TERM):
        for entry in snapshot.entries.values():
            if _named(entry):
                for phrase in _phrases(entry, source):
                    _add(names, normal_name(phrase, lexicon.abbreviations), entry.code, source)
    names.pop("", None)
    return names


def normal_name(phrase: str, abbreviations: dict[str, tuple[str, ...]]) -> str:
    """A phrase's normal form: folded words, abbreviations written out, determiners dropped, sides unified."""
    words = (token.norm for token in expanded(tokens(phrase), abbreviations))
    return " ".join(filter(None, (SIDES.get(word, word) for word in words if word not in DETERMINERS)))


def _emptied(phrase: str, name: str) -> bool:
    """Whether a name lost its telling word: "pain in the side" must not become "pain in"."""
    return len(name.split()) < len(phrase.split()) and VAGUE.union(CONNECTIVES).issuperset(name.split())


def _lasts(phrase: str, lexicon: Lexicon) -> bool:
    """Whether a phrase calls a lasting condition past: "history of asthma" is asthma (Guidelines I.C.21.c.4)."""
    past = PAST.match(phrase)
    return past is not None and undotted(lexicon.targets.get(phrase[past.end() :], "")).startswith(CHRONIC)


def _two_in_one(phrase: str, lexicon: Lexicon) -> bool:
    """Whether a phrase joins two names ("aki on ckd"), of which one code would lose the other."""
    for joiner in JOINERS:
        left, found, right = phrase.partition(joiner)
        if found and left in lexicon.targets and right in lexicon.targets:
            return True
    return False


def _named(entry: CodeEntry) -> bool:
    return len(entry.code) < 7 and not entry.code.startswith(STORIES)


def _add(names: dict[str, tuple[str, str]], name: str, code: str, source: str) -> None:
    words = name.split(" ")
    if len(words) > LONGEST_NAME or all(word in VAGUE or word in SIDES for word in words):
        return
    # A lone word from an inclusion term or of the status chapter is too often an ordinary word.
    if len(words) == 1 and (source == TERM or code.startswith(("Z", "T", "R4", "R5")) or len(name) < 4):
        return
    names.setdefault(name, (code, source))


def _phrases(entry: CodeEntry, source: str) -> Iterator[str]:
    texts = (entry.title,) if source == TITLE else entry.terms
    for text in texts:
        bare = BRACKETS.sub(" ", text)
        if SIDED.search(bare):
            continue
        yield text.replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ")
        yield bare
        short = EMPTY_PARTS.sub(" ", bare)
        yield short
        yield from _reordered(short)


def _reordered(text: str) -> Iterator[str]:
    """ "Pneumonia, bacterial" is written "bacterial pneumonia"."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2:
        yield f"{parts[1]} {parts[0]}"


def _safe(release: str) -> str:
    return re.sub(r"\W+", "-", release)


def _read(path: Path) -> dict[str, tuple[str, str]] | None:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {name: (code, source) for name, code, source in stored}


def _write(path: Path, names: dict[str, tuple[str, str]]) -> None:
    # Written beside and renamed, so that two workers starting together never read half a file.
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([(name, code, source) for name, (code, source) in names.items()], file)
    Path(temporary).replace(path)
