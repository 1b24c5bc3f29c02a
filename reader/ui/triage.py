"""Triage: show the unread papers of a place as pages, where each of four keys decides and shows the next paper."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.reads.window import Order
from reader.core.dates import period_of_view
from reader.core.errors import ReaderError
from reader.core.marks import QUEUE
from reader.session.places import triage_place
from reader.ui.page.actions import is_unread
from reader.ui.page.state import DECISIONS, PAGE, TRIAGE, begin_triage, phase_of
from reader.ui.query.advice import find_mistake
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.log.actions import UserAction
    from reader.ui.app import ReaderApp


class TriageActions(Controller):
    """Begin, decide, undo and leave."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._drawn: int | None = None
        """The paper that the terminal shows."""
        self._drawn_since = 0.0

    # Begin

    @handles("triage.begin")
    def begin(self, _count: int | None) -> None:
        self.begin_query("")

    def take_line(self, action_id: str, text: str) -> bool:
        if action_id != "triage.begin":
            return False
        self.begin_query(text)
        return True

    def begin_query(self, text: str) -> None:
        """Begin with the papers of a query; without a query, with papers of the listed period, or with new papers."""
        mistake = find_mistake(text)
        if mistake is not None:
            self._model.show_notice(str(mistake), "warning")
            return
        state = self._model.state
        period = None if text.strip() else period_of_view(state.place.view.id)
        query = text.strip() if period is None else f"day:{period.date}"
        self._model.change(begin_triage(state, triage_place(query, is_taught=self._library.is_taught())))

    @follows(lambda state: (state.is_list_coming, phase_of(state), state.listing))
    def follow(self, state: State) -> None:
        """Open the first paper once the list is read; after an undo at the end, open the paper that came back."""
        triage, listing = state[TRIAGE], state.listing
        if triage is None or state.is_list_coming or listing.place != triage.place:
            return
        if triage.phase == "coming" or (triage.phase == "done" and listing.order.pks):
            self._model.change(state.put(TRIAGE, triage.came(listing.order.pks)))
            if listing.order.pks:
                self._app.page_actions.open()
                self._watch_drawing()

    # Decide

    @handles(
        each={
            "paper.star": "star",
            "paper.queue": QUEUE,
            "paper.hide": "hide",
            "paper.read": "read",
            "triage.next": "read",
        },
        context="triage",
    )
    def decide(self, _count: int | None, kind: str) -> None:
        """Decide on the paper that was on the screen when the key was pressed, mark it read, and show the next one."""
        page = self._model.state[PAGE]
        if page is None:
            return
        if self._drawn != page.key or self._app.keyboard.pressed_at < self._drawn_since:
            # Letting such keys wait for the next paper was rejected: the user has not seen it when the key is pressed,
            # and on a slow machine a key that is pressed twice would hide a paper unseen.
            self._model.show_notice("this paper came after that key: look, then decide")
            return
        triage = self._model.state[TRIAGE]
        if triage is None:
            return
        self._model.change(self._model.state.put(TRIAGE, triage.decide(page.key, kind)))
        self._background.start("marks", partial(self._store, self._app.mark_actions.submit(kind, True, [page.key])))
        if self._show_next():
            self._model.show_notice(f"{DECISIONS[kind]} · {self._keymap.key('mark.undo')} goes back")

    async def _store(self, storing: Awaitable[UserAction | None]) -> None:
        try:
            await storing
        except ReaderError:
            self._app.papers.renew()
            raise
        self._app.mark_actions.show_stored()

    def _show_next(self) -> bool:
        """Show the next unread paper, or an earlier paper whose decision was undone; return False if none is left."""
        # Usually it is the next paper; looking further reads 200 rows.
        papers = self._app.papers
        if papers.next_where(is_unread, limit=1) or papers.next_where(is_unread) or papers.next_where(is_unread, -1):
            self._app.page_actions.follow()
            self._watch_drawing()
            return True
        self._end()
        return False

    def _watch_drawing(self) -> None:
        """Record when the paper is on the screen; earlier keys were meant for the previous paper."""
        page = self._model.state[PAGE]
        if page is not None:
            self._app.call_after_refresh(self._note_drawn, page.key)

    def _note_drawn(self, pk: int) -> None:
        self._drawn, self._drawn_since = pk, time.monotonic()

    def _end(self) -> None:
        state, triage = self._model.state, self._model.state[TRIAGE]
        if triage is not None:
            state = state.leave_paper().with_list(ListContent(state.place, Order(())))
            self._model.change(state.put(TRIAGE, triage.came(())))

    # Go back

    @handles("mark.undo", context="triage")
    def undo(self, _count: int | None) -> None:
        triage = self._model.state[TRIAGE]
        if triage is not None and triage.decisions:
            self._app.mark_actions.reverse(None, "undo", self._go_back)
            return
        leave, undo = self._keymap.key("triage.leave", "triage"), self._keymap.key("mark.undo")
        self._model.show_notice(f"no decision is left to take back · {leave} leaves, then {undo} undoes older marks")

    def _go_back(self, action: UserAction) -> None:
        triage, pk = self._model.state[TRIAGE], self._library.pk_of(action.paper)
        if triage is None or pk is None or pk not in triage.decisions:
            return
        self._model.change(self._model.state.put(TRIAGE, triage.without(pk)))
        if self._app.papers.to_paper(pk):
            self._app.page_actions.follow()
            self._watch_drawing()

    @handles("triage.leave")
    def leave(self, _count: int | None) -> None:
        """Go back to the list; decisions are kept, and the next triage begins with the rest."""
        triage, state = self._model.state[TRIAGE], self._model.state
        self._model.change(state.leave_paper().walk_back())
        if triage is not None and state.listing.count is not None:
            left = state.listing.count - len(triage.decisions)
            self._model.show_notice(f"{left:,} left unread · {self._keymap.key('triage.begin')} goes on")
