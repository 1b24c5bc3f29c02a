"""The standard streams: closed ones are opened, unknown letters replaced, and what they hold is written at the end."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def open_closed_streams() -> None:
    """Replace each standard stream that was closed before the program began by an empty one; Python has None for it.

    The new stream takes the closed one's number, so no file that is opened later takes it and gets what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            stream = os.fdopen(null, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def replace_unknown_letters(*streams: TextIO) -> None:
    """Print a question mark for each letter that a stream's encoding lacks, instead of failing."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def finish(stream: TextIO | None) -> OSError | None:
    """Write what a stream holds, or drop it and return why: Python would try again at its end, and exit with 120."""
    if stream is None or stream.closed:
        return None
    try:
        stream.flush()
    except OSError as error:
        from reader.commands.output import discard

        discard(stream)
        return error
    return None
