"""The filter pane: its keys and mouse actions for views, days, tags and topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from reader.core.lines import Line, Piece, cell_len, cut, literal, measure, spread
from reader.core.query.choices import TagChoice, TopicChoice
from reader.core.text import amount
from reader.core.topics.trends import WEEKS, percent, spark
from reader.session.places import DAY, TOPIC_ORDERS, TopicMode, TopicOrder
from reader.ui.filter.rows import (
    FilterData,
    FilterState,
    Row,
    heading_above,
    last_of_group,
    lay_out,
    moved,
    place_of,
)
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import PLAIN, Reported
from reader.ui.kit.pane import Pane

SHORTCUT_ROOM = 9
"""Minimum cells of a name with its key."""

NAME_ROOM = 15
"""Minimum cells of a topic's name next to its sparkline."""


def draw_row(row: Row, width: int, state: FilterState, glyphs: Glyphs, at_cursor: bool) -> Line:
    """Draw a row in `width` cells: cursor, sign and name, with its sparkline and number on the right."""
    bar = Piece(glyphs.cursor, "mark") if at_cursor else Piece(" ")
    right = _right(row, width, state.order, glyphs)
    room = width - 3 - measure(right)
    shortcut = f" {row.shortcut}" if row.shortcut and room >= SHORTCUT_ROOM else ""
    name = cut(literal(row.text), room - len(shortcut), glyphs.ellipsis)
    left: Line = (bar, _sign(row, glyphs), Piece(" "), Piece(name, _role(row)))
    if shortcut:
        left = (*left, Piece(shortcut, "nothing"))
    return spread(left, right, width)


def draw_heading(row: Row, width: int, state: FilterState, glyphs: Glyphs, here: bool) -> Line:
    left: Line = (Piece(" "), Piece(row.text, "heading-here" if here else "heading"))
    if row.key != "topics":
        return left
    if state.narrowed:
        typed = cut(state.narrowed, width - 10, glyphs.ellipsis)
        return (*left, Piece("  "), Piece("/", "mark"), Piece(typed, "typed"))
    if state.order != "family":
        left = (*left, Piece(f"  {'rising' if state.order == 'rising' else 'by papers'}", "count"))
    return spread(left, (Piece(f"{state.choice.mode} {glyphs.unfolded} ", "count"),), width)


def meaning(row: Row, glyphs: Glyphs) -> str:
    """Return the hint for a row: its numbers in words, or a topic's sparkline, its rise, and its meaning."""
    if row.is_partial and row.count is not None:
        return f"{amount(row.count, 'paper')} so far: the day is not all here"
    if row.unread is not None and row.count is not None:
        return f"{row.unread:,} unread of {row.count:,}"
    if not row.weeks:
        return row.about
    moves = f"{spark(row.weeks, glyphs.spark)} {percent(row.rising)}"
    return f"{moves} · {row.about}" if row.about else moves


def _right(row: Row, width: int, order: TopicOrder, glyphs: Glyphs) -> Line:
    """The right part of a row: its number, or, when ordered by rise, a topic's sparkline and growth."""
    if order == "rising" and row.weeks:
        return _rise(row, width, glyphs)
    counted = _count(row, glyphs)
    return (Piece(" "), *counted, Piece(" ")) if counted else (Piece(" "),)


def _rise(row: Row, width: int, glyphs: Glyphs) -> Line:
    # Numbers have a column of five cells, which aligns the sparklines before them.
    number = f" {percent(row.rising):>5} "
    room = width - 3 - max(NAME_ROOM, cell_len(row.text)) - len(number) - 1
    if room < WEEKS // 2:
        return (Piece(" "), Piece(spark(row.weeks, glyphs.spark, WEEKS // 2), "spark"), Piece(" "))
    line = spark(row.weeks, glyphs.spark, WEEKS if room >= WEEKS else WEEKS // 2)
    return (Piece(" "), Piece(line, "spark"), Piece(number, "count" if row.count else "nothing"))


def _count(row: Row, glyphs: Glyphs) -> Line:
    if row.count is None:
        return ()
    count = f"{row.count:,}{'+' if row.is_partial else ''}"
    if row.unread is not None:
        return (Piece(f"{row.unread:,}", "unread" if row.unread else "nothing"), Piece(f"/{count}", "nothing"))
    if row.is_partial:
        return (Piece(count, "nothing"),)
    if not row.count and row.kind != "view":
        return (Piece(glyphs.nothing, "nothing"),)
    role = "count" if row.count else "nothing"
    return (Piece(count, role),)


def _sign(row: Row, glyphs: Glyphs) -> Piece:
    marks = {
        "none": (" ", "name"),
        "chosen": (glyphs.here, "mark"),
        "open": (glyphs.unfolded, "quiet"),
        "folded": (glyphs.folded, "quiet"),
        "picked": (glyphs.picked, "mark"),
        "excluded": (glyphs.excluded, "mark"),
        "implied": (glyphs.implied, "mark"),
    }
    return Piece(*marks[row.mark])


def _role(row: Row) -> str:
    if row.mark in ("picked", "chosen"):
        return "picked"
    if row.mark == "excluded":
        return "excluded"
    if row.mark == "implied":
        return "implied"
    if row.kind == "family":
        return "family"
    return "quiet" if row.quiet else "name"


_ROLES = (
    "cursor", "heading", "heading-here", "name", "quiet", "family", "count", "unread", "nothing", "mark", "picked",
    "excluded", "typed", "spark", "implied",
)  # fmt: skip

_RIGHT_BUTTON = 3
_LONGEST_TYPED = 60


class FilterPane(Pane, can_focus=True):
    """The pane for choosing the list's view, day and topics.

    `show` sets its data, `place` and `choose` set the choice; it posts the user's choices. The screen handles keys and
    calls `move`, `toggle` and the other methods.
    """

    PREFIX = "filter"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"filter--{role}" for role in _ROLES}

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        order: TopicOrder = "family",
        mode: TopicMode = "any",
        folded: Iterable[str] = (),
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._data = FilterData()
        self._state = FilterState(choice=TopicChoice(mode), closed=frozenset(folded), order=order)
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self._hint = ""
        self.is_narrowing = False

    def show(self, data: FilterData) -> None:
        """Show other data; the cursor stays on its row if the row still exists."""
        self._data = data
        self._lay_out()

    @property
    def current(self) -> Row | None:
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def move(self, delta: int) -> None:
        self._move_cursor(moved(self._rows, self._cursor, delta))

    def to_first(self) -> None:
        self.move(-len(self._rows))

    def to_last(self) -> None:
        self.move(len(self._rows))

    # Drawing

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y
        if index >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        strip = self._strips.get(index)
        # A new size is drawn before it is reported.
        if strip is None or strip.cell_length != self.columns:
            row = self._rows[index]
            at_cursor = index == self._cursor and self.has_focus and row.selectable
            line = self._line(row, self.columns, at_cursor)
            strip = self._strips[index] = self._strip(line, "cursor" if at_cursor else PLAIN)
        return strip

    def _repaint(self, *indexes: int) -> None:
        if not indexes:
            self._strips.clear()
            self.refresh()
        for index in indexes:
            self._strips.pop(index, None)
            self.refresh_line(index)

    def _line(self, row: Row, width: int, at_cursor: bool) -> Line:
        if row.kind != "heading":
            return draw_row(row, width, self._state, self._glyphs, at_cursor)
        here = self.has_focus and row.key == heading_above(self._rows, self._cursor)
        return draw_heading(row, width, self._state, self._glyphs, here)

    def on_resize(self) -> None:
        self._reveal()

    # Changes

    def _set_state(self, state: FilterState) -> None:
        if state != self._state:
            self._state = state
            self._lay_out()
            self._repaint()

    def _lay_out(self) -> None:
        before, current, line = self._rows, self.current, self._cursor - self.scroll_offset.y
        self._rows = lay_out(self._data, self._state)
        self.virtual_size = Size(0, len(self._rows))
        self._cursor = place_of(self._rows, current, self._cursor)
        if self.has_focus:
            # Rows come and go with the counts; the cursor's row keeps its place on the screen.
            self.scroll_to(y=self._cursor - line if before else 0, animate=False)
        self._reveal()
        for index, (old, new) in enumerate(zip_longest(before, self._rows)):
            if old != new:
                self._repaint(index)
        self._tell_row()

    def _move_cursor(self, index: int) -> None:
        before, self._cursor = self._cursor, index
        section_changed = heading_above(self._rows, before) != heading_above(self._rows, index)
        self._reveal()
        if section_changed:
            self._repaint()
        else:
            self._repaint(before, index)
        self._tell_row()

    def _reveal(self) -> None:
        """Scroll just enough to show the cursor, or, in a pane that was left, the listed view, else the top.

        With the first row, also show the headings above it.
        """
        first = next((index for index, row in enumerate(self._rows) if row.selectable), 0)
        listed = (index for index, row in enumerate(self._rows) if row.mark == "chosen")
        shown = self._cursor if self.has_focus else next(listed, first)
        top = 0 if shown <= first or (not self.has_focus and shown < self.size.height) else shown
        self.scroll_to_region(Region(0, top, 1, shown - top + 1), animate=False)

    def _reveal_group(self) -> None:
        top = max(self.scroll_offset.y, last_of_group(self._rows, self._cursor) + 1 - self.size.height)
        self.scroll_to(y=min(top, self._cursor), animate=False)

    def place(self, view: str | None = None, day: str | None = None) -> None:
        self._set_state(replace(self._state, view=view, day=day))

    def choose(self, choice: TopicChoice) -> None:
        if len(choice.picked) < 2:
            # A query with fewer than two topics does not express how they combine, so the last mode stays.
            choice = replace(choice, mode=self.choice.mode)
        self._set_state(replace(self._state, choice=choice))
        self._put_on_top()

    def choose_tags(self, tags: TagChoice) -> None:
        self._set_state(replace(self._state, tags=tags))

    def _put_on_top(self) -> None:
        """List the picked and excluded topics first, unless the user is picking right now."""
        if not self.has_focus:
            self._set_state(replace(self._state, on_top=(*self.choice.picked, *self.choice.excluded)))

    @property
    def choice(self) -> TopicChoice:
        return self._state.choice

    @property
    def narrowed(self) -> str:
        """The text that narrows the topics; empty if all are listed."""
        return self._state.narrowed

    @property
    def order(self) -> TopicOrder:
        return self._state.order

    @property
    def folded(self) -> frozenset[str]:
        return self._state.closed

    # Keys

    def toggle(self) -> None:
        if (row := self.current) is None:
            return
        match row.kind:
            case "view":
                self.place(view=row.key)
                self.post_message(Reported("view", row.key))
            case "day":
                self.place(day=row.key)
                self.post_message(Reported("view", f"{DAY}{row.key}"))
            case "topic":
                self._choose(self.choice.toggle(row.key, "picked"))
            case "tag":
                self.post_message(Reported("tag choice", (row.key, "picked")))
            case "family":
                self._set_state(replace(self._state, closed=self._state.closed ^ {row.key}))
                self._reveal_group()
            case "more":
                self._set_state(replace(self._state, unfolded=self._state.unfolded ^ {row.key}))
                self._reveal_group()

    def exclude(self) -> None:
        row = self.current
        if row is not None and row.kind == "topic":
            self._choose(self.choice.toggle(row.key, "excluded"))
        elif row is not None and row.kind == "tag":
            self.post_message(Reported("tag choice", (row.key, "excluded")))

    def switch_mode(self) -> None:
        mode: TopicMode = "any" if self.choice.mode == "all" else "all"
        self._choose(replace(self.choice, mode=mode))

    def switch_order(self) -> TopicOrder:
        """List the topics in the next order: by family, by papers, or rising ones first if trends are known."""
        known = any(topic.weeks for topic in self._data.topics)
        orders = TOPIC_ORDERS if known else TOPIC_ORDERS[:-1]
        order = orders[(orders.index(self.order) + 1) % len(orders)] if self.order in orders else orders[0]
        self._set_state(replace(self._state, order=order))
        return order

    def begin_narrowing(self) -> None:
        self.is_narrowing = True
        self.post_message(Reported("narrowing", True))

    def stop_narrowing(self) -> None:
        self.is_narrowing = False
        self.narrow("")

    def type(self, key: str, character: str | None) -> bool:
        """Take a key if topics are being narrowed; return False for keys that mean something else."""
        if not self.is_narrowing:
            return False
        if key in ("enter", "escape", "tab", "down", "up"):
            self.is_narrowing = False
            self.post_message(Reported("narrowing", False))
            if key == "escape":
                self.stop_narrowing()
            return key in ("enter", "escape")
        if key in ("backspace", "ctrl+h"):
            self.narrow(self.narrowed[:-1])
        elif key == "ctrl+u":
            self.narrow("")
        elif character and character.isprintable():
            self.narrow(self.narrowed + character)
        return True

    def narrow(self, text: str) -> None:
        text = literal(text).lstrip()[:_LONGEST_TYPED]
        self._set_state(replace(self._state, narrowed=text))
        if text:
            self._move_cursor(next((index for index, row in enumerate(self._rows) if row.kind == "topic"), 0))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = event.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        row = self._rows[index]
        if row.kind == "heading" and row.key == "topics":
            self.switch_mode()
        elif row.selectable:
            self._move_cursor(index)
            if event.button == _RIGHT_BUTTON:
                self.exclude()
            else:
                self.toggle()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor and post the hint of its row, or remove both."""
        super().watch_has_focus(has_focus)
        if self.screen.focused is not self:
            self.is_narrowing = False
        self._put_on_top()
        self._reveal()
        self._repaint()
        self._tell_row()

    def _choose(self, choice: TopicChoice) -> None:
        self._set_state(replace(self._state, choice=choice))
        self.post_message(Reported("topics", choice))

    def _tell_row(self) -> None:
        hint = meaning(row, self._glyphs) if (row := self.current) is not None and self.has_focus else ""
        if hint != self._hint:
            self._hint = hint
            self.post_message(Reported("hint", hint))
