"""Derives each paper's states, tags and note, and the followed feeds, from the log of the user's events.

A paper's state is the value of its newest event of that kind that is not undone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from reader.core.marks import STATES, TAG

FOLLOW = "follow:"
"""Prefix of the kinds of events that follow a feed; the value is its JSON, or empty once it is no longer followed."""

_NEWEST = """
    SELECT e.value FROM effect AS f JOIN event AS e ON e.seq = f.event
    WHERE f.pk = paper.pk AND f.kind = :kind AND e.undone = 0
    ORDER BY e.clock DESC, e.id DESC LIMIT 1
"""


def refold(connection: sqlite3.Connection, kind: str) -> None:
    """Derive the state of `kind` again for the papers in the temporary table `touched`.

    Nothing follows from a kind that only a newer program knows.
    """
    if kind in STATES:
        connection.execute(
            f"UPDATE paper SET {STATES[kind]} = CAST(coalesce(({_NEWEST}), 0) AS INTEGER) WHERE pk IN touched",
            {"kind": kind},
        )
    elif kind == "note":
        connection.execute("DELETE FROM note WHERE pk IN touched")
        connection.execute(
            f"INSERT INTO note (pk, body) SELECT pk, body FROM (SELECT pk, ({_NEWEST}) AS body FROM paper"
            " WHERE pk IN touched) WHERE body <> ''",
            {"kind": kind},
        )
        connection.execute(
            "UPDATE paper SET has_note = EXISTS (SELECT 1 FROM note WHERE note.pk = paper.pk) WHERE pk IN touched"
        )
    elif kind.startswith(FOLLOW):
        _follow(connection, kind)
    elif kind.startswith(TAG):
        tag = kind.removeprefix(TAG)
        connection.execute("DELETE FROM paper_tag WHERE tag = ? AND pk IN touched", (tag,))
        connection.execute(
            f"INSERT INTO paper_tag (tag, pk) SELECT :tag, pk FROM paper WHERE pk IN touched AND ({_NEWEST}) = '1'",
            {"kind": kind, "tag": tag},
        )


def _follow(connection: sqlite3.Connection, kind: str) -> None:
    """Follow a feed, or no longer, as its newest event says."""
    newest = "SELECT value FROM event WHERE kind = ? AND undone = 0 ORDER BY clock DESC, id DESC LIMIT 1"
    (value,) = connection.execute(newest, (kind,)).fetchone() or ("",)
    slug = kind.removeprefix(FOLLOW)
    if value:
        feed = {"slug": slug, "home": None, "folder": "", **json.loads(value)}
        connection.execute(
            "INSERT INTO feed (slug, kind, url, title, home, folder, added)"
            " VALUES (:slug, :kind, :url, :title, :home, :folder, :added) ON CONFLICT DO NOTHING",
            feed,
        )
    else:
        connection.execute("DELETE FROM feed WHERE slug = ? AND kind <> 'own'", (slug,))


def adopt(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Apply earlier events to papers that are new or have come back, in the caller's transaction."""
    if connection.execute("SELECT 1 FROM orphan LIMIT 1").fetchone() is None:
        return
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (pk INTEGER PRIMARY KEY)")
    for pk in pks:
        rows = connection.execute(
            "SELECT o.event, e.kind FROM orphan AS o JOIN event AS e ON e.seq = o.event"
            " WHERE o.id = (SELECT id FROM paper WHERE pk = ?)",
            (pk,),
        ).fetchall()
        connection.execute("DELETE FROM touched")
        connection.execute("INSERT INTO touched VALUES (?)", (pk,))
        for seq, kind in rows:
            connection.execute("INSERT OR IGNORE INTO effect (pk, kind, event) VALUES (?, ?, ?)", (pk, kind, seq))
            connection.execute(
                "DELETE FROM orphan WHERE event = ? AND id = (SELECT id FROM paper WHERE pk = ?)", (seq, pk)
            )
        for kind in {kind for _, kind in rows}:
            refold(connection, kind)
