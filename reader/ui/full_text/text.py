"""The full text that is open in the reader, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.anchors import TextWords
from reader.core.document.model import Heading, Section, with_font_names
from reader.session.bookmarks import LONGEST_TRAIL, Bookmark, bookmark, find
from reader.ui.full_text.highlights import Highlights, PlacedHighlight
from reader.ui.full_text.lines import front_lines
from reader.ui.full_text.view import NO_SEARCH, Search, Size, Spot, TextView
from reader.ui.shell.layout import outline_width

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.paper import Paper
    from reader.core.paper_row import PaperKey

MANY = 40
"""With more sections than this, subsections are folded at first."""


class OutlineLine(NamedTuple):
    """A line of the outline: a section, or a highlight within one."""

    level: int
    """From 1."""
    start: int
    """The block where it begins; -1 for a highlight that is not in the text."""
    heading: Heading | None = None
    kept: PlacedHighlight | None = None

    @property
    def name(self) -> object:
        """An entry's identity across outlines."""
        return self.kept.passage.id if self.kept else self.start


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a document, and the highlights in them."""

    entries: Sequence[OutlineLine] = ()
    folded: frozenset[int] = field(default=frozenset())
    cursor: int = 0
    is_open: bool = False
    """Whether the outline has the keys."""

    @classmethod
    def of(cls, sections: Sequence[Section]) -> Outline:
        """The outline of sections; a long one is folded to its upper levels."""
        outline = cls([OutlineLine(one.heading.level, one.start, one.heading) for one in sections])
        if len(sections) <= MANY:
            return outline
        return replace(outline, folded=frozenset(filter(outline.has_parts, range(len(sections)))))

    def with_highlights(self, kept: Sequence[PlacedHighlight]) -> Outline:
        """The same sections with these highlights; those not found in the text come last."""
        found = sorted((one.range, one) for one in kept if one.range)
        entries = [one for one in self.entries if one.heading]
        entries = sorted([*entries, *(OutlineLine(0, place.first.block, kept=one) for place, one in found)], key=_start)
        level = 0
        for index, one in enumerate(entries):
            level = one.level if one.heading else level
            entries[index] = one if one.heading else one._replace(level=level + 1)
        entries += [OutlineLine(1, -1, kept=one) for one in kept if not one.range]
        names = {one.name: index for index, one in enumerate(entries)}
        cursor = names.get(self.entries[self.cursor].name, self.cursor) if self.entries else 0
        folded = frozenset(names[self.entries[index].name] for index in self.folded)
        is_open = self.is_open and bool(entries)
        return Outline(entries, folded, max(0, min(cursor, len(entries) - 1)), is_open)

    def level(self, index: int) -> int:
        return self.entries[index].level

    def has_parts(self, index: int) -> bool:
        return index + 1 < len(self.entries) and self.level(index + 1) > self.level(index)

    @property
    def shown(self) -> list[int]:
        shown, hidden_below = [], 0
        for index in range(len(self.entries)):
            if hidden_below and self.level(index) > hidden_below:
                continue
            hidden_below = self.level(index) if index in self.folded else 0
            shown.append(index)
        return shown

    def at(self, block: int) -> int:
        """The visible section that contains a block, or the first one."""
        found = [index for index in self.shown if (one := self.entries[index]).heading and one.start <= block]
        return found[-1] if found else 0

    def opened(self, block: int) -> Outline:
        """Give the keys to the outline, with the cursor on a block's section."""
        return replace(self, is_open=True, cursor=self.at(block))

    def closed(self) -> Outline:
        """Give the keys to the text."""
        return replace(self, is_open=False) if self.is_open else self

    def move(self, rows: int) -> Outline:
        shown = self.shown
        if not shown:
            return self
        place = shown.index(self.cursor) + rows
        return replace(self, cursor=shown[max(0, min(place, len(shown) - 1))])

    def toggle_fold(self) -> Outline:
        """Fold or unfold the entry under the cursor; without parts, go to its section."""
        if self.has_parts(self.cursor):
            return replace(self, folded=self.folded ^ {self.cursor})
        above = [index for index in range(self.cursor) if self.level(index) < self.level(self.cursor)]
        return replace(self, cursor=above[-1]) if above else self


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
    origin: str = ""
    """The only source to ask, as in the setting `full_text_from`; empty for the best."""
    search_ahead: Search = NO_SEARCH
    """Words to search for once the text is there."""
    problem: str = ""
    """Why there is no text, as a sentence; empty if there is one."""
    picture_key: str = ""
    """The key that shows the pages of a PDF's text."""
    is_ascii: bool = False
    """Whether formulas use the names of fonts instead of their letters."""

    def came(self, kept: KeptText, left: Bookmark | None = None) -> FullText:
        """Show a text at its last position: that of the text shown before, or a bookmark."""
        document, left = kept.document, self.bookmark or left
        if self.is_ascii:
            document = with_font_names(document)
        view = TextView.open(document, self.size, front_lines(self.paper, kept, self.picture_key))
        # A highlight has the letters of formulas, regardless of how they are drawn.
        view = replace(view, highlights=Highlights(view.layout, TextWords(kept.document)))
        if left is not None:
            trail = tuple(Spot(*find(mark, document, kept.source)) for mark in left.trail)
            view = replace(view.go(Spot(*find(left, document, kept.source))), trail=trail)
        outline = Outline.of(document.sections)
        if self.search_ahead != NO_SEARCH:
            view = view.search_as_typed(self.search_ahead)
        came = replace(self, view=view, source=kept.source, outline=outline, progress="", problem="")
        return replace(came, is_fetching=False, search_ahead=NO_SEARCH)

    @property
    def search(self) -> Search:
        """The current or future search words."""
        return self.search_ahead if self.view is None else self.view.search

    def type_search(self, typed: str) -> FullText:
        if self.view is None:
            return replace(self, search_ahead=Search(typed, is_typing=True))
        begun = self.view if self.view.search.is_typing else self.view.begin_search()
        return replace(self, view=begun.type_search(typed), outline=self.outline.closed())

    def end_search(self, *, is_kept: bool) -> FullText:
        if self.view is None:
            return replace(self, search_ahead=self.search_ahead._replace(is_typing=False) if is_kept else NO_SEARCH)
        return replace(self, view=self.view.end_search(is_kept=is_kept))

    @property
    def bookmark(self) -> Bookmark | None:
        """The places of the first visible line and of jumps back; None without a text."""
        if self.view is None:
            return None
        document = self.view.document
        trail = tuple(bookmark(document, self.source, *spot) for spot in self.view.trail[-LONGEST_TRAIL:])
        return bookmark(document, self.source, *self.view.spot(self.view.top))._replace(trail=trail)

    def fetching(self, progress: str = "", origin: str | None = None) -> FullText:
        """Record the fetch, its status and its source, if they changed."""
        origin = self.origin if origin is None else origin
        return replace(self, is_fetching=True, progress=progress, problem="", origin=origin)

    def failed(self, problem: str) -> FullText:
        """Record why there is no text; an earlier one stays."""
        problem = "" if self.view else problem
        return replace(self, is_fetching=False, progress="", problem=problem)

    def read_entry(self, index: int) -> FullText:
        """Show a section or highlight by its place in the outline, and give the keys to the text."""
        if self.view is None or not 0 <= index < len(self.outline.entries):
            return self
        one = self.outline.entries[index]
        view = self.view.take(one.kept) if one.kept else self.view.go_to_block(one.start)
        return replace(self, view=view, outline=self.outline.closed())

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

    def fitted(self, width: int, height: int) -> FullText:
        size = text_size(width, height)
        if size == self.size:
            return self
        return replace(self, size=size, view=self.view and self.view.resized(size))
