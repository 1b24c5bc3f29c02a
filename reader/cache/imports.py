"""Imports other programs' data about papers: finds papers that are here, and requests the others.

One import is one action, which one undo takes back. Missing papers get their marks when they arrive:
`reader.refresh.sources` requests the wanted ones.

Marks of a file of ours join the log by union, so that order and repetition do not matter. A mark keeps its clock and
its machine, and for each paper and kind the newest one decides. One event may have marked more papers than a file has,
and an id in the log stands for all of them. So the marks of a file become events of their own. Their ids begin like the
original ones, by which they are known again, and by which events of one clock keep their order.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from time import time

from reader.cache.marks.effects import Change
from reader.cache.marks.events import Events
from reader.cache.marks.journal import PACKING, Entry
from reader.core.marks import NOTE, PASSAGE, STATES, WANT, Mark, PaperMarks
from reader.core.paper import LibraryEntry
from reader.core.passages import split_note
from reader.core.text import title_hash


@dataclass
class FoundPapers:
    """The papers of some entries."""

    here: dict[int, list[LibraryEntry]] = field(default_factory=dict)
    """Those in the cache, by their keys, in the order of the file."""
    absent: dict[str, list[LibraryEntry]] = field(default_factory=dict)
    """The others by their arXiv ids, in the order of the file."""
    unknown: list[LibraryEntry] = field(default_factory=list)
    """Entries without an arXiv id whose title no paper here has."""


def find_papers(connection: sqlite3.Connection, entries: Sequence[LibraryEntry]) -> FoundPapers:
    """Find the papers of entries by their ids, and those without an id by their titles."""
    found = FoundPapers()
    by_id = _keys(connection, [entry.id for entry in entries if entry.id])
    for entry in entries:
        pk = by_id.get(entry.id) if entry.id else _with_title(connection, entry.title)
        if pk is not None:
            found.here.setdefault(pk, []).append(entry)
        elif entry.id:
            found.absent.setdefault(entry.id, []).append(entry)
        else:
            found.unknown.append(entry)
    return found


def _with_title(connection: sqlite3.Connection, title: str) -> int | None:
    rows = connection.execute("SELECT pk FROM paper WHERE title_hash = ? LIMIT 2", (title_hash(title),)).fetchall()
    return rows[0][0] if title and len(rows) == 1 else None


def waiting(connection: sqlite3.Connection) -> Mapping[str, frozenset[str]]:
    """The kinds of marks waiting for missing papers, by id."""
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


def written(connection: sqlite3.Connection) -> frozenset[tuple[int, str]]:
    """The notes and highlights that are here: the keys of their papers, and the kinds of their marks."""
    return frozenset(connection.execute(_WRITTEN))


_WRITTEN = f"""
    SELECT pk, '{NOTE}' FROM note UNION ALL
    SELECT f.pk, f.kind FROM paper CROSS JOIN effect AS f ON f.pk = paper.pk JOIN event AS e ON e.seq = f.event
    WHERE paper.has_note = 1 AND f.kind > '{PASSAGE}' AND f.kind < '{PASSAGE[:-1]};' AND e.undone = 0
"""


def changes(
    found: FoundPapers,
    marks: Iterable[str],
    kind_of: Callable[[str], str | None],
    waits: Mapping[str, frozenset[str]],
    written: Collection[tuple[int, str]] = (),
) -> Iterator[Change]:
    """The changes of an import: `marks` are kinds for all papers, `kind_of` gives a label's kind, or None.

    `waits` are the marks that papers wait for already, `written` the notes and highlights that stay as they are.
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
    for paper, entries in papers:
        for kind, value in _written_by(entries):
            if isinstance(paper, int) and (paper, kind) not in written:
                yield Change(kind, value, [paper])
            elif isinstance(paper, str) and kind not in waits.get(paper, ()):
                yield Change(kind, value, (), [paper])


def _written_by(entries: Iterable[LibraryEntry]) -> Iterator[tuple[str, str]]:
    parted = [split_note(entry.note) for entry in entries if entry.note]
    if note := "\n\n".join(dict.fromkeys(note for note, _ in parted if note)):
        yield NOTE, note
    yield from {f"{PASSAGE}{one.id}": one.value for _, passages in parted for one in passages}.items()


DAY = 86_400_000
"""Milliseconds by which another machine's clock may be ahead."""

_KEPT = 12
"""Digits of an id that are the original's."""


def add_marks(events: Events, papers: Sequence[PaperMarks], now: Callable[[], float] = time) -> int:
    """Add the marks of some papers, and return how many the log did not have.

    A clock that is ahead by over a day counts as now, or else its mark would win forever. A mark without a time is
    made now, on papers in the cache where none of its kind is set.
    """
    new = events.read(lambda connection: _missing(connection, papers))
    events.join(_entries(new, int(now() * 1000)))
    return len(new) + _add_states(events, papers)


def _missing(connection: sqlite3.Connection, papers: Sequence[PaperMarks]) -> list[tuple[str, Mark]]:
    keys = _keys(connection, [one.paper for one in papers if one.marks])
    seen: set[tuple[int | str, str, str, str]] = set()
    found: list[tuple[str, Mark]] = []
    for one in papers:
        key = keys.get(one.paper, one.paper)
        query = _OF_PAPER if isinstance(key, int) else _OF_LOST
        for mark in one.marks:
            origin = (key, mark.kind, mark.machine, mark.id[:_KEPT])
            if origin not in seen and connection.execute(query, origin).fetchone() is None:
                found.append((one.paper, mark))
            seen.add(origin)
    return found


_ORIGIN = f"e.kind = ? AND e.machine = ? AND substr(e.id, 1, {_KEPT}) = ?"
_OF_PAPER = f"SELECT 1 FROM effect AS f JOIN event AS e ON e.seq = f.event WHERE f.pk = ? AND {_ORIGIN}"
_OF_LOST = f"SELECT 1 FROM orphan AS o JOIN event AS e ON e.seq = o.event WHERE o.id = ? AND {_ORIGIN}"


def _keys(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT id, pk FROM paper_alias WHERE id IN (SELECT value FROM json_each(:ids))"
        " UNION ALL SELECT id, pk FROM paper WHERE id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(list(ids))},
    )
    return dict(rows.fetchall())


def _entries(marks: Iterable[tuple[str, Mark]], now: int) -> list[Entry]:
    papers: dict[Mark, list[str]] = defaultdict(list)
    for paper, mark in marks:
        clock = now if mark.clock > now + DAY else max(0, mark.clock)
        papers[mark._replace(clock=clock)].append(paper)
    return [_entry(mark, sorted(ids)) for mark, ids in papers.items()]


def _entry(mark: Mark, ids: Sequence[str]) -> Entry:
    named = "\n".join(ids)
    said = "\n".join((mark.machine, mark.id, mark.kind, mark.value, named))
    digest = blake2b(said.encode("utf-8", "surrogatepass"), digest_size=(24 - _KEPT) // 2).hexdigest()
    packed = zlib.compress(named.encode(), PACKING)
    return Entry(f"{mark.id[:_KEPT]}{digest}", mark.machine, 0, mark.clock, mark.kind, mark.value, len(ids), packed)


def _add_states(events: Events, papers: Sequence[PaperMarks]) -> int:
    """Make the marks without a time where none of their kind is set; return how many."""
    ids = [one.paper for one in papers if one.states]
    keys = events.read(lambda connection: _keys(connection, ids))
    kept = events.read(written) if ids else ()
    pks: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    for one in papers:
        pk = keys.get(one.paper)
        for state in one.states:
            if pk is not None and (pk, state[0]) not in kept:
                pks[state][pk] = None
    action = events.act([Change(kind, value, list(found)) for (kind, value), found in pks.items()])
    return sum(event.count for event in action.events) if action else 0
