"""Finds what an undo or a redo is about: the events of one action, or of all actions of one run of a program."""

from __future__ import annotations

import sqlite3
from typing import Literal

from reader.cache.marks.derived import FOLLOW, MAILED, SETTING
from reader.cache.marks.event_log import COLUMNS, STEPS, Event
from reader.core.marks import AGENT, ENTRY, FORGET, HERE, TRACES, Agent, quoted

Direction = Literal["undo", "redo"]


def find_targets(
    connection: sqlite3.Connection,
    direction: Direction,
    machine: str,
    *,
    anywhere: bool = False,
    by: Agent | None = None,
) -> list[Event]:
    """The events of this machine that an undo or a redo is about, in their order; empty if there are none.

    With `anywhere`, an undo is about the newest action of all machines; with `by`, about what this run of a program
    did, and nothing else.
    """
    values = {"machine": machine, "idle": f"{_idle_entries(connection)}*"}
    if anywhere:
        row = connection.execute(_NEWEST_MACHINE, values).fetchone()
        values["machine"] = row[0] if row else machine
    query = _UNDOABLE if direction == "undo" else _REDOABLE
    if by is not None:
        query = _OF_AGENT
        values |= {"kind": by.kind, "value": by.run}
    return [Event(*row) for row in connection.execute(query, values)]


def _idle_entries(connection: sqlite3.Connection) -> str:
    """How the kinds of events about entries begin that the settings file does not follow now: nobody would see them."""
    row = connection.execute("SELECT json_extract(value, '$.prefix') FROM meta WHERE key = 'entries'").fetchone()
    return HERE if row is not None and row[0] == ENTRY else ENTRY


# What is from before there were events has no number, and is nothing that the user did.
_REGULAR = (
    f"kind NOT GLOB :idle AND NOT (number = 0 AND (kind GLOB '{ENTRY}*' OR kind GLOB '{HERE}*'))"
    f" AND kind NOT IN ({quoted((*STEPS, *TRACES))})"
) + "".join(f" AND kind NOT LIKE '{prefix}%'" for prefix in (FOLLOW, SETTING, MAILED, FORGET))

_NEWEST_MACHINE = f"SELECT machine FROM event WHERE {_REGULAR} AND undone = 0 ORDER BY clock DESC, id DESC LIMIT 1"

# The events of the newest action that is not undone: they have one clock. Those that were imported have no number.
# If a program made the action, those of all actions of that run. A plus sign keeps the index by machine out of it, by
# which all events would be read.
_UNDOABLE = f"""
    WITH newest (last, clock) AS MATERIALIZED (
        SELECT seq, clock FROM event WHERE machine = :machine AND {_REGULAR} AND undone = 0
        ORDER BY number DESC, clock DESC LIMIT 1),
    agent (kind, value) AS MATERIALIZED (
        SELECT kind, value FROM newest CROSS JOIN event USING (clock)
        WHERE +machine = :machine AND kind LIKE '{AGENT}%' AND undone = 0 AND number > 0),
    meant (clock) AS (
        SELECT clock FROM newest UNION
        SELECT event.clock FROM agent CROSS JOIN event USING (kind, value)
        WHERE machine = :machine AND undone = 0 AND number > 0)
    SELECT {COLUMNS} FROM meant CROSS JOIN event USING (clock)
    WHERE +machine = :machine AND {_REGULAR} AND undone = 0 AND (number > 0 OR seq = (SELECT last FROM newest))
    ORDER BY number
"""

_OF_AGENT = f"""
    WITH meant (clock) AS (
        SELECT DISTINCT clock FROM event
        WHERE machine = :machine AND kind = :kind AND value = :value AND undone = 0 AND number > 0)
    SELECT {COLUMNS} FROM meant CROSS JOIN event USING (clock)
    WHERE +machine = :machine AND {_REGULAR} AND undone = 0 AND number > 0 ORDER BY number
"""

# The events of the newest undo that is still in effect, if no event of this machine came after it.
_REDOABLE = f"""
    WITH newest AS (
        SELECT u.clock FROM event AS u JOIN event AS t ON t.id = u.value
        WHERE u.machine = :machine AND u.number > coalesce(
            (SELECT number FROM event WHERE machine = :machine AND {_REGULAR} ORDER BY number DESC LIMIT 1), 0)
        AND u.kind = 'undo' AND t.undone = 1
        AND NOT EXISTS (
            SELECT 1 FROM event AS v
            WHERE v.machine = :machine AND v.number > u.number AND v.kind = 'undo' AND v.value = u.value)
        ORDER BY u.number DESC LIMIT 1)
    SELECT {", ".join("t." + column for column in COLUMNS.split(", "))}
    FROM newest JOIN event AS u USING (clock) JOIN event AS t ON t.id = u.value
    WHERE u.machine = :machine AND u.kind = 'undo' AND t.undone = 1 ORDER BY u.number
"""
