"""Find commands and keys by a few typed words."""

from __future__ import annotations

import re


class Finder:
    """Match texts that hold every typed word, at the beginning of a word or inside one, in any order and case."""

    def __init__(self, typed: str) -> None:
        self._words = typed.split()
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self._words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self._words]

    def matches(self, text: str) -> bool:
        """Tell whether each word begins a word of the text; true of all texts when nothing is typed."""
        return all(start.search(text) for start in self._starts)

    def score(self, name: str, about: str) -> float:
        """Grade from 0, a word is nowhere, to 1: best at the beginnings of words in the name, least inside `about`."""
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
        """Find where in the text the words stand, at beginnings of words where there are any."""
        spans: list[tuple[int, int]] = []
        for start, anywhere in zip(self._starts, self._anywhere, strict=True):
            pattern = start if start.search(text) else anywhere
            spans += [match.span() for match in pattern.finditer(text)]
        return spans
