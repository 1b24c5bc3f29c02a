"""Steps are told to whoever watches, in the tasks and threads of a job too."""

from __future__ import annotations

import asyncio

from reader.core.steps import note_step, note_wait, watched_by


async def test_steps_of_threads_and_tasks_are_told_to_the_watcher() -> None:
    told: list[float] = []
    note_step()
    with watched_by(told.append):
        await asyncio.to_thread(note_step)
        await asyncio.create_task(asyncio.to_thread(note_wait, 7.5))
    note_wait(3)
    assert told == [0, 7.5]
