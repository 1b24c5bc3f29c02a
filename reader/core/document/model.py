"""The model of a paper's full text: blocks in reading order, whose text is clean and whose links lead to anchors.

A document is plain frozen data. Blocks nest at most `NESTING` deep, so functions over them may recurse.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Replaces a letter of a PDF whose code is unknown."""

NESTING = 8
"""Maximum nesting of blocks; deeper blocks become part of the innermost container."""


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    """Plain text; TeX in a formula."""
    style: str = ""
    """One of `STYLES`."""
    target: str = ""
    """The target of a link: `#` and an anchor of this document, or a web address; empty without a link."""


STYLES = ("", "strong", "emphasis", "code", "formula", "mark")
"""The styles of spans; `mark` is the mark of a footnote."""

Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section, which extends to the next heading."""

    level: int
    """1 for a section, 2 for a subsection and so on, at most 5."""
    number: str
    """As printed, such as `2.1` or `Appendix A`; may be empty."""
    spans: Spans
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    spans: Spans
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """Displayed formulas, one below the other."""

    rows: tuple[str, ...]
    """TeX."""
    number: str = ""
    """As printed, such as `(4)`."""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list."""

    marker: str
    """As printed: `•`, `(a)`, or the described term."""
    blocks: tuple[Block, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Item, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: tuple[Block, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Lines that keep their breaks and spaces: code, or the steps of an algorithm."""

    lines: tuple[Spans, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    spans: Spans
    across: int = 1
    """Number of columns."""
    down: int = 1
    """Number of rows."""
    align: str = "left"
    """`left`, `right` or `center`."""
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a cell that spans several rows is in the first of these rows."""

    rows: tuple[tuple[Cell, ...], ...]
    rules: tuple[int, ...] = ()
    """Indexes of rows with a line above them, without the first row."""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A caption's content: pictures, tables, an algorithm, or more figures."""

    label: str
    """As printed, such as `Figure 2`; may be empty."""
    caption: Spans
    blocks: tuple[Block, ...]
    pictures: tuple[str, ...] = ()
    """Web addresses, or paths relative to the page's address."""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem, definition, remark or proof."""

    title: Spans
    """As printed, such as `Theorem 2.3 (Main).`."""
    blocks: tuple[Block, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, after the block that has its mark."""

    mark: str
    spans: Spans
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the bibliography."""

    label: str
    """As printed, such as `[3]` or `Vaswani et al. (2017)`; may be empty."""
    spans: Spans
    anchor: str = ""


Block: TypeAlias = (
    Heading | Paragraph | Formula | Items | Quote | Verbatim | Table | Figure | Theorem | Note | Reference
)


ORIGINS: Mapping[str, str] = MappingProxyType({"feed": "Hugging Face", "pdf": "the PDF"})
"""The names of text sources that are not hosts."""


class Section(NamedTuple):
    """A line of the outline."""

    heading: Heading
    start: int
    """The index of the heading among the document's blocks."""
    end: int
    """The index after the last block, including subsections."""

    @property
    def sign(self) -> str:
        """The number as cited, such as `§3`; empty without a number."""
        number = self.heading.number.rstrip(".").removeprefix("Appendix ")
        return f"§{number}" if number else ""

    @property
    def title(self) -> str:
        return " ".join(shown_text(self.heading.spans).split())

    @property
    def name(self) -> str:
        """The number and title, such as `§3 Method`."""
        return " ".join(filter(None, (self.sign, self.title)))


class Landmark(NamedTuple):
    """The target of a reference by kind and number: a figure, table, algorithm, theorem, section or equation."""

    kind: str
    """As printed, such as `Table`."""
    number: str
    spans: Spans
    """Its title or caption."""
    block: int
    """The index of the document's block that contains it."""
    anchor: str = ""
    skipped: int = 0
    """The length of kind and number at the beginning of a theorem's title."""

    @property
    def title(self) -> str:
        text = shown_text(self.spans)[self.skipped :]
        return text.rstrip(" .)") if self.skipped else text

    @property
    def name(self) -> str:
        return f"{self.kind} {self.number}".strip()


_NUMBERED = re.compile(r"([^\W\d_]{2,20})\.?\s{0,2}\(?([A-Z]?[\d.]{0,12}\d[a-z]?|[A-Z])\)?(?![\w])\W*", re.IGNORECASE)
_KINDS = {
    "sec": "section", "§": "section", "app": "section", "fig": "figure", "tab": "table", "alg": "algorithm",
    "eq": "equation", "thm": "theorem", "lem": "lemma", "prop": "proposition", "cor": "corollary", "def": "definition",
}  # fmt: skip
"""Kinds by the beginnings of their abbreviations; an appendix is a section with a letter."""


def _key(kind: str, number: str) -> str:
    kind = kind.lower()
    kind = next((whole for start, whole in _KINDS.items() if kind.startswith(start)), kind)
    return f"{kind} {number.rstrip('.').lower()}"


@dataclass(frozen=True)
class Document:
    """The full text of a paper."""

    title: str
    blocks: tuple[Block, ...]
    version: int | None = None
    """The paper's version, if the page says so."""
    licence: str = ""
    is_cut: bool = False
    """Whether the end is missing, because the text breaks off or exceeds the limits."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The outline, in reading order."""
        starts = [(index, block) for index, block in enumerate(self.blocks) if isinstance(block, Heading)]
        sections = []
        for place, (start, heading) in enumerate(starts):
            later = (index for index, other in starts[place + 1 :] if other.level <= heading.level)
            sections.append(Section(heading, start, next(later, len(self.blocks))))
        return tuple(sections)

    def _within(self) -> Iterator[tuple[int, Block | Item]]:
        """The blocks and everything in them, each with the index of the top-level block."""
        return ((index, inner) for index, block in enumerate(self.blocks) for inner in walk(block))

    @cached_property
    def landmarks(self) -> tuple[Landmark, ...]:
        """The numbered parts, in reading order."""
        return tuple(filter(None, (_landmark_of(inner, index) for index, inner in self._within())))

    @cached_property
    def _landmarks(self) -> dict[str, Landmark]:
        # `6–8` are equations that share their rows.
        numbers = ((landmark, number) for landmark in reversed(self.landmarks) for number in landmark.number.split("–"))
        return {_key(landmark.kind, number): landmark for landmark, number in numbers}

    def find_landmark(self, words: str) -> Landmark | None:
        """The part that `Table 2`, `fig. 3`, `Eq. (14)` or `§2.1` names; None if the text has no such part."""
        match = _NUMBERED.fullmatch(words.strip().replace("§", "section "))
        return self._landmarks.get(_key(match[1], match[2])) if match else None

    @cached_property
    def references(self) -> dict[str, int]:
        """The block index of each entry of the bibliography, by its label in lower case."""
        indexes: dict[str, int] = {}
        for index, inner in self._within():
            if isinstance(inner, Reference) and inner.label:
                indexes.setdefault(inner.label.lower(), index)
        return indexes

    def section_of(self, block: int) -> Section | None:
        """The innermost section of a block; None before the first heading."""
        index = bisect_right(self.sections, block, key=lambda section: section.start) - 1
        return self.sections[index] if index >= 0 else None

    @cached_property
    def anchors(self) -> dict[str, int]:
        """The index of the top-level block that contains each anchor."""
        indexes: dict[str, int] = {}
        for index, inner in self._within():
            if inner.anchor:
                indexes.setdefault(inner.anchor, index)
        return indexes

    @cached_property
    def lacks(self) -> tuple[str, ...]:
        """Descriptions of missing parts that nearly all papers have."""
        parts = [inner for block in self.blocks for inner in walk(block)]
        kinds = {type(part) for part in parts}
        figures = [part for part in parts if isinstance(part, Figure)]
        is_lacking = {
            "the end is missing": self.is_cut,
            "no sections": Heading not in kinds,
            "no pictures": any(figure.label.startswith("Fig") for figure in figures)
            and not any(figure.pictures for figure in figures),
            "no references": Reference not in kinds,
            f"letters that can't be told are {UNKNOWN}": any(
                UNKNOWN in text for block in self.blocks for text in texts(block)
            ),
        }
        return tuple(reason for reason, applies in is_lacking.items() if applies)

    @property
    def has_end(self) -> bool:
        """Whether the text has sections and does not break off."""
        return len(self.sections) > 2 and not self.is_cut

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of letters in each block, to measure progress."""
        return tuple(sum(map(len, texts(block))) for block in self.blocks)


def _landmark_of(block: Block | Item, index: int) -> Landmark | None:
    match block:
        case Heading(_, number, spans) if number:
            letter = number.removeprefix("Appendix ").rstrip(".")
            kind = "Section" if number.rstrip(".") == letter else "Appendix"
            return Landmark(kind, letter, spans, index, block.anchor)
        case Formula(_, number) if number:
            return Landmark("Equation", number.strip("()"), (), index, block.anchor)
        case Figure(label, caption) if match := _NUMBERED.match(label):
            return Landmark(match[1], match[2], caption, index, block.anchor)
        case Theorem(title):
            if match := _NUMBERED.match("".join(plain(title))):
                return Landmark(match[1], match[2], title, index, block.anchor, match.end())
    return None


def walk(block: Block | Item) -> Iterator[Block | Item]:
    """A block and everything in it."""
    yield block
    if isinstance(block, Items):
        for item in block.items:
            yield from walk(item)
    elif isinstance(block, (Item, Quote, Figure, Theorem)):
        for inner in block.blocks:
            yield from walk(inner)


def own_texts(block: Block | Item) -> Iterator[tuple[str, Spans]]:
    """The label and spans of each line of a block, without inner blocks and without the number of a formula."""
    match block:
        case Heading(number=label, spans=spans) | Note(mark=label, spans=spans) | Reference(label, spans):
            yield label, spans
        case Figure(label, caption):
            yield label, caption
        case Paragraph(spans) | Theorem(spans):
            yield "", spans
        case Item(marker):
            yield marker, ()
        case Formula(rows):
            yield from (("", (Span(row, "formula"),)) for row in rows)
        case Verbatim(lines):
            yield from (("", line) for line in lines)
        case Table(rows):
            yield from (("", cell.spans) for row in rows for cell in row)


def texts(block: Block | Item) -> Iterator[str]:
    """All texts of a block and its inner blocks, in reading order."""
    for inner in walk(block):
        for label, spans in own_texts(inner):
            yield from filter(None, (label, *plain(spans)))
        if isinstance(inner, Formula):
            yield inner.number


def plain(spans: Spans) -> Iterator[str]:
    """The texts of spans."""
    return (span.text for span in spans)


def shown_text(spans: Spans) -> str:
    """Spans as one text, with formulas as Unicode."""
    # Imported here because the first list needs no formulas.
    from reader.core.document.formula import formula_text

    return "".join(formula_text(span.text) if span.style == "formula" else span.text for span in spans)


# Sections that are read alone


@dataclass(frozen=True, slots=True)
class TextSection:
    """One section, or the text before the first heading, as a document of its own."""

    number: int
    level: int
    """1 for a section, 2 for a subsection; 0 for the text before the first heading."""
    title: str
    document: Document
    """The text of this section, without its subsections."""


def text_sections(document: Document) -> list[TextSection]:
    """The sections of a text in its order, numbered from 0."""
    bounds = (0, *(section.start for section in document.sections), len(document.blocks))
    parts = [replace(document, title="", blocks=document.blocks[start:end]) for start, end in pairwise(bounds)]
    titles = (" ".join(filter(None, (section.heading.number, section.title))) for section in document.sections)
    levels = (0, *(section.heading.level for section in document.sections))
    sections = zip(levels, (document.title, *titles), parts, strict=True)
    return [TextSection(number, *section) for number, section in enumerate(sections)]


def with_subsections(sections: Sequence[TextSection], number: int) -> list[TextSection]:
    """A section and its subsections; empty if there is no section of this number."""
    level = sections[number].level if number < len(sections) else 0
    subsections = takewhile(lambda section: 0 < level < section.level, sections[number + 1 :])
    return [*sections[number : number + 1], *subsections]
