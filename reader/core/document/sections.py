"""The sections of a full text, so that one can be read without the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reader.core.document.model import Document, Heading, plain


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text that begins with a heading, or what precedes the first one."""

    number: int
    level: int
    """1 for a section, 2 for a subsection; 0 for what precedes the first heading."""
    title: str
    document: Document
    """The text of this section, without its subsections."""


def sections(document: Document) -> Iterator[Section]:
    """The sections of a text in its order, numbered from 0."""
    blocks = document.blocks
    starts = [index for index, block in enumerate(blocks) if isinstance(block, Heading)]
    ends = [*starts, len(blocks)]
    yield Section(0, 0, document.title, _part(document, 0, ends[0]))
    for number, start in enumerate(starts, 1):
        heading = blocks[start]
        if isinstance(heading, Heading):
            title = " ".join(filter(None, (heading.number, "".join(plain(heading.spans)))))
            yield Section(number, heading.level, title, _part(document, start, ends[number]))


def with_subsections(found: Sequence[Section], number: int) -> Iterator[Section]:
    """A section and those within it; nothing if there is none of this number."""
    for one in found[number : number + 1]:
        yield one
        for inner in found[number + 1 :]:
            if inner.level <= max(1, one.level) or not one.level:
                return
            yield inner


def _part(document: Document, start: int, end: int) -> Document:
    return replace(document, title="", blocks=document.blocks[start:end])
