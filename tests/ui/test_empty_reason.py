"""Why the list is empty: each view with and without a query, worked out from states. No terminal."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.window import DayCount, Order
from reader.session.places import Place, view
from reader.ui.counts import Counts
from reader.ui.empty_reason import empty_reason, suggested_text
from reader.ui.feed_results import FeedResults
from reader.ui.state import State
from reader.ui.state_parts import TOP, CacheFacts, ListContent
from reader.ui.text.empty_lines import (
    AllHidden,
    AllRead,
    DayEmpty,
    EmptyReason,
    Fetching,
    FetchingPlace,
    NoPapers,
    NotHere,
    NothingFound,
    NothingMatches,
    NothingRisen,
    NothingStarred,
    NotRanked,
    empty_state,
)

TODAY = date(2026, 5, 12)
"""A Tuesday."""

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
TOPICS = {"agents": "Agents & tools", "robotics": "Robotics", "video": "Video generation"}
DAYS = (
    DayCount("2026-05-12", 14, 0),
    DayCount("2026-05-11", 16, 0),
    DayCount("2026-05-08", 14, 3),
    DayCount("2026-04-30", 16, 16),
)
KNOWN = CacheFacts("2026-05-12")


def counts(*, unread: int = 0, base: int = 60, anywhere: int = 0) -> Counts:
    return Counts((14, unread, 0, 60, 0, 0), DAYS, (), base, anywhere)


def empty(view_id: str, text: str = "", facts: CacheFacts = KNOWN, counted: Counts | None = None) -> State:
    """A state that lists nothing in a place, counted unless `counted` is None for a count still to come."""
    place = Place(view(view_id), text)
    listing = ListContent(place, Order(array("q")), facts=facts)
    return State(place=place, listing=listing, counts=counted, topic_names=TOPICS)


VIEWS = ("today", "unread", "starred", "all", "trending", "second", "day:2026-05-09", "week:2026-W19", "month:2026-03")


# A cache without papers


@pytest.mark.parametrize("view_id", VIEWS)
@pytest.mark.parametrize("text", ["", "robot", "is:unread"])
def test_a_cache_without_papers_is_the_reason_wherever_one_is(view_id: str, text: str) -> None:
    state = empty(view_id, text, CacheFacts(None, has_papers=False))
    assert empty_reason(state, TODAY) == NoPapers()
    offline = state.refresh_failed("The feed did not answer.", "offline", NOW)
    assert empty_reason(offline, TODAY) == NoPapers("The feed did not answer.")
    again = offline.refresh_started(view_id).refresh_progressed("day 3 of 7")
    assert empty_reason(again, TODAY) == Fetching("day 3 of 7")


def test_papers_that_no_day_lists_are_papers() -> None:
    state = empty("today", facts=CacheFacts(None, has_papers=True, is_day_known=False))
    assert isinstance(empty_reason(state, TODAY), DayEmpty)


# The feed's answers


def test_what_the_feed_does_not_find_is_named_before_anything_else() -> None:
    results = FeedResults("perpetual motion", [], find=lambda id: None, store=lambda listings: None)
    state = empty("unread", "robot", CacheFacts(None, has_papers=False)).list_results(results, TOP)
    state = state.listed(ListContent(state.place, results.order, results))
    assert empty_reason(state, TODAY) == NothingFound("perpetual motion")


# A paper by its id


@pytest.mark.parametrize("view_id", VIEWS)
def test_a_paper_that_is_not_here_is_named_in_every_view(view_id: str) -> None:
    state = empty(view_id, "2406.12345", KNOWN._replace(missing_id="2406.12345"), counts(anywhere=0))
    assert state.place.paper_id == "2406.12345"
    assert empty_reason(state, TODAY) == NotHere("2406.12345")


def test_a_paper_that_is_elsewhere_is_a_query_that_matches_there() -> None:
    state = empty("starred", "2605.00400", counted=counts(anywhere=1))
    assert empty_reason(state, TODAY) == NothingMatches("2605.00400", wider=("the view Starred", 1))


# Without a query


def test_nothing_is_unread_or_starred() -> None:
    assert empty_reason(empty("unread", counted=counts(anywhere=60)), TODAY) == AllRead(60, "what is here")
    assert empty_reason(empty("unread", counted=counts(anywhere=0)), TODAY) == AllHidden()
    assert empty_reason(empty("unread"), TODAY) == AllRead(0, "what is here")
    assert empty_reason(empty("starred", counted=counts()), TODAY) == NothingStarred()


def test_a_view_of_all_days_says_nothing_of_one_day() -> None:
    assert empty_reason(empty("second", counted=counts()), TODAY) == NothingRisen()
    assert empty_reason(empty("all", counted=counts()), TODAY) == AllHidden()


def test_the_feeds_ranking_was_not_read_or_could_not_be() -> None:
    state = empty("trending", counted=counts())
    assert empty_reason(state, TODAY) == NotRanked()
    assert empty_reason(state.refresh_failed("No network.", "offline", NOW), TODAY) == NotRanked("No network.")
    assert empty_reason(state.refresh_started("trending"), TODAY) == FetchingPlace("Trending", "starting")
    assert empty_reason(state.refresh_started(), TODAY) == NotRanked()


@pytest.mark.parametrize(
    ("view_id", "reason"),
    [
        (
            "today",
            DayEmpty("Tue 12", older=("Mon 11", 16), newer=None),
        ),
        (
            "day:2026-05-09",
            DayEmpty("Sat  9", weekend=True, older=("Fri  8", 14), newer=("Mon 11", 16)),
        ),
        (
            "day:2026-05-05",
            DayEmpty("Tue  5", older=("Thu 30", 16), newer=("Fri  8", 14)),
        ),
        (
            "day:2025-12-24",
            DayEmpty("Wed 24 Dec 2025", older=None, newer=("Thu 30", 16)),
        ),
        (
            "week:2026-W19",
            DayEmpty("Week 19, 4 to 10 May 2026", older=("Thu 30", 16), newer=("Mon 11", 16), preposition="in"),
        ),
        (
            "month:2026-03",
            DayEmpty("March 2026", older=None, newer=("Thu 30", 16), preposition="in"),
        ),
    ],
)
def test_a_period_without_papers_names_the_nearest_days_that_have_some(view_id: str, reason: DayEmpty) -> None:
    state = empty(view_id, counted=counts())
    assert empty_reason(state, TODAY) == reason
    uncounted = replace(state, counts=None)
    assert empty_reason(uncounted, TODAY) == replace(reason, older=None, newer=None)
    assert empty_reason(state, TODAY, demo=True) == reason


@pytest.mark.parametrize("view_id", ["day:2026-05-05", "week:2026-W19", "month:2026-03"])
def test_a_period_that_was_not_asked_for_says_why_or_that_it_is_being_fetched(view_id: str) -> None:
    state = empty(view_id, facts=KNOWN._replace(is_day_known=False), counted=counts())
    unasked = empty_reason(state, TODAY)
    assert isinstance(unasked, DayEmpty) and (unasked.asked, unasked.reason) == (False, "")
    offline = empty_reason(state.refresh_failed("No network.", "offline", NOW), TODAY)
    assert isinstance(offline, DayEmpty) and (offline.asked, offline.reason) == (False, "No network.")
    fetching = state.refresh_started(view_id).refresh_progressed("day 3 of 7")
    assert empty_reason(fetching, TODAY) == FetchingPlace(view(view_id).name, "day 3 of 7")
    assert empty_reason(state.refresh_started("day:2026-05-04"), TODAY) == unasked
    assert empty_reason(fetching.refresh_ended(is_idle=True, last=NOW), TODAY) == unasked


# Hidden papers


@pytest.mark.parametrize(
    ("view_id", "reason"),
    [
        ("today", AllHidden("papers of today", older=("Mon 11", 16))),
        ("day:2026-05-11", AllHidden("papers of Mon 11", older=("Fri  8", 14), newer=("Tue 12", 14))),
        ("week:2026-W18", AllHidden("papers of Week 18, 27 Apr to 3 May 2026", None, ("Fri  8", 14))),
        ("month:2026-05", AllHidden("papers of May 2026", older=("Thu 30", 16))),
        ("starred", AllHidden("starred papers")),
        ("trending", AllHidden("trending papers")),
        ("all", AllHidden("papers")),
    ],
)
def test_papers_that_are_all_hidden_are_not_missing(view_id: str, reason: AllHidden) -> None:
    state = empty(view_id, facts=KNOWN._replace(are_hidden=True), counted=counts())
    assert empty_reason(state, TODAY) == reason
    assert empty_reason(replace(state, counts=None), TODAY) == replace(reason, older=None, newer=None)
    assert empty_reason(state.refresh_started(view_id), TODAY) == reason


def test_the_hidden_papers_of_today_are_those_of_the_newest_day() -> None:
    state = empty("today", facts=CacheFacts("2026-05-11", are_hidden=True), counted=counts())
    assert empty_reason(state, TODAY) == AllHidden("papers of today", ("Fri  8", 14), ("Tue 12", 14))


# With a query


@pytest.mark.parametrize("view_id", VIEWS)
def test_a_query_that_matches_nothing_is_named_with_where_it_would(view_id: str) -> None:
    state = empty(view_id, "robot", counted=counts(anywhere=7))
    wider = (f"the view {view(view_id).name}", 7)
    assert empty_reason(state, TODAY) == NothingMatches("robot", wider=wider, is_searchable=True)
    assert empty_reason(state, TODAY, demo=True) == NothingMatches("robot", wider=wider)
    nowhere = empty(view_id, "robot", counted=counts())
    assert empty_reason(nowhere, TODAY) == NothingMatches("robot", is_searchable=True)
    assert empty_reason(empty(view_id, "robot"), TODAY) == NothingMatches("robot", is_searchable=True)


@pytest.mark.parametrize("text", ["upvotes:>500", "topic:agents is:starred", "-robot", "since:7d"])
def test_the_feed_is_searched_for_words_alone(text: str) -> None:
    assert empty_reason(empty("all", text, counted=counts()), TODAY) == NothingMatches(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("topic:agent", "topic:agents"),
        ("-topic:vidoe hands", "-topic:video hands"),
        ("(topic:agents OR topic:robotic) is:unread", "(topic:agents OR topic:robotics) is:unread"),
    ],
)
def test_a_misspelt_topic_is_what_is_wrong(text: str, meant: str) -> None:
    state = empty("today", text, counted=counts(anywhere=3))
    assert empty_reason(state, TODAY) == NothingMatches(text, meant)
    assert suggested_text(state.place, TOPICS) == meant
    unnamed = replace(state, topic_names={})
    assert isinstance(reason := empty_reason(unnamed, TODAY), NothingMatches) and reason.suggestion is None


@pytest.mark.parametrize("text", ["topic:agents", "robot", "", "topic:zzzzzzzzzzzz"])
def test_nothing_is_suggested_where_nothing_is_near(text: str) -> None:
    assert suggested_text(Place(view("all"), text), TOPICS) is None


# What is unread


def test_all_of_a_day_read_names_where_to_go_on() -> None:
    today = empty("today", "is:unread", counted=counts(unread=19, base=14))
    assert empty_reason(today, TODAY) == AllRead(14, "today", ("Fri  8", 3), 19)
    monday = empty("day:2026-05-11", "is:unread", counted=counts(unread=19, base=16))
    assert empty_reason(monday, TODAY) == AllRead(16, "Mon 11", ("Fri  8", 3), 19)
    last = empty("day:2026-04-30", "is:unread", counted=counts(unread=3, base=16))
    assert empty_reason(last, TODAY) == AllRead(16, "Thu 30 Apr", None, 3)


def test_today_is_the_newest_day_that_has_papers() -> None:
    state = empty("today", "is:unread", KNOWN._replace(newest_day="2026-05-08"), counts(unread=16, base=14))
    assert empty_reason(state, TODAY) == AllRead(14, "today", ("Thu 30 Apr", 16), 16)


@pytest.mark.parametrize(
    ("view_id", "place"),
    [("week:2026-W20", "Week 20, 11 to 17 May 2026"), ("month:2026-05", "May 2026"), ("all", "what is here"),
     ("trending", "what is here")],
)  # fmt: skip
def test_all_of_a_longer_time_read_names_it(view_id: str, place: str) -> None:
    state = empty(view_id, "is:unread", counted=counts(unread=16, base=30))
    assert empty_reason(state, TODAY) == AllRead(30, place, elsewhere=16)


def test_unread_papers_are_not_missed_where_there_are_none_at_all() -> None:
    nothing = empty("day:2026-05-09", "is:unread", counted=counts(base=0))
    assert empty_reason(nothing, TODAY) == NothingMatches("is:unread")
    uncounted = empty("today", "is:unread")
    assert empty_reason(uncounted, TODAY) == NothingMatches("is:unread")
    more = empty("today", "is:unread robot", counted=counts(base=14))
    assert empty_reason(more, TODAY) == NothingMatches("is:unread robot", is_searchable=True)


# Whatever the state


@given(
    st.sampled_from(VIEWS),
    st.sampled_from(["", "robot", "is:unread", "topic:agent", "2406.12345", "sort:title"]),
    st.builds(CacheFacts, st.sampled_from([None, "2026-05-08", "2026-05-12"]), st.booleans(),
              st.sampled_from([None, "2406.12345"]), st.booleans(), st.booleans()),
    st.none() | st.builds(counts, unread=st.integers(0, 60), base=st.integers(0, 60), anywhere=st.integers(0, 60)),
    st.none() | st.sampled_from(VIEWS),
    st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_every_empty_list_has_a_reason_that_can_be_drawn(
    view_id: str,
    text: str,
    facts: CacheFacts,
    counted: Counts | None,
    refreshing: str | None,
    is_offline: bool,
    is_demo: bool,
) -> None:
    state = empty(view_id, text, facts, counted)
    if is_offline:
        state = state.refresh_failed("No network.", "offline", NOW)
    if refreshing is not None:
        state = state.refresh_started(refreshing)
    reason: EmptyReason = empty_reason(state, TODAY, demo=is_demo)
    lines = empty_state(reason)
    assert 1 <= len(lines) <= 3
    assert all(piece.text for line in lines for piece in line)
    if isinstance(reason, NothingMatches):
        assert reason.query == text and not (is_demo and reason.is_searchable)
    if isinstance(reason, NoPapers | Fetching):
        assert facts.newest_day is None and not facts.has_papers
        assert isinstance(reason, Fetching) == (refreshing is not None)
