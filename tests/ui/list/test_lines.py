"""How papers, headings and the end of a day are drawn: pure functions of rows, widths and days."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reader.cache.coverage import Coverage
from reader.cache.reads.window import DayCount
from reader.core.lines import measure
from reader.core.paper_row import PaperRow
from reader.data import read_text
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.lines import pattern
from reader.ui.list.lines import (
    LIST_ROLES,
    DayEnd,
    Heading,
    HoleAt,
    ListLook,
    PaperAt,
    coverage_note,
    day_end,
    draw_content,
    draw_end,
    draw_hole,
    draw_paper,
    paper_height,
)
from reader.ui.shell.layout import lay_out
from reader.ui.shell.list_layout import MOST_LINES
from tests.table import each
from tests.ui.drawings import text
from tests.ui.stage import TODAY, row

LOOK = ListLook(UNICODE, TODAY, older_key="[")
DATED = LOOK._replace(has_dates=True)
COMFORTABLE = LOOK._replace(is_comfortable=True)
BOTH = COMFORTABLE._replace(has_dates=True)

CODED = row(1, "A title", upvotes=5, comments=7, code=True)
KEPT = row(1, "A title")._replace(queued=True, has_note=True, has_text=True)
LONG = row(1, "A title that is too long for one line")
WHY = row(1, "A title", why="like what you starred; by Ada Byron, whom you follow")
ONE_LINE = f"{'':7}one line{'':18}"

HOSTILE = [
    "\x1b[31mred\x1b[0m \x9b2J and \x07 bell",
    "多模态大语言模型在长视频理解中的应用与评测一个非常长的标题用来测试截断是否正确",
    "e\u0301\u0323\u0302 accents 👩\u200d🔬❤\ufe0f emoji 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀",
    "\ud800 lone \u2028 separators \u00a0 spaces\nand lines",
    "",
]


def lines(one: PaperRow, width: int, look: ListLook = LOOK, highlighted: bool = False) -> list[str]:
    return [text(line) for line in draw_paper(one, width, look, highlighted)]


@each(
    ("paper", "width", "look", "expected"),
    [
        # A narrow list drops columns and keeps the title; a blank stays before the bar.
        (CODED, 20, LOOK, [" ● A title"]),
        (CODED, 30, LOOK, [" ●   5 A title"]),
        (CODED, 44, LOOK, [" ●   5 ‹› A title"]),
        (CODED, 160, LOOK, [" ●   5 ‹› A title"]),
        (row(1, "A title that is too long"), 25, LOOK, [" ● A title that is too…"]),
        *(
            (row(1, "A title", upvotes=votes), 30, LOOK, [f" ● {shown} A title"])
            for votes, shown in ((999, "999"), (1_000, " 1k"), (99_999, "99k"), (100_000, "99k"), (None, "   "))
        ),
        # What is kept of a paper stands behind its title.
        (KEPT, 44, LOOK, [f" ●   1    A title{'':22} ◔✎▤ "]),
        (KEPT, 44, LOOK._replace(glyphs=ASCII), [f" *   1    A title{'':22} qn= "]),
        (KEPT, 29, LOOK, [" ● A title"]),
        (LONG, 37, LOOK, [" ●   1 A title that is too long for…"]),
        (LONG._replace(has_text=True), 37, LOOK, [" ●   1 A title that is too long f… ▤ "]),
        # A title that does not fit takes a second line.
        (LONG, 36, COMFORTABLE, [" ●   1 A title that is too long for", "       one line"]),
        (LONG._replace(queued=True), 36, COMFORTABLE, [" ●   1 A title that is too long for", f"{ONE_LINE} ◔ "]),
        (row(1, "Fits"), 36, COMFORTABLE, [" ●   1 Fits"]),
        (
            row(1, f"{LONG.title} and for a second one, even so"),
            *(36, COMFORTABLE, [" ●   1 A title that is too long for", "       one line and for a second o…"]),
        ),
        # A date stands at the right, with the year of other years, in the last line of a title.
        (row(1, "A title", day="2025-06-02"), 50, DATED, [f" ●   1    A title{'':27}2 Jun "]),
        (LONG._replace(day="2024-09-30"), 50, DATED, [" ●   1    A title that is too long for…  Sep 2024 "]),
        (row(1, "A title", day=""), 50, DATED, [f" ●   1    A title{'':32} "]),
        (row(1, "A title", day="2024-09-30"), 49, DATED, [" ●   1    A title"]),
        (
            row(1, "A title", day="2024-09-30"),
            *(50, DATED._replace(is_period=True), [f" ●   1    A title{'':26}30 Sep "]),
        ),
        (LONG._replace(queued=True), 50, DATED, [" ●   1    A title that is too long for… ◔  24 Nov "]),
        (
            row(1, "A title that is as long as it may", day="2025-06-02"),
            *(50, BOTH, [" ●   1    A title that is as long as it", f"{'':10}may{'':29}  2 Jun "]),
        ),
        (row(1, "x" * 32, day="2025-06-02"), 50, BOTH, [f" ●   1    {'x' * 32}  2 Jun "]),
        (row(1, "x" * 33, day="2025-06-02"), 50, BOTH, [f" ●   1    {'x' * 32}", f"{'':10}x{'':31}  2 Jun "]),
        # The reasons why a paper is listed are its last line, as many as fit.
        (WHY, 40, LOOK, [" ●   1 A title"]),
        (WHY, 40, COMFORTABLE, [" ●   1 A title", "       like what you starred"]),
        (
            row(1, "x" * 32, why="a single reason that is longer than the line"),
            *(40, COMFORTABLE, [f" ●   1 {'x' * 32}", "       a single reason that is longer…"]),
        ),
        (
            row(1, "x" * 33, why="one; two"),
            *(40, COMFORTABLE, [f" ●   1 {'x' * 32}", "       x", "       one; two"]),
        ),
    ],
)
def test_a_paper_takes_as_many_lines_and_columns_as_there_is_room_for(
    paper: PaperRow, width: int, look: ListLook, expected: list[str]
) -> None:
    assert lines(paper, width, look) == expected
    assert len(expected) == paper_height(paper, width, look)


def test_a_paper_that_only_its_full_text_finds_is_marked() -> None:
    found = row(1, "Title")._replace(has_text=True, queued=True)
    (line,) = draw_content(PaperAt(found, in_text=True), 60, LOOK)
    assert [piece.text for piece in line if piece.hit] == [UNICODE.full_text]
    assert text(line).endswith(f" {UNICODE.queued}{UNICODE.full_text} ") and measure(line) == 60


def test_recorded_titles_are_whole_and_nine_are_in_view_of_24_lines() -> None:
    sample = [[item["paper"] for item in day["items"]] for day in json.loads(read_text("sample.json"))]
    days = [[row(1, paper["title"], code="githubRepo" in paper) for paper in day] for day in sample]
    for size, most in (((80, 24), 0.0), ((100, 30), 0.25), ((140, 42), 0.25), ((200, 60), 0.0)):
        area = lay_out(size[0], size[1] - 2).list
        assert area is not None
        shown = [lines(one, area.width - 1, COMFORTABLE)[-1] for day in days for one in day]
        assert sum(line.endswith("…") for line in shown) <= most * len(shown)
        nine = [sum(paper_height(one, area.width - 1, COMFORTABLE) for one in day[:9]) for day in days if len(day) > 8]
        assert 1 + max(nine) <= area.height


def test_a_mark_never_gives_a_title_another_line() -> None:
    for length in range(20, 70):
        bare = row(1, "x" * length)
        kept = bare._replace(queued=True, has_note=True, has_text=True, starred=True, read=True, flags=7)
        assert len(lines(bare, 44, COMFORTABLE)) == len(lines(kept, 44, COMFORTABLE))


def test_state_is_a_shape_and_only_the_cursor_has_a_weight_and_where_keys_act_a_bar() -> None:
    shelf = (row(1), row(1, read=True), row(1, starred=True), row(1, hidden=True), row(1, kept=False))
    for here, look, glyphs, bar in (
        (False, LOOK, "● ★◌+", " "),
        (True, LOOK, "● ★◌+", "▌"),
        (True, LOOK._replace(has_focus=False, glyphs=ASCII), "*.#x+", " "),
    ):
        drawn = [draw_paper(one, 20, look, here)[0] for one in shelf]
        assert [text(line)[:2] for line in drawn] == [f"{bar}{state}" for state in glyphs]
        roles = ["current", "current-read"] if here else ["unread", "read"]
        own = roles[1] if here else "hidden"
        assert [line[-1].role for line in drawn] == [roles[0], roles[1], roles[0], own, roles[0]]


def test_one_sign_says_what_was_flagged_before_rising_votes() -> None:
    signs = [lines(row(1, rising=True, flags=flags), 60)[0][2] for flags in (0, 2, 3, 7)]
    assert signs == [UNICODE.rising, UNICODE.highlighted, UNICODE.followed, UNICODE.changed]
    assert text(draw_content(PaperAt(row(1, flags=7), is_selected=True), 60, LOOK)[0])[2] == UNICODE.picked
    ascii = LOOK._replace(glyphs=ASCII)
    assert lines(row(1, code=True, rising=True), 44, ascii) == [" */  1 <> A paper"]
    assert text(draw_end(DayEnd(MONDAY), 60, ascii)) == " - 12 unread -"
    assert text(draw_hole(HoleAt(1, True), 30, ascii)) == "|- 1 day is missing here -"


@given(
    st.text(max_size=80) | st.sampled_from(HOSTILE),
    st.integers(3, 160),
    st.integers(0, 10**9),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
    st.booleans(),
)
def test_lines_keep_to_the_width(
    words: str, width: int, number: int, flag: bool, glyphs: Glyphs, has_dates: bool, is_comfortable: bool
) -> None:
    look = ListLook(glyphs, TODAY, pattern(("ends",)), has_dates, is_comfortable)
    one = row(1, words, upvotes=number, code=flag, starred=flag, why=words)
    drawn = draw_paper(one, width, look, flag)
    assert len(drawn) == paper_height(one, width, look) <= MOST_LINES
    for line in drawn:
        assert measure(line) <= width
        assert all(piece.text.isprintable() and piece.role in {*LIST_ROLES, "text"} for piece in line)


# Headings and the end


def test_a_day_says_how_whole_its_categories_are_and_gaps_alone_if_there_are_any() -> None:
    whole = Coverage("2025-11-24", 14, 14, 2, ("list", "rss"))
    quiet, short = whole._replace(papers=0, here=0), whole._replace(here=8)
    day = DayCount("2025-11-24", 34, 12, covered=(("cs.CL", whole), ("cs.RO", quiet), ("cs.CV", whole)))
    assert coverage_note(day, TODAY) == "cs.CL 14 of 14, cs.CV 14 of 14"
    assert coverage_note(day._replace(covered=(*day.covered, ("cs.LG", short))), TODAY) == "cs.LG 8 of 14"
    assert coverage_note(day._replace(covered=()), TODAY) == ""


MONDAY, FRIDAY, OCTOBER = DayCount("2025-11-24", 34, 12), DayCount("2025-11-21", 17, 8), DayCount("2024-10-31", 3, 0)
SOME, READ = DayCount("2025-11-24", 6, 4, is_partial=True), DayCount("2025-11-21", 2, 0, is_partial=True)
FETCHED = LOOK._replace(fetch_key="enter")


@each(
    ("content", "width", "line"),
    [
        (Heading("2025-11-24", 34, 12), 40, " MONDAY 24 NOVEMBER               12/34 "),
        (Heading("2025-11-24", 34), 40, " MONDAY 24 NOVEMBER                  34 "),
        (Heading("2025-11-24"), 40, " MONDAY 24 NOVEMBER                     "),
        (Heading("2024-12-30", 1_034, 0), 40, " MONDAY 30 DECEMBER 2024        0/1,034 "),
        (Heading("", 3), 40, " NO DAY                               3 "),
        (Heading("2025-11-24", 34, 12, note="CL 8 of 9, later"), 40, " MONDAY 24 NOVEMBER · CL 8 of 9   12/34 "),
        (Heading("2025-11-24", 34, 12, note="cs.CL 14 of 14"), 40, " MONDAY 24 NOVEMBER               12/34 "),
        # The number of papers stays in its place where there is room to say what it is.
        (Heading("2025-11-24", 34, 12), 44, " MONDAY 24 NOVEMBER         12 unread of 34 "),
        (Heading("2025-11-24", 34), 44, " MONDAY 24 NOVEMBER                      34 "),
        (Heading("2025-11-24", 6, 4, SOME.plus), 44, " MONDAY 24 NOVEMBER          4 unread of 6+ "),
        (DayEnd(MONDAY, FRIDAY), 37, " ─ 12 unread · [ Friday has 8 left ─"),
        (DayEnd(MONDAY, FRIDAY), 36, ""),
        (DayEnd(FRIDAY, OCTOBER), 60, " ─ 8 unread · [ Thu 31 Oct 2024 is read ─"),
        (DayEnd(OCTOBER), 60, " ─ all read ─"),
        (DayEnd(SOME, READ), 60, " ─ 4+ unread · [ Friday is partly here ─"),
        (DayEnd(READ, SOME), 60, " ─ all here read · [ Monday has 4+ left ─"),
        (HoleAt(9), 49, " ─ 9 days are missing here ─"),
        (HoleAt(9), 50, " ─ 9 days are missing here · enter fetches them ─"),
    ],
)
def test_headings_count_at_the_right_and_the_end_of_a_day_says_what_comes_next(
    content: Heading | DayEnd | HoleAt, width: int, line: str
) -> None:
    *above, drawn = draw_content(content, width, FETCHED)
    assert text(drawn) == line and above == [()] * isinstance(content, DayEnd)
    assert [one.text for one in drawn if one.role == "key"] == [key for key in ("[", "enter") if key in line]


def test_the_end_of_a_day_is_that_of_a_listed_day() -> None:
    days = [MONDAY, FRIDAY, OCTOBER]
    ends = [day_end(day, days) for day in ("", "2025-11-24", "2025-11-21", "2024-10-31", "2025-11-22")]
    assert ends == [*[DayEnd(MONDAY, FRIDAY)] * 2, DayEnd(FRIDAY, OCTOBER), DayEnd(OCTOBER), None]
    assert day_end("", []) is None
    assert text(draw_end(DayEnd(MONDAY, FRIDAY), 60, LOOK._replace(older_key=""))) == " ─ 12 unread ─"
