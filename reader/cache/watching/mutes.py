"""Papers with muted words: hidden while the settings have the words, unless the user marked or shows them.

The settings have the words, so nothing of this is in the log. A flag keeps which papers are muted; `paper.hidden`
follows from it where no event says whether the paper is hidden.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from reader.cache import connections
from reader.cache.flags import clear_flag, flagged, has, set_flag
from reader.cache.marks.derived import refold
from reader.cache.search import plan
from reader.cache.search.compile import compile_query
from reader.cache.search.conditions import Scope
from reader.cache.search.sql_functions import register_functions
from reader.cache.search.view_terms import selects
from reader.cache.sqlite_errors import explained
from reader.core.errors import QueryError
from reader.core.paper_row import Flag
from reader.core.query import parse
from reader.core.query.nodes import with_hidden

APPLIED = "mute"
"""The key in `meta` of the muted words that the flags follow, as JSON."""

REACHED = "mute_reached"
"""The key in `meta` of the newest paper whose flag follows them."""

BATCH = 2_000
"""Papers in one transaction, so that another writer waits some 20 ms."""

_KEPT = (
    "p.starred = 0 AND p.has_note = 0 AND NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = p.pk)"
    " AND NOT EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = p.pk)"
)
"""The condition of papers that the user has not marked."""


def newest_key(connection: sqlite3.Connection) -> int:
    """The key of the paper that came last; 0 without papers."""
    return int(connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()[0])


def is_applied(connection: sqlite3.Connection, words: Sequence[str]) -> bool:
    """Whether the papers are muted by these words, also those that came in last."""
    kept = dict(connection.execute("SELECT key, value FROM meta WHERE key IN (?, ?)", (APPLIED, REACHED)))
    if kept.get(APPLIED, "[]") != json.dumps(list(words)):
        return False
    return not words or newest_key(connection) <= int(kept.get(REACHED, 0))


def follow(path: Path, words: Sequence[str], scope: Callable[[], Scope]) -> bool:
    """Mute by these words unless all papers are, and return whether any changed; raises CacheError."""
    with explained(path), closing(connections.connect(path, query_only=True)) as cache:
        if is_applied(cache, words):
            return False
    return mute(path, words, scope())


def mute(path: Path, words: Sequence[str], scope: Scope) -> bool:
    """Mute the papers of these words, and no others; return whether any paper changed. Raises CacheError."""
    with explained(path), closing(connections.connect(path)) as cache:
        if not words and is_applied(cache, words):
            return False
        register_functions(cache)
        newest = newest_key(cache)
        before, after = flagged(cache, Flag.MUTED), set(_found(cache, words, scope))
        cache.execute("CREATE TEMP TABLE IF NOT EXISTS touched (pk INTEGER PRIMARY KEY)")
        changed = sorted(before ^ after)
        for start in range(0, len(changed), BATCH):
            some = changed[start : start + BATCH]
            _change(cache, after.intersection(some), before.intersection(some))
        if not is_applied(cache, words):
            with connections.transaction(cache):
                kept = [(APPLIED, json.dumps([*words])), (REACHED, str(newest))]
                cache.executemany("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", kept)
        return before != after


def muting_words(connection: sqlite3.Connection, pk: int, scope: Scope) -> tuple[str, ...]:
    """The muted words that hide a paper, by which it was muted. The connection needs `register_functions`."""
    if not _is_hidden(connection, pk):
        return ()
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (APPLIED,)).fetchone()
    return tuple(word for word in (json.loads(row[0]) if row else ()) if _has(connection, pk, word, scope))


def _is_hidden(connection: sqlite3.Connection, pk: int) -> bool:
    flagged = f"SELECT 1 FROM paper WHERE pk = ? AND hidden = 1 AND {has(Flag.MUTED, 'paper.pk')}"
    return connection.execute(flagged, (pk,)).fetchone() is not None


def _has(connection: sqlite3.Connection, pk: int, word: str, scope: Scope) -> bool:
    try:
        asked = compile_query(with_hidden(parse(word)), scope).walk
    except QueryError:
        return False
    query = f"SELECT 1 FROM paper AS p WHERE ({asked.sql}) AND p.pk = ?"
    return connection.execute(query, (*asked.params, pk)).fetchone() is not None


def _found(cache: sqlite3.Connection, words: Sequence[str], scope: Scope) -> Iterator[int]:
    for word in words:
        with suppress(QueryError):
            # Full texts have many words that their papers are not about.
            query = parse(word)
            if not selects(query, scope.views):
                continue
            asked = compile_query(with_hidden(query), scope)._replace(in_texts=None)
            where = plan.in_any_order(cache, asked)
            rows = cache.execute(f"SELECT p.pk FROM paper AS p WHERE ({where.sql}) AND {_KEPT}", where.params)
            yield from (pk for (pk,) in rows)


def _change(cache: sqlite3.Connection, muted: Iterable[int], heard: Iterable[int]) -> None:
    """Mute some papers, and some no longer, in one transaction."""
    muted, heard = list(muted), list(heard)
    with connections.transaction(cache):
        set_flag(cache, Flag.MUTED, muted)
        clear_flag(cache, Flag.MUTED, heard)
        cache.execute("DELETE FROM touched")
        cache.executemany("INSERT INTO touched VALUES (?)", [(pk,) for pk in (*muted, *heard)])
        refold(cache, "hide")
