"""Find the words of highlights and searches in a full text.

Texts are compared as words without case, accents and punctuation, so width and source do not matter. A passage is
searched for in its last place, and then by its exact words around the blocks that have one of its two rarest words. A
passage whose words have changed is listed as lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, groupby, islice
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


_MAX_COUNTED_WORDS = 8
"""Maximum words of a passage, the longest ones, of which the two rarest tell where the passage may be."""


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


class _Run:
    """The words of consecutive blocks as one text, which makes a search a hundred times as fast."""

    def __init__(self, first: int, blocks: Sequence[Sequence[str]]) -> None:
        words = [word for block in blocks for word in block]
        self._first = first
        self._blocks = list(accumulate(map(len, blocks), initial=0))
        self._text = f" {' '.join(words)} "
        self._letters = list(accumulate((len(word) + 1 for word in words), initial=0))

    def places(self, words: Sequence[str]) -> list[Range]:
        """The first places where these words occur in a row."""
        text = f" {' '.join(words)} "
        places: list[Range] = []
        at = self._text.find(text)
        while words and at >= 0 and len(places) < _MAX_COMPARED_PLACES:
            word = bisect_right(self._letters, at) - 1
            places.append(Range(self._point(word), self._point(word + len(words) - 1)))
            at = self._text.find(text, at + 1)
        return places

    def _point(self, word: int) -> Point:
        block = bisect_right(self._blocks, word) - 1
        return Point(self._first + block, word - self._blocks[block])


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
        """The range of a passage; None if its words are gone.

        Its last block is searched first. Of several places elsewhere, one in the same section is taken, or the nearest.
        """
        quote = _words(passage.quote)
        found = self._run(passage.block, self._end(passage.block, len(quote))).places(quote)
        if found and found[0].first.block == passage.block:
            return found[0]

        def rank(place: Range) -> tuple[bool, int]:
            block = place.first.block
            return self._section(block) != passage.section, abs(block - passage.block)

        near = self._around(self._blocks_with_rare_words(passage.quote), len(quote))
        runs = [[block for _, block in run] for _, run in groupby(enumerate(near), lambda pair: pair[1] - pair[0])]
        places = (place for run in runs for place in self._run(run[0], run[-1] + 1).places(quote))
        return min(islice(places, _MAX_COMPARED_PLACES), key=rank, default=None)

    def _run(self, first: int, end: int) -> _Run:
        return _Run(first, [self.words(block) for block in range(first, end)])

    def _end(self, block: int, more: int) -> int:
        """The end of the blocks with at least `more` words after a block."""
        end = block + 1
        while end < len(self.document.blocks) and more > 0:
            more -= len(self.words(end))
            end += 1
        return min(end, len(self.document.blocks))

    @cached_property
    def _folded(self) -> Sequence[str]:
        """The text of each block with its formulas as TeX, which takes a fraction of the time to read its words."""
        return [fold("".join(texts(block))) for block in self.document.blocks]

    def _blocks_with_rare_words(self, quote: str) -> Collection[int]:
        """The blocks where a passage may be: blocks with one of its two rarest words, or all if it has no plain words.

        Letters that are not ASCII may come from a formula, whose TeX does not have them. The second word is for the
        few words that a formula adds, such as `choose` for a binomial coefficient.
        """
        plain = {word.lower() for word in WORD.findall(quote) if word.isascii() and word.isalpha()}
        longest = sorted(plain, key=lambda word: (-len(word), word))[:_MAX_COUNTED_WORDS]
        blocks = [{block for block, text in enumerate(self._folded) if word in text} for word in longest]
        return set().union(*sorted(blocks, key=len)[:2]) if blocks else range(len(self.document.blocks))

    def _around(self, blocks: Collection[int], count: int) -> Sequence[int]:
        """These blocks, and the blocks up to `count` words before and after them."""
        near = set(blocks)
        every = range(len(self.document.blocks))
        for order in (every, reversed(every)):
            left = 0
            for block in order:
                if block in blocks:
                    left = count
                elif left > 0:
                    near.add(block)
                    left -= len(self.words(block))
        return sorted(near)


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
