"""Imports other programs' data about papers: finds the papers that the cache has, and requests the others.

One import is one action, which one undo takes back. Missing papers get their marks when they arrive:
`reader.refresh.sources` requests the papers that are marked as wanted.

Marks from an export of this program join the log by union, so that order and repetition do not matter. A mark
keeps its action, with its machine and clock, and for each paper and kind the newest mark decides.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from reader.cache.keys import keys_of
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.core.marks import NOTE, PASSAGE, STATES, WANT, Mark, PaperMarks
from reader.core.paper import LibraryEntry
from reader.core.passages import split_note
from reader.core.text import title_hash
from reader.log.rows import Row, action_id, machine_of


@dataclass
class MatchedEntries:
    """The entries of a file, matched to papers."""

    here: dict[int, list[LibraryEntry]] = field(default_factory=dict)
    """Entries whose paper is in the cache, by its key, in the order of the file."""
    absent: dict[str, list[LibraryEntry]] = field(default_factory=dict)
    """Entries whose paper is not in the cache, by its arXiv id, in the order of the file."""
    unknown: list[LibraryEntry] = field(default_factory=list)
    """Entries without an arXiv id whose title no paper in the cache has."""


def find_papers(connection: sqlite3.Connection, entries: Sequence[LibraryEntry]) -> MatchedEntries:
    """Find the papers of entries by their ids, or without an id by their titles."""
    matched = MatchedEntries()
    by_id = keys_of(connection, [entry.id for entry in entries if entry.id])
    for entry in entries:
        pk = by_id.get(entry.id) if entry.id else _with_title(connection, entry.title)
        if pk is not None:
            matched.here.setdefault(pk, []).append(entry)
        elif entry.id:
            matched.absent.setdefault(entry.id, []).append(entry)
        else:
            matched.unknown.append(entry)
    return matched


def _with_title(connection: sqlite3.Connection, title: str) -> int | None:
    rows = connection.execute("SELECT pk FROM paper WHERE title_hash = ? LIMIT 2", (title_hash(title),)).fetchall()
    return rows[0][0] if title and len(rows) == 1 else None


def waiting(connection: sqlite3.Connection) -> Mapping[str, frozenset[str]]:
    """The kinds of marks waiting for missing papers, by id."""
    kinds_by_id: dict[str, set[str]] = {}
    for id, kind in connection.execute(_WAITING):
        kinds_by_id.setdefault(id, set()).add(kind)
    return {id: frozenset(kinds) for id, kinds in kinds_by_id.items()}


_WAITING = (
    "SELECT paper, kind FROM mark"
    " WHERE pk IS NULL AND paper <> '' AND undone = 0 AND kind <> 'undo' AND value NOT IN ('', '0')"
)


def existing_texts(connection: sqlite3.Connection) -> frozenset[tuple[int, str]]:
    """The existing notes and highlights: the keys of their papers, and the kinds of their marks."""
    return frozenset(connection.execute(_WRITTEN))


_WRITTEN = f"""
    SELECT pk, '{NOTE}' FROM note UNION ALL
    SELECT pk, kind FROM mark WHERE pk > 0 AND kind > '{PASSAGE}' AND kind < '{PASSAGE[:-1]};' AND undone = 0
"""


def changes(
    matched: MatchedEntries,
    marks: Iterable[str],
    kind_of: Callable[[str], str | None],
    waits: Mapping[str, frozenset[str]],
    written: Collection[tuple[int, str]] = (),
) -> Iterator[Change]:
    """The changes of an import: `marks` are kinds for all papers, `kind_of` returns a label's kind of mark or None.

    `waits` are the kinds of marks that already wait for missing papers, `written` the notes and highlights to keep.
    """
    targets: dict[str, tuple[list[int], list[str]]] = {}
    papers: Iterable[tuple[int | str, list[LibraryEntry]]] = (*matched.here.items(), *matched.absent.items())
    for paper, entries in papers:
        kinds = dict.fromkeys(marks)
        kinds |= dict.fromkeys(("read",) if any(entry.is_read for entry in entries) else ())
        kinds |= dict.fromkeys(kind for entry in entries for label in entry.labels if (kind := kind_of(label)))
        if isinstance(paper, str) and any(entry.is_wanted for entry in entries):
            kinds |= {WANT: None}
        for kind in kinds:
            pks, absent = targets.setdefault(kind, ([], []))
            if isinstance(paper, int):
                pks.append(paper)
            elif kind not in waits.get(paper, ()):
                absent.append(paper)
    # In a fixed order, so that the message of an undo is always the same.
    order = [WANT, *STATES]
    for kind in sorted(targets, key=lambda kind: (order.index(kind) if kind in order else len(order), kind)):
        yield Change(kind, True, *targets[kind])
    for paper, entries in papers:
        for kind, value in _written_by(entries):
            if isinstance(paper, int) and (paper, kind) not in written:
                yield Change(kind, value, [paper])
            elif isinstance(paper, str) and kind not in waits.get(paper, ()):
                yield Change(kind, value, (), [paper])


def _written_by(entries: Iterable[LibraryEntry]) -> Iterator[tuple[str, str]]:
    notes = [split_note(entry.note) for entry in entries if entry.note]
    if note := "\n\n".join(dict.fromkeys(text for text, _ in notes if text)):
        yield NOTE, note
    yield from {f"{PASSAGE}{item.id}": item.value for _, passages in notes for item in passages}.items()


def add_marks(events: Events, papers: Sequence[PaperMarks]) -> int:
    """Add the marks of some papers, and return how many the log did not have.

    A mark without a time is made now, on papers in the cache that have no mark of its kind.
    """
    rows = [Row(_action(mark), paper.paper, mark.kind, mark.value) for paper in papers for mark in paper.marks]
    return events.join(rows) + _add_states(events, papers)


def _action(mark: Mark) -> str:
    """The action id of a mark; releases before 0.3.0 exported ids that do not begin with the machine's id."""
    return mark.id if machine_of(mark.id) == mark.machine else action_id(mark.machine, mark.clock)


def _add_states(events: Events, papers: Sequence[PaperMarks]) -> int:
    """Make the marks without a time on papers that have no mark of their kind; return how many."""
    ids = [one.paper for one in papers if one.states]
    keys = events.read(partial(keys_of, ids=ids))
    kept = events.read(existing_texts) if ids else ()
    pks: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    for one in papers:
        pk = keys.get(one.paper)
        for state in one.states:
            if pk is not None and (pk, state[0]) not in kept:
                pks[state][pk] = None
    action = events.act([Change(kind, value, list(keys)) for (kind, value), keys in pks.items()])
    return sum(part.count for part in action.parts) if action else 0
