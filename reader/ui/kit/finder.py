"""Finds commands and keys by a few typed words."""

from __future__ import annotations

import re


class Finder:
    """Matches texts that have every typed word, in any order and case."""

    def __init__(self, typed: str) -> None:
        self._words = typed.split()
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self._words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self._words]

    def matches(self, text: str) -> bool:
        """Return whether each typed word begins a word of the text; True if nothing is typed."""
        return all(start.search(text) for start in self._starts)

    def score(self, name: str, about: str) -> float:
        """Return how well a command matches, from 0 to 1; 0 if a typed word is in neither text.

        Beginnings of words in the name are best, then the middle of words there, then beginnings of words in `about`.
        """
        if not self._words:
            return 1.0
        grades = [
            4 if start.search(name) else 3 if anywhere.search(name) else 2 if start.search(about) else 0
            for start, anywhere in zip(self._starts, self._anywhere, strict=True)
        ]
        if 0 in grades:
            return 0.0
        leads = name.casefold().startswith(self._words[0].casefold())
        return (sum(grades) + leads) / (4 * len(grades) + 1)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the (start, end) of the typed words in a text; matches inside words only if none begins a word."""
        spans: list[tuple[int, int]] = []
        for start, anywhere in zip(self._starts, self._anywhere, strict=True):
            pattern = start if start.search(text) else anywhere
            spans += [match.span() for match in pattern.finditer(text)]
        return spans
