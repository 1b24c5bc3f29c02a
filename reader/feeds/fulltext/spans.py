"""The common parts of the parsers of full texts: their limits, and the collector of a paragraph's spans."""

from __future__ import annotations

import re

from reader.core.addresses import addresses_in
from reader.core.document.model import Span, Spans
from reader.core.text import clean, clean_note

LETTERS = 20_000_000
"""Maximum letters of a page, ten times as many as in a very long paper."""

MAX_HTML_LETTERS = 12_000_000
"""Maximum letters of HTML; the tree of a larger page takes over 300 MB. The longest known page has 0.5 million."""

MAX_MARKDOWN_LETTERS = 2_000_000
"""Maximum letters of Markdown; the rest is left out before it is parsed, which takes 2 s for a million."""

TEXT_LETTERS = 4_000_000
"""Maximum letters of a document's text; the rest is left out."""

MAX_ELEMENTS = 1_000_000
"""Maximum elements of a page; the rest is left out."""

DEPTH = 60
"""Maximum depth of elements whose structure is read; deeper elements become plain text. Papers have up to 30."""

MAX_OPEN_ELEMENTS = 10_000
"""Maximum elements open at the same time; the parser's time grows with their square (10,000: 0.2 s)."""

WORDS = 10_000
"""Maximum words between the ends of two tags; the parser's time grows with the square of a tag's attributes."""

MAX_TABLE_CELLS = 20_000
MAX_CELL_SPAN = 100
"""Maximum cells of a table, and maximum columns or rows of one cell."""

TEXT_LIMIT = 200_000
"""Maximum letters of one text."""

TEX_LIMIT = 10_000
"""Maximum letters of a formula; the rest is left out."""

_STYLE = re.compile(r"(^|& ?)\\displaystyle(?![A-Za-z]) ?")
_TEX_BREAK = re.compile(r"(?<!\\)%[ \t]*\r?\n")
_SPACES = re.compile(r"[^\S ]")


class SpanWriter:
    """Collects the spans of a paragraph as clean text; white space becomes one space, and equal styles are joined.

    With `keeps_spaces`, spaces stay, and only line breaks are removed.
    """

    def __init__(self, *, keeps_spaces: bool = False) -> None:
        self._spans: list[Span] = []
        self._keeps_spaces = keeps_spaces
        self._is_spaced = True
        """Whether a space would follow another space or begin the paragraph."""

    def write(self, text: str, style: str = "", target: str = "") -> None:
        """Add text; web addresses become links."""
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
        for address in () if target else addresses_in(line):
            self._add(line[done : address.start], style, "")
            self._add(line[address.start : address.end], style, address.url)
            done = address.end
        self._add(line[done:], style, target)
        self._is_spaced = line.endswith(" ")

    def space(self) -> None:
        """Add a space, unless the text ends with a space."""
        self.write(" ")

    def formula(self, tex: str, target: str = "") -> None:
        """Add a formula in TeX."""
        if tex := clean_tex(tex):
            self._spans.append(Span(tex, "formula", target))
            self._is_spaced = False

    def copy(self, spans: Spans, style: str | None = None) -> None:
        """Add spans, with their texts in `style` if given; formulas keep their style."""
        for span in spans:
            if span.style == "formula":
                self.formula(span.text, span.target)
            else:
                self.write(span.text, span.style if style is None else style, span.target)

    def mark(self, mark: str, target: str) -> None:
        """Add the mark of a footnote, without a space before it."""
        if mark := clean(mark, 20):
            self._spans.append(Span(mark, "mark", target))
            self._is_spaced = False

    def take(self) -> Spans:
        """Return the collected spans without a space at the end, and empty the writer."""
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
            # Joined texts are as clean as their parts, because combining accents at the beginning were removed.
            self._spans[-1] = Span(last.text + text, style, target)
        else:
            self._spans.append(Span(text, style, target))


def restyle(spans: Spans, style: str = "") -> Spans:
    """Spans in another style; formulas keep their style, and adjacent texts are joined."""
    writer = SpanWriter()
    writer.copy(spans, style)
    return writer.take()


def clean_tex(tex: str) -> str:
    r"""TeX on one line, without `\displaystyle`; a line that ends in `%` continues on the next line."""
    return _STYLE.sub(r"\1", clean(_TEX_BREAK.sub("", tex), TEX_LIMIT))


def code_lines(code: str) -> tuple[Spans, ...]:
    """The lines of code with their spaces; empty without text."""
    lines = clean_note(code.expandtabs(4), TEXT_LIMIT).strip("\n").split("\n")
    return tuple((Span(line.rstrip(), "code"),) if line.strip() else () for line in lines) if any(lines) else ()
