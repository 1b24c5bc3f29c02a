"""The log's tables as SQLModel models, for databases other than SQLite; `schema.sql` has them for `sqlite3`.

Importing SQLModel takes 370 ms, so that nothing which a key waits for imports this module.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Event(SQLModel, table=True):
    """One mark on one paper."""

    __table_args__ = (UniqueConstraint("paper", "kind", "action"), Index("event_by_action", "action"))

    number: int | None = Field(default=None, primary_key=True)
    action: str
    machine: str
    clock: int
    paper: str
    kind: str
    value: str
    by: str
