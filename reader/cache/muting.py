"""Flags the papers of muted queries, which are standing queries of the log.

The flag `MUTED` says that a paper has a muted word; `cache/marks/derive.py` decides whether that hides the paper, and
calls this whenever the list of muted queries or a paper's text changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reader.cache.flags import clear_flag, flagged, has, set_flag
from reader.core.errors import QueryError
from reader.core.marks import STANDING
from reader.core.paper_row import Flag

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.settings.standing import Standing

_ROWS = f"SELECT value FROM mark WHERE paper = '' AND kind GLOB '{STANDING}*' AND undone = 0 AND value <> ''"


def standing_queries(connection: sqlite3.Connection) -> list[Standing]:
    """The standing queries that the cache knows from the log, in their order."""
    rows = connection.execute(_ROWS).fetchall()
    if not rows:
        return []
    from reader.core.settings.standing import from_json
    from reader.core.settings.types import InvalidValue

    found = []
    for (value,) in rows:
        with suppress(InvalidValue):
            found.append(from_json(value))
    return sorted(found, key=lambda one: (one.place, one.name.casefold()))


def flag(connection: sqlite3.Connection, among: Iterable[int] | None = None) -> list[int]:
    """Flag the papers that a muted query matches, of all or `among` some, and no others; return what changed.

    This happens in the caller's transaction.
    """
    known = standing_queries(connection)
    queries = _muted(known)
    if not queries and among is not None:
        return []
    chosen = None if among is None else set(among)
    before = flagged(connection, Flag.MUTED)
    before = before if chosen is None else before & chosen
    # Without queries, as in a new home, the query language is not imported.
    after = _papers_of_any(connection, queries, _scope(connection, known), chosen) if queries else set[int]()
    set_flag(connection, Flag.MUTED, after - before)
    clear_flag(connection, Flag.MUTED, before - after)
    return sorted(before ^ after)


def muting_queries(connection: sqlite3.Connection, pk: int) -> tuple[str, ...]:
    """The muted queries that hide a paper."""
    muted = f"SELECT 1 FROM paper WHERE pk = ? AND hidden = 1 AND {has(Flag.MUTED, 'paper.pk')}"
    if connection.execute(muted, (pk,)).fetchone() is None:
        return ()
    known = standing_queries(connection)
    scope = _scope(connection, known)
    return tuple(query for query in _muted(known) if _papers_of_any(connection, [query], scope, {pk}))


def _muted(known: Iterable[Standing]) -> list[str]:
    from reader.core.settings.standing import MUTE

    return list(dict.fromkeys(one.query for one in known if MUTE in one.then))


def _scope(connection: sqlite3.Connection, known: Iterable[Standing]) -> Scope:
    from reader.cache.search.compile import Scope
    from reader.core.settings.standing import SHOW

    (newest,) = connection.execute("SELECT max(sort_day) FROM paper").fetchone()
    views = tuple((one.name, one.query) for one in known if SHOW in one.then)
    return Scope(datetime.now(UTC).date(), newest, "", views)


def _papers_of_any(
    connection: sqlite3.Connection, queries: Iterable[str], scope: Scope, among: set[int] | None
) -> set[int]:
    """The papers of these queries, of all or `among` some; a text that is no query matches none."""
    from reader.cache.search.sql_functions import register_functions

    register_functions(connection)
    found = set[int]()
    more, values = ("true", []) if among is None else ("+p.pk IN (SELECT value FROM json_each(?))", [sorted(among)])
    for query in queries:
        with suppress(QueryError):
            found.update(papers_of(connection, query, scope, more, *map(json.dumps, values)))
    return found


def papers_of(
    connection: sqlite3.Connection, text: str, scope: Scope, more: str = "true", *values: object
) -> list[int]:
    """The papers of a query, hidden ones too, of which `more` is true as well; none if it selects nothing.

    The connection needs `register_functions`.
    """
    from reader.cache.search.compile import compile_query, selects
    from reader.cache.search.free_text import nearest
    from reader.core.query import parse
    from reader.core.query.nodes import include_hidden

    query = parse(text)
    if not selects(query, scope.views):
        return []
    asked = nearest(connection, compile_query(include_hidden(query), scope)).where
    found = connection.execute(f"SELECT p.pk FROM paper AS p WHERE ({asked.sql}) AND {more}", (*asked.params, *values))
    return [pk for (pk,) in found]
