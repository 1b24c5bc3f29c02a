"""New papers that match the user's queries. The first program that asks claims a paper, so it is notified once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from reader.cache import connections
from reader.cache.search.compile import compile_query
from reader.cache.search.conditions import Scope
from reader.cache.search.sql_functions import register_functions
from reader.cache.sqlite_errors import explained
from reader.core.query import Query

NEWS_DAYS = 14
"""Maximum age in days of a paper that is news; backfilled papers are older."""

_CLAIMED, _PROBLEM = "told", "told_problem"
"""The keys in `meta` of the newest claimed paper, and of the last failure."""


class Problem(NamedTuple):
    """Why notifications fail, and since when (ISO time)."""

    since: str
    error: str


def begin(path: Path, key: str = _CLAIMED) -> None:
    """Treat papers as new from now on; do nothing after the first call. `key` is that of the claims in `meta`."""
    with _opened(path) as cache, connections.transaction(cache):
        cache.execute(
            "INSERT INTO meta (key, value) SELECT ?, coalesce(max(pk), 0) FROM paper WHERE true ON CONFLICT DO NOTHING",
            (key,),
        )


def claim(path: Path, queries: Mapping[str, Query], scope: Scope, key: str = _CLAIMED) -> dict[int, tuple[str, ...]]:
    """Claim the matching papers that came since the last claim, each with its queries; no later claim returns them.

    Papers that the user has already read or hidden are left out.
    """
    oldest = (scope.today - timedelta(days=NEWS_DAYS)).isoformat()
    matches: dict[int, tuple[str, ...]] = {}
    with _opened(path) as cache:
        # The papers are searched after the transaction: other programs may wait for its end.
        with connections.transaction(cache):
            row = cache.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            (newest,) = cache.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()
            _put(cache, key, str(newest))
        for name, query in queries.items():
            # New papers are few, so each is checked in turn.
            asked = compile_query(query, scope).walk
            found = cache.execute(
                f"SELECT p.pk FROM paper AS p WHERE ({asked.sql}) AND p.pk BETWEEN ? AND ? AND +p.read = 0"
                " AND +p.hidden = 0 AND (+p.sort_day >= ? OR +p.sort_day = '')"
                " ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk",
                (*asked.params, int(row[0]) + 1 if row else 0, newest, oldest),
            )
            for (pk,) in found.fetchall():
                matches[pk] = (*matches.get(pk, ()), name)
    return matches


def note_problem(path: Path, since: str, error: str | None) -> None:
    """Record why notifications fail, keeping the time of the first failure; None once they work."""
    with _opened(path) as cache, connections.transaction(cache):
        if error is None:
            cache.execute("DELETE FROM meta WHERE key = ?", (_PROBLEM,))
        else:
            known = _problem(cache)
            _put(cache, _PROBLEM, json.dumps([known.since if known else since, error]))


def problem(path: Path) -> Problem | None:
    """The current failure; None if notifications work."""
    with _opened(path) as cache:
        return _problem(cache)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with explained(path), closing(connections.connect(path)) as cache:
        register_functions(cache)
        yield cache


def _problem(cache: sqlite3.Connection) -> Problem | None:
    row = cache.execute("SELECT value FROM meta WHERE key = ?", (_PROBLEM,)).fetchone()
    return Problem(*json.loads(row[0])) if row else None


def _put(cache: sqlite3.Connection, key: str, value: str) -> None:
    cache.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value)
    )
