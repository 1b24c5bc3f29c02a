"""What the terminal can do: links that can be clicked, and the user's pager."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import PurePath

_WITH_LINKS = ("WEZTERM_PANE", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION", "DOMTERM", "GHOSTTY_RESOURCES_DIR")
"""Variables of terminals that have links, in any version in use."""

_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal")
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")


def shows_links(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the terminal is known to show OSC 8 links; FORCE_HYPERLINK decides if it is set.

    Others may print the sequence. A pager other than less may too.
    """
    known = os.environ if environment is None else environment
    if forced := known.get("FORCE_HYPERLINK"):
        return forced != "0"
    pager = find_pager(known)
    if pager and PurePath(pager[0]).name != "less":
        return False
    if known.get("TERM_PROGRAM") == "tmux":
        return _version(known.get("TERM_PROGRAM_VERSION", "")) >= (3, 4)
    if known.get("VTE_VERSION", "").isdecimal():
        return int(known["VTE_VERSION"]) >= 5000
    return (
        any(known.get(name) for name in _WITH_LINKS)
        or known.get("TERM_PROGRAM") in _PROGRAMS
        or known.get("TERM", "").startswith(_TERMS)
    )


def find_pager(environment: Mapping[str, str] | None = None) -> list[str]:
    """The user's pager as a program and its arguments: $PAGER, else less; empty for none, `cat` or a missing one."""
    known = os.environ if environment is None else environment
    if known.get("TERM") == "dumb":
        return []
    try:
        command = shlex.split(known.get("PAGER", "less"))
    except ValueError:
        return []
    if not command or PurePath(command[0]).name == "cat" or not shutil.which(command[0], path=known.get("PATH")):
        return []
    return command


def _version(text: str) -> tuple[int, ...]:
    """The numbers of a version such as `3.4a`."""
    parts = ("".join(char for char in part if char.isdigit()) for part in text.split("."))
    return tuple(int(part) for part in parts if part)
