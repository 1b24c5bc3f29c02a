"""Highlights of full texts: the newest mark of each passage decides."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from reader.core.marks import PASSAGE

if TYPE_CHECKING:
    from reader.core.passages import Passage

PASSAGES = f"""
    SELECT kind, value FROM (
        SELECT m.kind AS kind, m.value AS value, max(printf('%020d', m.clock) || m.action) FROM mark AS m
        WHERE m.pk = {{pk}} AND m.kind > '{PASSAGE}' AND m.kind < '{PASSAGE[:-1]};' AND m.undone = 0 GROUP BY m.kind)
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
