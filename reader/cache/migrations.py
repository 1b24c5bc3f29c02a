"""Runs the migrations in `migrations.sql`, and what some of them need of Python."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from reader.cache.connections import statements

_HEADING = re.compile(r"^-- ([0-9]{4}): .*\n", re.MULTILINE)

_STAMP = (
    "CREATE TABLE IF NOT EXISTS alembic_version"
    " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""The table with the number of the newest migration; Alembic, which ran them in version 0.1, has given it its name."""

_BATCH = 10_000
"""Papers that are updated at once."""


def script() -> str:
    """All migrations."""
    return Path(__file__).with_suffix(".sql").read_text("utf-8")


def run_migrations(connection: sqlite3.Connection, after: str | None, last: str) -> None:
    """Run the migrations after a number, or all of them, up to another one, in the caller's transaction.

    Raises sqlite3.Error.
    """
    _, *parts = _HEADING.split(script())
    migrations = dict(zip(parts[::2], parts[1::2], strict=True))
    if after is not None and after not in migrations:
        raise sqlite3.DatabaseError(f"no schema has the number {after}")
    for number, sql in migrations.items():
        if (after or "") < number <= last:
            for statement in statements(sql):
                connection.execute(statement)
            if after is not None and number in _MORE:
                _MORE[number](connection)
    connection.execute(_STAMP)
    connection.execute("DELETE FROM alembic_version")
    connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (last,))


def _index_texts(connection: sqlite3.Connection) -> None:
    from reader.cache import text_index

    text_index.rebuild(connection)


def _read_venues(connection: sqlite3.Connection) -> None:
    """Read the venues of papers whose remark or journal reference is known."""
    from reader.core.venue import read_venue

    told = connection.execute("SELECT pk, remark, journal FROM paper_text WHERE remark > '' OR journal > ''")
    venues = [(venue, pk) for pk, *texts in told.fetchall() if (venue := read_venue(*texts))]
    connection.executemany("UPDATE paper SET venue = ? WHERE pk = ?", venues)


def _find_addresses(connection: sqlite3.Connection) -> None:
    """Find the addresses in what is known of each paper."""
    from reader.core.addresses import urls_in, what_is

    sql = "SELECT pk, abstract, remark FROM paper_text WHERE pk > ? ORDER BY pk LIMIT ?"
    last = -1
    while rows := connection.execute(sql, (last, _BATCH)).fetchall():
        last = rows[-1][0]
        found = [(pk, urls) for pk, *texts in rows if (urls := urls_in(*texts))]
        named = [("\n".join(urls), pk) for pk, urls in found]
        connection.executemany("UPDATE paper_text SET addresses = ? WHERE pk = ?", named)
        for flag, what in (("has_code", "code"), ("has_project", "project")):
            papers = [(pk,) for pk, urls in found if any(what_is(url) == what for url in urls)]
            connection.executemany(f"UPDATE paper SET {flag} = 1 WHERE pk = ?", papers)


_MORE: dict[str, Callable[[sqlite3.Connection], None]] = {
    "0005": _index_texts,
    "0006": _read_venues,
    "0013": _find_addresses,
}
"""What follows the SQL of some migrations, in a cache that has papers."""
