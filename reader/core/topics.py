"""Canonical topics: which ones a paper has, and why.

The rules are data (`reader/data/topics.toml` says how they read): phrases with points. Points add up to a score for
each topic, and the scores that reach the threshold are the paper's topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from reader.core.topic_matcher import STRENGTH, Found, Matcher
from reader.core.topic_rules import Mistake, Phrase, TopicRules, check_rules, read_rules

__all__ = ["MOST", "Evidence", "Mistake", "Reason", "Topic", "Topics"]

MOST = 5
"""Topics of a paper at the most."""

_VERSION = "1"
"""Changes when the same rules give other topics, so that caches know to classify anew."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A canonical topic as it is shown."""

    slug: str
    name: str
    family: str
    about: str
    """When a paper has it, in a sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One cause of a topic: a phrase of the rules, an arXiv category, or another topic."""

    phrase: str
    where: tuple[str, ...]
    """Of `title`, `keywords`, `abstract`, `categories`, `topics`."""
    points: float
    """Below zero if it speaks against the topic."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper has a topic: its score, and what made it, the strongest first."""

    slug: str
    score: float
    evidence: tuple[Evidence, ...]


class Topics:
    """The topics in use and their rules: `classify` gives a paper's topics, `explain` says why."""

    def __init__(self, *texts: str) -> None:
        self._shipped = texts[:1]
        rules, self.mistakes = read_rules(*texts)
        """Mistakes that were passed over, without their lines; `check` knows those."""
        self._rules = tuple(rules.topics.values())
        self._index = {topic.slug: index for index, topic in enumerate(self._rules)}
        self._threshold = rules.threshold
        self._floor = rules.floor
        self.version = sha256("\0".join((_VERSION, *texts)).encode("utf-8", "replace")).hexdigest()[:16]
        """A hash of the rules: the same rules give the same topics."""
        self.topics = tuple(
            Topic(topic.slug, topic.name, topic.family, topic.about) for topic in self._rules if not topic.hide
        )
        """The topics that are not hidden, in the order of the rules."""

    @classmethod
    def from_toml(cls, *texts: str) -> Topics:
        """The topics of the shipped rules, and on top of them the user's.

        A mistake costs its own statement only; `check` tells all of a file by line.
        """
        return cls(*texts)

    def check(self, text: str) -> list[Mistake]:
        """What is wrong in a user's file that comes on top of the shipped rules, by line."""
        return check_rules(self._shipped, text)

    def classify(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Slugs of the paper's topics, strongest first, at most `MOST`."""
        scorer = self._scorer
        given = self._choose(scorer, scorer.matcher.find(title, abstract, keywords), categories)
        return tuple([self._rules[index].slug for index, _ in given])

    def explain(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[Reason, ...]:
        """The topics that `classify` gives, each with the phrases that brought it."""
        scorer = self._scorer
        found = scorer.matcher.find(title, abstract, keywords)
        given = self._choose(scorer, found, categories)
        topics = [self._rules[index] for index, _ in given]
        return tuple(
            Reason(topic.slug, round(score, 1), _evidence(topic, found, categories, topics))
            for topic, (_, score) in zip(topics, given, strict=True)
        )

    def _choose(self, scorer: _Scorer, found: Found, categories: Iterable[str]) -> list[tuple[int, float]]:
        """The paper's topics by index with their scores, strongest first."""
        scores = scorer.scores(found, categories)
        enough = self._threshold
        # Topics that the user's own phrases give by themselves, whatever else speaks against them.
        owned = {index: score for index, score in scorer.own_scores(found) if score >= enough}
        for index, score in owned.items():
            scores[index] = max(score, scores[index])
        for index in [index for index, score in enumerate(scores) if score >= enough]:
            for implied, points in self._rules[index].implies.items():
                if implied in self._index:
                    scores[self._index[implied]] += points
        allowed = [index for index in range(len(scores)) if not self._rules[index].hide]
        denied = scorer.denied(found)
        if denied:
            allowed = [index for index in allowed if index not in denied]
        given = [index for index in allowed if scores[index] >= enough]
        if not given and allowed:
            best = max(allowed, key=scores.__getitem__)
            given = [best] if scores[best] >= max(self._floor, 0.001) else []
        elif len(given) > MOST:
            # What the user's own phrases give is not pushed out by stronger shipped ones.
            given.sort(key=lambda index: (index not in owned, -scores[index]))
            del given[MOST:]
        given.sort(key=lambda index: -scores[index])
        return [(index, scores[index]) for index in given]

    @cached_property
    def _scorer(self) -> _Scorer:
        """Made when the first paper is classified: most starts of the reader classify none."""
        return _Scorer(self._rules)


class _Scorer:
    """The rules turned around: from what stands in a paper to the points of each topic."""

    def __init__(self, rules: Sequence[TopicRules]) -> None:
        self._rules = rules
        parts = [part for topic in rules for phrase in topic.phrases for part in phrase.parts]
        self.matcher = Matcher(parts + [part for topic in rules for part in (*topic.excepts, *topic.never)])
        numbers = self.matcher.numbers
        self._anywhere: dict[int, list[tuple[int, float]]] = {}
        self._in_title: dict[int, list[tuple[int, float]]] = {}
        self._together: dict[int, list[tuple[int, Phrase, float]]] = {}
        """By the first part of a phrase that has several."""
        self._except: dict[int, list[int]] = {}
        self._never: dict[int, list[int]] = {}
        self._categories: dict[str, list[tuple[int, float]]] = {}
        self._own = [(index, topic) for index, topic in enumerate(rules) if topic.own]
        for index, topic in enumerate(rules):
            for phrase, points in topic.phrases.items():
                first = numbers[phrase.parts[0]]
                if len(phrase.parts) > 1:
                    self._together.setdefault(first, []).append((index, phrase, points))
                else:
                    target = self._in_title if phrase.in_title else self._anywhere
                    target.setdefault(first, []).append((index, points))
            for part in topic.excepts:
                self._except.setdefault(numbers[part], []).append(index)
            for part in topic.never:
                self._never.setdefault(numbers[part], []).append(index)
            for category, points in topic.categories.items():
                self._categories.setdefault(category, []).append((index, points))

    def scores(self, found: Found, categories: Iterable[str]) -> list[float]:
        """The points of each topic, by index."""
        scores = [0.0] * len(self._rules)
        anywhere, together = self._anywhere, self._together
        for part, mentions in found.mentions.items():
            if part in anywhere:
                strength = STRENGTH[mentions]
                for index, points in anywhere[part]:
                    scores[index] += points * strength
            if part in together:
                for index, phrase, points in together[part]:
                    scores[index] += points * found.strength(phrase)
        for part in found.titled:
            for index, points in self._in_title.get(part, ()):
                scores[index] += points
        for index in self._topics(self._except, found):
            topic = self._rules[index]
            scores[index] = _score(topic, found.outside(topic.excepts), topic.phrases)
        for category in categories:
            for index, points in self._categories.get(category.casefold(), ()):
                scores[index] += points
        return scores

    def own_scores(self, found: Found) -> list[tuple[int, float]]:
        """The points that the user's own phrases bring by themselves, by topic."""
        return [
            (index, _score(topic, found.outside(topic.excepts) if topic.excepts else found, topic.own))
            for index, topic in self._own
        ]

    def denied(self, found: Found) -> set[int]:
        """The topics that a phrase of the paper forbids."""
        return self._topics(self._never, found)

    @staticmethod
    def _topics(by_part: dict[int, list[int]], found: Found) -> set[int]:
        if by_part.keys().isdisjoint(found.mentions):
            return set()
        return {index for part in by_part.keys() & found.mentions.keys() for index in by_part[part]}


def _score(topic: TopicRules, found: Found, phrases: Iterable[Phrase]) -> float:
    return sum(topic.phrases[phrase] * found.strength(phrase) for phrase in phrases)


def _evidence(
    topic: TopicRules, found: Found, categories: Iterable[str], given: Sequence[TopicRules]
) -> tuple[Evidence, ...]:
    """What speaks for the topic, the strongest first, and then what speaks against it."""
    within = found.outside(topic.excepts) if topic.excepts else found
    evidence = [
        Evidence(str(phrase), within.where(phrase), round(points * within.strength(phrase), 1))
        for phrase, points in topic.phrases.items()
        if points and within.strength(phrase)
    ]
    evidence += [
        Evidence(category, ("categories",), topic.categories[category.casefold()])
        for category in categories
        if category.casefold() in topic.categories
    ]
    evidence += [
        Evidence(other.slug, ("topics",), other.implies[topic.slug])
        for other in given
        if other.implies.get(topic.slug)
    ]
    return tuple(sorted(evidence, key=lambda one: -one.points))
