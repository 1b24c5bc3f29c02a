"""Reads one whole paper. Apart from the lists, which need only a part of it and are drawn first."""

from __future__ import annotations

import sqlite3

from reader.cache.flags import passages_of
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
    note, queued = connection.execute(_STATE, {"pk": pk}).fetchone()
    return Paper(
        **values,
        pk=pk,
        topics=tuple(slug for (slug,) in connection.execute(_TOPICS, (pk,))),
        queued=bool(queued),
        tags=tuple(tag for (tag,) in connection.execute(_TAGS, (pk,))),
        note=note,
        highlights=tuple(one.said(values["id"]) for one in passages_of(connection, pk)),
    )


_STATE = "SELECT (SELECT body FROM note WHERE pk = :pk), EXISTS (SELECT 1 FROM queue WHERE pk = :pk)"
_TAGS = "SELECT tag FROM paper_tag WHERE pk = ? ORDER BY tag"
_TOPICS = "SELECT slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic WHERE pt.pk = ? ORDER BY pt.rank"
