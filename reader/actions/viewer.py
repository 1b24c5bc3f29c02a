"""Opens files in a viewer: the user's own, or the one that the system has for them.

A viewer is run with an argument list, never a shell command, and the user's own environment without the access token.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from reader.access_token import child_environment
from reader.actions.programs import find_program
from reader.core.errors import ReaderError
from reader.core.text import clean

CONSOLE_VIEWERS = frozenset({"fancy-cat", "fbpdf", "jfbview", "less", "pdftotext", "tdf", "termpdf.py", "termpdf"})
"""Viewers that run in the terminal; others open windows."""

START = 3.0
"""Seconds in which a viewer that opens a window may fail; after them it counts as started."""


class NoViewer(ReaderError):
    """No viewer can show the file, or the one that was asked did not start."""


def find_viewer(own: Sequence[str], environ: Mapping[str, str], system: str = sys.platform) -> tuple[str, ...]:
    """The command that opens a PDF: the user's own, else the system's; raises NoViewer that says why there is none.

    Over ssh the system's viewer would open where the user is not.
    """
    if own:
        if find_program(own) is None:
            raise NoViewer(f"{clean(own[0], 100)} of pdf_viewer was not found")
        return tuple(own)
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        raise NoViewer("over ssh it needs pdf_viewer")
    if system == "win32":
        return ("rundll32", "url.dll,FileProtocolHandler")
    for opener in _openers(environ, system):
        if find_program(opener) is not None:
            return opener
    raise NoViewer("no viewer is here: set pdf_viewer")


def _openers(environ: Mapping[str, str], system: str) -> tuple[tuple[str, ...], ...]:
    """The programs of a system that open a file in its viewer."""
    if system == "darwin":
        return (("open",),)
    if "TERMUX_VERSION" in environ:
        return (("termux-open",),)
    windows = (("wslview",),) if "WSL_DISTRO_NAME" in environ else ()
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return (*windows, ("xdg-open",), ("gio", "open"))
    return windows


def takes_terminal(command: Sequence[str]) -> bool:
    """Whether a viewer runs in the terminal; the reader must then be suspended."""
    return Path(command[0]).name in CONSOLE_VIEWERS


def open_file(command: Sequence[str], file: Path) -> None:
    """Open a file by a viewer; blocks until a console viewer has ended, others get `START` seconds to fail.

    Raises NoViewer.
    """
    is_console = takes_terminal(command)
    name, streams = clean(command[0], 100), None if is_console else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            # Absolute: no viewer takes it for an option.
            (find_program(command) or command[0], *command[1:], str(file.absolute())),
            stdin=streams,
            stdout=streams,
            stderr=streams,
            start_new_session=not is_console,
            env=child_environment(),
        )
    except OSError as error:
        raise NoViewer(f"{name} did not start: {error.strerror}") from error
    try:
        code = process.wait(None if is_console else START)
    except subprocess.TimeoutExpired:
        # It is open; whoever waits for it takes it from the system's table once it ends.
        threading.Thread(target=process.wait, daemon=True).start()
        return
    if code:
        raise NoViewer(f"{name} could not open it (exit code {code})")
