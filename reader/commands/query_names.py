"""The names in a query of what may not be there: a topic, something that the user follows, a member of the group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reader.core.errors import UsageError
from reader.core.nearest import nearest
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.query import Query
    from reader.core.query.nodes import Node


def check_names(window: Window, query: Query) -> None:
    """Raise UsageError for the first name of a query that nothing has; an empty cache has no topics to tell."""
    if wanted := list(names_in(query.root, "topic")):
        known = window.topic_names()
        _check(wanted if known else (), known, "There is no topic {}.", "'dailypapers topics' lists them.")
    if wanted := list(names_in(query.root, "follow")):
        from reader.cache.follows import follows
        from reader.core.follows import name_slug

        followed = [name for one in window.read(follows) for name in (one.slug, f"{one.field}:{one.slug}")]
        advice = "'dailypapers follow list' prints what is."
        _check(map(name_slug, wanted), followed, "Nothing named {} is followed.", advice)
    if wanted := [name.casefold() for name in names_in(query.root, "by")]:
        from reader.cache.group.members import members
        from reader.core.group import ANYONE

        people = [ANYONE, *(one.name.casefold() for one in window.read(members))]
        _check(wanted, people, "Nobody else in the group is named {}.", "'dailypapers group status' prints who is.")


def _check(names: Iterable[str], known: Iterable[str], said: str, advice: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            meant = nearest(name, known)
            raise UsageError(f"{said.format(repr(clean(name, 100)))} {f'Did you mean {meant}?' if meant else advice}")


def names_in(node: Node | None, field: str) -> Iterator[str]:
    """The names in all terms of a field."""
    from reader.core.query.nodes import And, Not, Or, Term

    match node:
        case And() | Or():
            for part in node.nodes:
                yield from names_in(part, field)
        case Not():
            yield from names_in(node.node, field)
        case Term() if node.field == field:
            yield node.value
