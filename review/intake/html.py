"""The words of an HTML or XHTML document, in one pass.

Python's own parser takes time that grows with the square of a broken document (three minutes for
200 kB of "<a "), so one document could stop a server. Here every step moves forward or ends.
Nothing is fetched, and entities that a document defines itself stay unread.
"""

from __future__ import annotations

import html
import re

BLOCKS = re.compile(
    "address|article|aside|blockquote|br|caption|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|legend"
    "|li|main|nav|ol|option|p|pre|section|table|tbody|tfoot|thead|title|tr|ul"
)
# Left out with all that is in them; what is never closed goes on to the end.
SKIPPED = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "template", "noscript", "svg")
}
HEAD_END = re.compile(r"</head\b|<body\b", re.IGNORECASE)
PRE_END = re.compile(r"</pre\b", re.IGNORECASE)
TAGS_IN_PRE = re.compile(r"<[^<>]{0,200}>")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:]{0,30})")
BLANKS = re.compile(r"[ \t\r\n\f]+")


def text_of_html(document: str) -> str:
    """One line for each block, table cells set off by a tab."""
    scanner = _Scanner(document)
    while scanner.position < len(document):
        scanner.step()
    lines = (line.strip(" \t") for line in "".join(scanner.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Scanner:
    """Reads words up to the next "<", then what begins there."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.position = 0
        self.pieces: list[str] = []
        self.head_seen = False

    def step(self) -> None:
        opening = self._find("<", self.position)
        self._add(BLANKS.sub(" ", self.document[self.position : opening]))
        self.position = opening
        if self.document.startswith("<!--", opening):
            self.position = self._find("-->", opening, past=True)
        elif self.document.startswith("<![CDATA[", opening):
            self.position = self._find("]]>", opening, past=True)
            self.pieces.append(self.document[opening + 9 : self.position].removesuffix("]]>"))
        elif self.document.startswith(("<!", "<?"), opening):
            self._declaration(opening)
        elif tag := TAG.match(self.document, opening):
            self._tag(tag)
        elif opening < len(self.document):
            self._add("<")  # "BP < 140" is no tag
            self.position += 1

    def _declaration(self, opening: int) -> None:
        """A document type may hold declarations of its own in brackets."""
        end = self._find(">", opening, past=True)
        inner = self.document.find("[", opening, end)
        self.position = end if inner < 0 else self._find("]>", inner, past=True)

    def _tag(self, tag: re.Match[str]) -> None:
        name, closing = tag[1].lower(), self.document[tag.start() + 1] == "/"
        end = self._find(">", tag.end(), past=True)
        self.position = end
        if BLOCKS.fullmatch(name):
            self.pieces.append("\n")
        elif name in ("td", "th") and not closing:
            self.pieces.append("\t")
        if closing or self.document.startswith("/>", end - 2):
            return
        if name in SKIPPED:
            self.position = self._search(SKIPPED[name])
        elif name == "pre":
            self.position = self._search(PRE_END)
            self._add(TAGS_IN_PRE.sub("", self.document[end : self.position]))
        elif name == "head" and not self.head_seen:
            self.head_seen = True  # looked for once, or many heads would make many searches
            found = HEAD_END.search(self.document, end)
            self.position = found.start() if found else end

    def _add(self, words: str) -> None:
        try:
            self.pieces.append(html.unescape(words))
        except ValueError:  # a character number of thousands of digits
            self.pieces.append(words)

    def _find(self, mark: str, start: int, *, past: bool = False) -> int:
        """Where the mark begins, or ends; the end of the document when there is none."""
        found = self.document.find(mark, start)
        return len(self.document) if found < 0 else found + len(mark) * past

    def _search(self, pattern: re.Pattern[str]) -> int:
        found = pattern.search(self.document, self.position)
        return found.start() if found else len(self.document)
