"""Run a job in its own process: keys then never wait for a job.

The process is the program itself, `dailypapers refresh --json --job JOB`, which prints lines of `reader.refresh.lines`
for each step, result and failure. A thread would share the interpreter lock with the keys: storing papers made a
repaint of 10 ms take 200 ms. The cache survives a kill at any moment, so a job is stopped by killing its process. The
process exits with the reader, even if the reader is killed; otherwise it would keep the feed's host lock.

The process starts with the user's own environment, which programs that a job runs get from it. The words and the access
token go through its standard input: other programs can read a command line, and a system limits its length.

The last line of a job is its result, or its failure. What the process prints otherwise is read all the time, or it
would wait forever once the pipe is full. Each source of a job has limits of its own; a job that prints no line for an
hour is stopped all the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from reader import access_token, log_file, platform
from reader.core.errors import ReaderError
from reader.core.text import reason
from reader.refresh.lines import Job, Line, Tell, error_of, ignore

LONGEST_LINE_BYTES = 1 << 26
"""The longest line that is read: a picture of a large terminal takes a few megabytes."""

NICENESS = 5
"""The niceness of the process: the reader's keys come first."""

REPORT_BYTES = 1 << 16
"""Bytes that are kept of what the process prints: the last ones, which have the traceback."""

KILL_SECONDS = 2.0
"""Seconds that a killed process gets to be gone: longer, it hangs in the system and can't be helped."""

SILENCE_SECONDS = 3600.0
"""Seconds without a line after which a job is stuck; a program that it runs may take long."""

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from importlib import import_module;"
    " words = import_module(sys.argv[2]).begin(); from reader.cli import main; sys.exit(main(words))"
)


# On the reader's side


def process_line(module: str) -> list[str]:
    """The command line of a process of this program, in which `begin` of `module` calls `take_words`."""
    # Without -P, Python would import a folder named `reader` in the working directory.
    return [sys.executable, "-P", "-c", _START, str(Path(__file__).parents[2]), module]


def given_words(words: Sequence[str], *, stays: bool = False) -> bytes:
    """The line that `take_words` reads: a command and the access token.

    With `stays`, the command runs on after the reader's end.
    """
    given = {"words": list(words), "tokens": access_token.held_secrets(), "stays": stays}
    return json.dumps(given).encode() + b"\n"


async def run_in_process(
    job: Job, tell: Tell = ignore, *, options: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> Line:
    """Run a job in its own process and return its result; raises ReaderError, also if the job is stuck.

    `options` are more words of the command, and `variables` are added to the environment.
    """
    words = ["refresh", "--json", "--job", json.dumps(job), *options]
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *process_line(__name__),
            env=access_token.child_environment() | dict(variables or {}),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            limit=LONGEST_LINE_BYTES,
        )
    except OSError as error:
        raise ReaderError(f"No background job could be started: {error.strerror}; try again later.") from error
    assert process.stdin and process.stdout and process.stderr  # noqa: S101 (all are pipes)
    # Papers that the user has marked are stored also if the reader ends meanwhile; it takes a second.
    process.stdin.write(given_words(words, stays=job["job"] == "store"))
    printing = asyncio.create_task(_read_end(process.stderr))
    try:
        while True:
            # The clock of the event loop does not count the seconds of a suspended machine.
            async with asyncio.timeout(SILENCE_SECONDS):
                line = await _read_line(process.stdout)
            if line is None:
                last = reason((await _log_report(printing)).rpartition("\n")[2])
                raise ReaderError(f"The background job ended unexpectedly{f': {last}' if last else ''}.")
            if "done" in line:
                return line
            if line.get("failed") == "job":
                raise error_of(line) or ReaderError("The background job failed.")
            tell(line)
    except TimeoutError as error:
        silent = "The background job made no progress for an hour and was stopped"
        raise ReaderError(f"{silent}; what it stored is kept. Try again.") from error
    finally:
        printing.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), KILL_SECONDS)


async def _read_line(stdout: asyncio.StreamReader) -> Line | None:
    """The next line of a job; None at its end, or if it is too long or not a line."""
    try:
        line = json.loads(await stdout.readline())
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and line.keys() & {"step", "failed", "done"} else None


async def _read_end(stderr: asyncio.StreamReader) -> str:
    """Read all that a process prints, and return the end of it."""
    printed = bytearray()
    while some := await stderr.read(REPORT_BYTES):
        printed += some
        del printed[:-REPORT_BYTES]
    return printed.decode(errors="replace").strip()


async def _log_report(printing: asyncio.Task[str]) -> str:
    """Log and return what a process has printed that has ended; empty if it still prints."""
    await asyncio.wait([printing], timeout=KILL_SECONDS)
    report = printing.result() if printing.done() else ""
    if report:
        log_file.record_report("worker process", report)
    return report


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
        threading.Thread(target=watch, daemon=True).start()
    # The program hides them again before anything else.
    os.environ.update(given["tokens"])
    return [str(word) for word in given["words"]]
