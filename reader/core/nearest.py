"""The nearest right word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that `word` was most likely meant to be, or None if nothing is near.

    One that begins with what was typed is nearest, then one that is a few slips of the finger away: one in up to
    five letters, else a third of them, and none in a single one.
    """
    typed = word.lower()
    allowed = max(1, len(typed) // 3) if len(typed) > 1 else 0
    best: tuple[int, int, str] | None = None
    for candidate in words:
        lower = candidate.lower()
        begins = len(typed) > 1 and lower.startswith(typed)
        slips = 0 if begins else distance(typed, lower, allowed)
        if slips <= allowed and slips < max(len(lower), len(typed)):
            rank = (slips, abs(len(lower) - len(typed)), candidate)
            best = min(best, rank) if best else rank
    return best[2] if best else None


def distance(a: str, b: str, most: int) -> int:
    """Letters added, dropped, changed or swapped with their neighbour to get from `a` to `b`.

    Past `most` it is only known to be more: `most + 1`.
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
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return min(row[-1], most + 1)
