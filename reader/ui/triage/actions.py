"""Triage: shows unread papers one at a time, against a clock; each key decides on one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.reads.orders import Order
from reader.core.dates import period_of_view
from reader.core.errors import ReaderError, UsageError
from reader.core.paper_row import PaperKey, PaperRow
from reader.core.triage import USUAL, read_line, spent, time_left
from reader.session.places import triage_place
from reader.ui.full_text.state import TEXT
from reader.ui.list.loader import ListLoader
from reader.ui.list.pane import PaperList
from reader.ui.marks.actions import MarkActions
from reader.ui.marks.traces import Traces
from reader.ui.page.actions import PageActions
from reader.ui.page.state import PAGE
from reader.ui.query.advice import find_mistake
from reader.ui.shell.handlers import follows, handles, handles_each, takes_line
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.listing import ListContent
from reader.ui.shell.services import Actor, Services
from reader.ui.shell.state import State
from reader.ui.triage.lines import TIME_IS_UP
from reader.ui.triage.state import DECISIONS, TRIAGE, Decision, Triage, begin_triage, is_triaging, phase_of, ticked

if TYPE_CHECKING:
    from reader.log.actions import UserAction


class TriageActions(Actor):
    """Begin, decide, pause and end."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._keyboard = services[Keyboard]
        self._papers = services[PaperList]
        self._loader = services[ListLoader]
        self._marks = services[MarkActions]
        self._page = services[PageActions]
        self._traces = services[Traces]

    # Begin

    @handles("triage.begin")
    def begin(self, _count: int | None) -> None:
        self.begin_typed("")

    @takes_line("triage.begin")
    def begin_typed(self, text: str) -> None:
        """Begin with a typed time and query; without any, continue the last triage."""
        state = self._model.state
        triage = state[TRIAGE]
        if not text and triage is not None and triage.phase != "done":
            if not triage.has_paper:
                self._model.change(begin_triage(state, triage))
            return
        try:
            seconds, query = read_line(text)
        except UsageError as error:
            self._model.show_notice(str(error), "warning")
            return
        mistake = find_mistake(query)
        if mistake is not None:
            self._model.show_notice(str(mistake), "warning")
            return
        period = None if query else period_of_view(state.place.view.id)
        day = self._library.newest_day() if period is None else period.first.isoformat()
        place = triage_place(query if period is None else f"day:{period.date}", is_taught=self._library.is_taught())
        self._model.change(begin_triage(state, Triage(place, seconds or USUAL, day or "")))

    @follows(lambda state: (state.is_list_coming, phase_of(state), state.listing))
    def follow(self, state: State) -> None:
        triage, listing = state[TRIAGE], state.listing
        if triage is None or state.is_list_coming or listing.place != triage.place:
            return
        if triage.phase == "coming":
            self._model.change(state.put(TRIAGE, triage.came(self._look.now(), listing.count)))
            if is_triaging(self._model.state):
                self._page.open()
                if self._model.state[PAGE] is None:
                    # It has disappeared since the list was read.
                    self._show_next()
        elif listing.count is not None:
            self._model.change(state.put(TRIAGE, triage.count(listing.count)))

    # Decide

    @handles_each(
        {
            "paper.star": "star",
            "paper.queue": "queue",
            "paper.hide": "hide",
            "paper.read": "pass",
            "triage.next": "pass",
        },
        context="triage",
    )
    def decide_by_key(self, _count: int | None, kind: str) -> None:
        self.decide(kind)

    def _goes_on(self) -> bool:
        """Advance the clock; return False while the end is being stored."""
        self._model.change(ticked(self._model.state, self._look.now()))
        return phase_of(self._model.state) == "running"

    def _change(self, change: Callable[[Triage], Triage]) -> None:
        self._model.change(self._model.state.update(TRIAGE, change))

    @handles("read.on", context="triage")
    def read_on(self, _count: int | None) -> None:
        if self._goes_on() and self._page.scroll_on():
            self.decide("pass")

    def decide(self, kind: str) -> None:
        """Mark the paper and mark it read in one action; then show the next one."""
        page = self._model.state[PAGE]
        if page is None or not self._goes_on():
            return
        row = self._papers.row_of(page.key)
        if kind == "pass" and row is not None and (row.starred or row.queued):
            # It was kept while its text was open.
            kind = "star" if row.starred else "queue"
        marks = ("read",) if kind == "pass" else (kind, "read")
        if kind == "pass":
            self._traces.passed(page.key)
        self._change(lambda triage: triage.decide(Decision(page.key, kind)))
        storing = self._marks.give(marks, [page.key])
        self._background.start("marks", partial(self._store, storing, page.key))
        if self._show_next():
            # Short, so that the keys fit beside it.
            self._model.show_notice(f"{DECISIONS[kind]} · {self._keymap.key('mark.undo')} goes back")

    async def _store(self, storing: Awaitable[UserAction | None], pk: PaperKey) -> None:
        try:
            action = await storing
        except ReaderError:
            self._papers.renew()
            raise
        if action is not None:
            event = action.id
            self._change(lambda triage: triage.with_event(pk, event))
        self._marks.show_stored()

    def _show_next(self) -> bool:
        """Show the next paper; without one, or without time, return False, which ends the triage."""
        triage = self._model.state[TRIAGE]
        if triage is None:
            return False
        if triage.pace.is_time_up:
            self._end(is_aside=True)
        # Usually it is the next one; looking further reads 200 rows.
        elif self._papers.next_where(_is_open, limit=1) or self._papers.next_where(_is_open) or self._is_first_open():
            self._page.follow()
            return True
        else:
            self._end(is_aside=False)
        return False

    def _is_first_open(self) -> bool:
        """Go to an undecided paper above, such as one whose decision was undone."""
        triage = self._model.state[TRIAGE]
        return bool(triage and triage.pace.left) and self._papers.next_where(_is_open, -1)

    @handles("mark.undo", context="triage")
    def undo(self, _count: int | None) -> None:
        if self._goes_on():
            self._marks.take_back(self._go_back)

    def _go_back(self, action: UserAction) -> None:
        triage = self._model.state[TRIAGE]
        decision = None if triage is None else triage.decision_of(action.id)
        if triage is None or decision is None:
            return
        state, pk = self._model.state.put(TRIAGE, triage.without(decision)), decision.pk
        self._model.change(state)
        if not triage.has_paper:
            return
        self._traces.forget_passed(pk)
        if pk == state.highlighted or self._papers.next_where({pk}, -1) or self._papers.next_where({pk}):
            self._page.follow()
        else:
            # It was decided before a pause, and the list was then read without it.
            self._model.change(begin_triage(state, triage.without(decision), pk))

    # Leave and end

    @handles("triage.pause")
    def leave(self, _count: int | None) -> None:
        if not self._goes_on():
            return
        triage = self._model.state[TRIAGE]
        self._model.change(self._model.state.leave_paper().walk_back())
        if triage is not None:
            left = time_left(triage.pace.seconds_left)
            self._model.show_notice(f"{self._keymap.key('triage.begin')} continues · {left} left")

    @handles("triage.end")
    def ask_end(self, _count: int | None) -> None:
        triage = self._model.state[TRIAGE]
        if triage is None or triage.phase == "ending":
            return
        number = "the rest" if triage.pace.left is None else f"{triage.pace.left:,} left"
        choices = (("a", "mark read"), ("q", "leave unread"), ("esc", "continue"))
        act: dict[str, Callable[[], object]] = {"a": partial(self._end, is_aside=True), "q": self._leave_rest}
        self._keyboard.ask_letter(number, choices, lambda letter: act[letter]() if letter in act else None)

    def _leave_rest(self) -> None:
        now = self._look.now()
        state = self._model.state.update(TRIAGE, lambda triage: triage.tick(now).end(now).over())
        triage = state[TRIAGE]
        self._model.change(state.leave_paper().walk_back())
        if triage is not None:
            left = f" · {triage.pace.left:,} left unread" if triage.pace.left else ""
            self._model.show_notice(f"{len(triage.decisions):,} decided in {spent(triage.watch.ran)}{left}")

    def _end(self, *, is_aside: bool) -> None:
        now = self._look.now()
        self._change(lambda triage: triage.tick(now).end(now))
        self._background.start("marks", partial(self._finish, is_aside))

    async def _finish(self, is_aside: bool) -> None:
        """End once the last decision is stored; papers that came meanwhile stay unread unless the rest is put aside."""
        try:
            action = await self._marks.give(["read"], await self._loader.read_all() if is_aside else ())
        except ReaderError:
            self._change(lambda triage: triage.go_on(self._look.now()))
            raise
        finally:
            self._model.change(self._model.state.busy_with(""))
        self._marks.show_stored()
        aside = action.count if action is not None else 0
        over = self._model.state.update(TRIAGE, lambda triage: triage.over(aside, *self._ended(triage)))
        # None are unread any more, and ranking them again would take a while.
        self._model.change(over.leave_paper().listed(ListContent(over.place, Order(()))))

    def _ended(self, triage: Triage) -> tuple[str, tuple[str, ...]]:
        """The name of its day, if none of that is unread; and the signs and titles of kept papers."""
        from reader.ui.kit.day_names import short_day

        day = self._library.visible_papers(triage.day)
        glyphs = self._look.glyphs
        signs = {"star": glyphs.starred, "queue": glyphs.queued}
        kept = {one.pk: signs[one.kind] for one in triage.decisions if one.kind in signs}
        titles = tuple(f"{kept[row.pk]} {row.title}" for row in self._library.rows(tuple(kept)))
        return short_day(triage.day, self._look.today) if day.papers and not day.unread else "", titles


def _is_open(row: PaperRow) -> bool:
    return not row.read and not row.hidden


SECOND = 1.0


def _is_running(state: State) -> bool:
    triage = state[TRIAGE]
    return triage is not None and triage.is_running


class TriageClock(Actor):
    """Advances the clock during a triage."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._next = services.background.delayed(self.look)

    @follows(_is_running)
    def follow(self, state: State) -> None:
        if _is_running(state) and not self._look.is_still:
            self._next.begin(SECOND)
        else:
            self._next.stop()

    def look(self) -> None:
        before, state = self._model.state[TRIAGE], ticked(self._model.state, self._look.now())
        self._model.change(state)
        triage = state[TRIAGE]
        if triage is None or not triage.is_running:
            return
        is_up_now = triage.pace.is_time_up and before is not None and not before.pace.is_time_up
        if is_up_now and state[TEXT] is not None:
            # The page says so in its first line.
            self._model.show_news(TIME_IS_UP, "warning")
        self._next.begin(SECOND)
