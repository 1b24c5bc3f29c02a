"""How papers, headings and the end of a day are drawn: pure functions of rows, widths and days."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.coverage import Coverage
from reader.cache.reads.window import DayCount
from reader.core.lines import Line, measure
from reader.core.paper_row import PaperRow
from reader.data import read_text
from reader.ui.kit.day_names import day_in_list, day_left
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
    draw_heading,
    draw_hole,
    draw_paper,
    paper_height,
)
from reader.ui.shell.layout import lay_out
from reader.ui.shell.list_layout import MOST_LINES
from tests.table import each
from tests.ui.stage import TODAY, row

LOOK = ListLook(UNICODE, TODAY, older_key="[")
DATED = LOOK._replace(has_dates=True)
COMFORTABLE = LOOK._replace(is_comfortable=True)

HOSTILE = [
    "\x1b[31mred\x1b[0m \x9b2J and \x07 bell",
    "多模态大语言模型在长视频理解中的应用与评测一个非常长的标题用来测试截断是否正确",
    "e\u0301\u0323\u0302 accents 👩\u200d🔬❤\ufe0f emoji 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀",
    "\ud800 lone \u2028 separators \u00a0 spaces\nand lines",
    "",
]


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def lines(one: PaperRow, width: int, look: ListLook = LOOK, highlighted: bool = False) -> list[str]:
    return [text(line) for line in draw_paper(one, width, look, highlighted)]


def test_a_paper_that_only_its_full_text_finds_is_marked() -> None:
    found = row(1, "Title")._replace(has_text=True, queued=True)
    (line,) = draw_paper(found, 60, LOOK, False, in_text=True)
    assert [piece.text for piece in line if piece.hit] == [UNICODE.full_text]
    assert text(line).endswith(f" {UNICODE.queued}{UNICODE.full_text} ") and measure(line) == 60
    assert draw_content(PaperAt(found, in_text=True), 60, LOOK) == (line,)


def test_narrow_lists_drop_columns_and_keep_the_title() -> None:
    one = row(1, "A title", upvotes=5, comments=7, code=True)
    assert lines(one, 20) == [" ● A title"]
    assert lines(one, 30) == [" ●   5 A title"]
    assert lines(one, 44) == lines(one, 160) == [" ●   5 ‹› A title"]
    votes = {999: "999", 1_000: " 1k", 99_999: "99k", 100_000: "99k", None: "   "}
    for upvotes, shown in votes.items():
        assert lines(row(1, "A title", upvotes=upvotes), 30) == [f" ● {shown} A title"]


def test_what_is_kept_of_a_paper_stands_behind_its_title() -> None:
    one = row(1, "A title")._replace(queued=True, has_note=True, has_text=True)
    (line,) = lines(one, 44)
    assert line == " ●   1    A title" + " " * 22 + " ◔✎▤ "
    assert lines(one, 29) == [" ● A title"]
    assert lines(one, 44, LOOK._replace(glyphs=ASCII))[0].endswith(" qn= ")
    one = row(1, "A title that is too long for it all")
    assert lines(one, 37) == [" ●   1 A title that is too long for…"]
    assert lines(one._replace(has_text=True), 37) == [" ●   1 A title that is too long f… ▤ "]
    assert lines(one._replace(queued=True), 50, DATED)[0].endswith(" ◔  24 Nov ")


def test_a_title_that_does_not_fit_takes_a_second_line_which_ends_with_what_is_kept() -> None:
    one = row(1, "A title that is too long for one line")
    assert lines(one, 36, COMFORTABLE) == [" ●   1 A title that is too long for", "       one line"]
    kept = one._replace(queued=True)
    assert lines(kept, 36, COMFORTABLE, highlighted=True) == [
        "▌●   1 A title that is too long for",
        "▌      one line                   ◔ ",
    ]
    assert lines(row(1, "Fits"), 36, COMFORTABLE) == [" ●   1 Fits"]
    longer = row(1, f"{one.title} and for a second one, even so")
    assert lines(longer, 36, COMFORTABLE)[1] == "       one line and for a second o…"


@pytest.fixture(scope="module")
def days() -> list[list[PaperRow]]:
    """The papers of the sample's days, those with code as such."""
    return [
        [row(1, paper["title"], code="githubRepo" in paper) for paper in (item["paper"] for item in day["items"])]
        for day in json.loads(read_text("sample.json"))
    ]


@pytest.mark.parametrize(("size", "most"), [((80, 24), 0.0), ((100, 30), 0.25), ((140, 42), 0.25), ((200, 60), 0.0)])
def test_recorded_titles_are_whole(days: list[list[PaperRow]], size: tuple[int, int], most: float) -> None:
    area = lay_out(size[0], size[1] - 2).list
    assert area is not None
    shown = [lines(one, area.width - 1, COMFORTABLE)[-1] for day in days for one in day]
    assert sum(line.endswith("…") for line in shown) <= most * len(shown)


def test_nine_papers_are_in_view_of_24_lines(days: list[list[PaperRow]]) -> None:
    area = lay_out(80, 22).list
    assert area is not None
    full = [day[:9] for day in days if len(day) >= 9]
    assert full
    for day in full:
        assert 1 + sum(paper_height(one, area.width - 1, COMFORTABLE) for one in day) <= area.height


def test_a_mark_never_gives_a_title_another_line() -> None:
    for length in range(20, 70):
        bare = row(1, "x" * length)
        kept = bare._replace(queued=True, has_note=True, has_text=True, starred=True, read=True, flags=7)
        assert len(lines(bare, 44, COMFORTABLE)) == len(lines(kept, 44, COMFORTABLE))


def test_the_date_stands_in_the_last_line_of_a_title() -> None:
    look = COMFORTABLE._replace(has_dates=True)
    one = row(1, "A title that is too long for a single line", day="2025-06-02")
    assert lines(one, 50, look) == [" ●   1    A title that is too long for a single", f"{'':10}line{'':28}  2 Jun "]
    assert len(lines(one._replace(title="x" * 32), 50, look)) == 1
    assert len(lines(one._replace(title="x" * 33), 50, look)) == 2
    assert lines(one._replace(title="A title that is as long as it may"), 50, look) == [
        " ●   1    A title that is as long as it",
        f"{'':10}may{'':29}  2 Jun ",
    ]


def test_the_reason_why_a_paper_is_listed_is_its_last_line() -> None:
    one = row(1, "A title", why="like what you starred; by Ada Byron, whom you follow")
    assert lines(one, 40, COMFORTABLE) == [" ●   1 A title", "       like what you starred"]
    assert lines(one, 40) == [" ●   1 A title"]
    long = row(1, "x" * 32, why="a single reason that is longer than the line")
    assert lines(long, 40, COMFORTABLE) == [f" ●   1 {'x' * 32}", "       a single reason that is longer…"]
    assert lines(row(1, "x" * 33, why="one; two"), 40, COMFORTABLE) == [
        f" ●   1 {'x' * 32}",
        "       x",
        "       one; two",
    ]


def test_the_cursor_has_its_bar_only_where_keys_act() -> None:
    assert lines(row(1, "A title"), 20, LOOK._replace(has_focus=False), highlighted=True) == [" ● A title"]


def test_a_blank_stays_between_a_cut_title_and_the_bar() -> None:
    assert lines(row(1, "A title that is too long"), 25) == [" ● A title that is too…"]


def test_a_date_stands_at_the_right_with_the_year_of_other_years() -> None:
    assert lines(row(1, "A title", day="2025-06-02"), 50, DATED) == [" ●   1    A title" + " " * 27 + "2 Jun "]
    (line,) = lines(row(1, "A title that is too long for it all", day="2024-09-30"), 50, DATED)
    assert line == " ●   1    A title that is too long for…  Sep 2024 "
    assert lines(row(1, "A title", day=""), 50, DATED)[0].rstrip() == " ●   1    A title"
    assert lines(row(1, "A title", day="2024-09-30"), 49, DATED) == [" ●   1    A title"]
    (line,) = lines(row(1, "A title", day="2024-09-30"), 50, DATED._replace(is_period=True))
    assert line.endswith("  30 Sep ")


def test_state_is_a_shape_and_only_the_cursor_has_a_weight() -> None:
    states = {
        "●": row(1),
        " ": row(1, read=True),
        "★": row(1, starred=True),
        "◌": row(1, hidden=True),
        "+": row(1, kept=False),
    }
    for shape, one in states.items():
        assert lines(one, 60)[0][1] == shape
    titles = {
        (state, here): draw_paper(one, 60, LOOK, here)[0][-1].role
        for state, one in states.items()
        for here in (False, True)
    }
    assert {titles[state, True] for state in "● ★◌+"} == {"current", "current-read"}
    assert (titles["●", False], titles[" ", False], titles["◌", False]) == ("unread", "read", "hidden")


def test_one_sign_says_what_was_flagged_before_rising_votes() -> None:
    signs = [lines(row(1, rising=True, flags=flags), 60)[0][2] for flags in (0, 2, 3, 7)]
    assert signs == [UNICODE.rising, UNICODE.highlighted, UNICODE.followed, UNICODE.changed]
    assert text(draw_paper(row(1, flags=7), 60, LOOK, False, True)[0])[2] == UNICODE.picked


def test_ascii_has_a_letter_for_each_state() -> None:
    look = ListLook(ASCII, TODAY, older_key="[")
    states = [row(1), row(1, read=True), row(1, starred=True), row(1, hidden=True), row(1, code=True, rising=True)]
    drawn = [lines(one, 60, look)[0] for one in states]
    assert all(line.isascii() for line in drawn)
    assert [line[1] for line in drawn] == ["*", ".", "#", "x", "*"]
    assert (drawn[4][2], drawn[4][7]) == ("/", "<")
    assert text(draw_end(DayEnd(MONDAY), 60, look)).isascii()
    assert text(draw_hole(HoleAt(1, True), 30, look)) == "|- 1 day is missing here -"


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


@each(
    ("heading", "line"),
    [
        (Heading("2025-11-24", 34, 12), " MONDAY 24 NOVEMBER               12/34 "),
        (Heading("2025-11-24", 34), " MONDAY 24 NOVEMBER                  34 "),
        (Heading("2025-11-24"), " MONDAY 24 NOVEMBER                     "),
        (Heading("2024-12-30", 1_034, 0), " MONDAY 30 DECEMBER 2024        0/1,034 "),
        (Heading("", 3), " NO DAY                               3 "),
        (
            Heading("2025-11-24", 34, 12, note="CL 8 of 9, asked again at 18:00"),
            " MONDAY 24 NOVEMBER · CL 8 of 9   12/34 ",
        ),
        (Heading("2025-11-24", 34, 12, note="cs.CL 14 of 14"), " MONDAY 24 NOVEMBER               12/34 "),
    ],
)
def test_headings_count_at_the_right(heading: Heading, line: str) -> None:
    assert text(draw_heading(heading, 40, LOOK)) == line


def test_a_wide_heading_says_what_its_numbers_are_and_the_number_of_papers_stays_in_its_place() -> None:
    known, unknown = (text(draw_heading(Heading("2025-11-24", 34, unread), 44, LOOK)) for unread in (12, None))
    assert known == " MONDAY 24 NOVEMBER         12 unread of 34 "
    assert len(known) == len(unknown) and unknown.endswith(" 34 ")


MONDAY, FRIDAY, OCTOBER = DayCount("2025-11-24", 34, 12), DayCount("2025-11-21", 17, 8), DayCount("2024-10-31", 3, 0)


@each(
    ("day", "line"),
    [
        ("", "─ 12 unread · [ Friday has 8 left ─"),
        ("2025-11-24", "─ 12 unread · [ Friday has 8 left ─"),
        ("2025-11-21", "─ 8 unread · [ Thu 31 Oct 2024 is read ─"),
        ("2024-10-31", "─ all read ─"),
    ],
)
def test_the_end_of_a_day_says_what_comes_next(day: str, line: str) -> None:
    end = day_end(day, [MONDAY, FRIDAY, OCTOBER])
    assert end is not None
    drawn = draw_end(end, 60, LOOK)
    assert text(drawn).strip() == line
    assert [piece.text for piece in drawn if piece.role == "key"] == ["["] * (day != "2024-10-31")


def test_a_day_that_is_only_partly_here_says_so_wherever_it_is_counted() -> None:
    some, read = DayCount("2025-11-24", 6, 4, is_partial=True), DayCount("2025-11-21", 2, 0, is_partial=True)
    assert text(draw_heading(Heading("2025-11-24", 6, 4, some.plus), 60, LOOK)).endswith(" 4 unread of 6+ ")
    assert text(draw_end(DayEnd(some, read), 60, LOOK)).strip() == "─ 4+ unread · [ Friday is partly here ─"
    assert text(draw_end(DayEnd(read, some), 60, LOOK)).strip() == "─ all here read · [ Monday has 4+ left ─"


def test_a_day_that_is_not_listed_has_no_end_and_a_long_end_no_room() -> None:
    assert day_end("2025-11-22", [MONDAY, FRIDAY]) is None
    assert day_end("", []) is None
    end = " ─ 12 unread · [ Friday has 8 left ─"
    assert [text(draw_end(DayEnd(MONDAY, FRIDAY), width, LOOK)) for width in (36, 37)] == ["", end]
    hole, fetched = " ─ 9 days are missing here ─", " ─ 9 days are missing here · enter fetches them ─"
    look = LOOK._replace(fetch_key="enter")
    assert [text(draw_hole(HoleAt(9), width, look)) for width in (49, 50)] == [hole, fetched]
    assert text(draw_end(DayEnd(MONDAY, FRIDAY), 60, LOOK._replace(older_key=""))) == " ─ 12 unread ─"


def test_each_content_is_drawn_in_its_lines() -> None:
    assert draw_content(PaperAt(row(1), True), 60, COMFORTABLE) == draw_paper(row(1), 60, COMFORTABLE, True)
    assert len(draw_content(Heading("2025-11-24"), 60, LOOK)) == 1
    assert len(draw_content(DayEnd(MONDAY), 60, LOOK)) == 2


def test_days_are_short_in_the_list_and_named_at_its_end() -> None:
    assert day_in_list("2026-06-02", date(2026, 11, 24)) == "2 Jun"
    assert day_in_list("2024-09-30", date(2026, 11, 24)) == "Sep 2024"
    assert day_in_list("soon", date(2026, 11, 24)) == ""
    assert day_left(DayCount("2026-11-23", 9, 8), "2026-11-24") == "Monday has 8 left"
    assert day_left(DayCount("2026-10-30", 2_000, 1_008), "2026-11-24") == "Fri 30 Oct has 1,008 left"
    assert day_left(DayCount("2024-12-30", 3, 0), "2026-11-24") == "Mon 30 Dec 2024 is read"
    assert day_left(DayCount("soon", 1, 1), "2026-11-24") == "soon has 1 left"
