"""The user's own editor, in the terminal of the reader."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

VARIABLES = ("VISUAL", "EDITOR")
"""The variables that name an editor, with its arguments, the first one that is set."""

USUAL = ("nano", "vim", "vi", "notepad")
"""Editors to try if no variable names one."""


def find_editor(environ: Mapping[str, str]) -> list[str] | None:
    """The command of the user's editor as a list of arguments; None if there is none that can be found."""
    for variable in VARIABLES:
        with suppress(ValueError):
            command = shlex.split(environ.get(variable, ""), posix=os.name != "nt")
            if command:
                return command if shutil.which(command[0]) else None
    return next(([name] for name in USUAL if shutil.which(name)), None)


def edit(command: Sequence[str], file: Path) -> bool:
    """Let the user edit a file, and wait; return whether the editor ended well. Raises OSError if it can't start.

    The terminal must not be in use. The interrupt key is the editor's alone meanwhile.
    """
    editor = subprocess.Popen([*command, str(file)])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return editor.wait() == 0
    finally:
        signal.signal(signal.SIGINT, before)
