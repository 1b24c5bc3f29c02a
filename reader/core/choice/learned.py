"""What was learned about the user at one moment: an immutable value for other threads that says why a paper suits them.

About one in ten papers for the user is a deliberate surprise, unlike what they marked; the choice lasts all day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import sqrt
from typing import NamedTuple
from zlib import crc32

from reader.core.choice.taste import Likeness, Taste, TasteTerm, without_parts
from reader.core.choice.wishes import Wish

SURPRISE = "a surprise: unlike what you marked"
"""The reason shown for a surprise."""


class Learned(NamedTuple):
    """What the user likes, and which papers have the liked topics, authors and organizations."""

    taste: Taste = Taste()
    holders: tuple[Sequence[int], ...] = ()
    """The keys of the papers that have each trait of the taste, in their order."""
    wishes: tuple[Wish, ...] = ()
    """The user's own decisions, newest last."""
    surprises: frozenset[int] = frozenset()
    """Papers listed although nothing speaks for them."""
    shared: tuple[str, ...] = ()
    """Words shared by nearly all of the first papers, shown above the list."""

    def traits_of(self, pk: int) -> tuple[TasteTerm, ...]:
        """The traits of the taste that a paper has."""
        return tuple(trait for trait, pks in zip(self.taste.traits, self.holders, strict=True) if _is_among(pk, pks))

    def reasons(self, pk: int, packed: bytes) -> tuple[TasteTerm, ...]:
        """What speaks for and against a paper with these packed words, weightiest first."""
        return tuple(sorted((*self.taste.reasons(packed), *self.traits_of(pk)), key=lambda term: -abs(term.weight)))

    def why(self, pk: int, packed: bytes) -> str:
        """The reasons in words, without a full stop; empty without any."""
        return SURPRISE if pk in self.surprises else explain(*self._told(pk, packed))

    def whys(self, papers: Iterable[tuple[int, bytes]]) -> dict[int, str]:
        """The reasons for papers that are listed below each other, words first.

        What is `shared` stands above them. What else is the same in a run is said once, a word twice.
        """
        said: dict[int, str] = {}
        runs, above = dict[str, int](), list[str]()
        for pk, packed in papers:
            if pk in self.surprises:
                said[pk] = SURPRISE
                continue
            reasons, likeness = self._told(pk, packed)
            like = f"like {likeness}" if likeness else ""
            words = _listed(reasons)
            clauses = _wishes(reasons)
            runs = {word: runs.get(word, 0) + 1 for word in words}
            fresh = ", ".join(word for word in words if runs[word] <= TWICE and word not in self.shared)
            begin = ": ".join(filter(None, (fresh, like if like not in above else "")))
            said[pk] = "; ".join(filter(None, (begin, *(one for one in clauses if one not in above))))
            above = [like, *clauses]
        return said

    def many_share(self, papers: Sequence[tuple[int, bytes]]) -> tuple[str, ...]:
        """Words that the lines of nearly all these papers would name, most frequent first."""
        named = [words for pk, packed in papers if (words := _listed(self._told(pk, packed)[0]))]
        counts = Counter(word for words in named for word in words)
        return tuple(word for word, count in counts.most_common(MOST_SHARED) if count >= MANY * len(named))

    def _told(self, pk: int, packed: bytes) -> tuple[Sequence[TasteTerm], Likeness | None]:
        found = self.reasons(pk, packed)
        if pk and any(pk == one.pk for one in self.taste.liked):
            # A word of only one marked paper is no similarity.
            found = tuple(one for one in found if one.weight < 0 or one.papers != 1)
        return found, self.taste.nearest(packed, pk)


def _is_among(pk: int, pks: Sequence[int]) -> bool:
    place = bisect_left(pks, pk)
    return place < len(pks) and pks[place] == pk


MOST_NAMED = 4

LEAST_BESIDE = 0.25
"""A term below this share of the top weight is not named in a list."""

TWICE = 2
"""Maximum consecutive papers for which a list names the same word."""

MANY, MOST_SHARED = 0.8, 2
"""The share of a list's papers that must have a word for it to be shown above, and the maximum number of such words.

A word above the list is in no line, so with fewer papers nobody could tell which have it.
"""

LEAST_NAMED = 0.1
"""A term below this share of the top weight is not named."""


def explain(reasons: Sequence[TasteTerm], like: Likeness | None = None) -> str:
    """A sentence without a full stop, such as `like JetSpec, which you starred: draft models; you hid 2 on finance`.

    Empty without reasons.
    """
    whole = f"like {like}" if like else "like what you marked"
    names = ", ".join(one.text for one in _learned(reasons))
    is_like = like and any(one.weight > 0 and one.papers for one in reasons)
    begin = f"{whole}: {names}" if names else whole if is_like else ""
    return "; ".join(filter(None, (begin, *_wishes(reasons))))


def _wishes(reasons: Sequence[TasteTerm]) -> list[str]:
    """What the user wants more or less of, and what they hid, in words."""
    wanted = [one for one in reasons if one.weight > 0 and not one.papers]
    against = [
        one if one.is_hidden else one._replace(papers=0)
        for one in reasons
        if one.weight < 0 and (one.is_hidden or one.added or not one.papers)
    ]
    return [f"you want more of {names}" for _, names in _named(wanted)] + [
        f"you hid {papers} on {names}" if papers else f"you want less of {names}" for papers, names in _named(against)
    ]


def _learned(reasons: Sequence[TasteTerm]) -> list[TasteTerm]:
    """The words that a paper shares with marked ones, the weightiest first."""
    return _strongest([one for one in reasons if one.weight > 0 and one.papers])


def _listed(reasons: Sequence[TasteTerm]) -> list[str]:
    """The words that a line of a list names; one of little weight would say nothing without the first."""
    shared = [one for one in _learned(reasons) if not one.is_vague]
    return [one.text for one in shared if one.weight >= LEAST_BESIDE * shared[0].weight]


def _strongest(reasons: Sequence[TasteTerm]) -> list[TasteTerm]:
    """The weightiest terms; a word that means little alone is named only if it counts most, and never alone."""
    least = LEAST_NAMED * max((abs(one.weight) for one in reasons), default=0.0)
    strong = [one for one in sorted(reasons, key=lambda one: -abs(one.weight)) if abs(one.weight) >= least]
    named = without_parts(one for one in strong if not one.is_vague)
    return [*strong[:1], *named][: MOST_NAMED + 1] if named and strong[0].is_vague else named[:MOST_NAMED]


def _named(reasons: Sequence[TasteTerm]) -> Iterator[tuple[int, str]]:
    """Numbers of papers with the terms in that many papers, those of the weightiest term first."""
    shown = _strongest(reasons)
    order = list(dict.fromkeys(one.papers for one in shown))
    shown.sort(key=lambda one: order.index(one.papers))
    for papers, group in groupby(shown, key=lambda one: one.papers):
        yield papers, ", ".join(one.text for one in group)


EVERY = 10
"""One place in this many is a surprise."""

SLACK = 4
"""How many places early a surprise may come."""

MOST = 30
"""Maximum number of surprises: nobody scrolls further in a day."""


class Mixed(NamedTuple):
    """Papers mixed with surprises, each once."""

    pks: Sequence[int]
    surprises: frozenset[int]


def mix(ranked: Sequence[int], strangers: Iterable[int], day: str, known: int) -> Mixed:
    """Put some of the `strangers` among the first papers of a ranking; `known` of all suit the user.

    The choice follows from the day alone, so marking a paper does not reshuffle the others.
    """
    drawn = sorted(strangers, key=lambda pk: (crc32(f"{day}:{pk}".encode()), pk))
    chosen = drawn[: min(MOST, -(-known // (EVERY - 1)))]
    surprises = frozenset(chosen)
    rest = [pk for pk in ranked if pk not in surprises]
    mixed: list[int] = []
    taken = 0
    for count, pk in enumerate(chosen):
        place = (count + 1) * EVERY - 1 - crc32(f"{day}/{count}".encode()) % SLACK
        upto = place - count
        mixed += [*rest[taken:upto], pk]
        taken = min(upto, len(rest))
    return Mixed([*mixed, *rest[taken:]], surprises)


FIRST = 20
"""Places in which interests take turns."""

LEAST_SHARE = 0.1
"""From this share of the marks on, an interest always has one of these places."""

WAITS = 0.5
"""Maximum part of its score that an interest's best paper loses after its turn."""


def take_turns(
    ranked: Sequence[int], score: Callable[[int], float], interest: Callable[[int], int], shares: Sequence[float]
) -> Sequence[int]:
    """Let the interests of papers take turns in the first places of a ranking; `shares` are their parts of the marks.

    An interest with more places than the square root of its share waits; one with a tenth of the marks is always
    included if a paper speaks for it.
    """
    if len(shares) < 2 or not any(shares):
        return ranked
    queues: list[list[int]] = [[] for _ in shares]
    for pk in ranked:
        if (near := interest(pk)) >= 0 and len(queues[near]) < FIRST:
            queues[near].append(pk)
    roots = [sqrt(share) for share in shares]
    taken, first = [0] * len(shares), list[int]()

    def worth(one: int) -> float:
        found = score(queues[one][taken[one]])
        over = taken[one] / (len(first) + 1) - roots[one] / sum(roots)
        return found - WAITS * abs(found) * max(0.0, over)

    while len(first) < FIRST:
        live = [one for one, queue in enumerate(queues) if taken[one] < len(queue)]
        due = [one for one in live if shares[one] >= LEAST_SHARE and not taken[one] and score(queues[one][0]) > 0]
        if due and FIRST - len(first) <= len(due):
            live = due
        if not live:
            break
        best = max(live, key=worth)
        first.append(queues[best][taken[best]])
        taken[best] += 1
    chosen = frozenset(first)
    return [*first, *(pk for pk in ranked if pk not in chosen)]
