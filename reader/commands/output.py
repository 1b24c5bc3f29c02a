"""What the command line draws: tables that fit, text that wraps, progress on a line that goes away.

Nothing here but `Progress` looks at a clock, and colours are drawn for a terminal alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from reader.core.paper import Paper, PaperRow

READABLE = 80
"""Columns that prose is wrapped at: longer lines are hard to follow."""

PATIENCE = 0.5
"""Seconds before progress is shown: what is over sooner needs none."""

STEP = 0.1
"""Seconds between two drawings of progress."""


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal that a person looks at."""
    return not stream.closed and stream.isatty()


def say(text: str = "") -> None:
    """Print a line to standard output."""
    print(text)


def warn(text: str) -> None:
    """Print a line to standard error."""
    print(text, file=sys.stderr)


def say_json(value: object) -> None:
    """Print a value as indented JSON, in ASCII where the output speaks nothing else."""
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    say(json.dumps(value, ensure_ascii=not unicode, indent=2))


def width() -> int:
    """Columns of the terminal; COLUMNS wins."""
    return shutil.get_terminal_size().columns


def amount(count: int, noun: str) -> str:
    """A number and its noun: `1 paper`, `9,295 papers`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_counts(sums: dict[str, int]) -> str:
    """`12 new, 3 updated, 40 unchanged`, and what was skipped, if anything."""
    return ", ".join(f"{count:,} {name}" for name, count in sums.items() if count or name != "skipped")


def state_words(paper: PaperRow | Paper) -> str:
    """In words, joined by commas."""
    words = ("read" if paper.read else "unread", paper.starred and "starred", paper.hidden and "hidden")
    return ",".join(word for word in words if word)


def print_requests() -> None:
    """Tell each request on standard error, with its status, bytes and time."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log = logging.getLogger("reader.feeds")
    log.addHandler(handler)
    log.setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Style:
    """Colours and weights, or none of them: NO_COLOR, a dumb terminal or a pipe."""

    on: bool

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """What suits a stream."""
        return cls(is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    def bold(self, text: str) -> str:
        return self._paint("1", text)

    def faint(self, text: str) -> str:
        return self._paint("2", text)

    def star(self, text: str) -> str:
        return self._paint("33", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text


def fit(text: str, cells: int) -> str:
    """Text cut or filled to exactly `cells` columns of a terminal, where some letters take two."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= cells:
        return text + " " * (cells - cell_len(text))
    return set_cell_size(set_cell_size(text, max(0, cells - 1)).rstrip() + "…", cells)


def wrapped(text: str, cells: int | None) -> Iterator[str]:
    """The lines of a paragraph at most `cells` columns wide, a longer word broken; None for a single line."""
    if cells is None:
        if text:
            yield text
        return
    from rich.cells import cell_len, chop_cells

    line, used = "", 0
    for word in text.split():
        for part in chop_cells(word, cells) if cell_len(word) > cells else [word]:
            size = cell_len(part)
            if line and used + 1 + size > cells:
                yield line
                line, used = part, size
            else:
                line, used = (f"{line} {part}", used + 1 + size) if line else (part, size)
    if line:
        yield line


class Progress:
    """One line on standard error that tells how far something is, if that is a terminal and it takes its time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._next = time.monotonic() + PATIENCE
        self._on = is_terminal(self._stream)
        self._drawn = False
        self._text = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Tell `text` in place of what was told before; empty text changes nothing."""
        self._text = text or self._text
        self.draw()

    def draw(self) -> None:
        """Draw what was told last, if it is time to."""
        now = time.monotonic()
        if self._on and self._text and now >= self._next:
            self._next = now + STEP
            self._drawn = True
            self._stream.write(f"\r\x1b[K{fit(self._text, width() - 1).rstrip()}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
