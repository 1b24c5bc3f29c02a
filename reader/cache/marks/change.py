"""A change that the user asks for: the papers that it names, and the papers that it would change."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.cache.flags import has, spellings, tag_counts
from reader.cache.marks.derive import NEWEST
from reader.core.marks import (
    NOTE,
    PASSAGE,
    QUEUE,
    RULE,
    TAG,
    UNDOES,
    WANT,
)
from reader.core.paper_row import Flag
from reader.core.tag_words import TagWords
from reader.log.rows import Mark

PAPERS_PER_QUERY = 20_000


class Change(NamedTuple):
    """A new state of some papers, requested by an action.

    `kind` is a `Mark`'s kind; `value` is a bool, a note's text, a place in the queue, a trace's day or a rule's action.
    `absent` are ids of papers that the cache lacks; they have no state that could be removed.
    """

    kind: str
    value: bool | str
    pks: Sequence[int] = ()
    absent: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The value as text, as the log stores it."""
        return self.value if isinstance(self.value, str) else str(int(self.value))

    @property
    def is_set(self) -> bool:
        """Whether it sets a state instead of removing it."""
        return self.text not in ("", "0")


def with_undone(changes: Sequence[Change]) -> Iterator[Change]:
    """The changes plus those that remove contradicting marks: starring a paper unhides it."""
    yield from changes
    if any(change.kind.startswith(RULE) for change in changes):
        # A rule does not override the user or a muted word.
        return
    changed: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        changed[change.kind].update(change.pks if change.kind in UNDOES else ())
    for change in changes:
        for opposite in UNDOES.get(change.kind, ()) if change.is_set else ():
            yield Change(opposite, False, [pk for pk in change.pks if pk not in changed[opposite]])


def find_changing(connection: sqlite3.Connection, change: Change) -> list[str]:
    """The ids of the papers that a change would change, in the order in which it names them."""
    kind, ids = change.kind, list[str]()
    for start in range(0, len(change.pks), PAPERS_PER_QUERY):
        pks = json.dumps(list(change.pks[start : start + PAPERS_PER_QUERY]))
        values = {"pks": pks, "value": change.text, "kind": kind}
        ids += (id for (id,) in connection.execute(_CHANGING.format(same=same_state(kind)), values))
    return ids + list(change.absent if change.is_set else ())


_CHANGING = (
    "SELECT paper.id FROM json_each(:pks) AS named CROSS JOIN paper ON paper.pk = named.value"
    " WHERE NOT ({same}) ORDER BY named.key"
)


def marks_of(connection: sqlite3.Connection, changes: Sequence[Change]) -> list[Mark]:
    """The marks that changes make, except on papers that have the state already; one mark a paper and kind."""
    new_marks: dict[tuple[str, str], Mark] = {}
    for change in with_undone(changes):
        for id in find_changing(connection, change):
            new_marks.setdefault((id, change.kind), Mark(id, change.kind, change.text))
    return list(new_marks.values())


def same_state(kind: str) -> str:
    """SQL: whether a paper already has the state `:value` of the kind `:kind`."""
    if kind == "hide":
        # A muted word may hide it, too. A result of a search on the feed is hidden without anybody's decision.
        return f"(hidden AND NOT {has(Flag.FOUND, 'paper.pk')}) = CAST(:value AS INTEGER)"
    if kind == WANT:
        # The paper is in the cache, so the request is fulfilled.
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
    """The changes that add tags to papers and remove tags from them, in the spellings that are in use.

    `absent` are ids of papers that the cache does not have.
    """
    known = tag_counts(connection)
    added = [next(iter(spellings(name, known)), name) for name in words.add]
    removed = [spelled for name in words.remove for spelled in spellings(name, known) or [name]]
    return [
        *(Change(f"{TAG}{name}", True, pks, absent) for name in added),
        *(Change(f"{TAG}{name}", False, pks) for name in removed),
    ]
