"""Homes of the first schema, as the program left them before there was a second one, and what a migration must keep."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from reader.cache.schema import run_migrations
from reader.database import connections
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.program import run

FIRST = "0001"

KEEPS_OWN = ("alembic_version", "sqlite_sequence")


def make_marked_home(stage: Stage) -> Path:
    """A home with some marks in it, made once; `stage.new_home` copies it."""
    home = stage.folder / "marked"
    if home.exists():
        return home
    stage.new_home("marked")
    papers = random.Random(0).sample(sorted(read_home(home / "papers.db").states), 30)
    for words in (
        ("mark", "star", *papers[:10]),
        ("mark", "read", "--query", "is:unread"),
        ("mark", "hide", *papers[10:20]),
        ("undo",),
        ("mark", "unread", *papers[20:]),
        # Digests have something to tell.
        ("mark", "unread", "--query", "since:3y"),
        ("mark", "queue", *papers[5:15]),
        ("tag", "add", "later", *papers[:5]),
        ("note", papers[0], "--text", "Mine."),
    ):
        assert run(words, stage.surroundings(home)).code == 0
    return home


def make_old_origin(stage: Stage) -> Path:
    """The marked home as one of the first schema."""
    old = stage.folder / "old-origin"
    if old.exists():
        return old
    home = make_marked_home(stage)
    partial = stage.folder / "old-partial"
    partial.mkdir()
    for name in ("config.toml", "state.json"):
        shutil.copyfile(home / name, partial / name)
    write_first_schema(home / "papers.db", partial / "papers.db")
    return partial.rename(old)


def write_first_schema(cache: Path, old: Path) -> None:
    """Write the papers and marks of a cache into a new file of the first schema."""
    with closing(connections.connect(old)) as connection, connections.transaction(connection):
        run_migrations(connection, None, FIRST)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ATTACH ? AS new", (str(cache),))
        with connection:
            # The texts come last: triggers write the full-text index from them and the titles.
            for table in sorted(_tables(connection), key=lambda name: (name == "paper_text", name)):
                names = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
                connection.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
            connection.execute("DELETE FROM meta WHERE key = 'journal_size'")


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_fts%'")
    return [name for (name,) in rows if name not in KEEPS_OWN]


def judge_schema(home: Path, before: Snapshot, after: Snapshot, *, is_settled: bool) -> list[str]:
    """What is wrong after a migration: the schema is the old or the new one, and the new one has its backup."""
    if after.schema == FIRST:
        return ["the schema is still the first one"] if is_settled else []
    for file in (home / "backups").glob("*-before-*.db"):
        backup = read_home(file)
        if backup.schema == FIRST:
            whole = (backup.entries, backup.states) == (before.entries, before.states) and not backup.faults
            return [] if whole else [f"the backup {file.name} is not what was there before"]
    return [f"no backup of the first schema is in {sorted(file.name for file in home.rglob('*'))}"]
