"""Rows of the log, the ids of actions, and the tables of the file with the facts about it in `meta`."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from reader.database import connections, meta

VERSION = 2
"""SQLite's `user_version` of the file."""

INSERT = "INSERT OR IGNORE INTO event (action, machine, clock, paper, kind, value, by) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Mark(NamedTuple):
    """A new value to record; `paper` is empty if the mark concerns no paper."""

    paper: str
    kind: str
    value: str


class Row(NamedTuple):
    """A row of the log without its number, which differs between machines."""

    action: str
    paper: str
    kind: str
    value: str
    by: str = ""

    @property
    def machine(self) -> str:
        return machine_of(self.action)


def new_machine() -> str:
    """A random id for a machine."""
    return os.urandom(6).hex()


def action_id(machine: str, clock: int) -> str:
    """The id of an action of a machine at a time in milliseconds since 1970."""
    return f"{machine}{clock:012x}"


def machine_of(action: str) -> str:
    """The id of the machine on which an action happened."""
    return action[:12]


def clock_of(action: str) -> int:
    """The time of an action in milliseconds since 1970, by the clock of its machine."""
    return int(action[12:], 16)


# The file


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables of a new log, with a new machine id, in the caller's transaction."""
    for statement in connections.statements(Path(__file__).with_name("schema.sql").read_text("utf-8")):
        connection.execute(statement)
    for key, value in (("machine", new_machine()), ("edition", new_machine()), ("clock", "0")):
        meta.put(connection, key, value)
    connection.execute(f"PRAGMA user_version = {VERSION}")
