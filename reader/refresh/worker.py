"""Run jobs in their own process: keys then never wait for a job.

A thread would share the interpreter lock with the keys: storing papers made a repaint of 10 ms take 200 ms. The cache
survives a kill at any moment, so a job is stopped by killing its process. The process exits with the reader,
even if the reader is killed; otherwise it would keep the feed's host lock. It prints a line of `reader.refresh.lines`
for each step, result and failure.

The process starts with the user's own environment, which programs that a job runs get from it. The access token and
the folder of the program go another way.

The process tells the reader of the steps of its job, see `reader.core.steps`; a job without any for a minute is
stopped. What the process prints is read all the time, or it would wait forever once the pipe is full.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from reader import access_token, config, log_file, platform
from reader.core import steps
from reader.core.errors import ReaderError
from reader.core.text import brief, reason
from reader.refresh.lines import LONGEST_LINE_BYTES, decode, done, encode, error_of, failed, log_failure, step, waiting

if TYPE_CHECKING:
    from reader.refresh.jobs import JobContext
    from reader.refresh.lines import Job, Line

NICENESS = 5
"""The niceness of the process: the reader's keys come first."""

REPORT_SIZE = 1 << 16
"""Bytes that are kept of what the process prints: the last ones, which have the traceback."""

STEP_INTERVAL = 5.0
"""Minimum seconds between two steps that the process reports."""

_END_PATIENCE = 2.0
"""Seconds that a killed process gets to be gone: longer, it hangs in the system and can't be helped."""


PATIENCE = 60.0
"""Seconds without a step after which a job is stuck: twice the longest request to the daily feed."""

LONGEST_WAIT = 3600.0
"""Maximum seconds of a wait that a job may announce."""

_TICK = step("tick")
"""A second has passed."""

_ENDED = done("job")
"""The last line of a job that succeeded."""

Sleep = Callable[[float], Awaitable[object]]


# On the reader's side


async def run_in_process(context: JobContext, job: Job, *, sleep: Sleep = asyncio.sleep) -> AsyncGenerator[Line, None]:
    """Run a job in its own process, as `running.run_job`; raises ReaderError if it is stuck for 60 sleeps."""
    received: asyncio.Queue[Line] = asyncio.Queue()
    process = _JobProcess(context, job, received)
    ticking = asyncio.create_task(_tick(received, sleep))
    left, reading = PATIENCE, ""
    try:
        while (line := await received.get()) != _ENDED:
            if line.get("failed") == "job":
                raise error_of(line) or ReaderError("The background job failed.")
            left = left - 1 if line is _TICK else patience_after(line)
            if left <= 0:
                process.kill()
                await asyncio.to_thread(process.report)
                raise ReaderError(_silence_text(reading))
            if line.get("step") == "asking":
                reading = line["title"]
            if line is not _TICK and (line.get("step") != "wait" or line["why"]):
                yield line
    finally:
        ticking.cancel()
        process.kill()
        await asyncio.to_thread(process.close)


async def _tick(received: asyncio.Queue[Line], sleep: Sleep) -> None:
    """Count the seconds one by one, so that those of a suspended machine do not count."""
    while True:
        await sleep(1.0)
        received.put_nowait(_TICK)


def patience_after(line: Line) -> float:
    """The seconds within which the next line must come: more if a wait was announced."""
    wait = float(line["seconds"]) if line.get("step") == "wait" else 0.0
    return PATIENCE + min(max(wait, 0.0), LONGEST_WAIT)


def _silence_text(reading: str) -> str:
    """The message about a stalled job; `reading` is the source that it asked last, if any."""
    where = f" while it read {brief(reading)}" if reading else ""
    stopped = f"The background job made no progress for a minute{where} and was stopped"
    return f"{stopped}; what it stored is kept. Try again."


class _JobProcess:
    """A process that runs one job; what it sends goes to a queue."""

    def __init__(self, context: JobContext, job: Job, received: asyncio.Queue[Line]) -> None:
        # A job needs no keys, and their read-only mapping can't be pickled.
        context = replace(context, settings=replace(context.settings, keys={}))
        given = pickle.dumps((context, job, access_token.held_secrets()))
        root = str(Path(__file__).parents[2])
        start = f"from {__name__} import main; main()"
        try:
            self._popen = subprocess.Popen(
                # Without -P, Python would import a folder named `reader` in the working directory.
                [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {start}", root],
                env=access_token.child_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise ReaderError(f"No background job could be started: {error.strerror}; try again later.") from error
        pipes = (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        self._stdin, self._stdout, self._stderr = (cast(BinaryIO, pipe) for pipe in pipes)
        self._printed = bytearray()
        self._is_killed = False
        self._draining = _start_thread(self._drain)
        self._listening = _start_thread(self._listen, given, asyncio.get_running_loop(), received.put_nowait)

    def _listen(self, given: bytes, loop: asyncio.AbstractEventLoop, receive: Callable[[Any], None]) -> None:
        """Send the process its job, and receive its objects up to the last one."""
        # A closed loop: nobody waits for the job any more.
        with self._stdout, suppress(RuntimeError):
            with suppress(BrokenPipeError):
                self._stdin.write(given)
                self._stdin.flush()
            while True:
                line = self._read_line()
                loop.call_soon_threadsafe(receive, line)
                if line == _ENDED or line.get("failed") == "job":
                    break

    def _read_line(self) -> Line:
        """The next line from the process; blocks until there is one."""
        line = decode(self._stdout.readline(LONGEST_LINE_BYTES))
        if line is not None:
            return line
        last = "" if self._is_killed else reason(self.report().rpartition("\n")[2])
        return failed("job", ReaderError(f"The background job ended unexpectedly{f': {last}' if last else ''}."))

    def report(self) -> str:
        """Log and return the end of what the process has printed; blocks until it has ended."""
        self._draining.join(_END_PATIENCE)
        report = self._printed.decode(errors="replace").strip()
        if report:
            log_file.record_report("worker process", report)
        return report

    def _drain(self) -> None:
        """Read what the process prints, and keep the end of it."""
        with self._stderr:
            while printed := os.read(self._stderr.fileno(), REPORT_SIZE):
                self._printed += printed
                del self._printed[:-REPORT_SIZE]

    def kill(self) -> None:
        self._is_killed = True
        self._popen.kill()

    def close(self) -> None:
        """Wait until the process and its threads have ended; each thread closes the pipe that it reads."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_END_PATIENCE)
        for thread in (self._listening, self._draining):
            thread.join(_END_PATIENCE)
        if not self._listening.is_alive():
            with suppress(BrokenPipeError):
                self._stdin.close()


def _start_thread(function: Callable[..., None], *arguments: object) -> threading.Thread:
    """A thread that does not keep the program from exiting."""
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


# On the job's side


def main() -> None:
    """Run the job from standard input, and write its messages to standard output."""
    platform.lower_priority(NICENESS)
    out = _Output(_take_standard_output())
    context, job, tokens = pickle.load(sys.stdin.buffer)  # noqa: S301 (the reader wrote it)
    access_token.hold_tokens(tokens)
    access_token.keep_private("settings", partial(config.private_texts, context.settings))
    log_file.attach(context.settings.log_level)
    if job["job"] != "store":
        # Papers that the user has marked are stored also if the reader ends meanwhile; it takes a second.
        threading.Thread(target=_exit_with_reader, args=(sys.stdin.fileno(),), daemon=True).start()
    with suppress(BrokenPipeError), steps.watched_by(out.note_step):
        asyncio.run(_send_messages(context, job, out))


def _take_standard_output() -> BinaryIO:
    """Standard output, for lines alone: anything else printed to it goes to standard error."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


class _Output:
    """Sends lines to the reader, from any thread."""

    def __init__(self, out: BinaryIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._lock = threading.Lock()
        self._told = clock()

    def send(self, line: Line) -> None:
        with self._lock:
            self._out.write(f"{encode(line)}\n".encode())
            self._out.flush()
            self._told = self._clock()

    def note_step(self, seconds: float, why: str) -> None:
        """Report each wait, and each step unless the reader has heard from the job a moment ago."""
        if seconds or self._clock() - self._told >= STEP_INTERVAL:
            # Without the reader, this process ends too.
            with suppress(BrokenPipeError):
                self.send(waiting(seconds, why))


def _exit_with_reader(alive: int) -> None:
    """Exit when the reader is gone: the system then closes its end of the pipe, to which it writes nothing more."""
    while os.read(alive, 1):
        pass
    os._exit(1)


async def _send_messages(context: JobContext, job: Job, out: _Output) -> None:
    # The reader's side needs none of them.
    from reader.refresh import jobs, running

    last = _ENDED
    try:
        with jobs.limited_memory():
            async with aclosing(running.run_job(context, job)) as lines:
                async for line in lines:
                    log_failure(line)
                    out.send(line)
    except ReaderError as error:
        last = failed("job", error)
    out.send(last)
