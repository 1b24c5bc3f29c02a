"""The full text that is open in the reader, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.model import Document, Heading, Landmark
from reader.session.bookmarks import Bookmark, bookmark, find
from reader.ui.full_text.lines import front_lines
from reader.ui.full_text.view import Highlights, PlacedHighlight, Size, Spot, TextView
from reader.ui.shell.layout import outline_width

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.paper import Paper
    from reader.core.paper_row import PaperKey


class OutlineLine(NamedTuple):
    """A line of the outline: a section, or what has a name within one: a figure, a theorem, a highlight."""

    level: int
    """From 1."""
    start: int
    """The block where it begins; -1 for a highlight that is not in the text."""
    heading: Heading | None = None
    kept: PlacedHighlight | None = None
    landmark: Landmark | None = None

    @property
    def name(self) -> object:
        """An entry's identity across outlines."""
        return self.kept.passage.id if self.kept else self.landmark or self.start


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a document, with its figures, tables, theorems and highlights."""

    entries: Sequence[OutlineLine] = ()
    cursor: int = 0
    is_open: bool = False
    """Whether the outline has the keys."""

    @classmethod
    def of(cls, document: Document) -> Outline:
        """The outline of a document."""
        sections = [OutlineLine(one.heading.level, one.start, one.heading) for one in document.sections]
        named = (one for one in document.landmarks if one.kind not in ("Section", "Appendix", "Equation"))
        return cls(_in_sections([*sections, *(OutlineLine(0, one.block, landmark=one) for one in named)]))

    def with_highlights(self, kept: Sequence[PlacedHighlight]) -> Outline:
        """The same outline with these highlights; those not found in the text come last."""
        found = sorted((one.range, one) for one in kept if one.range)
        entries = [one for one in self.entries if not one.kept]
        entries = _in_sections([*entries, *(OutlineLine(0, place.first.block, kept=one) for place, one in found)])
        entries += [OutlineLine(1, -1, kept=one) for one in kept if not one.range]
        names = {one.name: index for index, one in enumerate(entries)}
        cursor = names.get(self.entries[self.cursor].name, self.cursor) if self.entries else 0
        return Outline(entries, max(0, min(cursor, len(entries) - 1)), self.is_open and bool(entries))

    def at(self, block: int) -> int:
        """The section that contains a block, or the first one."""
        found = [index for index, one in enumerate(self.entries) if one.heading and one.start <= block]
        return found[-1] if found else 0

    def focus(self, block: int) -> Outline:
        """Give the keys to the outline, with the cursor on a block's section."""
        return replace(self, is_open=True, cursor=self.at(block))

    def unfocus(self) -> Outline:
        """Give the keys to the text."""
        return replace(self, is_open=False) if self.is_open else self

    def move(self, rows: int) -> Outline:
        return replace(self, cursor=max(0, min(self.cursor + rows, len(self.entries) - 1)))


def _in_sections(entries: Sequence[OutlineLine]) -> list[OutlineLine]:
    """Entries in reading order; what is no section is one level below the section that it is in."""
    ordered, level = sorted(entries, key=_start), 0
    for index, one in enumerate(ordered):
        level = one.level if one.heading else level
        ordered[index] = one if one.heading else one._replace(level=level + 1)
    return ordered


def _start(entry: OutlineLine) -> int:
    return entry.start


CHROME = 2
"""Rows of the screen besides the text: the first and the last line."""


def text_size(width: int, height: int) -> Size:
    """The room for the text in a terminal, without the bar."""
    return Size(max(1, width - outline_width(width) - 1), max(1, height - CHROME))


@dataclass(frozen=True, eq=False, slots=True)
class FullText:
    """The open text, which can still be read while it is fetched again."""

    key: PaperKey
    paper: Paper
    size: Size
    view: TextView | None = None
    """The text; None while missing."""
    source: str = ""
    """Where the text came from, as `KeptText` says."""
    outline: Outline = field(default_factory=Outline)
    is_fetching: bool = False
    progress: str = ""
    problem: str = ""
    """Why there is no text, as a sentence; empty if there is one."""
    picture_key: str = ""
    """The key that shows the pages of a PDF's text."""

    def came(self, kept: KeptText, left: Bookmark | None = None) -> FullText:
        """Show a text at its last position: that of the text shown before, or a bookmark."""
        document, left = kept.document, self.bookmark or left
        view = TextView.open(document, self.size, front_lines(self.paper, kept, self.picture_key))
        if left is not None:
            view = view.go(Spot(*find(left, document, kept.source)))
        outline = Outline.of(document)
        return replace(self, view=view, source=kept.source, outline=outline, progress="", problem="", is_fetching=False)

    @property
    def bookmark(self) -> Bookmark | None:
        """The place of the first visible line; None without a text."""
        view = self.view
        return None if view is None else bookmark(view.document, self.source, *view.spot(view.top))

    def fetching(self, progress: str = "") -> FullText:
        """Record that the text is being fetched, and the status of that."""
        return replace(self, is_fetching=True, progress=progress, problem="")

    def with_problem(self, problem: str) -> FullText:
        """Record why there is no text; an earlier one stays."""
        problem = "" if self.view else problem
        return replace(self, is_fetching=False, progress="", problem=problem)

    def read_entry(self, index: int) -> FullText:
        """Show a section or highlight by its place in the outline, and give the keys to the text."""
        if self.view is None or not 0 <= index < len(self.outline.entries):
            return self
        one = self.outline.entries[index]
        if one.landmark:
            view = self.view.go_to_landmark(one.landmark)
        else:
            view = self.view.take(one.kept) if one.kept else self.view.go_to_block(one.start)
        return replace(self, view=view, outline=self.outline.unfocus())

    def with_highlights(self, highlights: Highlights) -> FullText:
        if self.view is None:
            return self
        view = replace(self.view, highlights=highlights)
        return replace(self, view=view, outline=self.outline.with_highlights(highlights.kept))

    @property
    def in_hand(self) -> PlacedHighlight | None:
        """The highlight that keys act on: under the cursor of the open outline, else in the text."""
        if self.outline.is_open:
            return self.outline.entries[self.outline.cursor].kept
        return self.view.in_hand if self.view else None

    def with_size(self, width: int, height: int) -> FullText:
        size = text_size(width, height)
        if size == self.size:
            return self
        return replace(self, size=size, view=self.view and self.view.with_size(size))
