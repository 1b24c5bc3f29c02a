"""Why the list is empty and the way on: every view in every situation, worked out from states. No terminal."""

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
from reader.core.choice.learned import Learned
from reader.core.choice.taste import Taste, TasteTerm
from reader.core.follows import Follow
from reader.keys.actions import ACTIONS
from reader.keys.contexts import TYPING
from reader.keys.keymap import Keymap
from reader.session.places import FOR_YOU, SPECIAL, Place, saved_view, view
from reader.session.places import VIEWS as STANDING
from reader.ui.library.counting import Counts
from reader.ui.library.feed_results import FeedResults
from reader.ui.list.day_end import day_end_notice
from reader.ui.list.empty_lines import empty_state
from reader.ui.list.empty_reason import corrected, empty_reason
from reader.ui.state.parts import TOP, CacheFacts, ListContent
from reader.ui.state.whole import State

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

VIEWS = (
    *(one.id for one in (*STANDING, *SPECIAL) if one.id != FOR_YOU),
    "day:2026-05-05",
    "week:2026-W19",
    "month:2026-03",
)
"""Every view but For you, and one of each period."""


def counts(place: Place, *, unread: int = 19, base: int = 14, anywhere: int = 0) -> Counts:
    return Counts((14, 0, 0, unread, 0, 0, 60, 0, 0, 0), DAYS, (), base, anywhere, place)


def empty(view_id: str, text: str = "", facts: CacheFacts = FACTS, **numbers: int) -> State:
    """A state that lists nothing in a place, and has counted."""
    place = Place(view(view_id), text)
    listing = ListContent(place, Order(array("q")), facts=facts)
    return State(place=place, listing=listing, counts=counts(place, **numbers), topic_names=TOPICS)


def typing(state: State, typed: str) -> State:
    """The same while a text is typed; the list follows the letters as far as they make a query."""
    begun = replace(state, place=state.place._replace(text="")).open_query(TOP)
    return begun.type_query(typed).listed(state.listing)


def lines(state: State, *, demo: bool = False) -> list[str]:
    """What stands in place of the list, line by line."""
    reason = empty_reason(state, TODAY, demo=demo)
    drawn = empty_state(reason, partial(KEYMAP.key, context=state.context), partial(KEYMAP.key, context="list"))
    return ["".join(piece.text for piece in line).replace("\u00a0", " ") for line in drawn]


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
    return _day_unknown(view_id).refresh_started(view_id).refresh_progressed("day 3 of 7")


UNREAD = "All 60 papers are read. | r looks for new ones   ga all papers"
FOLLOWED = (
    "You follow nothing yet. | On a paper, w takes its authors, its venue, a topic or a word."
    " | ga all papers   ? all keys"
)
QUEUE = "Nothing to read later. | On a paper, b puts it here until you let it go. | ga all papers"
STARRED = "Nothing starred yet. | On a paper, s keeps it here. | ga all papers"
HIDDEN = "All papers are hidden. | / is:hidden lists them"
CHANGED = "Nothing has changed. | Papers that change after you star, read or pass them come here. | ga all papers"
GROUP = (
    "Nobody shares a paper with you yet. |"
    " In a shell, 'dailypapers group --help' says how to begin one, or to join. | ga all papers"
)
PAGES = (
    "No saved page is here yet. |"
    " In a shell, 'dailypapers import FILE' takes in a page that a browser saved. | ga all papers"
)
MUTED = "Nothing is muted. | Papers with the words of mute in your settings come here. | ga all papers"
RANKING = "No ranking yet. | What the feed ranks first now comes here. | r asks the feed   ga all papers"
SEARCHES = "ctrl+a searches all   F clears the query   ctrl+s searches the feed"

CASES: Mapping[str, tuple[Situation, str | tuple[str, ...]]] = {
    "no query": (
        _asked_nothing,
        (
            "No papers on Tue 12 May. | The feed listed nothing. | [ Monday has 16   r asks the feed",
            FOLLOWED,
            UNREAD,
            QUEUE,
            STARRED,
            HIDDEN,
            RANKING,
            CHANGED,
            GROUP,
            PAGES,
            MUTED,
            "No papers on Tue 5 May. | The feed listed nothing."
            " | [ Thursday has 16   ] Friday has 14   r asks the feed",
            "No papers in Week 19, 4 to 10 May 2026. | The feed listed nothing."
            " | [ Thursday has 16   ] Monday has 16   r asks the feed",
            "No papers in March 2026. | The feed listed nothing. | ] Thu 30 Apr has 16   r asks the feed",
        ),
    ),
    "a query that matches elsewhere": (
        _query,
        (
            f"Nothing matches robot in Today. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Followed. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Unread. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Queue. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Starred. | 7 in all. | {SEARCHES}",
            "Nothing matches robot. | F clears the query   ctrl+s searches the feed",
            f"Nothing matches robot in Trending. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Second look. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Group. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Saved pages. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Muted. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot on Tue 5 May. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in Week 19. | 7 in all. | {SEARCHES}",
            f"Nothing matches robot in March 2026. | 7 in all. | {SEARCHES}",
        ),
    ),
    "a query that is being typed": (
        lambda view_id: typing(_query(view_id), "robot"),
        tuple(
            f"Nothing matches robot{where}. | {wider}ctrl+s searches the feed   esc puts the list back"
            for where in (
                " in Today",
                " in Followed",
                " in Unread",
                " in Queue",
                " in Starred",
                "",
                " in Trending",
                " in Second look",
                " in Group",
                " in Saved pages",
                " in Muted",
                " on Tue 5 May",
                " in Week 19",
                " in March 2026",
            )
            for wider in ("7 in all. | ctrl+a searches all   " if where else "",)
        ),
    ),
    "a query in a view without papers": (
        lambda view_id: empty(view_id, "robot", base=0, anywhere=0 if view_id == "all" else 7),
        (
            *(
                f"Nothing matches robot in {name}. | 7 in all. | ctrl+a searches all   ctrl+s searches the feed"
                for name in ("Today", "Followed", "Unread", "Queue", "Starred")
            ),
            "Nothing matches robot. | All papers are hidden. | F clears the query   ctrl+s searches the feed",
            *(
                f"Nothing matches robot {where}. | 7 in all. | ctrl+a searches all   ctrl+s searches the feed"
                for where in (
                    "in Trending",
                    "in Second look",
                    "in Group",
                    "in Saved pages",
                    "in Muted",
                    "on Tue 5 May",
                    "in Week 19",
                    "in March 2026",
                )
            ),
        ),
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
        "Paste a paper's id or address. | Such as 2406.12345. | esc puts the list back",
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
        lambda view_id: _no_papers(view_id).refresh_failed("No network.", "offline", NOW),
        "No papers yet. | No network. | r try again   D open the sample   q quit",
    ),
    "nothing in the cache, refreshing": (
        lambda view_id: _no_papers(view_id).refresh_started().refresh_progressed("day 3 of 7"),
        "No papers yet. | Fetching the latest days: day 3 of 7. | esc stop   D open the sample",
    ),
    "nothing in the cache, refreshing since this moment": (
        lambda view_id: _no_papers(view_id).refresh_started(),
        "No papers yet. | Fetching the latest days. | esc stop   D open the sample",
    ),
    "nothing in the cache, and the ranking is being fetched": (
        lambda view_id: _no_papers(view_id).refresh_started("trending"),
        "No papers yet. | Fetching the feed's ranking. | esc stop   D open the sample",
    ),
    "a paper that is not here, as nothing is": (
        lambda view_id: empty(view_id, "2406.12345", CacheFacts(None, False, "2406.12345"), base=0),
        "2406.12345 is not here yet. | enter fetches it from the feed or from arXiv   F clears the query",
    ),
    "offline": (
        lambda view_id: _day_unknown(view_id).refresh_failed("No network.", "offline", NOW),
        (
            "No papers on Tue 12 May. | No network. | [ Monday has 16   r try again",
            FOLLOWED,
            UNREAD,
            QUEUE,
            STARRED,
            HIDDEN,
            "No ranking yet. | No network. | r try again   ga all papers",
            CHANGED,
            GROUP,
            PAGES,
            MUTED,
            "No papers on Tue 5 May. | No network. | [ Thursday has 16   ] Friday has 14   r try again",
            "No papers in Week 19, 4 to 10 May 2026. | No network. | [ Thursday has 16   ] Monday has 16   r try again",
            "No papers in March 2026. | No network. | ] Thu 30 Apr has 16   r try again",
        ),
    ),
    "refreshing": (
        _is_fetching,
        (
            "Fetching the latest days. | day 3 of 7. | esc stop",
            FOLLOWED,
            "All 60 papers are read. | New ones are being fetched: day 3 of 7. | ga all papers",
            QUEUE,
            STARRED,
            HIDDEN,
            "Fetching the feed's ranking. | day 3 of 7. | esc stop",
            CHANGED,
            GROUP,
            PAGES,
            MUTED,
            "Fetching Tue 5 May. | day 3 of 7. | esc stop",
            "Fetching Week 19, 4 to 10 May 2026. | day 3 of 7. | esc stop",
            "Fetching March 2026. | day 3 of 7. | esc stop",
        ),
    ),
    "refreshing since this moment": (
        lambda view_id: _day_unknown(view_id).refresh_started(view_id),
        (
            "Fetching the latest days. | esc stop",
            FOLLOWED,
            "All 60 papers are read. | New ones are being fetched. | ga all papers",
            QUEUE,
            STARRED,
            HIDDEN,
            "Fetching the feed's ranking. | esc stop",
            CHANGED,
            GROUP,
            PAGES,
            MUTED,
            "Fetching Tue 5 May. | esc stop",
            "Fetching Week 19, 4 to 10 May 2026. | esc stop",
            "Fetching March 2026. | esc stop",
        ),
    ),
    "all hidden": (
        lambda view_id: empty(view_id, facts=FACTS._replace(are_hidden=True), base=0, anywhere=60),
        (
            "All papers of today are hidden. | [ Monday has 16   / is:hidden lists them",
            "All followed papers are hidden. | / is:hidden lists them",
            UNREAD,
            "All papers in Queue are hidden. | / is:hidden lists them",
            "All starred papers are hidden. | / is:hidden lists them",
            HIDDEN,
            "All trending papers are hidden. | / is:hidden lists them",
            "All papers in Second look are hidden. | / is:hidden lists them",
            "All papers in Group are hidden. | / is:hidden lists them",
            PAGES,
            MUTED,
            "All papers of Tue 5 May are hidden. | [ Thursday has 16   ] Friday has 14   / is:hidden lists them",
            "All papers of Week 19, 4 to 10 May 2026 are hidden."
            " | [ Thursday has 16   ] Monday has 16   / is:hidden lists them",
            "All papers of March 2026 are hidden. | ] Thu 30 Apr has 16   / is:hidden lists them",
        ),
    ),
    "all read": (
        lambda view_id: empty(view_id, "is:unread"),
        (
            "All 14 of today read. | [ Friday has 3 left   gu all 19 unread   F shows them",
            "All 14 of what you follow read. | gu all 19 unread   F shows them",
            "All 14 of what is here read. | gu all 19 unread   F shows them",
            "All 14 of the queue read. | gu all 19 unread   F shows them",
            "All 14 of the starred papers read. | gu all 19 unread   F shows them",
            "All 14 of what is here read. | gu all 19 unread   F shows them",
            "All 14 of Trending read. | gu all 19 unread   F shows them",
            "Nothing matches is:unread in Second look. | F clears the query",
            "All 14 of Group read. | gu all 19 unread   F shows them",
            "All 14 of Saved pages read. | gu all 19 unread   F shows them",
            "All 14 of Muted read. | gu all 19 unread   F shows them",
            "All 14 of Tue 5 May read. | [ Thursday has 16 left   gu all 19 unread   F shows them",
            "All 14 of Week 19, 4 to 10 May 2026 read. | gu all 19 unread   F shows them",
            "All 14 of March 2026 read. | gu all 19 unread   F shows them",
        ),
    ),
    "day unknown": (
        _day_unknown,
        (
            "No papers on Tue 12 May. | The feed has not been asked yet. | [ Monday has 16   r asks the feed",
            FOLLOWED,
            UNREAD,
            QUEUE,
            STARRED,
            HIDDEN,
            RANKING,
            CHANGED,
            GROUP,
            PAGES,
            MUTED,
            "No papers on Tue 5 May. | The feed has not been asked yet."
            " | [ Thursday has 16   ] Friday has 14   r asks the feed",
            "No papers in Week 19, 4 to 10 May 2026. | The feed has not been asked yet."
            " | [ Thursday has 16   ] Monday has 16   r asks the feed",
            "No papers in March 2026. | The feed has not been asked yet. | ] Thu 30 Apr has 16   r asks the feed",
        ),
    ),
}
"""What each view says in each situation, in the order of `VIEWS`; one text where all say the same."""


@pytest.mark.parametrize("situation", CASES)
@pytest.mark.parametrize("view_id", VIEWS)
def test_every_view_says_what_is_so_and_which_key_helps_here(view_id: str, situation: str) -> None:
    make, texts = CASES[situation]
    expected = texts if isinstance(texts, str) else texts[VIEWS.index(view_id)]
    assert " | ".join(lines(make(view_id))) == expected


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("topic:agents upvotes:>900", "It asks for topic:agents upvotes:>900."),
        ("topic:gone", "There is no topic gone. It asks for topic:gone."),
    ],
)
def test_a_saved_view_says_what_it_asks_for_and_nothing_of_a_day(query: str, why: str) -> None:
    place = Place(saved_view("best", query))
    state = empty("all", base=0, anywhere=60)
    state = replace(state, place=place, listing=replace(state.listing, place=place), counts=counts(place, base=0))
    assert " | ".join(lines(state)) == f"No paper in best. | {why} | ga all papers"


def test_the_view_of_what_is_followed_says_whether_anything_is() -> None:
    state = replace(empty("followed", base=0), follows=(FollowCount(Follow("author", "Ke Li"), 0, 0),))
    assert " | ".join(lines(state)) == "No paper that you follow is here yet. | New ones will be. | ga all papers"
    one = empty("follow:author:Ke Li", base=0)
    assert " | ".join(lines(one)) == "No paper of Ke Li is here yet. | New ones will be. | ga all papers"


@pytest.mark.parametrize("text", ["", "robot"])
def test_before_anything_is_learned_for_you_says_how_to_begin(text: str) -> None:
    state = empty(FOR_YOU, text, base=60, anywhere=60)
    assert lines(state) == [
        "Nothing has been learned from your marks yet.",
        "Star a paper that you like, or pick three topics; then the best for you come first.",
        "gW picks topics   ga all papers",
    ]
    known = Learned(Taste(traits=(TasteTerm(0, "Agents", 0.5, 0, "topic", "agents"),)))
    listing = replace(state.listing, order=state.listing.order._replace(learned=known))
    told = lines(replace(state, listing=listing))
    assert told[0] == (
        "Nothing matches robot in For you." if text else "Nothing is left that is unread and not starred."
    )


DEMO = (
    "No papers on Tue 12 May. | The sample has only its own days. | [ Monday has 16",
    FOLLOWED,
    "All 60 papers are read. | ga all papers",
    QUEUE,
    STARRED,
    HIDDEN,
    "No ranking yet. | The sample has none. | ga all papers",
    CHANGED,
    GROUP,
    PAGES,
    MUTED,
    "No papers on Tue 5 May. | The sample has only its own days. | [ Thursday has 16   ] Friday has 14",
    "No papers in Week 19, 4 to 10 May 2026. | The sample has only its own days. | [ Thursday has 16   ] Monday has 16",
    "No papers in March 2026. | The sample has only its own days. | ] Thu 30 Apr has 16",
)


@pytest.mark.parametrize(("view_id", "text"), zip(VIEWS, DEMO, strict=True))
def test_the_sample_never_offers_to_ask_the_feed(view_id: str, text: str) -> None:
    assert " | ".join(lines(_day_unknown(view_id), demo=True)) == text
    for make, _ in CASES.values():
        keys = lines(make(view_id), demo=True)[-1]
        assert not any(asks in keys for asks in ("feed", "try again", "looks for", "open the sample", "r fetch"))


@pytest.mark.parametrize("situation", CASES)
@pytest.mark.parametrize("view_id", VIEWS)
def test_a_key_that_is_named_helps_there(view_id: str, situation: str) -> None:
    state = CASES[situation][0](view_id)
    shown = lines(state)
    assert 2 <= len(shown) <= 3
    named = {part.split(" ", 1)[0] for part in shown[-1].split("   ")}
    acting = {key for action in ACTIONS for key in KEYMAP.labels(action.id, state.context)}
    assert named <= acting
    if state.context in TYPING:
        assert not named & set("F/rDq[]s") and not named & {"ga", "gu"}
    if not (state.place.text or state.draft):
        assert not named & {"F", "ctrl+a", "tab"}
    if view_id == "all":
        assert not named & {"ga", "ctrl+a"}
    assert ("[" in named) == any(day in shown[-1] for day in ("[ Monday", "[ Thursday", "[ Friday"))


def test_the_feeds_results_come_before_any_other_reason() -> None:
    results = FeedResults("perpetual motion", [], find=lambda id: None, store=lambda listings: None)
    state = empty("unread", "robot", CacheFacts(None, has_papers=False)).list_results(results, TOP)
    state = state.listed(ListContent(state.place, results.order, results))
    assert lines(state) == ["The feed finds nothing for perpetual motion.", "/ other words   esc back to the list"]


def test_counts_of_another_place_are_not_used() -> None:
    state = empty("starred", "robot", anywhere=7)
    other = replace(state, counts=counts(Place(view("today"), "robots"), anywhere=60))
    assert state.in_all == 7
    assert other.in_all is None
    assert lines(other) == ["Nothing matches robot in Starred.", "F clears the query   ctrl+s searches the feed"]


@pytest.mark.parametrize("text", ["upvotes:>500", "topic:agents is:starred", "-robot", "since:7d"])
def test_the_feed_is_searched_for_words_alone(text: str) -> None:
    assert lines(empty("all", text)) == [f"Nothing matches {text}.", "F clears the query"]


@pytest.mark.parametrize(
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
    state = empty("today", text, anywhere=3)
    assert lines(state)[1] == f"Did you mean {meant}?"
    assert corrected(state.place, state.topic_papers) == meant
    assert corrected(state.place, {}) is None


@pytest.mark.parametrize("text", ["topic:agents", "robot", "", "topic:zzzzzzzzzzzz"])
def test_nothing_is_suggested_where_nothing_is_near(text: str) -> None:
    assert corrected(Place(view("all"), text), dict.fromkeys(TOPICS, 0)) is None


def test_a_half_typed_topic_is_the_one_with_most_papers() -> None:
    state = empty("today", "topic:vid")
    assert state.counts is not None
    counted = (TopicCount("video", "", "", 2), TopicCount("video-qa", "", "", 9))
    state = replace(state, counts=state.counts._replace(topics=counted))
    assert lines(state)[1] == "Did you mean topic:video-qa?"


def test_today_is_the_newest_day_that_has_papers() -> None:
    state = empty("today", "is:unread", FACTS._replace(newest_day="2026-05-08"))
    assert lines(state) == ["All 14 of today read.", "[ Thu 30 Apr has 16 left   gu all 16 unread   F shows them"]


def test_papers_that_no_day_lists_are_papers() -> None:
    state = replace(empty("today", facts=CacheFacts(None, has_papers=True, is_day_known=False)), counts=None)
    assert lines(state) == [
        "No papers on Tue 12 May.",
        "The feed has not been asked yet.",
        "r asks the feed   ga all papers",
    ]


def test_the_step_to_the_day_before_is_named_only_where_it_leads_to_unread_papers() -> None:
    end = DayCount("2026-05-12", 14, 0)
    today = replace(empty("today"), place=Place(view("today")))
    assert day_end_notice(today, end, KEYMAP.key) == "All 14 read · u undoes · gu all 19 unread"
    friday = replace(empty("day:2026-05-11"), place=Place(view("day:2026-05-11")))
    left = day_end_notice(friday, DayCount("2026-05-11", 1, 0), KEYMAP.key)
    assert left == "All read · u undoes · [ Friday has 3 left"
    unread = replace(today, place=Place(view("today"), "is:unread"))
    assert day_end_notice(unread, end, KEYMAP.key) == "All 14 read · u undoes · [ Friday has 3 left"
    narrowed = replace(today, place=Place(view("today"), "topic:agents"))
    assert day_end_notice(narrowed, end, KEYMAP.key) == "All 14 read · u undoes · gu all 19 unread"


def test_the_end_of_a_day_counts_what_is_left_elsewhere() -> None:
    state = empty("day:2026-05-08")
    # The counts are from before the last three papers of that day were read.
    days = (DayCount("2026-05-08", 14, 3),)
    state = replace(state, counts=counts(state.place, unread=3)._replace(days=days))
    day = DayCount("2026-05-08", 14, 0)
    assert day_end_notice(state, day, KEYMAP.key) == "All 14 read · u undoes · nothing unread is left"
    assert day_end_notice(state, day._replace(unread=1), KEYMAP.key) == ""
    assert day_end_notice(state, day._replace(papers=0), KEYMAP.key) == ""
    assert day_end_notice(replace(state, counts=None), day, KEYMAP.key) == "All 14 read · u undoes"


@given(
    st.sampled_from(VIEWS),
    st.sampled_from(["", "robot", "is:unread", "topic:agent", "2406.12345", "sort:title"]),
    st.builds(CacheFacts, st.sampled_from([None, "2026-05-08", "2026-05-12"]), st.booleans(),
              st.sampled_from([None, "2406.12345"]), st.booleans(), st.booleans()),
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 60),
    st.none() | st.sampled_from(VIEWS),
    st.none() | st.sampled_from(["", "r", "topic:", "topic:agnets", "id:", "(", "is:unr", "topc:x", "-"]),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_every_empty_list_has_a_reason_that_can_be_drawn(
    view_id: str,
    text: str,
    facts: CacheFacts,
    unread: int,
    base: int,
    anywhere: int,
    refreshing: str | None,
    typed: str | None,
    is_counted: bool,
    is_offline: bool,
    is_demo: bool,
) -> None:
    state = empty(view_id, text, facts, unread=unread, base=base, anywhere=anywhere)
    state = state if is_counted else replace(state, counts=None)
    state = state.refresh_failed("No network.", "offline", NOW) if is_offline else state
    state = state if refreshing is None else state.refresh_started(refreshing)
    state = state if typed is None else typing(state, typed)
    shown = lines(state, demo=is_demo)
    assert 1 <= len(shown) <= 3
    assert all(shown)


def test_a_query_without_papers_names_the_day_that_today_shows() -> None:
    reason = empty_reason(_query("today"), date(2026, 5, 14))
    assert "".join(piece.text for piece in reason.what) == "Nothing matches robot on Tue 12 May."
