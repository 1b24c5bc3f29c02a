"""The list of papers. It is virtual: a million papers are as fast as ten.

Only visible lines are drawn, from rows fetched on demand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

from textual import events
from textual.geometry import Region, Size
from textual.reactive import var
from textual.strip import Strip

from reader.core.paper_row import PaperRow
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.lines import pattern
from reader.ui.kit.pane import Pane
from reader.ui.kit.styles import PLAIN
from reader.ui.list.lines import (
    Content,
    DayEnd,
    Heading,
    HoleAt,
    ListLook,
    PaperAt,
    coverage_note,
    draw_content,
    draw_news,
    paper_height,
)
from reader.ui.shell.list_lines import PLAIN_FORM, LineSlot, ListForm, ListLines
from reader.ui.shell.listing import Position

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount, Order
    from reader.core.dates import Hole

MAX_CACHED_ROWS = 2_000
"""Maximum cached rows, and maximum cached drawings; a screen needs one or two hundred."""

ROWS_PER_READ = 200
"""Rows fetched at a time in a search for a paper."""

Rows: TypeAlias = Callable[[Sequence[int]], list[PaperRow]]
"""Fetches the rows of papers; deleted papers are left out."""


class RowChanges(TypedDict, total=False):
    """The fields of a row that can change before the cache does."""

    read: bool
    starred: bool
    hidden: bool
    queued: bool
    has_note: bool
    flags: int


class RowCache:
    """Rows by paper, from one source; a patch lasts until the row is fetched again."""

    def __init__(self, fetch: Rows = lambda pks: []) -> None:
        self.fetch = fetch
        self._rows: dict[int, PaperRow] = {}

    def get(self, pk: int) -> PaperRow | None:
        return self._rows.get(pk)

    def of(self, pk: int) -> PaperRow | None:
        """A paper's row, fetched if not loaded; None if the paper is gone."""
        return self._rows.get(pk) or next(iter(self.fetch([pk])), None)

    def bring(self, pks: Iterable[int]) -> None:
        if len(self._rows) >= MAX_CACHED_ROWS:
            self._rows.clear()
        missing = [pk for pk in pks if pk not in self._rows]
        if missing:
            self._rows.update((row.pk, row) for row in self.fetch(missing))

    def patch(self, pk: int, changes: RowChanges) -> bool:
        row = self._rows.get(pk)
        if row is not None:
            self._rows[pk] = row._replace(**changes)
        return row is not None

    def first(self, pks: Sequence[int], matches: Callable[[PaperRow], bool]) -> int | None:
        """Return the position in `pks` of the first paper whose row `matches`; rows fetched for this are not cached."""
        for begin in range(0, len(pks), ROWS_PER_READ):
            batch = pks[begin : begin + ROWS_PER_READ]
            fetched = {row.pk: row for row in self.fetch([pk for pk in batch if pk not in self._rows])}
            for offset, pk in enumerate(batch):
                row = self._rows.get(pk) or fetched.get(pk)
                if row is not None and matches(row):
                    return begin + offset
        return None

    def forget(self) -> None:
        self._rows.clear()


class PaperList(Pane, can_focus=True):
    """Papers in an order, with a heading before each day or a date on each line.

    The list holds the order and the cursor, and scrolls by the numbers of lines in `ListLines`. It reads no keys: the
    screen calls `move` and the other methods.
    """

    PANE = "papers"

    reported: var[tuple[int | None, bool]] = var((None, False), init=False)
    """For watchers: the paper under the cursor, and whether the cursor is on the hole below it."""

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        today: date | None = None,
        older_key: str = "",
        fetch_key: str = "",
        id: str | None = None,
    ) -> None:
        """`today` stops the clock; the keys go to the day before, and fetch missing days."""
        super().__init__(id=id)
        self._today = today
        self._order: Order | None = None
        self._lines = ListLines()
        self._cursor = 0
        self._is_on_hole = False
        self._unplaced: tuple[int | None] | None = None
        """The cursor's place once the list has a size: see `_place`."""
        self._words: tuple[str, ...] = ()
        self._rows = RowCache()
        self._look = ListLook(glyphs, today or date.today(), older_key=older_key, fetch_key=fetch_key)
        self._drawn: dict[Content, tuple[Strip, ...]] = {}
        self._days: Mapping[str, DayCount] = {}
        self._end: DayEnd | None = None
        self._selected: Container[int] = ()
        self._news = ""
        self._news_key = ""
        self._heights: dict[int, int] = {}
        """The number of lines of each measured paper, by place."""
        self._gone: int | None = None
        """The paper that was under the cursor and is missing from the reloaded list."""
        self._drawn_since = 0.0
        """Monotonic time at which the reloaded list was drawn."""
        self._viewed: object = None
        self._view: Sequence[LineSlot | None] = ()

    # Content

    def show(
        self,
        order: Order,
        rows: Rows,
        keep: int | None = None,
        *,
        words: tuple[str, ...] = (),
        height: int | None = None,
        form: ListForm = PLAIN_FORM,
    ) -> None:
        """Show papers in an order, with rows fetched by `rows` and the words marked in titles.

        The cursor goes to the paper `keep`, else to the top; `height` is its line, counted from the list's top.
        If `keep` is already highlighted, as in a refreshed view, nothing moves on the screen, even if the user has
        scrolled away from the cursor. If it is gone, the cursor goes to the paper that followed it.
        """
        old, new = self._lines, ListLines(order, form, self._height_of)
        cursor, anchor = self._cursor, self._anchor()
        is_news = keep is not None and keep == self.highlighted
        index = 0 if keep is None else new.find(keep, cursor)
        if index is None:
            index = new.heir(old, cursor) if is_news else 0
        look = self._look._replace(
            searched=pattern(words),
            has_dates=form.has_dates,
            is_period=form.is_period,
        )
        before = self._picture() if is_news and look == self._look else None
        self._order, self._lines, self._words = order, new, words
        self._change_look(look)
        self._rows = RowCache(rows)
        self._cursor = index
        self._is_on_hole = self._is_on_hole and is_news and new.hole_below(index) is not None
        self._measure()
        is_away = is_news and anchor is not None and anchor[0] != keep
        if is_news and anchor is not None:
            stays = new.find(anchor[0], index)
            self._scroll_paper_to(index if stays is None else stays, anchor[1])
        else:
            self._place(None if keep is None else height)
        if not is_away:
            self._reveal()
        self._repaint(before)
        if is_news and keep != self.highlighted:
            self._gone, self._drawn_since = keep, math.inf
            self.call_after_refresh(self._note_drawn)
        elif not is_news:
            self._gone = None
        self._report_highlighted()

    def _note_drawn(self) -> None:
        self._drawn_since = monotonic()

    def meant(self, pressed_at: float) -> int | None:
        """The paper that a key was meant for: the one under the cursor on the screen when it was pressed."""
        return self._gone if self._gone is not None and pressed_at < self._drawn_since else self.highlighted

    def _place(self, height: int | None) -> None:
        """Scroll until the cursor is `height` lines below the top of the list, or in the middle for None."""
        self._unplaced = None if self.size.height else (height,)
        if height is None:
            self._scroll(self._lines.top_around(self._cursor, self.size.height))
        else:
            self._scroll_paper_to(self._cursor, height)

    def tell_days(self, days: Sequence[DayCount], end: DayEnd | None) -> None:
        before = self._picture()
        self._days, self._end = {day.day: day for day in days}, end
        self._repaint(before)

    def announce(self, news: str, key: str) -> None:
        """Cover a line of the list with an announcement and the key that shows more; an empty text removes it.

        It covers the first line, or the last one if the cursor is on the first, so that no paper moves.
        """
        if (news, key) != (self._news, self._news_key):
            self._news, self._news_key = news, key
            self.refresh()

    @property
    def _news_line(self) -> int | None:
        """The line on the screen that the announcement covers."""
        if not self._news or not self.size.height:
            return None
        view = self._slots()
        first = view[0] if view else None
        is_cursor = first is not None and first.kind == "paper" and first.place == self._cursor
        return self.size.height - 1 if is_cursor else 0

    def select(self, selected: Container[int]) -> None:
        before = self._picture()
        self._selected = selected
        self._repaint(before)

    def patch(self, pk: int, **changes: Unpack[RowChanges]) -> None:
        """Draw a paper's new state before it is stored; repaints only its line."""
        before = self._picture()
        if self._rows.patch(pk, changes):
            self._measure()
            self._repaint(before)

    def renew(self) -> None:
        """Fetch the visible rows again: the papers' data changed, their order did not."""
        before = self._picture()
        self._rows.forget()
        self._measure()
        self._repaint(before)

    # Queries

    @property
    def highlighted(self) -> int | None:
        return self._lines.pks[self._cursor] if self._lines.pks else None

    @property
    def highlighted_row(self) -> PaperRow | None:
        return None if self.highlighted is None else self.row_of(self.highlighted)

    @property
    def loaded_row(self) -> PaperRow | None:
        """The row under the cursor if it is loaded; never asks the cache."""
        return None if self.highlighted is None else self._rows.get(self.highlighted)

    def row_of(self, pk: int) -> PaperRow | None:
        """Return a paper's drawn row, or its row from the cache if it is not loaded; None if the paper is gone."""
        return self._rows.of(pk)

    def has_row(self, pks: Sequence[int], matches: Callable[[PaperRow], bool]) -> bool:
        """Whether any of the papers has a row that `matches`; rows are fetched until one does."""
        return self._rows.first(pks, matches) is not None

    @property
    def hole(self) -> Hole | None:
        return self._lines.hole_below(self._cursor) if self._is_on_hole else None

    @property
    def cursor(self) -> int:
        """The highlighted paper's index in the order, from 0."""
        return self._cursor

    @property
    def count(self) -> int:
        return len(self._lines.pks)

    @property
    def day(self) -> str | None:
        """The day of the highlighted paper's group; None if the order is not by day."""
        group = self._lines.group_of(self._cursor)
        return self._lines.groups[group][0] if group >= 0 else None

    @property
    def height(self) -> int | None:
        """The highlighted paper's line, counted from the list's top; None if it is out of view."""
        anchor = self._anchor()
        return anchor[1] if anchor and anchor[0] == self.highlighted else None

    @property
    def position(self) -> Position:
        return Position(self.highlighted, self.height)

    @property
    def visible_pks(self) -> list[int]:
        return [self._lines.pks[slot.place] for _, slot in self._in_view() if slot.part == 0]

    def pks_all(self) -> Sequence[int]:
        return self._lines.pks

    # Moving; each method returns whether the cursor moved

    def to_index(self, index: int, *, on_hole: bool = False) -> bool:
        """Highlight the paper at a place, or the nearest one, or the hole below it."""
        index = min(max(index, 0), len(self._lines.pks) - 1)
        if index < 0:
            return False
        delta = index - self._cursor
        is_moved = delta != 0 or on_hole != self._is_on_hole
        if is_moved:
            self._gone = None
            news = self._news_line
            self._repaint_paper(self._cursor)
            self._cursor, self._is_on_hole = index, on_hole
            self._repaint_paper(index)
            if news != self._news_line:
                self._paint(0)
                self._paint(self.size.height - 1)
        self._reveal(1 if on_hole else delta)
        self._report_highlighted()
        return is_moved

    def move_lines(self, lines: int) -> bool:
        """Go down by papers, up if negative; a single step also stops on a hole."""
        above = self._cursor if lines > 0 else self._cursor - 1
        if abs(lines) > 1:
            return self.move(lines)
        if self._is_on_hole:
            return self.to_index(self._cursor + max(lines, 0))
        return self.to_index(above, on_hole=True) if self._lines.hole_below(above) else self.move(lines)

    def move(self, delta: int) -> bool:
        return self.to_index(self._cursor + delta)

    def to_paper(self, pk: int) -> bool:
        """Highlight a paper if it is listed; return whether it is."""
        index = self._lines.find(pk, self._cursor)
        if index is not None:
            self.to_index(index)
        return index is not None

    def move_to_end(self, *, last: bool) -> bool:
        return self.to_index(len(self._lines.pks) if last else 0)

    def move_pages(self, direction: int, share: int = 1, times: int = 1) -> bool:
        """Go screens less two lines (`share` 1) or half screens (2); the cursor keeps its line on the screen."""
        start = self._cursor
        for _ in range(times):
            before = self._cursor, self.scroll_offset
            self._scroll_with_cursor(direction * max(1, self.size.height // share - (2 if share == 1 else 0)))
            if (self._cursor, self.scroll_offset) == before:
                break
        return self._cursor != start

    def to_day(self, direction: int) -> bool:
        """Go to the first paper of the next day in the list for 1, of the previous day for -1."""
        group = self._lines.group_of(self._cursor) + direction
        if not 0 <= group < len(self._lines.groups):
            return False
        index = self._lines.start_of(group)
        self._scroll(self._lines.line_of(index) - (1 if self._lines.has_headings else 0))
        return self.to_index(index)

    def next_where(self, wanted: Callable[[PaperRow], bool], direction: int = 1, limit: int = 20_000) -> bool:
        """Go to the nearest paper below the cursor whose row is wanted, or above it for -1.

        At most `limit` rows are read, to take no longer than a frame or two.
        """
        count = len(self._lines.pks)
        places = (range(self._cursor + 1, count) if direction > 0 else range(self._cursor - 1, -1, -1))[:limit]
        position = self._rows.first([self._lines.pks[at] for at in places], wanted)
        return position is not None and self.to_index(places[position])

    def _scroll_with_cursor(self, lines: int) -> None:
        if not self._lines.pks:
            return
        line = self._lines.step(self._lines.line_of(self._cursor), lines)
        index = self._lines.nearest(line, down=lines > 0)
        self._scroll(self._lines.step(self.scroll_offset.y, lines))
        self.to_index(index if index != self._cursor else index + (1 if lines > 0 else -1))

    def on_resize(self) -> None:
        self._drawn.clear()
        self._measure()
        if self._unplaced is not None:
            self._place(*self._unplaced)
        self._reveal()

    def _report_highlighted(self) -> None:
        self.reported = self.highlighted, self._is_on_hole

    # Scrolling

    def _measure(self) -> None:
        self._viewed = None
        self._heights.clear()
        height = self.size.height
        self.virtual_size = Size(self.columns, self._lines.last_top(height) + height if self._lines.pks else 0)

    def _height_of(self, place: int) -> int:
        height = self._heights.get(place)
        if height is None:
            row = self._row(place)
            if row is None:
                return 1
            height = self._heights[place] = paper_height(row, self.columns, self._look)
        return height

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by drawn lines; Textual would scroll by line numbers, which have gaps."""
        self._turn(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
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

    def _anchor(self) -> tuple[int, int] | None:
        """The paper that must not move, and its line on the screen: the highlighted paper, else the top one."""
        view = [(y - slot.part, self._lines.pks[slot.place]) for y, slot in self._in_view()]
        return next(((pk, y) for y, pk in view if pk == self.highlighted), (view[0][1], view[0][0]) if view else None)

    def _scroll_paper_to(self, index: int, height: int) -> None:
        self._scroll(self._lines.step(self._lines.line_of(index), -height))

    # Drawing

    def render_line(self, y: int) -> Strip:
        today = self._today or date.today()
        if today != self._look.today:
            self._change_look(self._look._replace(today=today))
            self._measure()
        if y == self._news_line:
            return self._strip(draw_news(self._news, self._news_key, self.columns, self._look), PLAIN)
        view = self._slots()
        slot = view[y] if y < len(view) else None
        content = self._content(slot)
        drawn = () if content is None else self._draw(content)
        # A row may have fewer lines than measured, until it is measured again.
        return drawn[slot.part] if slot is not None and slot.part < len(drawn) else self._strip(())

    def _change_look(self, look: ListLook) -> None:
        if look != self._look:
            self._look = look
            self._drawn.clear()

    def _draw(self, content: Content) -> tuple[Strip, ...]:
        strips = self._drawn.get(content)
        if strips is None:
            over = "highlighted" if isinstance(content, PaperAt | HoleAt) and content.is_highlighted else PLAIN
            strips = tuple(self._strip(line, over) for line in draw_content(content, self.columns, self._look))
            if len(self._drawn) >= MAX_CACHED_ROWS:
                self._drawn.clear()
            self._drawn[content] = strips
        return strips

    def _content(self, slot: LineSlot | None) -> Content | None:
        """The content of a slot; None for a blank line, such as the line of a deleted paper."""
        if slot is None:
            return None
        kind, group, place, _ = slot
        if kind == "paper":
            row = self._row(place)
            if row is None:
                return None
            is_highlighted = place == self._cursor and not self._is_on_hole
            return PaperAt(row, is_highlighted, row.pk in self._selected)
        if kind == "end":
            return self._end
        if kind == "hole":
            above = self._lines.start_of(group + 1) - 1
            return HoleAt(len(self._lines.hole_below(above) or ()), self._is_on_hole and above == self._cursor)
        day, papers = self._lines.heading(group)
        counts = self._days.get(day)
        # If the list has only part of a day's papers, or hidden ones too, the day's counts do not apply.
        has_all = counts is not None and papers is not None and counts.papers <= papers
        if counts is None:
            return Heading(day, papers)
        note = coverage_note(counts, self._look.today)
        # A paper that was just hidden is still listed, but not counted.
        return Heading(day, counts.papers if has_all else papers, counts.unread if has_all else None, counts.plus, note)

    def _picture(self) -> list[tuple[Content | None, int]]:
        return [(self._content(slot), 0 if slot is None else slot.part) for slot in self._slots()]

    def _repaint(self, before: Sequence[tuple[Content | None, int]] | None) -> None:
        """Paint the lines whose content differs from `before`; all lines for None."""
        if before is None:
            self._drawn.clear()
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
        """The row of the paper at a place; if not loaded, it is fetched with the rows of adjacent pages."""
        pk = self._lines.pks[place]
        row = self._rows.get(pk)
        if row is None:
            page = max(self.size.height, 1)
            self._rows.bring(self._lines.pks[max(0, place - page) : place + 2 * page])
            row = self._rows.get(pk)
        return row

    def _slots(self) -> Sequence[LineSlot | None]:
        viewed = self._lines, self.scroll_offset.y, self.size
        if viewed != self._viewed:
            self._viewed, self._view = viewed, self._lines.view(self.scroll_offset.y, self.size.height)
        return self._view

    def _in_view(self) -> Iterator[tuple[int, LineSlot]]:
        """The screen line and slot of each visible line of a paper."""
        return ((y, slot) for y, slot in enumerate(self._slots()) if slot is not None and slot.kind == "paper")

    def watch_has_focus(self, has_focus: bool) -> None:
        self._change_look(self._look._replace(has_focus=has_focus))
        super().watch_has_focus(has_focus)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn.clear()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y == self._news_line:
            event.stop()
            self.post_message(WidgetReport("action", "news.show"))
            return
        slot = None if offset is None else self._slots()[offset.y]
        if slot is None or slot.kind not in ("hole", "paper"):
            return
        event.stop()
        if slot.kind == "hole":
            if not self.to_index(self._lines.start_of(slot.group + 1) - 1, on_hole=True):
                self.post_message(WidgetReport("action", "find.fetch"))
        elif slot.place == self._cursor and not self._is_on_hole:
            self.post_message(WidgetReport("action", "read.open"))
        else:
            self.to_index(slot.place)
