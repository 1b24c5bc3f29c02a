"""The changes of a triage: what each sets, whichever way the user leaves. No terminal."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.session.places import Place, triage_place, view
from reader.ui.dates.state import DATE, DateRequest, ask_for_date
from reader.ui.page.state import PAGE, Reading, close_page
from reader.ui.shell.listing import ListContent, Position
from reader.ui.shell.state import State
from reader.ui.triage.state import TRIAGE, Decision, Triage, begin_triage, is_triaging, lasting_place, phase_of, ticked
from tests.ui.stage import paper

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
PLACE = triage_place("topic:agents", is_taught=True)
HERE = Place(view("unread"), "robots")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def triaging(papers: int = 3) -> State:
    """A triage of papers of which the first is in front, begun in a query."""
    state = begin_triage(State(place=HERE), Triage(PLACE, 900))
    pks = array("q", range(1, papers + 1))
    state = state.listed(ListContent(PLACE, Order(pks))).update(TRIAGE, lambda one: one.came(NOW, papers))
    return state.put(PAGE, Reading(1, paper(), (), STILL))


def of(state: State) -> Triage:
    triage = state[TRIAGE]
    assert triage is not None
    return triage


def test_the_best_for_the_user_come_first_or_those_with_most_votes() -> None:
    assert (PLACE.view.order, triage_place("", is_taught=False).view.order) == ("foryou", "upvotes")
    assert str(PLACE.whole("day").sort) == "sort:foryou"
    assert str(triage_place("sort:title", is_taught=True).whole("day").sort) == "sort:title"


def test_it_begins_with_its_first_paper_and_the_clock() -> None:
    state = triaging()
    assert (state.context, is_triaging(state)) == ("triage", True)
    assert of(ticked(state, later(20))).pace == (900, 20, 0, 3)


def test_without_papers_it_is_over() -> None:
    triage = of(begin_triage(State(), Triage(PLACE, 900))).came(NOW, 0)
    assert (triage.phase, triage.has_paper) == ("done", False)


def test_the_number_of_papers_may_come_later() -> None:
    triage = of(begin_triage(State(), Triage(PLACE, 900))).came(NOW, None)
    assert triage.pace.left is None
    triage = triage.decide(Decision(1, "star")).count(40)
    assert triage.pace.left == 39
    assert triage.count(50) is triage


def test_whatever_closes_the_page_leaves_it_for_a_while() -> None:
    for leave in (close_page, lambda state: ask_for_date(state, DateRequest())):
        state = leave(ticked(triaging(), later(10)))
        assert (phase_of(state), of(state).is_running, is_triaging(state)) == ("left", False, False)
    state = state.put(DATE, None).step_back()
    assert state.place == HERE
    elsewhere = state.go(Place(view("starred")))
    resumed = begin_triage(elsewhere, of(elsewhere), 2)
    assert (resumed.place, resumed.request and resumed.request.at) == (PLACE, Position(2))
    assert (of(resumed).phase, of(resumed).watch.ran, of(resumed).seconds) == ("coming", 10, 900)
    assert resumed.step_back().place == Place(view("starred"))


def test_what_is_undone_is_no_decision_any_more() -> None:
    triage = of(triaging()).decide(Decision(1, "star")).decide(Decision(2, "hide"))
    triage = triage.with_event(1, "a").with_event(2, "b").with_event(9, "c")
    assert [one.event for one in triage.decisions] == ["a", "b"]
    undone = triage.decision_of("a")
    assert undone is not None and undone.pk == 1
    again = triage.without(undone)
    assert (again.counts, again.pace.left) == ({"hide": 1}, 2)
    assert triage.decision_of("other") is None


def test_the_end_is_shown_in_its_view_and_a_step_back_returns() -> None:
    state = triaging().update(TRIAGE, lambda one: one.decide(Decision(1, "pass")).end(later(20)))
    assert (of(state).phase, state.context, of(state).watch.ran) == ("ending", "triage", 20)
    assert of(state).go_on(later(30)).phase == "running", "the end could not be stored"
    state = close_page(state.update(TRIAGE, lambda one: one.over(2, "Tue 12 May"))).request_list()
    assert (of(state).phase, state.place, lasting_place(state)) == ("done", PLACE, HERE)
    assert state.step_back().place == HERE
    again = begin_triage(state, Triage(triage_place("", is_taught=False), 60))
    assert again.step_back().place == HERE, "not the triage before it"


def test_without_a_triage_no_time_runs() -> None:
    state = State(place=HERE)
    assert ticked(state, NOW) is state
    assert (lasting_place(state), phase_of(state)) == (HERE, None)
