"""Standing queries in the log: rows without a paper, of the kind `standing:NAME`, with the query as JSON.

The newest row of a name that is not undone counts, and an empty value removes it. Undo, redo and sync come with the
log. A query that runs a program or writes a file takes effect only after the user agreed to it on this machine:
the log's local facts, which are never synced, hold a digest of each such query. A row with this machine's id is no
proof of agreement, since others can write to a shared folder.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from reader import settings_reader
from reader.core.errors import CacheError
from reader.core.follows import Follow
from reader.core.marks import STANDING
from reader.core.settings.standing import (
    MAX_STANDING_QUERIES,
    VALUE_LIMIT,
    StandingQuery,
    as_json,
    free_name,
    mark_kind,
    queries_of_lists,
    read_queries,
    with_follow,
)
from reader.database import connections
from reader.log.rows import Mark, Row, action_id
from reader.log.store import UNDONE, Log
from reader.paths import log_database, old_journal
from reader.settings_reader import LoadedSettings, Mistake

_TAKEN, _AGREED = "lists_taken", "agreed:"
"""The key in `meta` that records that a settings file's lists were taken over, and the prefix of agreed digests."""

_NEWEST = f"""
    SELECT value FROM (
        SELECT e.value, row_number() OVER (PARTITION BY e.kind ORDER BY e.clock DESC, e.action DESC) AS place
        FROM event AS e WHERE e.paper = '' AND e.kind GLOB '{STANDING}*' AND NOT {UNDONE.format(log="")}
    ) WHERE place = 1 AND value <> '' AND length(value) <= {VALUE_LIMIT} LIMIT {4 * MAX_STANDING_QUERIES}
"""


def _digest(query: StandingQuery) -> str:
    """The digest of the part of a query that the user agrees to; a new place or name needs no new agreement."""
    # Imported late: it loads OpenSSL, which few commands need.
    from hashlib import sha256

    return sha256(as_json(replace(query, name="agreed", place=0)).encode()).hexdigest()


def read_standing(connection: sqlite3.Connection) -> tuple[StandingQuery, ...]:
    """The standing queries of an open log, in their order."""
    return tuple(read_queries(value for (value,) in connection.execute(_NEWEST))[:MAX_STANDING_QUERIES])


def agreed_queries(connection: sqlite3.Connection, queries: Iterable[StandingQuery]) -> tuple[StandingQuery, ...]:
    """The standing queries that may take effect on this machine."""
    keys = {key for (key,) in connection.execute("SELECT key FROM meta WHERE key GLOB ?", (f"{_AGREED}*",))}
    return tuple(query for query in queries if not query.touches_machine or f"{_AGREED}{_digest(query)}" in keys)


def save(log: Log, queries: Sequence[StandingQuery]) -> str:
    """Replace the standing queries by one action, and return its id; empty if nothing changed.

    The user requests this here, which counts as agreement to new programs and files. Raises CacheError.
    """
    known = {mark_kind(query.name): query for query in log.ask(read_standing)}
    now = {mark_kind(query.name): query for query in queries}
    changed = [query for kind, query in now.items() if known.get(kind) != query]
    gone = [Mark("", kind, "") for kind in sorted(known.keys() - now.keys())]
    marks = [*gone, *(Mark("", mark_kind(query.name), as_json(query)) for query in changed)]
    # Moving or renaming a query from another machine is not an agreement.
    before = {_digest(query) for query in known.values()}
    _agree(log, (query for query in changed if _digest(query) not in before))
    return log.record(marks) if marks else ""


def follow(log: Log, follows: Iterable[Follow], *, is_followed: bool = True) -> str:
    """Add or remove follows as one action; return its id, empty if nothing changed. Raises CacheError."""
    queries = list(log.ask(read_standing))
    for change in follows:
        queries = with_follow(queries, change, is_followed=is_followed)
    return save(log, queries)


def agree(cache: Path, queries: Iterable[StandingQuery]) -> None:
    """Allow these queries to run programs and write files on this machine; raises CacheError."""
    with closing(Log.open(cache)) as log:
        _agree(log, queries)


def add_missing(cache: Path, queries: Sequence[StandingQuery], *, of_file: bool) -> None:
    """Add queries of an older release that the log lacks; with `of_file`, record that a settings file was taken over.

    Raises CacheError.
    """
    with closing(Log.open(cache)) as log:
        known = list(log.ask(read_standing))
        added: list[StandingQuery] = []
        for query in queries:
            if any(
                (query.query, query.then, query.run, query.file) == (other.query, other.then, other.run, other.file)
                for other in known
            ):
                continue
            name = free_name(query.name, (other.name for other in known))
            added.append(replace(query, name=name, place=max((other.place for other in known), default=-1) + 1))
            known.append(added[-1])
        # They get the earliest time, so that an undo reaches them last and any later change wins.
        action = action_id(log.machine, 1)
        log.take(Row(action, "", mark_kind(query.name), as_json(query)) for query in added)
        if of_file:
            # Only the file's queries are the user's own; an older release's log may have queries of other machines.
            _agree(log, queries)
            log.note([(_TAKEN, "1")])


def _agree(log: Log, queries: Iterable[StandingQuery]) -> None:
    log.note((f"{_AGREED}{_digest(query)}", "1") for query in queries if query.touches_machine)


# With the settings


def load(file: Path, cache: Path) -> LoadedSettings:
    """The settings of a file, with the standing queries of the log beside a cache.

    The lists of a settings file of 0.2 are taken into the log once. If that fails, such as in a home that
    can't be written, they are used from the file.
    """
    loaded = settings_reader.load_settings(file)
    lists, allowed, is_taken = _read_file(cache)
    former, wrong = queries_of_lists(loaded.former)
    mistakes = (
        *loaded.mistakes,
        *(Mistake(loaded.file, loaded.lines[key], key, str(error), error.suggestion) for key, error in wrong),
    )
    if former and not is_taken:
        try:
            add_missing(cache, former, of_file=True)
            lists, allowed, is_taken = _read_file(cache)
        except (CacheError, OSError):
            lists = allowed = tuple(former)
    waiting = tuple(query for query in lists if query not in allowed)
    settings = replace(loaded.settings, lists=allowed)
    ignores_lists = bool(former) and is_taken
    return replace(loaded, settings=settings, mistakes=mistakes, waiting=waiting, ignores_lists=ignores_lists)


def _read_file(cache: Path) -> tuple[tuple[StandingQuery, ...], tuple[StandingQuery, ...], bool]:
    """All standing queries, the queries that may take effect here, and whether a file's lists were taken over."""
    log = log_database(cache)
    # A damaged or newer log is reported when it is opened for writing.
    with suppress(sqlite3.Error, CacheError, OSError):
        if not log.exists() and (cache.exists() or old_journal(cache).exists()):
            from reader.log.old_home import is_old

            if is_old(cache):
                # Opening the log creates it from the data of the older release.
                Log.open(cache).close()
        if log.is_file() and log.stat().st_size:
            with closing(connections.connect(log, query_only=True)) as connection:
                lists = read_standing(connection)
                taken = connection.execute("SELECT 1 FROM meta WHERE key = ?", (_TAKEN,)).fetchone()
                return lists, agreed_queries(connection, lists), taken is not None
    return (), (), False
