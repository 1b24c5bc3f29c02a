"""The clock of a triage: it ticks while that runs, and tells of a list that takes long."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.session.places import triage_place
from reader.ui.full_text.state import TEXT
from reader.ui.full_text.text import FullText
from reader.ui.full_text.view import Size
from reader.ui.page.state import PAGE, Reading
from reader.ui.shell.listing import ListContent
from reader.ui.shell.model import Model
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.triage.actions import SECOND, TriageClock
from reader.ui.triage.lines import TIME_IS_UP
from reader.ui.triage.state import TRIAGE, Triage, begin_triage
from tests.ui.papers import NOW
from tests.ui.stage import look, paper

PLACE = triage_place("", is_taught=False)


class Delays:
    """Stands in for background work: delayed calls happen when the test says so."""

    def __init__(self) -> None:
        self.all: list[Delays.One] = []

    class One:
        def __init__(self, act: Callable[[], object]) -> None:
            self.act = act
            self.seconds: float | None = None

        def begin(self, seconds: float) -> None:
            self.seconds = seconds

        def stop(self) -> None:
            self.seconds = None

    def delayed(self, act: Callable[[], object]) -> One:
        self.all.append(self.One(act))
        return self.all[-1]


class Bench:
    """A clock over a state."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.model = Model(State())
        delays = Delays()
        moving = look()._replace(now=lambda: self.now, is_still=False)
        nothing: Any = None
        services = Services(self.model, nothing, cast("Any", delays), nothing, moving, app=nothing)
        self.clock = TriageClock(services)
        (self.tick,) = delays.all

    def set(self, state: State) -> None:
        self.model.change(state)
        self.clock.follow(self.model.state)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.tick.stop()
        self.tick.act()


def test_it_looks_each_second_and_tells_the_end_over_a_full_text() -> None:
    bench = Bench()
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
