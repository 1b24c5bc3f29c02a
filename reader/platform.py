"""The differences between operating systems and terminals: pictures, themes, signals, processes and file locks."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

SWITCH_SECONDS = 0.001
"""Seconds for which one thread holds the interpreter while others wait: 5 ms by default, several times in a frame."""
LINUX = sys.platform == "linux"

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""The signals that ask the program to end."""


# Terminals


PictureProtocol = Literal["kitty", "sixel", "blocks"]
"""How a terminal shows pictures: kitty's protocol, sixels, or coloured half blocks, which every terminal can show."""

_WITH_PICTURES = ("xterm-kitty", "xterm-ghostty")
_WITH_SIXELS = ("foot", "mlterm", "contour", "yaft", "wezterm")
_SIXEL_PROGRAMS = ("WezTerm", "iTerm.app", "mintty")


def picture_protocol(environ: Mapping[str, str]) -> PictureProtocol:
    """The best protocol that the terminal is known to support.

    Within tmux and screen it is blocks, because they may not pass on other protocols.
    """
    term = environ.get("TERM", "")
    if environ.get("TMUX") or environ.get("STY") or term.startswith(("tmux", "screen")):
        return "blocks"
    if environ.get("KITTY_WINDOW_ID") or environ.get("GHOSTTY_RESOURCES_DIR") or term.startswith(_WITH_PICTURES):
        return "kitty"
    is_known = term.startswith(_WITH_SIXELS) or environ.get("TERM_PROGRAM") in _SIXEL_PROGRAMS
    return "sixel" if is_known else "blocks"


def cell_size() -> tuple[int, int]:
    """The width and the height of a terminal cell in pixels; a common size if the terminal does not report it."""
    with suppress(OSError):
        import struct
        import termios

        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(2, termios.TIOCGWINSZ, bytes(8)))
        if rows and columns and width >= columns and height >= rows:
            return width // columns, height // rows
    return 10, 20


class PictureTerminal(NamedTuple):
    """How the terminal draws pictures."""

    protocol: PictureProtocol = "blocks"
    cell: tuple[int, int] = (10, 20)
    """The width and the height of a cell in pixels."""
    why_not: str = ""
    """The reason why pictures are not drawn; empty if they are drawn."""


def picture_terminal(
    setting: str, environ: Mapping[str, str], *, colorless: bool = False, served: bool = False
) -> PictureTerminal:
    """How to draw pictures, from the setting `images` and the environment; `served` means a terminal in a browser.

    The terminal is not queried, because its reply would arrive between the user's keys.
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
    """Whether the terminal is the Linux console, whose fonts lack most signs; a browser has all signs."""
    return environ.get("TERM") == "linux" and not environ.get("TEXTUAL_DRIVER")


def shows_links(environ: Mapping[str, str]) -> bool:
    """Whether to draw links (OSC 8): in all terminals but consoles, which print them, or by FORCE_HYPERLINK."""
    if forced := environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    return environ.get("TERM", "") not in ("", "dumb", "linux")


class TerminalModes:
    """The modes of a terminal, such as echo, saved to be restored later; without a terminal, nothing is saved."""

    def __init__(self, terminal: int) -> None:
        self._modes: list[Any] | None = None
        with suppress(OSError, ValueError):
            import termios

            with suppress(termios.error):
                self._modes = termios.tcgetattr(terminal)

    @property
    def values(self) -> list[Any] | None:
        """The modes in the form of `termios`; None without a terminal."""
        return self._modes

    def set_again(self, terminal: int) -> None:
        """Restore the modes, even if this program is in the background."""
        if self._modes is not None:
            import termios

            # Setting the modes would stop a program in the background, unless it blocks this signal.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
            with suppress(termios.error, OSError):
                termios.tcsetattr(terminal, termios.TCSANOW, self._modes)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def make_raw(self, terminal: int) -> None:
        """Make the terminal send each key immediately and unchanged, even ctrl+c; raises OSError."""
        import termios

        try:
            modes = termios.tcgetattr(terminal)
            modes[_INPUT_FLAGS] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            modes[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            modes[_CHARACTERS][termios.VMIN] = 1
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
        except termios.error as error:
            raise OSError(*error.args) from error


_INPUT_FLAGS, _LOCAL_FLAGS, _CHARACTERS = 0, 3, 6
"""Indexes in the list of a terminal's modes, as in the module `tty`."""


# Job control


def ignores_stop() -> bool:
    """Whether this program was started without job control, for example by a script that ignores the signal."""
    return signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN


def stop_job() -> None:
    """Stop this program and the other processes of its job, such as a wrapper, until the shell continues them.

    Call it in the main thread. If no shell could continue the job, it returns immediately, because the system then
    drops the signal.
    """
    # Imported late, since the first frame does not stop the job.
    import threading

    # Stop the other processes first, because the last signal stops this process at once.
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.killpg(0, signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, before)


# Processes and files


def kill_group(leader: int) -> None:
    """Kill a process that leads a process group, with its children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def lower_priority(steps: int) -> None:
    """Lower the priority of this process by a number of steps of `nice`."""
    with suppress(OSError):
        os.nice(steps)


def is_mine(owner: int) -> bool:
    """Whether a file of this owner belongs to the user."""
    return owner == os.geteuid()


def is_read_only(folder: Path) -> bool:
    """Whether the file system of a folder is mounted read-only."""
    return os.statvfs(folder).f_flag & os.ST_RDONLY != 0


def to_disk(handle: int) -> None:
    """Wait until the data of an open file is on the disk; raises OSError."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        # On macOS, `fsync` does not flush the cache of the disk; some network drives support only `fsync`.
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def try_lock(handle: int) -> bool:
    """Lock an open file for this program alone; return False if another program holds the lock.

    On a file system without locks, such as some network drives, every program gets the lock.
    """
    with suppress(OSError):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


# Themes


OWN_THEMES = ("dark", "light", "ansi")
"""The themes of this program; `ansi` uses the terminal's own sixteen colours."""

TEXTUAL_THEMES = (
    "textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "dracula", "tokyo-night", "monokai",
    "flexoki", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "solarized-light", "solarized-dark",
    "rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light",
)  # fmt: skip

THEMES = (*OWN_THEMES, *TEXTUAL_THEMES)

AUTO = "auto"
"""The setting that chooses dark or light like the terminal, or `ansi` if it has only sixteen colours."""


def is_colorless(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no colours; an empty `NO_COLOR` does not count."""
    return bool(environ.get("NO_COLOR"))


def theme_name(choice: str, environ: Mapping[str, str]) -> str:
    """The theme to start with, from a setting (auto or a name) and the terminal's environment.

    If the user wants no colours it is always `ansi`, which also marks everything by text styles.
    """
    if is_colorless(environ):
        return "ansi"
    if choice != AUTO:
        return choice if choice in (*OWN_THEMES, *TEXTUAL_THEMES) else "dark"
    # In a browser, only Textual's variable is right: the others describe the terminal of the server.
    color_systems = (environ.get("COLORTERM"), environ.get("TEXTUAL_COLOR_SYSTEM"))
    has_many_colors = not {"truecolor", "24bit"}.isdisjoint(color_systems) or "256color" in environ.get("TERM", "")
    if not has_many_colors:
        return "ansi"
    # Some terminals set this to "foreground;background", in numbers of the sixteen colours; 7 and 15 are white.
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in {"7", "15"} else "dark"
