"""Canonical topics: gives papers their topics by one linear model, and says why.

Each phrase that a paper has gives points to topics (`reader/data/topic_weights.json`, fitted to labelled papers by
`tests/topics/fit.py`). A paper has the topics whose points reach the threshold. Points are net: `llm agent` adds to
what `llm` and `agent` in it give. Texts and phrases are spelled in one way first (`core/words.py`), are in normal form
(`core/keywords.py`), and known abbreviations are found by what they stand for.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from heapq import nlargest
from math import log2
from typing import Any, NamedTuple

from reader.core.keywords import ABBREVIATIONS, normal
from reader.core.words import spelled

MOST = 5
"""Topics of a paper."""

THRESHOLD = 40.0
"""Points from which on a paper has a topic."""

FLOOR = 1.0
"""Points of the best topic that a paper gets if none reaches the threshold."""

MOST_CAUSES, LEAST_CAUSE = 5, 0.5
"""Maximum number of phrases shown for a topic, and the points from which on one is."""

_VERSION = "3"
"""Raised when the same weights give different topics, so that caches classify their papers again."""

_IN_TITLE = 3
"""Mentions that one in the title counts for."""

_ENOUGH = 15
"""Mentions beyond this number add nothing."""

_STEPS = tuple(round(16 * log2(1 + mentions)) / 16 for mentions in range(_ENOUGH + 1))

_LONGEST_FIELD = 10_000
"""Characters read of a field: three times the longest abstract of the feed."""

_SHORTEST_STAR, _LONGEST_STAR = 3, 30
"""Letters of a word's beginning or end that phrases with a star have, at least and at most."""

_PARTED = "\x02"
"""A word between parts of a text, so that no phrase is found across a comma."""

_PAUSE = re.compile(r"[.,;:!?]\s|\n")

TITLE = "title:"
"""Begins a phrase that counts in the title only, and once."""


class Topic(NamedTuple):
    """A canonical topic as the reader shows it."""

    slug: str
    name: str
    family: str
    about: str
    """One sentence on which papers have the topic."""


class TopicReason(NamedTuple):
    """Why a paper has a topic."""

    slug: str
    phrases: tuple[str, ...]
    """The phrases that gave it, the strongest first."""


def strength(mentions: int) -> float:
    """The factor of a phrase's points: 1, 1.56, 2, 2.31, … for 1, 2, 3, 4, … mentions."""
    return _STEPS[min(mentions, _ENOUGH)]


def key_of(phrase: str) -> str:
    """A phrase of the weights as texts have it: `title:optimizer` is `title:optimiser`."""
    prefix = TITLE if phrase.startswith(TITLE) else ""
    parts = phrase.removeprefix(TITLE).replace("iz*", "is*").split(" + ")
    return prefix + " + ".join(normal(spelled(part)) for part in parts)


class Matcher:
    """Finds parts of phrases, such as `gui agent`, `segment*` or `*bench`, in texts."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._runs: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        """By the first word of a part: its further words, and the part."""
        for part in sorted(set(parts)):
            first, *more = part.split()
            if more:
                self._runs.setdefault(first, []).append((tuple(more), part))
            else:
                self._words.add(part)
        self._seconds = {first: {more[0].rstrip("*")[:3] for more, _ in runs} for first, runs in self._runs.items()}
        # Most words recur.
        self._parts_of = lru_cache(100_000)(self._parts_of_word)

    def _parts_of_word(self, word: str) -> tuple[str, ...]:
        lengths = range(_SHORTEST_STAR, min(len(word), _LONGEST_STAR) + 1)
        stars = (star for n in lengths for star in (f"{word[:n]}*", f"*{word[-n:]}"))
        return tuple(part for part in (word, *stars) if part in self._words)

    def find(self, *texts: str) -> Counter[str]:
        """The parts in some texts, and how often each is mentioned."""
        line = _normal_line(texts)
        found = self._mentions(line.split())
        short = _abbreviated(line)
        # `large language model` is `llm` as well as a `language model`.
        return found | self._mentions(short.split()) if short != line else found

    def _mentions(self, words: Sequence[str]) -> Counter[str]:
        found: list[str] = []
        for at, word in enumerate(words):
            found += self._parts_of(word)
            seconds = self._seconds.get(word)
            if seconds and at + 1 < len(words) and words[at + 1][:3] in seconds:
                found += [part for more, part in self._runs[word] if _is_at(more, words, at + 1)]
        return Counter(found)


def _is_at(wanted: Sequence[str], words: Sequence[str], at: int) -> bool:
    there = words[at : at + len(wanted)]
    return len(there) == len(wanted) and all(
        word.startswith(one[:-1]) if one[-1] == "*" else word == one for one, word in zip(wanted, there, strict=True)
    )


def _normal_line(texts: Iterable[str]) -> str:
    parts = (part for text in texts for part in _PAUSE.split(spelled(text[:_LONGEST_FIELD])))
    return normal(f" {_PARTED} ".join(parts))


_LONGEST_FIRST = sorted(
    ((short, normal(spelled(long))) for short, long in ABBREVIATIONS.items()), key=lambda x: -len(x[1])
)


def _abbreviated(line: str) -> str:
    """A text in normal form with known abbreviations instead of what they stand for."""
    for short, long in _LONGEST_FIRST:
        if long in line:
            line = f" {line} ".replace(f" {long} ", f" {short} ").strip()
    return line


class Found(NamedTuple):
    """The parts of phrases that a paper has."""

    mentions: Counter[str]
    """Mentions in all fields; one in the title counts three times."""
    title: frozenset[str]

    def strength(self, phrase: str) -> float:
        """The factor of a phrase's points: that of its rarest part; 0 if one is missing."""
        if phrase.startswith(TITLE):
            return float(phrase.removeprefix(TITLE) in self.title)
        return strength(min(map(self.mentions.__getitem__, phrase.split(" + "))))


class Topics:
    """The topics: `classify` gives a paper's topics, `explain` says why."""

    def __init__(self, names: str = "", weights: str = "") -> None:
        """`names` is TOML with name, family and meaning of each topic, `weights` the JSON of the fit."""
        found: dict[str, Any] = tomllib.loads(names).get("topics", {})
        self.topics = tuple(Topic(slug, one["name"], one["family"], one["about"]) for slug, one in found.items())
        self._implies: dict[str, dict[str, float]] = {slug: one.get("implies", {}) for slug, one in found.items()}
        self._weights_text = weights
        self.version = sha256("\0".join((_VERSION, names, weights)).encode()).hexdigest()[:16]
        """A hash that identifies the resulting topics."""

    @classmethod
    def with_weights(cls, topics: Sequence[Topic], weights: Mapping[str, Mapping[str, float]]) -> Topics:
        """Topics with given points, for the fit; phrases are in the form of `key_of`."""
        made = cls()
        made.topics = tuple(topics)
        made.weights = {phrase: dict(row) for phrase, row in weights.items()}
        return made

    @cached_property
    def weights(self) -> dict[str, dict[str, float]]:
        """The net points of each phrase by topic, read lazily: most starts classify no paper."""
        if not self._weights_text:
            return {}
        document = json.loads(self._weights_text)
        slugs = document["topics"]
        rows: dict[str, dict[str, float]] = {}
        for phrase, row in document["phrases"].items():
            points = {slugs[at]: value for at, value in zip(row[::2], row[1::2], strict=True) if value}
            if points:
                rows.setdefault(key_of(phrase), {}).update(points)
        return rows

    @cached_property
    def _together(self) -> dict[str, list[str]]:
        """Phrases of several parts by their first one."""
        found: dict[str, list[str]] = {}
        for phrase in self.weights:
            if " + " in phrase:
                found.setdefault(phrase.split(" + ")[0], []).append(phrase)
        return found

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(part for phrase in self.weights for part in phrase.removeprefix(TITLE).split(" + "))

    def classify(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Slugs of the paper's topics, strongest first, at most `MOST`."""
        _, scores = self._score(title, abstract, keywords)
        return tuple(slug for slug, _ in self._choose(scores))

    def explain(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[TopicReason, ...]:
        """The topics that `classify` gives, each with what gave it."""
        rows, scores = self._score(title, abstract, keywords)
        chosen = [slug for slug, _ in self._choose(scores)]
        return tuple(TopicReason(slug, self._causes(slug, rows, chosen)) for slug in chosen)

    def _causes(self, slug: str, rows: Mapping[str, float], given: Iterable[str]) -> tuple[str, ...]:
        """The phrases, and the other topics of the paper, that speak most for a topic; a stem is no word to show."""
        points = defaultdict[str, float](float)
        for phrase, factor in rows.items():
            if "*" not in phrase:
                points[phrase.removeprefix(TITLE)] += self.weights[phrase].get(slug, 0.0) * factor
        names = {topic.slug: topic.name for topic in self.topics}
        for other in given:
            points[f"topic {names[other]}"] += self._implies[other].get(slug, 0.0)
        causes = (cause for cause in points if points[cause] >= LEAST_CAUSE)
        return tuple(nlargest(MOST_CAUSES, causes, key=points.__getitem__))

    def find(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> Found:
        """The parts of phrases in a paper."""
        titled = self.matcher.find(title)
        mentions = self.matcher.find(abstract, *keywords)
        for part, times in titled.items():
            mentions[part] += _IN_TITLE * times
        return Found(mentions, frozenset(titled))

    def phrases_in(self, found: Found) -> dict[str, float]:
        """The phrases of the weights that a paper has, each with the factor of its points."""
        phrases = [*found.mentions, *(f"{TITLE}{part}" for part in found.title)]
        phrases += [phrase for part in found.mentions for phrase in self._together.get(part, ())]
        return {phrase: factor for phrase in phrases if phrase in self.weights and (factor := found.strength(phrase))}

    def _score(self, title: str, abstract: str, keywords: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
        """The phrases that a paper has with their factors, and the points of each topic."""
        rows = self.phrases_in(self.find(title, abstract, keywords))
        scores = {topic.slug: 0.0 for topic in self.topics}
        for phrase, factor in rows.items():
            for slug, points in self.weights[phrase].items():
                scores[slug] += points * factor
        return rows, scores

    def _choose(self, scores: dict[str, float]) -> list[tuple[str, float]]:
        """The topics with their points, the strongest first; a topic adds to others or takes from them."""
        given = [slug for slug, score in scores.items() if score >= THRESHOLD]
        for slug in given:
            for other, points in self._implies[slug].items():
                scores[other] += points
        given = [slug for slug in scores if scores[slug] >= THRESHOLD]
        if not given:
            best = max(scores, key=scores.__getitem__, default="")
            given = [best] if best and scores[best] >= FLOOR else []
        return [(slug, scores[slug]) for slug in sorted(given, key=lambda slug: -scores[slug])[:MOST]]
