"""Notifications by a program: the desktop's or the user's own.

Programs run with argument lists, never through a shell, and get papers as data: in an argument after all
options, or on standard input. They get the user's own environment, without the access token.
"""

from __future__ import annotations

import asyncio
import html
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

from reader import platform
from reader.access_token import child_environment
from reader.core.errors import ReaderError
from reader.core.text import clean

TIMEOUT = 30.0
"""Seconds after which a program is killed."""

_MOST_PRINTED = 1 << 20
_LAST_WORDS = 4_000
"""Bytes that are kept of what a program prints, and those of them that are read for the reason of its failure."""

_POLL = 0.05
"""Seconds between two checks whether the program has ended."""

_APPLE_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


class NotifyError(ReaderError):
    """The notification failed."""


def desktop_command(title: str, body: str, platform: str = sys.platform) -> tuple[str, ...]:
    """The command that shows a desktop notification; raises NotifyError if there is no program for it."""
    program = desktop_program(platform)
    if program is None:
        raise NotifyError("Notifications need a program: install notify-send (libnotify), or set notify_command.")
    if platform == "darwin":
        return (program, *(word for line in _APPLE_SCRIPT for word in ("-e", line)), title, body)
    # Most desktops read the body as markup.
    return (program, "--app-name=dailypapers", "--", title, html.escape(body, quote=False))


def desktop_program(platform: str = sys.platform) -> str | None:
    """The path of the program that shows desktop notifications, or None."""
    return shutil.which("osascript" if platform == "darwin" else "notify-send")


def find_program(command: Sequence[str]) -> str | None:
    """The path of a command's program, or None."""
    try:
        return shutil.which(str(Path(command[0]).expanduser())) if command else None
    except RuntimeError:
        # It is in the folder of a user that is not there.
        return None


async def run_command(command: Sequence[str], text: str = "", patience: float = TIMEOUT) -> None:
    """Run a command with a text on its standard input, and wait until it ends; raises NotifyError.

    After `patience` seconds the command and its child processes are killed. It goes on if this call is cancelled,
    because the notification is not repeated.
    """
    name = clean(command[0], 100)
    program = find_program(command)
    if program is None:
        raise NotifyError(f"{name} was not found; check notify_command.")
    # Files, not pipes: a program that leaves its input unread, or a child with open pipes, must not block us.
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(text.encode("utf-8", "replace"))
        given.seek(0)
        try:
            process = await asyncio.to_thread(
                subprocess.Popen,
                (program, *command[1:]),
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                env=child_environment(),
            )
        except OSError as error:
            raise NotifyError(f"{name} could not be run: {error.strerror}; check notify_command.") from error
        late, last = time.monotonic() + patience, b""
        while process.poll() is None:
            if time.monotonic() > late:
                _kill_group(process)
                raise NotifyError(f"{name} took longer than {patience:g} s and was stopped; check notify_command.")
            last = _keep_short(said.fileno()) or last
            await asyncio.sleep(_POLL)
        if process.returncode:
            said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_WORDS))
            lines = (last + said.read(_LAST_WORDS)).decode("utf-8", "replace").strip().splitlines()
            why = clean(lines[-1], 200) if lines else f"exit code {process.returncode}"
            raise NotifyError(f"{name} failed: {why.rstrip('.')}; check notify_command.")


def _keep_short(printed: int) -> bytes:
    """Empty a file that a program prints to, once it is long, and return its end: the program may print for ever.

    The program shares the file's position, so it goes on at the file's start.
    """
    size = os.fstat(printed).st_size
    if size <= _MOST_PRINTED:
        return b""
    # Not by `read`, which would move the shared position.
    end = os.pread(printed, _LAST_WORDS, size - _LAST_WORDS) if hasattr(os, "pread") else b""
    if size < os.fstat(printed).st_size < 8 * _MOST_PRINTED:
        # It prints just now: a later look empties the file.
        return b""
    os.lseek(printed, 0, os.SEEK_SET)
    os.ftruncate(printed, 0)
    return end


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    platform.kill_group(process.pid)
    process.wait()
