"""The filter pane: views, days and topics in one column, with a cursor of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reader.core.query.topics import TopicChoice
from reader.core.trends import WEEKS, percent, spark
from reader.ui.glyphs import UNICODE, Glyphs
from reader.ui.prose import Line, Piece, cut, literal, measure
from reader.ui.widgets.filter_rows import TOPIC_ORDERS, FilterData, FilterState, Kind, Mark, Row, TopicOrder, lay_out
from reader.ui.widgets.pieces import draw, spread

_RIGHT_BUTTON = 3
_LONGEST_TYPED = 60

_NAME_ROOM = 15
"""Cells that a topic's name keeps beside its sparkline."""


class FilterPane(ScrollView, inherit_bindings=False):
    """Where one chooses what the list holds: a view, a day, topics.

    It is told its data by `show` and what is chosen by `place` and `choose`, and posts what the user wants. It knows
    no keys: the screen calls `move`, `toggle` and the other methods for them.
    """

    can_focus = True
    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "filter--cursor",
        "filter--heading",
        "filter--heading-here",
        "filter--name",
        "filter--quiet",
        "filter--family",
        "filter--count",
        "filter--nothing",
        "filter--mark",
        "filter--picked",
        "filter--excluded",
        "filter--typed",
        "filter--spark",
        "filter--implied",
    }

    @dataclass
    class ViewChosen(Message):
        """The user wants to see a view."""

        id: str

    @dataclass
    class DayChosen(Message):
        """The user wants to see a day of the feed."""

        day: str
        """ISO date."""

    @dataclass
    class TopicsChanged(Message):
        """The user picked, excluded or let go of a topic, or said how picked ones combine."""

        choice: TopicChoice

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterPane.TopicsChanged)

    @dataclass
    class Hint(Message):
        """What the topic under the cursor means; empty where there is nothing to say."""

        text: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterPane.Hint)

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._data = FilterData()
        self._state = FilterState()
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self._hint = ""

    # What it is told

    def show(self, data: FilterData) -> None:
        """Show other data; the cursor stays on what it stands on while that is there."""
        self._data = data
        self._lay_out()

    def place(self, view: str | None = None, day: str | None = None) -> None:
        """Mark the view or the day that the list shows."""
        self._become(replace(self._state, view=view, day=day))

    def choose(self, choice: TopicChoice) -> None:
        """Mark the topics that the query picks and excludes."""
        if len(choice.picked) < 2:
            # A query with fewer than two topics can't tell how they combine; what was said here last holds.
            choice = replace(choice, mode=self.choice.mode)
        self._become(replace(self._state, choice=choice))

    # What it tells

    @property
    def choice(self) -> TopicChoice:
        """The topics that are picked and excluded now."""
        return self._state.choice

    @property
    def narrowed(self) -> str:
        """What was typed to narrow the topics; empty while everything is listed."""
        return self._state.narrowed

    @property
    def order(self) -> TopicOrder:
        """How the topics are listed."""
        return self._state.order

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows from the top to the end, those out of sight included."""
        return self._rows

    # What the keys do

    def move(self, delta: int) -> None:
        """Move the cursor by so many rows, up where negative, and no further than the ends."""
        stops = [index for index, row in enumerate(self._rows) if row.selectable]
        if stops:
            # From a row that is no stop, such as the note that nothing matches, the nearest one counts.
            here = min(range(len(stops)), key=lambda at: abs(stops[at] - self._cursor))
            self._go(stops[max(0, min(len(stops) - 1, here + delta))])

    def to_first(self) -> None:
        """Move the cursor to the first row."""
        self.move(-len(self._rows))

    def to_last(self) -> None:
        """Move the cursor to the last row."""
        self.move(len(self._rows))

    def toggle(self) -> None:
        """Act on the row under the cursor: choose a view or day, pick or drop a topic, fold or unfold a group."""
        row = self.current
        if row is None:
            return
        match row.kind:
            case Kind.VIEW:
                self.place(view=row.key)
                self.post_message(self.ViewChosen(row.key))
            case Kind.DAY:
                self.place(day=row.key)
                self.post_message(self.DayChosen(row.key))
            case Kind.TOPIC:
                picked, excluded = _without(self.choice, row.key)
                if row.mark is not Mark.PICKED:
                    picked = (*picked, row.key)
                self._choose(replace(self.choice, picked=picked, excluded=excluded))
            case Kind.FAMILY:
                self._become(replace(self._state, closed=self._state.closed ^ {row.key}))
            case Kind.MORE:
                self._become(replace(self._state, all_days=True))

    def exclude(self) -> None:
        """Leave out the papers of the topic under the cursor, or let them in again."""
        row = self.current
        if row is not None and row.kind is Kind.TOPIC:
            picked, excluded = _without(self.choice, row.key)
            if row.mark is not Mark.EXCLUDED:
                excluded = (*excluded, row.key)
            self._choose(replace(self.choice, picked=picked, excluded=excluded))

    def switch_mode(self) -> None:
        """Let picked topics combine the other way: any of them, or all."""
        mode: Literal["any", "all"] = "any" if self.choice.mode == "all" else "all"
        self._choose(replace(self.choice, mode=mode))

    def switch_order(self) -> TopicOrder:
        """List the topics the next way: by family, by papers, rising ones first where that is known."""
        known = any(topic.weeks for topic in self._data.topics)
        orders = TOPIC_ORDERS if known else TOPIC_ORDERS[:-1]
        order = orders[(orders.index(self.order) + 1) % len(orders)] if self.order in orders else orders[0]
        self._become(replace(self._state, order=order))
        return order

    def fold(self, direction: Literal["left", "right"]) -> None:
        """Go out of a group or into it: left folds it, right unfolds it and then goes to its first row."""
        row = self.current
        if row is None:
            return
        if direction == "left":
            self._fold(row)
        elif row.mark is Mark.FOLDED:
            self.toggle()
        elif row.kind is Kind.FAMILY:
            self.move(1)

    def narrow(self, text: str) -> None:
        """List only the topics whose words begin with what was typed; an empty text lists everything again."""
        text = literal(text).lstrip()[:_LONGEST_TYPED]
        if text == self.narrowed:
            return
        self._become(replace(self._state, narrowed=text))
        if text:
            self._go(next((index for index, row in enumerate(self._rows) if row.kind is Kind.TOPIC), 0))

    # How it is drawn

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if index >= len(self._rows) or width <= 0:
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        row = self._rows[index]
        at_cursor = index == self._cursor and self.has_focus and row.selectable
        under = ("filter--cursor",) if at_cursor else ()
        line = draw(self, self._line(row, at_cursor, width), "filter", *under)
        base = self.get_visual_style(*under)
        return Strip(line.render_segments(base)).adjust_cell_length(width, base.rich_style)

    def _line(self, row: Row, at_cursor: bool, width: int) -> Line:
        signs = self._glyphs
        if row.kind is Kind.HEADING:
            return self._heading(row, width)
        bar = Piece(signs.cursor, "mark") if at_cursor else Piece(" ")
        right = self._right(row, width)
        name = cut(literal(row.text), width - 3 - measure(right), signs.ellipsis)
        left: Line = (bar, self._sign(row), Piece(" "), Piece(name, _role(row)))
        return spread(left, right, width)

    def _right(self, row: Row, width: int) -> Line:
        """What stands at the right of a row: how a topic moves, where there is room, and a number."""
        number = percent(row.rising) if row.weeks and self.order == "rising" else self._count(row)
        if not number:
            return (Piece(" "),)
        right: Line = (Piece(" "), Piece(number, "count" if row.count else "nothing"), Piece(" "))
        # Numbers stand in a column of five, so that the lines before them stand below each other.
        room = width - 3 - _NAME_ROOM - max(measure(right), 7) - 1
        if not row.weeks or room < WEEKS // 2:
            return right
        line = spark(row.weeks, self._glyphs.spark, WEEKS if room >= WEEKS else WEEKS // 2)
        return (Piece(" "), Piece(line, "spark"), Piece(" " * (7 - measure(right))), *right)

    def _heading(self, row: Row, width: int) -> Line:
        here = self.has_focus and row.key == self._section(self._cursor)
        left: Line = (Piece(" "), Piece(row.text, "heading-here" if here else "heading"))
        if row.key != "topics":
            return left
        if self.narrowed:
            typed = cut(self.narrowed, width - 10, self._glyphs.ellipsis)
            return (*left, Piece("  "), Piece("/", "mark"), Piece(typed, "typed"))
        if self.order != "family":
            left = (*left, Piece(f"  {'rising' if self.order == 'rising' else 'by papers'}", "count"))
        return spread(left, (Piece(f"{self.choice.mode} {self._glyphs.unfolded} ", "count"),), width)

    def _sign(self, row: Row) -> Piece:
        signs = self._glyphs
        marks = {
            Mark.NONE: (" ", "name"),
            Mark.CHOSEN: (signs.here, "mark"),
            Mark.OPEN: (signs.unfolded, "quiet"),
            Mark.FOLDED: (signs.folded, "quiet"),
            Mark.PICKED: (signs.picked, "mark"),
            Mark.EXCLUDED: (signs.excluded, "mark"),
            Mark.IMPLIED: (signs.implied, "mark"),
        }
        return Piece(*marks[row.mark])

    def _count(self, row: Row) -> str:
        if row.count is None:
            return ""
        if not row.count and row.kind is not Kind.VIEW:
            return self._glyphs.nothing
        return f"~{row.count:,}" if row.approximate else f"{row.count:,}"

    def _section(self, index: int) -> str:
        """The heading that stands over a row."""
        above = (row.key for row in reversed(self._rows[: index + 1]) if row.kind is Kind.HEADING)
        return next(above, "")

    # What the mouse does

    def on_click(self, event: events.Click) -> None:
        """Act on the row that was clicked; the other button leaves a topic out."""
        event.stop()
        index = event.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        row = self._rows[index]
        if row.kind is Kind.HEADING and row.key == "topics":
            self.switch_mode()
        elif row.selectable:
            self._go(index)
            if event.button == _RIGHT_BUTTON:
                self.exclude()
            else:
                self.toggle()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor and tell what stands under it, or take both away."""
        super().watch_has_focus(has_focus)
        self.refresh()
        self._tell()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    # Inside

    def _choose(self, choice: TopicChoice) -> None:
        self._become(replace(self._state, choice=choice))
        self.post_message(self.TopicsChanged(choice))

    def _become(self, state: FilterState) -> None:
        if state != self._state:
            self._state = state
            self._lay_out()

    def _lay_out(self) -> None:
        before = self.current
        self._rows = lay_out(self._data, self._state)
        self.virtual_size = Size(0, len(self._rows))
        self._cursor = self._find(before)
        self._reveal()
        self.refresh()
        self._tell()

    def _find(self, row: Row | None) -> int:
        """The place of a row after the rows have changed, or of the nearest one where it is gone."""
        stops = [index for index, other in enumerate(self._rows) if other.selectable]
        if row is not None:
            for index in stops:
                if (self._rows[index].kind, self._rows[index].key) == (row.kind, row.key):
                    return index
        return min(stops, key=lambda index: abs(index - self._cursor), default=0)

    def _fold(self, row: Row) -> None:
        if row.kind is Kind.DAY and self._state.all_days:
            self._become(replace(self._state, all_days=False))
        elif row.kind in (Kind.FAMILY, Kind.TOPIC) and not self.narrowed:
            family = self._family(self._cursor)
            if family is not None:
                self._become(replace(self._state, closed=self._state.closed | {self._rows[family].key}))
                self._go(family)

    def _family(self, index: int) -> int | None:
        """The place of the family that a row belongs to."""
        above = range(index, -1, -1)
        return next((place for place in above if self._rows[place].kind is Kind.FAMILY), None)

    def _go(self, index: int) -> None:
        before, self._cursor = self._cursor, index
        section_changed = self._section(before) != self._section(index)
        self._reveal()
        if section_changed:
            self.refresh()
        else:
            self.refresh_lines(before)
            self.refresh_lines(index)
        self._tell()

    def _reveal(self) -> None:
        """Scroll no more than it takes to have the cursor in sight, with the headings above the first row."""
        if not self._rows or not self.size.height:
            return
        first = next((index for index, row in enumerate(self._rows) if row.selectable), 0)
        top = 0 if self._cursor <= first else self._cursor
        self.scroll_to_region(Region(0, top, 1, self._cursor - top + 1), animate=False, force=True)

    def _tell(self) -> None:
        row = self.current
        hint = self._meaning(row) if row is not None and self.has_focus else ""
        if hint != self._hint:
            self._hint = hint
            self.post_message(self.Hint(hint))

    def _meaning(self, row: Row) -> str:
        """What there is to say of a row: for a topic how it moves, and what it means."""
        if not row.weeks:
            return row.about
        moves = f"{spark(row.weeks, self._glyphs.spark)} {percent(row.rising)}"
        return f"{moves} · {row.about}" if row.about else moves


def _without(choice: TopicChoice, slug: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The picked and the excluded topics but for one."""
    return (
        tuple(other for other in choice.picked if other != slug),
        tuple(other for other in choice.excluded if other != slug),
    )


def _role(row: Row) -> str:
    """The component class of a row's text."""
    if row.mark in (Mark.PICKED, Mark.CHOSEN):
        return "picked"
    if row.mark is Mark.EXCLUDED:
        return "excluded"
    if row.mark is Mark.IMPLIED:
        return "implied"
    if row.kind is Kind.FAMILY:
        return "family"
    return "quiet" if row.quiet else "name"
