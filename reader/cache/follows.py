"""The user's follows and their papers: derived from the log and updated as papers come in.

Uses the standard sqlite3, in the caller's transaction, and the index of words.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from reader.cache.flags import clear_flag, set_flag
from reader.cache.muting import standing_queries
from reader.core.follows import Follow, FollowReason
from reader.core.paper_row import Flag
from reader.core.text import split_words

TEXTS = frozenset(("title", "abstract", "keywords", "authors", "organization", "venue"))
"""Columns that decide whether a paper is followed, besides its topics."""

_CHOSEN = "(SELECT value FROM json_each(?))"


class FollowCount(NamedTuple):
    """A follow with the numbers of its papers that are not hidden."""

    follow: Follow
    papers: int
    unread: int


class _Stored(NamedTuple):
    key: int
    follow: Follow


# What is followed


def derive_follows(connection: sqlite3.Connection) -> None:
    """Follow what the standing queries say, and nothing else; find the papers of what is new."""
    wanted: dict[str, Follow] = {}
    for one in standing_queries(connection):
        if (follow := one.follow) is not None:
            wanted.setdefault(follow.key, follow)
    for key, known in _stored(connection):
        follow = wanted.get(known.key)
        if follow is None or follow.name != known.name:
            _drop(connection, key)
        else:
            connection.execute("UPDATE follow SET notify = ? WHERE key = ?", (follow.notify, key))
            del wanted[known.key]
    for follow in wanted.values():
        cursor = connection.execute(
            "INSERT INTO follow (field, slug, name, notify) VALUES (?, ?, ?, ?)",
            (follow.field, follow.slug, follow.name, follow.notify),
        )
        found = list(_find(connection, follow))
        _put(connection, cast("int", cursor.lastrowid), found)
        set_flag(connection, Flag.FOLLOWED, found)


def forget_all(connection: sqlite3.Connection) -> None:
    """Forget all follows before deriving them again."""
    connection.execute("DELETE FROM follow_paper")
    connection.execute("DELETE FROM follow")
    clear_flag(connection, Flag.FOLLOWED)


def _drop(connection: sqlite3.Connection, key: int) -> None:
    papers = _papers_of(connection, key)
    connection.execute("DELETE FROM follow_paper WHERE follow = ?", (key,))
    connection.execute("DELETE FROM follow WHERE key = ?", (key,))
    other = f"SELECT DISTINCT pk FROM follow_paper WHERE pk IN {_CHOSEN}"
    kept = {pk for (pk,) in connection.execute(other, (json.dumps(papers),))}
    clear_flag(connection, Flag.FOLLOWED, [pk for pk in papers if pk not in kept])


def _papers_of(connection: sqlite3.Connection, key: int) -> list[int]:
    return [pk for (pk,) in connection.execute("SELECT pk FROM follow_paper WHERE follow = ?", (key,))]


def _stored(connection: sqlite3.Connection) -> list[_Stored]:
    rows = connection.execute("SELECT key, field, name, notify FROM follow ORDER BY key")
    return [_Stored(key, Follow(field, name, bool(notify))) for key, field, name, notify in rows]


# Papers that come in


def follow_papers(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Update the follows of papers that are new, or whose texts or topics changed."""
    follows = _stored(connection)
    wanted = sorted(set(pks))
    if not follows or not wanted:
        return
    named = json.dumps(wanted)
    connection.execute(f"DELETE FROM follow_paper WHERE pk IN {_CHOSEN}", (named,))
    for key, follow in follows:
        _put(connection, key, _find(connection, follow, wanted))
    found = f"SELECT DISTINCT pk FROM follow_paper WHERE pk IN {_CHOSEN}"
    followed = {pk for (pk,) in connection.execute(found, (named,))}
    set_flag(connection, Flag.FOLLOWED, followed)
    clear_flag(connection, Flag.FOLLOWED, [pk for pk in wanted if pk not in followed])


def _put(connection: sqlite3.Connection, key: int, found: Iterable[int]) -> None:
    connection.executemany("INSERT OR IGNORE INTO follow_paper (follow, pk) VALUES (?, ?)", ((key, pk) for pk in found))


def _find(connection: sqlite3.Connection, follow: Follow, among: Sequence[int] | None = None) -> Iterator[int]:
    """The papers of a follow, of all or `among` some in their order."""
    wanted, ends = (None, (0, 1 << 62)) if among is None else (frozenset(among), (among[0], among[-1]))
    yield from (pk for pk in _find_between(connection, follow, ends) if wanted is None or pk in wanted)


def _find_between(connection: sqlite3.Connection, follow: Follow, ends: tuple[int, int]) -> Iterator[int]:
    words = tuple(split_words(follow.name))
    match follow.field:
        case "topic":
            of_topic = (
                "SELECT pk FROM paper_topic WHERE topic = (SELECT pk FROM topic WHERE slug = ?) AND pk BETWEEN ? AND ?"
            )
            yield from (pk for (pk,) in connection.execute(of_topic, (follow.name, *ends)))
        case "venue":
            venues = "SELECT pk, venue FROM paper WHERE venue IS NOT NULL AND pk BETWEEN ? AND ?"
            for pk, venue in connection.execute(venues, ends):
                if tuple(split_words(venue))[: len(words)] == words:
                    yield pk
        case "org":
            for pk, name in _with_words(connection, "organization", _phrase(follow.name), ends):
                if tuple(split_words(name or "")) == words:
                    yield pk
        case "author":
            from reader.core.people import find_person

            for pk, names in _of_author(connection, follow.name, ends):
                if find_person(follow.name, names.split("\n")) is not None:
                    yield pk
        case "word":
            from reader.cache.search.full_text import any_form

            expression = f"{{title abstract keywords}} : ({any_form(follow.name, exact=True)})"
            rows = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rowid BETWEEN ? AND ?"
            yield from (pk for (pk,) in connection.execute(rows, (expression, *ends)))


def _of_author(connection: sqlite3.Connection, name: str, ends: tuple[int, int]) -> sqlite3.Cursor:
    from reader.core.people import spellings

    families, begin = spellings(name)
    wanted = f"({' OR '.join(map(_phrase, families))})"
    if begin:
        # With the given name, few of the many papers by a Wang are left.
        wanted = f"{wanted} AND ({' OR '.join(f'{_phrase(one)} *' for one in begin)})"
    return _with_words(connection, "authors", wanted, ends)


def _with_words(connection: sqlite3.Connection, column: str, wanted: str, ends: tuple[int, int]) -> sqlite3.Cursor:
    """The papers whose column has the words of an expression of the index, with that column."""
    return connection.execute(
        f"SELECT f.rowid, t.{column} FROM paper_fts AS f JOIN paper_text AS t ON t.pk = f.rowid"
        " WHERE paper_fts MATCH ? AND f.rowid BETWEEN ? AND ?",
        (f"{{{column}}} : ({wanted})", *ends),
    )


def _phrase(text: str) -> str:
    from reader.core.words import normalize_spelling

    return f'"{" ".join(split_words(normalize_spelling(text)))}"'


# Reads


def follows(connection: sqlite3.Connection) -> list[Follow]:
    """The follows, in the order in which they were made."""
    return [one.follow for one in _stored(connection)]


def follow_counts(connection: sqlite3.Connection) -> tuple[FollowCount, ...]:
    """The follows by field and name, with their numbers of papers."""
    rows = connection.execute(_COUNTS)
    return tuple(FollowCount(Follow(field, name, bool(notify)), *numbers) for field, name, notify, *numbers in rows)


_COUNTS = """
    SELECT f.field, f.name, f.notify, count(p.pk), coalesce(sum(p.read = 0), 0)
    FROM follow AS f LEFT JOIN (follow_paper AS w JOIN paper AS p ON p.pk = w.pk AND p.hidden = 0) ON w.follow = f.key
    GROUP BY f.key
    ORDER BY instr('author org venue topic word', f.field), f.name COLLATE NOCASE
"""


def reasons(connection: sqlite3.Connection, pk: int) -> tuple[FollowReason, ...]:
    """Why a paper counts as followed; empty if it does not."""
    rows = connection.execute(
        "SELECT f.field, f.name, f.notify, t.authors FROM follow_paper AS w JOIN follow AS f"
        " ON f.key = w.follow JOIN paper_text AS t ON t.pk = w.pk WHERE w.pk = ? ORDER BY f.key",
        (pk,),
    ).fetchall()
    return tuple(_reason(Follow(field, name, bool(notify)), authors) for field, name, notify, authors in rows)


def _reason(follow: Follow, authors: str) -> FollowReason:
    found = None
    if follow.field == "author":
        from reader.core.people import find_person

        found = find_person(follow.name, authors.split("\n"))
    return FollowReason(follow, found if found and found != follow.name else "")
