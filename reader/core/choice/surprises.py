"""Deliberate surprises among the papers for the user: about one in ten is unlike what they marked, the same all day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

EVERY = 10
"""Places of which one is a surprise."""

SLACK = 4
"""Places by which a surprise comes before the last of its ten, at most."""

MOST = 30
"""Surprises in all: nobody looks deeper in a day."""


class Mixed(NamedTuple):
    """Papers with surprises among them; each is there once."""

    pks: Sequence[int]
    surprises: frozenset[int]


def mix(ranked: Sequence[int], strangers: Iterable[int], day: str, known: int) -> Mixed:
    """Put some of the `strangers` among the first papers of a ranking; `known` of all suit the user.

    The choice follows from the day alone, so a paper that is marked meanwhile changes no other's place by chance.
    """
    drawn = sorted(strangers, key=lambda pk: (crc32(f"{day}:{pk}".encode()), pk))
    chosen = drawn[: min(MOST, -(-known // (EVERY - 1)))]
    surprises = frozenset(chosen)
    rest = [pk for pk in ranked if pk not in surprises]
    mixed: list[int] = []
    taken = 0
    for number, pk in enumerate(chosen):
        place = (number + 1) * EVERY - 1 - crc32(f"{day}/{number}".encode()) % SLACK
        upto = place - number
        mixed += [*rest[taken:upto], pk]
        taken = min(upto, len(rest))
    return Mixed([*mixed, *rest[taken:]], surprises)
