"""Which papers have changed since the user starred, queued, noted or opened them, in the caller's transaction.

It is derived from the log and the history of facts. `settle` computes it again for some papers; refreshes, marks, undo
and joined logs call it for the papers that they change. A paper that is due has the flag `CHANGED`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reader.cache import meta
from reader.cache.flags import clear_flag, set_flag
from reader.core.changes import Changes, Edit, Facts, History, LookedAt, Moved, brief, find_due
from reader.core.marks import FINISH, LOOK, NOTE, OPEN, QUEUE, STATES, quoted
from reader.core.paper_row import UNKNOWN, Flag, PaperKey
from reader.database import connections

KINDS = (*STATES, QUEUE, NOTE, LOOK, OPEN, FINISH)
"""The kinds of marks after which a paper's changes count."""

_TRACES = (OPEN, FINISH)

_RULES_OF = "second_look"
"""The key in `meta` of the rules used for the stored results."""

RULES = '{"of": "starred, queued, noted, opened"}'
"""The rules of this version; those of older ones are JSON, too, with limits chosen by the user."""

BATCH = 500
"""Papers per transaction when all are computed again."""

_LOOKS = f"FROM mark AS e WHERE e.pk = {{pk}} AND e.kind IN ({quoted(KINDS)}) AND e.undone = 0"

_WANTED = (
    "EXISTS (SELECT 1 FROM paper AS p WHERE p.pk = o.pk AND (p.starred = 1 OR p.has_note = 1))"
    " OR EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = o.pk)"
    f" OR EXISTS (SELECT 1 FROM mark AS m WHERE m.pk = o.pk AND m.kind IN ({quoted(_TRACES)}))"
)
"""SQL: whether the user has starred, queued, noted or opened the paper `o`."""

_MOVED_AFTER = """
    EXISTS (SELECT 1 FROM {table} AS c WHERE c.pk = o.pk)
    AND (SELECT max(c.at) FROM {table} AS c WHERE c.pk = o.pk) > (SELECT min(e.clock) / 1000 {looks})
"""

_MOVED = " OR ".join(
    _MOVED_AFTER.format(table=table, looks=_LOOKS.format(pk="o.pk")) for table in ("paper_change", "paper_edit")
)
# Most papers that a mark names have never changed, or not since their first mark.
_CHANGED = f"SELECT o.pk FROM ({{papers}}) AS o WHERE ({_MOVED}) AND ({_WANTED})"


def settle(connection: sqlite3.Connection, papers: str, values: Sequence[object] = ()) -> None:
    """Compute the papers of a SELECT of keys `pk` again."""
    stale = {pk for (pk,) in connection.execute(f"SELECT pk FROM second_look WHERE pk IN ({papers})", values)}
    changed = [pk for (pk,) in connection.execute(_CHANGED.format(papers=papers), values)]
    if not stale and not changed:
        return
    due: set[int] = set()
    for pk in changed:
        found = find_due(_looks(connection, pk), history_of(connection, pk))
        if found is not None:
            stale.discard(pk)
            connection.execute(
                "INSERT INTO second_look (pk, at, since) VALUES (?, ?, ?)"
                " ON CONFLICT (pk) DO UPDATE SET at = excluded.at, since = excluded.since"
                " WHERE at <> excluded.at OR since <> excluded.since",
                (pk, found.at, found.since),
            )
            if found.is_open:
                due.add(pk)
    connection.executemany("DELETE FROM second_look WHERE pk = ?", ((pk,) for pk in stale))
    flagged = f"SELECT pk FROM paper_flags WHERE flags & {Flag.CHANGED:d} AND pk IN ({papers})"
    clear_flag(connection, Flag.CHANGED, {pk for (pk,) in connection.execute(flagged, values)} - due)
    set_flag(connection, Flag.CHANGED, due)


def settle_keys(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Compute these papers again."""
    settle(connection, "SELECT value AS pk FROM json_each(?)", (json.dumps(list(pks)),))


def marked(connection: sqlite3.Connection, pks: Iterable[int]) -> set[int]:
    """Those of these papers that any mark names."""
    named = "SELECT DISTINCT pk FROM mark WHERE pk IN (SELECT value FROM json_each(?))"
    return {pk for (pk,) in connection.execute(named, (json.dumps(list(pks)),))}


def ask_all_again(path: Path) -> int:
    """Compute all papers again that a program with other rules computed; return their number."""
    with connections.opened(path) as connection:
        if meta.get(connection, _RULES_OF) == RULES:
            return 0
        pks = [pk for (pk,) in connection.execute(_WITH_HISTORY)]
        for start in range(0, len(pks), BATCH):
            with connections.transaction(connection):
                settle_keys(connection, pks[start : start + BATCH])
        # If the program ends early, the next one starts over.
        with connections.transaction(connection):
            meta.put(connection, _RULES_OF, RULES)
    return len(pks)


_WITH_HISTORY = """
    SELECT pk FROM (SELECT DISTINCT pk FROM paper_change UNION SELECT DISTINCT pk FROM paper_edit) AS c
    WHERE EXISTS (SELECT 1 FROM mark AS m WHERE m.pk = c.pk)
"""


# What is known of a paper


def _looks(connection: sqlite3.Connection, pk: int) -> list[LookedAt]:
    rows = connection.execute(f"SELECT e.clock / 1000, e.kind {_LOOKS.format(pk='?')}", (pk,))
    return [LookedAt(at, kind in _TRACES) for at, kind in rows]


def looked_at(connection: sqlite3.Connection, pk: int) -> int | None:
    """When the user last marked a paper, in seconds since 1970; None if never."""
    return max((look.at for look in _looks(connection, pk)), default=None)


def history_of(connection: sqlite3.Connection, pk: int) -> History:
    """The facts of a paper over time."""
    votes, comments, models, code, version, versions, revised, venue, title, abstract = connection.execute(
        f"SELECT nullif(p.upvotes, {UNKNOWN}), nullif(p.comments, {UNKNOWN}), p.models, p.has_code,"
        " t.version, coalesce(t.versions, ''),"
        " coalesce(t.revised, ''), coalesce(p.venue, ''), p.title, t.abstract"
        " FROM paper AS p JOIN paper_text AS t USING (pk) WHERE p.pk = ?",
        (pk,),
    ).fetchone()
    number, day = newest_version(version, versions, revised)
    now = Facts(votes, comments, models, bool(code), number, venue, title, abstract)
    moved = connection.execute(
        f"SELECT at, nullif(upvotes, {UNKNOWN}), nullif(comments, {UNKNOWN}), models, links & 1"
        " FROM paper_change WHERE pk = ? ORDER BY at",
        (pk,),
    )
    edits = connection.execute("SELECT at, field, before FROM paper_edit WHERE pk = ? ORDER BY at", (pk,))
    points = [Moved(at, votes, comments, models, bool(code)) for at, votes, comments, models, code in moved]
    return History(now, points, [Edit(*row) for row in edits], day)


def newest_version(version: int | None, versions: str, revised: str) -> tuple[int | None, str]:
    """The number and the ISO day of the newest version, from a paper's columns; None and empty if not known."""
    name, _, day = versions.rpartition("\n")[2].partition(" ")
    listed = int(name[1:]) if name[1:].isdecimal() else None
    if listed is not None and listed >= (version or 0):
        return listed, day
    return version, revised


def read_changed(connection: sqlite3.Connection, pk: int) -> Changes | None:
    """What changed in a paper that is or was due; None for others."""
    row = connection.execute(
        f"SELECT s.since, s.at, coalesce(f.flags & {Flag.CHANGED:d}, 0) FROM second_look AS s"
        " LEFT JOIN paper_flags AS f USING (pk) WHERE s.pk = ?",
        (pk,),
    ).fetchone()
    return None if row is None else _changes(connection, pk, *row)


def said_of(connection: sqlite3.Connection, pks: Iterable[int]) -> dict[PaperKey, str]:
    """The changes that made some papers due, in a few words, by paper."""
    found = ((pk, read_changed(connection, pk)) for pk in pks)
    return {pk: "; ".join(brief(one) for one in due.differences if one.is_enough) for pk, due in found if due}


def read_changes(connection: sqlite3.Connection, pk: int) -> Changes | None:
    """What changed in a paper since the user marked it, significant or not; None if unmarked."""
    looked = looked_at(connection, pk)
    if (found := read_changed(connection, pk)) is not None or looked is None:
        return found
    return _changes(connection, pk, looked, looked, is_open=False)


def _changes(connection: sqlite3.Connection, pk: int, since: int, at: int, is_open: object) -> Changes:
    found = history_of(connection, pk).changes(since, None)
    marks = connection.execute(f"SELECT e.kind {_LOOKS.format(pk='?')} AND e.clock / 1000 = ?", (pk, since))
    kinds = {kind for (kind,) in marks}
    # For an action with several marks, the strongest counts.
    order = ("star", QUEUE, NOTE, "hide", "read", FINISH, OPEN)
    # An older program also counted other kinds of marks.
    mark = next((kind for kind in order if kind in kinds), LOOK)
    return Changes(since, at, mark, bool(is_open), tuple(found))


# What a refresh changes


def note_edits(
    connection: sqlite3.Connection, changed: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]], at: int
) -> None:
    """Store the old values of marked papers before a change; `changed` has their columns before and after, by key."""
    edits: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, (known, after) in changed.items():
        edits[pk] += _edits(known, after)
    edits = {pk: found for pk, found in edits.items() if found}
    if edits:
        connection.executemany(
            "INSERT OR IGNORE INTO paper_edit (pk, at, field, before) VALUES (?, ?, ?, ?)",
            [(pk, at, *edit) for pk in marked(connection, edits) for edit in edits[pk]],
        )


def _edits(known: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of `Edit` that change, with what they were."""
    for name in ("title", "abstract"):
        if known[name] and known[name].split() != after[name].split():
            yield name, known[name]
    before, now = (
        newest_version(one["version"], one["versions"] or "", one["revised"] or "")[0] for one in (known, after)
    )
    if now is not None and now != before:
        yield "version", str(before or "")
    # Before arXiv was asked, an unknown venue is not a later one.
    if known["venue"] != after["venue"] and (known["venue"] or known["versions"] or known["arxiv_asked"]):
        yield "venue", known["venue"] or ""
