"""Bookmarks: where each full text was left, kept in a small JSON file.

In another version or source of a text, the place is found again by its words, else by its share of the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.find import TextWords
from reader.core.document.model import Formula
from reader.core.foreign import read_json
from reader.core.passages import WORD, Passage
from reader.paths import read_start, replace_private

if TYPE_CHECKING:
    from reader.core.document.model import Document

MAX_BOOKMARKS = 1_000
"""Bookmarks that are kept, the latest ones."""

MOST_BYTES = 4 << 20
"""Bytes, more than all bookmarks can take; a larger file is not ours."""

WORDS = 8
"""Words by which a place is found again in another text."""

LONGEST_WORD = 40
"""Maximum letters of such a word."""


class Bookmark(NamedTuple):
    """A place in a text."""

    edition: str
    """The identity of the version of the text: see `edition`."""
    block: int = 0
    letter: int = 0
    """Letters of the block before the place; -1 for the empty line before the block."""
    share: float = 0.0
    """How much of the text is before the place."""
    words: str = ""
    """The words that begin there."""


def edition(document: Document, source: str) -> str:
    """The identity of a text among the versions and sources of its paper."""
    return f"{source} v{document.version or '?'} {len(document.blocks)}"


def bookmark(document: Document, source: str, block: int, letter: int) -> Bookmark:
    """The bookmark of a place in a document."""
    before = sum(document.sizes[:block]) + max(0, letter)
    share = min(1.0, before / sum(document.sizes)) if sum(document.sizes) else 0.0
    return Bookmark(edition(document, source), block, letter, round(share, 4), _words(document, block, letter))


def _words(document: Document, block: int, letter: int) -> str:
    """The first words from a place on; displayed formulas are left out, for sources write them differently."""
    found: list[str] = []
    text = TextWords(document)
    for index, one in enumerate(document.blocks[block : block + 5], block):
        if not isinstance(one, Formula):
            # The letters of a line and of a text differ a little, so this may be within a word.
            first = max(0, letter)
            found += [word[0] for word in WORD.finditer(text.text(index)) if word.start() >= first]
        letter = 0
        if len(found) >= WORDS:
            break
    return " ".join(word[:LONGEST_WORD] for word in found[:WORDS])


def find(mark: Bookmark, document: Document, source: str) -> tuple[int, int]:
    """The block and the letters before a bookmark; in another edition, where its words are, else at its share."""
    if mark.edition == edition(document, source) and mark.block < len(document.blocks):
        return mark.block, mark.letter
    ends = list(accumulate(document.sizes))
    letters = int(mark.share * ends[-1]) if ends else 0
    block = next((place for place, end in enumerate(ends) if end > letters), max(0, len(ends) - 1))
    text = TextWords(document)
    words = mark.words.split()
    # A word may be a formula there, or cut: half of them are enough.
    for some in filter(None, (words, words[: WORDS // 2], words[WORDS // 2 :])):
        if (found := text.find(Passage("", " ".join(some), block=block))) is not None:
            return found.first.block, text.letter(found.first)
    return block, max(0, letters - (ends[block] - document.sizes[block])) if ends else 0


# The file


def load(file: Path) -> dict[str, Bookmark]:
    """The bookmarks by the paper's id, the latest last; invalid ones are left out."""
    try:
        found = read_json(read_start(file, MOST_BYTES), MOST_BYTES)
    except OSError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {id: mark for id, values in pairs if (mark := _mark(values))}


def _mark(values: object) -> Bookmark | None:
    match values:
        case [str(edition), int(block), int(letter), str(), int(share) | float(share), *more]:
            if block >= 0 and letter >= -1 and 0 <= share <= 1:
                words = more[0] if more and isinstance(more[0], str) else ""
                return Bookmark(edition, block, letter, float(share), words)
    return None


def save(file: Path, changed: Mapping[str, Bookmark]) -> None:
    """Write changed bookmarks behind those of the file, which another program may have written; raises OSError."""
    kept = load(file)
    for id, mark in changed.items():
        kept.pop(id, None)
        kept[id] = mark
    # Not durable: to leave must not wait for the disk.
    latest = list(kept.items())[-MAX_BOOKMARKS:]
    # The empty text was the section in older releases.
    texts = {id: [one.edition, one.block, one.letter, "", one.share, one.words] for id, one in latest}
    replace_private(file, json.dumps(texts), durable=False)
