"""The list: how papers, headings and holes are drawn, and where the cursor goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from reader.cache.feeds import Coverage
from reader.cache.reads.window import DayCount
from reader.core.lines import measure
from reader.core.paper_row import Flag, PaperRow
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.lines import pattern
from reader.ui.kit.styles import STYLES
from reader.ui.list.lines import (
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
from reader.ui.list.pane import PaperList
from reader.ui.shell.list_lines import MAX_PAPER_LINES, ListForm
from tests.table import each
from tests.ui.stage import (
    TODAY,
    Shelf,
    Stage,
    drawn,
    highlighted_line,
    list_stage,
    order,
    painted,
    row,
    staged,
    text,
    watch_paints,
)

# Lines

LOOK = ListLook(UNICODE, TODAY, older_key="[")
DATED = LOOK._replace(has_dates=True)

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
        (CODED, 160, LOOK, [" ●   5 A title"]),
        (row(1, "A title that is too long"), 25, LOOK, [" ● A title that is too", "   long"]),
        *(
            (row(1, "A title", upvotes=votes), 30, LOOK, [f" ● {shown} A title"])
            for votes, shown in ((999, "999"), (1_000, " 1k"), (99_999, "99k"), (100_000, "99k"), (None, "   "))
        ),
        # Signs of the queue, the note and the text follow the title.
        (KEPT, 44, LOOK, [f" ●   1 A title{'':25} ◔✎▤ "]),
        (KEPT, 44, LOOK._replace(glyphs=ASCII), [f" *   1 A title{'':25} qn= "]),
        (KEPT, 29, LOOK, [" ● A title"]),
        # A title that does not fit takes a second line.
        (LONG, 36, LOOK, [" ●   1 A title that is too long for", "       one line"]),
        (LONG._replace(queued=True), 36, LOOK, [" ●   1 A title that is too long for", f"{ONE_LINE} ◔ "]),
        (row(1, "Fits"), 36, LOOK, [" ●   1 Fits"]),
        (
            row(1, f"{LONG.title} and for a second one, even so"),
            *(36, LOOK, [" ●   1 A title that is too long for", "       one line and for a second o…"]),
        ),
        # A date stands at the right, with the year of other years, in the last line of a title.
        (row(1, "A title", day="2025-06-02"), 50, DATED, [f" ●   1 A title{'':30}2 Jun "]),
        (row(1, "A title", day=""), 50, DATED, [f" ●   1 A title{'':35} "]),
        (row(1, "A title", day="2024-09-30"), 49, DATED, [" ●   1 A title"]),
        (
            row(1, "A title", day="2024-09-30"),
            *(50, DATED._replace(is_period=True), [f" ●   1 A title{'':29}30 Sep "]),
        ),
        (
            row(1, "A title that is as long as it may be", day="2025-06-02"),
            *(50, DATED, [" ●   1 A title that is as long as it may", f"{'':7}be{'':33}  2 Jun "]),
        ),
        (row(1, "x" * 35, day="2025-06-02"), 50, DATED, [f" ●   1 {'x' * 35}  2 Jun "]),
        (row(1, "x" * 36, day="2025-06-02"), 50, DATED, [f" ●   1 {'x' * 35}", f"{'':7}x{'':34}  2 Jun "]),
        # The reasons why a paper is listed are its second line, as many as fit; behind a long title only whole ones.
        (WHY, 40, LOOK, [" ●   1 A title", "       like what you starred"]),
        (
            row(1, "x" * 32, why="a single reason that is longer than the line"),
            *(40, LOOK, [f" ●   1 {'x' * 32}", "       a single reason that is longer…"]),
        ),
        (
            row(1, "x" * 33, why="one; two"),
            *(40, LOOK, [f" ●   1 {'x' * 32}", "       x  one; two"]),
        ),
        (
            row(1, f"{'x' * 32} {'y' * 20}", why="a reason without room"),
            *(40, LOOK, [f" ●   1 {'x' * 32}", f"       {'y' * 20}"]),
        ),
    ],
)
def test_a_paper_takes_as_many_lines_and_columns_as_there_is_room_for(
    paper: PaperRow, width: int, look: ListLook, expected: list[str]
) -> None:
    assert lines(paper, width, look) == expected
    assert len(expected) == paper_height(paper, width, look)


def test_a_mark_never_gives_a_title_another_line() -> None:
    for length in range(20, 70):
        bare = row(1, "x" * length)
        kept = bare._replace(queued=True, has_note=True, has_text=True, starred=True, read=True, flags=7)
        assert len(lines(bare, 44, LOOK)) == len(lines(kept, 44, LOOK))


def test_marks_are_shapes_and_the_cursor_is_bold_with_a_bar() -> None:
    shelf = (row(1), row(1, read=True), row(1, starred=True), row(1, hidden=True), row(1, flags=Flag.FOUND))
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


def test_a_followed_paper_has_a_sign_unless_it_is_selected() -> None:
    signs = [lines(row(1, flags=flags), 60)[0][2] for flags in (0, 2, 3)]
    assert signs == [" ", " ", UNICODE.followed]
    assert text(draw_content(PaperAt(row(1, flags=7), is_selected=True), 60, LOOK)[0])[2] == UNICODE.picked
    ascii = LOOK._replace(glyphs=ASCII)
    assert lines(row(1, code=True), 44, ascii) == [" *   1 A paper"]
    assert text(draw_end(DayEnd(MONDAY), 60, ascii)) == " - 12 unread -"
    assert text(draw_hole(HoleAt(1, True), 30, ascii)) == "|- 1 day is missing here -"


@given(
    st.text(max_size=80) | st.sampled_from(HOSTILE),
    st.integers(3, 160),
    st.integers(0, 10**9),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
)
def test_lines_keep_to_the_width(
    words: str, width: int, number: int, flag: bool, glyphs: Glyphs, has_dates: bool
) -> None:
    look = ListLook(glyphs, TODAY, pattern(("ends",)), has_dates)
    one = row(1, words, upvotes=number, code=flag, starred=flag, why=words)
    drawn = draw_paper(one, width, look, flag)
    assert len(drawn) == paper_height(one, width, look) <= MAX_PAPER_LINES
    for line in drawn:
        assert measure(line) <= width
        assert all(piece.text.isprintable() and piece.role in STYLES for piece in line)


# Headings and the end


def test_a_day_names_the_categories_of_which_papers_may_be_missing() -> None:
    known = Coverage("2025-11-21", ("2025-11-24",), "arXiv's API refused")
    day = DayCount("2025-11-24", 34, 12)
    assert coverage_note(day, TODAY) == ""
    day = day._replace(incomplete=(("cs.CL", known),))
    assert coverage_note(day, TODAY) == "cs.CL incomplete, arXiv's API refused"


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


# The pane


# Drawing


async def test_rows_show_marks_by_shape_under_a_heading_for_each_day() -> None:
    shelf = Shelf(
        row(1, "Web agents", upvotes=187, code=True, comments=3),
        row(2, "Seen", read=True),
        row(3, "Kept", starred=True),
        row(4, "Gone", hidden=True),
        row(5, "New"),
    )
    async with list_stage(60, 9) as (papers, _):
        papers.show(order(range(1, 6), ("2025-11-24", 3), ("2024-12-30", 2)), shelf, words=("agent",))
        assert drawn(papers) == [
            f" MONDAY 24 NOVEMBER{'':38}3",
            "▌● 187 Web agents",
            "     2 Seen",
            " ★   3 Kept",
            f" MONDAY 30 DECEMBER 2024{'':33}2",
            " ◌   4 Gone",
            " ●   5 New",
            *[""] * 2,
        ]
        strips = [papers.render_line(y) for y in range(7)]
        styles = {one.text.strip(): one.style for strip in strips for one in strip if one.style}
    # Only the title at the cursor is bold, and the words that were searched for are marked.
    assert [bool(styles[text].bold) for text in ("Web", "New", "Seen", "3")] == [True, False, False, False]
    assert styles["New"].color != styles["Seen"].color
    assert len({styles[text].bgcolor for text in ("Web", "agents", "New")}) == 3


async def test_the_heading_stays_on_top_while_its_papers_pass() -> None:
    async with list_stage(60, 6) as (papers, _):
        papers.show(order(range(1, 41), ("2025-11-24", 20), ("2025-11-21", 20)), Shelf())
        papers.to_index(15)
        assert "24 NOVEMBER" in drawn(papers)[0] and papers.day == "2025-11-24"
        papers.move_to_end(last=True)
        assert "21 NOVEMBER" in drawn(papers)[0]
        assert papers.visible_pks == [36, 37, 38, 39, 40]
        assert highlighted_line(papers) == 5


# Forms


def two_lines(pk: int) -> PaperRow:
    return row(pk, f"Paper {pk} has a title that takes the room of a second line")


async def test_both_lines_of_a_title_belong_to_the_paper() -> None:
    papers = PaperList(today=TODAY)
    async with staged(Stage(papers), 60, 12) as (app, pilot):
        shelf = Shelf(*map(two_lines, range(1, 31)), row(3, "Short"))
        papers.show(order(range(1, 31), ("2025-11-24", 4), ("2025-11-21", 26)), shelf)
        await pilot.pause()
        assert drawn(papers)[1:6] == [
            "▌●   1 Paper 1 has a title that takes the room of a second",
            "▌      line",
            " ●   2 Paper 2 has a title that takes the room of a second",
            "       line",
            " ●   3 Short",
        ]
        await click(pilot, 4)
        assert papers.highlighted == 2
        assert [line[0] for line in painted(papers)[1:6]] == [" ", " ", "▌", "▌", " "]
        await click(pilot, 3)
        assert app.reports == [WidgetReport("action", "read.open")]
        await click(pilot, 5)
        for y in (0, 8):
            await click(pilot, y)
        assert "21 NOVEMBER" in drawn(papers)[8]
        assert papers.highlighted == 3 and len(app.reports) == 1


async def test_a_paper_with_its_second_line_in_view_stays_while_heights_change() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        shelf = Shelf(*map(two_lines, range(1, 101)))
        papers.show(order(range(1, 101), ("2025-11-24", 100)), shelf)
        papers.to_index(50)
        await pilot.pause()
        assert painted(papers)[highlighted_line(papers) + 1] == "▌      second line"
        await pilot.resize_terminal(80, 12)
        assert painted(papers)[highlighted_line(papers) + 1].startswith(" ●  52")
        await pilot.resize_terminal(60, 12)
        papers.move_to_end(last=False)
        papers.to_index(3)
        papers.scroll_to(y=2, animate=False)
        papers.to_index(3)
        before = drawn(papers)
        papers.show(order(range(1, 101), ("2025-11-24", 100)), shelf, keep=4)
        assert drawn(papers) == before
        shelf.rows[2] = row(2, "Short")
        papers.renew()
        assert drawn(papers)[1:3] == [" ●   2 Short", before[3]]
        papers.show(order(range(1, 101)), shelf, keep=60, height=4)
        assert papers.position == (60, 4)
        assert papers.row_of(5) == two_lines(5) and papers.row_of(-1) is None


async def test_headings_count_what_is_unread_once_it_is_known_and_the_end_names_the_next_day() -> None:
    papers = PaperList(today=TODAY, older_key="[")
    app = Stage(papers)
    days = [DayCount("2025-11-24", 3, 2), DayCount("2025-11-21", 9, 4)]
    async with app.run_test(size=(60, 8)) as pilot:
        papers.show(order([1, 2, 3], ("2025-11-24", 3)), Shelf(), form=ListForm(has_end=True))
        await pilot.pause()
        assert painted(papers)[0].split()[-1] == "3"
        assert painted(papers)[4:] == [""] * 4
        papers.tell_days(days, DayEnd(*days))
        await pilot.pause()
        assert painted(papers)[0].endswith("  2 unread of 3")
        assert painted(papers)[5].strip() == "─ 2 unread · [ Friday has 4 left ─"
        await pilot.click(PaperList, offset=(20, 5))
        assert papers.highlighted == 1
        papers.move_to_end(last=True)
        assert papers.highlighted == 3
        # A partly listed day has no unread count, and a paper that was just hidden is not counted.
        for papers_of_day, counted in ((9, ["NOVEMBER", "3"]), (1, ["1", "unread", "of", "1"])):
            papers.tell_days([DayCount("2025-11-24", papers_of_day, 1)], None)
            assert drawn(papers)[0].split()[-len(counted) :] == counted


# Painting


async def test_only_changed_lines_of_the_list_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with list_stage(60, 12) as (papers, pilot):
        days = ("2025-11-24", 3), ("2025-11-17", 3), ("2025-11-14", 30)
        form = ListForm(holes=(("2025-11-18", "2025-11-19"),))
        papers.show(order(range(1, 37), *days), Shelf(), form=form)
        await pilot.pause()
        lines = watch_paints(papers, monkeypatch)

        async def after(act: Callable[[], object]) -> list[int]:
            lines.clear()
            act()
            await pilot.pause()
            return sorted(lines)

        def show(shelf: Shelf) -> None:
            papers.show(order(range(1, 37), *days), shelf, keep=3, form=form)

        assert await after(lambda: papers.patch(3, starred=True)) == [3]
        assert painted(papers)[3].startswith(" ★   3")
        assert await after(lambda: papers.patch(999, starred=True)) == []
        assert await after(lambda: papers.select({3})) == [3]
        assert await after(papers.renew) == [3]
        assert [line[:6] for line in painted(papers)[3:7:3]] == [" ●✓  3", " ●   4"]
        assert await after(lambda: papers.select({4})) == [3, 6]
        assert [line[:6] for line in painted(papers)[3:7:3]] == [" ●   3", " ●✓  4"]
        assert await after(lambda: papers.tell_days([DayCount("2025-11-17", 3, 2)], None)) == [5]
        assert await after(lambda: papers.move(1)) == [1, 2, 4, 4]
        assert await after(lambda: papers.to_index(2, on_hole=True)) == [2, 3, 4, 4]
        assert await after(lambda: show(Shelf())) == []
        assert await after(lambda: show(Shelf(row(5, "New")))) == [7]


async def test_a_resize_draws_anew_and_keeps_the_cursor_in_view() -> None:
    async with list_stage(80, 30) as (papers, pilot):
        papers.show(order(range(1, 101)), Shelf(row(29, "A title that is far too long for a narrow list")))
        papers.to_index(28)
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert 29 in papers.visible_pks
        assert all(cell_len(line) <= 30 for line in painted(papers))
        assert any(line.startswith("▌") and line.endswith("list") for line in painted(papers))


# Messages and the mouse


async def test_the_cursor_stops_at_missing_days_and_reports_no_paper_there() -> None:
    papers = PaperList(today=TODAY, fetch_key="enter")
    app = Stage(papers)
    listed = order(range(1, 10), ("2025-11-24", 3), ("2025-11-17", 3), ("2025-11-14", 3))
    form = ListForm(holes=(("2025-11-18", "2025-11-19", "2025-11-20", "2025-11-21"),))
    async with app.run_test(size=(60, 13)) as pilot:
        papers.show(listed, Shelf(), form=form)
        await pilot.pause()
        assert painted(papers)[4] == " ─ 4 days are missing here · enter fetches them ─"
        for steps, places in ((1, [1, 2, 2, 3, 4]), (-1, [3, 2, 2, 1, 0])):
            found = []
            for _ in places:
                assert papers.move_lines(steps)
                found.append(papers.cursor)
                assert (papers.hole is not None) == (highlighted_line(papers) == 4)
                assert papers.reported == (papers.highlighted, papers.hole is not None)
            assert found == places
        assert papers.reported == (1, False) and not papers.move_lines(-1)
        # Many steps at once pass it, and so does whatever goes on by papers.
        assert papers.move_lines(3) and papers.highlighted == 4
        assert papers.move_lines(-1) and papers.reported == (3, True)
        papers.show(listed, Shelf(), keep=3, form=form)
        assert papers.reported == (3, True) and painted(papers)[4].startswith("▌─ 4 days")
        papers.show(listed, Shelf(), keep=3)
        assert papers.reported == (3, False)
        papers.show(listed, Shelf(), keep=3, form=form)
        await click(pilot, 4)
        assert papers.hole == form.holes[0]
        await click(pilot, 3)
        assert papers.reported == (3, False) and not app.reports


async def click(pilot: Pilot[None], y: int) -> None:
    await pilot.click(PaperList, offset=(20, y))
    await pilot.pause()


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        papers.show(order(range(1, 101)), Shelf())
        await pilot.pause()
        for turn, top in ((MouseScrollDown, 4), (MouseScrollUp, 0), (MouseScrollDown, 4)):
            papers.post_message(turn(papers, 5, 5, 0, 1, 0, False, False, False))
            await pilot.pause()
            assert (papers.scroll_offset.y, papers.highlighted) == (top, 1)
        papers.move(1)
        assert papers.highlighted == 2 and 2 in papers.visible_pks


# The cursor

# Moving


async def test_each_move_says_whether_the_cursor_moved_and_scrolls_as_far_as_it_must() -> None:
    found = []
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(1, 41), ("2025-11-24", 20), ("2025-11-21", 20)), Shelf())
        await pilot.pause()
        half, page = partial(papers.move_pages, share=2), papers.move_pages

        def last(is_last: int) -> bool:
            return papers.move_to_end(last=bool(is_last))

        moves: tuple[tuple[Callable[[int], bool], int], ...] = (
            *((papers.move, 1), (half, 1), (half, 1), (page, 1), (page, 1), (half, -1), (page, -1)),
            *((last, True), (half, 1), (page, 1), (papers.move, 1), (last, False), (page, -1), (papers.move, -1)),
            *((papers.to_day, by) for by in (1, 1, -1, -1)),
            *((papers.to_index, index) for index in (99, -5, 15)),
            *((papers.move, by) for by in (-3, 9, 99)),
        )
        for move, by in moves:
            has_moved = move(by)
            found.append((has_moved, papers.highlighted, papers.height))
    end, begin = (40, 9), (1, 1)
    assert found == [
        *((True, 2, 2), (True, 7, 2), (True, 12, 2), (True, 20, 2), (True, 27, 2)),
        *((True, 22, 3), (True, 15, 3), (True, *end), *[(False, *end)] * 3),
        *((True, *begin), *[(False, *begin)] * 2, (True, 21, 1), (False, 21, 1), (True, *begin)),
        *((False, *begin), (True, *end), (True, *begin), (True, 16, 7), (True, 13, 4), (True, 22, 7)),
        (True, *end),
    ]


async def test_the_nearest_wanted_paper_is_found_above_and_below() -> None:
    def wanted(row: PaperRow) -> bool:
        return row.starred

    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(1, 5_001)), Shelf(row(3, starred=True), row(3_000, starred=True)))
        for direction, limit, found in (
            (1, 2, 3),
            (1, 2_996, None),
            (1, 2_997, 3_000),
            (1, 9_999, None),
            (-1, 9_999, 3),
        ):
            assert papers.next_where(wanted, direction, limit) == (found is not None)
            assert papers.highlighted == (found or papers.highlighted)
        assert papers.to_paper(50) and papers.highlighted == 50
        assert papers.to_paper(9) and papers.highlighted == 9 and not papers.to_paper(9_999)
        assert papers.has_row([5, 3_000], wanted) and not papers.has_row([5, 6], wanted)
        # A patch counts more than the cache.
        await pilot.pause()
        papers.patch(10, read=True)
        assert papers.next_where(lambda one: not one.read) and papers.highlighted == 11


async def test_an_empty_list_moves_nowhere() -> None:
    async with list_stage(60, 12) as (papers, _):
        papers.show(order([]), Shelf())
        assert (papers.highlighted, papers.day, papers.visible_pks) == (None, None, [])
        moves = papers.move(1), papers.move_to_end(last=True), papers.move_pages(1), papers.move_pages(-1, 2)
        assert not any((*moves, papers.to_day(1), papers.next_where(lambda one: True)))
        assert drawn(papers) == [""] * 12


# News


async def test_new_papers_above_do_not_move_the_screen() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        papers.show(order(range(1, 101), ("2025-11-24", 100)), Shelf())
        papers.to_index(49)
        # The cursor is out of view after the second time.
        for further, listed in ((3, [*range(200, 220), *range(1, 101)]), (40, [300, *range(1, 101)])):
            papers.scroll_to(y=papers.scroll_offset.y + further, animate=False)
            await pilot.pause()
            before = drawn(papers)
            papers.show(order(listed, ("2025-11-24", len(listed))), Shelf(), keep=50)
            assert (papers.highlighted, papers.cursor) == (50, listed.index(50))
            assert drawn(papers)[1:] == before[1:]


async def test_the_cursor_of_a_vanished_paper_goes_to_the_next_one() -> None:
    async with list_stage(60, 12) as (papers, _):
        papers.show(order(range(1, 31)), Shelf())
        papers.to_index(9)
        for listed, keep, highlighted in (
            ([40, *range(1, 10), *range(12, 31)], 10, 12),
            ([40, 1, 2, 3], 12, 3),
            ([], 3, None),
            (range(1, 5_001), 4_000, 4_000),
            (range(1, 51), 77, 1),
            (range(50, 101), None, 50),
        ):
            papers.show(order(listed), Shelf(), keep=keep)
            assert papers.highlighted == highlighted
            assert highlighted is None or highlighted in papers.visible_pks
        assert (papers.cursor, papers.scroll_offset.y) == (0, 0)


async def test_the_rest_of_a_list_arrives_without_a_jump() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        papers.show(order(range(1, 31), ("2025-11-24", 30), complete=False), Shelf())
        papers.move(7)
        await pilot.pause()
        before = drawn(papers)
        assert before[0].strip() == "MONDAY 24 NOVEMBER"
        papers.show(order(range(1, 301), ("2025-11-24", 40), ("2025-11-21", 260)), Shelf(), keep=papers.highlighted)
        await pilot.pause()
        after = drawn(papers)
        assert after[1:] == before[1:]
        assert after[0].split() == ["MONDAY", "24", "NOVEMBER", "40"]
        assert papers.virtual_size.height == 590


class Early(Stage):
    """Shows its papers before there is a size to show them in."""

    def on_mount(self) -> None:
        super().on_mount()
        assert isinstance(self.widget, PaperList)
        self.widget.show(order(range(1, 101), ("2025-11-24", 100)), Shelf(), keep=60)


async def test_papers_may_be_shown_before_the_first_layout() -> None:
    papers = PaperList(today=TODAY)
    async with Early(papers).run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        lines = painted(papers)
        assert "24 NOVEMBER" in lines[0]
        assert any(line.startswith("▌") and line.endswith("Paper 60") for line in lines)


async def test_papers_that_are_gone_from_the_cache_leave_an_empty_line() -> None:
    async with list_stage(60, 5) as (papers, _):
        papers.show(order([1, -2, 3]), Shelf())
        lines = drawn(papers)
        assert lines[1] == "" and lines[2].endswith("Paper 3")
