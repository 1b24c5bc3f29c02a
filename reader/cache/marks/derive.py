"""Derives the user's marks in the cache from the log, and follows the log when it has new rows.

Everything derived can be made again. `mark` holds the newest row of each paper and kind, even if the cache lacks the
paper; columns, tags, notes, the queue and flags follow from `mark`. `log_applied` in `meta` is the last row that is
included: a program that opens the log applies the rows after it, so that a killed program leaves nothing to repair.

A derived fact is computed from all its causes whenever one of them changes: a paper with a muted word is hidden unless
the user decided otherwise or protected it by a star, a note, a tag or a place in the queue.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from reader.cache import standing
from reader.cache.flags import flag_papers, has, having
from reader.cache.standing import derive_follows, list_feeds
from reader.core.ids import FEED_PREFIX, PAGE_PREFIX
from reader.core.marks import FOLLOW, NOTE, PASSAGE, QUEUE, STANDING, STATES, TAG
from reader.core.paper_row import Flag
from reader.database import connections, meta
from reader.log.store import UNDONE

MARKS_PER_TRANSACTION = 2_000
"""Pairs of paper and kind derived in one transaction, so that another writer waits about 50 ms."""

APPLIED = "log_applied"
"""The key in `meta` of the log's edition and the number of the last row that the cache includes."""

NEWEST = (
    "(SELECT m.value FROM mark AS m WHERE m.pk = {pk} AND m.kind = {kind} AND m.undone = 0"
    " ORDER BY m.clock DESC, m.action DESC LIMIT 1)"
)
"""SQL: the newest value of a kind of mark on a paper; NULL without one."""

_PROTECTED = (
    "(paper.starred = 1 OR paper.has_note = 1 OR EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = paper.pk)"
    " OR EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = paper.pk))"
)
"""SQL: whether the user marked a paper in a way that keeps muted words from hiding it."""

_HIDDEN = (
    f"CAST(coalesce({NEWEST.format(pk='paper.pk', kind=repr('hide'))},"
    f" {has(Flag.FOUND, 'paper.pk')} OR {has(Flag.MUTED, 'paper.pk')} AND NOT {_PROTECTED}) AS INTEGER)"
)
"""SQL: whether a paper is hidden: by the user, or by a muted word, or because only a search on the feed found it."""


def attach(connection: sqlite3.Connection, log: Path) -> None:
    """Attach the log to a connection of the cache, read-only, and make its temporary tables."""
    connection.execute("ATTACH ? AS log", (f"{log.absolute().as_uri()}?mode=ro",))
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS changing (paper TEXT, kind TEXT, PRIMARY KEY (paper, kind))")
    prepare(connection)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the temporary table of the papers and kinds of marks to derive again."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (kind TEXT, pk INTEGER, PRIMARY KEY (kind, pk))")


def catch_up(connection: sqlite3.Connection, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Derive the changes of the log's new rows, in short transactions; the log must be attached.

    If this is stopped or killed in between, the next program derives the same rows again.
    """
    edition, last = connection.execute(_LAST).fetchone()
    known, _, number = (meta.get(connection, APPLIED) or "").partition(" ")
    applied = int(number or 0)
    if known != edition or applied > last:
        # Rows are gone, or the user put an older copy of the log back: everything derived from it must go too.
        _forget(connection, edition)
        applied = 0
    while applied < last:
        pairs = connection.execute(_TOUCHED, {"after": applied, "upto": last}).fetchall()
        for first in range(0, len(pairs), MARKS_PER_TRANSACTION):
            # The first transaction takes milliseconds; quitting right after a mark must not postpone it.
            if first and should_stop():
                return
            with connections.transaction(connection):
                _fold(connection, pairs[first : first + MARKS_PER_TRANSACTION])
                if first + MARKS_PER_TRANSACTION >= len(pairs):
                    meta.put(connection, APPLIED, f"{edition} {last}")
            if len(pairs) > MARKS_PER_TRANSACTION:
                connections.give_way()
        applied = last
        # Rows may have been recorded meanwhile; an open log is never replaced by a copy.
        _, last = connection.execute(_LAST).fetchone()


_LAST = "SELECT (SELECT value FROM log.meta WHERE key = 'edition'), (SELECT coalesce(max(number), 0) FROM log.event)"

_TOUCHED = """
    SELECT paper, kind FROM log.event WHERE number > :after AND number <= :upto
    UNION SELECT e.paper, e.kind FROM log.event AS u JOIN log.event AS e ON e.action = u.paper
    WHERE u.number > :after AND u.number <= :upto AND u.kind = 'undo'
"""


def _forget(connection: sqlite3.Connection, edition: str) -> None:
    """Forget all marks before they are derived from the first row."""
    with connections.transaction(connection):
        for table in ("mark", "paper_tag", "note", "queue"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE paper SET read = 0, starred = 0, has_note = 0 WHERE read OR starred OR has_note")
        connection.execute(f"UPDATE paper SET hidden = 0 WHERE hidden AND NOT {has(Flag.FOUND, 'paper.pk')}")
        flag_papers(connection, Flag.MUTED, set())
        derive_follows(connection)
        meta.put(connection, APPLIED, f"{edition} 0")


# The newest rows


def _fold(connection: sqlite3.Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Derive the marks of some papers and kinds again, in the caller's transaction."""
    connection.execute("DELETE FROM changing")
    connection.executemany("INSERT INTO changing VALUES (?, ?)", pairs)
    _find_by_title(connection, {paper for paper, _ in pairs})
    connection.execute(
        "DELETE FROM mark WHERE rowid IN (SELECT m.rowid FROM changing JOIN mark AS m USING (paper, kind))"
    )
    connection.execute(_INSERT_NEWEST)
    connection.execute("DELETE FROM touched")
    connection.execute(
        f"INSERT OR IGNORE INTO touched SELECT c.kind, {_KEY.format(paper='c.paper')} AS key"
        " FROM changing AS c WHERE c.paper <> '' AND key IS NOT NULL"
    )
    settle(connection)
    kinds = [kind for paper, kind in pairs if not paper]
    if any(kind.startswith(FOLLOW) for kind in kinds):
        list_feeds(connection)
    if any(kind.startswith(STANDING) for kind in kinds):
        derive_follows(connection)
        mute(connection)


_KEY = "coalesce((SELECT pk FROM main.paper WHERE id = {paper}), (SELECT pk FROM main.paper_alias WHERE id = {paper}))"

_INSERT_NEWEST = f"""
    INSERT INTO mark (paper, pk, kind, value, clock, action, by, undone)
    SELECT paper, iif(paper = '', NULL, {_KEY.format(paper="newest.paper")}),
        kind, value, clock, action, by, undone FROM (
        SELECT *, row_number() OVER (
            PARTITION BY paper, kind ORDER BY undone, clock DESC, action DESC) AS place
        FROM (
            SELECT e.paper, e.kind, e.value, e.clock, e.action, e.by, {UNDONE.format(log="log.")} AS undone
            FROM changing AS c CROSS JOIN log.event AS e ON e.paper = c.paper AND e.kind = c.kind
        )
    ) AS newest WHERE place = 1
"""


# Facts derived from the marks


def settle(connection: sqlite3.Connection) -> None:
    """Derive columns, tags, notes, the queue and flags of the marks in `touched`, in the caller's transaction."""
    kinds = [kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM touched")]
    for kind, column in STATES.items():
        if kind in kinds and kind != "hide":
            newest = NEWEST.format(pk="paper.pk", kind=f"'{kind}'")
            connection.execute(
                f"UPDATE paper SET {column} = CAST(coalesce({newest}, 0) AS INTEGER) WHERE pk IN ({_of(kind)})"
            )
    if any(kind.startswith(TAG) for kind in kinds):
        length = len(TAG) + 1
        connection.execute(
            f"DELETE FROM paper_tag WHERE (tag, pk) IN"
            f" (SELECT substr(kind, {length}), pk FROM touched WHERE kind GLOB '{TAG}*')"
        )
        connection.execute(
            f"INSERT OR IGNORE INTO paper_tag (tag, pk) SELECT substr(kind, {length}), pk FROM touched AS t"
            f" WHERE kind GLOB '{TAG}*' AND {NEWEST.format(pk='t.pk', kind='t.kind')} = '1'"
        )
    if QUEUE in kinds:
        _replace(connection, QUEUE, "queue", "place", "'0'")
    if NOTE in kinds:
        _replace(connection, NOTE, "note", "body", "''")
    if NOTE in kinds or any(kind.startswith(PASSAGE) for kind in kinds):
        written = (
            "EXISTS (SELECT 1 FROM note WHERE note.pk = paper.pk) OR EXISTS (SELECT 1 FROM mark AS m"
            f" WHERE m.pk = paper.pk AND m.kind GLOB '{PASSAGE}*' AND m.value <> '' AND m.undone = 0)"
        )
        noted = f"SELECT pk FROM touched WHERE kind = '{NOTE}' OR kind GLOB '{PASSAGE}*'"
        connection.execute(f"UPDATE paper SET has_note = {written} WHERE pk IN ({noted})")
    keep_found(connection, "SELECT pk FROM touched")
    connection.execute(_HIDE)


def _of(kind: str) -> str:
    return f"SELECT pk FROM touched WHERE kind = '{kind}'"


def _keys(connection: sqlite3.Connection, query: str) -> set[int]:
    return {pk for (pk,) in connection.execute(query)}


def _replace(connection: sqlite3.Connection, kind: str, table: str, column: str, nothing: str) -> None:
    connection.execute(f"DELETE FROM {table} WHERE pk IN ({_of(kind)})")
    connection.execute(
        f"INSERT INTO {table} (pk, {column}) SELECT pk, value FROM (SELECT pk,"
        f" {NEWEST.format(pk='t.pk', kind='t.kind')} AS value FROM touched AS t WHERE kind = '{kind}')"
        f" WHERE value <> {nothing}"
    )


_HIDE = f"""
    UPDATE paper SET hidden = {_HIDDEN} WHERE pk IN (
        SELECT pk FROM touched WHERE kind = 'hide' UNION SELECT pk FROM touched WHERE pk IN ({having(Flag.MUTED)}))
"""


def mute(connection: sqlite3.Connection, among: Iterable[int] | None = None) -> None:
    """Derive again which papers muted queries hide, of all or only of those `among`, in the caller's transaction."""
    connection.execute(
        f"UPDATE paper SET hidden = {_HIDDEN} WHERE pk IN (SELECT value FROM json_each(?)) AND hidden <> {_HIDDEN}",
        (json.dumps(standing.flag_muted(connection, among)),),
    )


# Papers that come and go


def keep_found(connection: sqlite3.Connection, pks: str) -> None:
    """Show the papers of a SELECT of keys that only a search on the feed had found, in the caller's transaction."""
    kept = _keys(connection, f"{having(Flag.FOUND)} AND pk IN ({pks})")
    if kept:
        flag_papers(connection, Flag.FOUND, set(), kept)
        shown = (json.dumps(list(kept)),)
        connection.execute(f"UPDATE paper SET hidden = {_HIDDEN} WHERE pk IN (SELECT value FROM json_each(?))", shown)


def hide_found(connection: sqlite3.Connection, pks: set[int]) -> None:
    """Hide new papers that only a search on the feed found, in the caller's transaction."""
    flag_papers(connection, Flag.FOUND, pks, pks)
    hidden = (json.dumps(list(pks)),)
    connection.execute("UPDATE paper SET hidden = 1 WHERE pk IN (SELECT value FROM json_each(?))", hidden)


def adopt(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Give marks to papers that are new, came back or got another id, in the caller's transaction.

    This needs the cache alone: `mark` has the marks on papers that the cache lacked.
    """
    if connection.execute("SELECT 1 FROM mark WHERE paper <> '' LIMIT 1").fetchone() is None:
        return
    values = (json.dumps(list(pks)),)
    # If several papers have the same title, one of them gets the marks.
    connection.execute(_ALIAS_BY_TITLE, values)
    prepare(connection)
    connection.execute("DELETE FROM touched")
    connection.execute(_ADOPT, values)
    connection.execute(
        "INSERT OR IGNORE INTO touched SELECT kind, pk FROM mark WHERE pk IN (SELECT value FROM json_each(?))", values
    )
    settle(connection)


_ADOPT = """
    WITH new (pk) AS (SELECT value FROM json_each(?)),
    named (id, pk) AS (
        SELECT id, pk FROM paper WHERE pk IN new UNION ALL SELECT id, pk FROM paper_alias WHERE pk IN new)
    UPDATE mark SET pk = named.pk FROM named WHERE mark.paper = named.id AND mark.pk IS NOT named.pk
"""

# Many feeds have an entry called `Week 12`, so a title does not identify an entry of a feed.
_ALIAS_BY_TITLE = f"""
    WITH titled (id, pk, own) AS (
        SELECT printf('{PAGE_PREFIX}%012llx', (title_hash >> 16) & 0xFFFFFFFFFFFF), pk, id FROM paper
        WHERE pk IN (SELECT value FROM json_each(?)) AND id NOT LIKE '{FEED_PREFIX}%')
    INSERT OR IGNORE INTO paper_alias (id, pk)
    SELECT id, pk FROM titled AS t WHERE EXISTS (SELECT 1 FROM mark WHERE mark.paper = t.id AND mark.pk IS NULL)
    AND NOT EXISTS (SELECT 1 FROM paper WHERE paper.id = t.id) ORDER BY own
"""


def leave(connection: sqlite3.Connection, pks: str) -> None:
    """Keep the marks of papers that are dropped, in the caller's transaction; `pks` is a JSON array of keys."""
    connection.execute("UPDATE mark SET pk = NULL WHERE pk IN (SELECT value FROM json_each(?))", (pks,))


def _find_by_title(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Store ids that are hashes of titles as aliases of the papers with these titles, unless the ids are known."""
    for id in ids:
        digits = id.removeprefix(PAGE_PREFIX)
        if id.startswith(PAGE_PREFIX) and _HASH.fullmatch(digits):
            # The id has the upper 48 bits of a signed 64-bit number.
            first = int(digits, 16) << 16
            first -= (1 << 64) if first >> 63 else 0
            connection.execute(_ADD_BY_TITLE, {"id": id, "first": first, "last": first + 0xFFFF})


_HASH = re.compile("[0-9a-f]{12}")

_ADD_BY_TITLE = f"""
    INSERT OR IGNORE INTO paper_alias (id, pk)
    SELECT :id, pk FROM paper WHERE title_hash BETWEEN :first AND :last AND id NOT LIKE '{FEED_PREFIX}%'
    AND NOT EXISTS (SELECT 1 FROM paper WHERE id = :id) ORDER BY id LIMIT 1
"""
