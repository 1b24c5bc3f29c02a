"""The standard streams: remove control sequences from output, reopen closed streams, replace unknown characters."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import IO, Any, TextIO, cast


def has_colours(stream: TextIO) -> bool:
    """Whether to write colours: decided by NO_COLOR and CLICOLOR_FORCE, else by the stream."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is an open terminal; the streams that Textual installs have no attribute `closed`."""
    return not getattr(stream, "closed", False) and stream.isatty()


class CleanStream(TextIOBase):
    """A stream that removes control sequences from all output; colours stay if the stream `like` gets colours."""

    def __init__(self, stream: TextIO | IO[str], like: TextIO | None = None) -> None:
        self._stream = stream
        self._like = like or cast("TextIO", stream)
        self._write = stream.write
        self.isatty, self.fileno, self.flush = stream.isatty, stream.fileno, stream.flush  # type: ignore[method-assign]

    def write(self, text: str) -> int:
        # Import late: it compiles large patterns, and the reader's first frame, which does not need it, comes first.
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
        """Keep the underlying stream open, because it belongs to the system."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @classmethod
    @contextmanager
    def replacing(cls) -> Iterator[None]:
        """Replace standard output and standard error by clean streams."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (cast("TextIO", cls(stream)) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def open_closed_streams() -> None:
    """Replace standard streams that are closed, which Python sets to None, by streams to the null device.

    The new stream takes the descriptor of the closed stream. Otherwise the next opened file would get it, and output
    would be written into that file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            stream = os.fdopen(null, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def replace_unknown_letters(*streams: TextIO) -> None:
    """Write a question mark for each character that a stream's encoding lacks, instead of failing."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def finish(stream: TextIO | None) -> OSError | None:
    """Flush a stream; if that fails, discard its buffer and return the error.

    Otherwise Python would flush again at exit, and exit with code 120.
    """
    if stream is None or stream.closed:
        return None
    try:
        stream.flush()
    except OSError as error:
        discard(stream)
        return error
    return None


def discard(stream: TextIO) -> None:
    """Redirect a stream's buffered and later output to the null device; otherwise Python would write it at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
