"""Bookmarks: where each full text was left, kept in a small JSON file.

In another version of a text, the place is found again by its section.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.paths import read_start, replace_private

if TYPE_CHECKING:
    from reader.core.document.model import Document, Heading, Section

MOST = 1_000
"""Bookmarks that are kept, the latest ones."""

MAX_SIZE = 4 << 20
"""Bytes, more than all bookmarks can take; a larger file is not ours."""


ASIDE = ".unreadable"
"""What is put behind the name of a file that has no bookmarks, before another takes its place."""


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


def edition(document: Document, source: str) -> str:
    """What distinguishes a text from other versions of the paper, and from the same one of another source."""
    return f"{source} v{document.version or '?'} {len(document.blocks)}"


def bookmark(document: Document, source: str, block: int, letter: int) -> Bookmark:
    """The bookmark of a place in a document."""
    section = next((one for one in reversed(document.sections) if one.start <= block < one.end), None)
    first, last = (section.start, section.end) if section else (0, len(document.blocks))
    sizes = document.sizes[first:last]
    before = sum(sizes[: block - first]) + max(0, letter)
    share = min(1.0, before / sum(sizes)) if sum(sizes) else 0.0
    return Bookmark(edition(document, source), block, letter, _name(section), round(share, 4))


def find(mark: Bookmark, document: Document, source: str) -> tuple[int, int]:
    """The block and the letters before a bookmark; in another version, the same share of the same section."""
    blocks = len(document.blocks)
    if mark.edition == edition(document, source) and mark.block < blocks:
        return mark.block, mark.letter
    section = _same_section(mark.section, document.sections)
    if mark.section and section is None:
        # The section is gone, and its share says nothing of the whole.
        return 0, -1
    first, last = (section.start, section.end) if section else (0, blocks)
    sizes = document.sizes[first:last]
    letters = int(mark.share * sum(sizes))
    ends = list(accumulate(sizes))
    block = next((place for place, end in enumerate(ends) if end > letters), len(ends) - 1)
    return first + max(0, block), max(0, letters - (ends[block] - sizes[block])) if sizes else 0


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
        return dict(_valid(_read(file)))
    except (OSError, ValueError):
        return {}


def _read(file: Path) -> Mapping[object, object]:
    """What a file of bookmarks has; raises OSError, and ValueError for a file that is none."""
    try:
        found = json.loads(read_start(file, MAX_SIZE).decode())
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict) or (found and not any(_valid(found))):
        raise ValueError("no bookmarks")
    return found


def _valid(found: Mapping[object, object]) -> Iterator[tuple[str, Bookmark]]:
    for id, values in found.items():
        match id, values:
            case str(), [str(edition), int(block), int(letter), str(section), int(share) | float(share), *_]:
                if block >= 0 and letter >= -1 and 0 <= share <= 1:
                    yield id, Bookmark(edition, block, letter, section, float(share))


def save(file: Path, changed: Mapping[str, Bookmark]) -> None:
    """Write changed bookmarks behind those of the file, which another program may have written; raises OSError.

    A file that has no bookmarks is not lost: it gets another name. One that can't be read stays as it is. What a newer
    program has in it stays there.
    """
    before: dict[object, Any] = {}
    try:
        before = dict(_read(file))
    except FileNotFoundError:
        pass
    except ValueError:
        if file.stat().st_size:
            file.replace(file.with_name(f"{file.name}{ASIDE}"))
    for id, mark in changed.items():
        old = before.pop(id, None)
        before[id] = [*mark, *(old[len(mark) :] if isinstance(old, list) else ())]
    ours = dict(_valid(before))
    for id in list(ours)[:-MOST]:
        del before[id], ours[id]
    text = json.dumps(before, ensure_ascii=True, indent=0)
    if len(text) > MAX_SIZE:
        text = json.dumps(ours, ensure_ascii=True, indent=0)
    # Not durable: to leave must not wait for the disk.
    replace_private(file, text, durable=False)
