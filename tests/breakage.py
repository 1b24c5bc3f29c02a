"""The ways in which a cache breaks, each as a function of the user's folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from reader.database.connections import add_functions

Break = Callable[[Path], object]


def execute(file: Path, *statements: str) -> None:
    """Run statements on a database, without our settings, and leave no log beside it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        add_functions(connection)
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def overwrite(file: Path, place: int, data: bytes) -> None:
    with file.open("r+b") as out:
        out.seek(place)
        out.write(data)


def cut(share: float) -> Break:
    return lambda home: os.truncate(home / "papers.db", int((home / "papers.db").stat().st_size * share))


def sql(*statements: str) -> Break:
    """Do to the cache what another program or a bug may do."""
    return lambda home: execute(home / "papers.db", *statements)


def patch(place: int, data: bytes) -> Break:
    """Write some bytes over the file."""
    return lambda home: overwrite(home / "papers.db", place, data)


def replace(data: bytes, *statements: str) -> Break:
    """Put another file in its place, and run statements on it."""

    def break_it(home: Path) -> None:
        (home / "papers.db").unlink()
        (home / "papers.db").write_bytes(data)
        if statements:
            execute(home / "papers.db", *statements)

    return break_it


empty_header = patch(0, bytes(100))

make_empty = replace(b"")

put_foreign = replace(b"", "CREATE TABLE moz_places (id, url)", "INSERT INTO moz_places VALUES (1, 'a')")

make_newer = sql("UPDATE alembic_version SET version_num = '0999'")


def remove(home: Path) -> None:
    (home / "papers.db").unlink()


def make_folder(home: Path) -> None:
    """Put a folder in the place of the cache."""
    (home / "papers.db").unlink()
    (home / "papers.db").mkdir()


BROKEN: dict[str, Break] = {
    "a table dropped": sql("DROP TABLE trending"),
    "papers dropped": sql("DROP TABLE paper", "DROP TABLE paper_text"),
    "marks dropped": sql("DROP TABLE mark"),
    "index damaged": sql("UPDATE paper_fts_data SET block = zeroblob(40) WHERE id > 10"),
    "cut at its end": cut(0.9),
    "cut in half": cut(0.5),
    "cut to a page": cut(0.03),
    "header emptied": empty_header,
    "text": replace(b"Dear diary, today I have read three papers. " * 500),
    "zeros": replace(bytes(300_000)),
    "newer": make_newer,
    "foreign": put_foreign,
    "a folder": make_folder,
}
"""What a disk, another program or a user may do to a cache."""
