"""What the header, the strip, the filter pane and the last line show, worked out from states. No terminal."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest

from reader.cache.history import STILL
from reader.cache.reads.orders import Order
from reader.cache.reads.window import DayCount, TopicCount
from reader.core.paper import Listing as FeedListing
from reader.core.similarity import FoundBy
from reader.core.topics.trends import Trend
from reader.keys.actions import CONTEXTS, FOOTERS, Context
from reader.keys.keymap import Keymap
from reader.refresh.pictures import Canvas
from reader.session.places import VIEWS, Place, View, triage_place, view
from reader.ui.calendar.state import CalendarRequest, open_calendar
from reader.ui.command_line.state import COMMAND, TypedCommand
from reader.ui.filter.rows import DayItem, FilterData, TopicItem, ViewItem
from reader.ui.filter.state import COUNTED, HINT, TOPIC_FACTS, TOPIC_MEANINGS, TOPIC_NAMES
from reader.ui.filter.strip_line import Strip
from reader.ui.full_text.outline import Outline
from reader.ui.full_text.state import TEXT, TEXTS_AHEAD, view_text
from reader.ui.full_text.text import FullText
from reader.ui.full_text.view import Size, TextView
from reader.ui.library.counting import Counts, TopicFacts
from reader.ui.library.feed_results import FeedResults
from reader.ui.notes.state import NOTING, TAGGING, Noting, Tagging
from reader.ui.page.fit_lines import Fit
from reader.ui.page.state import FIT, PAGE, Reading
from reader.ui.pictures.pictures import Picture, Pictures
from reader.ui.pictures.state import PICTURES
from reader.ui.refresh.state import REFRESH, UNJOINED, RefreshStatus, join_failed, joined
from reader.ui.shell.header_line import Condition, Header
from reader.ui.shell.listing import TOP, CacheFacts, ListContent
from reader.ui.shell.notices import Prompt
from reader.ui.shell.state import State
from reader.ui.shell.status_lines import Status, status_lines
from reader.ui.triage.state import TRIAGE, begin_triage
from reader.ui.view_models import (
    LONGEST,
    filter_data,
    filter_parts,
    header,
    header_parts,
    hints,
    link_keys,
    place_name,
    status,
    status_parts,
    strip_data,
    strip_parts,
    window_title,
)
from tests.ui.conftest import Opener
from tests.ui.full_texts import document
from tests.ui.papers import draft
from tests.ui.stage import paper

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
KEYMAP = Keymap()
NOT_YET = Condition("", "fresh")
NAMES = {"agents": "Agents & tools", "video": "Video generation", "robotics": "Robotics"}
COUNTS = Counts(
    views=(14, 40, 6, 57, 4, 3, 60, 0, 2, 0, 0, 0),
    days=(DayCount("2026-05-12", 14, 14), DayCount("2026-05-11", 16, 0)),
    topics=(
        TopicCount("agents", "Agents & tools", "Agents", 8),
        TopicCount("video", "Video generation", "Vision", 0),
    ),
    base=60,
    anywhere=7,
)


def listing(view_id: str, text: str = "", papers: int = 3, *, complete: bool = True) -> ListContent:
    return ListContent(Place(view(view_id), text), Order(array("q", range(papers)), complete=complete))


def at(view_id: str, text: str = "", papers: int = 3, *, complete: bool = True) -> State:
    """A state whose place is listed, and counted."""
    here = listing(view_id, text, papers, complete=complete)
    return State(place=here.place, listing=here, parts={COUNTED: COUNTS, TOPIC_NAMES: NAMES})


def found() -> FeedResults:
    listings = [FeedListing("2026-05-11", (draft(999, "Weather Without Physics, Revisited"),))]
    return FeedResults("weather", listings, find=lambda id: None, store=lambda listings: None)


# The header


@pytest.mark.parametrize(
    ("view_id", "name"),
    [
        ("today", "Today"),
        ("starred", "Starred"),
        ("second", "Second look"),
        ("day:2026-05-11", "Mon 11 May"),
        ("week:2026-W20", "Week 20"),
        ("month:2026-05", "May 2026"),
        ("trending", "Trending"),
    ],
)
def test_a_place_is_named_in_few_words(view_id: str, name: str) -> None:
    assert place_name(listing(view_id), NOW, "·") == name


@pytest.mark.parametrize(
    ("ranked_at", "name"),
    [("2026-05-12T07:30:00Z", "Trending · 07:30"), ("2026-05-03T07:30:00+00:00", "Trending · 3 May")],
)
def test_a_ranking_is_named_with_the_time_at_which_it_was_read(ranked_at: str, name: str) -> None:
    assert place_name(replace(listing("trending"), ranked_at=ranked_at), NOW, "·") == name


@pytest.mark.parametrize(
    ("newest", "name"),
    [
        ("2026-05-12", "Today"),
        ("2026-05-13", "Today"),
        ("2026-05-11", "Newest · Mon 11 May"),
        ("2025-12-31", "Newest · Wed 31 Dec 2025"),
        (None, "Today"),
    ],
)
def test_today_says_so_when_the_newest_day_is_an_earlier_one(newest: str | None, name: str) -> None:
    assert place_name(replace(listing("today"), facts=CacheFacts(newest)), NOW, "·") == name
    assert place_name(replace(listing("all"), facts=CacheFacts(newest)), NOW, "·") == "All"


def test_the_header_counts_what_a_query_leaves_of_the_view() -> None:
    assert header(at("all", "robot"), NOW, "·") == Header("All", "robot", 3, 60, condition=NOT_YET)
    assert header(at("all"), NOW, "·") == Header("All", "", 3, condition=NOT_YET)
    assert header(at("all", "robot", complete=False), NOW, "·") == Header("All", "robot", None, 60, condition=NOT_YET)
    assert header(at("all").put(COUNTED, None), NOW, "·") == Header("All", "", 3, condition=NOT_YET)


def test_the_header_says_which_words_were_taken_for_others() -> None:
    state = State(listing=ListContent(Place(view("all"), "difusion"), Order(array("q", [3]), near=1)))
    assert header(state, NOW, "·").query == "difusion"
    fit = Fit(3, "difusion", found_by=FoundBy(("diffusion",), 1, (), (("difusion", "diffusion"),)))
    assert header(state.put(FIT, fit), NOW, "·").query == "difusion  (read as diffusion)"
    assert header(state.put(FIT, fit._replace(text="other")), NOW, "·").query == "difusion"


def test_the_header_shows_no_number_until_it_knows_all_that_belongs_to_it() -> None:
    for place in (at("all", "robot"), at("today"), at("day:2026-05-11")):
        assert header(place, NOW, "·").shown == 3
        assert header(place.put(COUNTED, None), NOW, "·").shown is None


def test_the_header_names_what_is_listed_while_another_list_is_coming() -> None:
    assert header(at("all", "robot").go(Place(view("starred"))), NOW, "·").place == "All"


def test_the_header_of_the_feeds_answers_has_their_words_and_no_total() -> None:
    state = at("all", "robot").list_results(results := found(), TOP)
    state = state.listed(ListContent(state.place, results.order, results))
    assert header(state, NOW, "·") == Header("From the feed", "weather", 1, condition=NOT_YET)


@pytest.mark.parametrize(
    ("ago", "clock"), [(timedelta(minutes=30), "07:44"), (timedelta(hours=9), "11 May"), (timedelta(days=40), "2 Apr")]
)
def test_the_header_says_when_the_feed_was_last_read(ago: timedelta, clock: str) -> None:
    assert header(at("today").put(REFRESH, RefreshStatus(last=NOW - ago)), NOW, "·").condition == Condition(
        clock, "fresh"
    )


def test_the_header_says_what_is_under_way() -> None:
    assert header(at("today"), NOW, "·").condition == Condition("", "fresh")
    refreshing = at("today").put(REFRESH, RefreshStatus().started().progressed("day 3 of 7"))
    assert header(refreshing, NOW, "·").condition == Condition("day 3 of 7", "busy")
    searching = refreshing.search_feed("gloves")
    assert header(searching, NOW, "·").condition == Condition("day 3 of 7", "busy")
    slow = searching.search_progressed("searching the feed")
    assert header(slow, NOW, "·").condition == Condition("searching the feed", "busy")
    marking = slow.busy_with("marking 2 of 9")
    assert header(marking, NOW, "·").condition == Condition("marking 2 of 9", "busy")


def test_the_header_says_what_lasts() -> None:
    since = NOW.astimezone() - timedelta(minutes=30)
    offline = at("today").put(REFRESH, RefreshStatus().failed("No network.", "offline", since))
    assert header(offline, NOW, "·").condition == Condition("offline 07:44", "trouble")
    assert header(offline.put(TEXTS_AHEAD, "text 1 of 2"), NOW, "·").condition == Condition("offline 07:44", "trouble")
    fetching = at("today").put(TEXTS_AHEAD, "text 1 of 2")
    assert header(fetching, NOW, "·").condition == Condition("text 1 of 2", "plain")
    silent = at("today").put(REFRESH, RefreshStatus().source_failed("2 feeds silent", since - timedelta(days=2)))
    assert header(silent, NOW, "·").condition == Condition("2 feeds silent 10 May", "trouble")
    unjoined = join_failed(join_failed(at("today"), "sync fails", since), "group fails", since)
    unjoined = join_failed(unjoined, "sync fails", NOW)
    assert header(unjoined, NOW, "·").condition == Condition("sync fails 07:44", "trouble")
    assert header(joined(unjoined, "sync fails"), NOW, "·").condition == Condition("group fails 07:44", "trouble")
    assert not joined(joined(unjoined, "sync fails"), "group fails")[UNJOINED]
    assert header(replace(silent, mode="sample"), NOW, "·").condition == Condition("sample", "plain")


def test_the_header_counts_what_is_read_of_a_day() -> None:
    assert header(at("today"), NOW, "·").read == 0
    assert header(at("day:2026-05-11"), NOW, "·").read == 16
    assert header(at("day:2026-05-11", "robot"), NOW, "·").read == 16
    assert header(at("day:2026-05-10"), NOW, "·").read is None
    assert header(at("all"), NOW, "·").read is None
    assert header(at("today").put(COUNTED, None), NOW, "·").read is None


# The strip


def test_the_strip_says_in_one_line_what_filters_the_list() -> None:
    state = at("today", "(topic:agents OR topic:video) -topic:robotics robot")
    assert strip_data(state, KEYMAP, NOW, "·") == Strip(
        "Today", 3, ("Agents & tools", "Video generation"), ("Robotics",), "f", is_open=False
    )
    narrow = state.resized(80).open_filter()
    assert strip_data(narrow, KEYMAP, NOW, "·").is_open
    own = Keymap(overrides={"find.filter": ("ctrl+t",)})
    assert strip_data(state, own, NOW, "·").key == own.key("find.filter") != "f"


def test_the_strip_names_the_nearest_of_a_topic_that_does_not_exist() -> None:
    strip = strip_data(at("all", "topic:agnets -topic:cooking topic:video"), KEYMAP, NOW, "·")
    assert (strip.picked, strip.excluded) == (("Video generation",), ())
    assert strip.wrong == ("no topic agnets: agents?", "no topic cooking")
    unknown_yet = at("all", "topic:agnets").put(COUNTED, None).put(TOPIC_NAMES, {})
    assert strip_data(unknown_yet, KEYMAP, NOW, "·").picked == ("agnets",)
    assert strip_data(at("all", complete=False), KEYMAP, NOW, "·") == Strip("All", None, key="f")


# The filter pane


def test_before_anything_is_counted_the_pane_names_the_views() -> None:
    assert filter_data(State()) == FilterData(tuple(ViewItem(one.id, one.name) for one in VIEWS))


def test_the_pane_has_special_views_only_while_they_have_papers() -> None:
    views = filter_data(at("all")).views
    assert [(one.id, one.count) for one in views] == [
        ("today", 14),
        ("foryou", None),
        ("followed", 6),
        ("unread", 57),
        ("queue", 4),
        ("starred", 3),
        ("all", 60),
        ("second", 2),
    ]
    none = at("all").put(COUNTED, COUNTS._replace(views=(0,) * 12))
    shown = ["today", "foryou", "followed", "unread", "queue", "starred", "all"]
    assert [one.id for one in filter_data(none).views] == shown


def test_the_pane_has_days_and_topics_with_all_that_is_known_of_them() -> None:
    bare = filter_data(at("all"))
    assert bare.days == (DayItem("2026-05-12", 14, 14), DayItem("2026-05-11", 16, 0))
    assert bare.topics == (
        TopicItem("agents", "Agents & tools", "Agents", "", 8),
        TopicItem("video", "Video generation", "Vision", "", 0),
    )
    facts = TopicFacts({"agents": Trend((0.1, 0.2), 0.42)}, frozenset({"video"}))
    agents, video = filter_data(
        at("all").put(TOPIC_MEANINGS, {"agents": "Models that act."}).put(TOPIC_FACTS, facts)
    ).topics
    assert agents == TopicItem("agents", "Agents & tools", "Agents", "Models that act.", 8, False, (0.1, 0.2), 0.42)
    assert video == TopicItem("video", "Video generation", "Vision", "", 0, implied=True)


def test_estimates_are_marked_as_such() -> None:
    assert not filter_data(at("all")).approximate
    assert filter_data(at("all").put(COUNTED, COUNTS._replace(approximate=True))).approximate


# The last line

READING = Reading(1, paper(), (), STILL)


def in_context(context: Context, width: int, text: str = "") -> State:
    state = at("all", text, papers=0 if context == "empty" else 3).resized(200)
    match context:
        case "detail" | "filter":
            state = state.focused(context)
        case "query":
            state = state.open_query(TOP)
        case "tags":
            state = state.put(TAGGING, Tagging((1,), (), (), {}))
        case "note":
            state = state.put(NOTING, Noting(1, "2605.00400", "A paper", ""))
        case "command":
            state = state.put(COMMAND, TypedCommand())
        case "calendar":
            state = open_calendar(state, CalendarRequest(date(2026, 5, 12)))
        case "page":
            state = state.put(PAGE, READING)
        case "triage":
            state = begin_triage(state, triage_place("", is_taught=False), 900, TOP)
            begun = datetime(2026, 5, 12, tzinfo=UTC)
            state = state.update(TRIAGE, lambda triage: triage.came(begun, 3)).put(PAGE, READING)
        case "picture":
            state = state.put(
                PICTURES, Pictures((Picture("https://x.example/a.png", "Figure 1"),), 0, Canvas("blocks", 80, 20))
            )
        case "text" | "outline":
            state = state.put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper, Size()))
            state = view_text(state, TextView.open(document(), Size()))
            shown = state[TEXT]
            assert shown is not None
            state = state.put(TEXT, replace(shown, outline=Outline(is_open=context == "outline")))
    assert state.context == context
    # A zoomed pane is shown at any width.
    return state.choose_panes(state.panes._replace(is_zoomed=True)).resized(width)


PLACES: list[Context] = [context for context in CONTEXTS if context not in ("help", "output", "weights")]


# The calendar shows its keys itself, over the list.
@pytest.mark.parametrize("context", [context for context in PLACES if context != "calendar"])
def test_each_context_has_its_keys(context: Context) -> None:
    for text in ("", "robot"):
        wanted = [
            (KEYMAP.key(action, context), word)
            for action, word in FOOTERS[context].items()
            if action != "find.clear" or text
        ]
        assert hints(in_context(context, 120, text), KEYMAP) == wanted


def test_a_triage_that_is_paused_says_how_to_go_on_and_to_leave() -> None:
    state = in_context("triage", 60)
    assert ("esc", "pause") in hints(state, KEYMAP)
    before = status_parts(state)
    state = state.update(TRIAGE, lambda triage: triage.pause(datetime(2026, 5, 12, tzinfo=UTC)))
    assert status_parts(state) != before
    assert hints(state, KEYMAP)[:3] == [("space", "go on"), ("esc", "leave"), ("q", "end")]


def test_to_clear_is_offered_where_there_is_a_query() -> None:
    assert ("F", "clear") in hints(in_context("empty", 120, "robot"), KEYMAP)
    assert ("F", "clear") not in hints(in_context("empty", 120), KEYMAP)


def test_the_sample_does_not_offer_to_refresh() -> None:
    empty = in_context("empty", 120)
    assert ("r", "refresh") in hints(empty, KEYMAP)
    assert ("r", "refresh") not in hints(replace(empty, mode="sample"), KEYMAP)


def test_hints_name_the_keys_as_they_are_bound() -> None:
    own = Keymap(overrides={"paper.star": ("ctrl+t",)})
    assert (own.key("paper.star"), "star") in hints(in_context("list", 120), own)
    unbound = Keymap(overrides={"paper.star": ()})
    assert "star" not in [word for _, word in hints(in_context("list", 120), unbound)]


def test_the_links_name_the_keys_as_they_are_bound() -> None:
    own = Keymap(overrides={"link.list": ("B",)})
    keys = link_keys(own)
    assert (keys["o"], keys["p"], keys["a"], keys["9"]) == ("o", "p", "Ba", "B9")


@pytest.mark.parametrize("context", ["page", "text"])
@pytest.mark.parametrize("tone", ["done", "warning"])
def test_the_way_back_from_a_paper_stays_beside_whatever_is_said(
    context: Context, tone: Literal["done", "warning"]
) -> None:
    said = "What happened takes more room than a narrow line has, and even more than that: " * 2
    state = in_context(context, 60).change_notices(lambda notices: notices.told(said, tone))
    shown = "".join(piece.text for line in status_lines(status(state, KEYMAP), 60) for piece in line)
    assert "q back" in shown
    assert "What happened" in shown


def test_the_last_line_shows_the_answer_then_the_news_then_the_hint_of_the_filter() -> None:
    state = at("today").put(HINT, "Models that act.")
    assert status(state, KEYMAP) == Status(tuple(hints(state, KEYMAP)))
    state = state.focused("filter")
    assert status(state, KEYMAP) == Status(tuple(hints(state, KEYMAP)), said="Models that act.", tone="hint")
    state = state.change_notices(lambda notices: notices.told("no network", "warning"))
    assert status(state, KEYMAP)[3:5] == ("no network", "warning")
    state = state.change_notices(lambda notices: notices.answered("1 read"))
    assert status(state, KEYMAP)[3:5] == ("1 read", "done")
    prompt = Prompt((("t", "Today"),), "g")
    assert status(state.prompt_for(prompt), KEYMAP)[1:3] == (prompt.options, "g")


def test_while_no_text_is_there_only_keys_that_act_are_shown() -> None:
    state = at("all", papers=3).put(PAGE, READING).put(TEXT, FullText(READING.key, READING.paper, Size()))
    assert [word for _, word in hints(state, KEYMAP)] == ["back", "star", "keys"]


# What each depends on


def test_what_is_shown_changes_only_with_its_parts() -> None:
    state = at("all", "robot")
    for after in (
        state.highlight(2),
        state.marked(),
        state.change_notices(lambda notices: notices.answered("41 read")),
        state.open_query(TOP),
        state.remember_query("robot"),
    ):
        assert header_parts(after) == header_parts(state)
        assert filter_parts(after) == filter_parts(state)
        assert strip_parts(after) == strip_parts(state)
    assert status_parts(state.open_query(TOP)) != status_parts(state)
    assert status_parts(state.go(Place(view("all")))) != status_parts(state)
    assert header_parts(state.put(REFRESH, RefreshStatus().started())) != header_parts(state)
    assert header_parts(state.search_feed("x").search_progressed("x")) != header_parts(state)
    assert strip_parts(state.resized(80).open_filter()) != strip_parts(state)
    assert filter_parts(state.put(TOPIC_MEANINGS, {"agents": "Models that act."})) != filter_parts(state)


def test_a_query_that_matches_more_elsewhere_names_the_key_and_how_many() -> None:
    place = Place(view("today"), "robot")
    state = State(place=place, listing=ListContent(place, Order(array("q", (1, 2)))))
    assert not any(key == "ctrl+a" for key, _ in hints(state, KEYMAP))
    counted = state.put(COUNTED, COUNTS._replace(anywhere=54, place=place))
    assert hints(counted, KEYMAP)[3] == ("ctrl+a", "54 in all")
    assert status_parts(counted) != status_parts(state)
    wide = counted.widen_query()
    assert hints(wide, KEYMAP)[3] == ("ctrl+a", "back to Today")
    assert not any(key == "ctrl+a" for key, _ in hints(counted.focused("filter"), KEYMAP))


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
        await r.do("view.today")
        assert title() == f"dailypapers · Today · {unread} unread"
        await r.do("paper.read")
        await r.until(lambda: title() == f"dailypapers · Today · {unread - 1} unread")
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
    state = replace(State(), listing=ListContent(Place(view("today"))))
    assert window_title(state, NOW) == "dailypapers · Today"
