"""New papers that match queries, each told of once: whatever program asks, and though one is killed half-way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from reader.cache import schema
from reader.cache.search.compile import compile_query
from reader.cache.search.conditions import Scope
from reader.cache.search.sql_functions import register_functions
from reader.cache.sqlite_errors import explained
from reader.core.query import Query

NEWS_DAYS = 14
"""Days up to which a paper is news: what a backfill brings is not."""

_TOLD, _PROBLEM = "told", "told_problem"
"""The keys in `meta` of the newest paper that was looked at, and of what went wrong last."""


class Problem(NamedTuple):
    """Why nothing could be told, and since when (ISO time)."""

    since: str
    error: str


def begin(path: Path) -> None:
    """Count as new what comes from now on, unless that was begun before."""
    with _opened(path) as cache, schema.transaction(cache):
        cache.execute(
            "INSERT INTO meta (key, value) SELECT ?, coalesce(max(pk), 0) FROM paper WHERE true ON CONFLICT DO NOTHING",
            (_TOLD,),
        )


def claim(path: Path, queries: Mapping[str, Query], scope: Scope) -> dict[int, tuple[str, ...]]:
    """The papers that have come since the last call and match, with the queries they match; nobody gets them again.

    Those that the user has read or hidden by now are left out.
    """
    oldest = (scope.today - timedelta(days=NEWS_DAYS)).isoformat()
    matches: dict[int, tuple[str, ...]] = {}
    with _opened(path) as cache:
        # What is claimed is looked through behind the transaction, which others may be waiting for.
        with schema.transaction(cache):
            row = cache.execute("SELECT value FROM meta WHERE key = ?", (_TOLD,)).fetchone()
            (newest,) = cache.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()
            _note(cache, _TOLD, str(newest))
        for name, query in queries.items():
            # They are few, so each is asked whether it matches.
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
    """Keep why telling failed, and since when it does; None for why once it went well."""
    with _opened(path) as cache, schema.transaction(cache):
        if error is None:
            cache.execute("DELETE FROM meta WHERE key = ?", (_PROBLEM,))
        else:
            known = _problem(cache)
            _note(cache, _PROBLEM, json.dumps([known.since if known else since, error]))


def problem(path: Path) -> Problem | None:
    """What went wrong last; None if nothing did."""
    with _opened(path) as cache:
        return _problem(cache)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with explained(path), closing(schema.connect(path)) as cache:
        register_functions(cache)
        yield cache


def _problem(cache: sqlite3.Connection) -> Problem | None:
    row = cache.execute("SELECT value FROM meta WHERE key = ?", (_PROBLEM,)).fetchone()
    return Problem(*json.loads(row[0])) if row else None


def _note(cache: sqlite3.Connection, key: str, value: str) -> None:
    cache.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value)
    )
