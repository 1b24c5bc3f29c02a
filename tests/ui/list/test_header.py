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
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.papers import draft
from tests.ui.states import COUNTS, NOW, at, listing

NOT_YET = Condition("", "fresh")


def found() -> FeedResults:
    listings = [FeedListing("2026-05-11", (draft(999, "Weather Without Physics, Revisited"),))]
    return FeedResults("weather", listings, find=lambda id: None, store=lambda listings: None)


@each(
    ("view_id", "name"),
    [
        ("latest", "Latest"),
        ("starred", "Starred"),
        ("changed", "Changed"),
        ("day:2026-05-11", "Mon 11 May"),
        ("day:2025-05-12", "Mon 12 May 2025"),
        ("week:2026-W20", "Week 20"),
        ("week:2025-W20", "Week 20 2025"),
        ("month:2026-05", "May 2026"),
        ("month:2025-05", "May 2025"),
        ("trending", "Trending"),
    ],
)
def test_a_place_is_named_in_few_words(view_id: str, name: str) -> None:
    assert listing(view_id).place_name(NOW, "·") == name


@each(
    ("ranked_at", "name"),
    [("2026-05-12T07:30:00Z", "Trending · 07:30"), ("2026-05-03T07:30:00+00:00", "Trending · 3 May")],
)
def test_a_ranking_is_named_with_the_time_at_which_it_was_read(ranked_at: str, name: str) -> None:
    assert replace(listing("trending"), ranked_at=ranked_at).place_name(NOW, "·") == name


@each(
    ("newest", "name"),
    [("2026-05-12", "Latest · Tue 12 May"), ("2025-12-31", "Latest · Wed 31 Dec 2025"), (None, "Latest")],
)
def test_today_says_so_when_the_newest_day_is_an_earlier_one(newest: str | None, name: str) -> None:
    assert replace(listing("latest"), facts=CacheFacts(newest)).place_name(NOW, "·") == name
    assert replace(listing("all"), facts=CacheFacts(newest)).place_name(NOW, "·") == "All"


def test_the_header_counts_what_a_query_leaves_of_the_view() -> None:
    assert header(at("all", "robot"), NOW, "·") == Header("All", "robot", 3, 60, condition=NOT_YET)
    assert header(at("all"), NOW, "·") == Header("All", "", 3, condition=NOT_YET)
    assert header(at("all", "robot", complete=False), NOW, "·") == Header("All", "robot", None, 60, condition=NOT_YET)
    assert header(at("all").put(COUNTED, None), NOW, "·") == Header("All", "", 3, condition=NOT_YET)


def test_the_header_says_which_words_were_taken_for_others() -> None:
    state = State(listing=ListContent(Place(view("all"), "difusion"), Order(array("q", [3]), near=1)))
    assert header(state, NOW, "·").query == "difusion"
    fit = Fit(3, "difusion", found_by=FoundBy(("diffusion",), 1, (), (("difusion", "diffusion"),)))
    assert header(state.put(FIT, fit), NOW, "·").query == "difusion  (searched for diffusion)"
    assert header(state.put(FIT, fit._replace(text="other")), NOW, "·").query == "difusion"


def test_the_header_shows_no_number_until_it_knows_all_that_belongs_to_it() -> None:
    for place in (at("all", "robot"), at("latest"), at("day:2026-05-11")):
        assert header(place, NOW, "·").shown == 3
        assert header(place.put(COUNTED, None), NOW, "·").shown is None


def test_the_header_names_what_is_listed_while_another_list_is_coming() -> None:
    assert header(at("all", "robot").go(Place(view("starred"))), NOW, "·").place == "All"


def test_the_header_of_the_feeds_answers_has_their_words_and_no_total() -> None:
    state = at("all", "robot").list_results(results := found())
    state = state.listed(ListContent(state.place, results.order, results))
    assert header(state, NOW, "·") == Header("From the feed", "weather", 1, condition=NOT_YET)


@each(
    ("ago", "clock"), [(timedelta(minutes=30), "07:44"), (timedelta(hours=9), "11 May"), (timedelta(days=40), "2 Apr")]
)
def test_the_header_says_when_the_feed_was_last_read(ago: timedelta, clock: str) -> None:
    assert header(at("latest").put(REFRESH, RefreshStatus(last=NOW - ago)), NOW, "·").condition == Condition(
        clock, "fresh"
    )


def test_the_header_says_of_which_category_papers_are_missing() -> None:
    short = ("cs.CL", Coverage("2026-05-11", 14, 8, 2, ("list", "rss")))
    whole = ("cs.CV", Coverage("2026-05-11", 20, 20, 2, ("list", "rss")))
    unsure = ("cs.LG", Coverage("2026-05-11", 3, 3, 0, ("rss",)))
    said = []
    for covered in ((whole, unsure), (short, whole), (short, ("cs.AI", short[1]))):
        state = at("latest").put(REFRESH, RefreshStatus(last=NOW - timedelta(minutes=30)))
        counts = COUNTS._replace(days=(DayCount("2026-05-11", 40, 30, covered=covered),))
        said.append(header(state.put(COUNTED, counts), NOW, "·").condition.text)
    assert said == ["07:44", "07:44 · cs.CL 8 of 14", "07:44 · cs.CL 8 of 14 +1"]


def test_the_header_says_what_is_under_way() -> None:
    assert header(at("latest"), NOW, "·").condition == Condition("", "fresh")
    refreshing = at("latest").put(REFRESH, RefreshStatus().started()._replace(progress="day 3 of 7"))
    assert header(refreshing, NOW, "·").condition == Condition("day 3 of 7", "busy")
    searching = refreshing.search_feed("gloves")
    assert header(searching, NOW, "·").condition == Condition("day 3 of 7", "busy")
    slow = searching.search_progressed("searching the feed")
    assert header(slow, NOW, "·").condition == Condition("searching the feed", "busy")
    marking = slow.busy_with("marking 2 of 9")
    assert header(marking, NOW, "·").condition == Condition("marking 2 of 9", "busy")


def test_the_header_says_what_lasts() -> None:
    since = NOW.astimezone() - timedelta(minutes=30)
    offline = at("latest").put(REFRESH, RefreshStatus().failed("No network.", "offline", since))
    assert header(offline, NOW, "·").condition == Condition("offline 07:44", "trouble")
    assert header(offline.put(TEXTS_AHEAD, "text 1 of 2"), NOW, "·").condition == Condition("offline 07:44", "trouble")
    fetching = at("latest").put(TEXTS_AHEAD, "text 1 of 2")
    assert header(fetching, NOW, "·").condition == Condition("text 1 of 2", "plain")
    silent = at("latest").put(REFRESH, RefreshStatus(trouble="2 feeds silent", failing_since=since - timedelta(days=2)))
    assert header(silent, NOW, "·").condition == Condition("2 feeds silent 10 May", "trouble")
    unjoined = join_failed(join_failed(at("latest"), "sync fails", since), "group fails", since)
    unjoined = join_failed(unjoined, "sync fails", NOW)
    assert header(unjoined, NOW, "·").condition == Condition("sync fails 07:44", "trouble")
    assert header(joined(unjoined, "sync fails"), NOW, "·").condition == Condition("group fails 07:44", "trouble")
    assert not joined(joined(unjoined, "sync fails"), "group fails")[UNJOINED]
    assert header(replace(silent, mode="sample"), NOW, "·").condition == Condition("sample", "plain")


def test_the_header_counts_what_is_read_of_a_day() -> None:
    assert header(at("latest"), NOW, "·").read == 0
    assert header(at("day:2026-05-11"), NOW, "·").read == 16
    assert header(at("day:2026-05-11", "robot"), NOW, "·").read == 16
    assert header(at("day:2026-05-10"), NOW, "·").read is None
    assert header(at("all"), NOW, "·").read is None
    assert header(at("latest").put(COUNTED, None), NOW, "·").read is None


def test_a_newest_day_whose_papers_are_all_hidden_has_no_progress() -> None:
    hidden = ListContent(Place(), Order(array("q")), facts=CacheFacts("2026-05-13", are_hidden=True))
    state = State(listing=hidden).put(COUNTED, COUNTS)
    assert header(state, NOW, "·").read is None
    shown = State(listing=ListContent(Place(), Order(array("q", (1,))))).put(COUNTED, COUNTS)
    assert header(shown, NOW, "·").read == 0


async def test_the_title_counts_what_is_unread_in_view(reader: Opener) -> None:
    async with reader() as r:
        listed = len(r.ids)

        def title() -> str:
            return window_title(r.app.state, NOW)

        unread = listed - sum(r.row(index).read for index in range(listed))
        await r.do("view.latest")
        assert title() == f"dailypapers · Latest · Tue 12 May · {unread} unread"
        await r.do("paper.read")
        await r.until(lambda: title() == f"dailypapers · Latest · Tue 12 May · {unread - 1} unread")
        await r.do("view.starred")
        assert title() == "dailypapers · Starred"
        await r.do("view.unread")
        assert title() == f"dailypapers · Unread · {len(r.ids)} unread"


def test_a_title_is_short_and_clean() -> None:
    hostile = View("saved", "a \x1b]0;OWNED\x07 \x9d0;x\x9c \u202e\n" + "long " * 40, "")
    state = replace(State(), listing=ListContent(Place(hostile)))
    title = window_title(state, NOW)
    assert title.startswith("dailypapers · a ")
    assert title.isprintable()
    assert len(title) <= LONGEST


def test_nothing_is_counted_before_the_counts_are_there() -> None:
    state = replace(State(), listing=ListContent(Place(view("latest"))))
    assert window_title(state, NOW) == "dailypapers · Latest"


def test_what_is_shown_changes_only_with_its_parts() -> None:
    state = at("all", "robot")
    for after in (
        state.highlight(2),
        state.marked(),
        state.change_notices(lambda notices: notices.answered("41 read")),
        state.open_query(),
        state.remember_query("robot"),
    ):
        assert header_parts(after) == header_parts(state)
        assert filter_parts(after) == filter_parts(state)
        assert strip_parts(after) == strip_parts(state)
    assert header_parts(state.put(REFRESH, RefreshStatus().started())) != header_parts(state)
    assert header_parts(state.search_feed("x").search_progressed("x")) != header_parts(state)
    assert filter_parts(state.put(TOPIC_MEANINGS, {"agents": "Models that act."})) != filter_parts(state)
