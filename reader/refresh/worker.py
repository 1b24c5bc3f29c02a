"""Jobs in a process of their own, so that no key waits for one.

In a thread of the reader's, storing papers would share its interpreter lock with the keys: a repaint of 10 ms took
200. A process that is killed at any moment leaves the cache whole, so stopping a job is as quick as that, and it ends
with its reader however that ends: one that hung on would have the feed's turn. What is sent either way are pickled
`reader.refresh.jobs`.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from reader import log
from reader.core import errors
from reader.core.errors import ReaderError
from reader.refresh import jobs
from reader.refresh.failures import log_failure
from reader.refresh.jobs import Job, Message, Workplace

NICENESS = 5
"""How far the keys go before a job where both want the processor."""


class _Done:
    """The last thing that a process says of a job that came to its end."""


# On the reader's side


async def run(place: Workplace, job: Job) -> AsyncGenerator[Message, None]:
    """Do a job in a process of its own; raises ReaderError, as `jobs.run` does."""
    process = _Process(place, job)
    try:
        while not isinstance(said := await asyncio.to_thread(process.hear), _Done):
            if isinstance(said, ReaderError):
                raise said
            yield said
    finally:
        process.kill()
        await asyncio.to_thread(process.close)


class _Process:
    """A process that does a job."""

    def __init__(self, place: Workplace, job: Job) -> None:
        root = str(Path(__file__).parents[2])
        self._popen = subprocess.Popen(
            # Without -P a folder named `reader`, where the user happens to be, would be taken for this one.
            [sys.executable, "-P", "-c", f"from {__name__} import main; main()"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        pipes = (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        self._alive, self._said, self._failed = (cast(BinaryIO, pipe) for pipe in pipes)
        # Keys are none of a job's business, and their read-only mapping can't be pickled.
        place = replace(place, settings=replace(place.settings, keys={}))
        with suppress(BrokenPipeError):
            _say((place, job), self._alive)

    def hear(self) -> Any:
        """The next thing that it says; blocks until it does."""
        try:
            return pickle.load(self._said)  # noqa: S301 (it is our own process that speaks)
        except (EOFError, pickle.UnpicklingError, ValueError):
            report = self._failed.read().decode(errors="replace").strip()
            if report:
                log.record_report("worker process", report)
            last = report.rpartition("\n")[2]
            return ReaderError(f"The work behind the reader broke off{f': {last}' if last else ''}.")

    def kill(self) -> None:
        self._popen.kill()

    def close(self) -> None:
        """Close what led to it, once it is dead; a thread that still listens has heard of its end by then."""
        self._popen.wait()
        with suppress(BrokenPipeError):
            self._alive.close()
        self._said.close()
        self._failed.close()


# On its own side


def main() -> None:
    """Do the job that standard input tells, and tell its messages on standard output."""
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    place, job = pickle.load(sys.stdin.buffer)  # noqa: S301 (it is the reader that speaks)
    log.attach(place.settings.log_level)
    threading.Thread(target=_end_with_reader, args=(sys.stdin.fileno(),), daemon=True).start()
    with suppress(BrokenPipeError):
        asyncio.run(_tell(place, job, sys.stdout.buffer))


def _end_with_reader(alive: int) -> None:
    """End once the reader is gone: then what it holds open, and never writes on again, comes to its end."""
    while os.read(alive, 1):
        pass
    os._exit(1)


async def _tell(place: Workplace, job: Job, out: BinaryIO) -> None:
    last: object = _Done()
    try:
        async with aclosing(jobs.run(place, job)) as messages:
            async for message in messages:
                log_failure(message)
                _say(_plain(message), out)
    except ReaderError as error:
        last = _plain(error)
    _say(last, out)


def _say(what: object, out: BinaryIO) -> None:
    pickle.dump(what, out)
    out.flush()


def _plain(what: Any) -> Any:
    """The same with errors of the kinds that every module knows: a kind with more to it can't be sent."""
    if isinstance(what, ReaderError):
        kind = next(one for one in type(what).__mro__ if one.__module__ == errors.__name__)
        return kind(str(what))
    if is_dataclass(what) and not isinstance(what, type):
        found = {one.name: getattr(what, one.name) for one in fields(what)}
        return replace(what, **{name: _plain(one) for name, one in found.items() if isinstance(one, ReaderError)})
    return what
