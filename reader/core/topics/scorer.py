"""Canonical topics: which ones a paper has, and why.

The rules are data (`reader/data/topics.toml` says how they read): phrases with points. Points add up to a score for
each topic, and the scores that reach the threshold are the paper's topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from struct import Struct
from typing import Any

from reader.core.topics.matcher import FeedResults, Matcher, sixteenths
from reader.core.topics.rules import Mistake, Phrase, TopicRules, check_rules, read_rules

__all__ = ["MOST", "Evidence", "Mistake", "Reason", "Topic", "Topics"]

MOST = 5
"""Topics of a paper at the most."""

_VERSION = "2"
"""Changes when the same rules give other topics, so that caches know to classify anew."""

_LEAST = 0.001
"""Points that a topic needs whatever the rules say: nothing comes from nothing."""

_LANE = 32
"""Bits that a topic's points take; see `_Scorer`."""
_LIFT = 1 << _LANE - 2
_UNIT = 4
"""Points are added up in quarters, and each mention in sixteenths."""
_SCALE = 1 / (_UNIT * 16)


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
        self._hidden = {index for index, topic in enumerate(self._rules) if topic.hide}
        self._threshold = max(rules.threshold, _LEAST)
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
        fields = {
            "title": scorer.matcher.find(title, ""),
            "keywords": scorer.matcher.find("", "", keywords),
            "abstract": scorer.matcher.find("", abstract),
        }
        topics = [self._rules[index] for index, _ in given]
        reasons = []
        for topic, (index, score) in zip(topics, given, strict=True):
            evidence = [
                Evidence(str(phrase), _where(phrase, fields), round(points * strength, 1))
                for phrase, points in scorer.points[index].items()
                if (strength := found.strength(phrase))
            ]
            evidence += _other_evidence(topic, categories, topics)
            evidence.sort(key=lambda one: -one.points)
            reasons.append(Reason(topic.slug, round(score, 1), tuple(evidence)))
        return tuple(reasons)

    def _choose(self, scorer: _Scorer, found: FeedResults, categories: Iterable[str]) -> list[tuple[int, float]]:
        """The paper's topics by index with their scores, strongest first."""
        scores = scorer.scores(found, categories)
        enough = self._threshold
        # Topics that the user's own phrases give by themselves, whatever else speaks against them.
        owned = {index: score for index, score in scorer.own_scores(found) if score >= enough}
        for index, score in owned.items():
            scores[index] = max(score, scores[index])
        given = [index for index, score in enumerate(scores) if score >= enough]
        implied = [pair for index in given for pair in self._rules[index].implies.items() if pair[0] in self._index]
        for slug, points in implied:
            scores[self._index[slug]] += points
        denied = self._hidden | scorer.denied(found)
        if implied or not denied.isdisjoint(given):
            given = [index for index, score in enumerate(scores) if score >= enough and index not in denied]
        if not given:
            best = max(set(range(len(scores))) - denied, key=scores.__getitem__, default=None)
            given = [best] if best is not None and scores[best] >= max(self._floor, _LEAST) else []
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
    """The rules turned around: from what stands in a paper to the points of each topic.

    A part's points for all topics are one integer with a lane of bits for each topic, so that adding them up is one
    multiplication and one addition in native code, however many topics a word speaks for or against.
    """

    def __init__(self, rules: Sequence[TopicRules]) -> None:
        phrases = [phrase for topic in rules for phrase in topic.phrases]
        parts = [part for phrase in phrases for part in phrase.parts]
        parts += [part for topic in rules for part in topic.never]
        self.matcher = Matcher(parts)
        self.points = [net_points(topic.phrases) for topic in rules]
        """What each phrase adds to those that stand within it, by topic."""
        self._anywhere = dict.fromkeys(parts, 0)
        self._in_title: dict[str, int] = {}
        self._together: dict[str, dict[str, dict[Phrase, int]]] = {}
        """By the first part of a phrase that has several, then the second: most stand there without the other."""
        self._never: dict[str, list[int]] = {}
        self._categories: dict[str, list[tuple[int, float]]] = {}
        self._own = [(index, _own_points(topic)) for index, topic in enumerate(rules) if topic.own]
        for index, topic in enumerate(rules):
            for phrase, points in self.points[index].items():
                first = phrase.parts[0]
                target: dict[Any, int] = self._in_title if phrase.in_title else self._anywhere
                key: Phrase | str = first
                if len(phrase.parts) > 1:
                    target = self._together.setdefault(first, {}).setdefault(phrase.parts[1], {})
                    key = phrase
                target[key] = target.get(key, 0) + (round(points * _UNIT) << _LANE * index)
            for part in topic.never:
                self._never.setdefault(part, []).append(index)
            for category, points in topic.categories.items():
                self._categories.setdefault(category, []).append((index, points))
        # Lifts every lane above zero while they are read.
        self._lift = sum(_LIFT << _LANE * index for index in range(len(rules)))
        self._mask = (1 << _LANE * len(rules)) - 1
        self._lanes = Struct(f"<{len(rules)}I")

    def scores(self, found: FeedResults, categories: Iterable[str]) -> list[float]:
        """The points of each topic, by index."""
        anywhere, in_title, together = self._anywhere, self._in_title, self._together
        # Those that stand there equally often are weighed together.
        by_mentions: dict[int, list[int]] = {1: [in_title[part] for part in found.title if part in in_title]}
        for part, mentions in found.mentions.items():
            if mentions in by_mentions:
                by_mentions[mentions].append(anywhere[part])
            else:
                by_mentions[mentions] = [anywhere[part]]
        total = self._lift + sum([sixteenths(mentions) * sum(points) for mentions, points in by_mentions.items()])
        stands = found.mentions.__contains__
        for part in filter(stands, together):
            pairs = together[part]
            for other in filter(stands, pairs):
                total += sum([points * found.sixteenths(phrase) for phrase, points in pairs[other].items()])
        lanes = self._lanes.unpack((total & self._mask).to_bytes(self._lanes.size, "little"))
        scores = [(lane - _LIFT) * _SCALE for lane in lanes]
        for category in categories:
            for index, points in self._categories.get(category.casefold(), ()):
                scores[index] += points
        return scores

    def own_scores(self, found: FeedResults) -> list[tuple[int, float]]:
        """The points that the user's own phrases bring by themselves, by topic."""
        return [
            (index, sum(points * found.strength(phrase) for phrase, points in own.items())) for index, own in self._own
        ]

    def denied(self, found: FeedResults) -> set[int]:
        """The topics that a phrase of the paper forbids."""
        return {index for part in self._never.keys() & found.mentions.keys() for index in self._never[part]}


def net_points(phrases: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """What each phrase adds to the phrases that stand within it, so that of nested ones the longest counts."""
    net: dict[Phrase, float] = {}
    for phrase in sorted(phrases, key=lambda phrase: phrase.parts[0].count(" ")):
        within = sum(net.get(part, 0.0) for part in phrase.within())
        net[phrase] = phrases[phrase] - within
    return {phrase: points for phrase, points in net.items() if points}


def _own_points(topic: TopicRules) -> dict[Phrase, float]:
    """The net points of a topic's phrases that come from the user."""
    return net_points({phrase: topic.phrases[phrase] for phrase in topic.own})


def _where(phrase: Phrase, fields: Mapping[str, FeedResults]) -> tuple[str, ...]:
    """The fields that hold a part of the phrase."""
    if phrase.in_title:
        return ("title",)
    return tuple(name for name, found in fields.items() if not found.mentions.keys().isdisjoint(phrase.parts))


def _other_evidence(topic: TopicRules, categories: Iterable[str], given: Sequence[TopicRules]) -> list[Evidence]:
    """What the categories and the other topics bring."""
    return [
        Evidence(category, ("categories",), topic.categories[category.casefold()])
        for category in categories
        if category.casefold() in topic.categories
    ] + [
        Evidence(other.slug, ("topics",), other.implies[topic.slug]) for other in given if other.implies.get(topic.slug)
    ]
