"""What goes on beside the keys."""

from __future__ import annotations

import asyncio
import warnings
from functools import partial

import pytest

from reader.ui.refresh.refresher import Refresher
from reader.ui.refresh.state import REFRESH
from tests.ui.conftest import Opener


async def test_what_fails_beside_the_reader_is_told_and_the_reader_goes_on(
    reader: Opener, mistakes: list[Exception]
) -> None:
    async def fail() -> None:
        raise KeyError("pk")

    async with reader() as r:
        r.app.background.start("counts", fail)
        await r.until(lambda: "counts: KeyError: 'pk'" in r.status)
        assert "the log has the details" in r.status
        await r.do("move.down")
        assert r.cursor == 1
    assert [repr(error) for error in mistakes] == ["KeyError('pk')"]
    mistakes.clear()


async def test_work_that_gives_way_before_it_begins_leaves_nothing_behind(reader: Opener) -> None:
    begun: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)

    async with reader() as r:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for number in range(3):
                r.app.background.start("one of a kind", partial(work, number), exclusive=True)
            await r.rest()
            await asyncio.sleep(0)
    assert begun == [2]


@pytest.mark.parametrize("size", [(80, 24), (1, 1)])
@pytest.mark.parametrize("page", ["pageup", "pagedown"])
async def test_paging_through_commands_that_are_not_there_yet_is_no_harm(
    reader: Opener, size: tuple[int, int], page: str
) -> None:
    async with reader(size=size) as r:
        await r.burst(":", page, "m", page)
        await r.press(page)
        await r.press("escape")
        assert r.app.is_running


async def test_leaving_while_a_refresh_runs_is_no_mistake(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        hanging = asyncio.Event()

        async def hang(_plan: object) -> None:
            await hanging.wait()

        monkeypatch.setattr(r[Refresher], "_refresh", hang)
        await r.begin(*r.app.keymap.chords("app.refresh", "list")[0])
        assert r.app.state[REFRESH].is_running
        r.app.leave()


@pytest.mark.parametrize("key", ["?", ":"])
async def test_keys_behind_the_one_that_leaves_open_nothing(reader: Opener, key: str) -> None:
    async with reader() as r:
        r.app.leave()
        # A screen that opened now would end before it has any lines, and take the reader down with an error.
        await r.burst(key, key)
