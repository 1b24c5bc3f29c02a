"""Canonical topics: gives papers their topics by a linear model, and explains them.

Each phrase that a paper has gives points to topics (`reader/data/topic_weights.json`, fitted to labelled papers by
`tests/topics/fit.py`). A paper has the topics whose points reach the threshold. Points add up: `llm agent` adds
to the points of `llm` and `agent`. Texts and phrases first get uniform spelling (`core/words.py`) and normal form
(`core/keywords.py`), and known abbreviations are also found by their long forms.
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
from itertools import pairwise
from math import log2
from struct import unpack
from typing import Any, NamedTuple

from reader.core.keywords import ABBREVIATIONS, normal, normal_word
from reader.core.words import normalize_spelling

MAX_TOPICS = 5
"""Maximum number of topics of a paper."""

THRESHOLD = 40.0
"""Minimum points of a topic that a paper has."""

FLOOR = 1.0
"""Minimum points of the best topic, which a paper gets if no topic reaches the threshold."""

MAX_CAUSES, MIN_CAUSE_POINTS = 5, 0.5
"""Maximum number of phrases shown for a topic, and the minimum points of each."""

_VERSION = "4"
"""Raised when the same weights give different topics, so that caches classify their papers again."""

_IN_TITLE = 3
"""Number of mentions that a mention in the title counts as."""

_MAX_MENTIONS = 15
"""Mentions beyond this number add nothing."""

_STEPS = tuple(round(16 * log2(1 + mentions)) / 16 for mentions in range(_MAX_MENTIONS + 1))

_MAX_FIELD_CHARACTERS = 10_000
"""Maximum characters read of a field: three times the longest abstract of the feed."""

_PREFIX_LETTERS = 3
"""Number of first letters by which words with a star are indexed; each has at least as many."""

_MAX_CACHED_WORDS = 100_000
"""Maximum number of words whose parts are cached, because most words recur."""

_BITS = 32
"""Bits of a topic's points in the long integers by which points are added up, in sixteenths of a point."""

_BREAK_WORD = "\x02"
"""A word between parts of a text, so that no phrase is found across a comma."""

_PAUSE = re.compile(r"[.,;:!?]\s|\n")

TITLE = "title:"
"""Prefix of a phrase that counts only in the title, and once."""


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
    """The phrases that gave it, strongest first."""


def strength(mentions: int) -> float:
    """The factor of a phrase's points: 1, 1.56, 2, 2.31, … for 1, 2, 3, 4, … mentions."""
    return _STEPS[min(mentions, _MAX_MENTIONS)]


def key_of(phrase: str) -> str:
    """A phrase of the weights in the normal form of texts: `title:optimizer` is `title:optimiser`."""
    prefix = TITLE if phrase.startswith(TITLE) else ""
    parts = phrase.removeprefix(TITLE).replace("iz*", "is*").split(" + ")
    return prefix + " + ".join(normal(normalize_spelling(part)) for part in parts)


class Matcher(dict[str, tuple[str, ...]]):
    """Finds parts of phrases, such as `gui agent`, `segment*` or `*bench`, in texts.

    It is a table of the parts that match each word, which caches results because most words recur.
    """

    def __init__(self, parts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._beginnings: defaultdict[str, list[str]] = defaultdict(list)
        """Words with a final star, stored without it, by their first letters."""
        self._ends: list[str] = []
        self._pairs: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        """By two words in a row: the parts that they begin, each as it is in a line if it has more words."""
        for part in set(parts):
            match part.split():
                case [word] if word.endswith("*"):
                    self._beginnings[word[:_PREFIX_LETTERS]].append(word[:-1])
                case [word] if word.startswith("*"):
                    self._ends.append(word[1:])
                case [word]:
                    self._words.add(word)
                case [first, second]:
                    self._pairs[first, second][part] = ""
                case [first, second, *_]:
                    self._pairs[first, second][part] = f" {part.replace(' ', '  ')} ".replace("* ", "")

    def __missing__(self, word: str) -> tuple[str, ...]:
        parts = [word] if word in self._words else []
        parts += [f"{begin}*" for begin in self._beginnings.get(word[:_PREFIX_LETTERS], ()) if word.startswith(begin)]
        parts += [f"*{end}" for end in self._ends if word.endswith(end)]
        if len(self) >= _MAX_CACHED_WORDS:
            self.clear()
        self[word] = matching = tuple(parts)
        return matching

    def find(self, *texts: str) -> dict[str, int]:
        """The parts in some texts, and how often each is mentioned."""
        words = _normal_words(texts)
        counts = self._mentions(words)
        if short := _abbreviate(words):
            # `large language model` is `llm` as well as a `language model`.
            for part, times in self._mentions(short).items():
                counts[part] = max(times, counts.get(part, 0))
        return counts

    def _mentions(self, words: list[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        line = f" {'  '.join(words)} "
        for word, times in Counter(words).items():
            for part in self[word]:
                counts[part] = counts.get(part, 0) + times
        for pair, times in Counter(filter(self._pairs.__contains__, pairwise(words))).items():
            for part, more in self._pairs[pair].items():
                if count := line.count(more) if more else times:
                    counts[part] = counts.get(part, 0) + count
        return counts


def _normal_words(texts: Iterable[str]) -> list[str]:
    line = f" {_BREAK_WORD} ".join(text[:_MAX_FIELD_CHARACTERS] for text in texts).replace("&", " and ")
    return normal(_PAUSE.sub(f" {_BREAK_WORD} ", line), _spelled_word).split()


@lru_cache(_MAX_CACHED_WORDS)
def _spelled_word(word: str) -> str:
    """A word in uniform spelling and normal form, cached because that is faster than spelling each text."""
    return normal_word(normalize_spelling(word))


_ABBREVIATED: defaultdict[tuple[str, str], list[tuple[list[str], str]]] = defaultdict(list)
"""By the first two words of a long form: all its words and the abbreviation, the longest first."""
for _short, _long in sorted(ABBREVIATIONS.items(), key=lambda pair: -len(pair[1])):
    _words = normal(normalize_spelling(_long)).split()
    _ABBREVIATED[_words[0], _words[1]].append((_words, _short))


def _abbreviate(words: list[str]) -> list[str]:
    """A text with long forms replaced by their abbreviations; empty if it has no long form."""
    shortened: list[str] = []
    copied = 0
    for at in [at for at, pair in enumerate(pairwise(words)) if pair in _ABBREVIATED]:
        for run, short in _ABBREVIATED[words[at], words[at + 1]]:
            if at >= copied and words[at : at + len(run)] == run:
                shortened += (*words[copied:at], short)
                copied = at + len(run)
                break
    return shortened + words[copied:] if copied else []


class Topics:
    """The topics: `classify` returns a paper's topics, `explain` the reasons for them."""

    def __init__(self, names: str = "", weights: str = "") -> None:
        """`names` is TOML with name, family and meaning of each topic, `weights` the JSON of the fit."""
        found: dict[str, Any] = tomllib.loads(names).get("topics", {})
        self.topics = tuple(
            Topic(slug, entry["name"], entry["family"], entry["about"]) for slug, entry in found.items()
        )
        self._implies: dict[str, dict[str, float]] = {slug: entry.get("implies", {}) for slug, entry in found.items()}
        self._weights_text = weights
        self.version = sha256("\0".join((_VERSION, names, weights)).encode()).hexdigest()[:16]
        """A hash that identifies the resulting topics."""

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
    def _packed_points(self) -> dict[str, int]:
        """The points of each phrase as one long integer with `_BITS` for each topic.

        So a paper's points are added up by a multiplication and an addition for each phrase, not for each of the eight
        topics that it speaks for: it takes a fifth of the time.
        """
        places = {topic.slug: _BITS * place for place, topic in enumerate(self.topics)}
        return {
            phrase: sum(round(points) << places[slug] for slug, points in row.items())
            for phrase, row in self.weights.items()
        }

    @cached_property
    def _together(self) -> dict[str, list[list[str]]]:
        """The parts of phrases with several parts, by the first part."""
        found = defaultdict[str, list[list[str]]](list)
        for phrase in self.weights:
            first, *more = phrase.split(" + ")
            if more:
                found[first].append([first, *more])
        return dict(found)

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(part for phrase in self.weights for part in phrase.removeprefix(TITLE).split(" + "))

    def classify(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[str, ...]:
        """Slugs of the paper's topics, strongest first, at most `MAX_TOPICS`."""
        return self._choose(self._score(self.phrases_in(title, abstract, keywords)))

    def explain(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[TopicReason, ...]:
        """The topics that `classify` returns, each with its strongest reasons."""
        phrases = self.phrases_in(title, abstract, keywords)
        chosen = self._choose(self._score(phrases))
        return tuple(TopicReason(slug, self._causes(slug, phrases, chosen)) for slug in chosen)

    def _causes(self, slug: str, rows: Mapping[str, float], given: Iterable[str]) -> tuple[str, ...]:
        """The phrases and other topics of the paper that contribute most to a topic; word stems are not shown."""
        points = defaultdict[str, float](float)
        for phrase, factor in rows.items():
            if "*" not in phrase:
                points[phrase.removeprefix(TITLE)] += self.weights[phrase].get(slug, 0.0) * factor
        names = {topic.slug: topic.name for topic in self.topics}
        for other in given:
            points[f"topic {names[other]}"] += self._implies[other].get(slug, 0.0)
        causes = (cause for cause in points if points[cause] >= MIN_CAUSE_POINTS)
        return tuple(nlargest(MAX_CAUSES, causes, key=points.__getitem__))

    def phrases_in(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> dict[str, float]:
        """The phrases of the weights that a paper has, each with the factor of its points.

        The factor of a phrase of several parts is the factor of its rarest part. A phrase of the title counts once.
        """
        titled = self.matcher.find(title)
        mentions = self.matcher.find(abstract, *keywords)
        for part, times in titled.items():
            mentions[part] = mentions.get(part, 0) + _IN_TITLE * times
        weights = self.weights
        factors = {part: strength(times) for part, times in mentions.items() if part in weights}
        factors |= {phrase: 1.0 for part in titled if (phrase := TITLE + part) in weights}
        for first in mentions.keys() & self._together.keys():
            for parts in self._together[first]:
                if rarest := min(mentions.get(part, 0) for part in parts):
                    factors[" + ".join(parts)] = strength(rarest)
        return factors

    def _score(self, phrases: Mapping[str, float]) -> dict[str, float]:
        """The points of each topic for the phrases of a paper, with their factors."""
        half = 1 << (_BITS - 1)
        total = sum(half << (_BITS * place) for place in range(len(self.topics)))
        for phrase, factor in phrases.items():
            total += self._packed_points[phrase] * int(factor * 16)
        fields = unpack(f"<{len(self.topics)}I", total.to_bytes(len(self.topics) * _BITS // 8, "little"))
        return {topic.slug: (field - half) / 16 for topic, field in zip(self.topics, fields, strict=True)}

    def _choose(self, scores: dict[str, float]) -> tuple[str, ...]:
        """The topics of a paper, strongest first; a topic may add points to other topics or subtract them."""
        given = [slug for slug, score in scores.items() if score >= THRESHOLD]
        for slug in given:
            for other, points in self._implies[slug].items():
                scores[other] += points
        given = [slug for slug in scores if scores[slug] >= THRESHOLD]
        if not given:
            best = max(scores, key=scores.__getitem__, default="")
            given = [best] if best and scores[best] >= FLOOR else []
        return tuple(sorted(given, key=lambda slug: -scores[slug])[:MAX_TOPICS])
