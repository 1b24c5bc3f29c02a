"""Why a paper has its topics: for each topic the phrases that count most, their fields, and their origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reader.core.topics.scorer import FITTED, OWN, WRITTEN, Evidence, Reason

FOR, AGAINST = 5, 2
"""Maximum number of causes shown for a topic and against it."""

ORIGINS: Mapping[str, str] = {OWN: "yours", WRITTEN: "written", FITTED: "fitted"}
"""How the reader names the origin of a phrase; of several origins it names the first in this order."""

LEGEND = "written by people, fitted to labels"
"""What the names of origins mean."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause for a topic or against it."""

    said: str
    """The phrase, category or other topic, as the reader shows it."""
    where: str
    """The fields with it, such as `title, abstract`; empty for categories and topics."""
    points: int
    """Negative if it counts against the topic."""
    origin: str = ""
    """`written`, `fitted` or `yours`."""

    @property
    def detail(self) -> str:
        """Origin and fields, such as `fitted: title, abstract`."""
        return ": ".join(filter(None, (self.origin, self.where)))


@dataclass(frozen=True, slots=True)
class Why:
    """The causes of one of a paper's topics."""

    slug: str
    name: str
    score: int
    causes: tuple[Cause, ...]
    """Causes for the topic, the strongest first, then those against it."""
    weaker: int
    """How many more causes there are."""


def why(reasons: Iterable[Reason], names: Mapping[str, str]) -> tuple[Why, ...]:
    """Each topic with its strongest causes, from the reasons of `Topics.explain`; `names` are topic names by slug."""
    return tuple(_why(reason, names) for reason in reasons)


def _why(reason: Reason, names: Mapping[str, str]) -> Why:
    causes = sorted((cause for cause in _merged(reason.evidence, names) if cause.points), key=lambda one: -one.points)
    strongest = [cause for cause in causes if cause.points > 0][:FOR]
    strongest += [cause for cause in reversed(causes) if cause.points < 0][:AGAINST]
    name = names.get(reason.slug, reason.slug)
    return Why(reason.slug, name, round(reason.score), tuple(strongest), len(causes) - len(strongest))


def _merged(evidence: Iterable[Evidence], names: Mapping[str, str]) -> Iterable[Cause]:
    """Causes with whole points; a phrase and its extra points for the title are one cause."""
    merged: dict[str, list[Evidence]] = {}
    for one in evidence:
        merged.setdefault(_said(one, names), []).append(one)
    for said, group in merged.items():
        where = dict.fromkeys(place for one in group for place in _places(one))
        origins = {one.origin for one in group}
        origin = next((name for key, name in ORIGINS.items() if key in origins), "")
        yield Cause(said, ", ".join(where), round(sum(one.points for one in group)), origin)


def _said(one: Evidence, names: Mapping[str, str]) -> str:
    if one.where == ("categories",):
        return f"category {one.phrase}"
    if one.where == ("topics",):
        return f"topic {names.get(one.phrase, one.phrase)}"
    return one.phrase.removeprefix("title:")


def _places(one: Evidence) -> tuple[str, ...]:
    return () if one.where in (("categories",), ("topics",)) else one.where
