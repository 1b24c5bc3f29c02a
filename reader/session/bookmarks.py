"""Bookmarks: the place where the user left each full text, kept in a small JSON file.

In another version or source of a text, the place is found again by its share of the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.core.foreign import read_json
from reader.paths import read_start, replace_private

if TYPE_CHECKING:
    from reader.core.document.model import Document

MAX_BOOKMARKS = 1_000
"""Maximum number of bookmarks; the latest ones are kept."""

MAX_BYTES = 4 << 20
"""Bytes, more than all bookmarks can take; a larger file is not ours."""


class Bookmark(NamedTuple):
    """A place in a text."""

    edition: str
    """The identity of the version of the text: see `edition`."""
    block: int = 0
    letter: int = 0
    """Letters of the block before the place; -1 for the empty line before the block."""
    share: float = 0.0
    """The share of the text before the place."""


def edition(document: Document, source: str) -> str:
    """The identity of a text among the versions and sources of its paper."""
    return f"{source} v{document.version or '?'} {len(document.blocks)}"


def bookmark(document: Document, source: str, block: int, letter: int) -> Bookmark:
    """The bookmark of a place in a document."""
    before = sum(document.sizes[:block]) + max(0, letter)
    share = min(1.0, before / sum(document.sizes)) if sum(document.sizes) else 0.0
    return Bookmark(edition(document, source), block, letter, round(share, 4))


def find(mark: Bookmark, document: Document, source: str) -> tuple[int, int]:
    """The block and the letters before a bookmark; in another edition, found by its share of the text."""
    if mark.edition == edition(document, source) and mark.block < len(document.blocks):
        return mark.block, mark.letter
    ends = list(accumulate(document.sizes))
    if not ends:
        return 0, 0
    letters = int(mark.share * ends[-1])
    block = next((place for place, end in enumerate(ends) if end > letters), len(ends) - 1)
    return block, max(0, letters - (ends[block] - document.sizes[block]))


# The file


def load(file: Path) -> dict[str, Bookmark]:
    """The bookmarks by the paper's id, latest last; invalid bookmarks are left out."""
    try:
        found = read_json(read_start(file, MAX_BYTES), MAX_BYTES)
    except OSError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {id: mark for id, values in pairs if (mark := _mark(values))}


def _mark(values: object) -> Bookmark | None:
    match values:
        case [str(edition), int(block), int(letter), str(), int(share) | float(share), *_]:
            if block >= 0 and letter >= -1 and 0 <= share <= 1:
                return Bookmark(edition, block, letter, float(share))
    return None


def save(file: Path, changed: Mapping[str, Bookmark]) -> None:
    """Add changed bookmarks to the file, which another program may have changed meanwhile; raises OSError."""
    kept = load(file)
    for id, mark in changed.items():
        kept.pop(id, None)
        kept[id] = mark
    # Not durable, as quitting must not wait for the disk.
    latest = list(kept.items())[-MAX_BOOKMARKS:]
    # Older releases had the section in place of the empty text.
    texts = {id: [mark.edition, mark.block, mark.letter, "", mark.share] for id, mark in latest}
    replace_private(file, json.dumps(texts), durable=False)
