"""The lines of a list of papers: drawn where they are in view, from rows that are fetched when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypedDict

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from reader.core.lines import Line
from reader.core.paper_row import PaperKey, PaperRow
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.pane import Pane
from reader.ui.kit.styled_text import PLAIN
from reader.ui.list.lines import (
    LIST_ROLES,
    Content,
    DayEnd,
    Heading,
    HoleAt,
    ListLook,
    PaperAt,
    coverage_note,
    draw_content,
    paper_height,
)
from reader.ui.shell.list_layout import ListLines, Slot

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount

KEPT = 2_000
"""Maximum number of loaded rows; a screen needs a hundred or two."""

CHUNK = 200
"""Rows fetched at once in a search for a paper."""


Rows: TypeAlias = Callable[[Sequence[PaperKey]], list[PaperRow]]
"""Fetches the rows of papers; deleted papers are left out."""


class RowChanges(TypedDict, total=False):
    """The fields of a row that can change before the cache does."""

    read: bool
    starred: bool
    hidden: bool
    queued: bool
    has_note: bool
    kept: bool
    flags: int


class RowsAtHand:
    """Rows by paper, from one source; a patch lasts until the row is fetched again."""

    def __init__(self, fetch: Rows = lambda pks: []) -> None:
        self._fetch = fetch
        self._rows: dict[PaperKey, PaperRow] = {}

    def get(self, pk: PaperKey) -> PaperRow | None:
        """Return a paper's row if it is loaded."""
        return self._rows.get(pk)

    def of(self, pk: PaperKey) -> PaperRow | None:
        """Return a paper's row, fetched if it is not loaded; None if the paper is gone."""
        return self._rows.get(pk) or next(iter(self._fetch([pk])), None)

    def bring(self, pks: Iterable[PaperKey]) -> None:
        """Fetch the rows of these papers that are not loaded."""
        if len(self._rows) >= KEPT:
            self._rows.clear()
        missing = [pk for pk in pks if pk not in self._rows]
        if missing:
            self._rows.update((row.pk, row) for row in self._fetch(missing))

    def patch(self, pk: PaperKey, changes: RowChanges) -> bool:
        """Change a row; return False if it is not loaded."""
        row = self._rows.get(pk)
        if row is not None:
            self._rows[pk] = row._replace(**changes)
        return row is not None

    def first(self, pks: Sequence[PaperKey], wanted: Callable[[PaperRow], bool]) -> int | None:
        """Return the position in `pks` of the first paper with a wanted row; rows fetched for this are not kept."""
        for begin in range(0, len(pks), CHUNK):
            chunk = pks[begin : begin + CHUNK]
            fetched = {row.pk: row for row in self._fetch([pk for pk in chunk if pk not in self._rows])}
            for offset, pk in enumerate(chunk):
                row = self._rows.get(pk) or fetched.get(pk)
                if row is not None and wanted(row):
                    return begin + offset
        return None

    def forget(self) -> None:
        """Drop all rows; they are fetched again when they are needed."""
        self._rows.clear()


KEPT = 2_000
"""Maximum number of contents with drawn lines."""


class ListStrips:
    """Draws papers, headings and the end in one look; what was drawn before is not drawn again."""

    def __init__(self, look: ListLook, columns: Callable[[], int], strip: Callable[[Line, str], Strip]) -> None:
        """`columns` are asked for only to draw; `strip` draws a line with a role laid over it."""
        self.look = look
        self._columns = columns
        self._strip = strip
        # By the type too: a heading may equal an end.
        self._kept: dict[tuple[type[Content], Content], tuple[Strip, ...]] = {}

    def change_look(self, look: ListLook) -> None:
        """Draw in another look from now on."""
        if look != self.look:
            self.look = look
            self.forget()

    def of(self, content: Content) -> tuple[Strip, ...]:
        """Return the lines of a content."""
        key = type(content), content
        strips = self._kept.get(key)
        if strips is None:
            over = "highlighted" if isinstance(content, PaperAt | HoleAt) and content.is_highlighted else PLAIN
            strips = tuple(self._strip(line, over) for line in draw_content(content, self._columns(), self.look))
            if len(self._kept) >= KEPT:
                self.forget()
            self._kept[key] = strips
        return strips

    def forget(self) -> None:
        """Drop all lines: the width or the colours have changed."""
        self._kept.clear()


class PaperLines(Pane, inherit_bindings=False):
    """The papers of an order with a cursor; fetches the rows in view with a page on each side.

    A subclass says what is listed and where the cursor is. It scrolls by the numbers of lines in `ListLines`.
    """

    PREFIX = "papers"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"papers--{role}" for role in (*LIST_ROLES, "hit", "highlighted")}

    def __init__(self, glyphs: Glyphs, *, today: date | None, older_key: str, id: str | None) -> None:
        super().__init__(id=id)
        self._today = today
        self._lines = ListLines()
        self._cursor = 0
        self._is_on_hole = False
        """Whether the cursor is on the hole below its paper."""
        look = ListLook(glyphs, today or date.today(), older_key=older_key)
        self._strips = ListStrips(look, lambda: self.columns, self._strip)
        self._rows = RowsAtHand()
        self._days: Mapping[str, DayCount] = {}
        self._end: DayEnd | None = None
        self._selected: Container[PaperKey] = ()
        self._heights: dict[int, int] = {}
        """The lines of papers that were looked at, by their places."""
        self._viewed: object = None
        self._view: Sequence[Slot | None] = ()

    @property
    def highlighted(self) -> PaperKey | None:
        """The paper under the cursor."""
        return self._lines.pks[self._cursor] if self._lines.pks else None

    # Scrolling

    def _measure(self) -> None:
        """Look again how many lines papers have: the rows, their form or the width have changed."""
        self._viewed = None
        self._heights.clear()
        height = self.size.height
        size = Size(self.columns, self._lines.last_top(height) + height if self._lines.pks else 0)
        if size != self.virtual_size:
            self.virtual_size = size

    def _height_of(self, place: int) -> int:
        height = self._heights.get(place)
        if height is None:
            row = self._row(place)
            if row is None:
                return 1
            height = self._heights[place] = paper_height(row, self.columns, self._strips.look)
        return height

    def _scroll(self, line: int) -> None:
        """Scroll a line to the top, or as near as the end of the list allows."""
        self.scroll_to(y=line, animate=False, force=True)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by lines as they are drawn; Textual counts their numbers."""
        self._turn(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by lines as they are drawn."""
        self._turn(event, -1)

    def _turn(self, event: events.MouseEvent, direction: int) -> None:
        event.prevent_default().stop()
        self._scroll(self._lines.step(self.scroll_offset.y, direction * round(self.app.scroll_sensitivity_y)))

    def _reveal(self, delta: int = 0) -> None:
        """Scroll just enough to show the highlighted paper, with a margin in the cursor's direction."""
        if self._lines.pks and self.size.height:
            top = self._lines.top_that_shows(self._cursor, self.scroll_offset.y, self.size.height, delta)
            if top is not None:
                self._scroll(top)

    def _anchor(self) -> tuple[PaperKey, int] | None:
        """Return a paper that must not move, and its line in view: the highlighted one, else the top one."""
        view = [(y - slot.part, self._lines.pks[slot.place]) for y, slot in self._in_view()]
        return next(((pk, y) for y, pk in view if pk == self.highlighted), (view[0][1], view[0][0]) if view else None)

    def _scroll_paper_to(self, index: int, height: int) -> None:
        """Scroll until the paper at a place is `height` lines below the top."""
        self._scroll(self._lines.step(self._lines.line_of(index), -height))

    # Drawing

    def render_line(self, y: int) -> Strip:
        today = self._today or date.today()
        if today != self._strips.look.today:
            self._strips.change_look(self._strips.look._replace(today=today))
            self._measure()
        view = self._slots()
        slot = view[y] if y < len(view) else None
        content = self._content(slot)
        if slot is None or content is None:
            return Strip.blank(self.columns, self._style())
        drawn = self._strips.of(content)
        # A row may have fewer lines than it was measured with, until it is measured again.
        return drawn[slot.part] if slot.part < len(drawn) else Strip.blank(self.columns, self._style())

    def _content(self, slot: Slot | None) -> Content | None:
        """Return what to draw; None for a blank line, such as that of a paper that is gone."""
        if slot is None:
            return None
        kind, group, place, _ = slot
        if kind == "paper":
            row = self._row(place)
            if row is None:
                return None
            is_highlighted = place == self._cursor and not self._is_on_hole
            return PaperAt(row, is_highlighted, row.pk in self._selected, self._lines.is_in_text(place))
        if kind == "end":
            return self._end
        if kind == "hole":
            above = self._lines.start_of(group + 1) - 1
            return HoleAt(len(self._lines.hole_below(above) or ()), self._is_on_hole and above == self._cursor)
        day, papers = self._lines.heading(group)
        counts = self._days.get(day)
        # A list of some of the day's papers does not know how many of them are unread; it may have hidden ones, too.
        has_all = counts is not None and papers is not None and counts.papers <= papers
        if counts is None:
            return Heading(day, papers)
        note = coverage_note(counts, self._strips.look.today)
        return Heading(day, papers, counts.unread if has_all else None, counts.plus, note)

    def _picture(self) -> list[tuple[Content | None, int]]:
        """Return the content of each line in view and which of its lines it is, to compare it later."""
        return [(self._content(slot), 0 if slot is None else slot.part) for slot in self._slots()]

    def _repaint(self, before: Sequence[tuple[Content | None, int]] | None) -> None:
        """Paint the lines whose content differs from `before`; all lines for None."""
        if before is None:
            self._strips.forget()
            self.refresh()
            return
        for y, (old, new) in enumerate(zip_longest(before, self._picture())):
            if old != new:
                self._paint(y)

    def _repaint_paper(self, place: int) -> None:
        for y, slot in enumerate(self._slots()):
            if slot is not None and (slot.place == place or slot.kind == "hole"):
                self._paint(y)

    def _paint(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def _row(self, place: int) -> PaperRow | None:
        """The row of the paper at a place; if it is not loaded, fetched with those of the pages around it."""
        pk = self._lines.pks[place]
        row = self._rows.get(pk)
        if row is None:
            page = max(self.size.height, 1)
            self._rows.bring(self._lines.pks[max(0, place - page) : place + 2 * page])
            row = self._rows.get(pk)
        return row

    def _slots(self) -> Sequence[Slot | None]:
        """The content of each line in view."""
        viewed = self._lines, self.scroll_offset.y, self.size
        if viewed != self._viewed:
            self._viewed, self._view = viewed, self._lines.view(self.scroll_offset.y, self.size.height)
        return self._view

    def _in_view(self) -> Iterator[tuple[int, Slot]]:
        """Return the (y, content) of each line of a paper in view."""
        return ((y, slot) for y, slot in enumerate(self._slots()) if slot is not None and slot.kind == "paper")

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor's bar, or remove it."""
        super().watch_has_focus(has_focus)
        self._strips.change_look(self._strips.look._replace(has_focus=has_focus))
        self.refresh()

    def notify_style_update(self) -> None:
        """Drop lines drawn in other colours."""
        super().notify_style_update()
        self._strips.forget()
