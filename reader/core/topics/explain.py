"""Why a paper has its topics, told plainly: the phrases that count most for a topic and against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reader.core.topics.scorer import Evidence, Reason

FOR, AGAINST = 5, 2
"""Causes that are told of a topic, at the most."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that speaks for a topic, or against it."""

    said: str
    """The phrase, a category, or another topic, as it is shown."""
    where: str
    """Where it stands, such as `title, abstract`; empty where that says nothing."""
    points: int
    """Below zero if it speaks against the topic."""


@dataclass(frozen=True, slots=True)
class Why:
    """What made one topic."""

    slug: str
    name: str
    score: int
    causes: tuple[Cause, ...]
    """What speaks for it, the strongest first, then what speaks against it."""
    weaker: int
    """How many more there are."""


def why(reasons: Iterable[Reason], names: Mapping[str, str]) -> tuple[Why, ...]:
    """Each topic with its strongest causes, from what `Topics.explain` says; `names` are those of topics by slug."""
    return tuple(_why(reason, names) for reason in reasons)


def _why(reason: Reason, names: Mapping[str, str]) -> Why:
    causes = sorted((cause for cause in _merged(reason.evidence, names) if cause.points), key=lambda one: -one.points)
    told = [cause for cause in causes if cause.points > 0][:FOR]
    told += [cause for cause in reversed(causes) if cause.points < 0][:AGAINST]
    name = names.get(reason.slug, reason.slug)
    return Why(reason.slug, name, round(reason.score), tuple(told), len(causes) - len(told))


def _merged(evidence: Iterable[Evidence], names: Mapping[str, str]) -> Iterable[Cause]:
    """Causes with their points whole; a phrase that counts once more for standing in the title is one cause."""
    points: dict[str, float] = {}
    where: dict[str, tuple[str, ...]] = {}
    for one in evidence:
        said = _said(one, names)
        points[said] = points.get(said, 0.0) + one.points
        where[said] = tuple(dict.fromkeys((*where.get(said, ()), *_places(one))))
    return [Cause(said, ", ".join(where[said]), round(points[said])) for said in points]


def _said(one: Evidence, names: Mapping[str, str]) -> str:
    if one.where == ("categories",):
        return f"category {one.phrase}"
    if one.where == ("topics",):
        return f"topic {names.get(one.phrase, one.phrase)}"
    return one.phrase.removeprefix("title:")


def _places(one: Evidence) -> tuple[str, ...]:
    return () if one.where in (("categories",), ("topics",)) else one.where
