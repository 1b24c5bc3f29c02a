"""The list of papers. It is virtual: a million papers are as quick as ten."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Unpack

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from reader.core.paper import PaperKey, PaperRow
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import pattern
from reader.ui.text.list_lines import ListLines, draw_heading, draw_paper
from reader.ui.text.styled_text import PLAIN
from reader.ui.widgets.list_rows import RowChanges, Rows, RowsAtHand
from reader.ui.widgets.pane import Pane

if TYPE_CHECKING:
    from reader.cache.window import Order

STRIPS_KEPT = 2_000
"""Maximum number of drawn lines kept for the next paint."""

_ROLES = (
    "bar", "dot", "star", "faint", "number", "mark", "unread", "read", "hidden", "day",
)  # fmt: skip


class PaperList(Pane, can_focus=True, inherit_bindings=False):
    """Papers in an order, with a heading before each day.

    The list holds the order, and fetches the rows in view with a page on each side. It reads no keys: the screen calls
    `move` and the other methods.
    """

    PREFIX = "papers"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"papers--{role}" for role in (*_ROLES, "hit", "highlighted")}

    reported: var[PaperKey | None] = var(None, init=False)
    """The paper under the cursor, for watchers; `highlighted` computes the same."""

    @dataclass
    class Opened(Message):
        """The user clicked the highlighted paper to read it."""

        pk: PaperKey

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        today: date | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._today = today
        self._lines = ListLines()
        self._cursor = 0
        self._words: tuple[str, ...] = ()
        self._rows = RowsAtHand()
        self._strips: dict[tuple[object, object], Strip] = {}
        """Drawn lines by (row, highlighted) and by (heading, today); a changed row is a new key."""

    # Content

    def show(
        self,
        order: Order[PaperKey],
        rows: Rows,
        keep: PaperKey | None = None,
        words: tuple[str, ...] = (),
        height: int | None = None,
    ) -> None:
        """Show an order of papers whose rows `rows` fetches, and mark the words in the titles.

        The cursor goes to the paper `keep`, else to the top; `height` is its line, counted from the list's top.
        If `keep` is already highlighted, as in a refreshed view, nothing moves on the screen, even if the user has
        scrolled away from the cursor. If it is gone, the cursor goes to the paper that followed it.
        """
        old, new = self._lines, ListLines(order)
        cursor, anchor = self._cursor, self._anchor()
        is_news = keep is not None and keep == self.highlighted
        index = 0 if keep is None else new.find(keep, cursor)
        if index is None:
            index = new.heir(old, cursor) if is_news else 0
        before = self._picture() if is_news and words == self._words else None
        self._lines, self._rows, self._words = new, RowsAtHand(rows), words
        self._cursor = index
        self._set_virtual_size()
        is_away = is_news and anchor is not None and anchor[0] != keep
        if is_news and anchor is not None:
            self._scroll_paper_to(*anchor)
        elif keep is not None and height is not None:
            self._scroll_paper_to(keep, height)
        else:
            self._scroll(0 if index == 0 else self._lines.line_of(index) - self.size.height // 2)
        if not is_away:
            self._reveal()
        self._repaint(before)
        self._report_highlighted()

    def patch(self, pk: PaperKey, **changes: Unpack[RowChanges]) -> None:
        """Draw a paper's new state at once, before the cache has it; this paints only its line."""
        if not self._rows.patch(pk, changes):
            return
        for line, shown in self._in_view():
            if shown == pk:
                self.refresh_line(line)

    def renew(self) -> None:
        """Fetch the rows in view again: the papers' data changed, their order did not."""
        before = self._picture()
        self._rows.forget()
        self._repaint(before)

    # Queries

    @property
    def highlighted(self) -> PaperKey | None:
        """The paper under the cursor."""
        return self._lines.pks[self._cursor] if self._lines.pks else None

    @property
    def highlighted_row(self) -> PaperRow | None:
        """The drawn row under the cursor."""
        return None if self.highlighted is None else self.row_of(self.highlighted)

    @property
    def loaded_row(self) -> PaperRow | None:
        """The row under the cursor if it is loaded; never asks the cache."""
        return None if self.highlighted is None else self._rows.get(self.highlighted)

    def row_of(self, pk: PaperKey) -> PaperRow | None:
        """Return a paper's drawn row, or its row from the cache if it is not loaded; None if the paper is gone."""
        return self._rows.of(pk)

    @property
    def cursor(self) -> int:
        """The highlighted paper's index in the order, from 0."""
        return self._cursor

    @property
    def count(self) -> int:
        """The number of papers in the loaded part of the order."""
        return len(self._lines.pks)

    @property
    def day(self) -> str | None:
        """The day of the highlighted paper's group; None if the order is not by day."""
        group = self._lines.group_of(self._cursor)
        return self._lines.groups[group][0] if 0 <= group < len(self._lines.groups) else None

    @property
    def height(self) -> int | None:
        """The highlighted paper's line, counted from the list's top; None if it is out of view."""
        anchor = self._anchor()
        return anchor[1] if anchor and anchor[0] == self.highlighted else None

    @property
    def visible_pks(self) -> list[PaperKey]:
        """The papers in view, from the top."""
        return [pk for _, pk in self._in_view()]

    def pks_all(self) -> Sequence[PaperKey]:
        """Return all papers of the order."""
        return self._lines.pks

    # Moving; each method returns whether the cursor moved

    def to_index(self, index: int) -> bool:
        """Highlight the paper at a place, or the nearest one."""
        index = min(max(index, 0), len(self._lines.pks) - 1)
        if index < 0:
            return False
        delta = index - self._cursor
        if delta:
            self._repaint_cursor()
            self._cursor = index
            self._repaint_cursor()
        self._reveal(delta)
        self._report_highlighted()
        return delta != 0

    def move(self, delta: int) -> bool:
        """Go down by `delta` papers, up if negative."""
        return self.to_index(self._cursor + delta)

    def to_first(self) -> bool:
        """Go to the top."""
        return self.to_index(0)

    def to_last(self) -> bool:
        """Go to the bottom."""
        return self.to_index(len(self._lines.pks) - 1)

    def half_page(self, direction: int) -> bool:
        """Go half a screen down for 1, up for -1; the cursor keeps its line on the screen."""
        return self._scroll_with_cursor(direction * max(1, self.size.height // 2))

    def page(self, direction: int) -> bool:
        """Go a screen minus two lines down for 1, up for -1."""
        return self._scroll_with_cursor(direction * max(1, self.size.height - 2))

    def to_day(self, direction: int) -> bool:
        """Go to the first paper of the next day in the list for 1, of the previous day for -1."""
        group = self._lines.group_of(self._cursor) + direction
        if not 0 <= group < len(self._lines.groups):
            return False
        index = self._lines.start_of(group)
        self._scroll(self._lines.line_of(index) - 1)
        return self.to_index(index)

    def next_where(
        self, wanted: Callable[[PaperRow], bool] | Container[PaperKey], direction: int = 1, limit: int = 20_000
    ) -> bool:
        """Go to the nearest wanted paper below the cursor, or above it for -1.

        `wanted` is a set of papers or a function of a row. It is called for at most `limit` rows, in a frame or two.
        """
        count = len(self._lines.pks)
        places = range(self._cursor + 1, count) if direction > 0 else range(self._cursor - 1, -1, -1)
        if callable(wanted):
            places = places[:limit]
            position = self._rows.first([self._lines.pks[at] for at in places], wanted)
            found = None if position is None else places[position]
        else:
            found = next((at for at in places if self._lines.pks[at] in wanted), None)
        return found is not None and self.to_index(found)

    def _scroll_with_cursor(self, delta: int) -> bool:
        """Scroll by `delta` lines, and move the cursor with the text."""
        if not self._lines.pks:
            return False
        line = self._lines.line_of(self._cursor)
        index = self._lines.nearest(line + delta, down=delta > 0)
        self._scroll(self.scroll_offset.y + delta)
        return self.to_index(index)

    # Scrolling

    def _set_virtual_size(self) -> None:
        size = Size(self.columns, len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size

    def _scroll(self, line: int) -> None:
        """Scroll a line to the top, or as near as the end of the list allows."""
        self.scroll_to(y=line, animate=False, force=True)

    def _reveal(self, delta: int = 0) -> None:
        """Scroll just enough to show the highlighted line, with a margin in the cursor's direction."""
        if self._lines.pks and self.size.height:
            top = self._lines.top_that_shows(self._cursor, self.scroll_offset.y, self.size.height, delta)
            if top is not None:
                self._scroll(top)

    def _anchor(self) -> tuple[PaperKey, int] | None:
        """Return a paper that must not move, and its line in view: the highlighted one, else the top one."""
        view = list(self._in_view())
        top = self.scroll_offset.y
        for line, pk in view:
            if pk == self.highlighted:
                return pk, line - top
        return (view[0][1], view[0][0] - top) if view else None

    def _scroll_paper_to(self, pk: PaperKey, height: int) -> None:
        """Scroll until a paper is `height` lines below the top."""
        index = self._lines.find(pk, self._cursor)
        line = self._lines.line_of(self._cursor if index is None else index) if self._lines.pks else 0
        self._scroll(line - height)

    # Drawing

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        if line >= len(self._lines):
            return Strip.blank(self.columns, self._style())
        group, index = self._lines.at(line)
        if index is None or (y == 0 and group >= 0):
            # The heading stays at the top while its papers scroll.
            return self._draw_heading(group)
        return self._draw_paper(self._lines.pks[index], index == self._cursor)

    def _draw_paper(self, pk: PaperKey, highlighted: bool) -> Strip:
        row = self._row(pk)
        if row is None:
            return Strip.blank(self.columns, self._style())
        strip = self._strips.get((row, highlighted))
        if strip is None:
            line = draw_paper(row, self.columns, self._glyphs, pattern(self._words), highlighted)
            strip = self._store_strip((row, highlighted), self._strip(line, "highlighted" if highlighted else PLAIN))
        return strip

    def _draw_heading(self, group: int) -> Strip:
        heading, today = self._lines.heading(group), self._today or date.today()
        strip = self._strips.get((heading, today))
        if strip is None:
            line = draw_heading(*heading, self.columns, self._glyphs, today)
            strip = self._store_strip((heading, today), self._strip(line))
        return strip

    def _store_strip(self, shown: tuple[object, object], strip: Strip) -> Strip:
        if len(self._strips) >= STRIPS_KEPT:
            self._strips.clear()
        self._strips[shown] = strip
        return strip

    def _picture(self) -> list[object]:
        """Return the content of each line in view, to compare it later."""
        shown: list[object] = []
        for group, index in self._lines.contents(self.scroll_offset.y, self.size.height):
            if index is None:
                shown.append(self._lines.heading(group) if group >= 0 else None)
            else:
                shown.append((self._row(self._lines.pks[index]), index == self._cursor))
        return shown

    def _repaint(self, before: Sequence[object] | None) -> None:
        """Paint the lines whose content differs from `before`; all lines for None."""
        if before is None:
            self._strips.clear()
            self.refresh()
            return
        top = self.scroll_offset.y
        for y, (old, new) in enumerate(zip_longest(before, self._picture())):
            if old != new:
                self.refresh_line(top + y)

    def _row(self, pk: PaperKey) -> PaperRow | None:
        row = self._rows.get(pk)
        if row is None:
            height, top = self.size.height, self.scroll_offset.y
            first = self._lines.nearest(top - height, down=True)
            last = self._lines.nearest(top + 2 * height, down=False)
            self._rows.bring(self._lines.pks[first : last + 1])
            row = self._rows.get(pk)
        return row

    def _in_view(self) -> Iterator[tuple[int, PaperKey]]:
        """Return the (line, paper) of each paper in view."""
        return self._lines.papers_in_view(self.scroll_offset.y, self.size.height)

    def _repaint_cursor(self) -> None:
        self.refresh_line(self._lines.line_of(self._cursor))

    def _report_highlighted(self) -> None:
        self.reported = self.highlighted

    def notify_style_update(self) -> None:
        """Drop lines drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        self._strips.clear()
        self._set_virtual_size()
        self._reveal()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or (offset.y == 0 and self._lines.groups):
            return
        _, index = self._lines.at(offset.y + self.scroll_offset.y)
        if index is None:
            return
        event.stop()
        if index == self._cursor:
            self.post_message(self.Opened(self._lines.pks[index]))
        else:
            self.to_index(index)
