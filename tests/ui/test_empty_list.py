"""What an empty list says in place of papers, and the keys that lead on."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import DayCount, Order
from reader.core.views import FOR_YOU
from reader.keys.keymap import Keymap
from reader.session.places import Place, saved_view, view
from reader.ui.filter.counter import Counts
from reader.ui.filter.state import COUNTED, TOPIC_NAMES
from reader.ui.list.empty import EmptyReason, empty_reason, empty_state
from reader.ui.main_screen import Empty
from reader.ui.query.advice import type_query
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.listing import CacheFacts, FeedResults, ListContent
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.stage import Stage, staged, texts, view_counts, watch_paints

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
    return Counts(view_counts(14, 0, 0, unread, 0, 0, 60), DAYS, (), base, anywhere, place)


def empty(view_id: str, text: str = "", facts: CacheFacts = FACTS, **numbers: int) -> State:
    """A state that lists nothing in a place and has its counts."""
    place = Place(view(view_id), text)
    listing = ListContent(place, Order(array("q")), facts=facts)
    return State(place=place, listing=listing, parts={COUNTED: counts(place, **numbers), TOPIC_NAMES: TOPICS})


def typing(state: State, typed: str) -> State:
    """The state while a query is typed; the list follows as far as the text is a valid query."""
    begun = replace(state, place=state.place._replace(text="")).open_query()
    return type_query(begun, typed).with_list(state.listing)


def lines(state: State) -> list[str]:
    """The lines shown in place of the list."""
    reason = empty_reason(state)
    drawn = empty_state(reason, partial(KEYMAP.key, context=state.context), partial(KEYMAP.key, context="list"))
    return [one.replace("\u00a0", " ") for one in texts(drawn)]


def fetching(state: State, view_id: str = "latest", progress: str = "day 3 of 7") -> State:
    return state.put(REFRESH, RefreshStatus().with_start(view_id)._replace(progress=progress))


def offline(state: State) -> State:
    return state.put(REFRESH, RefreshStatus().with_failure("No network.", "offline", NOW))


def found_nothing() -> State:
    results = FeedResults("perpetual motion")
    state = empty("unread", "robot", CacheFacts(None, has_papers=False)).list_results(results)
    return state.with_list(ListContent(state.place, Order(results.pks), results))


def saved(query: str) -> State:
    """A saved view that lists nothing."""
    place = Place(saved_view("best", query))
    state = empty("all")
    return replace(state, place=place, listing=replace(state.listing, place=place)).put(COUNTED, counts(place, base=0))


VIEWS = (
    "latest", "followed", "unread", "queue", "starred", "all", "trending", "pages", "muted",
    "day:2026-05-05", "week:2026-W19", "month:2026-03",
)  # fmt: skip
UNKNOWN = FACTS._replace(is_day_known=False)
NOTHING = CacheFacts(None, has_papers=False)
NEAREST = "~robot finds the papers nearest in words."

ELSEWHERE = empty("starred", "robot", anywhere=7).put(COUNTED, counts(Place(view("latest"), "robots"), anywhere=60))
DAYS_AND_FETCH = "[ older day   ] newer day   r fetch"


@each(
    ("state", "shown"),
    [
        # Without a query.
        (empty("latest"), f"No papers on Tue 12 May. | The feed listed none, or all are hidden. | {DAYS_AND_FETCH}"),
        (
            empty("week:2026-W19", facts=UNKNOWN),
            f"No papers in Week 19. | The feed has not been asked yet. | {DAYS_AND_FETCH}",
        ),
        (
            offline(empty("month:2026-03", facts=UNKNOWN)),
            "No papers in March 2026. | No network. | [ older day   ] newer day   r try again",
        ),
        (
            fetching(empty("latest")),
            "No papers on Tue 12 May. | Fetching: day 3 of 7. | [ older day   ] newer day   esc stop",
        ),
        (empty("unread"), "All papers are read. | ga all papers"),
        (empty("all"), f"No papers. | The feed listed none, or all are hidden. | {DAYS_AND_FETCH}"),
        (empty("queue"), "The queue is empty. | On a paper, b queues it until you remove it. | ga all papers"),
        (empty("starred"), "Nothing starred yet. | On a paper, s keeps it here. | ga all papers"),
        (
            empty("followed"),
            "No papers that you follow yet."
            " | On a paper, w follows its authors, its venue, a topic or a word. | ga all papers",
        ),
        (
            empty("pages"),
            "No saved pages yet."
            " | In a shell, 'dailypapers import FILE' imports a page that a browser saved. | ga all papers",
        ),
        (empty("muted"), "Nothing is muted. | Papers with one of your muted words appear here. | ga all papers"),
        (empty("trending"), "No ranking yet. | It appears here once it is fetched. | r fetch   ga all papers"),
        (
            saved("topic:agents upvotes:>900"),
            "No papers in best yet. | Its query is topic:agents upvotes:>900. | ga all papers",
        ),
        (
            empty("follow:author:Ke Li"),
            "No papers of Ke Li yet. | Its query is follow:author:ke-li. | ga all papers",
        ),
        (empty("unread").rank(), "Ranking papers. | esc goes back"),
        (
            empty(FOR_YOU),
            "Nothing has been learned from your marks yet. | Star a paper that you like, or pick three topics:"
            " papers that suit you then come first. | W picks topics   ga all papers",
        ),
        # With an empty cache.
        (empty("latest", facts=NOTHING), "No papers yet. | r fetch   D open the sample   q quit"),
        (empty("latest", "robot", facts=NOTHING), "No papers yet. | r fetch   D open the sample"),
        (
            offline(empty("latest", facts=NOTHING)),
            "No papers yet. | No network. | r try again   D open the sample   q quit",
        ),
        (
            fetching(empty("latest", facts=NOTHING)),
            "No papers yet. | Fetching: day 3 of 7. | esc stop   D open the sample   q quit",
        ),
        # With a query.
        (
            empty("latest", "robot", anywhere=7),
            "Nothing matches robot on Tue 12 May. | 7 in all."
            " | ctrl+a searches all   F clears the query   ctrl+s searches the feed",
        ),
        (
            empty("all", "robot"),
            f"Nothing matches robot. | {NEAREST} | F clears the query   ctrl+s searches the feed",
        ),
        (
            typing(empty("starred", "robot"), "robot"),
            f"Nothing matches robot in Starred. | {NEAREST} | ctrl+s searches the feed   esc puts the list back",
        ),
        # The feed is searched for words alone, and counts of another place are not used.
        (empty("all", "topic:agents -robot"), "Nothing matches topic:agents -robot. | F clears the query"),
        (
            ELSEWHERE,
            f"Nothing matches robot in Starred. | {NEAREST} | F clears the query   ctrl+s searches the feed",
        ),
        (found_nothing(), "The feed finds nothing for perpetual motion. | / other words   esc back to the list"),
        (
            empty("latest", "2406.12345", FACTS._replace(missing_id="2406.12345")),
            "2406.12345 is not here yet. | enter fetches it from the feed or from arXiv   F clears the query",
        ),
        (
            empty("all", "topic:agnets topic:vidoe"),
            "There is no topic agnets. | Did you mean topic:agents topic:video? | tab takes it   F clears the query",
        ),
        (
            typing(empty("all", "topic:agnets"), "topic:agnets"),
            "Nothing matches yet. | Did you mean topic:agents? | tab takes it   esc puts the list back",
        ),
        (
            typing(empty("all", "robot"), "topc:agents"),
            "Nothing matches yet. | Did you mean topic:agents? | tab takes it   esc puts the list back",
        ),
        (typing(empty("all"), "id:"), "Nothing matches yet. | esc puts the list back"),
    ],
)
def test_an_empty_list_says_why_and_which_keys_help(state: State, shown: str) -> None:
    assert " | ".join(lines(state)) == shown


TYPED = ("", "r", "topic:", "topic:agnets", "id:", "(", "is:unr", "topc:x", "-")


@given(st.data())
def test_every_empty_list_has_a_reason_that_can_be_drawn(data: st.DataObject) -> None:
    draw, flags, numbers = data.draw, st.booleans(), st.integers(0, 60)
    texts = st.sampled_from(["", "robot", "is:unread", "topic:agent", "2406.12345", "sort:title"])
    days, ids = st.sampled_from([None, "2026-05-08", "2026-05-12"]), st.sampled_from([None, "2406.12345"])
    facts = draw(st.builds(CacheFacts, days, flags, ids, flags))
    state = empty(draw(st.sampled_from(VIEWS)), draw(texts), facts)
    if draw(flags):
        counted = counts(state.place, unread=draw(numbers), base=draw(numbers), anywhere=draw(numbers))
        state = state.put(COUNTED, counted)
    else:
        state = state.put(COUNTED, None)
    refresh = RefreshStatus().with_failure("No network.", "offline", NOW) if draw(flags) else RefreshStatus()
    refreshing, typed = draw(st.none() | st.sampled_from(VIEWS)), st.sampled_from(TYPED)
    state = state.put(REFRESH, refresh if refreshing is None else refresh.with_start(refreshing))
    state = typing(state, draw(typed)) if draw(flags) else state
    shown = lines(state)
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
    no_match = "Nothing matches topic:agnets.", "Did you mean topic:agents?"
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
                EmptyReason(f"Nothing matches {'x' * 119}….", "On a paper, `app.back` or `view.all`."),
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
