from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from reader.core.paper import PaperRow
from reader.ui.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.prose import measure, pattern
from reader.ui.widgets.list_lines import ListLines, draw_heading, draw_paper
from reader.ui.widgets.paper_list import PaperList

from .stage import TODAY, Stage, order, row

HOSTILE = [
    "[/] ends an app [bold]that[/bold] reads markup",
    "\x1b[31mred\x1b[0m \x9b2J and \x07 bell",
    "多模态大语言模型在长视频理解中的应用与评测一个非常长的标题用来测试截断是否正确",
    "e\u0301\u0323\u0302 accents 👩\u200d🔬❤\ufe0f emoji 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀",
    "כותרת מימין לשמאל \u202e reversed \u2066 isolated",
    "\ud800 lone \u2028 separators \u00a0 spaces\nand lines",
    "",
]


class Shelf:
    """Rows by paper, and what was fetched of them."""

    def __init__(self, *rows: PaperRow) -> None:
        self.rows = {row.pk: row for row in rows}
        self.fetched: list[int] = []

    def __call__(self, pks: Sequence[int]) -> list[PaperRow]:
        self.fetched.extend(pks)
        return [self.rows.get(pk) or row(pk, f"Paper {pk}") for pk in pks if pk >= 0]


def stage(**options: object) -> tuple[Stage, PaperList]:
    papers = PaperList(today=TODAY, **options)
    return Stage(papers), papers


def drawn(papers: PaperList) -> list[str]:
    return [papers.render_line(y).text.rstrip() for y in range(papers.size.height)]


def painted(papers: PaperList) -> list[str]:
    """The lines as they stand on the screen, so that a line that was not painted anew shows."""
    strips = papers.screen._compositor.render_strips()
    region = papers.region
    return [strips[y].crop(region.x, region.right).text.rstrip() for y in range(region.y, region.bottom)]


def highlighted_line(papers: PaperList) -> int:
    return next(y for y, line in enumerate(drawn(papers)) if line.startswith(UNICODE.cursor))


# Drawing


async def test_rows_tell_state_by_shape_and_days_stand_above() -> None:
    app, papers = stage()
    shelf = Shelf(
        row(1, "New", upvotes=187, code=True, comments=3),
        row(2, "Seen", read=True),
        row(3, "Kept", starred=True),
        row(4, "Gone", hidden=True),
    )
    async with app.run_test(size=(80, 8)):
        papers.show(order([1, 2, 3, 4], ("2025-11-24", 3), ("2024-12-30", 1)), shelf)
        lines = drawn(papers)
    assert lines[0].split() == ["MONDAY", "24", "NOVEMBER", "3"]
    assert lines[1].startswith("▌●  187 ‹› New") and lines[1].endswith("3❞")
    assert lines[2].startswith("      2    Seen")
    assert lines[3].startswith(" ★    3    Kept")
    assert lines[4].split() == ["MONDAY", "30", "DECEMBER", "2024", "1"]
    assert lines[5].startswith(" ◌    4    Gone")
    assert lines[6:] == ["", ""]


async def test_unread_is_bold_and_read_is_not() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 6)):
        papers.show(order([1, 2]), Shelf(row(1, "New"), row(2, "Seen", read=True)))
        bold = {
            segment.text.strip(): segment.style.bold
            for y in range(2)
            for segment in papers.render_line(y)
            if segment.style
        }
    assert bold["New"] and not bold["Seen"]


@given(
    st.text(max_size=80) | st.sampled_from(HOSTILE),
    st.integers(3, 160),
    st.integers(0, 10**9),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
)
def test_lines_keep_to_the_width(title: str, width: int, number: int, flag: bool, glyphs: Glyphs) -> None:
    one = row(1, title, upvotes=number, comments=number, code=flag, starred=flag)
    line = draw_paper(one, width, glyphs, pattern(("ends",)), flag)
    assert measure(line) <= width
    assert all(piece.text.isprintable() for piece in line)


@pytest.mark.parametrize("title", HOSTILE)
async def test_hostile_titles_are_drawn_literally(title: str) -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 6)) as pilot:
        papers.show(order([1, 2]), Shelf(row(1, title), row(2, "Next")))
        await pilot.pause()
        lines = [papers.render_line(y) for y in range(2)]
        assert [strip.cell_length for strip in lines] == [papers.columns] * 2
        assert all(strip.text.isprintable() for strip in lines)
        if title.startswith("["):
            assert "[/] ends an app [bold]that" in lines[0].text
        assert painted(papers)[1].endswith("Next")


def test_narrow_lists_drop_columns_and_keep_the_title() -> None:
    one = row(1, "A title", upvotes=5, comments=7, code=True)
    texts = {
        width: "".join(piece.text for piece in draw_paper(one, width, UNICODE, None, False))
        for width in (20, 30, 44, 76)
    }
    assert texts[20] == " ● A title"
    assert texts[30] == " ●    5 A title"
    assert texts[44] == " ●    5 ‹› A title"
    assert texts[76].startswith(" ●    5 ‹› A title ") and texts[76].endswith("  7❞ ")


def test_ascii_has_a_letter_for_each_state() -> None:
    states = [row(1), row(1, read=True), row(1, starred=True), row(1, hidden=True), row(1, code=True)]
    lines = ["".join(piece.text for piece in draw_paper(one, 60, ASCII, None, False)) for one in states]
    assert all(line.isascii() for line in lines)
    assert [line[1] for line in lines] == ["*", ".", "#", "x", "*"]
    assert lines[4][8] == "<"


async def test_searched_words_are_marked_in_titles() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 6)):
        papers.show(order([1]), Shelf(row(1, "Web agents")), words=("agent",))
        strip = papers.render_line(0)
        hit = next(segment for segment in strip if segment.text == "agent")
        rest = next(segment for segment in strip if segment.text == "Web ")
        assert hit.style and rest.style and hit.style.bgcolor != rest.style.bgcolor


async def test_the_heading_stays_on_top_while_its_papers_pass() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 6)):
        papers.show(order(range(1, 41), ("2025-11-24", 20), ("2025-11-21", 20)), Shelf())
        papers.to_index(15)
        assert "24 NOVEMBER" in drawn(papers)[0]
        papers.to_last()
        assert "21 NOVEMBER" in drawn(papers)[0]
        assert papers.visible_pks == [36, 37, 38, 39, 40]
        assert highlighted_line(papers) == 5
        papers.to_first()
        assert papers.scroll_offset.y == 0
        assert highlighted_line(papers) == 1


def test_a_first_screenful_counts_only_days_that_are_whole() -> None:
    heading = draw_heading("2025-11-24", None, 40, UNICODE, TODAY)
    assert "".join(piece.text for piece in heading).strip() == "MONDAY 24 NOVEMBER"


@given(
    st.lists(st.tuples(st.sampled_from(["2025-11-24", "2025-11-21", ""]), st.integers(0, 5)), max_size=8),
    st.integers(0, 5),
)
def test_lines_and_places_agree(groups: list[tuple[str, int]], loose: int) -> None:
    count = sum(size for _, size in groups) if groups else loose
    lines = ListLines(order(range(count), *groups))
    assert len(lines) == count + len(groups)
    places = [lines.at(line)[1] for line in range(len(lines))]
    assert [place for place in places if place is not None] == list(range(count))
    for index in range(count):
        assert lines.at(lines.line_of(index)) == (lines.group_of(index), index)
        assert lines.nearest(lines.line_of(index), down=True) == index
    if count:
        assert all(0 <= lines.nearest(line, down) < count for line in range(-3, 50) for down in (True, False))


# Moving


async def test_moves_stop_at_the_ends_and_say_so() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 31), ("2025-11-24", 30)), Shelf())
        assert papers.highlighted == 1
        assert papers.move(5) and papers.highlighted == 6
        assert papers.move(1_000) and papers.highlighted == 30
        assert not papers.move(1)
        assert papers.to_first() and papers.highlighted == 1
        assert not papers.move(-1)
        assert papers.to_pk(17) and papers.cursor == 16
        assert not papers.to_pk(99)


async def test_half_a_page_moves_the_screen_with_the_cursor() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 101)), Shelf())
        papers.to_index(20)
        top, line = papers.scroll_offset.y, highlighted_line(papers)
        assert papers.half_page(1)
        assert (papers.scroll_offset.y, highlighted_line(papers)) == (top + 6, line)
        assert papers.half_page(-1)
        assert (papers.scroll_offset.y, highlighted_line(papers)) == (top, line)
        assert papers.page(1)
        assert papers.scroll_offset.y == top + 10
        while papers.page(1):
            pass
        assert papers.highlighted == 100


async def test_days_are_reached_by_their_headings() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(30), ("2025-11-24", 5), ("2025-11-21", 5), ("2025-11-20", 20)), Shelf())
        papers.to_index(3)
        assert papers.to_day(1) and papers.cursor == 5 and papers.day == "2025-11-21"
        assert papers.to_day(1) and papers.cursor == 10
        assert not papers.to_day(1)
        assert "20 NOVEMBER" in drawn(papers)[0]
        assert papers.to_day(-1) and papers.cursor == 5


async def test_next_where_asks_rows_or_a_set() -> None:
    app, papers = stage()
    shelf = Shelf(*(row(pk, read=pk != 3_000) for pk in range(1, 5_001)))
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 5_001)), shelf)
        assert papers.next_where(lambda one: not one.read) and papers.highlighted == 3_000
        assert not papers.next_where(lambda one: not one.read)
        assert papers.next_where({7, 9}, -1) and papers.highlighted == 9
        assert not papers.next_where(lambda one: not one.read, limit=100)
        assert papers.highlighted == 9


async def test_next_where_believes_a_patch_more_than_the_cache() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order([1, 2, 3]), Shelf())
        await pilot.pause()
        papers.patch(2, read=True)
        assert papers.next_where(lambda one: not one.read) and papers.highlighted == 3


async def test_an_empty_list_moves_nowhere() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order([]), Shelf())
        assert papers.highlighted is None and papers.day is None and papers.visible_pks == []
        moves = (
            papers.move(1),
            papers.to_first(),
            papers.to_last(),
            papers.page(1),
            papers.half_page(-1),
            papers.to_day(1),
            papers.next_where(lambda one: True),
        )
        assert not any(moves)
        assert drawn(papers) == [""] * 12


# News


async def test_a_refresh_moves_nothing_on_the_screen() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 101), ("2025-11-24", 100)), Shelf())
        papers.to_index(49)
        papers.scroll_to(y=papers.scroll_offset.y + 3, animate=False)
        await pilot.pause()
        before = drawn(papers)
        papers.show(order([*range(200, 220), *range(1, 101)], ("2025-11-24", 120)), Shelf(), keep=50)
        await pilot.pause()
        assert papers.highlighted == 50 and papers.cursor == 69
        assert drawn(papers)[1:] == before[1:]


async def test_a_refresh_keeps_what_is_looked_at_away_from_the_cursor() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 101)), Shelf())
        papers.scroll_to(y=60, animate=False)
        await pilot.pause()
        before = drawn(papers)
        papers.show(order([200, *range(1, 101)]), Shelf(), keep=1)
        await pilot.pause()
        assert papers.highlighted == 1
        assert drawn(papers) == before


async def test_a_paper_that_is_gone_hands_the_cursor_to_the_next() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 31)), Shelf())
        papers.to_index(9)
        papers.show(order([40, *(pk for pk in range(1, 31) if pk not in (10, 11))]), Shelf(), keep=10)
        assert papers.highlighted == 12
        papers.show(order([40, 1, 2, 3]), Shelf(), keep=12)
        assert papers.highlighted == 3
        papers.show(order([]), Shelf(), keep=3)
        assert papers.highlighted is None


async def test_another_query_begins_at_the_top() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 101)), Shelf())
        papers.to_last()
        papers.show(order(range(1, 51)), Shelf())
        assert papers.cursor == 0 and papers.scroll_offset.y == 0


async def test_the_rest_of_an_order_comes_without_a_jump() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
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
        assert papers.virtual_size.height == 302


async def test_a_saved_cursor_is_found_at_the_start() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)):
        papers.show(order(range(1, 5_001)), Shelf(), keep=4_000)
        assert papers.highlighted == 4_000 and 4_000 in papers.visible_pks
        papers.show(order(range(1, 51)), Shelf(), keep=77)
        assert papers.cursor == 0


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
    app, papers = stage()
    async with app.run_test(size=(60, 5)):
        papers.show(order([1, -2, 3]), Shelf())
        lines = drawn(papers)
        assert lines[1] == "" and lines[2].endswith("Paper 3")


# Painting


async def test_a_patch_paints_its_line_at_once() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31)), Shelf())
        await pilot.pause()
        assert painted(papers)[2].startswith(" ●    3")
        papers.patch(3, starred=True)
        papers.patch(999, starred=True)
        await pilot.pause()
        assert painted(papers)[2].startswith(" ★    3")
        papers.renew()
        await pilot.pause()
        assert painted(papers)[2].startswith(" ●    3")


async def test_another_order_of_the_same_length_is_painted() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 6)) as pilot:
        papers.show(order([1, 2, 3]), Shelf())
        await pilot.pause()
        papers.show(order([1, 5, 6]), Shelf(row(1, "News")), keep=1)
        await pilot.pause()
        assert [line.split()[-1] for line in painted(papers)[:3]] == ["News", "5", "6"]


async def test_a_move_paints_two_lines() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31)), Shelf())
        await pilot.pause()
        lines: list[int] = []
        draw = papers.render_line

        def watched(y: int) -> object:
            lines.append(y)
            return draw(y)

        papers.render_line = watched
        papers.move(1)
        await pilot.pause()
        assert set(lines) == {0, 1}
        assert painted(papers)[1].startswith("▌") and not painted(papers)[0].startswith("▌")


async def test_a_resize_draws_anew_and_keeps_the_cursor_in_view() -> None:
    app, papers = stage()
    async with app.run_test(size=(80, 30)) as pilot:
        papers.show(order(range(1, 101)), Shelf(row(29, "A title that is far too long for a narrow list")))
        papers.to_index(28)
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert 29 in papers.visible_pks
        assert all(cell_len(line) <= 30 for line in painted(papers))
        assert any(line.startswith("▌") and line.endswith("…") for line in painted(papers))


# A million


async def test_a_million_papers_cost_what_a_screen_does() -> None:
    many = 1_000_000
    days = tuple((f"20{10 + number // 300:02d}-01-01", 1_000) for number in range(1_000))
    app, papers = stage()
    shelf = Shelf()
    async with app.run_test(size=(140, 42)) as pilot:
        papers.show(order(range(many), *days), shelf)
        for act in (papers.to_last, papers.to_first, lambda: papers.to_index(many // 2)):
            act()
            drawn(papers)
        assert len(shelf.fetched) <= 3 * 3 * 42 + 50
        await pilot.pause()

        spent = []
        for _ in range(40):
            start = time.perf_counter()
            papers.move(1)
            drawn(papers)
            spent.append(time.perf_counter() - start)
        # The middle of forty, so that a busy machine's one slow turn does not count.
        assert sorted(spent)[20] < 0.005


async def test_rows_are_fetched_a_page_ahead_and_once() -> None:
    app, papers = stage()
    shelf = Shelf()
    async with app.run_test(size=(60, 10)) as pilot:
        papers.show(order(range(1, 1_001)), shelf)
        await pilot.pause()
        drawn(papers)
        first = len(shelf.fetched)
        assert 20 <= first <= 31
        for _ in range(9):
            papers.move(1)
            drawn(papers)
        assert len(shelf.fetched) == first == len(set(shelf.fetched))


# Messages and the mouse


class Listener(Stage):
    def __init__(self, papers: PaperList) -> None:
        super().__init__(papers)
        self.highlights: list[int | None] = []
        self.opened: list[int] = []

    def on_paper_list_highlighted(self, message: PaperList.Highlighted) -> None:
        self.highlights.append(message.pk)

    def on_paper_list_opened(self, message: PaperList.Opened) -> None:
        self.opened.append(message.pk)


async def test_highlights_are_told_once_and_floods_collapse() -> None:
    papers = PaperList(today=TODAY)
    app = Listener(papers)
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31)), Shelf())
        await pilot.pause()
        papers.show(order(range(1, 31)), Shelf(), keep=1)
        await pilot.pause()
        assert app.highlights == [1]
        for _ in range(10):
            papers.move(1)
        await pilot.pause()
        assert app.highlights[-1] == 11 and len(app.highlights) < 11
        papers.show(order([]), Shelf())
        await pilot.pause()
        assert app.highlights[-1] is None


async def click(pilot: Pilot[None], y: int) -> None:
    await pilot.click(PaperList, offset=(20, y))
    await pilot.pause()


async def test_a_click_highlights_and_a_second_one_opens() -> None:
    papers = PaperList(today=TODAY)
    app = Listener(papers)
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31), ("2025-11-24", 5), ("2025-11-21", 25)), Shelf())
        await click(pilot, 3)
        assert papers.highlighted == 3 and app.opened == []
        await click(pilot, 3)
        assert app.opened == [3]
        await click(pilot, 0)
        await click(pilot, 6)
        assert papers.highlighted == 3 and app.opened == [3]


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app, papers = stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 101)), Shelf())
        await pilot.pause()
        papers.post_message(MouseScrollDown(papers, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert papers.scroll_offset.y > 0 and papers.highlighted == 1
        papers.move(1)
        assert papers.highlighted == 2 and 2 in papers.visible_pks
