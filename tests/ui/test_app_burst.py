"""x"""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App

from reader.ui.app import ReaderApp
from reader.ui.kit.textual_fixes import take_keys
from tests.ui.conftest import Opener


async def test_a_burst_of_motions_is_a_few_steps_and_a_few_frames(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = 0
    done = list[tuple[str, int | None]]()
    perform = ReaderApp.perform

    def note_and_perform(app: ReaderApp, action_id: str, count: int | None = None) -> None:
        done.append((action_id, count))
        perform(app, action_id, count)

    def count_frame(_app: ReaderApp) -> None:
        nonlocal frames
        frames += 1

    async with reader() as r:
        await r.do("view.all")
        monkeypatch.setattr(ReaderApp, "perform", note_and_perform)
        monkeypatch.setattr(ReaderApp, "post_display_hook", count_frame)
        await r.burst(*"j" * 10_000)
        assert (r.cursor, done) == (59, [("move.down", 10_000)])
        assert frames < 50
        await r.burst(*"kkkjkk")
        assert (r.cursor, done[1:]) == (55, [("move.up", 3), ("move.down", None), ("move.up", 2)])


async def test_the_end_behind_keys_that_wait_is_no_failure() -> None:
    node: App[None] = App()
    for message in (events.Key("j", "j"), events.Key("k", "k"), None):
        node._message_queue.put_nowait(message)
    assert [key.key for key in await take_keys(node)] == ["j", "k"]
