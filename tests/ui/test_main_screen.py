"""Panes by width, what the user chooses of them, and what they show after random keys."""

from __future__ import annotations

import asyncio
import random

import pytest
from textual.events import Paste

from reader.cache.search.compile import compile_query
from reader.ui.filter.counter import CountCache
from reader.ui.filter.state import COUNTED, TOPIC_MODE
from reader.ui.library.library import Library
from reader.ui.page.lines import TEXT_CELLS
from reader.ui.shell.layout import PaneSizes
from tests.table import rest_at_night
from tests.ui.conftest import Opener
from tests.ui.driver import Story


def panes(r: Story) -> list[str]:
    """The panes on the screen, from the left and from the top."""
    shown = [pane for pane in (r.main.filter, r.main.papers, r.main.detail) if pane.is_on_screen]
    return [pane.id or "" for pane in sorted(shown, key=lambda pane: (pane.region.x, pane.region.y))]


async def test_list_over_detail_and_the_filter_over_both_at_80(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        assert panes(r) == ["papers", "detail"]
        assert r.main.papers.region.bottom <= r.main.detail.region.y
        await r.do("find.filter")
        assert panes(r) == ["filter", "papers"]
        assert r.context == "filter"
        await r.do("find.filter")
        assert panes(r) == ["papers", "detail"]
        assert r.context == "list"


async def test_a_zoomed_pane_is_alone_and_the_next_one_after_it(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        whole = r.main.papers.region
        await r.do("pane.zoom", "app.quit")
    async with reader(size=(140, 30)) as r:
        assert panes(r) == ["papers"]
        await r.do("pane.zoom", "pane.zoom")
        assert "z shows all" in r.status
        assert r.main.papers.region.width == 140
        await r.do("move.down")
        assert r.cursor == 1
        await r.do("pane.next")
        assert panes(r) == ["detail"]
        first, *_, last = (line for line in r.text("#detail").splitlines() if line.strip())
        margin = r.main.detail.columns // 2 - TEXT_CELLS // 2
        assert first.startswith(f"{' ' * (margin - 1)}▌{r.here.title[:20]}") and last.startswith(" " * margin)
        await r.do("paper.star")
        assert r.here.starred
        await r.do("pane.next")
        assert panes(r) == ["filter"]
        await r.do("find.filter")
        assert panes(r) == ["papers"]
        await r.do("pane.zoom")
        assert panes(r) == ["filter", "papers", "detail"]
        assert r.main.papers.region == whole
        assert r.cursor == 1


async def test_sizes_are_kept_for_widths_like_this_one(reader: Opener) -> None:
    size, other = (80, 24), (140, 30)
    async with reader(size=other) as r:
        untouched = r.main.papers.region
    async with reader(size=size) as r:
        found = []
        for action, count in (("wider", 1), ("wider", 9), ("narrower", 30), ("wider", 5)):
            await r.do(f"pane.{action}", count=count)
            found.append(r.app.state.panes.at(size[0]).list_share)
        assert found[1:] == [0.8, 0.2, 0.45]
        chosen = r.main.papers.region
        await r.resize(*other)
        assert r.main.papers.region == untouched
        await r.resize(*size)
        assert r.main.papers.region == chosen
        await r.do("app.quit")
    async with reader(size=size) as r:
        assert r.main.papers.region == chosen


async def test_a_bar_shows_where_keys_act(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        assert not any(pane.is_scrolling for pane in (r.main.filter, r.main.papers, r.main.detail)), "no thumb is shown"
        for pane in ("papers", "detail", "filter"):
            assert [one for one in ("filter", "papers", "detail") if "▌" in r.text(f"#{one}")] == [pane]
            await r.do("pane.next")
        await r.do("pane.previous", "pane.previous", "pane.narrower")
        sizes = [r.app.state.panes.at(140)]
        await r.do("pane.next")
        for action, count in (("narrower", 2), ("narrower", 20), ("wider", 40)):
            await r.do(f"pane.{action}", count=count)
            sizes.append(r.app.state.panes.at(140))
        assert sizes == [PaneSizes(width, 0.62) for width in (26, 22, 16, 60)]
        rows = []
        moves = ("bottom", None), ("half_up", None), ("page_up", None), ("half_down", 2), ("down", 3), ("up", None)
        for move, times in moves:
            await r.do(f"move.{move}", count=times)
            rows.append(r.main.filter.rows.index(r.main.filter.current))
        assert rows == [24, 6, 1, 24, 24, 23]


async def test_a_prompt_in_a_terminal_of_one_cell_comes_to_rest(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("link.list")
        async with asyncio.timeout(20):
            await r.resize(1, 1)
        assert r.main.size == (1, 1)
        await r.resize(80, 24)
        assert "arXiv" in r.lines[-1], r.screen


async def test_h_and_l_go_to_the_pane_at_the_left_and_at_the_right(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        contexts = [r.context]
        for key in ("l", "h", "h"):
            await r.press(key)
            contexts.append(r.context)
        assert contexts == ["list", "detail", "list", "filter"]


async def test_a_paper_whose_id_is_pasted_into_the_list_is_shown_or_can_be_fetched(reader: Opener) -> None:
    async with reader() as r:
        r.main.papers.post_message(Paste("https://arxiv.org/abs/2605.00401v2\n"))
        await r.until(lambda: r.ids == ["2605.00401"])
        r.main.papers.post_message(Paste("2101.00001"))
        await r.until(lambda: "2101.00001 is not here yet. enter fetches it" in r.empty)
        await r.do("app.escape", "app.escape")
        r.main.papers.post_message(Paste("two words"))
        await r.until(lambda: r.status == "the pasted text names no paper · / searches for words")
        assert r.view == "latest"


# Random keys


LINES = (
    *("/agents", "/topic:agents", "/-video", "/is:unread", "/is:hidden", "/upvotes:>5 sort:title", "/day:latest"),
    *("/(a OR b", "/upvotes:>", "/[/]", '/"small models"', "/sort:trending", "/NOT (topic:agents OR is:read)"),
)
CHORDS = ("fa", "faf", "gt", "gu", "gs", "gq", "ga", "gl", "gw", "gm", "gd", "gg")
NAMED = ("enter", "escape", "ctrl+a", "space", "tab", "shift+tab", "ctrl+d", "ctrl+u", "ctrl+r", "up", "down", "alt+j")
LETTERS = "jjjjkkmmssxuvvV*AMJKWlhGTfFnNSb[]{}oy-?:g5019"
SIZES = [(140, 42), (80, 24), (60, 20), (30, 6), (1, 1)]
TURNS = 6


def pressed(chance: random.Random) -> list[str]:
    """The next keys: a letter, a named key, a chord, or a query with Enter."""
    keys = chance.choice([*LETTERS, *NAMED, *CHORDS, *LINES])
    if keys in NAMED:
        return [keys]
    return [*keys, "enter"] if keys in LINES else [*keys]


async def differences(r: Story) -> list[str]:
    """The panes that do not show what the cache holds."""
    state, papers, order = r.app.state, r.main.papers, r.app.settings.order
    fresh = Library(r.file)
    try:
        scope = fresh.scope(r.app.look.today)
        listed = await fresh.order(compile_query(state.place.whole(order), scope))
        mode = state[TOPIC_MODE]
        counts = await fresh.counts.ask(lambda window: CountCache().count(window, state.place, scope, mode))
        shown, here = state[COUNTED], r.main.detail.paper
        assert shown is not None
        agree = {
            "list": list(papers.pks_all()) == list(listed.pks),
            "rows": [papers.row_of(pk) for pk in papers.visible_pks] == fresh.rows(papers.visible_pks),
            "counts": (shown.views, shown.topics, shown.base) == (counts.views, counts.topics, counts.base),
            "days": [day[:3] for day in shown.days] == [day[:3] for day in counts.days],
            "detail": here == fresh.paper(papers.highlighted),
        }
    finally:
        fresh.close()
    return [pane for pane, is_same in agree.items() if not is_same]


@pytest.mark.long
@pytest.mark.parametrize("seed", rest_at_night(range(5), 2))
async def test_after_random_keys_all_panes_show_what_the_cache_holds(
    reader: Opener, browser: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    async with reader(size=SIZES[seed % len(SIZES)]) as r:
        for _ in range(TURNS):
            for _ in range(5):
                await r.begin(*pressed(chance))
            await r.resize(*chance.choice(SIZES[:3]))
            await r.burst(*["escape"] * 4, *"ggsjx")
            # Marks leave the order of the list as it is until it is read again, as after a write by another program.
            assert set(await differences(r)) <= {"list"}, f"{r.app.state.place}\n{r.screen}"
            r.app.model.change(r.app.state.cache_changed())
            await r.rest()
            assert await differences(r) == [], f"{r.app.state.place}\n{r.screen}"
