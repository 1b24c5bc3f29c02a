from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from reader.cache.reads.window import DayCount
from reader.core.paper_row import PaperRow
from reader.ui.kit.line_widgets import Reported
from reader.ui.list.lines import DayEnd
from reader.ui.list.pane import PaperList
from reader.ui.shell.list_layout import ListForm
from tests.ui.drawings import drawn
from tests.ui.lists import Shelf, highlighted_line, list_stage, painted
from tests.ui.stage import TODAY, Stage, order, row, staged, watch_paints

HOSTILE = [
    "[/] ends an app [bold]that[/bold] reads markup",
    "\x1b[31mred\x1b[0m \x9b2J and \x07 bell",
    "多模态大语言模型在长视频理解中的应用与评测一个非常长的标题用来测试截断是否正确",
    "e\u0301\u0323\u0302 accents 👩\u200d🔬❤\ufe0f emoji 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀",
    "כותרת מימין לשמאל \u202e reversed \u2066 isolated",
    "\ud800 lone \u2028 separators \u00a0 spaces\nand lines",
    "",
]


# Drawing


async def test_rows_tell_state_by_shape_and_days_stand_above() -> None:
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
            "▌● 187 ‹› Web agents",
            "     2    Seen",
            " ★   3    Kept",
            f" MONDAY 30 DECEMBER 2024{'':33}2",
            " ◌   4    Gone",
            " ●   5    New",
            *[""] * 2,
        ]
        strips = [papers.render_line(y) for y in range(7)]
        styles = {one.text.strip(): one.style for strip in strips for one in strip if one.style}
    # Only the title at the cursor is bold, and the words that were searched for are marked.
    assert [bool(styles[text].bold) for text in ("Web", "New", "Seen", "3")] == [True, False, False, False]
    assert styles["New"].color != styles["Seen"].color
    assert len({styles[text].bgcolor for text in ("Web", "agent", "New")}) == 3


async def test_hostile_titles_are_drawn_literally() -> None:
    async with list_stage(60, 8) as (papers, _):
        papers.show(order(range(7)), Shelf(*(row(pk, title) for pk, title in enumerate(HOSTILE))))
        strips = [papers.render_line(y) for y in range(7)]
        assert {strip.cell_length for strip in strips} == {papers.columns}
        assert all(strip.text.isprintable() for strip in strips)
        assert "[/] ends an app [bold]that" in strips[0].text


async def test_the_heading_stays_on_top_while_its_papers_pass() -> None:
    async with list_stage(60, 6) as (papers, _):
        papers.show(order(range(1, 41), ("2025-11-24", 20), ("2025-11-21", 20)), Shelf())
        papers.to_index(15)
        assert "24 NOVEMBER" in drawn(papers)[0] and papers.day == "2025-11-24"
        papers.to_last()
        assert "21 NOVEMBER" in drawn(papers)[0]
        assert papers.visible_pks == [36, 37, 38, 39, 40]
        assert highlighted_line(papers) == 5


# Forms


COMFORTABLE = ListForm(is_comfortable=True)


def two_lines(pk: int) -> PaperRow:
    return row(pk, f"Paper {pk} has a title that takes the room of a second line")


async def test_both_lines_of_a_title_are_its_own() -> None:
    papers = PaperList(today=TODAY)
    async with staged(Stage(papers), 60, 12) as (app, pilot):
        shelf = Shelf(*map(two_lines, range(1, 31)), row(3, "Short"))
        papers.show(order(range(1, 31), ("2025-11-24", 4), ("2025-11-21", 26)), shelf, form=COMFORTABLE)
        await pilot.pause()
        assert drawn(papers)[1:6] == [
            "▌●   1    Paper 1 has a title that takes the room of a",
            "▌         second line",
            " ●   2    Paper 2 has a title that takes the room of a",
            "          second line",
            " ●   3    Short",
        ]
        await click(pilot, 4)
        assert papers.highlighted == 2
        assert [line[0] for line in painted(papers)[1:6]] == [" ", " ", "▌", "▌", " "]
        await click(pilot, 3)
        assert app.told == [Reported("action", "read.open")]
        await click(pilot, 5)
        for y in (0, 8):
            await click(pilot, y)
        assert "21 NOVEMBER" in drawn(papers)[8]
        assert papers.highlighted == 3 and len(app.told) == 1


async def test_another_density_keeps_the_cursor_on_its_line() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        shelf = Shelf(*map(two_lines, range(1, 101)))
        papers.show(order(range(1, 101), ("2025-11-24", 100)), shelf)
        papers.to_index(50)
        await pilot.pause()
        line = highlighted_line(papers)
        papers.change_form(COMFORTABLE)
        await pilot.pause()
        assert papers.position == (51, line) == (papers.loaded_row and papers.loaded_row.pk, highlighted_line(papers))
        assert painted(papers)[line + 1] == "▌         second line"
        await pilot.resize_terminal(80, 12)
        assert painted(papers)[highlighted_line(papers) + 1].startswith(" ●  52")
        papers.change_form(ListForm())
        await pilot.pause()
        assert papers.highlighted == 51
        assert painted(papers)[highlighted_line(papers)].endswith(
            "Paper 51 has a title that takes the room of a second line"
        )
        # What is looked at from the top stays at the top.
        await pilot.resize_terminal(60, 12)
        papers.to_first()
        papers.to_index(3)
        papers.change_form(COMFORTABLE)
        assert (papers.position, papers.scroll_offset.y) == ((4, 7), 0)
        # A paper of which only the second line is in view keeps it there, and other data other heights.
        papers.scroll_to(y=2, animate=False)
        papers.to_index(3)
        before = drawn(papers)
        papers.show(order(range(1, 101), ("2025-11-24", 100)), shelf, keep=4, form=COMFORTABLE)
        assert drawn(papers) == before
        shelf.rows[2] = row(2, "Short")
        papers.renew()
        assert drawn(papers)[1:3] == [" ●   2    Short", before[3]]
        papers.show(order(range(1, 101)), shelf, keep=60, height=4)
        assert papers.position == (60, 4)
        assert papers.row_of(5) == two_lines(5) and papers.row_of(-1) is None
        for pk in (40, 999):
            papers.stand(pk, 5)
            assert papers.position == (40, 5)


async def test_the_thumb_is_at_the_ends_of_its_bar_where_the_list_is() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        shelf = Shelf(*(two_lines(pk) if pk % 3 else row(pk) for pk in range(1, 101)))
        papers.show(order(range(1, 101), ("2025-11-24", 100)), shelf, form=COMFORTABLE)
        await pilot.pause()
        assert [papers.vertical_scrollbar.position, papers.max_scroll_y > 100] == [0, True]
        papers.to_last()
        await pilot.pause()
        assert papers.vertical_scrollbar.position == papers.scroll_offset.y == papers.max_scroll_y
        assert drawn(papers)[-2:] == [
            "▌● 100    Paper 100 has a title that takes the room of a",
            "▌         second line",
        ]


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
        papers.to_last()
        assert papers.highlighted == 3
        # Of a day that is listed in part, no more is counted; a paper that was hidden just now is in no number.
        for papers_of_day, counted in ((9, ["NOVEMBER", "3"]), (1, ["1", "unread", "of", "1"])):
            papers.tell_days([DayCount("2025-11-24", papers_of_day, 1)], None)
            assert drawn(papers)[0].split()[-len(counted) :] == counted


# Painting


async def test_only_the_lines_that_change_are_painted_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
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
        assert any(line.startswith("▌") and line.endswith("…") for line in painted(papers))


# A million


@pytest.mark.parametrize("form", [ListForm(), COMFORTABLE, ListForm(has_dates=True)])
async def test_a_million_papers_cost_what_a_screen_does(form: ListForm) -> None:
    many = 1_000_000
    days = tuple((f"20{10 + number // 300:02d}-01-01", 1_000) for number in range(1_000))
    shelf = Shelf()
    async with list_stage(140, 42) as (papers, pilot):
        papers.show(order(range(many), *days), shelf, form=form)
        for act in (papers.to_last, papers.to_first, lambda: papers.to_index(many // 2)):
            act()
            drawn(papers)
        assert len(shelf.fetched) <= 3 * 3 * 42 + 50
        await pilot.pause()

        start = time.process_time()
        for _ in range(40):
            papers.move(1)
            drawn(papers)
        # To look at all million takes as much for one move.
        assert time.process_time() - start < 2


async def test_rows_are_fetched_a_page_ahead_and_once() -> None:
    shelf = Shelf()
    async with list_stage(60, 10) as (papers, pilot):
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


async def test_the_cursor_stands_where_days_are_missing_and_names_no_paper_there() -> None:
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
                assert papers.step(steps)
                found.append(papers.cursor)
                assert (papers.hole is not None) == (highlighted_line(papers) == 4)
                assert papers.reported == (papers.highlighted, papers.hole is not None)
            assert found == places
        assert papers.reported == (1, False) and not papers.step(-1)
        # Many steps at once pass it, and so does whatever goes on by papers.
        assert papers.step(3) and papers.highlighted == 4
        assert papers.step(-1) and papers.reported == (3, True)
        papers.show(listed, Shelf(), keep=3, form=form)
        assert papers.reported == (3, True) and painted(papers)[4].startswith("▌─ 4 days")
        papers.show(listed, Shelf(), keep=3)
        assert papers.reported == (3, False)
        papers.show(listed, Shelf(), keep=3, form=form)
        await click(pilot, 4)
        assert papers.hole == form.holes[0]
        await click(pilot, 3)
        assert papers.reported == (3, False) and not app.told


async def click(pilot: Pilot[None], y: int) -> None:
    await pilot.click(PaperList, offset=(20, y))
    await pilot.pause()


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with list_stage(60, 12) as (papers, pilot):
        papers.show(order(range(1, 101)), Shelf())
        await pilot.pause()
        for turn, top in ((MouseScrollDown, 2), (MouseScrollUp, 0), (MouseScrollDown, 2)):
            papers.post_message(turn(papers, 5, 5, 0, 1, 0, False, False, False))
            await pilot.pause()
            assert (papers.scroll_offset.y, papers.highlighted) == (top, 1)
        papers.move(1)
        assert papers.highlighted == 2 and 2 in papers.visible_pks
