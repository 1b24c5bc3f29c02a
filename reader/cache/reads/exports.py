"""Reads the user's marks for an export, with the time and machine of each.

Papers that the cache lacks are included: after a loss, or once they are old, only their marks are known. Citation keys
are made from all papers, so that they are the same in every export. This module also stores what watched exports last
wrote, so that a file that another program changed is not overwritten.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reader.cache.reads.window import Window
from reader.core.marks import NOTE, PASSAGE, QUEUE, STATES, TAG, UNDO, Mark, newest
from reader.core.paper import Paper
from reader.core.passages import in_order, parse_passage
from reader.database import connections, meta
from reader.log.rows import machine_of

LOST_PAPERS_PER_READ = 500


class ExportedMarks(NamedTuple):
    """The facts about a paper that an export has beyond its fields."""

    marks: tuple[Mark, ...]
    """The newest mark of each kind that is not undone."""
    days: tuple[str, ...] = ()
    """ISO dates of all days that listed it."""
    sort_day: str = ""
    """ISO date that the list orders by; empty if it has none."""


def exported_marks(window: Window, paper: Paper) -> ExportedMarks:
    """The facts about a paper that an export has beyond its fields."""
    if not paper.pk:
        return ExportedMarks(window.read(partial(_lost_marks, id=paper.id)))
    return window.read(partial(_read_marks, pk=paper.pk))


def lost_papers(window: Window) -> Iterator[Paper]:
    """The papers with marks that the cache lacks, by id; they have only their id and the states from their marks."""
    last = ""
    while ids := window.read(partial(_lost_ids, after=last)):
        for id in ids:
            if marks := window.read(partial(_lost_marks, id=id)):
                yield _lost_paper(id, marks)
        last = ids[-1]


def _lost_ids(connection: sqlite3.Connection, after: str) -> list[str]:
    rows = connection.execute(
        f"SELECT DISTINCT paper FROM mark WHERE pk IS NULL AND kind <> '{UNDO}' AND paper > ? ORDER BY paper LIMIT ?",
        (after, LOST_PAPERS_PER_READ),
    )
    return [id for (id,) in rows]


def _read_marks(connection: sqlite3.Connection, pk: int) -> ExportedMarks:
    days = connection.execute("SELECT day FROM listing WHERE pk = ? ORDER BY day", (pk,)).fetchall()
    row = connection.execute("SELECT sort_day FROM paper WHERE pk = ?", (pk,)).fetchone()
    marks = _marks(connection, _OF_PAPER, pk)
    return ExportedMarks(marks, tuple(day for (day,) in days), row[0] if row else "")


def _lost_marks(connection: sqlite3.Connection, id: str) -> tuple[Mark, ...]:
    return _marks(connection, _OF_LOST, id)


def _marks(connection: sqlite3.Connection, query: str, key: int | str) -> tuple[Mark, ...]:
    return newest(
        Mark(kind, value, clock, machine_of(action), action)
        for kind, value, clock, action in connection.execute(query, (key,))
    )


def _lost_paper(id: str, marks: Sequence[Mark]) -> Paper:
    values = {mark.kind: mark.value for mark in marks}
    states: dict[str, Any] = {name: values.get(kind) == "1" for kind, name in STATES.items()}
    tags = tuple(kind.removeprefix(TAG) for kind, value in values.items() if kind.startswith(TAG) and value == "1")
    is_queued = values.get(QUEUE, "0") != "0"
    passages = (parse_passage(kind.removeprefix(PASSAGE), value) for kind, value in values.items())
    highlights = tuple(passage.as_text(id) for passage in in_order(filter(None, passages)))
    note = values.get(NOTE) or None
    return Paper(0, id, "", queued=is_queued, tags=tags, note=note, highlights=highlights, **states)


_MARK = "SELECT kind, value, clock, action FROM mark"
_OF_PAPER = f"{_MARK} WHERE pk = ? AND undone = 0"
_OF_LOST = f"{_MARK} WHERE pk IS NULL AND paper = ? AND undone = 0"


def citable_papers(connection: sqlite3.Connection) -> list[Paper]:
    """Id, title, first author and dates of each paper, in the order in which they were added."""
    return [
        Paper(pk, id, title, day=day, published=published, authors=(author,) if author else ())
        for pk, id, title, day, published, author in connection.execute(_CITABLE)
    ]


def citable_papers_of(file: Path) -> list[Paper]:
    """The papers of `citable_papers`, read over a connection of its own, so that any thread may call this."""
    with closing(Window.open(file)) as window:
        return window.read(citable_papers)


_CITABLE = """
    SELECT p.pk, p.id, p.title, p.day, p.published, substr(t.authors, 1, instr(t.authors || char(10), char(10)) - 1)
    FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.pk
"""


_CONTENTS = "exports"
"""Key in `meta` of the digests of what watched exports wrote, by file."""

_KNOWN_CONTENTS = 5
"""Maximum number of contents of a file that count as ours: several programs may be about to write it."""


def known_contents(path: Path, file: str) -> Sequence[str]:
    """The digests of the contents written to a file, newest first."""
    with connections.open_database(path, query_only=True) as cache:
        return _read(cache).get(file, ())


def note_contents(path: Path, file: str, digests: Sequence[str]) -> None:
    """Record the digests of contents that a file has or is about to get."""
    with connections.open_database(path) as cache, connections.transaction(cache):
        known = _read(cache)
        known[file] = list(dict.fromkeys((*digests, *known.get(file, ()))))[:_KNOWN_CONTENTS]
        meta.put(cache, _CONTENTS, json.dumps(known))


def _read(cache: sqlite3.Connection) -> dict[str, Sequence[str]]:
    known: dict[str, Sequence[str]] = json.loads(meta.get(cache, _CONTENTS) or "{}")
    return known
