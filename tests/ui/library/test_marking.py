"""The thread that stores what the user does: one change after the other, and what is lost if the reader ends."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.core.errors import CacheError, MarkNotTaken
from reader.ui.library.marking import MarkThread, Progress

LATE = "could not be stored: the disk did not answer in time."


async def test_changes_are_made_in_order_and_what_is_not_stored_is_told(cache_file: Path) -> None:
    marks, may_go_on = MarkThread(cache_file), threading.Event()
    done: list[object] = []

    def change(events: Events, progress: Progress) -> int:
        may_go_on.wait()
        progress(1, 2)
        done.append(events)
        return len(done)

    reported: list[tuple[int, int]] = []

    def report(count: int, total: int) -> None:
        reported.append((count, total))

    def told() -> tuple[bool, str | None]:
        return marks.is_busy, marks.lost

    assert told() == (False, None)
    first = marks.submit(change, report)
    assert told() == (True, f"The last change {LATE}")
    others = [marks.submit(change), marks.submit(change, is_mark=False)]
    assert told() == (True, f"The last 2 changes {LATE}")
    may_go_on.set()
    assert [await one for one in (first, *others)] == [1, 2, 3]
    await asyncio.sleep(0)
    assert (told(), reported) == ((False, None), [(1, 2)])
    assert len({id(events) for events in done}) == 1
    log = cache_file.with_name(f"{cache_file.name}-wal")
    assert log.exists()
    marks.close()
    assert not log.exists(), "SQLite removes it as the last connection is closed"


async def test_a_failure_is_lost_until_a_later_change_is_stored_or_the_reader_ends(cache_file: Path) -> None:
    marks = MarkThread(cache_file)

    async def lost_after(error: Exception | None) -> str | None:
        def change(_events: Events, _progress: Progress) -> None:
            if error is not None:
                raise error

        storing = marks.submit(change)
        if error is None:
            await storing
        else:
            with pytest.raises(type(error)):
                await storing
        return marks.lost

    full, failed = CacheError("The disk is full."), "Not everything could be stored: The disk is full."
    assert [await lost_after(one) for one in (full, MarkNotTaken("gone"), None, OSError(5, "no"))] == [
        *(failed, None, None),
        "Not everything could be stored: OSError",
    ]
    assert await lost_after(full) == failed
    marks.stop()
    assert await lost_after(None) == failed
    marks.close()
