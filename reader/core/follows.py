"""The user's follows: authors, organizations, venues, topics and words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.nearest import nearest
from reader.core.text import fold

if TYPE_CHECKING:
    from reader.core.paper import Paper

FIELDS: Mapping[str, str] = MappingProxyType(
    {"author": "author", "org": "organization", "venue": "venue", "topic": "topic", "word": "word"}
)
"""The fields that can be followed, with their names."""

MAX_NAME_LENGTH = 120
"""Maximum characters of a name."""

VIEW = "follow:"
"""Prefix of the view id of a follow, before its field, a colon and its name."""

_SHORTEST_WORD, _MOST_WORDS = 3, 12
_SIGNS = re.compile(r"[\W_]+")
_VENUE_YEAR = re.compile(r"\s*\b(?:19|20)\d\d\b.*")


class Follow(NamedTuple):
    """One thing that the user follows."""

    field: str
    name: str
    """As shown and as searched in papers; for a topic, its slug."""
    notify: bool = False
    """Whether the user is notified of new papers."""

    @property
    def slug(self) -> str:
        """The name in a form without case, accents and blanks; with the field it identifies the follow."""
        return _SIGNS.sub("-", fold(self.name)).strip("-")

    @property
    def key(self) -> str:
        """Its key among follows, such as `author:kaiming-he`."""
        return f"{self.field}:{self.slug}"

    @property
    def query(self) -> str:
        return f"follow:{self.key}"

    @property
    def text(self) -> str:
        """The form that `parse_follow` reads, which is a query too: `author:"Kaiming He"`."""
        prefix = "" if self.field == "word" else f"{self.field}:"
        return f'{prefix}"{self.name}"'

    @property
    def view(self) -> str:
        return f"{VIEW}{self.field}:{self.name}"

    def in_words(self, topic_names: Mapping[str, str] = MappingProxyType({})) -> str:
        """The follow in words."""
        return topic_names.get(self.name, self.name) if self.field == "topic" else self.name


class FollowReason(NamedTuple):
    """Why a paper counts as followed."""

    follow: Follow
    found: str = ""
    """The author's name in the paper, if it is spelled differently."""

    def in_words(self, topic_names: Mapping[str, str] = MappingProxyType({})) -> str:
        """The reason in words: `Kaiming He`, or `Kaiming He: HE Kaiming`."""
        name = self.follow.in_words(topic_names)
        return f"{name}: {self.found}" if self.found else name


def parse_follow(text: str) -> Follow:
    """The follow named by a text such as `author:Kaiming He` or `world model`; raises ValueError with the mistake."""
    field, colon, name = ("word", ":", text) if text.startswith('"') else text.partition(":")
    field = {"organization": "org", "organisation": "org", "keyword": "word"}.get(field.lower(), field.lower())
    if not colon or field not in FIELDS:
        known = nearest(field, FIELDS) if colon else None
        if known is not None:
            raise ValueError(f"begins with {field}:, but the field is {known}:")
        field, name = "word", text
    return make_follow(field, name)


def make_follow(field: str, name: str) -> Follow:
    """The follow of a name in a field; raises ValueError with the mistake in the name."""
    from reader.core.text import clean

    name = clean(name.replace('"', " "))
    if field == "topic":
        name = _SIGNS.sub("-", name.lower()).strip("-")
    follow = Follow(field, name)
    if not follow.slug:
        raise ValueError("has no letters")
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"is longer than {MAX_NAME_LENGTH} characters")
    if field == "word" and len(follow.slug) < _SHORTEST_WORD:
        raise ValueError("is too short: nearly every paper matches")
    return follow


def name_slug(value: str) -> str:
    """The form in which a query's name is looked up: `author:Kaiming He` and `kaiming he` as their slugs."""
    field, colon, name = value.partition(":")
    return f"{field}:{Follow(field, name).slug}" if colon else Follow("", value).slug


def from_view(id: str) -> Follow | None:
    """The follow whose view has this id; None for another view."""
    field, _, name = id.removeprefix(VIEW).partition(":")
    return Follow(field, name) if id.startswith(VIEW) and field in FIELDS and name else None


def venue_name(venue: str) -> str:
    """The name of a venue without its year and track: `ICLR` of `ICLR 2026 oral`."""
    from reader.core.venue import series_of

    series = series_of(venue)
    return series.name if series is not None else _VENUE_YEAR.sub("", venue).strip() or venue


def offers(paper: Paper) -> dict[str, tuple[Follow, ...]]:
    """The values of a paper that can be followed, by field, without empty fields."""
    names = {
        "author": paper.authors,
        "org": (paper.organization,) if paper.organization else (),
        "venue": (venue_name(paper.venue),) if paper.venue else (),
        "topic": paper.topics,
        "word": paper.keywords[:_MOST_WORDS],
    }
    follows: dict[str, dict[str, Follow]] = {}
    for field, name in ((field, name) for field, values in names.items() for name in values):
        with suppress(ValueError):
            follow = make_follow(field, name)
            follows.setdefault(field, {}).setdefault(follow.slug, follow)
    return {field: tuple(by_slug.values()) for field, by_slug in follows.items()}
