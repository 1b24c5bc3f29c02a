"""The width of text in terminal cells, and its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^ ]+")


def cell_len(text: str) -> int:
    """The cells that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    # Late: the core is imported where nothing is drawn.
    from rich.cells import cell_len

    return cell_len(text)


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Break a text into lines of at most `width` cells; a width below 2 counts as 2.

    Returns the (start, end) of each line in the text, with only spaces between lines. Words longer than a line are
    broken anywhere, and so are texts in wide characters.
    """
    width = max(width, 2)
    lines: list[tuple[int, int]] = []
    start = end = used = 0
    for begin, stop, size in _units(text, width):
        gap = begin - end
        if used and used + gap + size > width:
            lines.append((start, end))
            used = 0
        if used:
            used += gap + size
        else:
            start, used = begin, size
        end = stop
    if end > start:
        lines.append((start, end))
    return lines


def _units(text: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and cells of the unbroken units: words, or their parts if they are too long or wide."""
    for word in _WORD.finditer(text):
        start, stop = word.span()
        size = cell_len(word.group())
        if size <= min(width, stop - start):
            yield start, stop, size
            continue
        for begin, end, part in _clusters(text, start, stop, joined=True):
            if part <= width:
                yield begin, end, part
            else:
                yield from _clusters(text, begin, end, joined=False)


def _clusters(text: str, start: int, stop: int, joined: bool) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and cells of each character with its accents; if `joined`, of each run of narrow ones."""
    from rich.cells import get_character_cell_size

    begin, size, last = start, 0, 0
    for index in range(start, stop):
        cells = get_character_cell_size(text[index])
        if cells and size and not (joined and cells == last == 1):
            yield begin, index, size
            begin, size = index, 0
        size += cells
        last = cells or last
    yield begin, stop, size
