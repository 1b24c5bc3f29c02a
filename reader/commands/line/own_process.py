"""Run a command for the reader in a separate process, so that it never blocks a key or writes to the terminal.

The reader sends the words and the access token as a line of JSON. The process ends with the reader: the pipe of its
standard input closes then. It prints what it would print on a terminal, without colours and without a pager.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from reader import access_token
from reader.actions import programs
from reader.core.errors import ReaderError
from reader.core.text import clean_note
from reader.refresh.jobs import process_command, read_startup_line, startup_line
from reader.ui.shell.commands import Outcome

MAX_OUTPUT_BYTES = 1 << 20
"""Maximum bytes of output; the rest is dropped."""

TIME_LIMIT = 3600.0

TIDY_UP_SECONDS = 1.0
"""Seconds for a stopped command to tidy up."""


# On the reader's side


def _start(environment: Mapping[str, str], **options: Any) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Start a process that waits for words on its standard input, and ends when that closes; raises OSError."""
    # In a session of its own: keys such as ctrl+c at the terminal must not reach it.
    process = subprocess.Popen(
        process_command(__name__), env=environment, stdin=subprocess.PIPE, start_new_session=True, **options
    )
    assert process.stdin  # noqa: S101 (it is a pipe)
    return process, process.stdin


def start_beyond(words: Sequence[str]) -> None:
    """Start a command that runs on after this program; it is not waited for, and its output is lost."""
    nothing = subprocess.DEVNULL
    with suppress(OSError):
        environment, folder = access_token.child_environment(), Path(__file__).anchor
        process, stdin = _start(environment, stdout=nothing, stderr=nothing, cwd=folder)
        with stdin:
            stdin.write(startup_line(words, stays=True))
        # Python would warn that it is still running.
        process.returncode = 0


class CommandProcess:
    """A command that runs."""

    def __init__(self, words: Sequence[str], columns: int, variables: Mapping[str, str]) -> None:
        """Start it, with `variables` added to its environment. Raises ReaderError."""
        plain = {"COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        environment = access_token.child_environment() | plain | dict(variables)
        for name in ("CLICOLOR_FORCE", "FORCE_HYPERLINK"):
            environment.pop(name, None)
        self._is_stopped = False
        try:
            # Files, not pipes: a program opened by the command, such as a browser, may hold them after its end.
            self._output, self._errors = TemporaryFile(), TemporaryFile()  # noqa: SIM115 (`wait` closes them)
            self._process, self._stdin = _start(environment, stdout=self._output, stderr=self._errors)
        except OSError as error:
            raise ReaderError(f"The command could not be started: {error.strerror}; try again later.") from error
        self._startup_line = startup_line(words)

    def wait(self) -> Outcome:
        """Wait until it ends, and read its output; for a thread."""
        with suppress(OSError, ValueError):
            self._stdin.write(self._startup_line)
            self._stdin.flush()
        try:
            code = self._process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        is_stopped = self._is_stopped
        self.kill()
        return Outcome(code, _read(self._output), _read(self._errors), is_stopped)

    def stop(self) -> None:
        """Let it tidy up and end; kill it if that takes too long."""
        self._is_stopped = True
        with suppress(OSError):
            self._process.send_signal(signal.SIGINT)
        killing = threading.Timer(TIDY_UP_SECONDS, self.kill)
        killing.daemon = True
        killing.start()

    def kill(self) -> None:
        """End it with the programs that it runs: it ends when its standard input closes, whatever it does then."""
        self._is_stopped = True
        with suppress(OSError):
            self._stdin.close()


def _read(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        printed = file.read(MAX_OUTPUT_BYTES)
    lines = clean_note(printed.decode(errors="replace"), MAX_OUTPUT_BYTES).strip("\n").expandtabs(4).split("\n")
    if len(printed) >= MAX_OUTPUT_BYTES:
        lines.append("The output is too long; the rest is left out.")
    return "\n".join(line.rstrip() for line in lines)


# On the command's side


class _Screen(io.TextIOWrapper):
    """Standard output that commands treat as a terminal."""

    def isatty(self) -> bool:
        return True


def begin() -> list[str]:
    """Read the words from standard input, and prepare the process; return the words."""
    words = read_startup_line(_end)
    sys.stdout = _Screen(sys.stdout.buffer, encoding="utf-8", errors="replace")
    return words


def _end() -> None:
    """End this process and the user's programs that it runs, which have their own process groups."""
    programs.kill_all()
    os._exit(1)
