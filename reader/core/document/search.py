"""The text of a document that is searched, and its paragraphs that have some words.

It is what a reader sees, in reading order, with formulas as Unicode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reader.core.document.formula import formula_text
from reader.core.document.model import Block, Document, Heading, own_texts, texts, walk


def searched_text(document: Document) -> str:
    """The text of a document, one line for each paragraph, without the title, which the papers' index has."""
    return "\n".join(text for block in document.blocks for text in block_texts(block) if text)


def block_texts(block: Block) -> Iterator[str]:
    """The texts of a block and its parts; a word whose style changes in the middle stays one."""
    for label, spans in (one for inner in walk(block) for one in own_texts(inner)):
        text = "".join(formula_text(span.text) if span.style == "formula" else span.text for span in spans)
        yield " ".join(filter(None, (label, text)))


# Words

AROUND = 70
"""Letters of the text on each side of a hit."""

_TEX = re.compile(r"[\\_^]")

Finder = Callable[[str], Sequence[tuple[int, int]]]
"""Finds a word in a text: the (start, end) of each place."""


class Hit(NamedTuple):
    """A block that has all the words."""

    section: Heading | None
    text: str
    """The words with those around them."""
    marks: tuple[tuple[int, int], ...]
    """The (start, end) of each word in the text."""
    block: int
    """The index of the block among the document's own."""


def find(document: Document, finders: Sequence[Finder], *, in_formulas: bool = False) -> Iterator[Hit]:
    """Find the blocks with at least one match for each word, in reading order.

    Only formulas of blocks that have all words become Unicode: a text takes 1 ms instead of 30. With `in_formulas` they
    all do, for words that only show as signs.
    """
    section: Heading | None = None
    for index, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            section = block
        source = " ".join(texts(block))
        may_show = in_formulas and _TEX.search(source)
        if not finders or not (may_show or all(finder(source) for finder in finders)):
            continue
        text = " ".join(" ".join(block_texts(block)).split())
        found = [finder(text) for finder in finders]
        if all(found):
            yield _hit(index, section, text, sorted(mark for marks in found for mark in marks))


def _hit(block: int, section: Heading | None, text: str, marks: Sequence[tuple[int, int]]) -> Hit:
    """The words around the first mark, cut between words."""
    first, last = marks[0]
    start = text.rfind(" ", 0, first - AROUND) + 1 if first > AROUND else 0
    end = text.find(" ", last + AROUND)
    end = len(text) if end < 0 else end
    start, end = max(start, first - 2 * AROUND), min(end, last + 2 * AROUND)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple((here + shift, there + shift) for here, there in marks if start <= here and there <= end)
    return Hit(section, f"{before}{text[start:end]}{after}", kept, block)
