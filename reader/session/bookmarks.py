"""Bookmarks: where each full text was left, kept in a small JSON file.

In another version or source of a text, the place is found again by its section and words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.find import TextWords
from reader.core.document.model import Formula
from reader.core.passages import WORD, Passage
from reader.paths import read_start, replace_private

if TYPE_CHECKING:
    from reader.core.document.model import Document, Heading, Section

MOST = 1_000
"""Bookmarks that are kept, the latest ones."""

MAX_SIZE = 4 << 20
"""Bytes, more than all bookmarks can take; a larger file is not ours."""

WORDS = 8
"""Words by which a place is found again in another text."""

LONGEST_WORD = 40
"""Maximum letters of such a word."""


class Bookmark(NamedTuple):
    """A place in a text."""

    edition: str
    """What distinguishes the text from other versions of it: see `edition`."""
    block: int = 0
    letter: int = 0
    """Letters of the block before the place; -1 for the empty line before the block."""
    section: str = ""
    """The number and the title of the section; empty before the first one."""
    share: float = 0.0
    """How much of the section, or of the whole text without one, is before the place."""
    words: str = ""
    """The words that begin there."""


def edition(document: Document, source: str) -> str:
    """What distinguishes a text from other versions of the paper, and from the same one of another source."""
    return f"{source} v{document.version or '?'} {len(document.blocks)}"


def bookmark(document: Document, source: str, block: int, letter: int) -> Bookmark:
    """The bookmark of a place in a document."""
    section = document.section_of(block)
    first, last = (section.start, section.end) if section else (0, len(document.blocks))
    sizes = document.sizes[first:last]
    before = sum(sizes[: block - first]) + max(0, letter)
    share = min(1.0, before / sum(sizes)) if sum(sizes) else 0.0
    words = _words(document, block, letter)
    return Bookmark(edition(document, source), block, letter, _name(section), round(share, 4), words)


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
    """The block and the letters before a bookmark.

    In another version, or from another source, it is where its words are, in its section if they are there; else the
    same share of the same section.
    """
    blocks = len(document.blocks)
    if mark.edition == edition(document, source) and mark.block < blocks:
        return mark.block, mark.letter
    section = _same_section(mark.section, document.sections)
    first, last = (section.start, section.end) if section else (0, blocks)
    sizes = document.sizes[first:last]
    letters = int(mark.share * sum(sizes))
    ends = list(accumulate(sizes))
    block = first + next((place for place, end in enumerate(ends) if end > letters), max(0, len(ends) - 1))
    is_at_heading = section is not None and mark.share == 0
    text = TextWords(document)
    sought = Passage("", mark.words, section=section.name if section else "", block=block)
    if mark.words and not is_at_heading and (found := text.find(sought)) is not None:
        return found.first.block, text.letter(found.first)
    if mark.section and section is None:
        # The section is gone, and its share says nothing of the whole.
        return 0, -1
    return block, max(0, letters - (ends[block - first] - sizes[block - first])) if sizes else 0


def _same_section(name: str, sections: Sequence[Section]) -> Section | None:
    """The section of the same name; else the one of the same title, whose number changed, or of the same number."""
    number, _, title = name.partition("\t")
    named = [(_number(one.heading), _title(one.heading), one) for one in sections]
    tests = (
        [one for other, text, one in named if (other, text) == (number, title)],
        [one for _, text, one in named if text == title],
        [one for other, _, one in named if number and other == number],
    )
    return next((found[0] for found in tests if found), None)


def _name(section: Section | None) -> str:
    return f"{_number(section.heading)[:40]}\t{_title(section.heading)}" if section else ""


def _number(heading: Heading) -> str:
    return heading.number.rstrip(".")


def _title(heading: Heading) -> str:
    return " ".join("".join(span.text for span in heading.spans).lower().split())[:200]


# The file


def load(file: Path) -> dict[str, Bookmark]:
    """The bookmarks by the paper's id, the latest last; invalid ones are left out."""
    try:
        return _read(file)
    except (OSError, ValueError):
        return {}


def _read(file: Path) -> dict[str, Bookmark]:
    try:
        found = json.loads(read_start(file, MAX_SIZE).decode())
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    pairs = found.items() if isinstance(found, dict) else ()
    return {id: mark for id, values in pairs if (mark := _mark(values))}


def _mark(values: object) -> Bookmark | None:
    match values:
        case [str(edition), int(block), int(letter), str(section), int(share) | float(share), *more]:
            if block >= 0 and letter >= -1 and 0 <= share <= 1:
                words = more[0] if more and isinstance(more[0], str) else ""
                return Bookmark(edition, block, letter, section, float(share), words)
    return None


def save(file: Path, changed: Mapping[str, Bookmark]) -> None:
    """Write changed bookmarks behind those of the file, which another program may have written; raises OSError."""
    kept: dict[str, Bookmark] = {}
    with suppress(FileNotFoundError, ValueError):
        kept = _read(file)
    for id, mark in changed.items():
        kept.pop(id, None)
        kept[id] = mark
    # Not durable: to leave must not wait for the disk.
    replace_private(file, json.dumps(dict(list(kept.items())[-MOST:])), durable=False)
