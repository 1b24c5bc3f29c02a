"""Let the system open addresses such as `dailypapers:1706.03762` by this program, where it allows that.

On Linux and similar systems, a desktop file registers the program. macOS passes such addresses only to applications, so
nothing is written there. Addresses are untrusted: they must contain a valid paper id, and never reach a shell.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from reader.actions.schedule import RunProgram, run_program, start_of_program
from reader.core.errors import ReaderError, UsageError
from reader.core.ids import is_paper_id
from reader.core.text import brief
from reader.paths import APP, open_private

SCHEME = APP
"""The scheme of addresses; the id of a paper follows after a colon."""

FILE = f"{APP}-open.desktop"

_INSTEAD = "digests show each paper's id instead: 'dailypapers open ID --reader'"

_OPEN = ("open", "--reader", "--")
"""The words before the address, which ends the options."""


# Addresses


def address_of(id: str) -> str | None:
    """The address that opens a paper; None for an id of an unknown form."""
    return f"{SCHEME}:{id}" if is_paper_id(id) else None


def paper_of(text: str) -> str:
    """The id in one of our addresses, other text unchanged; raises UsageError for an address without one."""
    if not text.lower().startswith(f"{SCHEME}:"):
        return text
    id = unquote(text[len(SCHEME) + 1 :][:200]).removeprefix("//").removesuffix("/")
    if not is_paper_id(id):
        raise UsageError(f"{brief(text)!r} is not a link to a paper; such a link looks like {SCHEME}:1706.03762.")
    return id


# Registration


def is_installed(environ: Mapping[str, str]) -> bool:
    """Whether the system opens our addresses with this program, according to our own file."""
    return _file(environ).exists()


def install(
    environ: Mapping[str, str],
    copied: Mapping[str, str],
    run: RunProgram = run_program,
    system: str = sys.platform,
) -> str:
    """Register with the system; return the file, which sets the variables `copied`. Raises ReaderError."""
    if system == "darwin":
        raise ReaderError(f"macOS lets only applications open such links; {_INSTEAD}.")
    if not shutil.which("xdg-mime", path=environ.get("PATH")):
        raise ReaderError(f"This system has no xdg-mime, which opens such links; {_INSTEAD}.")
    file = _file(environ)
    words = (*(("env", *(f"{name}={value}" for name, value in copied.items())) if copied else ()), *start_of_program())
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={APP}",
        "Comment=Open a paper in the reader",
        f"Exec={' '.join(map(_quoted, words))} {' '.join(_OPEN)} %u",
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
    return str(file)


def remove(environ: Mapping[str, str]) -> bool:
    """Undo the registration; return whether there was one."""
    try:
        _file(environ).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ReaderError(f"{_file(environ)} could not be removed: {error.strerror}.") from error
    return True


def _file(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_DATA_HOME", "")
    data = Path(named) if named.startswith("/") else Path.home() / ".local" / "share"
    return data / "applications" / FILE


def _quoted(word: str) -> str:
    """A word of `Exec`: quoted by its rules, then escaped by those of all values; a percent sign begins a field."""
    if not word.isprintable():
        raise ReaderError("The path of this program has control characters, which a desktop file can't hold.")
    quoted = '"' + re.sub(r'(["`$\\])', r"\\\1", word) + '"'
    return quoted.replace("\\", "\\\\").replace("%", "%%")
