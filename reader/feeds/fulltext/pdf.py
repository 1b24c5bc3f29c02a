"""A paper's text from the lines of its PDF: headings, paragraphs, captions, footnotes and references by their looks.

Made for papers set by LaTeX in one or two columns. Lines stay in the order of the file. The kind of a line follows from
its size, weight and position, compared with most other lines, and from the file's outline. Formulas, tables and code
keep their lines; text inside pictures is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, takewhile
from statistics import median
from typing import NamedTuple

from reader.core.document import model
from reader.core.document.model import Block, Document, Span, Spans
from reader.core.errors import NoFullText
from reader.core.text import amount, clean, normalize
from reader.feeds.fulltext.pdf_lines import SCRIPTS, SOFT_HYPHEN, Line, Page, Pages

WARNING = "Text from the PDF: formulas and tables may be wrong, figures are left out."
"""The first line of the text."""

MIN_LETTERS = 200
"""Minimum letters of a PDF's text; a scanned paper has fewer."""

MAX_CELLS = 200
"""Maximum cells from the left to the last part of a table's line."""

MAX_BLOCK_LETTERS = 100_000

MAX_COMPARED_ROWS = 100
"""Maximum rows of a part that are compared with the next line; a page of single letters would take minutes."""

MAX_PARTS_BACK = 14
"""Maximum parts before a line among which its paragraph or reference is searched for."""

_MIN_MONO_SHARE = 0.9
"""Minimum share of typewriter letters in a line of program code."""

_TEXT_KINDS = ("paragraph", "item")
"""Kinds of parts with running text."""

_CAPTION = re.compile(
    r"(?P<label>(?:Fig(?:ure|\.)|FIG(?:URE|\.)|Tab(?:le|\.)|TABLE|Algorithm|ALGORITHM|Listing|Scheme)"
    r"\s*[A-Z]?\.?(?:\d+(?:\.\d+)*|[IVXLC]+\b))\s*(?P<end>[.:|–—]|$|(?=\s))"
)
_NUMBER = re.compile(r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3}|[IVX]{1,5})(?P<dot>\.?)\s+(?=[^\W\d_])")
_STATEMENT = re.compile(
    r"(?:Theorem|Lemma|Proposition|Corollary|Definition|Remark|Example|Assumption|Claim|Conjecture|Proof)"
    r"(?:\s+[A-Z]?\d+(?:\.\d+)*)?(?:\s*\([^)]{1,80}\))?[.:]"
)
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d*$")
_CONTENTS = ("contents", "tableofcontents", "listoffigures", "listoftables")
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_NAMES = re.compile(
    r"(?:abstract|references|bibliography|acknowledge?ments?(?: and disclosure of funding)?|introduction|conclusions?|"
    r"related works?|limitations|appendix|appendices|discussion|methods?|results|background|preliminaries|experiments|"
    r"keywords|ethics statement|broader impact|impact statement|reproducibility statement)\W*",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"(abstract)\s*[.:—–-]\s*", re.IGNORECASE)
_REFERENCES = re.compile(r"[\W\d]*(?:references|bibliography|literature cited|works cited)\W*", re.IGNORECASE)
_MARKER = re.compile(r"(\[[\w+-]{1,12}\]|\d{1,3}\.)(?:\s+|$)")
_BULLET = re.compile(r"([•·▪–◦∗*]|\(?\d{1,2}[.)]|\(?[ivx]{1,4}\)|\([a-z]\))\s+")
_FOOTNOTE = re.compile(r"([\d⁰¹²³⁴-⁹*∗†‡§¶]{1,2})\s*(?=[^\W\d⁰¹²³⁴-⁹])")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SMALL_WORD = re.compile(r"\b[a-z]{3,}\b")
_EQUATION_NUMBER = re.compile(r"(?:^|\s)\((?:[A-Z]\.?)?\d{1,3}[a-z]?\)$")
_SENTENCE_END = re.compile(r"[.!?:][’”'\")\]]?[\d⁰¹²³⁴-⁹]*$")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:al|[A-Z]|Eqs?|Figs?|Refs?|Secs?|Tabs?|cf|vs|resp|e\.g|i\.e)\.$")
"""Abbreviations, whose full stop does not end a sentence."""
_PAGE_NUMBER = re.compile(r"\W*(?:\d{1,4}|[ivxl]+)\W*")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

_NO_LINE = Line("", -1, 0.0, 0.0, 0.0, 0.0)
"""The line before the first."""


def read_pdf(pages: Pages) -> Document:
    """The text of a PDF's lines; raises NoFullText if it has none, for example because its pages are scanned."""
    kept = list(_without_furniture(pages.pages))
    lines = [line for page in kept for line in page.lines]
    if sum(len(line.text) for line in lines) < MIN_LETTERS:
        raise NoFullText("its PDF has pictures of pages but no text")
    looks = _Looks.of(lines)
    drawn = _find_drawn(kept, lines, looks)
    text_lines = [line for index, line in enumerate(lines) if index not in drawn]
    builder = _Builder(kept, text_lines, looks, _find_headings(text_lines, looks, pages.outline))
    for index in range(len(text_lines)):
        builder.add(index)
    return _document(builder.parts[1:], pages.is_cut, len(drawn))


def _without_furniture(pages: Sequence[Page]) -> Iterator[Page]:
    """The pages without headers, page numbers, line numbers and tables of contents."""
    edges: list[set[Line]] = []
    for page in pages:
        # The first line of a small page is also a header.
        first = max(page.lines, key=lambda line: line.base, default=_NO_LINE)
        edges.append({first, *(line for line in page.lines if not 0.085 < line.base / page.height < 0.915)})
    seen = Counter(place for edge in edges for place in {_place(line) for line in edge})
    often = 2 if len(pages) < 12 else 3
    for page, edge in zip(pages, edges, strict=True):
        lowest = min((line.base for line in page.lines), default=0.0)
        numbers = Counter(round(line.right) for line in page.lines if line.text.isdecimal())
        contents = _contents(page.lines)
        kept = (
            line
            for index, line in enumerate(page.lines)
            if index not in contents
            and not (line in edge and seen[_place(line)] >= often)
            and not ((line in edge or line.base <= lowest) and _PAGE_NUMBER.fullmatch(line.text))
            # Drafts number every line.
            and not (line.text.isdecimal() and len(line.text) == 3 and numbers[round(line.right)] > 15)
        )
        yield page._replace(lines=tuple(kept))


def _place(line: Line) -> tuple[str, int]:
    """A line's text without numbers, and its height, which are equal for the header of every page."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", line.text), round(line.base / 6)


def _contents(lines: Sequence[Line]) -> range:
    """The lines of a table of contents, from its title to its last line with dots before the page number."""
    ends = [index for index, line in enumerate(lines) if _LEADERS.search(line.text)]
    if len(ends) < 3:
        return range(0)
    title = next((index for index, line in enumerate(lines) if _letters(line.text) in _CONTENTS), ends[0])
    return range(title, ends[-1] + 1)


class _Looks(NamedTuple):
    """The looks of a paper's running text, in points."""

    body: float
    """The size of the letters."""
    column: float
    """The width of a full line."""
    edges: tuple[float, ...]
    """The left edges of the columns."""
    leading: float
    """The distance from one line to the next."""
    words: Counter[str]
    """The count of each word, to join words that are hyphenated at the end of a line."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Looks:
        sizes: Counter[float] = Counter()
        words: Counter[str] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
            for word in _WORD.findall(line.text.lower()):
                parts = word.split("-")
                words.update({word, *parts, *map("-".join, pairwise(parts))})
        body = _most_common(sizes, 10.0)
        widths = Counter(round(x.width / 4) * 4.0 for x in lines if abs(x.size - body) < 0.6 and len(x.text) > 25)
        column = _most_common(widths, 400.0)
        starts = Counter(round(line.left / 2) * 2.0 for line in lines if abs(line.width - column) < 6)
        edges = sorted(left for left, count in starts.items() if count > 0.15 * starts.total())
        steps = Counter(
            round(above.base - below.base, 1)
            for above, below in pairwise(lines)
            if 0 < above.base - below.base < 3 * body and above.size == below.size == body
        )
        return cls(body, column, tuple(edges), _most_common(steps, 1.2 * body), words)

    def indent(self, line: Line) -> float:
        """The distance from the edge of the column to the start of a line."""
        return line.left - max((edge for edge in self.edges if edge <= line.left + 4), default=line.left)

    def is_short(self, line: Line) -> bool:
        """Whether a line leaves some of its column empty."""
        return line.width < 0.93 * self.column or (len(self.edges) < 2 and len(line.text) < 90)

    def is_large(self, line: Line) -> bool:
        """Whether the letters of a line are larger than in running text."""
        return line.size > 1.12 * self.body


def _most_common(counts: Counter[float], default: float) -> float:
    return max(counts, key=counts.__getitem__, default=default)


def _find_drawn(pages: Sequence[Page], lines: Sequence[Line], looks: _Looks) -> set[int]:
    """The lines inside pictures, and the labels of drawings, which are short lines above a figure's caption."""
    drawn = set()
    for index, line in enumerate(lines):
        caption = _CAPTION.match(line.text)
        if caption is None and any(picture.holds(line) for picture in pages[line.page].pictures):
            drawn.add(index)
        above = index - 1
        while caption and line.text[0] in "Ff" and above >= 0 and _is_label(lines, above, line, looks):
            drawn.add(above)
            above -= 1
    return drawn


def _is_label(lines: Sequence[Line], index: int, caption: Line, looks: _Looks) -> bool:
    line, before = lines[index], lines[max(0, index - 1)]
    is_above = line.page == caption.page and line.base > caption.base
    is_text = line.math >= 0.2 or any(pattern.match(line.text) for pattern in (_CAPTION, _BULLET, _NUMBER))
    ends_paragraph = before.width >= 0.8 * looks.column and before.page == line.page
    is_heading = line.bold > 0.5 and line.size > looks.body
    return is_above and line.width < 0.6 * looks.column and not (is_text or ends_paragraph or is_heading)


# Headings


def _find_headings(lines: Sequence[Line], looks: _Looks, outline: Sequence[tuple[str, int]]) -> dict[int, int]:
    """The first line of each heading, and its depth, 0 for a section.

    Most are known by the file's outline, their number or their name; others are bold lines that look the same.
    """
    outline_depths: dict[str, int] = {}
    for title, depth in outline:
        outline_depths.setdefault(_letters(_COMMAND.sub(" ", title)), depth)
    headings: dict[int, int] = {}
    styles: dict[tuple[float, bool], int] = {}
    last_places: dict[tuple[str, ...], int] = {}
    before = _NO_LINE
    for index, line in enumerate(lines):
        style = round(line.size), line.bold > 0.5
        if _may_be_heading(line, looks):
            if (known := _known_depth(line, looks, outline_depths, last_places)) is not None:
                headings[index] = known
                styles[style] = min(known, styles.get(style, known))
            elif (headings or line.page) and looks.is_short(line) and not _CAPTION.match(line.text):
                is_apart = before.page != line.page or not 0 < before.base - line.base < 1.25 * looks.leading
                is_like = style in styles and line.bold > 0.9 and is_apart and not _NUMBER.match(line.text)
                if is_like or (line.bold > 0.5 and looks.is_large(line) and len(outline_depths) < 4):
                    headings[index] = styles.get(style, 0)
        before = line
    return headings


def _may_be_heading(line: Line, looks: _Looks) -> bool:
    letters = re.sub(r"[^A-Za-z]", "", line.text)
    stands_out = line.bold > 0.5 or line.italic > 0.75 or line.size > looks.body + 0.4 or letters.isupper()
    is_words = line.text[:1].isalnum() and len(letters) > 2 and line.math < 0.5 and len(line.text) < 120
    return is_words and (stands_out or bool(_NUMBER.match(line.text)))


def _known_depth(
    line: Line, looks: _Looks, outline_depths: Mapping[str, int], last_places: dict[tuple[str, ...], int]
) -> int | None:
    """The depth of a heading by the outline, its number or its name; None if it has none of them."""
    number = _NUMBER.match(line.text)
    title, whole = _letters(line.text[number.end() :] if number else line.text), _letters(line.text)
    for key in (title, whole):
        if len(key) > 2 and key in outline_depths:
            return outline_depths[key]
    if len(title) > 9 and line.bold > 0.5:
        # A long title may continue on the next line.
        longer = (known for key, known in outline_depths.items() if key.startswith(title) and 3 * len(title) > len(key))
        if (depth := next(longer, None)) is not None:
            return depth
    stands_out = line.bold > 0.5 or line.text.isupper()
    if number is None:
        return 0 if _NAMES.fullmatch(line.text) and (stands_out or line.size > looks.body + 0.4) else None
    is_italic = line.italic > 0.75 and looks.is_short(line)
    is_heading = (stands_out or is_italic or looks.is_large(line)) and len(outline_depths) < 4
    return _depth_of(number["number"], last_places) if is_heading else None


def _depth_of(number: str, last_places: dict[tuple[str, ...], int]) -> int | None:
    """The depth of a numbered heading, 0 for a section; None if the number does not follow the last one of its kind.

    `last_places` are the last numbers, each by the outer number and its kind.
    """
    *outer, last = number.split(".")
    kinds = [("digits", int(last))] if last.isdecimal() else []
    kinds += [("roman", _ROMAN.index(last))] if last in _ROMAN else []
    kinds += [("letter", ord(last) - ord("A") + 1)] if len(last) == 1 and last.isalpha() else []
    for kind, place in kinds:
        if 0 < place - last_places.get((*outer, kind), 0) < 3:
            last_places[*outer, kind] = place
            if kind == "roman":
                last_places.pop(("letter",), None)
            return len(outer) + (kind == "letter" and ("roman",) in last_places)
    return None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


# Lines to parts


@dataclass
class _Part:
    """Lines that become one block."""

    kind: str
    """One of `_TEXT_KINDS`, `title`, `heading`, `caption`, `note`, `reference` or `lines`."""
    text: str
    """The joined text; for `lines`, the text of the first line."""
    rows: list[Line]
    depth: int = 0
    """The depth of a heading."""

    @property
    def first(self) -> Line:
        return self.rows[0]

    @property
    def last(self) -> Line:
        return self.rows[-1]


@dataclass
class _Builder:
    """Builds the parts, line by line."""

    pages: Sequence[Page]
    lines: Sequence[Line]
    looks: _Looks
    headings: Mapping[int, int]
    """The depth of each heading by its first line."""
    parts: list[_Part] = field(default_factory=lambda: [_Part("", "", [_NO_LINE])])
    """The first one is empty."""
    in_references: bool = False
    has_headings: bool = False
    before: Line = _NO_LINE
    follows: bool = False
    """Whether the current line is directly below the line before, in letters of the same size."""

    @property
    def last(self) -> _Part:
        return self.parts[-1]

    def add(self, index: int) -> None:
        """Add a line to the last part, or begin another."""
        line, before, last = self.lines[index], self.before, self.last
        is_alike = before.page == line.page and abs(before.size - line.size) < 0.6
        self.follows = is_alike and 0 < before.base - line.base < 1.35 * max(self.looks.leading, 1.25 * line.size)
        caption = _CAPTION.match(line.text)
        is_title = line.page == 0 and not self.has_headings and line.size > 1.25 * self.looks.body
        # A caption or a footnote continues on the next line.
        continues_last = last.kind in ("caption", "note") and last.last is before and self.follows
        if self._is_code(index):
            self._add_row(line)
        elif caption and self._begins_caption(line, caption):
            self._begin("caption", line)
        elif is_title and last.kind == "title" and abs(last.first.size - line.size) < 1:
            self._join(last, line)
        elif is_title and all(part.kind != "title" for part in self.parts):
            self._begin("title", line)
        elif self._continues_heading(line):
            self._join(last, line)
        elif not self.has_headings and (abstract := _ABSTRACT.match(line.text)):
            self._begin_heading(line, 0, abstract[1])
            self._begin("paragraph", line, text=line.text[abstract.end() :])
        elif index in self.headings:
            self._begin_heading(line, self.headings[index])
        elif self._is_note(line):
            self._begin("note", line)
        elif self.in_references and not continues_last:
            self._add_reference(index, line)
        elif continues_last and not (len(line.cells) > 1 and _is_of_table(last.text) and _ends(last.text)):
            self._join(last, line)
        elif self._is_row(line):
            self._add_row(line)
        else:
            self._add_text(index, line)
        self.before = line

    def _begin(self, kind: str, line: Line, depth: int = 0, text: str | None = None) -> None:
        self.parts.append(_Part(kind, line.text if text is None else text, [line], depth))

    def _join(self, part: _Part, line: Line) -> None:
        if len(part.text) < MAX_BLOCK_LETTERS:
            part.text = _join_lines(part.text, line.text, self.looks.words)
        part.rows.append(line)

    def _add_row(self, line: Line) -> None:
        last = self.last.last
        is_code = line.mono > _MIN_MONO_SHARE
        if self.last.kind == "lines" and last.page == line.page and (last.mono > _MIN_MONO_SHARE) is is_code:
            self.last.rows.append(line)
        else:
            self._begin("lines", line)

    # Headings

    def _begin_heading(self, line: Line, depth: int, text: str | None = None) -> None:
        self._begin("heading", line, depth, text)
        self.has_headings = True
        self.in_references = bool(_REFERENCES.fullmatch(line.text))

    def _continues_heading(self, line: Line) -> bool:
        is_next = self.last.kind == "heading" and self.follows and len(self.last.text) > 20
        return is_next and (line.bold > 0.75 or self.looks.is_large(line)) and not _NUMBER.match(line.text)

    # Captions, tables, formulas and code

    def _is_code(self, index: int) -> bool:
        """Whether a line is program code: two adjacent lines in typewriter letters, of which one is short."""
        around = self.lines[max(0, index - 1) : index + 2]
        is_code = self.lines[index].mono > _MIN_MONO_SHARE and sum(one.mono > _MIN_MONO_SHARE for one in around) > 1
        return is_code and (self.last.kind == "lines" or any(map(self.looks.is_short, around)))

    def _begins_caption(self, line: Line, caption: re.Match[str]) -> bool:
        """Whether `Figure 2` begins a caption; in the middle of a paragraph it is part of the text."""
        if self.follows and self.last.kind in _TEXT_KINDS and not _ends(self.last.text):
            return False
        return bool(caption["end"]) or abs(line.size - self.looks.body) > 0.4 or line.bold > 0

    def _is_row(self, line: Line) -> bool:
        """Whether a line belongs to a table or to a displayed formula."""
        looks, words = self.looks, len(_SMALL_WORD.findall(line.text))
        if self._continues_rows(line, words):
            return True
        if line.text.startswith(("•", "▪", "◦")):
            return False
        is_math = line.math > 0.45 or (line.math > 0.2 and looks.indent(line) > 16)
        is_formula = (is_math and looks.is_short(line)) or (line.math >= 0.05 and _EQUATION_NUMBER.search(line.text))
        if len(line.text) < 4 or _EQUATION_NUMBER.fullmatch(line.text) or (words < 3 and is_formula):
            return True
        cells = len(line.cells)
        if cells < 2 or len(re.findall(r"[^\W\d_]{3,}", line.text)) >= 2.5 * cells:
            return False
        in_text = self.last.kind in (*_TEXT_KINDS, "caption", "note") and self.follows
        if in_text and 0.96 < line.width / looks.column < 1.04 and len(line.text.split()) < 2 * cells:
            # The words of justified text may be far apart.
            return False
        if cells > 2 or (in_text and len(self.before.cells) < 2):
            return cells > 2
        return looks.is_short(line) or line.size < 0.95 * looks.body

    def _continues_rows(self, line: Line, words: int) -> bool:
        """Whether a line is near the caption of a table, or indented below rows."""
        looks, last = self.looks, self.last
        if last.last.page != line.page or line.width > (0.6 if words else 0.9) * looks.column:
            return False
        rows = last.rows[-MAX_COMPARED_ROWS:]
        away = min(row.base for row in rows) - line.base
        above = self.parts[-2] if last.kind == "lines" else last
        if above.kind == "caption" and _is_of_table(above.text):
            return away < 3 * looks.leading and line.base < above.last.base
        is_indented = looks.indent(line) > 16 and line.left > min(row.left for row in rows)
        return last.kind == "lines" and is_indented and words < 3 and 0 < away < 1.7 * looks.leading

    # Notes and references

    def _is_note(self, line: Line) -> bool:
        """Whether a footnote begins: small letters in the lower third of a page, after a mark."""
        in_entry = self.in_references and self.last.kind == "reference"
        max_size = self.last.first.size - 0.6 if in_entry else 0.93 * self.looks.body
        is_low = line.base < 0.35 * self.pages[line.page].height
        is_text = len(line.text) > 8 and line.math <= 0.5
        return line.size < max_size and is_low and is_text and bool(_FOOTNOTE.match(line.text))

    def _add_reference(self, index: int, line: Line) -> None:
        """Add a line to the bibliography: entries begin with a marker, at the edge of the column, or after a gap."""
        near, later = self.lines[max(0, index - 30) : index + 30], self.lines[index : index + 60]
        alike = [one for one in later if one.page == line.page and abs(one.size - line.size) < 0.6]
        if sum(bool(_MARKER.match(other.text)) for other in near) > 2:
            begins = bool(_MARKER.match(line.text))
        elif sum(5 < self.looks.indent(other) < 40 for other in alike) > 0.2 * len(alike):
            begins = self.looks.indent(line) < 4
        else:
            steps = [above.base - below.base for above, below in pairwise(alike)]
            step = min((one for one in steps if 2 < one < 3 * self.looks.body), default=self.looks.leading)
            begins = self.before.page == line.page and self.before.base - line.base > 1.2 * step
        entries = (part for part in reversed(self.parts[-MAX_PARTS_BACK:]) if part.kind in ("reference", "heading"))
        last = next(entries, None)
        if begins or last is None or last.kind != "reference":
            self._begin("reference", line)
        else:
            self._join(last, line)

    # Running text

    def _add_text(self, index: int, line: Line) -> None:
        """Add a line of running text; a paragraph continues after a float between its lines."""
        bullet = _BULLET.match(line.text)
        if bullet and bullet[1][-1] in ".)" and self.last.kind == "paragraph" and self.follows:
            # It may be a number or an enumeration within a sentence.
            is_full = bullet[1][0] == "(" or self.before.width > 0.8 * self.looks.column
            bullet = None if is_full and line.left < self.last.last.left + 4 and not _ends(self.last.text) else bullet
        tail = None if bullet else self._tail(line)
        if tail is not None and self._continues(tail, index, line):
            self._join(tail, line)
        else:
            self._begin("item" if bullet else "paragraph", line)

    def _tail(self, line: Line) -> _Part | None:
        """The text that a line may continue: the last one, or one that a float has cut within a sentence."""
        near = [part for part in self.parts[-MAX_PARTS_BACK:] if part.kind in (*_TEXT_KINDS, "heading", "title")][::-1]
        found = list(takewhile(lambda part: part.kind in _TEXT_KINDS, near))
        full = 0.93 * self.looks.column
        for part in found if line.text[:1].islower() else ():
            if part.last.width > full and not _ends(part.text):
                return part
            if max(row.width for row in part.rows[-MAX_COMPARED_ROWS:]) > full or (part is self.last and self.follows):
                break
        return found[0] if found else None

    def _is_after_formula(self, tail: _Part, line: Line) -> bool:
        """Whether only a formula is between a paragraph and a line, which therefore stays after the formula."""
        if self.last.kind != "lines" or self.parts[-2] is not tail or tail.last.page != line.page:
            return False
        step = tail.last.base - line.base
        # Limits of a sum that is within a line, and the halves of a fraction, are short.
        is_apart = step > 1.35 * self.looks.leading or (step > 0 and sum(len(row.text) for row in self.last.rows) > 12)
        return is_apart and not tail.text.endswith(SOFT_HYPHEN)

    def _continues(self, tail: _Part, index: int, line: Line) -> bool:
        """Whether a line continues a paragraph: as its next line, or moved by a column, a page or a float."""
        before, column = self.before, self.looks.column
        after = self.lines[min(index + 1, len(self.lines) - 1)]
        is_next = after.page == line.page and 0 < line.base - after.base < 1.5 * self.looks.leading
        is_alike = abs(after.size - line.size) < 0.6 and not _BULLET.match(after.text)
        is_indented = is_next and is_alike and 4 < line.left - after.left < 30
        is_small = line.text[:1].islower()
        if self.last is tail and self.follows and not is_indented:
            may_begin = before.width < 0.8 * column or _STATEMENT.match(line.text)
            return is_small or not (may_begin and _ends(before.text))
        is_of_body = all(abs(size - line.size) < 0.8 for size in (tail.last.size, self.looks.body))
        if self._is_after_formula(tail, line) or _ends(tail.text) or not is_of_body:
            return False
        if is_small or tail.text.endswith(SOFT_HYPHEN):
            return True
        is_cut = before.page != line.page or before.base < line.base
        is_full = before is tail.last and tail.last.width > 0.93 * column
        is_text = _ends(line.text) or line.width > 0.93 * column
        return (self.last is not tail or (is_cut and is_full and is_text)) and not is_indented


def _ends(text: str) -> bool:
    """Whether a text ends with the end of a sentence."""
    return _SENTENCE_END.search(text[-20:]) is not None and _ABBREVIATION.search(text[-20:]) is None


def _is_of_table(caption: str) -> bool:
    return caption[:3].lower() == "tab"


def _join_lines(text: str, more: str, words: Counter[str]) -> str:
    """Two lines as one; the parts of a cut word are joined, with a hyphen if the paper writes it so elsewhere."""
    is_soft = text.endswith(SOFT_HYPHEN)
    if not is_soft and not (text.endswith(("-", "\N{HYPHEN}")) and more[:1].islower()):
        return f"{text} {more}"
    left = re.search(r"[^\W_]*$", text[:-1])
    right = re.match(r"[^\W_]+", more)
    if left is None or not left[0] or right is None:
        return f"{text[:-1]}-{more}"
    whole, hyphenated = f"{left[0]}{right[0]}".lower(), f"{left[0]}-{right[0]}".lower()
    is_name = right[0][0].isupper() or left[0].isupper()
    # TeX does not hyphenate the parts of a compound.
    is_compound = bool(re.search(r"\w-$", text[: left.start()]) or re.match(r"-\w", more[right.end() :]))
    keeps = words[hyphenated] > words[whole] or (not words[whole] and (is_name or is_compound))
    return f"{text[:-1]}{'-' if keeps else ''}{more}"


# Parts to blocks


def _document(parts: Sequence[_Part], is_cut: bool, left_out: int) -> Document:
    title = next((_expand_ligatures(part.text) for part in parts if part.kind == "title"), "")
    blocks: list[Block] = [model.Paragraph((Span(WARNING, "emphasis"),))]
    blocks += (_block(part) for part in parts if part.kind != "title")
    if left_out:
        blocks.append(model.Paragraph((Span(f"{amount(left_out, 'line')} inside figures left out.", "emphasis"),)))
    return Document(title, tuple(_with_lists(blocks)), is_cut=is_cut)


def _with_lists(blocks: Sequence[Block]) -> Iterator[Block]:
    """Join adjacent items into one list."""
    for is_list, group in groupby(blocks, lambda block: isinstance(block, model.Items)):
        found = list(group)
        items = tuple(item for block in found if isinstance(block, model.Items) for item in block.items)
        yield from [model.Items(items, found[0].anchor)] if is_list else found


def _block(part: _Part) -> Block:
    text = _expand_ligatures(part.text)
    match part.kind:
        case "heading":
            number = _NUMBER.match(text)
            spans = (Span(text[number.end() if number else 0 :]),)
            return model.Heading(part.depth + 1, number["number"] if number else "", spans)
        case "caption":
            label, rest = _split_label(_CAPTION, text)
            return model.Figure(label, _spans(rest), ())
        case "note":
            mark, rest = _split_label(_FOOTNOTE, text)
            return model.Note(normalize("NFKC", mark), _spans(rest))
        case "reference":
            label, rest = _split_label(_MARKER, text)
            return model.Reference(label, _spans(rest), f"ref-{label.strip('[].')}" if label else "")
        case "lines":
            return model.Verbatim(tuple((Span(line),) for line in _laid_out(part.rows)))
        case "item":
            marker, rest = _split_label(_BULLET, text)
            return model.Items((model.Item("•" if marker in "·▪∗*" else marker, (model.Paragraph(_spans(rest)),)),))
        case _:
            return model.Paragraph(_spans(text))


def _spans(text: str) -> Spans:
    return (Span(text),) if text else ()


def _split_label(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The label at the beginning of a text, and the rest."""
    found = pattern.match(text)
    return (found[1], text[found.end() :].strip()) if found else ("", text)


def _laid_out(lines: Sequence[Line]) -> Iterator[str]:
    """Lines of a table, a formula or of code, each part where it stands on the page."""
    left = min(line.left for line in lines)
    widest = max(lines, key=lambda line: len(line.text))
    is_even = widest.mono > _MIN_MONO_SHARE and len(widest.cells) == 1 and widest.width > len(widest.text) > 0
    letter = widest.width / len(widest.text) if is_even else 0.5 * median(line.size for line in lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if rows and rows[-1][0].base - line.base < 0.35 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        text = ""
        for start, cell in sorted(cell for line in row for cell in line.cells):
            gap = " " if text else ""
            text = f"{text}{gap}".ljust(min(MAX_CELLS, round((start - left) / letter))) + _expand_ligatures(cell)
        yield text[:MAX_BLOCK_LETTERS]


def _expand_ligatures(text: str) -> str:
    """A clean text with letters instead of ligatures."""
    parts = enumerate(SCRIPTS.split(text.rstrip(SOFT_HYPHEN)))
    return clean("".join(part if at % 2 else normalize("NFKC", part) for at, part in parts), MAX_BLOCK_LETTERS)
