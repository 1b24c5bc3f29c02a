"""Find all phrases of the rules in a paper, and count their mentions, in one pass of native code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from math import log2

from reader.core.keywords import spaced, word_forms
from reader.core.topics.phrases import Phrase, written_out

_IN_TITLE = 3
"""A mention in the title counts this many times."""
_ENOUGH = 15
"""Mentions beyond this number add nothing."""
_STEPS = tuple(round(16 * log2(1 + mentions)) for mentions in range(_ENOUGH + 1))

_PARTED = "\x02"
_PARTING = f" {_PARTED} "
"""Separates title, abstract and keywords: no phrase may begin in one and end in the next."""

_MOST_SPELLINGS = 256
"""Spellings of a phrase that are searched for; only phrases of more than eight words have more."""

_LONGEST = 10_000
"""Characters of a field that are searched: three times the longest abstract of the feed."""


def sixteenths(mentions: int) -> int:
    """How many times a phrase's points count, in sixteenths: 16, 25, 32, 37, … for 1, 2, 3, 4, … mentions."""
    return _STEPS[mentions] if mentions < _ENOUGH else _STEPS[_ENOUGH]


@dataclass(slots=True)
class FoundParts:
    """The parts of phrases that a paper has."""

    mentions: Counter[str]
    """Mentions of each part in all fields, those in the title times three."""
    title: set[str]
    """The parts in the title."""

    def sixteenths(self, phrase: Phrase) -> int:
        """How many times the phrase's points count, in sixteenths: as for its rarest part; 0 if one is missing."""
        if phrase.in_title:
            return 16 if self.title.issuperset(phrase.parts) else 0
        return sixteenths(min(map(self.mentions.__getitem__, phrase.parts)))

    def strength(self, phrase: Phrase) -> float:
        """How many times the phrase's points count."""
        return self.sixteenths(phrase) / 16


class Matcher:
    """An automaton over parts of phrases, such as `gui agent`, `segment*` or `*bench`."""

    def __init__(self, parts: Iterable[str]) -> None:
        # Imported late: only a refresh or a change of the rules classifies papers; starting the reader does not.
        from ahocorasick_rs import AhoCorasick

        forms_of = cache(word_forms)
        # Sorted: if two parts share a spelling, the order of the rules does not decide which part gets it.
        self._part_of = {
            pattern: part
            for part in sorted(set(parts))
            for form in written_out(part)
            for pattern in _patterns(form, forms_of)
        }
        self._search = AhoCorasick(list(self._part_of), store_patterns=True)

    def find(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> FoundParts:
        """The parts that a paper has."""
        fields = [title[:_LONGEST], _PARTING.join((abstract, *keywords))[:_LONGEST]]
        text = spaced(_PARTING.join(fields))
        parts = self._parts(text)
        titled = self._parts(text[: text.index(_PARTED)]) if title else []
        return FoundParts(Counter(parts + titled * (_IN_TITLE - 1)), set(titled))

    def _parts(self, text: str) -> list[str]:
        """The parts in a spaced text, each once for each mention."""
        patterns = self._search.find_matches_as_strings(text, overlapping=True)
        return list(map(self._part_of.__getitem__, patterns))


def _patterns(part: str, forms_of: Callable[[str], list[str]]) -> Iterator[str]:
    """All forms of the part in a spaced text, with plurals; at a star the word may go on."""
    start = "" if part.startswith("*") else " "
    end = "" if part.endswith("*") else " "
    words = [forms_of(word) for word in part.strip("*").split(" ")]
    if not end:
        # All other forms begin with the first one, except the plural of a word that ends in "y".
        words[-1] = [words[-1][0], *(form for form in words[-1] if not form.startswith(words[-1][0]))]
    return (f"{start}{' '.join(forms)}{end}" for forms in islice(product(*words), _MOST_SPELLINGS))
