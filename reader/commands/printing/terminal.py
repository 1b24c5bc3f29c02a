"""What the terminal can do: links that can be clicked, and the user's pager."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import PurePath

from reader import platform


def shows_links(environment: Mapping[str, str] | None = None) -> bool:
    """Whether output has links: the terminal shows them, and a pager passes them on. FORCE_HYPERLINK decides alone."""
    known = os.environ if environment is None else environment
    pager = find_pager(known)
    if not known.get("FORCE_HYPERLINK") and pager and PurePath(pager[0]).name != "less":
        return False
    return platform.shows_links(known)


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
