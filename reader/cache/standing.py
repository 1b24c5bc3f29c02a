"""Derives the state of the cache that concerns no single paper from the log: muted queries, follows and followed feeds.

Papers of muted queries and of follows are flagged whenever these queries or a paper's text change. A flag `MUTED`
alone hides no paper: `cache/marks/derive.py` decides that. All of this happens in the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.flags import flag_papers, has
from reader.core.errors import QueryError
from reader.core.follows import Follow, FollowReason
from reader.core.marks import FOLLOW, STANDING
from reader.core.paper_row import Flag
from reader.core.text import split_words
from reader.log.foreign import read_feed

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.settings.standing import StandingQuery

_ROWS = f"SELECT value FROM mark WHERE paper = '' AND kind GLOB '{STANDING}*' AND undone = 0 AND value <> ''"


def standing_queries(connection: sqlite3.Connection) -> list[StandingQuery]:
    """The standing queries that the cache knows from the log, in their order."""
    rows = connection.execute(_ROWS).fetchall()
    if not rows:
        return []
    from reader.core.settings.standing import read_queries

    return read_queries(value for (value,) in rows)


# Muted queries


def flag_muted(connection: sqlite3.Connection, among: Iterable[int] | None = None) -> list[int]:
    """Flag exactly the papers that a muted query matches, of all or only those `among`; return the changed papers."""
    known = standing_queries(connection)
    queries = _muted_queries(known)
    if not queries and among is not None:
        return []
    chosen = None if among is None else set(among)
    # Without queries, as in a new home, the query language is not imported.
    after = _papers_of_any(connection, queries, _scope(connection, known), chosen) if queries else set[int]()
    return flag_papers(connection, Flag.MUTED, after, chosen)


def muting_queries(connection: sqlite3.Connection, pk: int) -> tuple[str, ...]:
    """The muted queries that hide a paper."""
    muted = f"SELECT 1 FROM paper WHERE pk = ? AND hidden = 1 AND {has(Flag.MUTED, 'paper.pk')}"
    if connection.execute(muted, (pk,)).fetchone() is None:
        return ()
    known = standing_queries(connection)
    scope = _scope(connection, known)
    return tuple(query for query in _muted_queries(known) if _papers_of_any(connection, [query], scope, {pk}))


def _muted_queries(known: Iterable[StandingQuery]) -> list[str]:
    from reader.core.settings.standing import MUTE

    return list(dict.fromkeys(query.query for query in known if MUTE in query.then))


def _scope(connection: sqlite3.Connection, known: Iterable[StandingQuery]) -> Scope:
    from reader.cache.search.compile import Scope
    from reader.core.settings.standing import SHOW

    (newest,) = connection.execute("SELECT max(sort_day) FROM paper").fetchone()
    views = tuple((query.name, query.query) for query in known if SHOW in query.then)
    return Scope(datetime.now(UTC).date(), newest, "", views)


def _papers_of_any(
    connection: sqlite3.Connection, queries: Iterable[str], scope: Scope, among: set[int] | None
) -> set[int]:
    """The papers of these queries, of all or only of those `among`; an invalid query matches no paper."""
    from reader.cache.search.selection import register_functions

    register_functions(connection)
    papers = set[int]()
    more, values = ("true", []) if among is None else ("+p.pk IN (SELECT value FROM json_each(?))", [sorted(among)])
    for query in queries:
        with suppress(QueryError):
            papers.update(papers_of(connection, query, scope, more, *map(json.dumps, values)))
    return papers


def papers_of(
    connection: sqlite3.Connection, text: str, scope: Scope, more: str = "true", *values: object
) -> list[int]:
    """The papers of a query, including hidden ones, for which the SQL condition `more` holds; none without terms.

    The connection needs `register_functions`.
    """
    from reader.cache.search.compile import compile_query, selects
    from reader.cache.search.free_text import nearest
    from reader.core.query import parse
    from reader.core.query.nodes import include_hidden

    query = parse(text)
    if not selects(query, scope.views):
        return []
    where = nearest(connection, compile_query(include_hidden(query), scope)).where
    rows = connection.execute(f"SELECT p.pk FROM paper AS p WHERE ({where.sql}) AND {more}", (*where.params, *values))
    return [pk for (pk,) in rows]


# Follows

TEXTS = frozenset(("title", "abstract", "keywords", "authors", "organization", "venue"))
"""Columns that decide whether a paper is followed, besides its topics."""


class FollowCount(NamedTuple):
    """A follow with the numbers of its papers that are not hidden."""

    follow: Follow
    papers: int
    unread: int


def derive_follows(connection: sqlite3.Connection) -> None:
    """Derive the follows from the standing queries, and find their papers."""
    connection.execute("DELETE FROM follow_paper")
    connection.execute("DELETE FROM follow")
    derived: dict[str, Follow] = {}
    for query in standing_queries(connection):
        if (follow := query.follow) is not None:
            derived.setdefault(follow.key, follow)
    connection.executemany(
        "INSERT INTO follow (field, slug, name, notify) VALUES (?, ?, ?, ?)",
        [(follow.field, follow.slug, follow.name, follow.notify) for follow in derived.values()],
    )
    _find_followed(connection, None)


def follow_papers(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Update the follows of papers that are new, or whose texts or topics changed."""
    changed = sorted(set(pks))
    if changed and _stored_follows(connection):
        connection.executemany("DELETE FROM follow_paper WHERE pk = ?", [(pk,) for pk in changed])
        _find_followed(connection, changed)


def _find_followed(connection: sqlite3.Connection, among: Sequence[int] | None) -> None:
    """Find and flag the papers of all follows, of all papers or only of those `among`, which are sorted."""
    chosen, ends = (None, (0, 1 << 62)) if among is None else (set(among), (among[0], among[-1]))
    followed = set[int]()
    for key, follow in _stored_follows(connection):
        papers = {pk for pk in _papers_of_follow(connection, follow, ends) if chosen is None or pk in chosen}
        followed |= papers
        rows = [(key, pk) for pk in sorted(papers)]
        connection.executemany("INSERT INTO follow_paper (follow, pk) VALUES (?, ?)", rows)
    flag_papers(connection, Flag.FOLLOWED, followed, chosen)


def _stored_follows(connection: sqlite3.Connection) -> list[tuple[int, Follow]]:
    rows = connection.execute("SELECT key, field, name, notify FROM follow ORDER BY key")
    return [(key, Follow(field, name, bool(notify))) for key, field, name, notify in rows]


def _papers_of_follow(connection: sqlite3.Connection, follow: Follow, ends: tuple[int, int]) -> Iterator[int]:
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
    expression = f"({' OR '.join(map(_phrase, families))})"
    if begin:
        # The given name excludes most of the many papers by a Wang.
        expression = f"{expression} AND ({' OR '.join(f'{_phrase(name)} *' for name in begin)})"
    return _with_words(connection, "authors", expression, ends)


def _with_words(connection: sqlite3.Connection, column: str, expression: str, ends: tuple[int, int]) -> sqlite3.Cursor:
    """The keys of papers whose column matches an FTS5 expression, with the column's values."""
    return connection.execute(
        f"SELECT f.rowid, t.{column} FROM paper_fts AS f JOIN paper_text AS t ON t.pk = f.rowid"
        " WHERE paper_fts MATCH ? AND f.rowid BETWEEN ? AND ?",
        (f"{{{column}}} : ({expression})", *ends),
    )


def _phrase(text: str) -> str:
    from reader.core.words import normalize_spelling

    return f'"{" ".join(split_words(normalize_spelling(text)))}"'


def follows(connection: sqlite3.Connection) -> list[Follow]:
    """The follows, in the order in which they were made."""
    return [follow for _, follow in _stored_follows(connection)]


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
    spelling = None
    if follow.field == "author":
        from reader.core.people import find_person

        spelling = find_person(follow.name, authors.split("\n"))
    return FollowReason(follow, spelling if spelling and spelling != follow.name else "")


# Followed feeds


def list_feeds(connection: sqlite3.Connection) -> None:
    """Derive the followed feeds from the newest row of each slug, in the caller's transaction.

    If two machines follow one address under two slugs, the slug that sorts first is listed.
    """
    newest = _newest_follows(connection)
    listed: dict[str, dict[str, str | None]] = {}
    for slug in sorted(newest):
        if (feed := read_feed(newest[slug])) is not None:
            listed.setdefault(feed["url"], {"home": None, "folder": "", **feed, "slug": slug})
    rows = connection.execute("SELECT slug, url FROM feed WHERE kind <> 'own'").fetchall()
    gone = [slug for slug, url in rows if listed.get(url, {}).get("slug") != slug]
    connection.executemany("DELETE FROM feed WHERE slug = ?", [(slug,) for slug in gone])
    connection.executemany(
        "INSERT INTO feed (slug, kind, url, title, home, folder, added)"
        " VALUES (:slug, :kind, :url, :title, :home, :folder, :added)"
        " ON CONFLICT (slug) DO UPDATE SET kind = :kind, title = :title, home = :home, folder = :folder, added = :added"
        " WHERE feed.kind <> 'own' ON CONFLICT DO NOTHING",
        listed.values(),
    )


def slugs_of(connection: sqlite3.Connection, url: str) -> list[str]:
    """All slugs under which an address is followed."""
    newest = _newest_follows(connection)
    return [slug for slug, value in newest.items() if (feed := read_feed(value)) is not None and feed["url"] == url]


def _newest_follows(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(f"SELECT kind, value FROM mark WHERE paper = '' AND kind GLOB '{FOLLOW}*' AND undone = 0")
    return {kind.removeprefix(FOLLOW): value for kind, value in rows}
