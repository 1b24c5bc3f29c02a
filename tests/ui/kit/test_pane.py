from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.widgets import OptionList

from reader.core.lines import Piece
from reader.ui.kit.glyphs import ASCII
from reader.ui.kit.pane import BarLook, Pane, Thumb, draw_bar, draw_scrollbars, thumb_of
from reader.ui.list.pane import PaperList
from tests.table import each
from tests.ui.lists import list_stage
from tests.ui.stage import Stage, order, rows, staged


@pytest.fixture(autouse=True)
def textuals_own() -> Iterator[None]:
    before = ScrollBar.renderer
    yield
    draw_scrollbars(ascii=False)
    ScrollBar.renderer = before


@each(
    ("height", "content", "position", "thumb"),
    [
        (10, 100, 0, (0, 1)),
        (10, 100, 90, (9, 1)),
        (10, 100, 45, (4, 1)),
        (10, 40, 15, (4, 2)),
        (10, 11, 1, (1, 9)),
        (10, 10_000, 5_000, (5, 1)),
        (10, 10, 0, None),
        (0, 5, 0, None),
        (1, 2, 1, (0, 1)),
    ],
)
def test_the_thumb_is_as_long_as_the_part_in_view(
    height: int, content: int, position: int, thumb: tuple[int, int] | None
) -> None:
    assert thumb_of(height, content, position) == thumb
    cells = draw_bar(height, thumb and Thumb(*thumb), ASCII, BarLook(Style(), Style()), is_ruled=True)
    start, length = thumb or (height, 0)
    assert "".join(cell.text for cell in cells) == "|" * start + "#" * length + "|" * (height - start - length)
    actions = ["scroll_up"] * start + ["grab"] * length + ["scroll_down"] * (height - start - length)
    assert [cell.style.meta["@mouse.down"] for cell in cells if cell.style] == actions


def bar(papers: PaperList) -> str:
    """The last column of the screen."""
    return "".join(strip.text[-1] for strip in papers.screen._compositor.render_strips())


def thumb(papers: PaperList) -> list[int]:
    """The lines that the thumb is on."""
    return [y for y, char in enumerate(bar(papers)) if char in "┃#"]


@pytest.mark.parametrize("ascii", [False, True])
async def test_the_thumb_shows_the_place_on_the_rule(ascii: bool) -> None:
    draw_scrollbars(ascii=ascii)
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(100)), rows)
        await pilot.pause()
        assert bar(papers) == ("#" if ascii else "┃") + " " * 9
        papers.to_last()
        papers.is_ruled = True
        papers.vertical_scrollbar.refresh()
        await pilot.pause()
        assert bar(papers) == ("|" * 9 + "#" if ascii else "│" * 9 + "┃")
        papers.show(order(range(12)), rows)
        await pilot.pause()
        assert len(thumb(papers)) > 5


async def test_the_thumb_is_there_only_while_the_pane_has_the_focus_or_scrolls() -> None:
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(100)), rows)
        papers.screen.set_focus(None)
        await pilot.pause()
        assert not thumb(papers)
        papers.scroll_to(y=40, animate=False)
        await pilot.pause()
        assert thumb(papers) == [4]
        papers._thumb_delay.stop()
        papers._refresh_bar()
        await pilot.pause()
        assert not thumb(papers)


async def test_it_is_painted_only_where_it_looks_different(monkeypatch: pytest.MonkeyPatch) -> None:
    async with list_stage(60, 10) as (papers, pilot):
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


@pytest.mark.parametrize("shows_links", [True, False])
async def test_an_address_is_a_link_where_the_terminal_shows_links(shows_links: bool) -> None:
    pane = Pane()
    pane.shows_links = shows_links
    async with staged(Stage(pane), 20, 3):
        pieces = [Piece("page", action=("link", "https://a.org")), Piece("topic", action=("topic", "agents"))]
        styles = [style for text, style, _ in pane._strip((*pieces, Piece("plain"))) if text.strip() and style]
        assert [style.link for style in styles] == ["https://a.org" if shows_links else None, None, None]
        actions = [{"kind": "link", "value": "https://a.org"}, {"kind": "topic", "value": "agents"}, {}]
        assert [style.meta for style in styles] == actions


async def test_a_list_of_textuals_own_has_the_same_thumb_without_a_rule() -> None:
    draw_scrollbars(ascii=False)
    async with staged(Stage(OptionList(*(str(number) for number in range(100)))), 60, 12) as (app, pilot):
        await pilot.pause()
        assert any("┃" in strip.text for strip in app.screen._compositor.render_strips())


async def test_a_click_beside_the_thumb_turns_a_page_and_the_thumb_is_dragged() -> None:
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(100)), rows)
        await pilot.pause()
        await pilot.click(offset=(59, 8))
        await pilot.pause(0.3)
        turned = papers.scroll_offset.y
        assert 0 < turned <= 10
        await pilot.mouse_down(offset=(59, thumb(papers)[0]))
        await pilot.hover(offset=(59, 9))
        await pilot.mouse_up(offset=(59, 9))
        await pilot.pause(0.3)
        assert papers.scroll_offset.y > turned
