"""Where the words of a few texts stand, to tell which words and phrases texts share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from reader.cache.finding.segment import TITLE_WEIGHT
from reader.cache.finding.splitter import Splitter
from reader.cache.search.sql_functions import split_words

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
        """How often each stem stands there; those of titles count by their weight."""
        for (_, where, _), stem in self.stems.items():
            self.counts[stem] = self.counts.get(stem, 0) + (TITLE_WEIGHT if where == "title" else 1)
        self._spans = {
            (number, where): _spans(column)
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
        """A run of words as its text has it, but for capitals of titles and sentences."""
        number, where, first = run[0]
        spans = self._spans[number, where]
        if spans is None:
            return " ".join(self.stems[place] for place in run)
        text = self._texts[number][0 if where == "title" else 1]
        return _CAPITAL.sub(lambda word: word[0].lower(), text[spans[first][0] : spans[run[-1][2]][1]])

    def _are_joined(self, one: Place, other: Place) -> bool:
        """Whether no comma or bracket is between two words."""
        number, where, at = one
        spans = self._spans[number, where]
        if spans is None:
            return True
        text = self._texts[number][0 if where == "title" else 1]
        return _BETWEEN.fullmatch(text, spans[at][1], spans[other[2]][0]) is not None


def _next(place: Place) -> Place:
    number, where, before = place
    return number, where, before + 1


def _spans(text: str) -> list[tuple[int, int]] | None:
    """Where each word begins and ends; None for a text whose words the tokenizer splits in another way."""
    spans = [found.span() for found in _WORD.finditer(text)]
    return spans if len(spans) == len(split_words(text)) else None
