"""The people and topics of rows, for a list that shows them: two more queries, as long as the one for the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from reader.core.paper_row import PaperKey, PaperRow

# Authors are lines of text; the first one is enough.
_PEOPLE = (
    "SELECT p.pk, p.author_count, t.organization, substr(t.authors, 1, instr(t.authors || char(10), char(10)) - 1)"
    " FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk WHERE p.pk IN ({marks})"
)
_TOPICS = (
    "SELECT pt.pk, topic.name FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
    " WHERE pt.pk IN ({marks}) ORDER BY pt.pk, pt.rank"
)


def add_people(connection: sqlite3.Connection, rows: Sequence[PaperRow]) -> list[PaperRow]:
    """The same rows with organization, first author, number of authors and names of topics."""
    marks, pks = ",".join("?" * len(rows)), [row.pk for row in rows]
    topics: dict[PaperKey, list[str]] = {}
    for pk, name in connection.execute(_TOPICS.format(marks=marks), pks):
        topics.setdefault(pk, []).append(name)
    people: dict[PaperKey, list[Any]] = {
        pk: found for pk, *found in connection.execute(_PEOPLE.format(marks=marks), pks)
    }
    return [_with_people(row, people[row.pk], topics.get(row.pk, ())) if row.pk in people else row for row in rows]


def _with_people(row: PaperRow, people: Sequence[Any], topics: Sequence[str]) -> PaperRow:
    count, organization, author = people
    return row._replace(organization=organization or "", author=author, author_count=count, topics=tuple(topics))
