"""What programs share about a host: the turn to ask it, and the pause while it is busy."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from reader.core.errors import FeedUnreachable
from reader.core.steps import watched_by
from reader.feeds.http.host_lock import PAUSES, Backoff, host_lock
from reader.platform import Lock
from tests.feeds.servers import Nap


async def test_turns_are_taken_one_after_another_with_a_pause(tmp_path: Path) -> None:
    nap = Nap()
    told: list[str] = []

    async def take(name: str) -> None:
        async with host_lock(tmp_path / "deep" / "turn", 3, nap, nap.clock):
            told.append(f"{name} begins")
            await asyncio.sleep(0.01)
            told.append(f"{name} ends")

    await asyncio.gather(take("one"), take("two"))
    assert [word.partition(" ")[2] for word in told] == ["begins", "ends", "begins", "ends"]
    # Both the time that was waited for the other and the rest of the pause.
    assert nap.now >= 3


async def test_a_pause_that_has_passed_is_not_made(tmp_path: Path) -> None:
    nap = Nap()
    for passed, left in ((0.0, 0.0), (1.0, 2.0), (3.0, 0.0)):
        nap.now += passed
        before = nap.now
        async with host_lock(tmp_path / "turn", 3, nap, nap.clock):
            assert nap.now - before == left


async def test_a_folder_that_can_not_be_written_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nap = Nap()
    async with host_lock(tmp_path / "file" / "turn", 3, nap, nap.clock):
        assert nap.taken == []


async def test_a_file_system_without_locks_holds_nobody_up_but_for_the_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.platform.try_lock", lambda _: Lock.UNSUPPORTED)
    nap = Nap()
    for pauses in ([], [3.0]):
        async with host_lock(tmp_path / "turn", 3, nap, nap.clock):
            assert nap.taken == pauses


async def test_a_lock_that_another_program_never_gives_back_is_waited_for_a_quarter_of_an_hour(tmp_path: Path) -> None:
    nap, steps = Nap(), list[tuple[float, str]]()
    lock = tmp_path / "example.org.lock"
    told = r"Another program has been asking example\.org for 15 minutes; end it to continue\."
    with watched_by(lambda *step: steps.append(step)):
        async with host_lock(lock, 0, nap, nap.clock):
            with pytest.raises(FeedUnreachable, match=told):
                async with host_lock(lock, 0, nap, nap.clock):
                    pass
    assert 900 <= nap.now < 901
    # Waiting is no silence.
    assert len(steps) == len(nap.taken)


async def test_on_a_full_disk_the_request_is_made_and_the_next_one_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    nap = Nap()
    lock = tmp_path / "example.org.lock"
    monkeypatch.setattr(os, "write", full)
    for asked in (1, 2):
        async with host_lock(lock, 3, nap, nap.clock):
            pass
        assert nap.taken == [3] * asked


async def test_a_lock_does_not_grow(tmp_path: Path) -> None:
    nap = Nap()
    for _ in range(3):
        async with host_lock(tmp_path / "example.org.lock", 3, nap, nap.clock):
            pass
    assert (tmp_path / "example.org.lock").stat().st_size == 1
    assert len(nap.taken) == 2


# The pause of a busy host


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_pauses_grow_from_minutes_to_hours(tmp_path: Path) -> None:
    clock = Clock()
    backoff = Backoff(tmp_path / "x.busy", clock)
    assert backoff.left() == 0
    for pause in (*PAUSES, PAUSES[-1]):
        assert backoff.refuse() == pause
        # Another program, or this one after a new start, knows it.
        assert Backoff(tmp_path / "x.busy", clock).left() == pause
        # A second refusal in the same pause is no further one.
        clock.now += 1
        assert backoff.refuse() == pause - 1
        clock.now += pause
    backoff.answer()
    assert backoff.refuse() == PAUSES[0]


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    clock = Clock()
    backoff = Backoff(tmp_path / "x.busy", clock)
    backoff.refuse()
    clock.now -= 86_400
    assert backoff.left() == 0


@pytest.mark.parametrize("text", ["", "{", "[1]", "[null, 2]", '["x", "y"]', "[" * 300, "\x00"])
def test_a_broken_file_is_no_pause(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.busy"
    file.write_text(text)
    backoff = Backoff(file)
    assert backoff.left() == 0
    assert backoff.refuse() == PAUSES[0]


def test_without_a_file_or_a_folder_to_write_there_is_no_pause(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for backoff in (Backoff(None), Backoff(tmp_path / "file" / "x.busy")):
        assert backoff.refuse() == PAUSES[0]
        assert backoff.left() == 0
        backoff.answer()
