"""The user's actions: each is recorded in the log, then derived in the cache.

An action counts once its rows are committed to `log.db`. The cache then derives its state in short
transactions of its own file; if a program ends in between, the next program that opens the log does the rest
(`derive.py`).

Uses the standard sqlite3: a star in the first second must not wait for the import of SQLModel.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from reader.cache.marks import derive
from reader.cache.marks.change import Change, marks_of
from reader.core.marks import RULE, Agent
from reader.database import connections
from reader.database.sqlite_errors import explain_errors
from reader.log.actions import UserAction, read_action
from reader.log.rows import Mark, Row
from reader.log.store import Log
from reader.paths import log_database

T = TypeVar("T")


class Events:
    """The log and the cache that follows it; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, log: Log) -> None:
        self._connection = connection
        self._path = path
        self.log = log
        self._is_stopped = False

    @classmethod
    def open(cls, path: Path, now: Callable[[], float] = time.time, *, recover: bool = True) -> Events:
        """Open the log beside the cache at `path`, whose schema must be current, and bring the cache up to date.

        With `recover` False, the cache is brought up to date by `recover`, which `stop` can interrupt, or by an action.
        """
        log = Log.open(path, now)
        with connections.closing_on_error(log), explain_errors(path):
            connection = connections.connect(path)
            events = cls(connection, path, log)
            with connections.closing_on_error(connection):
                derive.attach(connection, log_database(path))
                if recover:
                    events.recover()
        return events

    def close(self) -> None:
        self._connection.close()
        self.log.close()

    def stop(self) -> None:
        """Stop after the current transaction; may be called from another thread. The next start does the rest."""
        self._is_stopped = True

    def recover(self) -> None:
        """Derive in the cache the rows of the log that it lacks."""
        with explain_errors(self._path):
            derive.catch_up(self._connection, lambda: self._is_stopped)

    # What the user does

    def mark(
        self,
        kind: str,
        value: bool | str,
        pks: Sequence[int],
        *,
        absent: Sequence[str] = (),
    ) -> UserAction | None:
        """Record a new state of these papers; return None if all of them already have it. See `Change`."""
        return self.act([Change(kind, value, pks, absent)])

    def act(self, changes: Sequence[Change], *, by: Agent | None = None) -> UserAction | None:
        """Record several changes as one action, which one undo takes back; return None if nothing changes.

        `by` is the program that requests them instead of the user.
        """
        # Marks that another program made meanwhile are part of the state to compare with.
        self.recover()
        with explain_errors(self._path):
            marks = marks_of(self._connection, changes)
        author = RULE if any(change.kind.startswith(RULE) for change in changes) else ""
        return self._record(marks, by.text if by is not None else author)

    def decide(self, values: Sequence[tuple[str, str]]) -> UserAction | None:
        """Record kinds and values that concern no paper, such as followed feeds, as one action."""
        return self._record([Mark("", kind, value) for kind, value in values], "")

    def undo(self, *, by: Agent | None = None) -> UserAction | None:
        """Undo the newest action of this machine that is not undone; None if there is none.

        If a program made it, all actions of that run of the program are undone as one; with `by`, only
        actions of this run are undone.
        """
        return self._describe(self.log.undo(by=by))

    def redo(self) -> UserAction | None:
        """Redo the action of the newest undo if no later one exists; return it, or None."""
        return self._describe(self.log.redo())

    def join(self, rows: Iterable[Row]) -> int:
        """Add rows of other machines or files; return how many were new."""
        count = self.log.take(rows)
        if count:
            self.recover()
        return count

    def delete_machine(self, machine: str) -> int:
        """Delete all rows of another machine; return how many there were."""
        count = self.log.delete_machine(machine)
        self.recover()
        return count

    def _record(self, marks: Sequence[Mark], by: str) -> UserAction | None:
        if not marks:
            return None
        action = self.log.record(marks, by=by)
        return self._describe([action])

    def _describe(self, actions: Sequence[str]) -> UserAction | None:
        if not actions:
            return None
        self.recover()
        return self.log.ask(partial(read_action, ids=actions))

    # Reads

    def machine(self) -> str:
        """The id of this machine."""
        return self.log.machine

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run another module's function on the connection of the cache."""
        with explain_errors(self._path):
            return question(self._connection)
