"""The order of the queue."""

from __future__ import annotations

from collections.abc import Callable

from reader.ui.handlers.marks import MarkActions
from reader.ui.handlers.registry import handles
from reader.ui.widgets.paper_list import PaperList
from reader.ui.work.services import Services


class QueueActions:
    """Move papers within the queue."""

    def __init__(self, services: Services, papers: PaperList, marks: MarkActions) -> None:
        self._model = services.model
        self._library = services.library
        self._order = services.settings.order
        self._key: Callable[[str], str] = services.look.keymap.key
        self._papers = papers
        self._marks = marks

    @handles("queue.down")
    def later(self, count: int | None) -> None:
        self._move(count or 1)

    @handles("queue.up")
    def sooner(self, count: int | None) -> None:
        self._move(-(count or 1))

    def _move(self, by: int) -> None:
        """Move the paper under the cursor by so many places: the list follows now, the cache a moment later."""
        state, row = self._model.state, self._papers.highlighted_row
        if row is None or not isinstance(row.pk, int):
            return
        if not self._is_in_order():
            self._model.show_notice(f"{self._key('view.queue')} shows the queue, where a paper can be moved")
            return
        if not row.queued:
            self._model.show_notice(f"not in the queue any more · {self._key('paper.queue')} queues it")
            return
        place = min(max(self._papers.cursor + by, 0), self._papers.count - 1)
        if place == self._papers.cursor:
            self._model.show_notice("the last of the queue" if by > 0 else "the first of the queue")
            return
        moved = state.move_listed(row.pk, place)
        self._model.change(moved)
        listed = [pk for pk in moved.listing.order.pks if isinstance(pk, int)]
        self._marks.follow(self._library.move_in_queue(row.pk, listed))

    def _is_in_order(self) -> bool:
        """Whether the list has the queue's own order, and all of it."""
        from reader.core.query import Sort

        state = self._model.state
        sort = state.place.whole(self._order).sort
        return state.results is None and state.listing.order.complete and sort == Sort("queue")
