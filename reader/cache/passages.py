"""Highlights of full texts, read from the log of events: the newest event of each passage decides."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from reader.core.marks import PASSAGE

if TYPE_CHECKING:
    from reader.core.passages import Passage

PASSAGES = f"""
    SELECT kind, value FROM (
        SELECT f.kind AS kind, e.value AS value, max(printf('%020d', e.clock) || e.id)
        FROM effect AS f JOIN event AS e ON e.seq = f.event
        WHERE f.pk = {{pk}} AND f.kind > '{PASSAGE}' AND f.kind < '{PASSAGE[:-1]};' AND e.undone = 0 GROUP BY f.kind)
    WHERE value <> ''
"""
"""SQL: the kinds and values of the highlights of a paper; `pk` is an expression."""

HIGHLIGHTED = f"SELECT pk FROM paper WHERE has_note = 1 AND EXISTS ({PASSAGES.format(pk='paper.pk')})"
"""SQL: the keys of the papers with highlights."""

WITH_WORDS = (
    f"SELECT pk FROM paper WHERE has_note = 1 AND EXISTS (SELECT 1 FROM ({PASSAGES.format(pk='paper.pk')})"
    " WHERE has_words(?, json_extract(value, '$.quote') || char(10) || coalesce(json_extract(value, '$.note'), '')))"
)
"""SQL: the keys of the papers whose highlights, or the notes of these, have words."""


def passages_of(connection: sqlite3.Connection, pk: int) -> tuple[Passage, ...]:
    """The highlights in the text of a paper, in its order."""
    rows = connection.execute(PASSAGES.format(pk="?"), (pk,)).fetchall()
    if not rows:
        return ()
    from reader.core.passages import in_order, parse_passage

    return in_order(filter(None, (parse_passage(kind.removeprefix(PASSAGE), value) for kind, value in rows)))
