"""Reads one whole paper. Apart from the lists, which need only a part of it and are drawn first."""

from __future__ import annotations

import sqlite3

from reader.cache.passages import passages_of
from reader.core.paper import FIELDS, Paper

_STORED = tuple(field for field in FIELDS if field.rules.table is not None)
_DECODED = tuple(field for field in _STORED if field.type in (tuple, bool) or field.rules.unknown is not None)

WHOLE = ", ".join(f"{'p' if field.rules.table == 'paper' else 't'}.{field.name}" for field in _STORED)
"""The columns of a `Paper`, without its key and the fields from other tables."""

_NAMES = tuple(field.name for field in _STORED)


def read_paper(connection: sqlite3.Connection, pk: int) -> Paper | None:
    """One whole paper; None if the cache does not have it."""
    sql = f"SELECT {WHOLE} FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk WHERE p.pk = ?"
    row = connection.execute(sql, (pk,)).fetchone()
    if row is None:
        return None
    values = dict(zip(_NAMES, row, strict=True))
    for field in _DECODED:
        values[field.name] = field.decode(values[field.name])
    return Paper(
        **values,
        pk=pk,
        topics=_topics(connection, pk),
        queued=connection.execute("SELECT 1 FROM queue WHERE pk = ?", (pk,)).fetchone() is not None,
        tags=_tags(connection, pk),
        note=_note(connection, pk),
        highlights=tuple(one.said(values["id"]) for one in passages_of(connection, pk)),
    )


def _topics(connection: sqlite3.Connection, pk: int) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT topic.slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic WHERE pt.pk = ? ORDER BY pt.rank",
        (pk,),
    )
    return tuple(slug for (slug,) in rows)


def _tags(connection: sqlite3.Connection, pk: int) -> tuple[str, ...]:
    return tuple(tag for (tag,) in connection.execute("SELECT tag FROM paper_tag WHERE pk = ? ORDER BY tag", (pk,)))


def _note(connection: sqlite3.Connection, pk: int) -> str | None:
    row = connection.execute("SELECT body FROM note WHERE pk = ?", (pk,)).fetchone()
    return row[0] if row else None
