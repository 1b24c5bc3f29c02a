"""Run a command in a process of its own for the reader: nothing that it does blocks a key or writes to the terminal.

The reader sends the words and the access token as a line of JSON. The process ends with the reader: the pipe of its
standard input closes then. It prints what it would print on a terminal, without colours and without a pager.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from reader import access_token, platform
from reader.actions import programs
from reader.core.errors import ReaderError
from reader.core.text import clean_note
from reader.ui.shell.commands import Outcome

MOST_OUTPUT = 1 << 20
"""Bytes that are kept of what a command prints; the rest is dropped."""

TIME_LIMIT = 3600.0
"""Seconds after which a command is stopped."""

PATIENCE = 1.0
"""Seconds that a stopped command has to tidy up, and that the rest of its output is waited for."""

DEAF = 0.5
"""Seconds after which a command that does not end by itself is killed."""

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    f" from {__name__} import begin; words = begin();"
    " from reader.cli import main; sys.exit(main(words))"
)


_START_BEYOND = "import sys; sys.path.insert(0, sys.argv[1]); from reader.cli import main; sys.exit(main(sys.argv[2:]))"


# On the reader's side


def start_beyond(words: Sequence[str]) -> None:
    """Start a command that goes on after this program has ended, and is not waited for; what it says is lost."""
    nothing = subprocess.DEVNULL
    with suppress(OSError):
        started = subprocess.Popen(
            [sys.executable, "-P", "-c", _START_BEYOND, str(Path(__file__).parents[3]), *words],
            env=access_token.child_environment() | access_token.held_secrets(),
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            cwd=Path(__file__).anchor,
            start_new_session=True,
        )
        # Python would warn that it still runs.
        started.returncode = 0


class CommandProcess:
    """A command that runs."""

    def __init__(self, words: Sequence[str], columns: int, variables: Mapping[str, str]) -> None:
        """Start it; `variables` are added to its environment. Raises ReaderError."""
        plain = {"COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        environment = access_token.child_environment() | plain | dict(variables)
        for name in ("CLICOLOR_FORCE", "FORCE_HYPERLINK"):
            environment.pop(name, None)
        root = str(Path(__file__).parents[3])
        try:
            self._popen = subprocess.Popen(
                # Without -P, Python would import a folder named `reader` in the working directory.
                [sys.executable, "-P", "-c", _START, root],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A key such as ctrl+c at the terminal must not reach it.
                start_new_session=True,
            )
        except OSError as error:
            raise ReaderError(f"The command could not be started: {error.strerror}; try again later.") from error
        self._given = json.dumps({"words": list(words), "tokens": access_token.held_secrets()}).encode() + b"\n"
        self._is_stopped = False

    def wait(self) -> Outcome:
        """Wait until it has ended, reading what it prints; for a thread."""
        pipes = (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        stdin, stdout, stderr = (cast(BinaryIO, pipe) for pipe in pipes)
        text, said = bytearray(), bytearray()
        reading = [threading.Thread(target=_read, args=args, daemon=True) for args in ((stdout, text), (stderr, said))]
        for thread in reading:
            thread.start()
        with suppress(OSError):
            stdin.write(self._given)
            stdin.flush()
        try:
            code = self._popen.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._popen.wait()
        for thread in reading:
            # Not for ever: a program that the command has opened, such as a browser, may hold the pipe.
            thread.join(PATIENCE)
        with suppress(OSError):
            stdin.close()
        return Outcome(code, _cleaned(text), _cleaned(said), self._is_stopped)

    def stop(self) -> None:
        """Let it tidy up and end; kill it if it takes too long."""
        self._is_stopped = True
        with suppress(OSError):
            self._popen.send_signal(signal.SIGINT)
        killing = threading.Timer(PATIENCE, self.kill)
        killing.daemon = True
        killing.start()

    def kill(self) -> None:
        """End it at once, with what it has started; what does not hear is killed a moment later."""
        self._is_stopped = True
        if self._popen.poll() is None:
            self._popen.terminate()
            killing = threading.Timer(DEAF, self._kill_group)
            killing.daemon = True
            killing.start()

    def _kill_group(self) -> None:
        if self._popen.poll() is None:
            platform.kill_group(self._popen.pid)


def _read(pipe: BinaryIO, kept: bytearray) -> None:
    """Read a pipe to its end, and keep the beginning."""
    with pipe:
        while read := pipe.read1(1 << 16):  # type: ignore[attr-defined]
            kept += read[: MOST_OUTPUT - len(kept)]


def _cleaned(printed: bytearray) -> str:
    """What was printed, as lines that can be drawn."""
    lines = clean_note(printed.decode(errors="replace"), MOST_OUTPUT).strip("\n").expandtabs(4).split("\n")
    if len(printed) >= MOST_OUTPUT:
        lines.append("The output is too long; the rest is left out.")
    return "\n".join(line.rstrip() for line in lines)


# On the command's side


class _Screen(io.TextIOWrapper):
    """Standard output that commands print to as to a terminal."""

    def isatty(self) -> bool:
        return True


def begin() -> list[str]:
    """Read the words from standard input, and prepare the process; return the words."""
    given = json.loads(sys.stdin.buffer.readline())
    alive = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (open until the end)
    threading.Thread(target=_exit_with_reader, args=(alive,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda _number, _frame: _end())
    # The program moves them out again before all else.
    os.environ.update(given["tokens"])
    sys.stdout = _Screen(sys.stdout.buffer, encoding="utf-8", errors="replace")
    return [str(word) for word in given["words"]]


def _exit_with_reader(alive: int) -> None:
    """Exit when the reader is gone: the system then closes its end of the pipe, to which it writes nothing more."""
    while os.read(alive, 1):
        pass
    _end()


def _end() -> None:
    """End this process and the programs of the user's that it runs, which have process groups of their own."""
    programs.kill_all()
    os._exit(1)
