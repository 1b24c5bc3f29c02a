"""The main screen: the filter, the list and the detail pane, each drawn from its part of the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from reader.core.lines import Line, Piece, fill, measure, piece_at
from reader.session.places import Place
from reader.ui.filter.state import (
    COUNTED,
    TOPIC_MODE,
    TOPIC_NAMES,
    filter_data,
    filter_parts,
)
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import LinesWidget, OneLine, StatusLine, WidgetReport
from reader.ui.kit.pane import Pane, Rule
from reader.ui.kit.status_lines import EDIT_QUERY, Header, header_line
from reader.ui.kit.textual_fixes import BlankGround, DelayedCall, HeldScreen
from reader.ui.list.header import header, header_parts, main_status
from reader.ui.list.lines import day_end
from reader.ui.list.news import NEWS, news_text
from reader.ui.list.pane import PaperList, Rows
from reader.ui.page.lines import link_keys
from reader.ui.page.state import READING, phase_of
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Look, Model, subscribe
from reader.ui.shell.layout import Area, PaneName, lay_out
from reader.ui.shell.listing import ListSource
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.filter.pane import FilterPane
    from reader.ui.list.empty import EmptyReason
    from reader.ui.page.screen import PaperDetail
    from reader.ui.query.actions import QueryLine


class Empty(LinesWidget):
    """Shows, centred, why the list is empty and which keys help."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: tuple[Line, ...] = ()

    def show(self, reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str]) -> None:
        # Imported late: most lists are not empty, and the first keys would wait 6 ms for this import.
        from reader.ui.list.empty import empty_state

        self.lines = empty_state(reason, key, on_paper)
        self.refresh()

    def shown_lines(self) -> Sequence[Line]:
        width, height = self.size
        rows = [row for line in self.lines for row in fill(line, width)]
        centred: list[Line] = [(Piece(" " * ((width - measure(row)) // 2)), *row) for row in rows]
        return [*(((),) * ((height - len(rows)) // 2)), *centred]


PLACE_AFTER_SECONDS = 0.04
"""While a query is typed, draw its place this many seconds after the list; the query line shows letters at once."""


class TopLine(OneLine[Header]):
    """One line above the panes."""

    def __init__(self, glyphs: Glyphs = UNICODE, spin: float | None = 0.4, *, id: str | None = None) -> None:
        """`spin` is the seconds between frames of the spinner; None keeps it still."""
        super().__init__(Header(), glyphs, id=id)
        self._spin = spin
        self._spinner: Timer | None = None
        self._turn = 0

    def show(self, shown: Header) -> None:
        is_busy = shown.condition.kind == "busy"
        if is_busy != self.is_turning:
            self._set_spinner(is_busy)
        super().show(shown)

    @property
    def is_turning(self) -> bool:
        return self._spinner is not None

    def line(self, width: int) -> Line:
        return header_line(self.shown, width, self.glyphs, self._turn)

    def on_click(self, event: events.Click) -> None:
        piece = piece_at(self.line(self.size.width), event.x)
        if piece is not None and piece.action == EDIT_QUERY:
            event.stop()
            self.post_message(WidgetReport("action", "find.query"))

    def _set_spinner(self, on: bool) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
        if on and self._spin is not None and self.app.animation_level != "none":
            self._spinner = self.set_interval(self._spin, self._step)

    def _step(self) -> None:
        self._turn += 1
        self.refresh()


class PaneLayout(Layout):
    """Places all children of the main screen in a single step."""

    name = "panes"

    def __init__(self, model: Model) -> None:
        self._model = model

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place the visible panes; a pane that is not mounted yet leaves its place blank."""
        state = self._model.state
        panes = lay_out(size.width, size.height, state.panes, state.pane_front)
        places: dict[str | None, Area | None] = {
            "left": panes.filter,
            "filter": panes.filter,
            "empty" if state.is_empty else "papers": panes.list,
            "rule": panes.rule,
            "detail": panes.detail,
        }
        placed = []
        for child in children:
            area = places.get(child.id)
            if area is not None:
                if isinstance(child, Pane):
                    child.is_ruled = area.right < size.width
                placed.append(WidgetPlacement(Region(*area), NULL_OFFSET, NULL_SPACING, child, fixed=True))
        return placed


class MainScreen(HeldScreen, BlankGround, Screen[None], inherit_bindings=False):
    """The panes for the filter, the list and the details of a paper.

    The screen draws the state and turns clicks into changes of it. The app reads the keys.
    """

    AUTO_FOCUS = ""
    """No automatic focus: with an empty list, Textual would focus the filter pane even while it is folded."""

    def __init__(self, model: Model, look: Look, rows: Rows, load_first: Callable[[], object]) -> None:
        """`rows` fetches rows of papers; `load_first` lists a screenful."""
        super().__init__()
        self._model = model
        self._look = look
        self._rows = rows
        self._load_first = load_first
        self._pane_layout = PaneLayout(model)
        self.filter: FilterPane
        self.detail: PaperDetail
        self.empty: Empty
        self.query_line: QueryLine
        self._listed: ListSource | None = None
        self.place_delay = DelayedCall(self, self._draw_place)

    def compose(self) -> ComposeResult:
        # Set the size before anything is mounted, so that the panes are laid out only once.
        self._model.change(self._model.state.with_size(*self.app.size))
        glyphs = self._look.glyphs
        yield TopLine(glyphs, None if self._look.is_still else 0.4, id="top")
        yield StatusLine(glyphs, id="status")
        yield Pane(id="left")
        older, fetch = self._look.keymap.key("day.older"), self._look.keymap.key("find.fetch")
        yield PaperList(glyphs, today=self._look.fixed_today, older_key=older, fetch_key=fetch, id="papers")
        yield Rule(None, glyphs, id="rule")

    def on_mount(self) -> None:
        self.papers = self.query_one(PaperList)
        self.status = self.query_one(StatusLine)
        self.top = self.query_one(TopLine)
        self.rule = self.query_one(Rule)
        # A watcher, unlike a message, starts work for a new cursor in the same frame.
        self.watch(self.papers, "reported", self._report_highlight, init=False)
        self._draw_whenever(_layout_parts, self._place_panes, now=False)
        self._draw_whenever(lambda state: state.listing, self._draw_list, now=False)
        self._draw_whenever(
            lambda state: state.selection, lambda state: self.papers.select(state.selection.listed), now=False
        )
        self._draw_whenever(lambda state: (state.listing.place, state[COUNTED]), self._draw_days)
        self._draw_whenever(NEWS, self._draw_news, now=False)
        self._draw_whenever(_place_parts, self._draw_place_soon)
        self._draw_whenever(lambda state: state, lambda state: self.status.show(main_status(state, self._look.keymap)))
        self._load_first()
        self.papers.focus()

    async def finish(self) -> None:
        """Mount the panes omitted from the first frame to save 40 ms."""
        from reader.ui.filter.pane import FilterPane
        from reader.ui.page.screen import PaperDetail
        from reader.ui.query.actions import QueryLine
        from reader.ui.query.advice import AdviceKeys

        keymap, glyphs, state = self._look.keymap, self._look.glyphs, self._model.state
        self.filter = FilterPane(glyphs, mode=state[TOPIC_MODE], id="filter")
        self.detail = PaperDetail(glyphs, today=self._look.fixed_today, shows_links=self._look.links, id="detail")
        self.empty = Empty(id="empty")
        feed = "" if self._look.demo else keymap.key("find.feed", "query")
        keys = AdviceKeys(keymap.key("query.complete", "query"), feed)
        self.query_line = QueryLine(glyphs, keys, id="query")
        self.query_line.display = False
        if not self.is_attached:
            return
        await self.mount(self.filter, self.detail, self.empty, after=self.papers)
        await self.mount(self.query_line, after=self.status)
        await self.query_one("#left").remove()
        self.detail.configure(state[TOPIC_NAMES], link_keys(keymap))
        self._model.change(self._model.state.ready())
        self._draw_whenever(filter_parts, self._draw_filter)
        self._draw_whenever(TOPIC_NAMES, lambda state: self.detail.configure(state[TOPIC_NAMES]), now=False)
        self._draw_whenever(READING, self._draw_detail)
        self._draw_whenever(_empty_parts, self._draw_empty)
        self._draw_whenever(lambda state: state.is_typing, self._draw_query, now=False)
        self._draw_whenever(_focus_parts, self._draw_focus, now=False)

    def _draw_whenever(
        self, parts: Callable[[State], object], draw: Callable[[State], object], *, now: bool = True
    ) -> None:
        subscribe(self, self._model, parts, draw, now=now)

    @property
    def layout(self) -> Layout:
        return self._pane_layout

    def on_resize(self, event: events.Resize) -> None:
        self._model.change(self._model.state.with_size(*event.size))

    def _place_panes(self, _state: State) -> None:
        # The layout belongs to the screen, but only a child can request a new layout.
        self.papers.refresh(layout=True)

    # The list and its place

    def _draw_list(self, state: State) -> None:
        listing, before, left = state.listing, self._listed, self.papers.position
        form, at = listing.form, listing.at
        self.papers.show(listing.order, self._rows, at.pk, words=listing.words, height=at.height, form=form)
        self._listed = listing.where
        if before not in (None, listing.where):
            # Keep the cursor last, because the change draws other widgets.
            self._model.change(self._model.state.keep_cursor(before, left))

    def _draw_days(self, state: State) -> None:
        counts, day = state[COUNTED], state.listing.day
        if counts is not None:
            self.papers.tell_days(counts.days, None if day is None else day_end(day, counts.days))

    def _draw_news(self, state: State) -> None:
        news = state[NEWS]
        text = "" if news is None else news_text(news, self._look.today)
        self.papers.announce(text, self._look.keymap.key("news.show", "list"))

    def _report_highlight(self, at: tuple[int | None, bool]) -> None:
        pk, is_on_hole = at
        self._model.change(self._model.state.highlight(pk, is_on_hole=is_on_hole))

    def _draw_place_soon(self, state: State) -> None:
        """Draw the place; while a query is typed, draw it after the list, because the query line shows the text."""
        if state.is_typing:
            self.place_delay.begin(PLACE_AFTER_SECONDS)
        else:
            self.place_delay.stop()
            self._draw_place()

    def _draw_place(self) -> None:
        state, now, dot = self._model.state, self._look.now(), self._look.glyphs.dot
        self.top.show(header(state, now, dot))
        if state.is_ready:
            # Mark the chosen place, not the listed one, because the user's next topic is added to the pane's marks.
            self._mark_place(state.place)

    def _mark_place(self, place: Place) -> None:
        from reader.core.query.choices import chosen_terms

        query = place.query
        self.filter.show_choice(place.view.id, chosen_terms(query, "topic"), chosen_terms(query, "tag"))
        # A query with several topics sets the mode that combines them.
        self._model.change(self._model.state.put(TOPIC_MODE, self.filter.choice.mode))

    def _draw_filter(self, state: State) -> None:
        self.filter.show_data(filter_data(state, self._look.keymap.numbered_keys("view.saved")))

    def _draw_empty(self, state: State) -> None:
        if state.is_empty:
            from reader.ui.list.empty import empty_reason

            reason = empty_reason(state)
            news = state[NEWS]
            if news is not None:
                advice = f"news.show {news_text(news, self._look.today)}"
                reason = reason._replace(ways=(advice, *reason.ways))
            key = self._look.keymap.key
            self.empty.show(reason, partial(key, context=state.context), partial(key, context="list"))

    # The other panes and lines

    def _draw_detail(self, state: State) -> None:
        reading = state[READING]
        if reading is None:
            self.detail.clear()
        else:
            self.detail.show(reading)

    def _draw_query(self, state: State) -> None:
        draft = state.draft
        if draft is not None:
            self.query_line.display, self.status.display = True, False
            self.query_line.open(draft.text, state.history)
        else:
            # Set the focus before the line is hidden; otherwise Textual would focus another pane.
            self._draw_focus(state)
            self.query_line.display, self.status.display = False, True

    def _draw_focus(self, state: State) -> None:
        """Focus a pane at once, because the next key may follow immediately."""
        if state.is_typing:
            return
        panes: dict[PaneName, Widget] = {"filter": self.filter, "detail": self.detail, "list": self.papers}
        # If asked to focus a hidden pane, Textual would focus the filter pane instead.
        pane = None if state.is_empty and state.focus != "filter" else panes[state.focus]
        if self.focused is not pane:
            self.set_focus(pane)

    @on(events.DescendantFocus)
    def _report_focus(self) -> None:
        if self._model.state.is_ready:
            panes: dict[Widget | None, PaneName] = {self.filter: "filter", self.detail: "detail", self.papers: "list"}
            focus = panes.get(self.focused)
            if focus is not None:
                self._model.change(self._model.state.with_focus(focus))

    @on(events.Paste)
    def _report_paste(self, event: events.Paste) -> None:
        self.post_message(WidgetReport("paste", event.text))


def _layout_parts(state: State) -> object:
    return state.panes, state.pane_front if state.panes.is_zoomed else state.pane_front._replace(focus="list")


def _place_parts(state: State) -> object:
    return header_parts(state), state.place, state.is_typing, state.is_ready


def _empty_parts(state: State) -> object:
    listed = state.listing, state[COUNTED], state[REFRESH], state[TOPIC_NAMES]
    return listed, state.context, phase_of(state), state.draft and state.draft.typed, state[NEWS]


def _focus_parts(state: State) -> object:
    return state.focus, state.is_typing, state.is_empty
