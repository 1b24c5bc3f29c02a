"""Let the system open addresses such as `dailypapers:2406.12345` by this program, where it allows that.

On Linux and similar systems, a desktop file says so, and the system is asked to use it. macOS needs an application of
its own for it, and Windows has no place that is the user's alone and has no terminal; there nothing is written.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from reader.actions.schedule import RunProgram, start_of_program
from reader.core.errors import ReaderError
from reader.paths import APP, open_private

SCHEME = APP
"""Addresses begin with it and a colon; the id of a paper follows."""

FILE = f"{APP}-open.desktop"


def is_installed(environ: Mapping[str, str]) -> bool:
    """Whether the system opens our addresses by this program, as far as we have told it."""
    return _file(environ).exists()


def install(environ: Mapping[str, str], copied: Mapping[str, str], run: RunProgram) -> Path:
    """Tell the system; return the file that does. `copied` are variables that the program needs. Raises ReaderError."""
    if not shutil.which("xdg-mime", path=environ.get("PATH")):
        raise ReaderError("This system has no xdg-mime, which opens such links; the digest names the command instead.")
    file = _file(environ)
    words = (*(("env", *(f"{name}={value}" for name, value in copied.items())) if copied else ()), *start_of_program())
    command = f"{' '.join(map(_quoted, words))} open %u --reader"
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={APP}",
        "Comment=Open a paper in the reader",
        f"Exec={command}",
        "Terminal=true",
        "NoDisplay=true",
        f"MimeType=x-scheme-handler/{SCHEME};",
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open_private(file) as out:
            out.write("\n".join(lines) + "\n")
        run(("xdg-mime", "default", FILE, f"x-scheme-handler/{SCHEME}"), None)
    except OSError as error:
        raise ReaderError(f"{file} could not be written: {error.strerror}.") from error
    except ReaderError:
        with suppress(OSError):
            file.unlink()
        raise
    return file


def remove(environ: Mapping[str, str]) -> bool:
    """Take the file away; return whether it was there."""
    try:
        _file(environ).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ReaderError(f"{_file(environ)} could not be removed: {error.strerror}.") from error
    return True


def paper_of(text: str) -> str:
    """The id in one of our addresses; any other text as it is."""
    return text.removeprefix(f"{SCHEME}:").removeprefix("//").rstrip("/") if text.startswith(f"{SCHEME}:") else text


def _file(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_DATA_HOME", "")
    data = Path(named) if named.startswith("/") else Path.home() / ".local" / "share"
    return data / "applications" / FILE


def _quoted(word: str) -> str:
    """A word of `Exec`: quoted by its rules, then escaped by those of all values; a percent sign begins a field."""
    if not word.isprintable():
        raise ReaderError(
            "A folder of this program has a name with control characters, which no desktop file can have."
        )
    quoted = '"' + re.sub(r'(["`$\\])', r"\\\1", word) + '"'
    return quoted.replace("\\", "\\\\").replace("%", "%%")
