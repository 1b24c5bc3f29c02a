"""The filter pane: its keys and mouse actions for views, days, tags and topics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual import events

from reader.core.lines import Line, Piece, literal
from reader.core.query.choices import Choice
from reader.keys.spelling import typed_on
from reader.session.places import DAY, TopicMode, TopicOrder
from reader.ui.filter.rows import FilterData, FilterRow, FilterState, draw_row, lay_out, meaning
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported
from reader.ui.kit.lines import Row
from reader.ui.kit.pane import RowsPane

_RIGHT_BUTTON = 3
_LONGEST_TYPED = 60


class FilterPane(RowsPane, can_focus=True):
    """The pane for choosing the list's view, day and topics.

    `show_data` sets its data, `place` and `choose` set the choice; it posts the user's choices.
    """

    PANE = "filter"

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        order: TopicOrder = "family",
        mode: TopicMode = "any",
        folded: Iterable[str] = (),
        id: str | None = None,
    ) -> None:
        self.rows: tuple[FilterRow, ...] = ()
        super().__init__(self._compose_filter, self._tell_row, id=id)
        self._glyphs = glyphs
        self._data = FilterData()
        self._state = FilterState(choice=Choice(mode), closed=frozenset(folded), order=order)
        self._hint = ""
        self.is_narrowing = False

    # Drawing

    def show_data(self, data: FilterData) -> None:
        """Show other data; the cursor stays on its row if the row still exists."""
        self._data = data
        self._compose_all(None)

    def _set_state(self, state: FilterState) -> None:
        if state != self._state:
            self._state = state
            self._compose_all(None)

    def _compose_filter(self, _width: int) -> Sequence[Row]:
        self.rows = lay_out(self._data, self._state)
        return [Row((), row if row.selectable else None, (row.kind, row.key)) for row in self.rows]

    def _compose_all(self, at: int | None) -> None:
        line = self.at - self.scroll_offset.y if self._rows else 0
        super()._compose_all(at)
        if self.has_focus and line:
            # Rows come and go with the counts; the cursor's row keeps its place on the screen.
            self._scroll(self.at - line)

    def _line_at(self, at: int, *, is_cursor: bool) -> Line:
        bar = Piece(self._glyphs.cursor if is_cursor else " ", "mark")
        return bar, *draw_row(self.rows[at], self.columns - 1, self._state, self._glyphs)

    @property
    def has_cursor(self) -> bool:
        return self.has_focus

    def go(self, at: int) -> None:
        """Put the cursor on a row and show it; a pane that was left shows the listed view instead, else its top."""
        super().go(at)
        if not self.has_focus:
            listed = next((place for place, row in enumerate(self.rows) if row.mark == "chosen"), 0)
            self._scroll(max(0, listed - self.size.height + 1))

    def scroll_lines(self, count: int) -> bool:
        """Go down by rows, up if negative; the rows to go to stand too close for a step of lines."""
        stops = self._stops
        if self.at in stops:
            self.go(stops[max(0, min(stops.index(self.at) + count, len(stops) - 1))])
        return False

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor and post the hint of its row, or remove both."""
        super().watch_has_focus(has_focus)
        if self.screen.focused is not self:
            self.is_narrowing = False
        self._put_on_top()
        self.go(self.at)

    def _tell_row(self) -> None:
        row: FilterRow | None = self.current
        hint = meaning(row) if row is not None and self.has_focus else ""
        if hint != self._hint:
            self._hint = hint
            self.post_message(Reported("hint", hint))

    # The choice

    def place(self, view: str | None = None, day: str | None = None) -> None:
        self._set_state(replace(self._state, view=view, day=day))

    def choose(self, choice: Choice) -> None:
        if len(choice.picked) < 2:
            # A query with fewer than two topics does not express how they combine, so the last mode stays.
            choice = replace(choice, mode=self.choice.mode)
        self._set_state(replace(self._state, choice=choice))
        self._put_on_top()

    def choose_tags(self, tags: Choice) -> None:
        self._set_state(replace(self._state, tags=tags))

    def _put_on_top(self) -> None:
        """List the picked and excluded topics first, unless the user is picking right now."""
        if not self.has_focus:
            self._set_state(replace(self._state, on_top=(*self.choice.picked, *self.choice.excluded)))

    @property
    def choice(self) -> Choice:
        return self._state.choice

    @property
    def narrowed(self) -> str:
        """The text that narrows the topics; empty if all are listed."""
        return self._state.narrowed

    @property
    def folded(self) -> frozenset[str]:
        return self._state.closed

    # Keys

    def toggle(self) -> None:
        row: FilterRow | None = self.current
        if row is None:
            return
        match row.kind:
            case "view" | "day":
                day = row.kind == "day"
                self.place(view=None if day else row.key, day=row.key if day else None)
                self.post_message(Reported("view", f"{DAY}{row.key}" if day else row.key))
            case "topic":
                self._choose(self.choice.toggle(row.key, "picked"))
            case "tag":
                self.post_message(Reported("tag choice", (row.key, "picked")))
            case "family":
                self._unfold(replace(self._state, closed=self._state.closed ^ {row.key}))
            case "more":
                self._unfold(replace(self._state, unfolded=self._state.unfolded ^ {row.key}))

    def _unfold(self, state: FilterState) -> None:
        self._set_state(state)
        # What was unfolded below the cursor is in view.
        self._scroll(max(self.scroll_offset.y, self.at - self.size.height // 3))

    def exclude(self) -> None:
        row: FilterRow | None = self.current
        if row is not None and row.kind == "topic":
            self._choose(self.choice.toggle(row.key, "excluded"))
        elif row is not None and row.kind == "tag":
            self.post_message(Reported("tag choice", (row.key, "excluded")))

    def switch_mode(self) -> None:
        self._choose(replace(self.choice, mode="any" if self.choice.mode == "all" else "all"))

    def _choose(self, choice: Choice) -> None:
        self._set_state(replace(self._state, choice=choice))
        self.post_message(Reported("topics", choice))

    def switch_order(self) -> TopicOrder:
        """List the topics in the other order: by family, or by papers."""
        order: TopicOrder = "papers" if self._state.order == "family" else "family"
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
        typed = typed_on(self.narrowed, key, character, _LONGEST_TYPED)
        if typed is not None:
            self.narrow(typed)
        return True

    def narrow(self, text: str) -> None:
        self._set_state(replace(self._state, narrowed=literal(text).lstrip()[:_LONGEST_TYPED]))
        if self.narrowed:
            self.go(next((at for at, row in enumerate(self.rows) if row.kind == "topic"), 0))

    def on_click(self, event: events.Click) -> None:
        # Without this, Textual calls the base class's handler as well, which would press enter.
        event.prevent_default().stop()
        at = event.y + self.scroll_offset.y
        if at < len(self.rows) and self.rows[at].selectable:
            self.go(at)
            self.exclude() if event.button == _RIGHT_BUTTON else self.toggle()
