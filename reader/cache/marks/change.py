"""A change that the user asks for: which papers it names, and which of them it would change."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reader.cache.flags import spellings, tag_counts
from reader.cache.marks.derive import NEWEST
from reader.core import marks
from reader.core.marks import (
    NOTE,
    PASSAGE,
    QUEUE,
    RULE,
    TAG,
    TRACES,
    UNDOES,
    WANT,
    place_between,
)
from reader.core.tag_words import TagWords
from reader.log.rows import Mark

PAPERS_AT_ONCE = 20_000
"""Papers that are looked up at once."""


class Change(NamedTuple):
    """A new state of some papers, requested by an action.

    `kind` is that of a `Mark`; `value` is a bool, the note's text, a place in the queue, the trace's day, or what a
    rule did. `absent` are ids of papers that the cache does not have; a paper has no state there to be taken away.
    """

    kind: str
    value: bool | str
    pks: Sequence[int] = ()
    absent: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The value as a row of the log has it."""
        return self.value if isinstance(self.value, str) else str(int(self.value))

    @property
    def is_set(self) -> bool:
        """Whether it gives papers something, instead of taking it away."""
        return self.text not in ("", "0")


def with_undone(changes: Sequence[Change]) -> Iterator[Change]:
    """The changes plus those that remove contradicting marks: starring a paper unhides it."""
    yield from changes
    if any(one.kind.startswith(RULE) for one in changes):
        # No rule acts against the user or a muted word.
        return
    named: dict[str, set[int]] = defaultdict(set)
    for one in changes:
        named[one.kind].update(one.pks if one.kind in UNDOES else ())
    for one in changes:
        for other in UNDOES.get(one.kind, ()) if one.is_set else ():
            yield Change(other, False, [pk for pk in one.pks if pk not in named[other]])


def find_changing(connection: sqlite3.Connection, change: Change) -> list[str]:
    """The ids of the papers that a change would change, in the order in which it names them."""
    kind, found = change.kind, list[str]()
    for start in range(0, len(change.pks), PAPERS_AT_ONCE):
        pks = json.dumps(list(change.pks[start : start + PAPERS_AT_ONCE]))
        values = {"pks": pks, "value": change.text, "kind": kind}
        found += (id for (id,) in connection.execute(_CHANGING.format(same=same_state(kind)), values))
    return found + list(change.absent if change.is_set else ())


_CHANGING = (
    "SELECT paper.id FROM json_each(:pks) AS named CROSS JOIN paper ON paper.pk = named.value"
    " WHERE NOT ({same}) ORDER BY named.key"
)


def marks_of(connection: sqlite3.Connection, changes: Sequence[Change]) -> list[Mark]:
    """The marks that changes make, without those that are so already; a paper gets each kind once."""
    found: dict[tuple[str, str], Mark] = {}
    for change in with_undone(changes):
        for id in find_changing(connection, change):
            found.setdefault((id, change.kind), Mark(id, change.kind, change.text))
    return list(found.values())


def same_state(kind: str) -> str:
    """SQL: whether a paper already has the state `:value` of the kind `:kind`."""
    if kind == "hide":
        # A muted word may hide it, too.
        return "hidden = CAST(:value AS INTEGER)"
    if kind in TRACES:
        # One trace of a kind per day; a paper opened on a day was not passed on it.
        kinds = TRACES if kind == marks.PASS else (kind,)
        found = "SELECT 1 FROM mark AS m WHERE m.pk = paper.pk"
        return f"EXISTS ({found} AND m.kind IN ({marks.sql_list(kinds)}) AND m.value = :value)"
    if kind == WANT:
        # It is here, which is all that was wanted.
        return "true"
    if kind == QUEUE:
        place = "(SELECT place FROM queue WHERE queue.pk = paper.pk)"
        return f"CASE :value WHEN '0' THEN {place} IS NULL WHEN '1' THEN {place} IS NOT NULL ELSE {place} IS :value END"
    if kind.startswith(RULE):
        return "EXISTS (SELECT 1 FROM mark AS m WHERE m.pk = paper.pk AND m.kind = :kind)"
    nothing = "''" if kind == NOTE or kind.startswith(PASSAGE) else "'0'"
    return f"coalesce({NEWEST.format(pk='paper.pk', kind=':kind')}, {nothing}) = :value"


def tagging(
    connection: sqlite3.Connection, words: TagWords, pks: Sequence[int], absent: Sequence[str] = ()
) -> list[Change]:
    """The changes that give papers tags and take tags from them, in the spellings that are in use.

    `absent` are ids of papers that the cache does not have.
    """
    known = tag_counts(connection)
    added = [next(iter(spellings(name, known)), name) for name in words.add]
    removed = [spelled for name in words.remove for spelled in spellings(name, known) or [name]]
    return [
        *(Change(f"{TAG}{name}", True, pks, absent) for name in added),
        *(Change(f"{TAG}{name}", False, pks) for name in removed),
    ]


# A queued paper that is moved within a list


def place_in(connection: sqlite3.Connection, pk: int, listed: Sequence[int]) -> str | None:
    """The place that a queued paper needs to be where it is among the `listed` ones.

    That is behind the nearest queued paper above it, whatever queued papers the list leaves out, or before the one
    below. None if the paper is not in the queue, or no other is.
    """
    if _place_of(connection, [pk]) is None:
        return None
    at = listed.index(pk)
    above = _place_of(connection, reversed(listed[:at]))
    if above is not None:
        return place_between(above, _next(connection, "SELECT min(place) FROM queue WHERE place > ?", above, pk))
    below = _place_of(connection, listed[at + 1 :])
    if below is None:
        return None
    return place_between(_next(connection, "SELECT max(place) FROM queue WHERE place < ?", below, pk), below)


def _place_of(connection: sqlite3.Connection, pks: Iterable[int]) -> str | None:
    for pk in pks:
        row = connection.execute("SELECT place FROM queue WHERE pk = ?", (pk,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


def _next(connection: sqlite3.Connection, sql: str, place: str, pk: int) -> str | None:
    """The place next to another, except that of the moved paper itself."""
    found: str | None = connection.execute(f"{sql} AND pk <> ?", (place, pk)).fetchone()[0]
    return found
