"""The topics, authors and organizations of marked papers, the papers that have them, and what the user wants of them.

Names are looked up in the index of words, so that no text is read; topics have an index of their own.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reader.cache.search.sql_functions import split_words
from reader.core.choice.taste import TRAIT_LEAST, TRAIT_MOST, Marked, TasteTerm, TraitCount, What, weigh_traits
from reader.core.choice.wishes import WEIGH, Wish, newest_wishes
from reader.core.text import fold

_CHOSEN = "(SELECT value FROM json_each(?))"

_TOPICS = (
    "SELECT pt.pk, topic.slug, topic.name FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
    f" WHERE pt.pk IN {_CHOSEN}"
)

_PEOPLE = f"SELECT pk, authors, organization FROM paper_text WHERE pk IN {_CHOSEN}"

_WISHES = f"SELECT kind, value FROM event WHERE kind LIKE '{WEIGH}%' AND undone = 0 ORDER BY clock, id"

_WITH_TOPIC = (
    "SELECT pt.pk FROM topic JOIN paper_topic AS pt ON pt.topic = topic.pk WHERE topic.slug = ? ORDER BY pt.pk"
)

_TOPIC_COUNT = "SELECT count(*) FROM paper_topic WHERE topic = (SELECT pk FROM topic WHERE slug = ?)"

_COLUMNS: Mapping[What, str] = {"author": "authors", "org": "organization"}


def read_wishes(connection: sqlite3.Connection) -> tuple[Wish, ...]:
    """What the user decided about what was learned."""
    return newest_wishes(connection.execute(_WISHES))


def read_traits(connection: sqlite3.Connection, marked: Sequence[Marked]) -> tuple[TasteTerm, ...]:
    """What was learned from the topics, authors and organizations of marked papers."""
    weights = {paper.pk: paper.weight for paper in marked}
    held: dict[tuple[What, str], dict[int, None]] = defaultdict(dict)
    named: dict[tuple[What, str], tuple[str, str]] = {}
    for pk, what, name, text in _traits_of(connection, list(weights)):
        held[what, fold(name)][pk] = None
        named.setdefault((what, fold(name)), (name, text))
    liked, hidden = (sum(max(0.0, sign * weight) for weight in weights.values()) for sign in (1, -1))
    (papers,) = connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()
    counts = []
    for (what, key), pks in _most_held(held):
        mine, other = (sum(max(0.0, sign * weights[pk]) for pk in pks) for sign in (1, -1))
        marks = sum((weights[pk] > 0) == (mine >= other) for pk in pks)
        name, text = named[what, key]
        share = _count(connection, what, name) / max(1, papers)
        counts.append(TraitCount(what, name, text, mine, other, marks, share))
    return weigh_traits(counts, liked, hidden)


def _most_held(
    held: Mapping[tuple[What, str], Mapping[int, None]],
) -> Iterator[tuple[tuple[What, str], Mapping[int, None]]]:
    """The traits that enough marked papers have, at most some of each kind: to look each one up takes time."""
    left = {what: 3 * most for what, most in TRAIT_MOST.items()}
    for key, pks in sorted(held.items(), key=lambda one: (-len(one[1]), one[0])):
        left[key[0]] -= 1
        if len(pks) >= TRAIT_LEAST[key[0]] and left[key[0]] >= 0:
            yield key, pks


def _traits_of(connection: sqlite3.Connection, pks: Sequence[int]) -> Iterator[tuple[int, What, str, str]]:
    """Papers with their traits: what each is, its name, and its text."""
    chosen = (json.dumps(pks),)
    for pk, slug, name in connection.execute(_TOPICS, chosen):
        yield pk, "topic", slug, name
    for pk, authors, organization in connection.execute(_PEOPLE, chosen):
        for author in authors.split("\n"):
            if author:
                yield pk, "author", author, author
        if organization:
            yield pk, "org", organization, organization


def _count(connection: sqlite3.Connection, what: What, name: str) -> int:
    """How many papers have a trait; those of a topic, which are many, are not read."""
    if what == "topic":
        return int(connection.execute(_TOPIC_COUNT, (name,)).fetchone()[0])
    return len(holders_of(connection, what, name))


def topic_texts(connection: sqlite3.Connection, terms: Iterable[TasteTerm]) -> tuple[TasteTerm, ...]:
    """The terms with the names of topics in place of their slugs."""
    names = dict(connection.execute("SELECT slug, name FROM topic"))
    return tuple(
        term._replace(text=names.get(term.name, term.text)) if term.what == "topic" else term for term in terms
    )


def holders_of(connection: sqlite3.Connection, what: What, name: str) -> array[int]:
    """The keys of the papers that have a trait, in their order."""
    if what == "topic":
        return array("q", (pk for (pk,) in connection.execute(_WITH_TOPIC, (name,))))
    words = split_words(name)
    if what == "word" or not words:
        return array("q")
    column, quoted = _COLUMNS[what], " ".join(words)
    found = connection.execute(
        f"SELECT f.rowid, t.{column} FROM paper_fts AS f JOIN paper_text AS t ON t.pk = f.rowid"
        " WHERE paper_fts MATCH ? ORDER BY f.rowid",
        (f'{column} : "{quoted}"',),
    )
    wanted = fold(name)
    return array("q", (pk for pk, text in found if text and wanted in fold(text).split("\n")))
