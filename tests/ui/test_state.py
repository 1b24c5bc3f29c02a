"""Changes of the state, without a terminal."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import DayCount, Order, TopicCount
from reader.keys.actions import CONTEXTS
from reader.session.places import Place, ViewList, saved_view, view
from reader.ui.dates import DATE, ask_for_date
from reader.ui.filter.counter import Counts
from reader.ui.page.lines import ShownPaper
from reader.ui.page.state import PAGE, close_page
from reader.ui.page.state import READING as DETAIL
from reader.ui.query.advice import type_query
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.layout import SHAPES, PaneChoice, PaneName, has_filter, shape_at
from reader.ui.shell.listing import (
    NOTHING_SELECTED,
    TOP,
    FeedResults,
    ListContent,
    ListRequest,
    ListSource,
    Position,
    SearchStatus,
    Stop,
)
from reader.ui.shell.state import MAX_CURSORS, MAX_HISTORY, Notice, Notices, Prompt, State
from tests.table import each
from tests.ui.stage import paper, view_counts

# The state

THREE, STACKED = SHAPES["three"], SHAPES["stacked"]
ROBOTS = Place(view("all"), "robot")
WEEK = Place(view("week:2026-W20"), "topic:agents")
MORNING = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
READING = ShownPaper(3, paper(pk=3), ("robot",))
COUNTS = Counts(
    view_counts(14, 60, 0, 60), (DayCount("2026-05-12", 14, 14),), (TopicCount("video", "Video", "Vision", 9),), 60, 7
)


def results(text: str = "weather models") -> FeedResults:
    """The results of a search on the feed with one paper."""
    return FeedResults(text, (999,))


def listing(*pks: int, place: Place = ROBOTS) -> ListContent:
    return ListContent(place, Order(array("q", pks)))


AT_WORK = State(
    place=ROBOTS,
    request=ListRequest(1, Position(1)),
    listing=replace(listing(1, 2, 3), version=4),
    highlighted=2,
    cache_version=4,
    marks_version=6,
    is_ready=True,
    search=SearchStatus(wanted="gloves"),
    notices=Notices().with_answer("the best first"),
    history=("robot", "agents"),
)
"""A state with every part set, so that a change that wrongly drops a part fails the test."""


def changes(before: State, after: State) -> dict[str, object]:
    """The parts that a change has set to another value."""
    pairs = {part.name: (getattr(before, part.name), getattr(after, part.name)) for part in fields(State)}
    return {name: new for name, (old, new) in pairs.items() if old is not new and old != new}


def asked(at: Position = TOP, number: int = 2, **more: object) -> dict[str, object]:
    """The changes made by requesting a list."""
    return {"request": ListRequest(number, at), "is_list_coming": True, **more}


LEFT: dict[str, Any] = {"search": SearchStatus(), "notices": Notices(happened=2)}
"""Going anywhere ends the wanted search and the answer."""

FOUND = results("gloves")
COMING = AT_WORK.go(WEEK)
SEARCHING = AT_WORK.hold_results(results()).search_feed("gloves")
PROMPT = Prompt((("t", "Latest"), ("u", "Unread")), "g")


@each(
    ("before", "change", "changed"),
    [
        # Another query or view is read from its top, and what is true of the view stays.
        (
            AT_WORK,
            lambda state: state.go(ROBOTS._replace(text="hands")),
            asked(place=ROBOTS._replace(text="hands"), trail=(Stop(ListSource(ROBOTS)),), **LEFT),
        ),
        (
            AT_WORK,
            lambda state: state.go(WEEK, Position(2, 5)),
            asked(Position(2, 5), place=WEEK, trail=(Stop(ListSource(ROBOTS)),), **LEFT),
        ),
        (AT_WORK, lambda state: state.go(Place(view("all"), "robot")), {}),
        # The same place is read again if papers came since; nothing moves when they come.
        (AT_WORK.papers_came(None), lambda state: state.go(ROBOTS), asked(Position(2))),
        (AT_WORK, lambda state: state.papers_came(None), {"cache_version": 5}),
        (AT_WORK, lambda state: state.go(ROBOTS, Position(3)), asked(Position(3), **LEFT)),
        # Keys wait for a list that was asked for, and not for the rest of one.
        (AT_WORK, lambda state: state.request_list(Position(3)), asked(Position(3))),
        (AT_WORK, lambda state: state.read_on(Position(3)), {"request": ListRequest(2, Position(3))}),
        (State(), State.request_list, asked(number=1)),
        # A changed cache has the list read again around the cursor, but one that is coming at its top.
        (AT_WORK, State.cache_changed, {"request": ListRequest(2, Position(2)), "cache_version": 5}),
        (
            AT_WORK,
            lambda state: state.cache_changed(Position(3)),
            {"request": ListRequest(2, Position(3)), "cache_version": 5},
        ),
        (COMING, State.cache_changed, {"request": ListRequest(3), "cache_version": 5}),
        (COMING, State.list_stopped, {"is_list_coming": False}),
        (AT_WORK, State.await_list, {"is_list_coming": True}),
        (State(), State.ready, {"is_ready": True}),
        (AT_WORK, lambda state: state.choose(state.selection), {}),
        (
            COMING,
            lambda state: state.list_failed("The disk is full."),
            {"is_list_coming": False, "notices": Notices(news=Notice("The disk is full.", "warning"), happened=3)},
        ),
        (AT_WORK, lambda state: state.highlight(2), {}),
        (AT_WORK, lambda state: state.highlight(3), {"highlighted": 3}),
        (AT_WORK, lambda state: state.highlight(None, is_on_hole=True), {"highlighted": None, "is_on_hole": True}),
        (AT_WORK, State.with_new_marks, {"marks_version": 7}),
        # A query that is let go leaves the cursor on its paper.
        (AT_WORK, State.drop_query, asked(Position(2), place=Place(view("all")), **LEFT)),
        (AT_WORK, State.cancel_query, {}),
        (AT_WORK, lambda state: state.open_query().cancel_query(), {}),
        (
            AT_WORK,
            lambda state: (
                state.open_query().go(ROBOTS._replace(text="r")).go(ROBOTS._replace(text="rx")).cancel_query()
            ),
            asked(Position(2), 4, **LEFT),
        ),
        (AT_WORK, State.widen_query, {}),
        (AT_WORK, lambda state: state.remember_query("video"), {"history": ("video", "robot", "agents")}),
        (AT_WORK, lambda state: state.remember_query("agents"), {"history": ("agents", "robot")}),
        (AT_WORK, lambda state: state.remember_query(""), {}),
        # A search takes the place of the one before; one that stops keeps what was wanted; answers wait.
        (SEARCHING, lambda state: state.search_feed("hands"), {"search": SearchStatus("hands", "hands")}),
        (SEARCHING, State.search_stopped, {"search": SearchStatus(wanted="gloves")}),
        (AT_WORK, State.search_stopped, {}),
        (AT_WORK, lambda state: state.hold_results(FOUND), {"search": SearchStatus(wanted="gloves", waiting=FOUND)}),
        (
            AT_WORK.hold_results(FOUND),
            lambda state: state.list_results(FOUND),
            asked(results=FOUND, trail=(Stop(ListSource(ROBOTS)),), search=SearchStatus()),
        ),
        # The last line changes only by what is news.
        (AT_WORK, lambda state: state.busy_with("marking 2 of 9"), {"activity": "marking 2 of 9"}),
        (AT_WORK, lambda state: state.busy_with(""), {}),
        (AT_WORK, lambda state: state.change_notices(Notices.without_news), {"notices": Notices(happened=2)}),
        (State(), lambda state: state.change_notices(Notices.without_answer), {}),
        (AT_WORK, lambda state: state.prompt_for(PROMPT), {"prompt": PROMPT}),
        (AT_WORK, lambda state: state.prompt_for(PROMPT).prompt_for(Prompt()), {}),
        # Setting a part to its present value changes nothing.
        (AT_WORK, lambda state: state.with_focus("list"), {}),
        (AT_WORK, close_page, {}),
        (AT_WORK, lambda state: state.put(DATE, None), {}),
    ],
)
def test_a_change_sets_its_parts_and_leaves_everything_else(
    before: State, change: Callable[[State], State], changed: dict[str, object]
) -> None:
    assert changes(before, change(before)) == changed


# The list


def test_going_elsewhere_ends_a_search_but_keeps_waiting_results() -> None:
    waiting = results("kitchens")
    searching = AT_WORK.list_results(results()).search_feed("gloves")
    searching = searching.hold_results(waiting)
    for place in (WEEK, ROBOTS):
        after = searching.go(place)
        assert after is not searching
        assert (after.place, after.results) == (place, None)
        assert (after.search.asking, after.search.wanted) == ("", "")
        assert after.search.waiting is waiting


def test_a_list_that_arrives_releases_keys_and_carries_its_cache_version() -> None:
    coming = AT_WORK.go(WEEK).cache_changed()
    after = coming.with_list(listing(5, 6, place=WEEK))
    assert changes(coming, after).keys() == {"listing", "is_list_coming"}
    assert after.listing.version == after.cache_version == 5
    assert (after.listing.place, list(after.listing.order.pks)) == (WEEK, [5, 6])
    assert not after.is_list_coming


def test_a_slow_ranking_empties_the_list() -> None:
    ranking = COMING.rank()
    assert (ranking.listing.place, ranking.is_empty, ranking.is_list_coming) == (WEEK, True, True)
    assert [
        state.is_ranking for state in (COMING, ranking, ranking.go(ROBOTS), ranking.with_list(listing(place=WEEK)))
    ] == [
        *(False, True, False, False),
    ]
    found = AT_WORK.list_results(FOUND).rank()
    assert found.is_ranking and found.listing.results is FOUND


def test_targets_are_the_open_the_selected_or_the_highlighted_papers() -> None:
    chosen, hole = AT_WORK.choose(AT_WORK.selection.with_papers((3, 1))), AT_WORK.highlight(2, is_on_hole=True)
    states = AT_WORK, chosen, chosen.put(PAGE, READING), hole, AT_WORK.with_list(listing()), AT_WORK.highlight(None)
    assert [state.targets for state in states] == [(2,), (1, 3), (3,), (), (), ()]
    # Another query in the same view keeps them, another view does not.
    places = ROBOTS, ROBOTS._replace(text="hands"), WEEK
    assert [chosen.with_list(listing(1, 2, 3, place=place)).targets for place in places] == [(1, 3), (1, 3), (2,)]


def test_a_saved_view_that_gets_another_query_is_read_again_also_on_the_way_back() -> None:
    old, new, other = saved_view("Mine", "a"), saved_view("Mine", "b"), saved_view("Other", "c")
    begun = AT_WORK.know_views(ViewList((old, other))).go(Place(old)).go(Place(other))
    known = begun.know_views(ViewList((new, other)))
    assert changes(begun, known).keys() == {"views", "trail"}
    assert [stop.where.place for stop in known.trail] == [ROBOTS, Place(new)]
    here = begun.walk_back().know_views(ViewList((new,)))
    assert (here.place, here.is_list_coming, here.trail) == (Place(new), True, (Stop(ListSource(ROBOTS)),))
    assert begun.know_views(ViewList()).place == Place(other)


@each(
    ("focus", "pks", "then"),
    [("detail", (), "list"), ("detail", (1,), "detail"), ("filter", (), "filter"), ("list", (), "list")],
)
def test_a_detail_without_a_paper_gives_the_keys_to_the_list(
    focus: PaneName, pks: tuple[int, ...], then: PaneName
) -> None:
    assert AT_WORK.with_focus(focus).with_list(listing(*pks)).focus == then


# Panes and screens


@each(
    ("focus", "is_open", "width", "then", "is_open_then"),
    [
        ("list", False, THREE, "list", False),
        ("list", True, THREE, "list", False),
        ("list", True, THREE - 1, "list", True),
        ("list", False, THREE - 1, "list", False),
        ("filter", False, THREE, "filter", False),
        ("filter", False, THREE - 1, "filter", True),
        ("filter", True, 30, "filter", True),
        ("detail", False, STACKED, "detail", False),
        ("detail", False, STACKED - 1, "list", False),
        ("detail", True, 30, "list", True),
    ],
)
def test_a_pane_without_room_gives_up_the_keys_and_the_filter_unfolds(
    focus: PaneName, is_open: bool, width: int, then: PaneName, is_open_then: bool
) -> None:
    before = State(width=140, listing=listing(1), focus=focus, is_filter_open=is_open)
    after = before.with_size(width)
    assert (after.width, after.focus, after.is_filter_open) == (width, then, is_open_then)
    assert changes(before, after).keys() <= {"width", "focus", "is_filter_open"}


def test_a_zoomed_pane_that_has_no_room_of_its_own_leaves_the_keys_to_the_list() -> None:
    zoomed = AT_WORK.with_focus("detail").choose_panes(AT_WORK.panes._replace(is_zoomed=True)).with_size(60)
    assert zoomed.focus == "detail"
    assert zoomed.choose_panes(AT_WORK.panes).focus == "list"


def test_the_detail_and_the_page_show_papers_of_their_own() -> None:
    other = ShownPaper(1, paper(pk=1))
    opened = AT_WORK.put(DETAIL, READING).put(PAGE, other)
    assert changes(AT_WORK, opened).keys() == {"parts", "stack"}
    assert (opened[PAGE], opened[DETAIL]) == (other, READING)
    assert close_page(opened)[DETAIL] == READING


def test_a_cache_that_changes_behind_a_page_is_read_again_when_the_page_closes() -> None:
    opened = AT_WORK.put(PAGE, READING)
    changed = opened.cache_changed()
    assert changes(opened, changed).keys() == {"cache_version", "is_list_outdated"}
    closed = close_page(changed)
    assert changes(changed, closed).keys() == {"parts", "stack", "is_list_outdated", "request"}
    assert closed.request is not None and closed.request.at == Position(2)
    assert changes(closed, close_page(closed.put(PAGE, READING))).keys() == set()


def test_a_date_is_asked_for_over_the_list_and_not_over_a_page() -> None:
    opened = ask_for_date(AT_WORK.put(PAGE, READING))
    assert (opened[PAGE], opened.context) == (None, "date")
    assert changes(AT_WORK, opened.put(DATE, None)).keys() == {"parts"}


def test_steps_lead_back_one_at_a_time_each_with_the_cursor_and_the_page_that_was_there() -> None:
    one, other = (Place(view("all"), f"like:2605.0000{number}") for number in (1, 2))
    near = AT_WORK.put(PAGE, READING).go(one)
    assert (near[PAGE], near.place) == (None, one)
    near = near.keep_cursor(AT_WORK.where, Position(2, 5)).with_list(listing(7, 8, place=one)).highlight(7)
    nearer = near.go(other).keep_cursor(near.where, Position(7, 1)).with_list(listing(9, place=other))
    back = nearer.step_back()
    assert (back.place, back.request and back.request.at) == (one, Position(7, 1))
    back = back.step_back()
    assert (back.place, back.request and back.request.at, back.trail) == (ROBOTS, Position(2, 5), ())
    assert back[PAGE] is READING and back.marks_version == AT_WORK.marks_version + 1
    assert back.step_back().step_back().place == Place(view("all")), "the query goes before the reader is left"
    top = State()
    assert top.step_back() is top


def test_the_trail_holds_each_place_once() -> None:
    latest, days = State(), [Place(view(f"day:2026-05-0{day}")) for day in (8, 7, 6)]
    last = latest.go(days[0]).go(days[1]).go(days[2])
    assert [stop.where.place for stop in last.trail] == [Place()]
    assert last.go(ROBOTS).go(Place()).trail == () == last.step_back().trail
    picked = latest.narrow("topic:video").narrow("topic:video topic:agents")
    assert (picked.step_back().place, picked.narrow("").trail) == (Place(), ())
    assert [stop.where.place for stop in picked.go(WEEK).trail] == [Place(), picked.place]


def test_each_list_remembers_its_cursor() -> None:
    week = AT_WORK.go(WEEK)
    assert week.go(ROBOTS).request == ListRequest(3, Position(2)), "its list was not left yet"
    left = week.keep_cursor(AT_WORK.where, Position(2, 5)).with_list(listing(4, place=WEEK))
    assert left.go(ROBOTS).request == ListRequest(3, Position(2, 5))
    typing = left.open_query().go(ROBOTS)
    assert typing.keep_cursor(ROBOTS and typing.where, Position(4)) is typing
    for number in range(MAX_CURSORS):
        left = left.keep_cursor(ListSource(ROBOTS._replace(text=str(number))), TOP)
    assert len(left.cursors) == MAX_CURSORS and AT_WORK.where not in left.cursors


def test_a_step_back_leaves_one_thing_at_a_time() -> None:
    state = AT_WORK.list_results(results()).with_focus("filter").put(PAGE, READING)
    steps = [state]
    while (after := steps[-1].step_back()) is not steps[-1]:
        steps.append(after)
    assert [{*changes(*pair)} for pair in pairwise(steps)] == [
        {"parts", "stack"},
        {"focus"},
        {"results", "request", "trail", "notices"},
        {"place", "request"},
    ]
    assert steps[-1].place == Place(view("all"))
    assert AT_WORK.with_focus("detail").step_back().focus == "list"


@each("focus", ["list", "filter", "detail"])
@each("pks", [(), (1, 2)])
def test_the_context_is_the_screen_in_front_then_the_line_then_the_pane(focus: PaneName, pks: tuple[int, ...]) -> None:
    # An empty list takes the keys of the detail, too.
    state = State(listing=listing(*pks), focus=focus)
    assert state.context == (focus if pks or focus == "filter" else "empty")
    typing = state.open_query()
    assert typing.context == "query"
    prompt = ask_for_date(typing)
    assert prompt.context == "date"
    assert prompt.put(PAGE, READING).context == "page"


# The query


def test_a_query_begins_with_what_is_listed() -> None:
    typing = AT_WORK.open_query()
    assert changes(AT_WORK, typing).keys() == {"draft"}
    assert typing.draft is not None and typing.is_typing
    assert (typing.draft.text, typing.draft.before) == ("robot", Stop(ListSource(ROBOTS)))
    found = AT_WORK.list_results(results("weather")).open_query()
    assert found.draft is not None and found.draft.text == "weather"
    assert AT_WORK.search_feed("gloves").open_query().search.asking == ""


def test_the_list_follows_what_is_typed_unless_it_has_a_mistake() -> None:
    typing = AT_WORK.open_query()
    typed = type_query(typing, "robot ha")
    assert changes(typing, typed).keys() == {"draft", "place", "request", "is_list_coming", "search", "notices"}
    assert (typed.place.text, typed.draft and typed.draft.typed) == ("robot ha", "robot ha")
    mistaken = type_query(typed, "robot (ha")
    assert changes(typed, mistaken).keys() == {"draft"}
    assert (mistaken.place.text, mistaken.draft and mistaken.draft.typed) == ("robot ha", "robot (ha")
    # A letter that is excluded would exclude nearly every paper.
    assert type_query(typed, "robot -v").place.text == "robot"
    assert type_query(typed, "robot topic:vid", ("video",)).place.text == "robot"
    assert type_query(AT_WORK, "agents") is AT_WORK


def test_a_query_that_is_kept_gives_the_keys_to_the_list_and_is_remembered() -> None:
    typing = AT_WORK.with_focus("detail").open_query().go(WEEK)
    kept = typing.keep_query("topic:agents")
    assert changes(typing, kept).keys() == {"draft", "focus", "history", "trail"}
    assert (kept.place, kept.context, kept.history[0]) == (WEEK, "list", "topic:agents")
    late = typing.keep_query("topic:video")
    assert late.place == WEEK._replace(text="topic:video")
    assert late.request is not typing.request


@each("focus", ["filter", "detail", "list"])
def test_a_click_on_a_pane_keeps_what_is_typed(focus: PaneName) -> None:
    typing = type_query(AT_WORK.open_query(), "robot ha")
    clicked = typing.with_focus(focus)
    assert (clicked.focus, clicked.is_typing, clicked.place.text) == (focus, False, "robot ha")
    found = AT_WORK.list_results(results()).open_query()
    assert found.with_focus(focus).results is found.results


def test_dropping_an_empty_query_puts_the_cursor_back() -> None:
    begun = State(place=Place(view("all")), request=ListRequest(1), listing=listing(1, 2, 3), highlighted=2)
    kept = type_query(begun.open_query(), "zzz").keep_query("zzz")
    kept = kept.keep_cursor(begun.where, Position(2, 5)).with_list(listing())
    dropped = kept.drop_query()
    assert dropped.request is not None and dropped.request.at == Position(2, 5)
    # A further query was typed over the first one.
    again = type_query(kept.open_query(), "zzzz").keep_query("zzzz")
    assert again.drop_query().request == ListRequest(4, Position(2, 5))
    assert [again.step_back().place.text, again.step_back().step_back().place.text] == ["zzz", ""]


def test_a_query_is_widened_to_all_papers_and_goes_back_to_its_view() -> None:
    begun = AT_WORK.go(WEEK).with_list(listing(1, 2))
    wide = begun.widen_query()
    assert wide.place == WEEK._replace(view=view("all"))
    assert wide.widened_from == WEEK.view
    assert wide.request is not None and wide.request.at == Position(2)
    back = wide.widen_query()
    assert (back.place, back.widened_from) == (WEEK, None)
    # Another query does not change where it goes back to, another view does.
    assert type_query(wide.open_query(), "robot").widened_from == WEEK.view
    assert wide.go(Place(view("starred"), "robot")).widened_from is None
    # A query that is let go was widened from nowhere.
    assert wide.drop_query().widened_from is None


def test_cancelling_undoes_a_widening_made_while_typing() -> None:
    begun = AT_WORK.go(WEEK)
    typing = type_query(begun.open_query(), "robot").widen_query()
    assert typing.place == Place(view("all"), "robot")
    dropped = typing.cancel_query()
    assert (dropped.place, dropped.widened_from) == (WEEK, None)
    wide = begun.widen_query()
    narrowed = wide.open_query().widen_query()
    assert narrowed.place == WEEK
    assert (narrowed.cancel_query().place, narrowed.cancel_query().widened_from) == (wide.place, WEEK.view)


def test_cancelling_a_query_restores_results_of_the_feed() -> None:
    found = results()
    typing = AT_WORK.list_results(found).open_query().go(WEEK)
    assert typing.results is None
    dropped = typing.cancel_query()
    assert (dropped.place, dropped.results) == (ROBOTS, found)
    left = dropped.step_back()
    assert (left.place, left.results) == (ROBOTS, None)


def test_queries_are_remembered_once_newest_first() -> None:
    state = AT_WORK
    for number in range(MAX_HISTORY):
        state = state.remember_query(f"upvotes:>{number}")
    assert state.history == tuple(f"upvotes:>{number}" for number in reversed(range(MAX_HISTORY)))


# Searching the feed


def test_repeated_searches_add_one_stop_to_the_trail() -> None:
    twice = AT_WORK.list_results(results()).list_results(results("gloves"))
    back = twice.step_back()
    assert (back.results, back.listed_text, back.trail) == (None, "robot", ())


# The last line


# Any changes one after the other

Change = Callable[[State], State]

PLACES = st.builds(
    Place,
    st.sampled_from(["latest", "unread", "all", "trending", "day:2026-05-08", "week:2026-W20"]).map(view),
    st.sampled_from(["", "robot", "topic:agents is:unread", '"a phrase"', "sort:title"]),
)
POSITIONS = st.builds(Position, st.none() | st.integers(1, 9), st.none() | st.integers(0, 30))
TEXTS = st.sampled_from(["", "robot", "agents", "weather models"])
TIMES = st.datetimes(timezones=st.just(UTC))
ORDERS = st.lists(st.integers(1, 9), unique=True, max_size=4)


def change(
    name: str, *arguments: st.SearchStrategy[object], **named: st.SearchStrategy[object]
) -> st.SearchStrategy[Change]:
    """A change of the state by its name."""

    def apply(arguments: tuple[object, ...], named: dict[str, object]) -> Change:
        after: Change = lambda state: getattr(state, name)(*arguments, **named)  # noqa: E731
        return after

    return st.builds(apply, st.tuples(*arguments), st.fixed_dictionaries(named))


CHANGES: list[st.SearchStrategy[Change]] = [
    change("go", PLACES, POSITIONS),
    change("request_list", POSITIONS),
    change("narrow", TEXTS),
    change("cache_changed"),
    change("with_list", st.builds(lambda pks, place: listing(*pks, place=place), ORDERS, PLACES)),
    change("read_on", POSITIONS),
    change("list_stopped"),
    change("list_failed", st.just("The disk is full.")),
    change("highlight", st.none() | st.integers(1, 9)),
    change("with_new_marks"),
    change("ready"),
    change("with_size", st.integers(1, 200)),
    change("choose_panes", st.builds(PaneChoice, is_zoomed=st.booleans())),
    change("with_focus", st.sampled_from(["list", "filter"])),
    change("open_filter"),
    change("close_filter"),
    change("put", st.just(DETAIL), st.none() | st.just(READING)),
    change("put", st.just(PAGE), st.just(READING)),
    st.just(close_page),
    st.just(ask_for_date),
    change("put", st.just(DATE), st.none()),
    change("step_back"),
    st.builds(lambda text: lambda state: type_query(state, text), TEXTS),
    # Its callers call it only while a query is typed.
    st.builds(lambda text: lambda state: state.keep_query(text) if state.is_typing else state, TEXTS),
    change("drop_query"),
    change("widen_query"),
    change("await_list"),
    change("open_query"),
    change("close_query"),
    change("cancel_query"),
    change("remember_query", st.text("abc", max_size=2)),
    change("search_feed", TEXTS),
    change("search_stopped"),
    change("hold_results", st.builds(results, TEXTS)),
    change("list_results", st.builds(results, TEXTS)),
    change("keep_cursor", st.builds(ListSource, PLACES), POSITIONS),
    change("change_notices", st.sampled_from([Notices.without_news, Notices.without_answer])),
    change("prompt_for", st.builds(Prompt, st.just(()), TEXTS)),
]
SEQUENCES = st.lists(st.one_of(CHANGES), max_size=25)


@given(SEQUENCES, ORDERS, PLACES)
def test_any_sequence_of_changes_keeps_the_state_consistent(
    sequence: list[Change], pks: list[int], place: Place
) -> None:
    state = State()
    for act in sequence:
        before, state = state, act(state)
        assert state.context in CONTEXTS
        assert state.is_typing == (state.draft is not None)
        assert state[PAGE] is not None or state[DATE] is not None or state.is_typing == (state.context == "query")
        assert not (state.is_filter_open and has_filter(shape_at(state.width)))
        assert state.focus in state.shown
        assert len(set(state.history)) == len(state.history) <= MAX_HISTORY
        assert (state[REFRESH].trouble == "") == (state[REFRESH].failing_since is None)
        assert not state[REFRESH].problem or state[REFRESH].trouble
        for number in ("cache_version", "marks_version"):
            assert getattr(state, number) in (getattr(before, number), getattr(before, number) + 1)
        stops = [stop.where for stop in state.trail]
        assert len(set(stops)) == len(stops) <= MAX_HISTORY
        # A list that is read for another place or from other results was asked for.
        if (state.place, state.results) != (before.place, before.results):
            assert state.request is not before.request and state.is_list_coming
    # A list that has come is never waited for.
    state = state.with_list(listing(*pks, place=place))
    assert (state.is_list_coming, state.is_empty, state.listing.version) == (False, not pks, state.cache_version)
    assert state.context != "detail" or pks


@given(SEQUENCES, st.lists(PLACES, max_size=4))
def test_cancelling_a_query_restores_the_state_before_it(sequence: list[Change], typed: list[Place]) -> None:
    before = State()
    for act in sequence:
        before = act(before)
    state = before.open_query()
    for place in typed:
        state = state.go(place)
    after = state.cancel_query()
    assert (after.place, after.results, after.draft, after.focus) == (before.place, before.results, None, "list")
    assert after.trail == before.trail
    assert (after.request is before.request) == (state.request is before.request)


# Selected papers

LIST = (5, 3, 9, 1, 7)


def test_selected_papers_keep_the_order_of_the_list() -> None:
    selection = NOTHING_SELECTED.toggle([9]).toggle([5])
    assert selection.in_order(LIST) == (5, 9)
    assert selection.count == 2
    assert selection.toggle([9]).in_order(LIST) == (5,)
    assert selection.toggle([5, 7]).in_order(LIST) == (5, 9, 7)
    assert selection.toggle([5, 9]) == NOTHING_SELECTED


def test_papers_beyond_the_first_screenful_stay_selected() -> None:
    selection = NOTHING_SELECTED.with_papers(LIST)
    assert selection.in_order(LIST[:2])[:2] == LIST[:2]
    assert sorted(selection.in_order(LIST[:2])) == sorted(LIST)


def test_papers_outside_the_list_stay_selected_but_are_not_targets() -> None:
    selection = NOTHING_SELECTED.with_papers([5, 9])
    narrow = selection.in_list((9, 1))
    assert narrow.in_order((9, 1)) == (9,)
    assert narrow.count == 1
    assert narrow.toggle([1]).in_list(LIST).in_order(LIST) == (5, 9, 1)
    assert NOTHING_SELECTED.in_list(LIST) is NOTHING_SELECTED
