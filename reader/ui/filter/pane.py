"""The filter pane: what its keys and the mouse do with views, days, tags and topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from textual import events
from textual.message import Message

from reader.core.lines import literal
from reader.core.query.choices import TagChoice, TopicChoice
from reader.session.places import DAY, TOPIC_ORDERS, TopicMode, TopicOrder
from reader.ui.filter.list import FilterList, meaning
from reader.ui.filter.rows import (
    FilterState,
    Kind,
    Mark,
    Row,
    group_above,
    heading_above,
)
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported

_RIGHT_BUTTON = 3
_LONGEST_TYPED = 60


class FilterPane(FilterList, can_focus=True, inherit_bindings=False):
    """The pane for choosing the list's view, day and topics.

    `show` sets its data, `place` and `choose` set the choice; it posts the user's wishes. It reads no keys: the
    screen calls `move`, `toggle` and the other methods.
    """

    @dataclass
    class ViewChosen(Reported):
        """The user wants to see a view, also of a day."""

        id: str

    @dataclass
    class TopicsChanged(Reported):
        """The user picked, excluded or dropped a topic, or changed how picked topics combine."""

        choice: TopicChoice

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterPane.TopicsChanged)

    @dataclass
    class TagToggled(Reported):
        """The user picked, excluded or dropped one of their tags."""

        tag: str
        where: Literal["picked", "excluded"]

    @dataclass
    class Hint(Message):
        """A hint about the row under the cursor; an empty text removes the last hint."""

        text: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterPane.Hint)

    @dataclass
    class Narrowing(Message):
        """The user begins to type what narrows the topics, or has ended."""

        is_on: bool

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        order: TopicOrder = "family",
        mode: TopicMode = "any",
        folded: Iterable[str] = (),
        id: str | None = None,
    ) -> None:
        state = FilterState(choice=TopicChoice(mode), closed=frozenset(folded), order=order)
        super().__init__(glyphs, state, id=id)
        self._hint = ""
        self._is_narrowing = False

    # Content

    def place(self, view: str | None = None, day: str | None = None) -> None:
        """Mark the list's view or day."""
        self._set_state(replace(self._state, view=view, day=day))

    def choose(self, choice: TopicChoice) -> None:
        """Mark the topics that the query picks and excludes."""
        if len(choice.picked) < 2:
            # A query with fewer than two topics does not express how they combine, so the last mode stays.
            choice = replace(choice, mode=self.choice.mode)
        self._set_state(replace(self._state, choice=choice))
        self._put_on_top()

    def choose_tags(self, tags: TagChoice) -> None:
        """Mark the tags that the query picks and excludes."""
        self._set_state(replace(self._state, tags=tags))

    def _put_on_top(self) -> None:
        """List the picked and excluded topics first; not in front of a user who picks among them."""
        if not self.has_focus:
            self._set_state(replace(self._state, on_top=(*self.choice.picked, *self.choice.excluded)))

    # Queries

    @property
    def choice(self) -> TopicChoice:
        """The picked and excluded topics."""
        return self._state.choice

    @property
    def narrowed(self) -> str:
        """The text that narrows the topics; empty while all are listed."""
        return self._state.narrowed

    @property
    def order(self) -> TopicOrder:
        """The order of the topics."""
        return self._state.order

    @property
    def folded(self) -> frozenset[str]:
        """The folded families."""
        return self._state.closed

    # Keys

    def toggle(self) -> None:
        """Act on the row under the cursor: choose a view or day, pick or drop a topic, fold or unfold a family."""
        if (row := self.current) is None:
            return
        match row.kind:
            case Kind.VIEW:
                self.place(view=row.key)
                self.post_message(self.ViewChosen(row.key))
            case Kind.DAY:
                self.place(day=row.key)
                self.post_message(self.ViewChosen(f"{DAY}{row.key}"))
            case Kind.TOPIC:
                self._choose(self.choice.toggle(row.key, "picked"))
            case Kind.TAG:
                self.post_message(self.TagToggled(row.key, "picked"))
            case Kind.FAMILY:
                self._set_state(replace(self._state, closed=self._state.closed ^ {row.key}))
                self._reveal_group()
            case Kind.MORE if row.key == "days":
                self._set_state(replace(self._state, all_days=True))
            case Kind.MORE if row.key == "tags":
                self._set_state(replace(self._state, all_tags=True))
            case Kind.MORE if row.key == "follows":
                self._set_state(replace(self._state, all_follows=True))
            case Kind.MORE:
                self._set_state(replace(self._state, all_topics=not self._state.all_topics))
                self._reveal_group()

    def exclude(self) -> None:
        """Exclude the topic or tag under the cursor, or include it again."""
        row = self.current
        if row is not None and row.kind is Kind.TOPIC:
            self._choose(self.choice.toggle(row.key, "excluded"))
        elif row is not None and row.kind is Kind.TAG:
            self.post_message(self.TagToggled(row.key, "excluded"))

    def switch_mode(self) -> None:
        """Switch between papers of any picked topic and papers of all of them."""
        mode: TopicMode = "any" if self.choice.mode == "all" else "all"
        self._choose(replace(self.choice, mode=mode))

    def switch_order(self) -> TopicOrder:
        """List the topics in the next order: by family, by papers, or rising ones first if trends are known."""
        known = any(topic.weeks for topic in self._data.topics)
        orders = TOPIC_ORDERS if known else TOPIC_ORDERS[:-1]
        order = orders[(orders.index(self.order) + 1) % len(orders)] if self.order in orders else orders[0]
        self._set_state(replace(self._state, order=order))
        return order

    def fold(self, direction: Literal["left", "right"]) -> None:
        """For left, fold the cursor's group; for right, unfold it, or go to its first row if it is unfolded."""
        if (row := self.current) is None:
            return
        if direction == "left":
            self._fold(row)
        elif row.mark is Mark.FOLDED:
            self.toggle()
        elif row.kind in (Kind.FAMILY, Kind.MORE):
            self.move(1)

    def begin_narrowing(self) -> None:
        """Narrow the topics by typed text, until Enter or Escape."""
        self._is_narrowing = True
        self.post_message(self.Narrowing(True))

    def stop_narrowing(self) -> None:
        """List all topics again."""
        self._is_narrowing = False
        self.narrow("")

    def type(self, key: str, character: str | None) -> bool:
        """Take a key if topics are being narrowed; return False for keys that mean something else."""
        if not self._is_narrowing:
            return False
        if key in ("enter", "escape", "tab", "down", "up"):
            self._is_narrowing = False
            self.post_message(self.Narrowing(False))
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
        """List only topics with words that begin with the text; an empty text lists everything again."""
        text = literal(text).lstrip()[:_LONGEST_TYPED]
        is_new = text != self.narrowed
        self._set_state(replace(self._state, narrowed=text))
        if text and is_new:
            self._move_cursor(next((index for index, row in enumerate(self._rows) if row.kind is Kind.TOPIC), 0))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Act on the clicked row; the right button excludes a topic."""
        event.stop()
        index = event.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        row = self._rows[index]
        if row.kind is Kind.HEADING and row.key == "topics":
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
            self._is_narrowing = False
        self._put_on_top()
        self._repaint()
        self._tell_row()

    # Internal

    def _choose(self, choice: TopicChoice) -> None:
        self._set_state(replace(self._state, choice=choice))
        self.post_message(self.TopicsChanged(choice))

    def _fold(self, row: Row) -> None:
        """Fold the older days, tags or follows, or the family or other group of the cursor, and go to its first row."""
        if heading_above(self._rows, self._cursor) == "follows":
            self._set_state(replace(self._state, all_follows=False))
            return
        if row.kind in (Kind.DAY, Kind.TAG):
            is_day = row.kind is Kind.DAY
            folded = replace(self._state, all_days=False) if is_day else replace(self._state, all_tags=False)
            self._set_state(folded)
            return
        group = group_above(self._rows, self._cursor)
        if group is None or self.narrowed:
            return
        above = self._rows[group]
        if above.kind is Kind.FAMILY:
            self._set_state(replace(self._state, closed=self._state.closed | {above.key}))
        elif above.key == "topics":
            self._set_state(replace(self._state, all_topics=False))
        self._move_cursor(group)

    def _tell_row(self) -> None:
        hint = meaning(row, self._glyphs) if (row := self.current) is not None and self.has_focus else ""
        if hint != self._hint:
            self._hint = hint
            self.post_message(self.Hint(hint))
