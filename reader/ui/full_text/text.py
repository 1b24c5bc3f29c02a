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
    from reader.ui.shell.state import State


class OutlineLine(NamedTuple):
    """A line of the outline: a section, or a figure, table, theorem or highlight within a section."""

    level: int
    """From 1."""
    start: int
    """The first block; -1 for a highlight that is not in the text."""
    heading: Heading | None = None
    highlight: PlacedHighlight | None = None
    landmark: Landmark | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a document, with its figures, tables, theorems and highlights."""

    entries: Sequence[OutlineLine] = ()
    cursor: int = 0
    is_open: bool = False
    """Whether the outline has the keys."""

    @classmethod
    def of(cls, document: Document) -> Outline:
        sections = [OutlineLine(section.heading.level, section.start, section.heading) for section in document.sections]
        landmarks = (mark for mark in document.landmarks if mark.kind not in ("Section", "Appendix", "Equation"))
        return cls(_in_sections([*sections, *(OutlineLine(0, mark.block, landmark=mark) for mark in landmarks)]))

    def with_highlights(self, highlights: Sequence[PlacedHighlight]) -> Outline:
        """The same outline with these highlights; highlights that are not in the text come last."""
        placed = sorted((mark.range, mark) for mark in highlights if mark.range)
        entries = [entry for entry in self.entries if not entry.highlight]
        entries += [OutlineLine(0, range_.first.block, highlight=mark) for range_, mark in placed]
        entries = _in_sections(entries)
        entries += [OutlineLine(1, -1, highlight=mark) for mark in highlights if not mark.range]
        return Outline(entries, max(0, min(self.cursor, len(entries) - 1)), self.is_open and bool(entries))

    def at(self, block: int) -> int:
        """The section that contains a block, or the first one."""
        sections = [index for index, entry in enumerate(self.entries) if entry.heading and entry.start <= block]
        return sections[-1] if sections else 0

    def focus(self, block: int) -> Outline:
        """Give the keys to the outline, with the cursor on a block's section."""
        return replace(self, is_open=True, cursor=self.at(block))

    def unfocus(self) -> Outline:
        """Give the keys to the text."""
        return replace(self, is_open=False) if self.is_open else self

    def move(self, rows: int) -> Outline:
        return replace(self, cursor=max(0, min(self.cursor + rows, len(self.entries) - 1)))


def _in_sections(entries: Sequence[OutlineLine]) -> list[OutlineLine]:
    """Sort the entries in reading order, with figures and the like one level below their section."""
    ordered, level = sorted(entries, key=lambda entry: entry.start), 0
    for index, entry in enumerate(ordered):
        level = entry.level if entry.heading else level
        ordered[index] = entry if entry.heading else entry._replace(level=level + 1)
    return ordered


HEADER_AND_STATUS_ROWS = 2


def text_size(state: State) -> Size:
    """The space for the text in the terminal, without the scroll bar."""
    return Size(max(1, state.width - outline_width(state.width) - 1), max(1, state.height - HEADER_AND_STATUS_ROWS))


@dataclass(frozen=True, eq=False, slots=True)
class FullText:
    """The open text, which can still be read while it is fetched again."""

    key: int
    paper: Paper
    view: TextView | None = None
    """None while there is no text."""
    source: str = ""
    """The source of the text, as in `KeptText`."""
    outline: Outline = field(default_factory=Outline)
    is_fetching: bool = False
    progress: str = ""
    problem: str = ""
    """Why there is no text, as a sentence; empty if there is one."""

    def with_text(self, kept: KeptText, size: Size, last: Bookmark | None = None) -> FullText:
        """Show a text at the position of the text that was shown before, or else at the last bookmark."""
        document, position = kept.document, self.bookmark or last
        view = TextView.open(document, size, front_lines(self.paper, kept))
        if position is not None:
            view = view.go(Spot(*find(position, document, kept.source)))
        outline = Outline.of(document)
        return replace(self, view=view, source=kept.source, outline=outline, progress="", problem="", is_fetching=False)

    @property
    def bookmark(self) -> Bookmark | None:
        """The place of the first visible line; None without a text."""
        view = self.view
        return None if view is None else bookmark(view.document, self.source, *view.spot(view.top))

    def fetching(self, progress: str = "") -> FullText:
        """Record that the text is being fetched, and how far the fetch is."""
        return replace(self, is_fetching=True, progress=progress, problem="")

    def with_problem(self, problem: str) -> FullText:
        """Record why there is no text; an earlier text stays, without the problem."""
        problem = "" if self.view else problem
        return replace(self, is_fetching=False, progress="", problem=problem)

    def read_entry(self, index: int) -> FullText:
        """Show a section or highlight by its place in the outline, and give the keys to the text."""
        if self.view is None or not 0 <= index < len(self.outline.entries):
            return self
        entry = self.outline.entries[index]
        if entry.landmark:
            view = self.view.go_to_landmark(entry.landmark)
        elif entry.highlight:
            view = self.view.mark_highlight(entry.highlight)
        else:
            view = self.view.go_to_block(entry.start)
        return replace(self, view=view, outline=self.outline.unfocus())

    def with_highlights(self, highlights: Highlights) -> FullText:
        if self.view is None:
            return self
        view = replace(self.view, highlights=highlights)
        return replace(self, view=view, outline=self.outline.with_highlights(highlights.entries))

    @property
    def current_highlight(self) -> PlacedHighlight | None:
        """The highlight that keys act on: under the cursor of the open outline, or else in the text."""
        if self.outline.is_open:
            return self.outline.entries[self.outline.cursor].highlight
        return self.view.current_highlight if self.view else None

    def with_size(self, size: Size) -> FullText:
        view = self.view and self.view.with_size(size)
        return self if view is self.view else replace(self, view=view)
