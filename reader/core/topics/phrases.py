"""Phrases of the topic rules, and the points of nested phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reader.core.keywords import ABBREVIATIONS, normal

_LONGEST_FIRST = sorted(ABBREVIATIONS.items(), key=lambda pair: -len(pair[1]))
_MOST_LETTERS = 200
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the rules: a paper has it if it has all its parts, which are in normal form."""

    parts: tuple[str, ...]
    in_title: bool = False

    def within(self) -> set[Phrase]:
        """The shorter phrases that this one contains."""
        if len(self.parts) > 1:
            return set()
        words = self.parts[0].split(" ")
        ends = range(1, len(words) + 1)
        spans = {" ".join(words[start:end]) for end in ends for start in range(end)} - {self.parts[0]}
        return {Phrase((span,), self.in_title) for span in spans}

    def __str__(self) -> str:
        return ("title:" if self.in_title else "") + " + ".join(self.parts)


def parse_phrase(text: str) -> Phrase | None:
    """A phrase as a person writes it; None if a part has no word."""
    in_title, texts = _split(text.strip())
    parts = tuple(short_form(normal(part)) for part in texts)
    if len(text) > _MOST_LETTERS or len(parts) > _MOST_PARTS or not all(_is_part(part) for part in parts):
        return None
    return Phrase(parts, in_title)


def stored_phrase(text: str) -> Phrase:
    """A phrase from its `str`: its parts are in normal form already."""
    in_title, parts = _split(text)
    return Phrase(tuple(parts), in_title)


def _split(text: str) -> tuple[bool, list[str]]:
    """Whether the phrase counts in the title only, and its parts as text."""
    return text.startswith("title:"), text.removeprefix("title:").split(" + ")


def _is_part(part: str) -> bool:
    """Whether words remain, with stars at the ends only."""
    bare = part.removeprefix("*").removesuffix("*")
    return any(char.isalnum() for char in bare) and "*" not in bare and bare == bare.strip() and bare.isprintable()


def short_form(part: str) -> str:
    """The words, with known abbreviations instead of the words that they stand for."""
    if " " not in part:
        return part
    spaced = f" {part} "
    for short, long in _LONGEST_FIRST:
        if long in part:
            spaced = spaced.replace(f" {long} ", f" {short} ")
    return spaced.strip()


def written_out(part: str) -> set[str]:
    """The unchanged words, and the words with one abbreviation written out."""
    words = part.split(" ")
    return {part} | {
        " ".join([*words[:at], ABBREVIATIONS[word], *words[at + 1 :]])
        for at, word in enumerate(words)
        if word in ABBREVIATIONS
    }


def net_points(phrases: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The points that each phrase adds to those of the phrases it contains; the longest of nested phrases then counts.

    With 4 points for `agent` and 10 for `llm agent`, `llm agent` adds 6.
    """
    net: dict[Phrase, float] = {}
    for phrase in sorted(phrases, key=lambda phrase: phrase.parts[0].count(" ")):
        within = sum(net.get(part, 0.0) for part in phrase.within())
        net[phrase] = phrases[phrase] - within
    return {phrase: points for phrase, points in net.items() if points}


def gross_points(net: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The points of each phrase with those of the phrases it contains: the reverse of `net_points`."""
    return {
        phrase: points + sum(net.get(part, 0.0) for part in phrase.within()) for phrase, points in net.items() if points
    }
