"""Where the list's cursor goes: by keys, and by itself when the papers change."""

from __future__ import annotations

from reader.core.paper_row import PaperRow
from reader.ui.list.pane import PaperList
from reader.ui.shell.list_layout import ListForm
from tests.ui.drawings import drawn
from tests.ui.lists import Shelf, list_stage, painted
from tests.ui.stage import TODAY, Stage, order, row

# Moving


async def test_each_move_says_whether_the_cursor_moved_and_scrolls_as_far_as_it_must() -> None:
    found = []
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(1, 41), ("2025-11-24", 20), ("2025-11-21", 20)), Shelf())
        await pilot.pause()
        for move, by in (
            *(
                ("move", 1),
                ("half_page", 1),
                ("half_page", 1),
                ("page", 1),
                ("page", 1),
                ("half_page", -1),
                ("page", -1),
            ),
            *(("to_last", 0), ("half_page", 1), ("page", 1), ("move", 1), ("to_first", 0), ("page", -1), ("move", -1)),
            *(("to_day", 1), ("to_day", 1), ("to_day", -1), ("to_day", -1), ("to_index", 99), ("to_index", -5)),
            *(("to_index", 15), ("move", -3), ("move", 9), ("move", 99)),
        ):
            has_moved = getattr(papers, move)(*([by] if by else []))
            found.append((has_moved, papers.highlighted, papers.scroll_offset.y, papers.height))
    end, begin = (40, 32, 9), (1, 0, 1)
    assert found == [
        *((True, 2, 0, 2), (True, 7, 5, 2), (True, 12, 10, 2), (True, 20, 18, 2), (True, 27, 26, 2)),
        *((True, 22, 20, 3), (True, 15, 12, 3), (True, *end), *[(False, *end)] * 3),
        *((True, *begin), *[(False, *begin)] * 2, (True, 21, 21, 1), (False, 21, 21, 1), (True, *begin)),
        *((False, *begin), (True, *end), (True, *begin), (True, 16, 9, 7), (True, 13, 9, 4), (True, 22, 16, 7)),
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
        assert papers.next_where({2, 50, 60}) and papers.highlighted == 50
        assert papers.next_where({7, 9}, -1) and papers.highlighted == 9
        assert papers.has_row([5, 3_000], wanted) and not papers.has_row([5, 6], wanted)
        # A patch counts more than the cache.
        await pilot.pause()
        papers.patch(10, read=True)
        assert papers.next_where(lambda one: not one.read) and papers.highlighted == 11


async def test_an_empty_list_moves_nowhere() -> None:
    async with list_stage(60, 12) as (papers, _):
        papers.show(order([]), Shelf(), form=ListForm(is_comfortable=True))
        assert (papers.highlighted, papers.day, papers.visible_pks) == (None, None, [])
        moves = papers.move(1), papers.to_first(), papers.to_last(), papers.page(1), papers.half_page(-1)
        assert not any((*moves, papers.to_day(1), papers.next_where(lambda one: True)))
        assert drawn(papers) == [""] * 12


# News


async def test_news_moves_nothing_on_the_screen() -> None:
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


async def test_a_paper_that_is_gone_hands_the_cursor_to_the_next_and_others_begin_at_the_top() -> None:
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


async def test_the_rest_of_an_order_comes_without_a_jump() -> None:
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
        assert papers.virtual_size.height == 302


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
