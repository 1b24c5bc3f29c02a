"""Marks that programs made for the user: the log says so by an event of the kind `agent:NAME` with the same clock."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from reader.cache.marks.event_log import Event
from reader.core.marks import AGENT

BY_AGENT = (
    "EXISTS (SELECT 1 FROM event AS a"
    f" WHERE a.clock = e.clock AND a.machine = e.machine AND a.kind LIKE '{AGENT}%' AND a.undone = 0)"
)
"""SQL: whether a program made the event `e`."""


class Made(NamedTuple):
    """A mark on a paper that a program made, and that nothing has changed since."""

    kind: str
    mark: str
    """In words, such as `starred`."""
    agent: str
    """The program's name."""

    @property
    def said(self) -> str:
        return f"{self.mark} by {self.agent}"


def made_by_agents(connection: sqlite3.Connection, pk: int) -> tuple[Made, ...]:
    """The marks on a paper that programs made, sorted by kind."""
    return tuple(
        Made(kind, Event(0, "", 0, kind, value, 1).label, agent) for kind, value, agent in _found(connection, pk)
    )


def _found(connection: sqlite3.Connection, pk: int) -> list[tuple[str, str, str]]:
    return connection.execute(_MADE, {"pk": pk}).fetchall()


_MADE = f"""
    SELECT e.kind, e.value, substr(a.kind, {len(AGENT) + 1})
    FROM effect AS f JOIN event AS e ON e.seq = f.event
    JOIN event AS a ON a.clock = e.clock AND a.machine = e.machine AND a.kind LIKE '{AGENT}%' AND a.undone = 0
    WHERE f.pk = :pk AND e.undone = 0 AND e.kind NOT LIKE '{AGENT}%' AND NOT EXISTS (
        SELECT 1 FROM effect AS g JOIN event AS later ON later.seq = g.event
        WHERE g.pk = f.pk AND g.kind = e.kind AND later.undone = 0 AND (later.clock, later.id) > (e.clock, e.id))
    ORDER BY e.kind
"""
