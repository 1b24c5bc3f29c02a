"""Run a command for the reader in a separate process, so that it never blocks a key or writes to the terminal.

The reader sends the words and the access token as a line of JSON. When the reader ends, the pipe to the standard input
of the process closes, which ends the process. The output is the same as on a terminal, without colours and pager.
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
"""Maximum bytes of output that are read; the rest is dropped."""

TIME_LIMIT_SECONDS = 3600.0
"""A command that runs longer is killed."""

KILL_AFTER_SECONDS = 1.0
"""Seconds for a stopped command to tidy up before it is killed."""


# In the reader's process


def _start(environment: Mapping[str, str], **options: Any) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Start a process that reads words from its standard input, and ends when this closes; raises OSError."""
    # A session of its own keeps the signals of keys such as ctrl+c away from the process.
    process = subprocess.Popen(
        process_command(__name__), env=environment, stdin=subprocess.PIPE, start_new_session=True, **options
    )
    assert process.stdin  # noqa: S101 (it is a pipe)
    return process, process.stdin


def start_beyond(words: Sequence[str]) -> None:
    """Start a command that outlives this program; its output is dropped."""
    nothing = subprocess.DEVNULL
    with suppress(OSError):
        environment, folder = access_token.child_environment(), Path(__file__).anchor
        process, stdin = _start(environment, stdout=nothing, stderr=nothing, cwd=folder)
        with stdin:
            stdin.write(startup_line(words, stays=True))
        # Set a return code, or Python would warn that the process is still running.
        process.returncode = 0


class CommandProcess:
    """A running command."""

    def __init__(self, words: Sequence[str], columns: int, variables: Mapping[str, str]) -> None:
        """Start the command, with `variables` added to its environment; raises ReaderError."""
        plain = {"COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        environment = access_token.child_environment() | plain | dict(variables)
        for name in ("CLICOLOR_FORCE", "FORCE_HYPERLINK"):
            environment.pop(name, None)
        self._is_stopped = False
        try:
            # Files, not pipes: a program that the command opened, such as a browser, may keep a pipe open.
            self._output, self._errors = TemporaryFile(), TemporaryFile()  # noqa: SIM115 (`wait` closes them)
            self._process, self._stdin = _start(environment, stdout=self._output, stderr=self._errors)
        except OSError as error:
            raise ReaderError(f"The command could not be started: {error.strerror}; try again later.") from error
        self._startup_line = startup_line(words)

    def wait(self) -> Outcome:
        """Wait until the command ends, and read its output; call it in a thread."""
        with suppress(OSError, ValueError):
            self._stdin.write(self._startup_line)
            self._stdin.flush()
        try:
            code = self._process.wait(TIME_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        is_stopped = self._is_stopped
        self.kill()
        return Outcome(code, _read(self._output), _read(self._errors), is_stopped)

    def stop(self) -> None:
        """Interrupt the command; kill it if it has not ended after `KILL_AFTER_SECONDS`."""
        self._is_stopped = True
        with suppress(OSError):
            self._process.send_signal(signal.SIGINT)
        timer = threading.Timer(KILL_AFTER_SECONDS, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End the command and the programs that it runs at once, by closing its standard input."""
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


# In the command's process


class _Screen(io.TextIOWrapper):
    """Standard output that commands treat as a terminal."""

    def isatty(self) -> bool:
        return True


def begin() -> list[str]:
    """Read the words of the command from standard input, and prepare the standard output; return the words."""
    words = read_startup_line(_end)
    sys.stdout = _Screen(sys.stdout.buffer, encoding="utf-8", errors="replace")
    return words


def _end() -> None:
    """Kill the user's programs that this process runs, which have process groups of their own, and end it."""
    programs.kill_all()
    os._exit(1)
