from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.strip import Strip

from reader.ui.text.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.text.lines import Line, measure, pattern
from reader.ui.text.list_lines import ListLines, draw_heading, draw_paper
from reader.ui.text.styled_text import PLAIN
from reader.ui.widgets.paper_list import PaperList
from tests.facts import cached
from tests.ui.lists import Shelf, drawn, highlighted_line, list_stage, painted
from tests.ui.stage import TODAY, Stage, order, row

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
    app, papers = list_stage()
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
    app, papers = list_stage()
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
    app, papers = list_stage()
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
    app, papers = list_stage()
    async with app.run_test(size=(60, 6)):
        papers.show(order([1]), Shelf(row(1, "Web agents")), words=("agent",))
        strip = papers.render_line(0)
        hit = next(segment for segment in strip if segment.text == "agent")
        rest = next(segment for segment in strip if segment.text == "Web ")
        assert hit.style and rest.style and hit.style.bgcolor != rest.style.bgcolor


async def test_the_heading_stays_on_top_while_its_papers_pass() -> None:
    app, papers = list_stage()
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


# Painting


async def test_a_patch_paints_its_line_at_once() -> None:
    app, papers = list_stage()
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
    app, papers = list_stage()
    async with app.run_test(size=(60, 6)) as pilot:
        papers.show(order([1, 2, 3]), Shelf())
        await pilot.pause()
        papers.show(order([1, 5, 6]), Shelf(row(1, "News")), keep=1)
        await pilot.pause()
        assert [line.split()[-1] for line in painted(papers)[:3]] == ["News", "5", "6"]


async def test_a_move_draws_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app, papers = list_stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31)), Shelf())
        await pilot.pause()
        drawn: list[str] = []
        draw = papers._strip

        def watched(line: Line, over: str = PLAIN, margin: int = 0) -> Strip:
            drawn.append("".join(piece.text for piece in line))
            return draw(line, over, margin)

        monkeypatch.setattr(papers, "_strip", watched)
        papers.move(1)
        await pilot.pause()
        assert len(drawn) == 2
        assert painted(papers)[1].startswith("▌") and not painted(papers)[0].startswith("▌")


async def test_a_resize_draws_anew_and_keeps_the_cursor_in_view() -> None:
    app, papers = list_stage()
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
    app, papers = list_stage()
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
    app, papers = list_stage()
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

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self.query_one(PaperList), "reported", self._note, init=False)

    def _note(self, pk: int | None) -> None:
        self.highlights.append(pk)

    def on_paper_list_opened(self, message: PaperList.Opened) -> None:
        self.opened.append(cached(message.pk))


async def test_each_highlight_is_reported_at_once_and_only_once() -> None:
    papers = PaperList(today=TODAY)
    app = Listener(papers)
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 31)), Shelf())
        await pilot.pause()
        papers.show(order(range(1, 31)), Shelf(), keep=1)
        await pilot.pause()
        assert app.highlights == [1]
        papers.move(1)
        assert app.highlights == [1, 2]
        papers.show(order([]), Shelf())
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
    app, papers = list_stage()
    async with app.run_test(size=(60, 12)) as pilot:
        papers.show(order(range(1, 101)), Shelf())
        await pilot.pause()
        papers.post_message(MouseScrollDown(papers, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert papers.scroll_offset.y > 0 and papers.highlighted == 1
        papers.move(1)
        assert papers.highlighted == 2 and 2 in papers.visible_pks
