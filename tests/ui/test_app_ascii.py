"""With the setting `ascii` no screen draws a character beyond ASCII, whatever is in front."""

from __future__ import annotations

import pytest

from tests.tiers import rest_at_night
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

pytestmark = pytest.mark.long

SIZES = rest_at_night([(60, 20), (100, 30), (200, 60), (80, 24), (140, 42)], 3)


def odd(r: Story) -> dict[str, str]:
    """The characters beyond ASCII on the screen, each with its line."""
    return {char: line for line in r.lines for char in line if not char.isascii()}


OVER = ("link.list", "find.topic", "day.go", "app.help", "app.commands", "app.older", "find.add")
"""Actions that put something over the list."""


@pytest.mark.parametrize("size", SIZES)
async def test_whatever_is_in_front(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(settings=settings(ascii=True), size=size) as r:
        for actions in (
            *((), ("paper.star", "move.down", "paper.read", "move.down", "paper.hide")),
            *(("find.filter",), ("move.bottom", "topic.pick"), ("find.filter", "view.all", "find.sort")),
            *(("read.open", "read.unfold"), ("read.why",), ("why.close", "app.back")),
        ):
            await r.do(*actions)
            assert odd(r) == {}, actions
        for typed in ("topic:vid", "topic:agnets", "is:(", "nothing like this", "zzz sort:upvotes"):
            await r.do("find.query")
            await r.press("ctrl+u", *typed)
            assert odd(r) == {}, typed
            await r.press("enter")
            assert odd(r) == {}, typed
            if r.context == "query":
                await r.do("query.cancel")
        await r.do("find.clear")
        for action in OVER:
            await r.do(action)
            assert odd(r) == {}, action
            await r.press("2", "x")
            assert odd(r) == {}, action
            for _ in range(3):
                if r.context != "list":
                    await r.press("escape")
            assert r.context == "list", action


async def test_what_actions_say(reader: Opener) -> None:
    async with reader(settings=settings(ascii=True), demo=True, size=(160, 30)) as r:
        await r.do("paper.star")
        for action in (
            *("link.copy", "pane.wider", "find.next", "find.clear", "app.refresh", "find.feed"),
            *("day.older", "day.newer", "view.week", "period.earlier", "period.later", "view.month"),
            *("view.changed", "view.trending", "view.latest"),
            *("mark.undo", "mark.above_read", "mark.undo", "mark.all_read"),
        ):
            await r.do(action)
            assert odd(r) == {}, action
