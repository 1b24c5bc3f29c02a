"""Read the text of the system's clipboard, by whichever program of the system is there."""

from __future__ import annotations

import shutil
import subprocess

from reader.access_token import child_environment
from reader.core.errors import ReaderError

PROGRAMS = (
    ("pbpaste",),
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("termux-clipboard-get",),
)
"""Programs that print the clipboard: of macOS, Wayland, X and Android."""

SECONDS = 10


def read_clipboard() -> bytes:
    """The clipboard's text, by the first program that has it; raises ReaderError."""
    there = [words for words in PROGRAMS if shutil.which(words[0])]
    if not there:
        names = ", ".join(words[0] for words in PROGRAMS)
        raise ReaderError(f"No program prints the clipboard here. Install one of {names}, or pipe it: import -.")
    for words in there:
        try:
            done = subprocess.run(
                words,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=SECONDS,
                env=child_environment(),
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            # Such as that of X in a session of Wayland.
            continue
        return done.stdout
    raise ReaderError(f"The clipboard could not be read by {there[-1][0]}. Pipe the text instead: import -.")
