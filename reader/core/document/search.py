"""Find words in documents: a look at the packed bytes tells most of those that do not have them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reader.core.document.codec import LARGEST, UnreadableDocument, load
from reader.core.document.layout import Layout
from reader.core.document.model import Document, Heading
from reader.core.text import fold

AROUND = 70
"""Letters of the text on each side of a hit."""

_LETTERS = re.compile(r"[^\W_]+")

Finder = Callable[[str], Sequence[tuple[int, int]]]
"""Finds a word in a text: the (start, end) of each place."""


class Hit(NamedTuple):
    """A block that has all words."""

    section: Heading | None
    text: str
    """The words with those around them."""
    marks: tuple[tuple[int, int], ...]
    """The (start, end) of each word in the text."""


def may_have(packed: bytes, words: Sequence[str]) -> bool:
    """Whether a packed document can have all words; it is not made a document (2 ms instead of 30)."""
    needed = [token for word in words for token in _LETTERS.findall(fold(word)) if token.isascii()]
    try:
        text = zlib.decompressobj().decompress(packed, LARGEST).decode("utf-8", "replace")
    except zlib.error:
        return False
    lower = text.lower()
    missing = [token for token in needed if token not in lower]
    if not missing:
        return True
    accented = fold(" ".join(word for word in set(lower.split()) if not word.isascii()))
    return all(token in accented for token in missing)


def find_in(packed: bytes, finders: Sequence[Finder]) -> Iterator[Hit]:
    """The hits in a packed document, in reading order."""
    try:
        yield from find(load(packed), finders)
    except UnreadableDocument:
        return


def find(document: Document, finders: Sequence[Finder]) -> Iterator[Hit]:
    """The blocks in which all of the finders find something."""
    layout = Layout(document, None)
    section: Heading | None = None
    for index, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            section = block
        text = " ".join(word for line in layout.lines(index) for word in line.text.split())
        found = [finder(text) for finder in finders]
        if all(found):
            yield _hit(section, text, sorted(mark for marks in found for mark in marks))


def _hit(section: Heading | None, text: str, marks: Sequence[tuple[int, int]]) -> Hit:
    """The words around the first mark, cut between words."""
    first, last = marks[0]
    start = text.rfind(" ", 0, first - AROUND) + 1 if first > AROUND else 0
    end = text.find(" ", last + AROUND)
    end = len(text) if end < 0 else end
    start, end = max(start, first - 2 * AROUND), min(end, last + 2 * AROUND)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple((here + shift, there + shift) for here, there in marks if start <= here and there <= end)
    return Hit(section, f"{before}{text[start:end]}{after}", kept)
