"""With the setting `ascii` no screen draws a character beyond ASCII, whatever is in front."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

SIZES = [(60, 20), (80, 24), (100, 30), (140, 42), (200, 60)]


def odd(r: Story) -> dict[str, str]:
    """The characters beyond ASCII on the screen, each with its line."""
    return {char: line for line in r.lines for char in line if not char.isascii()}


@pytest.mark.parametrize("size", SIZES)
async def test_the_main_screen_and_its_panes(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(settings=settings(ascii=True), size=size) as r:
        assert odd(r) == {}
        await r.do("paper.star", "move.down", "paper.read", "move.down", "paper.hide")
        assert odd(r) == {}
        await r.do("find.filter")
        assert odd(r) == {}
        await r.do("move.bottom", "topic.pick")
        assert odd(r) == {}
        await r.do("find.filter", "view.all", "find.sort")
        assert odd(r) == {}


@pytest.mark.parametrize("size", SIZES)
async def test_the_page_and_the_reasons_for_topics(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(settings=settings(ascii=True), size=size) as r:
        await r.do("read.open", "read.unfold")
        assert odd(r) == {}
        await r.do("read.why")
        await r.do("move.bottom")
        assert odd(r) == {}


@pytest.mark.parametrize("size", SIZES)
async def test_a_query_and_what_it_finds(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(settings=settings(ascii=True), size=size) as r:
        for typed in ("topic:vid", "topic:agnets", "is:(", "nothing like this", "zzz sort:upvotes"):
            await r.do("find.query")
            await r.press("ctrl+u", *typed)
            assert odd(r) == {}
            await r.press("enter")
            assert odd(r) == {}
            if r.context == "query":
                await r.do("query.cancel")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "action", ["link.list", "find.topic", "day.go", "app.help", "app.commands", "app.older", "find.add"]
)
async def test_what_is_over_the_list(reader: Opener, size: tuple[int, int], action: str) -> None:
    async with reader(settings=settings(ascii=True), size=size) as r:
        await r.do(action)
        assert odd(r) == {}
        await r.press("2", "x")
        assert odd(r) == {}


@pytest.mark.parametrize(
    "action",
    [
        "mark.all_read", "mark.above_read", "mark.undo", "find.next", "find.clear", "view.trending", "view.second",
        "view.week", "view.month", "period.earlier", "period.later", "day.older", "day.newer", "link.copy",
        "app.refresh", "find.feed", "pane.wider",
    ],
)  # fmt: skip
async def test_what_an_action_says(reader: Opener, action: str) -> None:
    async with reader(settings=settings(ascii=True), demo=True, size=(160, 30)) as r:
        await r.do("paper.star", action)
        assert odd(r) == {}
