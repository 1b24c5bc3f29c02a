"""The log of the user's actions: rows are only added, except when another machine's rows are deleted.

A mark counts once its row is committed: the file is written with `synchronous = FULL`. Undo and redo add rows too.
The cache derives its columns from these rows, so that this file needs no repair beyond SQLite's own recovery and a
daily copy (`copies.py`).

On one machine the order of the log counts rather than the clock: a row never gets an earlier clock than rows before.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from reader.core.errors import CacheError, CacheTooNew
from reader.core.marks import AGENT, FORMER, QUEUE, TRACES, UNDO, Agent, first_place, sql_list
from reader.database import connections, meta
from reader.database.sqlite_errors import explain_errors
from reader.log.rows import INSERT, VERSION, Mark, Row, action_id, clock_of, new_machine
from reader.paths import is_there, log_database

T = TypeVar("T")

AHEAD_MS = 86_400_000
"""Milliseconds by which another machine's clock may be ahead of ours; a row with a later clock gets that time."""

MAX_ROWS_PER_TRANSACTION = 2_000
"""Foreign rows in one transaction."""

UNDONE = (
    "coalesce((SELECT u.value FROM {log}event AS u WHERE u.paper = e.action AND u.kind = 'undo'"
    " ORDER BY u.clock DESC, u.action DESC LIMIT 1), '0') = '1'"
)
"""SQL: whether the action of the row `e` is undone; `log` is the name of the database with a dot, or empty."""

_UNDONE = UNDONE.format(log="")

_OWN = "e.action > :machine AND e.action < :machine || 'g'"
"""SQL: whether the row `e` belongs to a machine, in a form for which SQLite uses the index on actions."""

_EXPORTABLE = " AND ".join(f"e.kind NOT GLOB '{prefix}*'" for prefix in FORMER)
"""SQL: whether the row `e` may leave the machine."""

_REGULAR = f"e.kind NOT IN ({sql_list((UNDO, *TRACES))}) AND {_EXPORTABLE}"
"""SQL: whether an undo can take the row `e` back."""


class Log:
    """The log at a path; used by one thread at a time, and by any number of programs."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Callable[[], float] = time.time) -> None:
        self._connection = connection
        self._path = path
        self._now = now
        self._file = _file_id(path)
        self.machine = meta.get(connection, "machine") or ""

    @classmethod
    def open(cls, cache: Path, now: Callable[[], float] = time.time) -> Log:
        """Open the log beside a cache; create it if it is missing. Raises CacheError, or CacheTooNew."""
        path = log_database(cache)
        if not is_there(path):
            # This module is only needed at a first start or after a loss.
            from reader.log import copies

            copies.ensure(cache)
        with explain_errors(path):
            connection = connections.connect(path, durable=True)
            with connections.closing_on_error(connection):
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version > VERSION:
                    raise CacheTooNew(
                        f"{path} was made by a newer dailypapers, so it was not changed. Install that version, or set "
                        "DAILYPAPERS_HOME to another folder."
                    )
                return cls(connection, path, now)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction; raises CacheError if the file was replaced, since new rows would be lost."""
        if _file_id(self._path) != self._file:
            raise CacheError(
                f"{self._path} was replaced or removed by another program, so nothing was recorded. Start this program "
                "again."
            )
        with explain_errors(self._path), connections.transaction(self._connection):
            yield

    # What the user does

    def record(self, marks: Sequence[Mark], *, by: str = "") -> str:
        """Record marks as one action, and return its id; they count once this returns. Raises CacheError."""
        with self._writing():
            return self._record(marks, by)

    def undo(self, *, by: Agent | None = None) -> list[str]:
        """Undo the newest action of this machine, and return its id; empty if there is nothing to undo.

        If a program made it, all actions of that run of the program are undone as one. With `by`, the actions of
        that run are undone.
        """
        with self._writing():
            actions = self._of_run(by.text) if by is not None else self._undoable()
            if actions:
                self._record([Mark(action, UNDO, "1") for action in actions], "")
            return actions

    def redo(self) -> list[str]:
        """Redo the last undone actions, unless a later action exists; return their ids."""
        with self._writing():
            actions = self._redoable()
            if actions:
                self._record([Mark(action, UNDO, "0") for action in actions], "")
            return actions

    def _undoable(self) -> list[str]:
        row = self._connection.execute(_NEWEST_OWN, {"machine": self.machine}).fetchone()
        if row is None:
            return []
        return self._of_run(row[1]) if row[1].startswith(AGENT) else [row[0]]

    def _of_run(self, by: str) -> list[str]:
        rows = self._connection.execute(
            f"SELECT DISTINCT e.action FROM event AS e WHERE {_OWN} AND e.by = :by AND NOT {_UNDONE} ORDER BY e.action",
            {"machine": self.machine, "by": by},
        )
        return [action for (action,) in rows]

    def _redoable(self) -> list[str]:
        row = self._connection.execute(_LAST_UNDO, {"machine": self.machine}).fetchone()
        if row is None:
            return []
        rows = self._connection.execute(
            "SELECT paper FROM event WHERE action = ? AND kind = 'undo' ORDER BY number", row
        )
        return [action for (action,) in rows]

    def _record(self, marks: Sequence[Mark], by: str) -> str:
        clock = max(int(self._now() * 1000), int(meta.get(self._connection, "clock") or 0) + 1)
        action = action_id(self.machine, clock)
        self._connection.executemany(
            INSERT,
            (
                (action, self.machine, clock, mark.paper, mark.kind, value, by)
                for mark, value in zip(marks, _mark_values(marks, clock), strict=True)
            ),
        )
        meta.put(self._connection, "clock", str(clock))
        return action

    # Reads

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run another module's function on the connection of the log."""
        with explain_errors(self._path):
            return question(self._connection)

    def _ask(self, sql: str, *values: object, **named: object) -> list[tuple[Any, ...]]:
        with explain_errors(self._path):
            return self._connection.execute(sql, named or values).fetchall()

    def note(self, facts: Iterable[tuple[str, str]]) -> None:
        """Set facts about this machine, which are not synced."""
        with explain_errors(self._path), connections.transaction(self._connection):
            for key, value in facts:
                meta.put(self._connection, key, value)

    def rows(self, after: int, *, machine: str = "", limit: int = -1) -> list[tuple[int, Row]]:
        """The exportable rows after a number, of one machine or of all, each with its number."""
        only = f" AND {_EXPORTABLE}{f' AND {_OWN}' if machine else ''}"
        sql = f"SELECT number, action, paper, kind, value, by FROM event AS e WHERE number > :after{only}"
        rows = self._ask(f"{sql} ORDER BY number LIMIT :limit", after=after, machine=machine, limit=limit)
        return [(number, Row(*row)) for number, *row in rows]

    def last(self) -> int:
        """The number of the last row."""
        return int(self._ask("SELECT coalesce(max(number), 0) FROM event")[0][0])

    def action_of(self, number: int) -> str:
        """The action of a row; empty if the log has no row of this number."""
        rows = self._ask("SELECT action FROM event WHERE number = ?", number)
        return str(rows[0][0]) if rows else ""

    def count(self) -> int:
        """Number of rows."""
        return int(self._ask("SELECT count(*) FROM event")[0][0])

    def machines(self) -> dict[str, tuple[int, int, int]]:
        """The machines that have rows here, each with its number of rows, its earliest and its latest clock."""
        rows = self._ask("SELECT machine, count(*), min(clock), max(clock) FROM event GROUP BY machine")
        return {machine: (count, first, last) for machine, count, first, last in rows}

    # Other machines

    def take(self, rows: Iterable[Row]) -> int:
        """Add checked rows of other machines or of a file; return how many were new.

        A clock that is more than a day ahead of ours counts as one day ahead, so that its row can't win forever.
        """
        taken = 0
        rest = iter(rows)
        while batch := list(islice(rest, MAX_ROWS_PER_TRANSACTION)):
            latest = int(self._now() * 1000) + AHEAD_MS
            clocks = [min(clock_of(row.action), latest) for row in batch]
            with self._writing():
                before = self._connection.total_changes
                self._connection.executemany(
                    INSERT,
                    (
                        (row.action, row.machine, clock, row.paper, row.kind, row.value, row.by)
                        for row, clock in zip(batch, clocks, strict=True)
                    ),
                )
                taken += self._connection.total_changes - before
                last = max(int(meta.get(self._connection, "clock") or 0), *clocks)
                meta.put(self._connection, "clock", str(last))
            connections.give_way()
        return taken

    def delete_machine(self, machine: str) -> int:
        """Delete all rows of another machine; return how many there were."""
        with self._writing():
            count = self._connection.execute("DELETE FROM event WHERE machine = ?", (machine,)).rowcount
            meta.put(self._connection, "edition", new_machine())
        return count

    def take_new_machine(self, sent: set[str]) -> str:
        """Give this machine a new id, because another machine writes under the present id.

        Its actions that are not in `sent` get the new id too; the others keep the old id, under which the other
        machine's file has them.
        """
        with self._writing():
            old, self.machine = self.machine, new_machine()
            self._connection.execute("CREATE TEMP TABLE sent (action TEXT PRIMARY KEY) WITHOUT ROWID")
            self._connection.executemany("INSERT INTO sent VALUES (?)", ((action,) for action in sent))
            names = {"old": old, "new": self.machine}
            moved = "machine = :old AND action NOT IN (SELECT action FROM sent)"
            self._connection.execute(
                f"UPDATE event SET paper = :new || substr(paper, 13) WHERE kind = '{UNDO}' AND {moved} AND paper IN"
                f" (SELECT action FROM event WHERE {moved})",
                names,
            )
            self._connection.execute(
                f"UPDATE event SET action = :new || substr(action, 13), machine = :new WHERE {moved}", names
            )
            self._connection.execute("DROP TABLE temp.sent")
            meta.put(self._connection, "machine", self.machine)
            meta.put(self._connection, "edition", new_machine())
        return self.machine


# Steps from action to action, so that only one row of an undone action with 10,000 rows is read.
_NEWEST_OWN = f"""
    WITH RECURSIVE own (action) AS (
        SELECT max(action) FROM event WHERE action > :machine AND action < :machine || 'g'
        UNION ALL
        SELECT (SELECT max(action) FROM event WHERE action > :machine AND action < own.action) FROM own
        WHERE own.action IS NOT NULL
    )
    SELECT e.action, (SELECT by FROM event WHERE action = e.action LIMIT 1) FROM own AS e
    WHERE e.action IS NOT NULL AND NOT {_UNDONE}
    AND EXISTS (SELECT 1 FROM event AS r WHERE r.action = e.action AND {_REGULAR.replace("e.kind", "r.kind")}) LIMIT 1
"""

_LAST_UNDO = f"""
    SELECT u.action FROM event AS u WHERE u.kind = 'undo' AND u.value = '1'
    AND u.action > coalesce(
        (SELECT e.action FROM event AS e WHERE {_OWN} AND {_REGULAR} ORDER BY e.action DESC LIMIT 1), :machine)
    AND u.action < :machine || 'g'
    AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.paper = u.paper AND later.kind = 'undo'
        AND (later.clock, later.action) > (u.clock, u.action))
    ORDER BY u.action DESC LIMIT 1
"""
"""The newest undo of this machine that has no later action and was not redone."""


def _mark_values(marks: Sequence[Mark], clock: int) -> Iterator[str]:
    """The values of marks; papers that are queued together get places in their order."""
    position = 0
    for mark in marks:
        if mark.kind == QUEUE and mark.value == "1":
            yield first_place(clock, position)
            position += 1
        else:
            yield mark.value


def _file_id(path: Path) -> int | None:
    """The identity of a file, which changes when the file is replaced; None if there is no file."""
    try:
        return path.stat().st_ino
    except OSError:
        return None
