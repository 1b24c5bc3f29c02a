"""The standard streams: output is made harmless, closed streams are opened, unknown letters replaced."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import IO, Any, TextIO, cast

COLOURS = ("auto", "always", "never")
"""When output has colours: on a terminal that has them, always, or never."""

_colours = ["auto"]


def choose_colours(when: str) -> None:
    """Set when this run uses colours, by one of `COLOURS`; used by --color."""
    _colours[:] = [when]


def has_colours(stream: TextIO) -> bool:
    """Whether a stream gets colours: by --color, then NO_COLOR and CLICOLOR_FORCE, then its type."""
    if _colours[0] != "auto":
        return _colours[0] == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is an open terminal; the streams that Textual puts in place say no more than `isatty`."""
    return not getattr(stream, "closed", False) and stream.isatty()


class CleanStream(TextIOBase):
    """A stream for all output that removes what a terminal would obey; `like` decides on colours."""

    def __init__(self, stream: TextIO | IO[str], like: TextIO | None = None) -> None:
        self._stream = stream
        self._like = like or cast("TextIO", stream)
        self._write = stream.write
        self.isatty, self.fileno, self.flush = stream.isatty, stream.fileno, stream.flush  # type: ignore[method-assign]

    def write(self, text: str) -> int:
        # Imported late: it compiles large patterns, and the first list, which bypasses this stream, comes before.
        from reader.core.text import is_harmless, visible

        if not is_harmless(text):
            text = visible(text, styled=has_colours(self._like) or is_terminal(self._like))
        return self._write(text)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return str(getattr(self._stream, "encoding", None) or "utf-8")

    @property
    def closed(self) -> bool:
        return self._stream.closed

    def close(self) -> None:
        """Keep the stream open, since it belongs to the system."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @classmethod
    @contextmanager
    def replacing(cls) -> Iterator[None]:
        """Replace standard output and standard error by such streams."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (cast("TextIO", cls(stream)) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def open_closed_streams() -> None:
    """Replace standard streams that were closed at the start, which Python sets to None, by empty ones.

    The new stream takes the closed one's descriptor, so that no later file gets it, and with it the output.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            stream = os.fdopen(null, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def replace_unknown_letters(*streams: TextIO) -> None:
    """Print a question mark for letters outside a stream's encoding, instead of failing."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def finish(stream: TextIO | None) -> OSError | None:
    """Flush a stream, or drop its content and return why; otherwise Python retries at exit, and exits with 120."""
    if stream is None or stream.closed:
        return None
    try:
        stream.flush()
    except OSError as error:
        discard(stream)
        return error
    return None


def discard(stream: TextIO) -> None:
    """Redirect a stream's buffered and further output to nowhere; otherwise Python retries when closing it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
