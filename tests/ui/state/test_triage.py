"""The changes of a triage: what each sets, whichever way the user leaves. No terminal."""

from __future__ import annotations

from array import array
from datetime import UTC, date, datetime, timedelta

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.session.places import Place, triage_place, view
from reader.ui.calendar.state import CALENDAR, CalendarRequest, open_calendar
from reader.ui.page.state import PAGE, Reading, close_page
from reader.ui.state.parts import ListContent, Position
from reader.ui.state.triage import Decision, Triage
from reader.ui.state.whole import State
from tests.ui.stage import paper

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
PLACE = triage_place("topic:agents", is_taught=True)
HERE = Place(view("unread"), "robots")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def triaging(papers: int = 3) -> State:
    """A triage of papers of which the first is in front, begun in a query."""
    state = State(place=HERE).begin_triage(PLACE, 900, Position(7, 2))
    pks = array("q", range(1, papers + 1))
    state = state.listed(ListContent(PLACE, Order(pks))).triage_came(NOW, papers)
    return state.put(PAGE, Reading(1, paper(), (), STILL))


def triage_of(state: State) -> Triage:
    assert state.triage is not None
    return state.triage


def test_the_best_for_the_user_come_first_or_those_with_most_votes() -> None:
    assert (PLACE.view.order, triage_place("", is_taught=False).view.order) == ("foryou", "upvotes")
    assert str(PLACE.whole("day").sort) == "sort:foryou"
    assert str(triage_place("sort:title", is_taught=True).whole("day").sort) == "sort:title"


def test_it_begins_with_its_first_paper_and_the_clock() -> None:
    state = triaging()
    assert (state.context, state.is_triaging) == ("triage", True)
    state = state.tick(later(20))
    assert triage_of(state).pace == (900, 20, 0, 3)
    assert State().tick(NOW).triage is None


def test_without_papers_it_is_over() -> None:
    state = State().begin_triage(PLACE, 900, Position()).triage_came(NOW, 0)
    assert (triage_of(state).phase, state.is_triaging) == ("done", False)


def test_the_number_of_papers_may_come_later() -> None:
    state = State().begin_triage(PLACE, 900, Position()).triage_came(NOW, None)
    assert triage_of(state).pace.left is None
    state = state.decide(Decision(1, "star")).count_triage(40)
    assert triage_of(state).pace.left == 39
    assert state.count_triage(50) is state
    assert State().count_triage(5).triage is None


def test_a_pause_stops_the_clock_until_a_key_goes_on() -> None:
    state = triaging().pause_triage(later(10))
    assert (triage_of(state).phase, state.context) == ("paused", "triage")
    assert state.pause_triage(later(20)) is state
    assert triage_of(state.tick(later(500))).watch.ran == 10
    state = state.go_on_if_paused(later(500)).tick(later(505))
    assert triage_of(state).watch.ran == 15
    assert state.go_on_if_paused(later(506)) is state


def test_whatever_closes_the_page_leaves_it_for_a_while() -> None:
    for leave in (close_page, lambda state: open_calendar(state, CalendarRequest(date(2026, 5, 12)))):
        state = leave(triaging().tick(later(10)))
        assert (triage_of(state).phase, triage_of(state).watch.is_running, state.is_triaging) == ("left", False, False)
    state = state.put(CALENDAR, None).leave_triage()
    assert (state.place, state.request and state.request.at) == (HERE, Position(7, 2))
    elsewhere = state.go(Place(view("starred")))
    resumed = elsewhere.resume_triage(Position(9, 1), 2)
    assert (resumed.place, resumed.request and resumed.request.at) == (PLACE, Position(2))
    assert (triage_of(resumed).phase, triage_of(resumed).watch.ran, triage_of(resumed).seconds) == ("coming", 10, 900)
    assert resumed.leave_triage().place == Place(view("starred"))
    assert State().resume_triage(Position()).triage is None


def test_what_is_undone_is_no_decision_any_more() -> None:
    state = triaging().decide(Decision(1, "star")).decide(Decision(2, "hide"))
    state = state.decision_stored(1, "a").decision_stored(2, "b").decision_stored(9, "c")
    assert [one.event for one in triage_of(state).decisions] == ["a", "b"]
    again, pk = state.take_back("a")
    assert (pk, triage_of(again).counts, triage_of(again).pace.left) == (1, {"hide": 1}, 2)
    assert state.take_back("other") == (state, None)
    assert State().take_back("a")[1] is None


def test_the_end_is_shown_in_its_view_and_a_step_back_returns() -> None:
    state = triaging().decide(Decision(1, "pass")).end_triage(later(20))
    assert (triage_of(state).phase, state.context, triage_of(state).watch.ran) == ("ending", "triage", 20)
    assert triage_of(state.go_on_with_triage(later(30))).phase == "running", "the end could not be stored"
    state = close_page(state.triage_over(2, "Tue 12 May")).request_list()
    assert (triage_of(state).phase, state.place, state.lasting_place) == ("done", PLACE, HERE)
    assert state.leave_triage().place == HERE
    again = state.begin_triage(triage_place("", is_taught=False), 60, Position(1))
    assert triage_of(again).before == HERE, "not the triage before it"


def test_without_a_triage_nothing_ends_and_the_place_lasts() -> None:
    state = State(place=HERE)
    for change in (state.end_triage, state.pause_triage, state.go_on_with_triage, state.go_on_if_paused):
        assert change(NOW).triage is None
    assert (state.triage_over().triage, state.decision_stored(1, "a").triage, state.decide(Decision(1, "star"))) == (
        None,
        None,
        state,
    )
    assert state.triage_came(NOW, 3) is state.leave_triage() is state
    assert state.lasting_place == HERE
