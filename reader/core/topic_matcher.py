"""Phrases found in a paper: all of them in one pass, in native code, and how strongly each stands there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2

from reader.core.keywords import normal
from reader.core.topic_rules import Phrase, variants

_IN_TITLE = 3
"""Mentions that one in the title counts for."""
_ENOUGH = 15
"""Mentions from which on more of them add nothing."""
STRENGTH = tuple(log2(1 + mentions) for mentions in range(_ENOUGH)) + (log2(1 + _ENOUGH),) * 5_000
"""How often a phrase's points count, by mentions: 1, 1.6, 2, 2.3, …"""

# These part the fields, and the keywords from each other, so that no phrase reaches over.
_FIELD, _KEYWORD = " \x1c ", " \x1d "

_LONGEST = 10_000
"""Characters of a field that are looked at: three times the longest abstract of the feed."""


@dataclass(slots=True)
class Found:
    """The parts of phrases that stand in a paper, by number."""

    numbers: dict[str, int]
    """The number of each part."""
    matches: list[tuple[int, int, int]]
    """Part, start and end of each match, in the paper's text."""
    title_end: int
    keywords_end: int
    mentions: dict[int, int]
    titled: set[int]
    """The parts that stand in the title."""

    def strength(self, phrase: Phrase) -> float:
        """How often the phrase's points count: that of its weakest part; 0 where one is missing."""
        parts = [self.numbers[part] for part in phrase.parts]
        if phrase.in_title:
            return 1.0 if self.titled.issuperset(parts) else 0.0
        return min(STRENGTH[self.mentions.get(part, 0)] for part in parts)

    def where(self, phrase: Phrase) -> tuple[str, ...]:
        """The fields that hold a part of the phrase."""
        parts = {self.numbers[part] for part in phrase.parts}
        fields = {self._field(start) for part, start, _ in self.matches if part in parts}
        return ("title",) if phrase.in_title else tuple(sorted(fields, key=("title", "keywords", "abstract").index))

    def outside(self, phrases: Iterable[str]) -> Found:
        """The same without what stands within one of these phrases."""
        numbers = {self.numbers[phrase] for phrase in phrases}
        spans = [(start, end) for part, start, end in self.matches if part in numbers]
        kept = [
            (part, start, end)
            for part, start, end in self.matches
            if not any(first <= start and end <= last for first, last in spans)
        ]
        return _found(self.numbers, kept, self.title_end, self.keywords_end)

    def _field(self, start: int) -> str:
        if start < self.title_end:
            return "title"
        return "keywords" if start < self.keywords_end else "abstract"


class Matcher:
    """An automaton over parts of phrases, such as `gui agent`, `segment*` or `*bench`."""

    def __init__(self, parts: Iterable[str]) -> None:
        # Imported late: only a refresh or a change of the rules classifies, no start of the reader does.
        from ahocorasick_rs import AhoCorasick

        self.numbers = {part: number for number, part in enumerate(dict.fromkeys(parts))}
        patterns = {_pattern(form): number for part, number in self.numbers.items() for form in variants(part)}
        # A part that is spelled out as itself wins over another's abbreviation.
        patterns |= {_pattern(part): number for part, number in self.numbers.items()}
        self._part_of = list(patterns.values())
        self._search = AhoCorasick(list(patterns))

    def find(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> Found:
        """What stands in a paper."""
        words = _KEYWORD.join(keywords)[:_LONGEST]
        text = f" {normal(f'{title[:_LONGEST]}{_FIELD}{words}{_FIELD}{abstract[:_LONGEST]}')} "
        title_end = text.find(_FIELD)
        keywords_end = text.find(_FIELD, title_end + 1)
        part_of = self._part_of
        matches = [
            (part_of[pattern], start, end)
            for pattern, start, end in self._search.find_matches_as_indexes(text, overlapping=True)
        ]
        return _found(self.numbers, matches, title_end, keywords_end)


def _found(
    numbers: dict[str, int], matches: list[tuple[int, int, int]], title_end: int, keywords_end: int
) -> Found:
    mentions: dict[int, int] = {}
    titled: set[int] = set()
    for part, start, _ in matches:
        if start < title_end:
            titled.add(part)
            mentions[part] = mentions.get(part, 0) + _IN_TITLE
        else:
            mentions[part] = mentions.get(part, 0) + 1
    return Found(numbers, matches, title_end, keywords_end, mentions, titled)


def _pattern(part: str) -> str:
    """The part as it stands in a text whose words are parted by spaces; a star leaves the word open."""
    start = "" if part.startswith("*") else " "
    end = "" if part.endswith("*") else " "
    return f"{start}{part.strip('*')}{end}"
