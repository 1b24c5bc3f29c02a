"""The first line."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from reader.cache.feeds import Coverage
from reader.cache.reads.window import DayCount, Order
from reader.core.lines import literal, measure
from reader.session.places import Place, view
from reader.ui.filter.state import CORRECTED, COUNTED, filter_parts
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.status_lines import EDIT_QUERY, Condition, Header, header_line
from reader.ui.kit.styles import STYLES
from reader.ui.list.header import header, header_parts
from reader.ui.refresh.state import REFRESH, SYNC_FAILING, RefreshStatus
from reader.ui.shell.listing import CacheFacts, FeedResults, ListContent
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.stage import COUNTS, NOW, at, listing, text

# Worked out from states

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
    """A list of results of the feed."""
    results = FeedResults("weather", (999,))
    state = at("all", "robot").list_results(results)
    return state.with_list(ListContent(state.place, Order(results.pks), results))


BEST_FITS = State(listing=ListContent(Place(view("all"), "~difusion"), Order(array("q", [3]))))


def latest(*, is_empty: bool) -> State:
    """The newest day: counted, or a later one whose papers are all hidden."""
    facts = CacheFacts("2026-05-13") if is_empty else CacheFacts()
    listed = ListContent(Place(), Order(array("q", () if is_empty else (1,))), facts=facts)
    return State(listing=listed).put(COUNTED, COUNTS)


@each(
    ("state", "shown"),
    [
        (at("all", "robot"), Header("All", "robot", 3, 60)),
        (at("all"), Header("All", "", 3)),
        (at("all", "robot", complete=False), Header("All", "robot", None, 60)),
        # No number is shown until all of its parts are known.
        (at("all").put(COUNTED, None), Header("All", "", 3)),
        (at("all", "robot").put(COUNTED, None), Header("All", "robot")),
        (at("latest").put(COUNTED, None), Header("Latest")),
        (at("day:2026-05-11").put(COUNTED, None), Header("Mon 11 May")),
        (at("latest"), Header("Latest", "", 3, read=0)),
        (at("day:2026-05-11"), Header("Mon 11 May", "", 3, read=16)),
        (at("day:2026-05-11", papers=20), Header("Mon 11 May", "", 16, read=16)),
        (at("day:2026-05-11", "robot", 20), Header("Mon 11 May", "robot", 20, 60, 16)),
        (at("day:2026-05-10"), Header("Sun 10 May", "", 3)),
        (latest(is_empty=True), Header("Latest · Wed 13 May", "", 0)),
        (latest(is_empty=False), Header("Latest", "", 1, read=0)),
        # It names the old list until the new one arrives.
        (at("all", "robot").go(Place(view("starred"))), Header("All", "robot", 3, 60)),
        (found(), Header("From the feed", "weather", 1)),
    ],
)
def test_the_header_has_the_place_the_query_and_the_numbers(state: State, shown: Header) -> None:
    assert header(state, NOW, "·") == shown._replace(condition=NOT_YET)


def test_the_header_says_which_words_were_taken_for_others() -> None:
    asked = BEST_FITS, *(BEST_FITS.put(CORRECTED, (query, "~diffusion")) for query in ("~difusion", "other"))
    shown = [header(one, NOW, "·").query for one in asked]
    assert shown == ["~difusion", "~difusion  (searched for ~diffusion)", "~difusion"]


def read(ago: timedelta) -> State:
    return at("latest").put(REFRESH, RefreshStatus(last=NOW - ago))


def missing(*names: str) -> State:
    known = tuple((name, Coverage("", ("2026-05-11",), "arXiv's API refused")) for name in names)
    counts = COUNTS._replace(days=(DayCount("2026-05-11", 40, 30, incomplete=known),))
    return read(timedelta(minutes=30)).put(COUNTED, counts)


SINCE = NOW.astimezone() - timedelta(minutes=30)

REFRESHING = at("latest").put(REFRESH, RefreshStatus().with_start()._replace(progress="day 3 of 7"))
SEARCHING = REFRESHING.search_feed("gloves")
FETCHING = at("latest").put(TEXTS_AHEAD, "text 1 of 2")
OFFLINE = FETCHING.put(REFRESH, RefreshStatus().with_failure("No network.", "offline", SINCE))
SILENT = at("latest").put(REFRESH, RefreshStatus(trouble="2 feeds silent", failing_since=SINCE - timedelta(days=2)))
UNJOINED = FETCHING.put(SYNC_FAILING, SINCE)


@each(
    ("state", "condition"),
    [
        (read(timedelta(minutes=30)), Condition("07:44", "fresh")),
        (read(timedelta(hours=9)), Condition("11 May", "fresh")),
        (read(timedelta(days=40)), Condition("2 Apr", "fresh")),
        (missing("cs.CL"), Condition("07:44 · cs.CL incomplete", "fresh")),
        (missing("cs.CL", "cs.AI"), Condition("07:44 · cs.CL incomplete +1", "fresh")),
        (REFRESHING, Condition("day 3 of 7", "busy")),
        (SEARCHING, Condition("searching the feed", "busy")),
        (SEARCHING.busy_with("marking 2 of 9"), Condition("marking 2 of 9", "busy")),
        (FETCHING, Condition("text 1 of 2", "plain")),
        (OFFLINE, Condition("offline 07:44", "trouble")),
        (SILENT, Condition("2 feeds silent 10 May", "trouble")),
        (replace(SILENT, mode="sample"), Condition("sample", "plain")),
    ],
)
def test_the_header_shows_progress_or_a_lasting_problem(state: State, condition: Condition) -> None:
    assert header(state, NOW, "·").condition == condition


def test_the_header_changes_only_with_the_parts_of_the_state_that_it_shows() -> None:
    state = at("all", "robot")
    for after in (
        state.highlight(2),
        state.with_new_marks(),
        state.change_notices(lambda notices: notices.with_answer("41 read")),
        state.open_query(),
        state.remember_query("robot"),
    ):
        for parts in (header_parts, filter_parts):
            assert parts(after) == parts(state)
    assert header_parts(state.put(COUNTED, None)) != header_parts(state) == header_parts(state.put(CORRECTED, ("", "")))
    assert header_parts(state.put(REFRESH, RefreshStatus().with_start())) != header_parts(state)
    assert header_parts(state.search_feed("x")) != header_parts(state)


# Drawn for a width

WIDTHS = (60, 70, 80, 90, 100, 130, 140, 180, 200)
FRESH = Condition("08:14", "fresh")
OFFLINE_CONDITION = Condition("offline 18:25", "trouble")
NARROWED = Header("Latest · Tue 24 Nov", "topic:agents is:unread", 12, 34, 22, FRESH)

CONDITIONS = st.builds(
    Condition, st.sampled_from(["", "08:14", "day 3 of 7", "sample"]), st.sampled_from(["fresh", "busy", "trouble"])
)
PAPER_NUMBERS = st.none() | st.integers(0, 2_000_000)
HEADERS = st.builds(
    Header,
    st.text(max_size=30),
    st.text(max_size=90),
    PAPER_NUMBERS,
    PAPER_NUMBERS,
    PAPER_NUMBERS,
    CONDITIONS,
)


@each(
    ("width", "left", "right"),
    [
        (100, " dailypapers  Latest · Tue 24 Nov » topic:agents is:unread ", "12 of 34 · ↻ 08:14 "),
        (72, " Latest · Tue 24 Nov » topic:agents is:unread ", "12 of 34 · ↻ 08:14 "),
        (64, " Latest » topic:agents is:unread ", "12 of 34 · ↻ 08:14 "),
        (40, " Latest » topic:agents is:unread ", "12 "),
        (30, " Latest » topic:agents… ", "12 "),
        (24, " Latest » topic:a… ", "12 "),
        (23, " Latest ", "12 "),
        (16, " Latest ", "12 "),
    ],
)
def test_the_header_drops_details_first_and_the_query_last(width: int, left: str, right: str) -> None:
    line = text(header_line(NARROWED, width))
    assert line == left + " " * (width - len(left) - len(right)) + right


def test_trouble_outlasts_progress_as_the_line_narrows() -> None:
    header = NARROWED._replace(condition=OFFLINE_CONDITION)
    for width, end in {80: "12 of 34 · ○ offline 18:25 ", 62: "12 of 34 · ○ offline 18:25 ", 42: "12 · ○ "}.items():
        assert text(header_line(header, width)).endswith(end)


@each(
    ("header", "end"),
    [
        (Header("All", "", 9295, 9295), "9,295 papers "),
        (Header("Latest", "", 1), "1 paper "),
        (Header("All", "x", 1200, 9295), "1,200 of 9,295 "),
        (Header("All", "x", None, 9295), " "),
        (Header("Latest", "", 34, None, 12), "12 of 34 read "),
        (Header("Latest", "", 34, None, 34), "all 34 read "),
        (Header("Latest", "", 0, None, 12), "0 papers "),
        (Header("Latest", "", None, None, 12), " "),
        (Header("Latest", "robot", 3, 34, 12), "3 of 34 "),
        (Header("Latest", "", 34, None, 12, Condition("sample")), "12 of 34 read · sample "),
        (Header("Latest", "", None, None, None, FRESH), " ↻ 08:14 "),
    ],
)
def test_the_right_says_how_many_of_how_many_and_how_much_of_the_day_is_read(header: Header, end: str) -> None:
    assert text(header_line(header, 80)).endswith(end)


def test_work_under_way_has_a_turning_sign() -> None:
    header = Header("Latest", "", 34, condition=Condition("day 3 of 7", "busy"))
    assert text(header_line(header, 80, ASCII)).endswith("34 papers - | day 3 of 7 ")
    assert text(header_line(header, 80, ASCII, turn=5)).endswith("34 papers - / day 3 of 7 ")


def test_a_click_on_the_query_or_beside_it_edits_it() -> None:
    for shown in (NARROWED, NARROWED._replace(query="")):
        line = header_line(shown, 100)
        edits = [piece.text for piece in line if piece.action == EDIT_QUERY]
        assert any(not part.strip() for part in edits)
        assert (" topic:agents is:unread " in edits) == bool(shown.query)


@given(HEADERS, st.sampled_from((*WIDTHS, 0, 1, 7, 20, 33)), st.sampled_from([UNICODE, ASCII]))
def test_the_line_never_exceeds_its_width_and_shows_as_much_of_the_query_as_can_be(
    header: Header, width: int, glyphs: Glyphs
) -> None:
    line = header_line(header, width, glyphs)
    assert measure(line) <= width
    assert {piece.role for piece in line} <= STYLES.keys()
    assert all(piece.text.isprintable() for piece in line)
    assert not any(char in text(line) for char in "\x1b\x07\u202e")
    wide = len(literal(header.place)) * 2 + len(literal(header.query)) * 2 + 20
    if header.query and wide <= width:
        assert f" {literal(header.query)} " in text(line)


def test_an_ascii_line_has_only_ascii_characters() -> None:
    for condition in (
        FRESH,
        FRESH._replace(text="08:14 · cs.CL 8 of 14"),
        OFFLINE_CONDITION,
        Condition("day 3 of 7", "busy"),
    ):
        for width in WIDTHS:
            header = NARROWED._replace(
                place="Latest", query="topic:agents is:unread since:7d upvotes:>20", condition=condition
            )
            assert text(header_line(header, width, ASCII)).isascii()
