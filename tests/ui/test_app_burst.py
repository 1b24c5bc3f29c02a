"""Thousands of keys at once: a motion is one step, marks are made one by one, and all in order."""

from __future__ import annotations

from collections import Counter

import pytest
from textual import events
from textual.app import App

from reader.ui.app import ReaderApp
from reader.ui.kit.textual_fixes import take_keys
from tests.ui.conftest import Opener
from tests.ui.driver import Story


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each action ran."""
    ran: Counter[str] = Counter()
    perform = ReaderApp.perform

    def count(app: ReaderApp, action_id: str, count: int | None = None) -> None:
        ran[action_id] += 1
        perform(app, action_id, count)

    monkeypatch.setattr(ReaderApp, "perform", count)
    return ran


async def press_at_once(r: Story, keys: str) -> None:
    """Press keys faster than the reader handles them."""
    for key in keys:
        r.app.post_message(events.Key(key, key))
    await r.rest()


async def test_a_burst_of_motions_is_a_few_steps_and_a_few_frames(
    reader: Opener, performed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = 0

    def count_frame(_app: ReaderApp) -> None:
        nonlocal frames
        frames += 1

    monkeypatch.setattr(ReaderApp, "post_display_hook", count_frame)
    async with reader() as r:
        await r.do("view.all")
        performed.clear()
        frames = 0
        await press_at_once(r, "j" * 10_000)
        assert r.cursor == len(r.ids) - 1
        assert performed == {"move.down": 1}
        assert frames < 50
        await press_at_once(r, "k" * 3 + "j" + "k" * 2)
        assert r.cursor == len(r.ids) - 5
        assert performed == {"move.down": 2, "move.up": 2}
        # One key is one step, as ever.
        await press_at_once(r, "k")
        assert r.cursor == len(r.ids) - 6


async def test_the_end_behind_keys_that_wait_is_no_failure() -> None:
    node: App[None] = App()
    for message in (events.Key("j", "j"), events.Key("k", "k"), None):
        node._message_queue.put_nowait(message)
    assert [key.key for key in await take_keys(node)] == ["j", "k"]
