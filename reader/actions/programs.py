"""Run the user's programs, with a time limit and with limited, cleaned output.

The programs include those for desktop notifications, the editor and the PDF viewer. A program is started with an
argument list, without a shell. It gets its data on standard input, and the user's environment without access tokens.
"""

from __future__ import annotations

import asyncio
import html
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from reader import platform
from reader.access_token import child_environment
from reader.core.errors import ReaderError
from reader.core.text import brief, clean_note, reason

MAX_KEPT_CHARACTERS = 100_000
"""Maximum characters of a program's output that are kept."""

MAX_OUTPUT_BYTES = 1 << 20
"""A program is killed when it has written more than this to standard output."""

MAX_ERROR_BYTES = 16 << 20
"""A program is killed when it has written more than this to standard error."""

_ERROR_TAIL_BYTES = 4_000
"""Bytes read from the end of standard error, to find the reason of a failure."""

_POLL_SECONDS = 0.02
"""Seconds between two checks whether the program has ended."""


_running: set[int] = set()
"""The process groups of the running programs."""


class ProgramError(ReaderError):
    """The program was not found, failed, or took too long."""


class ProgramOutput(NamedTuple):
    """The output of a program."""

    text: str
    is_cut: bool = False
    """Whether the text is incomplete, because the program wrote too much."""


def find_program(command: Sequence[str]) -> str | None:
    """The path of a command's program; None if it is not installed."""
    try:
        return shutil.which(str(Path(command[0]).expanduser())) if command else None
    except RuntimeError:
        # The path begins with the home folder of an unknown user.
        return None


async def run_program(
    command: Sequence[str],
    given: str = "",
    *,
    seconds: float,
    advice: str = "",
    survives_cancellation: bool = False,
    is_silent: bool = False,
) -> ProgramOutput:
    """Run a program with the text `given` on its standard input, and wait until it ends; raises ProgramError.

    The program is killed with its children after `seconds`, or when this call is cancelled, unless
    `survives_cancellation`. `advice` is the end of error messages. With `is_silent`, its output is dropped.
    """
    name, end = brief(command[0]), f"; {advice}." if advice else "."
    program = find_program(command)
    if program is None:
        raise ProgramError(f"{name} was not found{end}")
    # Files, not pipes: a program that does not read its input, or a child with open pipes, must not block us.
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(given.encode("utf-8", "replace"))
        stdin.seek(0)
        try:
            # Start it in this thread: if this call were cancelled during a start in another thread, nothing would know
            # which process to kill.
            process = _start((program, *command[1:]), stdin, subprocess.DEVNULL if is_silent else stdout, stderr)
        except OSError as error:
            raise ProgramError(f"{name} could not be run: {error.strerror}{end}") from error
        is_cut, late = False, time.monotonic() + seconds
        try:
            while process.poll() is None:
                if time.monotonic() > late:
                    raise ProgramError(f"{name} took longer than {seconds:g} s and was stopped{end}")
                printed, in_errors = (os.fstat(file.fileno()).st_size for file in (stdout, stderr))
                if printed > MAX_OUTPUT_BYTES or in_errors > MAX_ERROR_BYTES:
                    is_cut = True
                    _kill_group(process)
                    break
                await asyncio.sleep(_POLL_SECONDS)
        except BaseException as error:
            # BaseException includes an interrupt, which may come at any line.
            if not (survives_cancellation and isinstance(error, asyncio.CancelledError)):
                _kill_group(process)
            raise
        finally:
            _running.discard(process.pid)
        if process.returncode and not is_cut:
            stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - _ERROR_TAIL_BYTES))
            lines = stderr.read(_ERROR_TAIL_BYTES).decode("utf-8", "replace").strip().splitlines()
            why = f": {reason(lines[-1])}" if lines else ""
            raise ProgramError(f"{name} failed (exit code {process.returncode}){why}{end}")
        stdout.seek(0)
        text = stdout.read(MAX_OUTPUT_BYTES).decode("utf-8", "replace").strip("\r\n")
    return ProgramOutput(clean_note(text, MAX_KEPT_CHARACTERS).strip("\n"), is_cut or len(text) > MAX_KEPT_CHARACTERS)


def _start(
    command: Sequence[str], stdin: IO[bytes], stdout: IO[bytes] | int, stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True, env=child_environment()
    )
    _running.add(process.pid)
    return process


def kill_all() -> None:
    """Kill all running programs with their children, before this process ends."""
    for group in tuple(_running):
        platform.kill_group(group)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    platform.kill_group(process.pid)
    process.wait()


# Desktop notifications: text from papers is passed as arguments after the options, so that it is never an option

_APPLE_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


def desktop_command(title: str, body: str, platform: str = sys.platform) -> tuple[str, ...]:
    """The command that shows a desktop notification; raises ProgramError if no program can show it."""
    program = desktop_program(platform)
    if program is None:
        raise ProgramError("Notifications need a program: install notify-send (libnotify).")
    if platform == "darwin":
        return (program, *(word for line in _APPLE_SCRIPT for word in ("-e", line)), title, body)
    # Most desktops parse the body as markup.
    return (program, "--app-name=dailypapers", "--", title, html.escape(body, quote=False))


def desktop_program(platform: str = sys.platform) -> str | None:
    """The path of the program that shows desktop notifications, or None."""
    return shutil.which("osascript" if platform == "darwin" else "notify-send")


# The editor

VARIABLES = ("VISUAL", "EDITOR")
"""Environment variables with the command of the user's editor; the first variable that is set wins."""

DEFAULT_EDITORS = ("nano", "vim", "vi")
"""Editors to try if no variable names an editor."""


def find_editor(environ: Mapping[str, str]) -> list[str] | None:
    """The command of the user's editor as a list of arguments; None if no editor is installed."""
    for variable in VARIABLES:
        with suppress(ValueError):
            command = shlex.split(environ.get(variable, ""))
            if command:
                return command if shutil.which(command[0]) else None
    return next(([name] for name in DEFAULT_EDITORS if shutil.which(name)), None)


def edit(command: Sequence[str], file: Path) -> bool:
    """Open a file in an editor, which gets the terminal, and wait; return whether it succeeded. Raises OSError."""
    editor = subprocess.Popen([*command, str(file)])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return editor.wait() == 0
    finally:
        signal.signal(signal.SIGINT, before)


# The PDF viewer

CONSOLE_VIEWERS = frozenset({"fancy-cat", "fbpdf", "jfbview", "less", "pdftotext", "tdf", "termpdf.py", "termpdf"})
"""Viewers that run in the terminal; other viewers open a window."""

VIEWER_START_SECONDS = 3.0
"""Seconds in which a windowed viewer may fail; after them it counts as started."""


class NoViewer(ReaderError):
    """No viewer can show the file, or the viewer did not start."""


def find_viewer(own: Sequence[str], environ: Mapping[str, str], system: str = sys.platform) -> tuple[str, ...]:
    """The command that opens a PDF: the user's viewer, else the system's unless over ssh; raises NoViewer."""
    if own:
        if find_program(own) is None:
            raise NoViewer(f"{brief(own[0])} of pdf_viewer was not found")
        return tuple(own)
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        raise NoViewer("over ssh it needs pdf_viewer")
    for opener in _openers(environ, system):
        if find_program(opener) is not None:
            return opener
    raise NoViewer("there is no viewer: set pdf_viewer")


def _openers(environ: Mapping[str, str], system: str) -> tuple[tuple[str, ...], ...]:
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
    """Open a file in a viewer, and wait until it ends in the terminal, or has opened a window; raises NoViewer."""
    is_console = takes_terminal(command)
    name, streams = brief(command[0]), None if is_console else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            # An absolute path can't be mistaken for an option.
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
        code = process.wait(None if is_console else VIEWER_START_SECONDS)
    except subprocess.TimeoutExpired:
        # The viewer is running: wait in a thread, so that it does not become a zombie process.
        threading.Thread(target=process.wait, daemon=True).start()
        return
    if code:
        raise NoViewer(f"{name} could not open it (exit code {code})")
