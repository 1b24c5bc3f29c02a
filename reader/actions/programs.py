"""Runs the user's programs by argument list, with a time limit and bounded, clean output.

Includes desktop notifications, the editor and the PDF viewer.

A program gets its data on standard input, and the user's own environment without the access token.
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
"""Maximum kept characters of a program's output."""

MAX_OUTPUT_BYTES = 1 << 20
"""Bytes of standard output after which a program is stopped."""

MAX_ERROR_BYTES = 16 << 20
"""Bytes of standard error after which a program is stopped."""

_LAST_WORDS = 4_000
"""Bytes read from the end of standard error for the reason of a failure."""

_POLL_SECONDS = 0.02
"""Seconds between two checks whether the program has ended."""


_running: set[int] = set()
"""The running programs, by process group."""


class ProgramError(ReaderError):
    """The program was not found, failed, or took too long."""


class ProgramTookTooLong(ProgramError):
    """The program was killed before it ended; its effects are unknown."""


class ProgramOutput(NamedTuple):
    """The output of a program."""

    text: str
    is_cut: bool = False
    """Whether it printed more, and was stopped for it."""


def find_program(command: Sequence[str]) -> str | None:
    """The path of a command's program, or None."""
    try:
        return shutil.which(str(Path(command[0]).expanduser())) if command else None
    except RuntimeError:
        # It is in the folder of a user that is not there.
        return None


async def run_program(
    command: Sequence[str],
    given: str = "",
    *,
    seconds: float,
    advice: str = "",
    goes_on: bool = False,
    is_silent: bool = False,
) -> ProgramOutput:
    """Run a program with a text on its standard input, and wait until it ends; raises ProgramError.

    After `seconds` it is killed with its children, and also if this call is cancelled, unless `goes_on`. `advice` ends
    the error message. With `is_silent`, no output is kept.
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
            # Not in a thread: a call cancelled meanwhile would not know what to kill.
            process = _start((program, *command[1:]), stdin, subprocess.DEVNULL if is_silent else stdout, stderr)
        except OSError as error:
            raise ProgramError(f"{name} could not be run: {error.strerror}{end}") from error
        is_cut, late = False, time.monotonic() + seconds
        try:
            while process.poll() is None:
                if time.monotonic() > late:
                    raise ProgramTookTooLong(f"{name} took longer than {seconds:g} s and was stopped{end}")
                printed, in_errors = (os.fstat(file.fileno()).st_size for file in (stdout, stderr))
                if printed > MAX_OUTPUT_BYTES or in_errors > MAX_ERROR_BYTES:
                    is_cut = True
                    _kill_group(process)
                    break
                await asyncio.sleep(_POLL_SECONDS)
        except BaseException as error:
            # Also an interrupt, which may come at any line.
            if not (goes_on and isinstance(error, asyncio.CancelledError)):
                _kill_group(process)
            raise
        finally:
            _running.discard(process.pid)
        if process.returncode and not is_cut:
            stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - _LAST_WORDS))
            lines = stderr.read(_LAST_WORDS).decode("utf-8", "replace").strip().splitlines()
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
    """Kill all running programs with their children, because this process ends now."""
    for group in tuple(_running):
        platform.kill_group(group)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    platform.kill_group(process.pid)
    process.wait()


# The desktop, which gets papers as data: in an argument after all options

_APPLE_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


def desktop_command(title: str, body: str, platform: str = sys.platform) -> tuple[str, ...]:
    """The command that shows a desktop notification; raises ProgramError if there is no program for it."""
    program = desktop_program(platform)
    if program is None:
        raise ProgramError("Notifications need a program: install notify-send (libnotify), or set notify_command.")
    if platform == "darwin":
        return (program, *(word for line in _APPLE_SCRIPT for word in ("-e", line)), title, body)
    # Most desktops read the body as markup.
    return (program, "--app-name=dailypapers", "--", title, html.escape(body, quote=False))


def desktop_program(platform: str = sys.platform) -> str | None:
    """The path of the program that shows desktop notifications, or None."""
    return shutil.which("osascript" if platform == "darwin" else "notify-send")


# The editor

VARIABLES = ("VISUAL", "EDITOR")
"""The variables that name an editor, with its arguments, the first one that is set."""

USUAL = ("nano", "vim", "vi")
"""Editors to try if no variable names one."""


def find_editor(environ: Mapping[str, str]) -> list[str] | None:
    """The command of the user's editor as a list of arguments; None if there is none that can be found."""
    for variable in VARIABLES:
        with suppress(ValueError):
            command = shlex.split(environ.get(variable, ""))
            if command:
                return command if shutil.which(command[0]) else None
    return next(([name] for name in USUAL if shutil.which(name)), None)


def edit(command: Sequence[str], file: Path) -> bool:
    """Let the user edit a file in a free terminal; return whether the editor ended well. Raises OSError."""
    editor = subprocess.Popen([*command, str(file)])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return editor.wait() == 0
    finally:
        signal.signal(signal.SIGINT, before)


# The viewer of PDFs

CONSOLE_VIEWERS = frozenset({"fancy-cat", "fbpdf", "jfbview", "less", "pdftotext", "tdf", "termpdf.py", "termpdf"})
"""Viewers that run in the terminal; others open windows."""

VIEWER_START_SECONDS = 3.0
"""Seconds in which a windowed viewer may fail; after them it counts as started."""


class NoViewer(ReaderError):
    """No viewer can show the file, or the requested one did not start."""


def find_viewer(own: Sequence[str], environ: Mapping[str, str], system: str = sys.platform) -> tuple[str, ...]:
    """The command that opens a PDF: the user's own, else the system's unless over ssh; raises NoViewer."""
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
    """Open a file by a viewer: wait for a console viewer, give others `START` seconds to fail. Raises NoViewer."""
    is_console = takes_terminal(command)
    name, streams = brief(command[0]), None if is_console else subprocess.DEVNULL
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
        code = process.wait(None if is_console else VIEWER_START_SECONDS)
    except subprocess.TimeoutExpired:
        # It is running; whoever waits for it later collects its exit code.
        threading.Thread(target=process.wait, daemon=True).start()
        return
    if code:
        raise NoViewer(f"{name} could not open it (exit code {code})")
