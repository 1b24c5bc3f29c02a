"""Find words within a full text: on the lines as they are drawn, but only those of blocks that may have the words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import texts
from reader.core.text import fold
from reader.ui.kit.lines import pattern

MOST_COUNTED = 1_000
"""Lines with the words that are counted: more would take a large text most of a second."""

_SYMBOLS = re.compile(r"[^\x00-\x7f]|\d")
_TEX = re.compile(r"[\\_^]")


class Search(NamedTuple):
    """The words that are looked for, and where the search began."""

    text: str = ""
    is_typing: bool = False
    block: int = 0
    letter: int = 0
    before: str = ""
    """The words that were looked for before these were typed."""

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What finds the text, at the beginning of words; None if it has no letters."""
        return pattern((self.text,)) if self.text.strip() else None


class _Block(NamedTuple):
    """The text of a block, folded, and where its lines begin in it."""

    folded: str
    starts: list[int]


class TextIndex:
    """The folded words of one layout; a block is laid out only if its text has what is looked for."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._blocks: dict[int, _Block] = {}
        self._texts: dict[int, str] = {}

    def _text(self, block: int) -> str:
        """The text of a block in any layout; words that change their style within are together and apart."""
        found = self._texts.get(block)
        if found is None:
            parts = [*texts(self._layout.document.blocks[block])]
            front = [line.text for line in self._layout.front] if block == 0 else []
            found = self._texts[block] = fold(f"{' '.join([*front, *parts])} {''.join(parts)}")
        return found

    def _may_match(self, searched: re.Pattern[str], block: int) -> bool:
        """Whether lines of a block may match: formulas are drawn with signs that their TeX does not have."""
        return searched.search(self._text(block)) is not None or (
            _SYMBOLS.search(searched.pattern) is not None and _TEX.search(self._text(block)) is not None
        )

    def _block(self, block: int) -> _Block:
        found = self._blocks.get(block)
        if found is None:
            text, starts = "", []
            for line in self._layout.lines(block):
                starts.append(len(text))
                text += fold(line.text.strip()) + " "
            found = self._blocks[block] = _Block(text, starts)
        return found

    def matches(self, searched: re.Pattern[str], block: int) -> list[TextPlace]:
        """The lines of a block in which a match begins."""
        if not self._may_match(searched, block):
            return []
        text, starts = self._block(block)
        lines = (bisect_right(starts, match.start()) - 1 for match in searched.finditer(text))
        return [TextPlace(block, line) for line in dict.fromkeys(lines)]

    def first_matches(self, searched: re.Pattern[str]) -> list[TextPlace]:
        """The lines of the whole text in which a match begins, at most `MOST_COUNTED`."""
        places = (place for block in self._order(0, 1) for place in self.matches(searched, block))
        return list(islice(places, MOST_COUNTED))

    def following(self, searched: re.Pattern[str], place: TextPlace, step: int) -> TextPlace | None:
        """The nearest match below a place (1) or above it (-1), around the ends; None if there is none."""
        for block in self._order(place.block, step):
            found = self.matches(searched, block)
            for match in found if step > 0 else reversed(found):
                if block != place.block or (match > place if step > 0 else match < place):
                    return match
        return next(iter(self.matches(searched, place.block)[:: step or 1]), None)

    def _order(self, first: int, step: int) -> Iterator[int]:
        """All blocks from one on, around the ends."""
        count = len(self._layout.document.blocks)
        return ((first + step * number) % count for number in range(count))
