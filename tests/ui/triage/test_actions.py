"""The clock of a triage: it ticks while that runs, and tells of a list that takes long."""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.session.places import triage_place
from reader.ui.full_text.state import TEXT
from reader.ui.full_text.text import FullText
from reader.ui.full_text.view import Size
from reader.ui.page.state import PAGE, Reading
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import State
from reader.ui.triage.actions import SECOND, TriageClock
from reader.ui.triage.lines import TIME_IS_UP
from reader.ui.triage.state import TRIAGE, Triage, begin_triage
from tests.ui.bench import Bench
from tests.ui.papers import NOW
from tests.ui.stage import look, paper

PLACE = triage_place("", is_taught=False)


class Clock(Bench):
    """The clock of a triage, over a time that the test sets."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        super().__init__(moving=look()._replace(now=lambda: self.now, is_still=False))
        self.clock = TriageClock(self.services)
        (self.tick,) = self.later

    def set(self, state: State) -> None:
        self.model.change(state)
        self.clock.follow(self.model.state)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.tick.stop()
        self.tick.act()


def test_it_looks_each_second_and_tells_the_end_over_a_full_text() -> None:
    bench = Clock()
    state = begin_triage(State(), Triage(PLACE, 60))
    state = state.listed(ListContent(PLACE, Order(array("q", [1, 2])))).update(TRIAGE, lambda one: one.came(NOW, 2))
    reading = Reading(1, paper(), (), STILL)
    bench.set(state.put(PAGE, reading).put(TEXT, FullText(1, reading.paper, Size())))
    assert bench.tick.seconds == SECOND
    for _ in range(3):
        bench.pass_by(20)
    triage = bench.model.state[TRIAGE]
    assert triage is not None
    assert triage.watch.ran == 60
    assert bench.model.state.notices.shown.text == TIME_IS_UP
    told = bench.model.state.notices.happened
    bench.pass_by(1)
    assert (bench.model.state.notices.happened, bench.tick.seconds) == (told, SECOND), "it is told once"
    bench.set(bench.model.state.update(TRIAGE, Triage.leave))
    assert bench.tick.seconds is None
    bench.pass_by(20)
    assert bench.tick.seconds is None
