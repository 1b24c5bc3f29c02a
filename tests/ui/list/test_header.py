"""What the first line and the title say, worked out from states. No terminal."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

from reader.cache.coverage import Coverage
from reader.cache.reads.orders import Order
from reader.cache.reads.window import DayCount
from reader.core.paper import Listing as FeedListing
from reader.core.similarity import Fit, FoundBy
from reader.core.views import View
from reader.session.places import Place, view
from reader.ui.filter.state import COUNTED, TOPIC_MEANINGS, filter_parts, strip_parts
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.kit.header_line import Condition, Header
from reader.ui.library.feed_results import FeedResults
from reader.ui.list.header import LONGEST, header, header_parts, window_title
from reader.ui.page.state import FIT
from reader.ui.refresh.state import REFRESH, UNJOINED, RefreshStatus, join_failed, joined
from reader.ui.shell.listing import CacheFacts, ListContent
from reader.ui.shell.state import State
from reader.ui.triage.state import TRIAGE, Triage
from tests.table import each
from tests.ui.papers import draft
from tests.ui.states import COUNTS, NOW, at, listing

NOT_YET = Condition("", "fresh")


@each(
    ("listed", "name"),
    [
        (listing("latest"), "Latest"),
        (listing("starred"), "Starred"),
        (listing("day:2026-05-11"), "Mon 11 May"),
        (listing("day:2025-05-12"), "Mon 12 May 2025"),
        (listing("week:2026-W20"), "Week 20"),
        (listing("week:2025-W20"), "Week 20 2025"),
        (listing("month:2026-05"), "May 2026"),
        (listing("month:2025-05"), "May 2025"),
        (listing("trending"), "Trending"),
        (replace(listing("trending"), ranked_at="2026-05-12T07:30:00Z"), "Trending · 07:30"),
        (replace(listing("trending"), ranked_at="2026-05-03T07:30:00+00:00"), "Trending · 3 May"),
        (replace(listing("latest"), facts=CacheFacts("2026-05-12")), "Latest · Tue 12 May"),
        (replace(listing("latest"), facts=CacheFacts("2025-12-31")), "Latest · Wed 31 Dec 2025"),
        (replace(listing("all"), facts=CacheFacts("2026-05-12")), "All"),
    ],
)
def test_a_place_is_named_in_few_words(listed: ListContent, name: str) -> None:
    assert listed.place_name(NOW, "·") == name


def found() -> State:
    """A list of what the feed found."""
    listings = [FeedListing("2026-05-11", (draft(999, "Weather Without Physics, Revisited"),))]
    results = FeedResults("weather", listings, find=lambda id: None, store=lambda listings: None)
    state = at("all", "robot").list_results(results)
    return state.listed(ListContent(state.place, results.order, results))


def latest(*, are_hidden: bool) -> State:
    """The newest day: one that is counted, or a later one whose papers are all hidden."""
    facts = CacheFacts("2026-05-13", are_hidden=True) if are_hidden else CacheFacts()
    listed = ListContent(Place(), Order(array("q", () if are_hidden else (1,))), facts=facts)
    return State(listing=listed).put(COUNTED, COUNTS)


@each(
    ("state", "shown"),
    [
        (at("all", "robot"), Header("All", "robot", 3, 60)),
        (at("all"), Header("All", "", 3)),
        (at("all", "robot", complete=False), Header("All", "robot", None, 60)),
        # No number is shown until all are known that belong to it.
        (at("all").put(COUNTED, None), Header("All", "", 3)),
        (at("all", "robot").put(COUNTED, None), Header("All", "robot")),
        (at("latest").put(COUNTED, None), Header("Latest")),
        (at("day:2026-05-11").put(COUNTED, None), Header("Mon 11 May")),
        (at("latest"), Header("Latest", "", 3, read=0)),
        (at("day:2026-05-11"), Header("Mon 11 May", "", 3, read=16)),
        (at("day:2026-05-11", papers=20), Header("Mon 11 May", "", 16, read=16)),
        (at("day:2026-05-11", "robot", 20), Header("Mon 11 May", "robot", 20, 60, 16)),
        (at("day:2026-05-10"), Header("Sun 10 May", "", 3)),
        (latest(are_hidden=True), Header("Latest · Wed 13 May", "", 0)),
        (latest(are_hidden=False), Header("Latest", "", 1, read=0)),
        # It names what is listed while another list is coming.
        (at("all", "robot").go(Place(view("starred"))), Header("All", "robot", 3, 60)),
        (found(), Header("From the feed", "weather", 1)),
    ],
)
def test_the_header_has_the_place_the_query_and_the_numbers(state: State, shown: Header) -> None:
    assert header(state, NOW, "·") == shown._replace(condition=NOT_YET)


def test_the_header_says_which_words_were_taken_for_others() -> None:
    state = State(listing=ListContent(Place(view("all"), "difusion"), Order(array("q", [3]), near=1)))
    fit = Fit(3, "difusion", found_by=FoundBy(("diffusion",), 1, (), (("difusion", "diffusion"),)))
    asked = state, state.put(FIT, fit), state.put(FIT, fit._replace(text="other"))
    shown = [header(one, NOW, "·").query for one in asked]
    assert shown == ["difusion", "difusion  (searched for diffusion)", "difusion"]


def read(ago: timedelta) -> State:
    return at("latest").put(REFRESH, RefreshStatus(last=NOW - ago))


def missing(*covered: tuple[str, Coverage]) -> State:
    counts = COUNTS._replace(days=(DayCount("2026-05-11", 40, 30, covered=covered),))
    return read(timedelta(minutes=30)).put(COUNTED, counts)


SHORT = Coverage("2026-05-11", 14, 8, 2, ("list", "rss"))
WHOLE = "cs.CV", Coverage("2026-05-11", 20, 20, 2, ("list", "rss"))
UNSURE = "cs.LG", Coverage("2026-05-11", 3, 3, 0, ("rss",))
SINCE = NOW.astimezone() - timedelta(minutes=30)

REFRESHING = at("latest").put(REFRESH, RefreshStatus().started()._replace(progress="day 3 of 7"))
SEARCHING = REFRESHING.search_feed("gloves")
SLOW = SEARCHING.search_progressed("searching the feed")
FETCHING = at("latest").put(TEXTS_AHEAD, "text 1 of 2")
OFFLINE = FETCHING.put(REFRESH, RefreshStatus().failed("No network.", "offline", SINCE))
SILENT = at("latest").put(REFRESH, RefreshStatus(trouble="2 feeds silent", failing_since=SINCE - timedelta(days=2)))
UNJOINED_SINCE = join_failed(FETCHING, "sync fails", SINCE)


@each(
    ("state", "condition"),
    [
        (read(timedelta(minutes=30)), Condition("07:44", "fresh")),
        (read(timedelta(hours=9)), Condition("11 May", "fresh")),
        (read(timedelta(days=40)), Condition("2 Apr", "fresh")),
        (missing(WHOLE, UNSURE), Condition("07:44", "fresh")),
        (missing(("cs.CL", SHORT), WHOLE), Condition("07:44 · cs.CL 8 of 14", "fresh")),
        (missing(("cs.CL", SHORT), ("cs.AI", SHORT)), Condition("07:44 · cs.CL 8 of 14 +1", "fresh")),
        (REFRESHING, Condition("day 3 of 7", "busy")),
        (SEARCHING, Condition("day 3 of 7", "busy")),
        (SLOW, Condition("searching the feed", "busy")),
        (SLOW.busy_with("marking 2 of 9"), Condition("marking 2 of 9", "busy")),
        (FETCHING, Condition("text 1 of 2", "plain")),
        (OFFLINE, Condition("offline 07:44", "trouble")),
        (SILENT, Condition("2 feeds silent 10 May", "trouble")),
        (replace(SILENT, mode="sample"), Condition("sample", "plain")),
        (join_failed(UNJOINED_SINCE, "sync fails", NOW), Condition("sync fails 07:44", "trouble")),
        (OFFLINE.put(TRIAGE, Triage(Place(), 900).came(NOW, 3).leave()), Condition("triage: 15 min left")),
        (OFFLINE.put(TRIAGE, Triage(Place(), 900).came(NOW, 3)), Condition("offline 07:44", "trouble")),
    ],
)
def test_the_header_says_what_is_under_way_and_what_lasts(state: State, condition: Condition) -> None:
    assert header(state, NOW, "·").condition == condition


def test_what_is_joined_again_is_no_trouble() -> None:
    assert not joined(UNJOINED_SINCE, "sync fails")[UNJOINED]


@each(
    ("state", "title"),
    [
        (at("latest"), "Latest · 14 unread"),
        (at("day:2026-05-11"), "Mon 11 May · 0 unread"),
        (at("day:2026-05-10"), "Sun 10 May"),
        (at("unread"), "Unread · 57 unread"),
        (at("all"), "All · 57 unread"),
        (at("starred"), "Starred"),
        (at("latest").put(COUNTED, None), "Latest"),
        (found(), "From the feed"),
    ],
)
def test_the_title_counts_what_is_unread_in_view(state: State, title: str) -> None:
    assert window_title(state, NOW) == f"dailypapers · {title}"


def test_a_title_is_short_and_clean() -> None:
    hostile = View("saved", "a \x1b]0;OWNED\x07 \x9d0;x\x9c \u202e\n" + "long " * 40, "")
    title = window_title(State(listing=ListContent(Place(hostile))), NOW)
    assert title.startswith("dailypapers · a ") and title.isprintable() and len(title) <= LONGEST


def test_what_is_shown_changes_only_with_its_parts() -> None:
    state = at("all", "robot")
    for after in (
        state.highlight(2),
        state.marked(),
        state.change_notices(lambda notices: notices.answered("41 read")),
        state.open_query(),
        state.remember_query("robot"),
    ):
        for parts in (header_parts, filter_parts, strip_parts):
            assert parts(after) == parts(state)
    assert header_parts(state.put(COUNTED, None)) != header_parts(state) == header_parts(state.put(FIT, None))
    assert header_parts(state.put(REFRESH, RefreshStatus().started())) != header_parts(state)
    assert header_parts(state.search_feed("x").search_progressed("x")) != header_parts(state)
    assert filter_parts(state.put(TOPIC_MEANINGS, {"agents": "Models that act."})) != filter_parts(state)
