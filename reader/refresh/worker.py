"""Run a job in its own process: keys then never wait for a job.

The process is the program itself, `dailypapers refresh --json --job JOB`, which prints lines of `reader.refresh.lines`
for each step, result and failure. A thread would share the interpreter lock with the keys: storing papers made a
repaint of 10 ms take 200 ms. The cache survives a kill at any moment, so a job is stopped by killing its process. The
process exits with the reader, even if the reader is killed; otherwise it would keep the feed's host lock.

The process starts with the user's own environment, which programs that a job runs get from it. The words and the access
token go through its standard input: other programs can read a command line, and a system limits its length.

A job without a line for a minute is stopped. What the process prints otherwise is read all the time, or it would wait
forever once the pipe is full.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from reader import access_token, log_file, platform
from reader.core.errors import ReaderError
from reader.core.text import brief, reason
from reader.refresh.lines import LONGEST_LINE_BYTES, Job, Line, decode, done, error_of, failed, step

NICENESS = 5
"""The niceness of the process: the reader's keys come first."""

REPORT_SIZE = 1 << 16
"""Bytes that are kept of what the process prints: the last ones, which have the traceback."""

_END_PATIENCE = 2.0
"""Seconds that a killed process gets to be gone: longer, it hangs in the system and can't be helped."""


STUCK_AFTER_SECONDS = 60.0
"""Seconds without a step after which a job is stuck: twice the longest request to the daily feed."""

LONGEST_WAIT = 3600.0
"""Maximum seconds of a wait that a job may announce."""

_TICK = step("tick")
"""A second has passed."""

_ENDED = done("job")
"""The last line of a job that succeeded."""

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    f" from {__name__} import begin; words = begin();"
    " from reader.cli import main; sys.exit(main(words))"
)

Sleep = Callable[[float], Awaitable[object]]


# On the reader's side


async def run_in_process(
    job: Job,
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    *,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Line, None]:
    """Run a job in its own process, as `running.run_job`; raises ReaderError if it is stuck for 60 sleeps.

    `options` are more words of the command, and `variables` are added to the environment.
    """
    received: asyncio.Queue[Line] = asyncio.Queue()
    process = _JobProcess(job, options, variables or {}, received)
    ticking = asyncio.create_task(_tick(received, sleep))
    left, reading = STUCK_AFTER_SECONDS, ""
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
    return STUCK_AFTER_SECONDS + min(max(wait, 0.0), LONGEST_WAIT)


def _silence_text(reading: str) -> str:
    """The message about a stalled job; `reading` is the source that it asked last, if any."""
    where = f" while it read {brief(reading)}" if reading else ""
    stopped = f"The background job made no progress for a minute{where} and was stopped"
    return f"{stopped}; what it stored is kept. Try again."


class _JobProcess:
    """A process that runs one job; its lines go to a queue."""

    def __init__(
        self, job: Job, options: Sequence[str], variables: Mapping[str, str], received: asyncio.Queue[Line]
    ) -> None:
        words = ["refresh", "--json", "--job", json.dumps(job), *options]
        # Papers that the user has marked are stored also if the reader ends meanwhile; it takes a second.
        given = {"words": words, "tokens": access_token.held_secrets(), "stays": job["job"] == "store"}
        try:
            self._popen = subprocess.Popen(
                # Without -P, Python would import a folder named `reader` in the working directory.
                [sys.executable, "-P", "-c", _START, str(Path(__file__).parents[2])],
                env=access_token.child_environment() | dict(variables),
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
        sent = json.dumps(given).encode() + b"\n"
        self._listening = _start_thread(self._listen, sent, asyncio.get_running_loop(), received.put_nowait)

    def _listen(self, given: bytes, loop: asyncio.AbstractEventLoop, receive: Callable[[Line], None]) -> None:
        """Send the process its words, and receive its lines up to the last one."""
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


def begin() -> list[str]:
    """Prepare the process of a job, and return the words of its command."""
    platform.lower_priority(NICENESS)
    words = take_words(lambda: os._exit(1))
    # Standard output is for lines alone: what else is printed there goes to standard error.
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return words


def take_words(end: Callable[[], object]) -> list[str]:
    """Read the words of a command from standard input, and call `end` once the reader is gone.

    The system then closes the reader's end of the pipe, to which the reader writes nothing more.
    """
    given = json.loads(sys.stdin.buffer.readline())
    alive = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (open until the end)

    def watch() -> None:
        while os.read(alive, 1):
            pass
        end()

    if not given.get("stays"):
        _start_thread(watch)
    # The program hides them again before anything else.
    os.environ.update(given["tokens"])
    return [str(word) for word in given["words"]]
