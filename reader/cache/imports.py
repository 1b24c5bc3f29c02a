"""Imports other programs' data about papers: finds papers that are here, and requests the others.

One import is one action, which one undo takes back. Missing papers get their marks when they arrive:
`reader.refresh.sources` requests the wanted ones.

Marks of a file of ours join the log by union, so that order and repetition do not matter. A mark keeps its action, with
its machine and clock, and for each paper and kind the newest one decides.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reader.cache.marks.change import Change
from reader.cache.marks.derive import absent_marks
from reader.cache.marks.events import Events
from reader.core.marks import NOTE, PASSAGE, STATES, WANT, Mark, PaperMarks
from reader.core.paper import LibraryEntry
from reader.core.passages import split_note
from reader.core.text import title_hash
from reader.log.rows import Row, action_id, machine_of


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
    for id, kind, value in absent_marks(connection):
        if value not in ("", "0"):
            found.setdefault(id, set()).add(kind)
    return {id: frozenset(kinds) for id, kinds in found.items()}


def existing_texts(connection: sqlite3.Connection) -> frozenset[tuple[int, str]]:
    """The notes and highlights that are here: the keys of their papers, and the kinds of their marks."""
    return frozenset(connection.execute(_WRITTEN))


_WRITTEN = f"""
    SELECT pk, '{NOTE}' FROM note UNION ALL
    SELECT pk, kind FROM mark WHERE pk > 0 AND kind > '{PASSAGE}' AND kind < '{PASSAGE[:-1]};' AND undone = 0
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


def add_marks(events: Events, papers: Sequence[PaperMarks]) -> int:
    """Add the marks of some papers, and return how many the log did not have.

    A mark without a time is made now, on papers in the cache where none of its kind is set.
    """
    rows = [Row(_action(mark), one.paper, mark.kind, mark.value) for one in papers for mark in one.marks]
    return events.join(rows) + _add_states(events, papers)


def _action(mark: Mark) -> str:
    """The action of a mark; releases before 0.3.0 exported ids that do not begin with the machine."""
    return mark.id if machine_of(mark.id) == mark.machine else action_id(mark.machine, mark.clock)


def _keys(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT id, pk FROM paper_alias WHERE id IN (SELECT value FROM json_each(:ids))"
        " UNION ALL SELECT id, pk FROM paper WHERE id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(list(ids))},
    )
    return dict(rows.fetchall())


def _add_states(events: Events, papers: Sequence[PaperMarks]) -> int:
    """Make the marks without a time where none of their kind is set; return how many."""
    ids = [one.paper for one in papers if one.states]
    keys = events.read(lambda connection: _keys(connection, ids))
    kept = events.read(existing_texts) if ids else ()
    pks: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    for one in papers:
        pk = keys.get(one.paper)
        for state in one.states:
            if pk is not None and (pk, state[0]) not in kept:
                pks[state][pk] = None
    action = events.act([Change(kind, value, list(found)) for (kind, value), found in pks.items()])
    return sum(part.count for part in action.parts) if action else 0
