"""The common parts of the parsers of full texts: their limits, and the collector of a paragraph's spans."""

from __future__ import annotations

import re

from reader.core.addresses import addresses_in
from reader.core.document.model import Span, Spans
from reader.core.text import clean, clean_note

LETTERS = 20_000_000
"""Maximum letters of a page: ten times a very long paper."""

HTML_LETTERS = 12_000_000
"""Maximum letters of HTML: the tree of a larger page takes more than 300 MB. The longest known has 0.5 million."""

MARKDOWN_LETTERS = 2_000_000
"""Maximum letters of Markdown; the rest is left out before it is parsed, which takes 2 s for a million."""

TEXT_LETTERS = 4_000_000
"""Maximum letters of a document's text; the rest is left out."""

MOST_ELEMENTS = 1_000_000
"""Maximum elements of a page that are looked at; the rest is left out."""

DEPTH = 60
"""Elements within each other whose structure is read; deeper ones are plain text. A converted paper has up to 30."""

MOST_OPEN_ELEMENTS = 10_000
"""Maximum elements that may be open at once: the parser's time grows with their square (10,000: 0.2 s)."""

WORDS = 10_000
"""Maximum words between two ends of tags: the parser's time grows with the square of a tag's attributes."""

TABLE_CELLS = 20_000
MOST_TABLE_SPAN = 100
"""Maximum cells of a table, and columns or rows that one cell takes."""

TEXT_LIMIT = 200_000
"""Maximum letters of one text."""

TEX_LIMIT = 10_000
"""Maximum letters of a formula; longer ones are left out after that."""

_STYLE = re.compile(r"(^|& ?)\\displaystyle(?![A-Za-z]) ?")
_TEX_BREAK = re.compile(r"(?<!\\)%[ \t]*\r?\n")
_SPACES = re.compile(r"[^\S ]")


class SpanWriter:
    """Collects the spans of a paragraph: white space as one space, each text clean, neighbours of one style joined.

    With `keeps_spaces`, spaces stay as they are, and only line breaks go.
    """

    def __init__(self, *, keeps_spaces: bool = False) -> None:
        self._spans: list[Span] = []
        self._keeps_spaces = keeps_spaces
        self._is_spaced = True
        """Whether a space at the beginning of the next text would follow another one, or begin the paragraph."""

    def write(self, text: str, style: str = "", target: str = "") -> None:
        """Add text; the web addresses in it are links."""
        if self._keeps_spaces:
            plain = _SPACES.sub(" ", clean_note(text.replace("\n", "").replace("\r", "").replace("\t", "    ") + "|"))
            self._add(plain[:-1], style, target)
            return
        line = clean(text, TEXT_LIMIT)
        if not line:
            if text and not self._is_spaced:
                self._add(" ", style if self._spans[-1].style == style else "", "")
                self._is_spaced = True
            return
        if text[:1].isspace() and not self._is_spaced:
            line = f" {line}"
        if text[-1:].isspace():
            line = f"{line} "
        done = 0
        for found in () if target else addresses_in(line):
            self._add(line[done : found.start], style, "")
            self._add(line[found.start : found.end], style, found.url)
            done = found.end
        self._add(line[done:], style, target)
        self._is_spaced = line.endswith(" ")

    def space(self) -> None:
        """Add a space, unless there is one."""
        self.write(" ")

    def formula(self, tex: str, target: str = "") -> None:
        """Add a formula in TeX."""
        if tex := clean_tex(tex):
            self._spans.append(Span(tex, "formula", target))
            self._is_spaced = False

    def copy(self, spans: Spans, style: str | None = None) -> None:
        """Add spans, their texts in another style if one is given; formulas stay."""
        for span in spans:
            if span.style == "formula":
                self.formula(span.text, span.target)
            else:
                self.write(span.text, span.style if style is None else style, span.target)

    def mark(self, mark: str, target: str) -> None:
        """Add the mark of a footnote, which comes right after the text."""
        if mark := clean(mark, 20):
            self._spans.append(Span(mark, "mark", target))
            self._is_spaced = False

    def take(self) -> Spans:
        """The collected spans, without a space at the end; the writer is empty again."""
        spans, self._spans, self._is_spaced = self._spans, [], True
        while spans and spans[-1].style not in ("formula", "mark"):
            text = spans[-1].text.rstrip(" ")
            if text:
                spans[-1] = spans[-1]._replace(text=text)
                break
            spans.pop()
        return tuple(spans)

    def _add(self, text: str, style: str, target: str) -> None:
        if not text:
            return
        last = self._spans[-1] if self._spans else None
        if last and (last.style, last.target) == (style, target) and style not in ("formula", "mark"):
            # An accent at the beginning of a text was removed, so what is joined is as clean as its parts.
            self._spans[-1] = Span(last.text + text, style, target)
        else:
            self._spans.append(Span(text, style, target))


def restyle(spans: Spans, style: str = "") -> Spans:
    """Spans in another style, neighbours joined; formulas stay."""
    writer = SpanWriter()
    writer.copy(spans, style)
    return writer.take()


def clean_tex(tex: str) -> str:
    """TeX on one line: a line that ends in `%` continues with the next. What is displayed says so without a command."""
    return _STYLE.sub(r"\1", clean(_TEX_BREAK.sub("", tex), TEX_LIMIT))


def code_lines(code: str) -> tuple[Spans, ...]:
    """The lines of code with their spaces; none if there is no text."""
    lines = clean_note(code.expandtabs(4), TEXT_LIMIT).strip("\n").split("\n")
    return tuple((Span(line.rstrip(), "code"),) if line.strip() else () for line in lines) if any(lines) else ()
