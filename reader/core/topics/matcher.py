"""Phrases found in a paper: all of them in one pass, in native code, and how strongly each stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import log2

from reader.core.keywords import spaced, spellings
from reader.core.topics.rules import Phrase, written_out

_IN_TITLE = 3
"""Mentions that one in the title counts for."""
_ENOUGH = 15
"""Mentions from which on more of them add nothing."""
_STEPS = tuple(round(16 * log2(1 + mentions)) for mentions in range(_ENOUGH + 1))

_PARTED = "\x02"
_PARTING = f" {_PARTED} "
"""Parts the title, the abstract and the keywords, so that no phrase reaches from one into the next."""

_MOST_SPELLINGS = 256
"""Of a phrase: more than eight words give more, and the first of those are searched as they are."""

_LONGEST = 10_000
"""Characters of a field that are looked at: three times the longest abstract of the feed."""


def sixteenths(mentions: int) -> int:
    """How often a phrase's points count, in sixteenths: 16, 25, 32, 37, … for 1, 2, 3, 4, … mentions."""
    return _STEPS[mentions] if mentions < _ENOUGH else _STEPS[_ENOUGH]


@dataclass(slots=True)
class FeedResults:
    """The parts of phrases that stand in a paper."""

    mentions: Counter[str]
    """How often each stands in all fields; the title's count more."""
    title: set[str]

    def sixteenths(self, phrase: Phrase) -> int:
        """How often the phrase's points count, in sixteenths: that of its weakest part; 0 where one is missing."""
        if phrase.in_title:
            return 16 if self.title.issuperset(phrase.parts) else 0
        return sixteenths(min(map(self.mentions.__getitem__, phrase.parts)))

    def strength(self, phrase: Phrase) -> float:
        """The same as a number."""
        return self.sixteenths(phrase) / 16


class Matcher:
    """An automaton over parts of phrases, such as `gui agent`, `segment*` or `*bench`."""

    def __init__(self, parts: Iterable[str]) -> None:
        # Imported late: only a refresh or a change of the rules classifies, no start of the reader does.
        from ahocorasick_rs import AhoCorasick

        self._part_of = {
            pattern: part for part in dict.fromkeys(parts) for form in written_out(part) for pattern in _patterns(form)
        }
        self._search = AhoCorasick(list(self._part_of), store_patterns=True)

    def find(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> FeedResults:
        """What stands in a paper."""
        fields = [title[:_LONGEST], _PARTING.join((abstract, *keywords))[:_LONGEST]]
        text = spaced(_PARTING.join(fields))
        parts = self._parts(text)
        titled = self._parts(text[: text.index(_PARTED)]) if title else []
        return FeedResults(Counter(parts + titled * (_IN_TITLE - 1)), set(titled))

    def _parts(self, text: str) -> list[str]:
        """The parts that stand in a spaced text, as often as they do."""
        patterns = self._search.find_matches_as_strings(text, overlapping=True)
        return list(map(self._part_of.__getitem__, patterns))


def _patterns(part: str) -> Iterator[str]:
    """The part as it may stand in a spaced text, in all its plurals; a star leaves the word open."""
    start = "" if part.startswith("*") else " "
    end = "" if part.endswith("*") else " "
    words = [spellings(word) for word in part.strip("*").split(" ")]
    if not end:
        # The others begin with it, but for the plural of a word that ends in "y".
        words[-1] = [words[-1][0], *(form for form in words[-1] if not form.startswith(words[-1][0]))]
    return (f"{start}{' '.join(forms)}{end}" for forms in islice(product(*words), _MOST_SPELLINGS))
