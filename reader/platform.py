"""The differences between systems: signals that end a program, terminals and their themes, locks, processes.

Everything else is the same on all systems. Functions take the system's name as in `sys.platform`, so that tests can
pass another one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NamedTuple

SWITCH_SECONDS = 0.001
"""Seconds for which one thread holds the interpreter while others wait: 5 ms by default, several times in a frame."""
LINUX = sys.platform == "linux"

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""The signals that ask a program to end."""


# Terminals


PictureProtocol = Literal["kitty", "sixel", "blocks"]
"""How a terminal shows pictures: by kitty's protocol, as sixels, or as half blocks in colours, which all have."""

_WITH_PICTURES = ("xterm-kitty", "xterm-ghostty")
_WITH_SIXELS = ("foot", "mlterm", "contour", "yaft", "wezterm")
_SIXEL_PROGRAMS = ("WezTerm", "iTerm.app", "mintty")


def picture_protocol(environ: Mapping[str, str]) -> PictureProtocol:
    """The best way that the terminal is known to have; within tmux and screen, which may not pass others on, blocks."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") or environ.get("STY") or term.startswith(("tmux", "screen")):
        return "blocks"
    if environ.get("KITTY_WINDOW_ID") or environ.get("GHOSTTY_RESOURCES_DIR") or term.startswith(_WITH_PICTURES):
        return "kitty"
    is_known = term.startswith(_WITH_SIXELS) or environ.get("TERM_PROGRAM") in _SIXEL_PROGRAMS
    return "sixel" if is_known else "blocks"


def cell_size() -> tuple[int, int]:
    """The pixels of a cell of the terminal; a usual size where it does not say."""
    with suppress(OSError):
        import struct
        import termios

        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(2, termios.TIOCGWINSZ, bytes(8)))
        if rows and columns and width >= columns and height >= rows:
            return width // columns, height // rows
    return 10, 20


class PictureTerminal(NamedTuple):
    """How pictures are drawn here."""

    protocol: PictureProtocol = "blocks"
    cell: tuple[int, int] = (10, 20)
    """The pixels of a cell."""
    why_not: str = ""
    """Why none are drawn; empty if they are."""


def picture_terminal(
    setting: str, environ: Mapping[str, str], *, colorless: bool = False, served: bool = False
) -> PictureTerminal:
    """The picture protocol of the terminal, by the setting `images`; `served` is a terminal that a browser draws.

    The terminal is not asked: its answer would come between the keys.
    """
    if setting == "off":
        return PictureTerminal(why_not="pictures are off: see images in the settings")
    if colorless:
        return PictureTerminal(why_not="pictures need colours, which NO_COLOR takes away")
    if setting == "auto" and (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")):
        return PictureTerminal(why_not="pictures are off over ssh, which may be slow: see images in the settings")
    cell = cell_size()
    if served:
        return PictureTerminal("blocks", cell)
    match setting:
        case "kitty" | "sixel" | "blocks":
            return PictureTerminal(setting, cell)
    return PictureTerminal(picture_protocol(environ), cell)


def lacks_signs(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is the console of Linux, whose fonts lack most signs; a browser never lacks them."""
    return environ.get("TERM") == "linux" and not environ.get("TEXTUAL_DRIVER")


def shows_links(environ: Mapping[str, str]) -> bool:
    """Whether to draw links (OSC 8): most terminals without them skip them, consoles do not. FORCE_HYPERLINK wins."""
    if forced := environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    return environ.get("TERM", "") not in ("", "dumb", "linux")


class TerminalModes:
    """The modes of a terminal, such as echo, to be set again later; nothing without a terminal."""

    def __init__(self, terminal: int) -> None:
        self._modes: list[Any] | None = None
        with suppress(OSError, ValueError):
            import termios

            with suppress(termios.error):
                self._modes = termios.tcgetattr(terminal)

    @property
    def values(self) -> list[Any] | None:
        """The modes as `termios` has them; None if they are not known."""
        return self._modes

    def set_again(self, terminal: int) -> None:
        """Set the modes again, also if this program is in the background."""
        if self._modes is not None:
            import termios

            # A program in the background is stopped when it sets them, unless it blocks this signal.
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
            with suppress(termios.error, OSError):
                termios.tcsetattr(terminal, termios.TCSANOW, self._modes)

    def make_raw(self, terminal: int, *, keep_signals: bool) -> None:
        """Send each key at once and unchanged; with `keep_signals`, ctrl+c still sends its signal. Raises OSError."""
        import termios

        signals = 0 if keep_signals else termios.ISIG
        try:
            modes = termios.tcgetattr(terminal)
            modes[_INPUT_FLAGS] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            modes[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | signals)
            modes[_CHARACTERS][termios.VMIN] = 1
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
        except termios.error as error:
            raise OSError(*error.args) from error


_INPUT_FLAGS, _LOCAL_FLAGS, _CHARACTERS = 0, 3, 6
"""Places in the modes of a terminal, as in the module `tty`."""


# Jobs of a shell


def ignores_stop() -> bool:
    """Whether this program was started without job control, as by a shell script with the signal ignored."""
    return signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN


def stop_job() -> None:
    """Stop this program and the others of its job, such as a wrapper, until the shell continues them.

    Call it in the main thread. It returns at once if no shell could continue the job, because the system then drops the
    signal.
    """
    # The others first: this process stops before the next line of its main thread.
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.killpg(0, signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, before)


# Processes and files


def kill_group(leader: int) -> None:
    """Kill a process that began a session of its own, and its children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def lower_priority(steps: int) -> None:
    """Let other programs go first."""
    with suppress(OSError):
        os.nice(steps)


def is_mine(owner: int) -> bool:
    """Whether a file of this owner belongs to the user."""
    return owner == os.geteuid()


def is_read_only(folder: Path) -> bool:
    """Whether a folder is on a medium that can't be written."""
    return os.statvfs(folder).f_flag & os.ST_RDONLY != 0


def to_disk(handle: int) -> None:
    """Wait until what was written to an open file is on the disk; raises OSError."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        # `fsync` of macOS waits only until the disk has it in a memory of its own. Some network drives know no more.
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


class Lock(Enum):
    """The answers of the system to the lock of a file."""

    MINE = "mine"
    THEIRS = "theirs"
    UNSUPPORTED = "unsupported"
    """The file system has no locks, as NFS without its lock service, or Lustre mounted without them."""


_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""Errors of a lock held by another program; all others mean that locks are not available."""


def try_lock(handle: int) -> Lock:
    """Try to lock an open file for this program alone."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return Lock.THEIRS if error.errno in _HELD else Lock.UNSUPPORTED
    return Lock.MINE


def lacks_locks(folder: Path) -> str:
    """Why the program or SQLite can't lock files in a folder; empty if they can, or if that can't be tried."""
    from tempfile import TemporaryFile

    with suppress(OSError), TemporaryFile(dir=folder) as file:
        for lock in (fcntl.lockf, fcntl.flock):
            try:
                lock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                return error.strerror or str(error)
    return ""


# Themes


OWN_THEMES = ("dark", "light", "ansi")
"""Our themes; `ansi` uses the terminal's own sixteen colours."""

TEXTUAL_THEMES = (
    "textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "dracula", "tokyo-night", "monokai",
    "flexoki", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "solarized-light", "solarized-dark",
    "rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light",
)  # fmt: skip

THEMES = (*OWN_THEMES, *TEXTUAL_THEMES)

AUTO = "auto"
"""Dark or light like the terminal, or its own colours if it has only sixteen."""


def is_colorless(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no colours; an empty `NO_COLOR` does not count."""
    return bool(environ.get("NO_COLOR"))


def theme_name(choice: str, environ: Mapping[str, str]) -> str:
    """The theme to start with, from a setting (auto or a name) and the terminal's environment.

    Without colours it is always `ansi`: its text styles tell all that its colours do.
    """
    if is_colorless(environ):
        return "ansi"
    if choice != AUTO:
        return choice if choice in (*OWN_THEMES, *TEXTUAL_THEMES) else "dark"
    # Textual's own variable is set for a browser, whatever terminal its server runs in.
    told = (environ.get("COLORTERM"), environ.get("TEXTUAL_COLOR_SYSTEM"))
    rich_colors = not {"truecolor", "24bit"}.isdisjoint(told) or "256color" in environ.get("TERM", "")
    if not rich_colors:
        return "ansi"
    # Some terminals set it to "foreground;background", as numbers of the sixteen colours; 7 and 15 are whites.
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in {"7", "15"} else "dark"
