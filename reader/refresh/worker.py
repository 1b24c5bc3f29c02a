"""Run jobs in their own process: keys then never wait for a job.

A thread would share the interpreter lock with the keys: storing papers made a repaint of 10 ms take 200 ms. The cache
survives a kill at any moment, so a job is stopped by killing its process. The process exits with the reader,
even if the reader is killed; otherwise it would keep the feed's host lock. Both sides send pickled objects of
`reader.refresh.jobs`.

The process starts with the user's own environment, which programs that a job runs get from it. The access token and
the folder of the program go another way.
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

from reader import access_token, log
from reader.core import errors
from reader.core.errors import ReaderError
from reader.refresh import jobs
from reader.refresh.failures import log_failure
from reader.refresh.jobs import Job, JobContext, Message

NICENESS = 5
"""The niceness of the process: the reader's keys come first."""


class _JobDone:
    """The last object that the process sends, after its job succeeded."""


# On the reader's side


async def run_in_process(context: JobContext, job: Job) -> AsyncGenerator[Message, None]:
    """Run a job in its own process; yields and raises the same as `jobs.run_job`."""
    process = _JobProcess(context, job)
    try:
        while not isinstance(message := await asyncio.to_thread(process.read_message), _JobDone):
            if isinstance(message, ReaderError):
                raise message
            yield message
    finally:
        process.kill()
        await asyncio.to_thread(process.close)


class _JobProcess:
    """A process that runs one job."""

    def __init__(self, context: JobContext, job: Job) -> None:
        root = str(Path(__file__).parents[2])
        start = f"from {__name__} import main; main()"
        self._popen = subprocess.Popen(
            # Without -P, Python would import a folder named `reader` in the working directory.
            [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {start}", root],
            env=access_token.child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        pipes = (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        self._stdin, self._stdout, self._stderr = (cast(BinaryIO, pipe) for pipe in pipes)
        # A job needs no keys, and their read-only mapping can't be pickled.
        context = replace(context, settings=replace(context.settings, keys={}))
        with suppress(BrokenPipeError):
            _write_message((context, job, access_token.held_tokens()), self._stdin)

    def read_message(self) -> Any:
        """The next object from the process; blocks until there is one."""
        try:
            return pickle.load(self._stdout)  # noqa: S301 (our own process wrote it)
        except (EOFError, pickle.UnpicklingError, ValueError):
            report = self._stderr.read().decode(errors="replace").strip()
            if report:
                log.record_report("worker process", report)
            last = report.rpartition("\n")[2]
            return ReaderError(f"The background job ended unexpectedly{f': {last}' if last else ''}.")

    def kill(self) -> None:
        self._popen.kill()

    def close(self) -> None:
        """Close the pipes once the process has ended; a thread that reads them has then seen the end."""
        self._popen.wait()
        with suppress(BrokenPipeError):
            self._stdin.close()
        self._stdout.close()
        self._stderr.close()


# On the job's side


def main() -> None:
    """Run the job from standard input, and write its messages to standard output."""
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    context, job, tokens = pickle.load(sys.stdin.buffer)  # noqa: S301 (the reader wrote it)
    access_token.hold_tokens(tokens)
    log.attach(context.settings.log_level)
    threading.Thread(target=_exit_with_reader, args=(sys.stdin.fileno(),), daemon=True).start()
    with suppress(BrokenPipeError):
        asyncio.run(_send_messages(context, job, sys.stdout.buffer))


def _exit_with_reader(alive: int) -> None:
    """Exit when the reader is gone: the system then closes its end of the pipe, to which it writes nothing more."""
    while os.read(alive, 1):
        pass
    os._exit(1)


async def _send_messages(context: JobContext, job: Job, out: BinaryIO) -> None:
    last: object = _JobDone()
    try:
        async with aclosing(jobs.run_job(context, job)) as messages:
            async for message in messages:
                log_failure(message)
                _write_message(_picklable(message), out)
    except ReaderError as error:
        last = _picklable(error)
    _write_message(last, out)


def _write_message(what: object, out: BinaryIO) -> None:
    pickle.dump(what, out)
    out.flush()


def _picklable(what: Any) -> Any:
    """The object with each error as its base class in `core.errors`: errors with extra arguments can't be pickled."""
    if isinstance(what, ReaderError):
        kind = next(one for one in type(what).__mro__ if one.__module__ == errors.__name__)
        return kind(str(what))
    if is_dataclass(what) and not isinstance(what, type):
        found = {one.name: getattr(what, one.name) for one in fields(what)}
        return replace(what, **{name: _picklable(one) for name, one in found.items() if isinstance(one, ReaderError)})
    return what
