"""What an empty list says in place of papers, and the keys that lead on."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.follows import FollowCount
from reader.cache.reads.orders import Order
from reader.cache.reads.window import DayCount, TopicCount
from reader.core.follows import Follow
from reader.core.views import FOR_YOU
from reader.keys.keymap import Keymap
from reader.session.places import Place, saved_view, view
from reader.ui.filter.state import COUNTED, FOLLOWED, TOPIC_NAMES
from reader.ui.library.counting import Counts
from reader.ui.library.feed_results import FeedResults
from reader.ui.list.empty_lines import EmptyReason, empty_state
from reader.ui.list.empty_reason import corrected, day_end_notice, empty_reason
from reader.ui.main_screen import Empty
from reader.ui.query.state import type_query
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.listing import CacheFacts, ListContent
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.drawings import texts
from tests.ui.stage import Stage, staged, watch_paints

# The reason

TODAY = date(2026, 5, 12)
"""A Tuesday."""

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
TOPICS = {
    "agents": "Agents & tools",
    "robotics": "Robotics",
    "video": "Video generation",
    "video-qa": "Video questions",
}
DAYS = (
    DayCount("2026-05-12", 14, 0),
    DayCount("2026-05-11", 16, 0),
    DayCount("2026-05-08", 14, 3),
    DayCount("2026-04-30", 16, 16),
)
FACTS = CacheFacts("2026-05-12")
KEYMAP = Keymap()


def counts(place: Place, *, unread: int = 19, base: int = 14, anywhere: int = 0) -> Counts:
    return Counts((14, 0, 0, unread, 0, 0, 60, 0, 0, 0), DAYS, (), base, anywhere, place)


def empty(view_id: str, text: str = "", facts: CacheFacts = FACTS, **numbers: int) -> State:
    """A state that lists nothing in a place and has its counts."""
    place = Place(view(view_id), text)
    listing = ListContent(place, Order(array("q")), facts=facts)
    return State(place=place, listing=listing, parts={COUNTED: counts(place, **numbers), TOPIC_NAMES: TOPICS})


def typing(state: State, typed: str) -> State:
    """The state while a query is typed; the list follows as far as the text is a valid query."""
    begun = replace(state, place=state.place._replace(text="")).open_query()
    return type_query(begun, typed).listed(state.listing)


def lines(state: State, *, demo: bool = False) -> list[str]:
    """The lines shown in place of the list."""
    reason = empty_reason(state, TODAY, demo=demo)
    drawn = empty_state(reason, partial(KEYMAP.key, context=state.context), partial(KEYMAP.key, context="list"))
    return [one.replace("\u00a0", " ") for one in texts(drawn)]


Situation = Callable[[str], State]


def _asked_nothing(view_id: str) -> State:
    return empty(view_id, base=0, anywhere=60)


def _day_unknown(view_id: str) -> State:
    return empty(view_id, facts=FACTS._replace(is_day_known=False), base=0, anywhere=60)


def _query(view_id: str) -> State:
    return empty(view_id, "robot", anywhere=0 if view_id == "all" else 7)


def _no_papers(view_id: str, text: str = "") -> State:
    return empty(view_id, text, CacheFacts(None, has_papers=False), base=0)


def _misspelt_topic(view_id: str) -> State:
    return empty(view_id, "topic:agnets")


def _is_fetching(view_id: str) -> State:
    return _day_unknown(view_id).put(REFRESH, RefreshStatus().started(view_id)._replace(progress="day 3 of 7"))


WHERE = {
    "latest": " on Tue 12 May",
    "followed": " in Followed",
    "unread": " in Unread",
    "queue": " in Queue",
    "starred": " in Starred",
    "all": "",
    "trending": " in Trending",
    "pages": " in Saved pages",
    "muted": " in Muted",
    "day:2026-05-05": " on Tue 5 May",
    "week:2026-W19": " in Week 19",
    "month:2026-03": " in March 2026",
}
"""Every view but For you, and one of each period, with its name at the end of a sentence."""

VIEWS = tuple(WHERE)

WEEK = "Week 19, 4 to 10 May 2026"

EMPTY = {
    "followed": (
        "You follow nothing yet. | On a paper, w follows its authors, its venue, a topic or a word."
        " | ga all papers   ? all keys"
    ),
    "unread": "All 60 papers are read. | r looks for new ones   ga all papers",
    "queue": "The queue is empty. | On a paper, b queues it until you remove it. | ga all papers",
    "starred": "Nothing starred yet. | On a paper, s keeps it here. | ga all papers",
    "all": "All papers are hidden. | / is:hidden lists them",
    "trending": "No ranking yet. | Papers that the feed ranks first now appear here. | r asks the feed   ga all papers",
    "pages": (
        "No saved pages yet. |"
        " In a shell, 'dailypapers import FILE' imports a page that a browser saved. | ga all papers"
    ),
    "muted": "Nothing is muted. | Papers with one of your muted words appear here. | ga all papers",
}
"""The texts of views without a day, unless a situation overrides them."""


def no_papers(why: str, asks: str, **others: str) -> Mapping[str, str]:
    """The text of each view without papers, whether or not the feed was asked."""
    return (
        EMPTY
        | others
        | {
            "latest": f"No papers on Tue 12 May. | {why} | [ Monday has 16{asks}",
            "day:2026-05-05": f"No papers on Tue 5 May. | {why} | [ Thursday has 16   ] Friday has 14{asks}",
            "week:2026-W19": f"No papers in {WEEK}. | {why} | [ Thursday has 16   ] Monday has 16{asks}",
            "month:2026-03": f"No papers in March 2026. | {why} | ] Thu 30 Apr has 16{asks}",
        }
    )


def fetching(progress: str) -> Mapping[str, str]:
    """The text of each view while it is fetched."""
    names = {
        "latest": "the latest days",
        "trending": "the feed's ranking",
        "day:2026-05-05": "Tue 5 May",
        "week:2026-W19": WEEK,
        "month:2026-03": "March 2026",
    }
    unread = f"New ones are being fetched{f': {progress}' if progress else ''}."
    far = f" | {progress}." if progress else ""
    return (
        EMPTY
        | {"unread": f"All 60 papers are read. | {unread} | ga all papers"}
        | {view_id: f"Fetching {name}.{far} | esc stop" for view_id, name in names.items()}
    )


def no_match(ways: str, in_all: str) -> Mapping[str, str]:
    """The text of each view for a query without matches; `in_all` precedes the keys if All has matches."""
    return {
        view_id: f"Nothing matches robot{where}. | {f'7 in all. | {in_all}' if where else ''}{ways}"
        for view_id, where in WHERE.items()
    }


ASKS, SEARCHES = "   r asks the feed", "ctrl+s searches the feed"

CASES: Mapping[str, tuple[Situation, str | Mapping[str, str]]] = {
    "no query": (_asked_nothing, no_papers("The feed listed no papers.", ASKS)),
    "day unknown": (_day_unknown, no_papers("The feed has not been asked yet.", ASKS)),
    "offline": (
        lambda view_id: _day_unknown(view_id).put(REFRESH, RefreshStatus().failed("No network.", "offline", NOW)),
        no_papers(
            "No network.", "   r try again", trending="No ranking yet. | No network. | r try again   ga all papers"
        ),
    ),
    "refreshing": (_is_fetching, fetching("day 3 of 7")),
    "refreshing since this moment": (
        lambda view_id: _day_unknown(view_id).put(REFRESH, RefreshStatus().started(view_id)),
        fetching(""),
    ),
    "a query that matches elsewhere": (_query, no_match(f"F clears the query   {SEARCHES}", "ctrl+a searches all   ")),
    "a query that is being typed": (
        lambda view_id: typing(_query(view_id), "robot"),
        no_match(f"{SEARCHES}   esc puts the list back", "ctrl+a searches all   "),
    ),
    "a query in a view without papers": (
        lambda view_id: empty(view_id, "robot", base=0, anywhere=0 if view_id == "all" else 7),
        {
            **no_match(SEARCHES, "ctrl+a searches all   "),
            "all": f"Nothing matches robot. | All papers are hidden. | F clears the query   {SEARCHES}",
        },
    ),
    "a misspelt topic": (
        _misspelt_topic,
        "Nothing matches topic:agnets. | Did you mean topic:agents? | tab takes it   F clears the query",
    ),
    "a misspelt topic that is being typed": (
        lambda view_id: typing(_misspelt_topic(view_id), "topic:agnets"),
        "Nothing matches topic:agnets. | Did you mean topic:agents? | tab takes it   esc puts the list back",
    ),
    "a topic that is half typed": (
        lambda view_id: typing(empty(view_id, "topic:vid"), "topic:vid"),
        "Nothing matches yet. | esc puts the list back",
    ),
    "a misspelt field": (
        lambda view_id: typing(_query(view_id), "topc:agents"),
        "There is no field topc:. | Did you mean topic:agents? | tab takes it   esc puts the list back",
    ),
    "a field without a value": (
        lambda view_id: typing(_query(view_id), "robot author:"),
        "Nothing matches yet. | esc puts the list back",
    ),
    "a paper to add": (
        lambda view_id: typing(_asked_nothing(view_id), "id:"),
        "Paste a paper's id or address. | Such as 1706.03762. | esc puts the list back",
    ),
    "a paper that is not here": (
        lambda view_id: empty(view_id, "2406.12345", FACTS._replace(missing_id="2406.12345")),
        "2406.12345 is not here yet. | enter fetches it from the feed or from arXiv   F clears the query",
    ),
    "no paper like others": (
        lambda view_id: empty(view_id, "like:2406.12345 since:7d"),
        "No paper here fits like:2406.12345 since:7d. | esc goes back",
    ),
    "nothing in the cache": (_no_papers, "No papers yet. | r fetch   D open the sample   q quit"),
    "nothing in the cache, and a query": (
        lambda view_id: _no_papers(view_id, "robot"),
        "No papers yet. | r fetch   D open the sample",
    ),
    "nothing in the cache, offline": (
        lambda view_id: _no_papers(view_id).put(REFRESH, RefreshStatus().failed("No network.", "offline", NOW)),
        "No papers yet. | No network. | r try again   D open the sample   q quit",
    ),
    "nothing in the cache, refreshing": (
        lambda view_id: _no_papers(view_id).put(REFRESH, RefreshStatus().started()._replace(progress="day 3 of 7")),
        "No papers yet. | Fetching the latest days: day 3 of 7. | esc stop   D open the sample",
    ),
    "nothing in the cache, refreshing since this moment": (
        lambda view_id: _no_papers(view_id).put(REFRESH, RefreshStatus().started()),
        "No papers yet. | Fetching the latest days. | esc stop   D open the sample",
    ),
    "nothing in the cache, and the ranking is being fetched": (
        lambda view_id: _no_papers(view_id).put(REFRESH, RefreshStatus().started("trending")),
        "No papers yet. | Fetching the feed's ranking. | esc stop   D open the sample",
    ),
    "a paper that is not here, as nothing is": (
        lambda view_id: empty(view_id, "2406.12345", CacheFacts(None, False, "2406.12345"), base=0),
        "2406.12345 is not here yet. | enter fetches it from the feed or from arXiv   F clears the query",
    ),
    "all hidden": (
        lambda view_id: empty(view_id, facts=FACTS._replace(are_hidden=True), base=0, anywhere=60),
        {
            **{view_id: EMPTY[view_id] for view_id in ("unread", "all", "pages", "muted")},
            **{
                view_id: f"All {papers} are hidden. | {days}/ is:hidden lists them"
                for view_id, papers, days in (
                    ("latest", "papers of Tue 12 May", "[ Monday has 16   "),
                    ("followed", "followed papers", ""),
                    ("queue", "papers in Queue", ""),
                    ("starred", "starred papers", ""),
                    ("trending", "trending papers", ""),
                    ("day:2026-05-05", "papers of Tue 5 May", "[ Thursday has 16   ] Friday has 14   "),
                    ("week:2026-W19", f"papers of {WEEK}", "[ Thursday has 16   ] Monday has 16   "),
                    ("month:2026-03", "papers of March 2026", "] Thu 30 Apr has 16   "),
                )
            },
        },
    ),
    "all read": (
        lambda view_id: empty(view_id, "is:unread"),
        {
            **dict.fromkeys(VIEWS, "All 14 read. | gu all 19 unread   F shows them"),
            "latest": "All 14 read. | [ Friday has 3 left   gu all 19 unread   F shows them",
            "day:2026-05-05": "All 14 read. | [ Thursday has 16 left   gu all 19 unread   F shows them",
        },
    ),
}
"""The text of each view in each situation, or one text for all views."""


@each("situation", CASES)
@each("view_id", VIEWS)
def test_every_view_gives_a_reason_and_a_key(view_id: str, situation: str) -> None:
    make, texts = CASES[situation]
    expected = texts if isinstance(texts, str) else texts[view_id]
    assert " | ".join(lines(make(view_id))) == expected


def saved(query: str) -> State:
    """A saved view that lists nothing."""
    place = Place(saved_view("best", query))
    state = empty("all")
    return replace(state, place=place, listing=replace(state.listing, place=place)).put(COUNTED, counts(place, base=0))


def found_nothing() -> State:
    results = FeedResults("perpetual motion", [], find=lambda id: None, store=lambda listings: None)
    state = empty("unread", "robot", CacheFacts(None, has_papers=False)).list_results(results)
    return state.listed(ListContent(state.place, results.order, results))


ELSEWHERE = empty("starred", "robot", anywhere=7).put(COUNTED, counts(Place(view("latest"), "robots"), anywhere=60))
FOLLOWING = empty("followed", base=0).put(FOLLOWED, (FollowCount(Follow("author", "Ke Li"), 0, 0),))
HALF = empty("latest", "topic:vid")
MOST = counts(HALF.place)._replace(topics=(TopicCount("video", "", "", 2), TopicCount("video-qa", "", "", 9)))


@each(
    ("state", "shown"),
    [
        # A saved view says what it asks for, and nothing of a day.
        (
            saved("topic:agents upvotes:>900"),
            "No paper in best. | Its query is topic:agents upvotes:>900. | ga all papers",
        ),
        (
            saved("topic:gone"),
            "No paper in best. | There is no topic gone. Its query is topic:gone. | ga all papers",
        ),
        (FOLLOWING, "No papers that you follow yet. | New ones will appear here. | ga all papers"),
        (
            empty("follow:author:Ke Li", base=0),
            "No paper of Ke Li is here yet. | New ones will appear here. | ga all papers",
        ),
        (found_nothing(), "The feed finds nothing for perpetual motion. | / other words   esc back to the list"),
        # Counts of another place are not used.
        (ELSEWHERE, "Nothing matches robot in Starred. | F clears the query   ctrl+s searches the feed"),
        # The feed is searched for words alone.
        *(
            (empty("all", text), f"Nothing matches {text}. | F clears the query")
            for text in ("upvotes:>500", "topic:agents is:starred", "-robot", "since:7d")
        ),
        # A half-typed topic is the one with most papers.
        (
            HALF.put(COUNTED, MOST),
            "Nothing matches topic:vid. | Did you mean topic:video-qa? | tab takes it   F clears the query",
        ),
        # Latest is the newest day that has papers.
        (
            empty("latest", "is:unread", FACTS._replace(newest_day="2026-05-08")),
            "All 14 read. | [ Thu 30 Apr has 16 left   gu all 16 unread   F shows them",
        ),
        (
            empty("latest", "robot", FACTS._replace(newest_day="2026-05-08")),
            "Nothing matches robot on Fri 8 May. | F clears the query   ctrl+s searches the feed",
        ),
        # Unknown counts and refreshes of other views are not mentioned.
        (empty("unread").rank(), "Ranking 19 papers. | esc goes back"),
        (empty("unread", "robot").rank(), "Ranking papers. | esc goes back"),
        (empty("unread").put(COUNTED, None).rank(), "Ranking papers. | esc goes back"),
        (empty("unread").put(COUNTED, None), "All papers are read. | r looks for new ones   ga all papers"),
        *(
            (
                empty("latest", "robot", base=0).put(
                    REFRESH, RefreshStatus().started(view_id)._replace(progress="2 %")
                ),
                f"Nothing matches robot on Tue 12 May. | {said}F clears the query{searches}",
            )
            for view_id, said, searches in (
                ("latest", "It is being fetched: 2 %. | ", ""),
                ("all", "No papers on Tue 12 May. | ", f"   {SEARCHES}"),
            )
        ),
        (
            empty("day:2026-05-09", base=0),
            "No papers on Sat 9 May. | The feed rests at weekends. | [ Friday has 14   ] Monday has 16",
        ),
        # Papers that no day lists are papers.
        (
            empty("latest", facts=CacheFacts(None, has_papers=True, is_day_known=False)).put(COUNTED, None),
            "No papers on Tue 12 May. | The feed has not been asked yet. | r asks the feed   ga all papers",
        ),
    ],
)
def test_special_places_give_their_own_reason(state: State, shown: str) -> None:
    assert " | ".join(lines(state)) == shown


@each("text", ["", "robot"])
def test_before_anything_is_learned_for_you_says_how_to_begin(text: str) -> None:
    state = empty(FOR_YOU, text, base=60, anywhere=60)
    assert lines(state) == [
        "Nothing has been learned from your marks yet.",
        "Star a paper that you like, or pick three topics: papers that suit you then come first.",
        "W picks topics   ga all papers",
    ]
    listing = replace(state.listing, order=state.listing.order._replace(is_ranked=True))
    told = lines(replace(state, listing=listing))
    assert told[0] == ("Nothing matches robot in For you." if text else "No unread papers are left but starred ones.")


DEMO = no_papers(
    "The sample has only its own days.",
    "",
    unread="All 60 papers are read. | ga all papers",
    trending="No ranking yet. | The sample has none. | ga all papers",
)


@each(("view_id", "text"), DEMO.items())
def test_the_sample_never_offers_to_ask_the_feed(view_id: str, text: str) -> None:
    assert " | ".join(lines(_day_unknown(view_id), demo=True)) == text
    for make, _ in CASES.values():
        keys = lines(make(view_id), demo=True)[-1]
        assert not any(asks in keys for asks in ("feed", "try again", "looks for", "open the sample", "r fetch"))


@each(
    ("text", "meant"),
    [
        ("topic:agent", "topic:agents"),
        ("-topic:vidoe hands", "-topic:video hands"),
        ("(topic:agents OR topic:robotic) is:unread", "(topic:agents OR topic:robotics) is:unread"),
        ("topic:zzzzzzzz topic:agnets", "topic:zzzzzzzz topic:agents"),
        ("NOT (topic:agnets robot)", "NOT (topic:agents robot)"),
        ("topic:agnets topic:vidoe", "topic:agents topic:video"),
        ("topic:vid", "topic:video"),
    ],
)
def test_all_misspelt_topics_of_a_kept_query_are_mended_at_once(text: str, meant: str) -> None:
    state = empty("latest", text, anywhere=3)
    assert lines(state)[1] == f"Did you mean {meant}?"
    assert corrected(state, TODAY) == meant


@each("text", ["topic:agents", "robot", "", "topic:zzzzzzzzzzzz"])
def test_nothing_is_suggested_where_nothing_is_near(text: str) -> None:
    assert corrected(empty("all", text), TODAY) is None


def test_where_none_of_today_is_here_the_latest_day_is_offered() -> None:
    state = empty("all", "day:Today robot", FACTS._replace(newest_day="2026-05-11"))
    assert lines(state)[:2] == ["No papers from today.", "Latest is Mon 11 May. Did you mean day:latest robot?"]
    assert corrected(state, TODAY) == "day:latest robot"
    assert corrected(empty("all", "day:today robot"), TODAY) is None


def test_the_step_to_the_day_before_is_named_only_where_it_leads_to_unread_papers() -> None:
    end = DayCount("2026-05-12", 14, 0)
    today = replace(empty("latest"), place=Place(view("latest")))
    assert day_end_notice(today, end, KEYMAP.key) == "All 14 read · u undoes · gu all 19 unread"
    friday = replace(empty("day:2026-05-11"), place=Place(view("day:2026-05-11")))
    left = day_end_notice(friday, DayCount("2026-05-11", 1, 0), KEYMAP.key)
    assert left == "All read · u undoes · [ Friday has 3 left"
    unread = replace(today, place=Place(view("latest"), "is:unread"))
    assert day_end_notice(unread, end, KEYMAP.key) == "All 14 read · u undoes · [ Friday has 3 left"
    narrowed = replace(today, place=Place(view("latest"), "topic:agents"))
    assert day_end_notice(narrowed, end, KEYMAP.key) == "All 14 read · u undoes · gu all 19 unread"


def test_the_end_of_a_day_counts_what_is_left_elsewhere() -> None:
    state = empty("day:2026-05-08")
    # The counts are from before the last three papers of that day were read.
    days = (DayCount("2026-05-08", 14, 3),)
    state = state.put(COUNTED, counts(state.place, unread=3)._replace(days=days))
    day = DayCount("2026-05-08", 14, 0)
    assert day_end_notice(state, day, KEYMAP.key) == "All 14 read · u undoes · no unread papers are left"
    assert day_end_notice(state, day._replace(unread=1), KEYMAP.key) == ""
    assert day_end_notice(state, day._replace(papers=0), KEYMAP.key) == ""
    assert day_end_notice(state.put(COUNTED, None), day, KEYMAP.key) == "All 14 read · u undoes"


TYPED = ("", "r", "topic:", "topic:agnets", "id:", "(", "is:unr", "topc:x", "-")


@given(st.data())
def test_every_empty_list_has_a_reason_that_can_be_drawn(data: st.DataObject) -> None:
    draw, flags, numbers = data.draw, st.booleans(), st.integers(0, 60)
    texts = st.sampled_from(["", "robot", "is:unread", "topic:agent", "2406.12345", "sort:title"])
    days, ids = st.sampled_from([None, "2026-05-08", "2026-05-12"]), st.sampled_from([None, "2406.12345"])
    facts = draw(st.builds(CacheFacts, days, flags, ids, flags, flags))
    state = empty(draw(st.sampled_from(VIEWS)), draw(texts), facts)
    if draw(flags):
        counted = counts(state.place, unread=draw(numbers), base=draw(numbers), anywhere=draw(numbers))
        state = state.put(COUNTED, counted)
    else:
        state = state.put(COUNTED, None)
    refresh = RefreshStatus().failed("No network.", "offline", NOW) if draw(flags) else RefreshStatus()
    refreshing, typed = draw(st.none() | st.sampled_from(VIEWS)), st.sampled_from(TYPED)
    state = state.put(REFRESH, refresh if refreshing is None else refresh.started(refreshing))
    state = typing(state, draw(typed)) if draw(flags) else state
    shown = lines(state, demo=draw(flags))
    assert 1 <= len(shown) <= 3 and all(shown)


# Drawing

KEYS = {"app.refresh": "r", "app.sample": "D", "app.back": "q", "find.clear": "F", "query.complete": "tab"}


def key(action: str) -> str:
    return KEYS.get(action, "")


NO_PAPERS = EmptyReason(
    "No papers yet.",
    "huggingface.co could not be reached (no network).",
    # A key that does not act is not named, and the next one takes its place.
    ("view.all all papers", "", "app.refresh try again", "app.sample open the sample", "app.back quit", "find.clear x"),
)


async def test_the_reason_is_centred_and_keys_stay_with_their_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = Empty()
    no_match = ("Nothing matches ", "topic:agnets", "."), ("Did you mean ", "topic:agents", "?")
    no_paper = "No papers yet.", "huggingface.co could not be reached (no network)."
    async with staged(Stage(empty), 60, 7) as (_, pilot):
        for reason, above, *lines in (
            (NO_PAPERS, 2, *no_paper, "r try again   D open the sample   q quit"),
            (
                EmptyReason(*no_match, ("query.complete takes it", "find.clear clears the query")),
                *(2, "Nothing matches topic:agnets.", "Did you mean topic:agents?"),
                "tab takes it   F clears the query",
            ),
            (
                EmptyReason(("Nothing matches ", "x" * 500, "."), "On a paper, `app.back` or `view.all`."),
                *(1, f"Nothing matches {'x' * 40}", "x" * 56, f"{'x' * 23}….", "On a paper, q or :view.all."),
            ),
        ):
            empty.show(reason, key, key)
            assert drawn(empty) == [*[""] * above, *(f"{line:^60}".rstrip() for line in lines), *[""] * 2]
        painted = watch_paints(empty, monkeypatch)
        empty.show(NO_PAPERS, key, key)
        assert painted == [-1]
        await pilot.resize_terminal(30, 7)
        assert [line.strip() for line in drawn(empty)[1:6]] == [
            "No papers yet.",
            "huggingface.co could not",
            "be reached (no network).",
            "r try again",
            "D open the sample   q quit",
        ]


def drawn(empty: Empty) -> list[str]:
    return [strip.text.rstrip() for strip in empty.render_lines(empty.outer_size.region)]
