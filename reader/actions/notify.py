"""Notifications by a program: the desktop's or the user's own.

They get papers as data: in an argument after all options, or on standard input; see `actions/programs.py`.
"""

from __future__ import annotations

import html
import shutil
import sys
from collections.abc import Sequence

from reader.actions.programs import ProgramError, run_program
from reader.core.errors import ReaderError

TIMEOUT = 30.0
"""Seconds after which a program is killed."""

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


async def run_command(command: Sequence[str], text: str = "", patience: float = TIMEOUT) -> None:
    """Run a command with a text on its standard input, and wait until it ends; raises NotifyError.

    After `patience` seconds the command and its child processes are killed. It goes on if this call is cancelled,
    because the notification is not repeated.
    """
    advice = "check notify_command"
    try:
        await run_program(command, text, seconds=patience, advice=advice, goes_on=True, is_silent=True)
    except ProgramError as error:
        raise NotifyError(str(error)) from error
