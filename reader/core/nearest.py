"""Find the valid word nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The most likely intended word in `words` for `word`; None if none is close.

    A word that begins with `word` is nearest. Then comes the word with the fewest typos: at most one in up to
    five letters, a third of the letters in longer words, none in a single letter.
    """
    typed = word.lower()
    allowed = max(1, len(typed) // 3) if len(typed) > 1 else 0
    best: tuple[int, bool, int, str] | None = None
    for candidate in words:
        lower = candidate.lower()
        begins = len(typed) > 1 and lower.startswith(typed)
        typos = 0 if begins else distance(typed, lower, allowed)
        if typos <= allowed:
            rank = (typos, candidate[:1] != word[:1], abs(len(lower) - len(typed)), candidate)
            best = min(best, rank) if best else rank
    return best[-1] if best else None


def advice(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """The advice after an unknown word: the nearest word, or `otherwise`."""
    near = nearest(word, words)
    return f"Did you mean {near}?" if near else otherwise


def distance(a: str, b: str, most: int) -> int:
    """The number of letters to add, drop, change or swap with their neighbour to turn `a` into `b`.

    Returns `most + 1` for every distance above `most`.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        # A row's minimum grows by at most one per row, so a swap across this row also costs more than `most`.
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def beginning(words: Iterable[str], typed: str, most: int = 1_000_000) -> list[str]:
    """Words that begin with the typed text, at most `most`, then phrases with a later word that begins with it."""
    typed = typed.casefold()
    begin: list[str] = []
    inside: list[str] = []
    for word in words:
        small = word.casefold()
        if small.startswith(typed):
            begin.append(word)
            if len(begin) == most:
                break
        elif len(inside) < most and (f" {typed}" in small or f"-{typed}" in small):
            inside.append(word)
    return [*begin, *inside]
