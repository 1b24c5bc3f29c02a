"""Takes in what a file of another program says of papers: finds which of them are here, and asks for the others.

All that one import changes is one action of the user's, which one undo takes back. Papers that are not here get their
marks when they come: `reader.refresh.sources` asks for those that are wanted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reader.cache.marks.changes import Change
from reader.core.marks import STATES, WANT
from reader.core.paper import LibraryEntry
from reader.core.text import title_hash

MANY = 500
"""Ids that are looked up at once."""


@dataclass
class Found:
    """The papers of some entries."""

    here: dict[int, list[LibraryEntry]] = field(default_factory=dict)
    """Those in the cache, by their keys, in the order of the file."""
    absent: dict[str, list[LibraryEntry]] = field(default_factory=dict)
    """The others by their arXiv ids, in the order of the file."""
    unknown: list[LibraryEntry] = field(default_factory=list)
    """Entries without an arXiv id whose title no paper here has."""


def find_papers(connection: sqlite3.Connection, entries: Sequence[LibraryEntry]) -> Found:
    """Find the papers of entries by their ids, and those without an id by their titles."""
    found = Found()
    by_id = _keys_of(connection, [entry.id for entry in entries if entry.id])
    for entry in entries:
        pk = by_id.get(entry.id) if entry.id else _with_title(connection, entry.title)
        if pk is not None:
            found.here.setdefault(pk, []).append(entry)
        elif entry.id:
            found.absent.setdefault(entry.id, []).append(entry)
        else:
            found.unknown.append(entry)
    return found


def _keys_of(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), MANY):
        some = json.dumps(ids[start : start + MANY])
        found |= connection.execute(
            "SELECT id, pk FROM paper_alias WHERE id IN (SELECT value FROM json_each(:ids))"
            " UNION ALL SELECT id, pk FROM paper WHERE id IN (SELECT value FROM json_each(:ids))",
            {"ids": some},
        ).fetchall()
    return found


def _with_title(connection: sqlite3.Connection, title: str) -> int | None:
    """The paper with this title; None if there are none or several."""
    rows = connection.execute("SELECT pk FROM paper WHERE title_hash = ? LIMIT 2", (title_hash(title),)).fetchall()
    return rows[0][0] if title and len(rows) == 1 else None


def waiting(connection: sqlite3.Connection) -> Mapping[str, frozenset[str]]:
    """The kinds of marks that wait for papers which are not here, by the papers' ids."""
    found: dict[str, set[str]] = {}
    for id, kind, value in connection.execute(_WAITING):
        if value not in ("", "0"):
            found.setdefault(id, set()).add(kind)
    return {id: frozenset(kinds) for id, kinds in found.items()}


_WAITING = """
    SELECT id, kind, value FROM (
        SELECT o.id, e.kind, e.value,
            row_number() OVER (PARTITION BY o.id, e.kind ORDER BY e.clock DESC, e.id DESC) AS place
        FROM orphan AS o JOIN event AS e ON e.seq = o.event WHERE e.undone = 0)
    WHERE place = 1
"""


def changes(
    found: Found, marks: Iterable[str], kind_of: Callable[[str], str | None], waits: Mapping[str, frozenset[str]]
) -> Iterator[Change]:
    """What an import changes: `marks` are kinds for all papers, `kind_of` gives the kind of a label, or None.

    `waits` are the marks that papers wait for already.
    """
    wanted: dict[str, tuple[list[int], list[str]]] = {}
    papers: Iterable[tuple[int | str, list[LibraryEntry]]] = (*found.here.items(), *found.absent.items())
    for paper, entries in papers:
        kinds = dict.fromkeys(marks)
        kinds |= dict.fromkeys(("read",) if any(entry.is_read for entry in entries) else ())
        kinds |= dict.fromkeys(kind for entry in entries for label in entry.labels if (kind := kind_of(label)))
        if isinstance(paper, str) and any(entry.is_wanted for entry in entries):
            kinds |= {WANT: None}
        for kind in kinds:
            pks, absent = wanted.setdefault(kind, ([], []))
            if isinstance(paper, int):
                pks.append(paper)
            elif kind not in waits.get(paper, ()):
                absent.append(paper)
    # In the order of the states, so that what an undo says is the same each time.
    order = [WANT, *STATES]
    for kind in sorted(wanted, key=lambda kind: (order.index(kind) if kind in order else len(order), kind)):
        yield Change(kind, True, *wanted[kind])
