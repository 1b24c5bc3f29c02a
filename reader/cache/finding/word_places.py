"""Where the words of a few texts are, to find which words and phrases texts share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from reader.cache.finding.segment import TITLE_WEIGHT
from reader.cache.finding.splitter import Splitter
from reader.core.text import fold

Place = tuple[int, str, int]
"""A text's number, `title` or `abstract`, and how many words are before."""

_WORD = re.compile(r"[^\W_]+")
_CAPITAL = re.compile(r"\b[A-Z][a-z]+\b")
_BETWEEN = re.compile(r"\s+|[-‐‑]")


class WordPlaces:
    """The stems of titles and abstracts by their places."""

    def __init__(self, splitter: Splitter, texts: Sequence[tuple[str, str]]) -> None:
        self._texts = texts
        self.stems: dict[Place, str] = {
            (text, where, before): stem
            for stem, text, where, before in splitter.split(texts)
            if where in ("title", "abstract")
        }
        self.counts: dict[str, int] = {}
        """How often each stem is there; those of titles count by their weight."""
        for (_, where, _), stem in self.stems.items():
            self.counts[stem] = self.counts.get(stem, 0) + (TITLE_WEIGHT if where == "title" else 1)
        self._spans = {
            (number, where): [found.span() for found in _WORD.finditer(column)]
            for number, text in enumerate(texts)
            for where, column in zip(("title", "abstract"), text, strict=True)
        }

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """Stems side by side."""
        return {
            (stem, self.stems[after]) for place, stem in self.stems.items() if (after := _next(place)) in self.stems
        }

    def runs(self, stems: Collection[str], pairs: Collection[tuple[str, str]], longest: int) -> Iterator[list[Place]]:
        """Each place of some stems, and the places after it as far as they are pairs; places of the abstract first."""
        for place in sorted(self.stems):
            if self.stems[place] not in stems:
                continue
            run = [place]
            while len(run) < longest and (after := _next(run[-1])) in self.stems:
                is_pair = (self.stems[run[-1]], self.stems[after]) in pairs
                if not is_pair or self.stems[after] not in stems or not self._are_joined(run[-1], after):
                    break
                run.append(after)
            yield run

    def written(self, run: Sequence[Place]) -> str:
        """A run of words as its text has it, except capitals of titles and sentences."""
        number, where, first = run[0]
        spans = self._spans[number, where]
        if not all(map(self._is_found, run)):
            return " ".join(self.stems[place] for place in run)
        return _CAPITAL.sub(lambda word: word[0].lower(), self._text(run[0])[spans[first][0] : spans[run[-1][2]][1]])

    def _text(self, place: Place) -> str:
        return self._texts[place[0]][0 if place[1] == "title" else 1]

    def _is_found(self, place: Place) -> bool:
        """Whether a word is where the text has it; in rare scripts the tokenizer splits words in another way."""
        spans = self._spans[place[:2]]
        if place[2] >= len(spans):
            return False
        begin, _ = spans[place[2]]
        return fold(self._text(place)[begin])[:1] == self.stems[place][:1]

    def _are_joined(self, one: Place, other: Place) -> bool:
        """Whether no comma or bracket is between two words."""
        spans = self._spans[one[:2]]
        if not (self._is_found(one) and self._is_found(other)):
            return True
        return _BETWEEN.fullmatch(self._text(one), spans[one[2]][1], spans[other[2]][0]) is not None


def _next(place: Place) -> Place:
    number, where, before = place
    return number, where, before + 1
