"""The marks on a paper that programs made for the user."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from reader.core.marks import AGENT
from reader.log.actions import asked_value, label_of


class ProgramMark(NamedTuple):
    """A mark on a paper that a program made, and that nothing has changed since."""

    kind: str
    mark: str
    """In words, such as `starred`."""
    agent: str

    @property
    def said(self) -> str:
        return f"{self.mark} by {self.agent}"


def made_by_agents(connection: sqlite3.Connection, pk: int) -> tuple[ProgramMark, ...]:
    """The marks on a paper that programs made, sorted by kind."""
    ask = f"SELECT kind, value, action, by FROM mark WHERE pk = ? AND undone = 0 AND by GLOB '{AGENT}*' ORDER BY kind"
    return tuple(
        ProgramMark(kind, label_of(kind, asked_value(kind, value, action)), by.removeprefix(AGENT).rpartition(":")[0])
        for kind, value, action, by in connection.execute(ask, (pk,))
    )
