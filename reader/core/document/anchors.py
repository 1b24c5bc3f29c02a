"""Where highlights are in a full text, and in the lines that are drawn of it.

A text is its words, whatever the width and the source: without case, accents and punctuation. A passage is looked for
where it was last; then everywhere, by its exact words, of several places the one with the words around it; then by
most of its words, for another version changes some, and a PDF breaks others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from reader.core.document.block_lines import DocumentLine
from reader.core.document.model import Document
from reader.core.document.search import block_texts
from reader.core.passages import CONTEXT, WORD, Passage, passage_id
from reader.core.text import fold

_NEAR_LINES = 3
"""Blocks after the one in which a passage was last that are searched first, besides those that it fills."""

_END = 60
"""Words of each end by which a passage is found whose words have changed; a longer one is its two ends."""

_RUN = 3
"""Words in a row that must be the same to suppose a passage there."""

_MOST_PLACES = 50
"""Places of some words that are looked at: more are too common to tell anything."""

_ENOUGH = 0.6
"""The share of a passage's words that must be there, in their order."""

_LARGEST_MATCH = 4_000_000
"""Pairs of words that are compared to find the drawn ones of a block; a larger table is marked as a whole."""


class Point(NamedTuple):
    """A word of a text."""

    block: int
    word: int
    """Its number among the words of the block."""


class Range(NamedTuple):
    """The words from the first one to the last."""

    first: Point
    last: Point


class DrawnWord(NamedTuple):
    """A word in a line of a block."""

    line: int
    start: int
    end: int
    """Letters of the line before it, and up to its end."""
    word: int
    """Its number among the words of the block."""


class _Block(NamedTuple):
    text: str
    places: tuple[tuple[int, int], ...]
    """The (start, end) of each word in the text."""
    words: tuple[str, ...]


def _folded(word: str) -> str:
    return "".join(WORD.findall(fold(word))) or word


class TextWords:
    """The words of a document; each block is read when it is first asked for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._blocks: dict[int, _Block] = {}

    def block(self, index: int) -> _Block:
        """The words of a block."""
        found = self._blocks.get(index)
        if found is None:
            text = " ".join(" ".join(block_texts(self.document.blocks[index])).split())
            places = tuple(match.span() for match in WORD.finditer(text))
            words = tuple(_folded(text[start:end]) for start, end in places)
            found = self._blocks[index] = _Block(text, places, words)
        return found

    # What is selected

    def passage(self, chosen: Range, section: str) -> Passage:
        """The passage that some words are."""
        parts = []
        for index in range(chosen.first.block, chosen.last.block + 1):
            block = self.block(index)
            first = chosen.first.word if index == chosen.first.block else 0
            last = chosen.last.word if index == chosen.last.block else len(block.words) - 1
            if first <= last:
                parts.append(_with_signs(block.text, block.places[first][0], block.places[last][1]))
        quote = "\n\n".join(parts)
        before = [word for _, word in _some(self._backwards(chosen.first))][::-1]
        after = [word for _, word in _some(self._forwards(chosen.last))]
        context = " ".join(before), " ".join(after)
        return Passage(passage_id(quote), quote, *context, section=section, block=chosen.first.block)

    def _backwards(self, point: Point) -> Iterator[tuple[Point, str]]:
        """The words before one, the nearest first."""
        for index in range(point.block, -1, -1):
            words = self.block(index).words
            end = point.word if index == point.block else len(words)
            yield from ((Point(index, place), words[place]) for place in range(end - 1, -1, -1))

    def _forwards(self, point: Point) -> Iterator[tuple[Point, str]]:
        """The words after one."""
        for index in range(point.block, len(self.document.blocks)):
            words = self.block(index).words
            start = point.word + 1 if index == point.block else 0
            yield from ((Point(index, place), words[place]) for place in range(start, len(words)))

    # Looking for a passage

    def near(self, passage: Passage) -> Range | None:
        """Where a passage is if it has not moved: the same words, and the same words around them."""
        if passage.block >= len(self.document.blocks):
            return None
        quote, before, after = _words(passage.quote), _words(passage.before), _words(passage.after)
        hint = Point(passage.block, 0)
        lead = _some(self._backwards(hint))[::-1]
        most = len(self.block(hint.block).words) + len(quote) + CONTEXT
        found = [*lead, *_some(self._forwards(Point(hint.block, -1)), most)]
        words = [word for _, word in found]
        for place in _places(words, quote):
            end = place + len(quote)
            if words[max(0, place - len(before)) : place] == before and words[end : end + len(after)] == after:
                return Range(found[place][0], found[end - 1][0])
        return None

    def find(self, passage: Passage) -> Range | None:
        """Where a passage is in another text; None if its words are not there any more."""
        quote = _words(passage.quote)
        before, after = _words(passage.before), _words(passage.after)
        if not quote:
            return None
        exact = [(self._around(place, len(quote), before, after), place) for place in self._all.places(quote)]
        if exact:
            score, place = max(exact, key=lambda one: (one[0], -one[1]))
            # A word or two are everywhere.
            is_sure = score or len(quote) > _RUN or len(exact) == 1 or not (before or after)
            return self._range(place, place + len(quote) - 1) if is_sure else None
        if len(quote) <= 2 * _END:
            return self._range(*found) if (found := self._alike(quote)) else None
        head, tail = self._alike(quote[:_END]), self._alike(quote[-_END:])
        if head is None or tail is None or not head[0] <= tail[0] <= head[0] + 2 * len(quote):
            return None
        return self._range(head[0], tail[1])

    def _alike(self, quote: Sequence[str]) -> tuple[int, int] | None:
        """The first and the last word of a place that has most of some words in their order."""
        votes: Counter[int] = Counter()
        for start in range(len(quote) - _RUN + 1):
            for place in self._all.places(quote[start : start + _RUN]):
                # Some words more or less do not make it another place.
                votes[(place - start) // _RUN] += 1
        for bucket, _ in votes.most_common(3):
            first = max(0, bucket * _RUN - len(quote) // 4 - _RUN)
            window = self._all.words[first : first + 2 * _RUN + len(quote) * 3 // 2]
            same = [
                one for one in SequenceMatcher(None, quote, window, autojunk=False).get_matching_blocks() if one.size
            ]
            if sum(one.size for one in same) >= _ENOUGH * len(quote):
                lead, end = same[0], same[-1]
                start = max(0, lead.b - lead.a)
                stop = min(len(window), end.b + len(quote) - end.a)
                return first + start, first + max(start, stop - 1)
        return None

    def _around(self, place: int, size: int, before: Sequence[str], after: Sequence[str]) -> int:
        """How many of the words around a passage are around a place."""
        words, end = self._all.words, place + size
        led = words[max(0, place - len(before)) : place]
        return sum(one == other for one, other in zip(reversed(before), reversed(led), strict=False)) + sum(
            one == other for one, other in zip(after, words[end : end + len(after)], strict=False)
        )

    def _range(self, first: int, last: int) -> Range:
        return Range(self._point(first), self._point(last))

    def _point(self, word: int) -> Point:
        block = bisect_right(self._starts, word) - 1
        return Point(block, word - self._starts[block])

    @cached_property
    def _starts(self) -> list[int]:
        """The words before each block, and all of them."""
        sizes = (len(self.block(index).words) for index in range(len(self.document.blocks)))
        return list(accumulate(sizes, initial=0))[:-1]

    @cached_property
    def _all(self) -> _Joined:
        return _Joined([word for index in range(len(self.document.blocks)) for word in self.block(index).words])


class _Joined:
    """All words of a text as one, in which words are looked for a hundred times as quickly."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._text = f" {' '.join(words)} "
        self._starts = list(accumulate((len(word) + 1 for word in words), initial=0))

    def places(self, words: Sequence[str]) -> list[int]:
        """The first places where some words follow each other."""
        sought = f" {' '.join(words)} "
        found: list[int] = []
        at = self._text.find(sought)
        while at >= 0 and len(found) < _MOST_PLACES:
            found.append(bisect_right(self._starts, at) - 1)
            at = self._text.find(sought, at + 1)
        return found


def _places(words: Sequence[str], sought: Sequence[str]) -> list[int]:
    return _Joined(words).places(sought) if sought else []


def _some(words: Iterator[tuple[Point, str]], most: int = CONTEXT) -> list[tuple[Point, str]]:
    return [one for one, _ in zip(words, range(most), strict=False)]


def _words(text: str) -> list[str]:
    return [_folded(word) for word in WORD.findall(text)]


def _with_signs(text: str, start: int, end: int) -> str:
    """Some words with the signs that are written to them, such as brackets and the full stop."""
    while start and not text[start - 1].isspace() and not WORD.match(text[start - 1]):
        start -= 1
    while end < len(text) and not text[end].isspace() and not WORD.match(text[end]):
        end += 1
    return text[start:end]


# What is drawn


def drawn_words(lines: Sequence[DocumentLine], words: Sequence[str], front: int = 0) -> list[DrawnWord]:
    """The words of a block in its lines, in the order of the lines; the first `front` lines are none of the block.

    A formula that stands in lines of its own has other words there, and the cells of a table another order: those of
    them that are the same are found.
    """
    drawn = [
        (number, match.start(), match.end(), _folded(match.group()))
        for number, line in enumerate(lines[front:], front)
        for match in WORD.finditer(line.text)
    ]
    seen = [word for *_, word in drawn]
    if seen == list(words):
        return [DrawnWord(line, start, end, place) for place, (line, start, end, _) in enumerate(drawn)]
    if len(seen) * len(words) > _LARGEST_MATCH:
        return []
    return [
        DrawnWord(*drawn[same.a + step][:3], same.b + step)
        for same in SequenceMatcher(None, seen, words, autojunk=False).get_matching_blocks()
        for step in range(same.size)
    ]
