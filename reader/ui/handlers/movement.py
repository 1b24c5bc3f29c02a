"""Move in the list, the filter pane, the detail and the page, and between panes."""

from __future__ import annotations

from collections.abc import Callable

from reader.session.places import DAY
from reader.ui.handlers.marks import MarkActions
from reader.ui.handlers.registry import handles
from reader.ui.handlers.views import ViewActions
from reader.ui.layout import PaneName, shape_at, shown_panes
from reader.ui.screens.main import MainScreen
from reader.ui.widgets.paper_detail import PaperDetail
from reader.ui.work.services import Services

_LEFT_TO_RIGHT: tuple[PaneName, ...] = ("filter", "list", "detail")


class MovementActions:
    """Move the cursor or the text of the pane with the focus."""

    def __init__(
        self,
        services: Services,
        main: MainScreen,
        marks: MarkActions,
        views: ViewActions,
        text_in_front: Callable[[], PaperDetail | None],
    ) -> None:
        self._model = services.model
        self._library = services.library
        self._main = main
        self._marks = marks
        self._views = views
        self._text_in_front = text_in_front

    # By lines and pages

    @handles("move.down")
    def down(self, count: int | None) -> None:
        self._step(count or 1)

    @handles("move.up")
    def up(self, count: int | None) -> None:
        self._step(-(count or 1))

    def _step(self, lines: int) -> None:
        match self._model.state.context:
            case "page" | "detail":
                text = self._text_in_front()
                if text is not None:
                    text.scroll_lines(lines)
            case "filter":
                self._main.filter.move(lines)
            case _:
                self._marks.leave_paper()
                self._main.papers.move(lines)

    @handles("move.half_down")
    def half_page_down(self, count: int | None) -> None:
        self._move_pages(1, 2, count or 1)

    @handles("move.half_up")
    def half_page_up(self, count: int | None) -> None:
        self._move_pages(-1, 2, count or 1)

    @handles("move.page_down")
    def page_down(self, count: int | None) -> None:
        self._move_pages(1, 1, count or 1)

    @handles("move.page_up")
    def page_up(self, count: int | None) -> None:
        self._move_pages(-1, 1, count or 1)

    def _move_pages(self, direction: int, share: int, times: int) -> None:
        """Go `times` pages, or half pages if `share` is 2."""
        match self._model.state.context:
            case "page" | "detail":
                text = self._text_in_front()
                if text is not None:
                    text.scroll_lines(times * direction * max(1, text.size.height // share - (share == 1)))
            case "filter":
                self._main.filter.move(times * direction * max(1, self._main.filter.size.height // share))
            case _:
                papers = self._main.papers
                for _ in range(times):
                    self._marks.leave_paper()
                    before = papers.cursor, papers.scroll_offset
                    papers.page(direction) if share == 1 else papers.half_page(direction)
                    if (papers.cursor, papers.scroll_offset) == before:
                        return

    @handles("move.top")
    def to_top(self, count: int | None) -> None:
        self._to_end(count, last=False)

    @handles("move.bottom")
    def to_bottom(self, count: int | None) -> None:
        self._to_end(count, last=True)

    def _to_end(self, count: int | None, *, last: bool) -> None:
        match self._model.state.context:
            case "page" | "detail":
                text = self._text_in_front()
                if text is not None:
                    text.scroll_lines(text.virtual_size.height * (1 if last else -1))
            case "filter":
                self._main.filter.to_last() if last else self._main.filter.to_first()
            case _:
                self._marks.leave_paper()
                papers = self._main.papers
                if count is not None:
                    papers.to_index(count - 1)
                elif last:
                    papers.to_last()
                else:
                    papers.to_first()

    # By days

    @handles("day.older")
    def older_day(self, count: int | None) -> None:
        self._to_day(1, count or 1)

    @handles("day.newer")
    def newer_day(self, count: int | None) -> None:
        self._to_day(-1, count or 1)

    def _to_day(self, direction: int, count: int) -> None:
        """Go `count` days older (1) or newer (-1): within the list if it has them, else to the view of that day."""
        view = self._model.state.place.view.id
        if view != "today" and not view.startswith(DAY):
            for _ in range(count):
                self._main.papers.to_day(direction)
            return
        here = view.removeprefix(DAY) if view != "today" else self._library.newest_day()
        day = self._library.older_day(here, direction * count) if here else None
        if day is None:
            self._model.show_notice("no newer day is in the cache" if direction < 0 else "no older day is in the cache")
        else:
            self._views.go("today" if day == self._library.newest_day() else f"{DAY}{day}")

    # Panes

    @handles("pane.next")
    def next_pane(self, _count: int | None) -> None:
        self._change_pane(1)

    @handles("pane.previous")
    def previous_pane(self, _count: int | None) -> None:
        self._change_pane(-1)

    def _change_pane(self, by: int) -> None:
        """Focus the next pane; a zoomed one gives its room to it."""
        state = self._model.state
        reachable = shown_panes(state.width, state.panes._replace(is_zoomed=False), state.front)
        panes = [name for name in _LEFT_TO_RIGHT if name in reachable]
        now = panes.index(state.focus) if state.focus in panes else 0
        self._model.change(state.focused(panes[(now + by) % len(panes)]))

    @handles("pane.zoom")
    def zoom(self, _count: int | None) -> None:
        state = self._model.state
        self._model.change(state.choose_panes(state.panes._replace(is_zoomed=not state.panes.is_zoomed)))

    @handles("pane.hide")
    def hide(self, _count: int | None) -> None:
        """Hide the filter pane for good if it has the focus, else the detail; or show it again."""
        state = self._model.state
        self._model.change(state.hide_pane("filter" if state.focus == "filter" else "detail"))

    @handles("pane.wider")
    def wider(self, count: int | None) -> None:
        self._resize(count or 1)

    @handles("pane.narrower")
    def narrower(self, count: int | None) -> None:
        self._resize(-(count or 1))

    def _resize(self, by: int) -> None:
        """Give the pane with the focus more room, or less."""
        state = self._model.state
        panes, shape = state.panes, shape_at(state.width)
        sizes = panes.of(shape)
        if state.context == "filter":
            panes = panes.resized(shape, filter_width=min(60, max(16, sizes.filter_width + 2 * by)))
        else:
            by = -by if state.context == "detail" else by
            panes = panes.resized(shape, list_share=min(0.8, max(0.2, round(sizes.list_share + 0.05 * by, 2))))
        self._model.change(state.choose_panes(panes))
