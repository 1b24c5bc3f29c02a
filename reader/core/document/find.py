"""Find the words of highlights and searches in a full text.

Texts are compared as words without case, accents and punctuation, so width and source do not matter. A passage is
searched for in its last place, and then in the whole text. A passage whose words have changed is listed as lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from reader.core.document.layout import DocumentLine
from reader.core.document.model import Block, Document, Heading, own_texts, shown_text, texts, walk
from reader.core.passages import WORD, Passage, passage_id
from reader.core.text import fold


def searched_text(document: Document) -> str:
    """The text of a document, one line per paragraph, without the title, which the papers' index has."""
    return "\n".join(text for block in document.blocks for text in block_texts(block) if text)


def block_texts(block: Block) -> Iterator[str]:
    """The texts of a block and its parts; a word with several styles stays whole."""
    for label, spans in (text for inner in walk(block) for text in own_texts(inner)):
        yield " ".join(filter(None, (label, shown_text(spans))))


# Words

LETTERS_AROUND_HIT = 70
"""Letters of the text on each side of a hit."""

_TEX = re.compile(r"[\\_^]")

Finder = Callable[[str], Sequence[tuple[int, int]]]
"""Finds a word in a text; returns the (start, end) of each match."""


class Hit(NamedTuple):
    """A block with all searched words."""

    section: Heading | None
    text: str
    """The words with the text around them."""
    marks: tuple[tuple[int, int], ...]
    """The (start, end) of each word in the text."""
    block: int
    """The index of the block in the document."""


def find(document: Document, finders: Sequence[Finder], *, in_formulas: bool = False) -> Iterator[Hit]:
    """Find the blocks with at least one match for each word, in reading order.

    Only blocks with all words get formulas as Unicode, so that a text takes 1 ms instead of 30. With `in_formulas` all
    blocks do, for words that only exist as symbols.
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
        matches = [finder(text) for finder in finders]
        if all(matches):
            yield _hit(index, section, text, sorted(mark for marks in matches for mark in marks))


def _hit(block: int, section: Heading | None, text: str, marks: Sequence[tuple[int, int]]) -> Hit:
    """The words around the first mark, cut between words."""
    first, last = marks[0]
    start = text.rfind(" ", 0, first - LETTERS_AROUND_HIT) + 1 if first > LETTERS_AROUND_HIT else 0
    end = text.find(" ", last + LETTERS_AROUND_HIT)
    end = len(text) if end < 0 else end
    start, end = max(start, first - 2 * LETTERS_AROUND_HIT), min(end, last + 2 * LETTERS_AROUND_HIT)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    visible = tuple((first + shift, last + shift) for first, last in marks if start <= first and last <= end)
    return Hit(section, f"{before}{text[start:end]}{after}", visible, block)


_MAX_COMPARED_PLACES = 2_000
"""Maximum places with all words of a passage, of which the nearest is taken."""

_MAX_COMPARED_PAIRS = 4_000_000
"""Maximum pairs of words compared to locate the drawn words of a block; a larger table is highlighted as a whole."""


class Point(NamedTuple):
    """A word of a text."""

    block: int
    word: int
    """Its number within the block."""


class Range(NamedTuple):
    """The words from the first to the last, including both."""

    first: Point
    last: Point


class DrawnWord(NamedTuple):
    """A word in a line of a block."""

    line: int
    start: int
    end: int
    """Offsets in the line's text."""
    word: int
    """Its number within the block."""


def _fold_word(word: str) -> str:
    return word.lower() if word.isascii() else "".join(WORD.findall(fold(word))) or word


class TextWords:
    """The words of a document; each block is read when first needed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._words: dict[int, tuple[str, ...]] = {}

    def text(self, index: int) -> str:
        return " ".join(" ".join(block_texts(self.document.blocks[index])).split())

    def words(self, index: int) -> tuple[str, ...]:
        words = self._words.get(index)
        if words is None:
            words = self._words[index] = tuple(map(_fold_word, WORD.findall(self.text(index))))
        return words

    def passage(self, chosen: Range) -> Passage:
        """The passage made of the chosen words."""
        parts = []
        for index in range(chosen.first.block, chosen.last.block + 1):
            text = self.text(index)
            places = [match.span() for match in WORD.finditer(text)]
            first = chosen.first.word if index == chosen.first.block else 0
            last = chosen.last.word if index == chosen.last.block else len(places) - 1
            if first <= last:
                parts.append(_with_signs(text, places[first][0], places[last][1]))
        quote = "\n\n".join(parts)
        block = chosen.first.block
        return Passage(passage_id(quote), quote, section=self._section(block), block=block)

    def _section(self, block: int) -> str:
        section = self.document.section_of(block)
        return section.name if section is not None else ""

    def find(self, passage: Passage) -> Range | None:
        """The range of a passage that begins in its last block; None if it has moved, or its words are gone."""
        words, count = _words(passage.quote), len(self.document.blocks)
        end, missing = passage.block + 1, len(words)
        while end < count and missing > 0:
            missing -= len(self.words(end))
            end += 1
        found = self._places(words, range(passage.block, min(end, count)))
        return found[0] if found and found[0].first.block == passage.block else None

    def find_anywhere(self, passage: Passage) -> Range | None:
        """The range of a passage in the same section, or else the nearest to its last block; None without its words.

        It reads the whole text, which takes two seconds for two million letters: call it in a thread.
        """

        def rank(place: Range) -> tuple[bool, int]:
            block = place.first.block
            return self._section(block) != passage.section, abs(block - passage.block)

        return min(self._places(_words(passage.quote), range(len(self.document.blocks))), key=rank, default=None)

    def _places(self, words: Sequence[str], blocks: range) -> list[Range]:
        """The first places where these words occur in a row.

        The words of the blocks are searched as one text, which is a hundred times as fast as comparing words.
        """
        before = list(accumulate((len(self.words(block)) for block in blocks), initial=0))
        every = [word for block in blocks for word in self.words(block)]
        offsets = list(accumulate((len(word) + 1 for word in every), initial=0))
        text, searched = f" {' '.join(every)} ", f" {' '.join(words)} "

        def point(number: int) -> Point:
            at = bisect_right(before, number) - 1
            return Point(blocks[at], number - before[at])

        places: list[Range] = []
        found = text.find(searched)
        while words and found >= 0 and len(places) < _MAX_COMPARED_PLACES:
            first = bisect_right(offsets, found) - 1
            places.append(Range(point(first), point(first + len(words) - 1)))
            found = text.find(searched, found + 1)
        return places


def _words(text: str) -> list[str]:
    return [_fold_word(word) for word in WORD.findall(text)]


def _with_signs(text: str, start: int, end: int) -> str:
    """These words with adjacent punctuation, such as brackets and the full stop."""
    while start and not text[start - 1].isspace() and not WORD.match(text[start - 1]):
        start -= 1
    while end < len(text) and not text[end].isspace() and not WORD.match(text[end]):
        end += 1
    return text[start:end]


# Drawn words


def drawn_words(lines: Sequence[DocumentLine], words: Sequence[str], front: int = 0) -> list[DrawnWord]:
    """A block's words in its drawn lines, in line order; the first `front` lines do not belong to the block.

    A displayed formula is drawn with other words, and the cells of a table in another order; there, only the matching
    words are found.
    """
    drawn = [
        (number, match.start(), match.end(), _fold_word(match.group()))
        for number, line in enumerate(lines[front:], front)
        for match in WORD.finditer(line.text)
    ]
    seen = [word for *_, word in drawn]
    if seen == list(words):
        return [DrawnWord(line, start, end, place) for place, (line, start, end, _) in enumerate(drawn)]
    if len(seen) * len(words) > _MAX_COMPARED_PAIRS:
        return []
    return [
        DrawnWord(*drawn[same.a + step][:3], same.b + step)
        for same in SequenceMatcher(None, seen, words, autojunk=False).get_matching_blocks()
        for step in range(same.size)
    ]
