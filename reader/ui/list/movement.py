"""Move within panes and between panes, change the panes, and select papers."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from reader.core.dates import period_of_view
from reader.core.errors import ReaderError
from reader.core.views import LATEST
from reader.session.places import DAY, Place, view
from reader.session.visit import MAX_FILTER_COLUMNS
from reader.ui.kit.pane import Pane
from reader.ui.page.screen import text_in_front
from reader.ui.shell.controller import Controller, handles
from reader.ui.shell.layout import PaneName, shown_panes
from reader.ui.shell.state import State

_LEFT_TO_RIGHT: tuple[PaneName, ...] = ("filter", "list", "detail")


class Moves(Protocol):
    """What the movement keys can move: a pane, or the open full text."""

    def move_lines(self, lines: int) -> object:
        """Go down by lines, up if negative."""

    def move_pages(self, direction: int, share: int, times: int) -> object:
        """Go pages (`share` 1) or half pages (2) down for the direction 1, up for -1."""

    def move_to_end(self, *, last: bool) -> object:
        """Go to the last line, or to the first."""


class MovementActions(Controller):
    """Move the cursor or the text of the pane with the focus, or of the screen in front."""

    # By lines and pages

    @property
    def _moved(self) -> Moves | None:
        """What the movement keys move; None if no pane with text is shown."""
        state = self._model.state
        match state.context:
            case "text" | "outline":
                return self._app.full_text_actions
            case "list" | "hole":
                return self._app.papers
            case "filter":
                return self._app.filter_pane
        if state.front is None:
            return text_in_front(self._app)
        pane: Pane | None = getattr(self._app.screens.get(state.front), "pane", None)
        return pane

    @handles("move.down", "move.up", step=1)
    def move_lines(self, lines: int) -> None:
        if (moved := self._moved) is not None:
            moved.move_lines(lines)

    @handles(
        each={
            "move.half_down": (1, 2),
            "move.half_up": (-1, 2),
            "move.page_down": (1, 1),
            "move.page_up": (-1, 1),
        }
    )
    def move_pages(self, count: int | None, step: tuple[int, int]) -> None:
        if (moved := self._moved) is not None:
            moved.move_pages(*step, count or 1)

    @handles(each={"move.top": False, "move.bottom": True})
    def move_to_end(self, count: int | None, last: bool) -> None:
        """Go to the first or last line; in the list, a count is the number of a paper."""
        moved = self._moved
        if moved is self._app.papers and count is not None:
            self._app.papers.to_index(count - 1)
        elif moved is not None:
            moved.move_to_end(last=last)

    # By days

    @handles(each={"day.older": 1, "day.newer": -1})
    def to_day(self, times: int | None, direction: int) -> None:
        """Go `times` days older (1) or newer (-1): within a list of several days, else to the view of a day.

        Only days with a visible paper, or a paper that matches the query, count.
        """
        count = times or 1
        state, here = self._model.state, self._day_to_leave(direction)
        if here is None:
            for _ in range(count):
                self._app.papers.to_day(direction)
        elif state.place.text:
            self._model.change(state.await_list())
            finding = partial(self._go_to_matching_day, self._model.state, here, direction * count)
            self._background.start("day", finding, exclusive=True)
        else:
            self._go_to_day(
                self._library.ask(lambda window: window.older_day(here, direction * count), None), direction
            )

    def _day_to_leave(self, direction: int) -> str | None:
        """The day of the view, or the first or last day of an empty week or month; None if the list has days."""
        state = self._model.state
        if state.place.view.id == LATEST:
            return self._library.newest_day()
        period = period_of_view(state.place.view.id)
        if period is None or (period.kind != "day" and not state.is_empty):
            return None
        return (period.first if direction > 0 else period.last).isoformat()

    async def _go_to_matching_day(self, before: State, here: str, steps: int) -> None:
        from reader.cache.search.compile import compile_query

        query = Place(view("all"), before.place.text).whole("day")
        selection = compile_query(query, self._app.scope())
        try:
            day = await self._library.days.ask_next(lambda window: window.older_day(here, steps, selection))
        except ReaderError:
            self._model.change(self._model.state.list_stopped())
            raise
        if self._model.state.place == before.place:
            self._model.change(self._model.state.list_stopped())
            self._go_to_day(day, steps)

    def _go_to_day(self, day: str | None, direction: int) -> None:
        if day is not None:
            self._app.view_actions.go(LATEST if day == self._library.newest_day() else f"{DAY}{day}")
            return
        matches = " that match" if self._model.state.place.text else ""
        self._model.show_notice(f"no {'older' if direction > 0 else 'newer'} day has papers{matches}")

    # Panes

    @handles(each={"pane.next": 1, "pane.previous": -1})
    def change_pane(self, _count: int | None, by: int) -> None:
        state = self._model.state
        reachable = shown_panes(state.width, state.panes._replace(is_zoomed=False), state.pane_front)
        panes = [name for name in _LEFT_TO_RIGHT if name in reachable]
        if len(panes) == 1:
            self._model.show_notice("only one pane fits here · " + self._other_panes(state))
            return
        now = panes.index(state.focus) if state.focus in panes else 0
        self._model.change(state.with_focus(panes[(now + by) % len(panes)]))

    def _other_panes(self, state: State) -> str:
        opens, filters = (self._keymap.key(id, state.context) for id in ("read.open", "find.filter"))
        return " · ".join(filter(None, (opens and f"{opens} opens the paper", filters and f"{filters} filter")))

    @handles("pane.zoom")
    def zoom(self, _count: int | None) -> None:
        state = self._model.state
        panes = state.panes._replace(is_zoomed=not state.panes.is_zoomed)
        self._model.change(state.choose_panes(panes))
        if panes.is_zoomed:
            self._model.show_notice(f"only this pane · {self._keymap.key('pane.zoom')} shows all")

    @handles("pane.wider", "pane.narrower", step=1)
    def resize(self, by: int) -> None:
        state, is_wider = self._model.state, by > 0
        panes, width = state.panes, state.width
        sizes = panes.at(width)
        if state.context == "filter":
            panes = panes.with_width(width, filter_width=min(MAX_FILTER_COLUMNS, max(16, sizes.filter_width + 2 * by)))
        else:
            by = -by if state.context == "detail" else by
            panes = panes.with_width(width, list_share=min(0.8, max(0.2, round(sizes.list_share + 0.05 * by, 2))))
        self._model.change(state.choose_panes(panes))
        if panes.at(width) == sizes:
            self._model.show_notice("this pane can't become any " + ("wider" if is_wider else "narrower"))
            return
        effect, back = ("wider", "pane.narrower") if is_wider else ("narrower", "pane.wider")
        name = "list" if state.context == "list" else f"{state.context} pane"
        self._model.show_notice(f"{name} {effect} · {self._keymap.key(back, state.context)} takes that back")


class SelectionActions(Controller):
    """Select and deselect papers of the list."""

    @handles("select.paper")
    def select(self, count: int | None) -> None:
        """Select or deselect the highlighted paper, or as many as the count says, and step on."""
        state = self._model.state
        here = self._app.papers.cursor
        pks = self._app.papers.pks_all()[here : here + (count or 1)]
        self._model.change(state.choose(state.selection.toggle(pks)))
        self._app.papers.move(len(pks))

    @handles("select.all")
    def select_all(self, _count: int | None) -> None:
        state, listing = self._model.state, self._model.state.listing
        if listing.order.complete:
            self._model.change(state.choose(state.selection.toggle(self._app.papers.pks_all())))
            return

        async def select_whole() -> None:
            pks = await self._app.list_loader.read_all()
            if self._model.state.listing.place == listing.place:
                self._model.change(self._model.state.choose(self._model.state.selection.with_papers(pks)))

        self._background.start("select", select_whole)
