from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar

from reader.ui.widgets.paper_list import PaperList
from reader.ui.widgets.scrollbar import BlankScrollBar, PaneScrollBar, ThinScrollBar, draw_scrollbars
from tests.ui.stage import TODAY, Stage, order, rows


@pytest.fixture(autouse=True)
def textuals_own() -> Iterator[None]:
    before = ScrollBar.renderer, PaneScrollBar.renderer
    yield
    ScrollBar.renderer, PaneScrollBar.renderer = before


def thumb(app: Stage) -> list[int]:
    """The lines that the thumb is on."""
    strips = app.screen._compositor.render_strips()
    last = [list(strip)[-1] for strip in strips]
    return [y for y, cell in enumerate(last) if "▐" in cell.text or (cell.style and cell.style.reverse)]


@pytest.mark.parametrize("ascii", [False, True])
async def test_the_thumb_shows_the_place(ascii: bool) -> None:
    draw_scrollbars(ascii=ascii)
    papers = PaperList(today=TODAY)
    app = Stage(papers)
    async with app.run_test(size=(60, 10)) as pilot:
        papers.show(order(range(100)), rows)
        await pilot.pause()
        assert thumb(app) == [0]
        papers.to_last()
        await pilot.pause()
        assert thumb(app) == [9]
        papers.show(order(range(12)), rows)
        await pilot.pause()
        assert len(thumb(app)) > 5
        assert all("▐" not in strip.text for strip in app.screen._compositor.render_strips()) == ascii


async def test_it_is_painted_only_where_it_looks_different(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = PaperList(today=TODAY)
    app = Stage(papers)
    async with app.run_test(size=(60, 10)) as pilot:
        papers.show(order(range(1_000)), rows)
        await pilot.pause()
        bar = papers.vertical_scrollbar
        asked: list[Region] = []
        check = bar.check_idle

        def note_and_check() -> None:
            asked.extend(bar._repaint_regions)
            check()

        monkeypatch.setattr(bar, "check_idle", note_and_check)
        papers.move(20)
        await pilot.pause()
        assert papers.scroll_offset.y > 0
        assert not asked
        papers.to_last()
        await pilot.pause()
        assert asked


@pytest.mark.parametrize(
    ("renderer", "glyph"),
    [(ThinScrollBar, "▐"), (BlankScrollBar, " ")],
)
def test_all_of_a_scrollbar_is_drawn(renderer: type[ThinScrollBar], glyph: str) -> None:
    for position in range(0, 90, 7):
        bar = renderer(virtual_size=100, window_size=10, position=position, style=Style.parse("red on black"))
        start, length = bar.thumb(10)
        cells = bar.cells(10, 1)
        assert len(cells) == 10 and 0 <= start <= 10 - length
        assert {cell.text for cell in cells[start : start + length]} == {glyph}
        actions = [cell.style.meta["@mouse.down"] for cell in cells if cell.style]
        assert actions == ["scroll_up"] * start + ["grab"] * length + ["scroll_down"] * (10 - start - length)


async def test_a_click_beside_the_thumb_turns_a_page_and_the_thumb_is_dragged() -> None:
    papers = PaperList(today=TODAY)
    app = Stage(papers)
    async with app.run_test(size=(60, 10)) as pilot:
        papers.show(order(range(100)), rows)
        await pilot.pause()
        await pilot.click(offset=(59, 8))
        await pilot.pause(0.3)
        turned = papers.scroll_offset.y
        assert 0 < turned <= 10
        await pilot.mouse_down(offset=(59, thumb(app)[0]))
        await pilot.hover(offset=(59, 9))
        await pilot.mouse_up(offset=(59, 9))
        await pilot.pause(0.3)
        assert papers.scroll_offset.y > turned
