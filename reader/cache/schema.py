"""The schema of a cache file: the checks before it is opened, a new file's schema, and migrations after a backup.

Anything but a good cache of ours is refused before anything is written, so a damaged file stays unchanged.

It needs only the standard library: SQLModel takes 370 ms to import, and must not delay the first list, even in a new or
older cache.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from reader import __version__
from reader.core.errors import CacheForeign, CacheTooNew
from reader.core.steps import note_step
from reader.database.connections import STATEMENT_STEPS, open_database, peek, statements, transaction
from reader.database.sqlite_errors import damaged, explain, primary_code
from reader.paths import make_folder, touch_private

_HEADING = re.compile(r"^-- ([0-9]{4}): .*\n", re.MULTILINE)

_STAMP = (
    "CREATE TABLE IF NOT EXISTS alembic_version"
    " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""The table with the number of the newest migration; Alembic, which ran them in version 0.1, has given it its name."""

WITH_LOG = "0020"
"""The migration that drops the user's marks from the cache, after the log has taken them over."""

_BATCH = 10_000
"""Papers that are updated at once."""


def script() -> str:
    """All migrations."""
    return Path(__file__).with_name("migrations.sql").read_text("utf-8")


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
    from reader.core.venue import read_venue

    told = connection.execute("SELECT pk, remark, journal FROM paper_text WHERE remark > '' OR journal > ''")
    venues = [(venue, pk) for pk, *texts in told.fetchall() if (venue := read_venue(*texts))]
    connection.executemany("UPDATE paper SET venue = ? WHERE pk = ?", venues)


def _find_addresses(connection: sqlite3.Connection) -> None:
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


def _rescue_lists(connection: sqlite3.Connection) -> None:
    from reader.cache.former_lists import rescue

    (file,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    if file:
        rescue(connection, Path(file))


def _index_in_one_way(connection: sqlite3.Connection) -> None:
    """Index the texts too, and remove the second index that searches with `~` had in a folder beside the cache."""
    _index_texts(connection)
    (file,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    shutil.rmtree(Path(file).with_name("finding"), ignore_errors=True)


_MORE: dict[str, Callable[[sqlite3.Connection], None]] = {
    "0005": _index_texts,
    "0006": _read_venues,
    "0013": _find_addresses,
    "0017": _rescue_lists,
    "0018": _index_in_one_way,
}
"""What follows the SQL of some migrations, in a cache that has papers."""


HEAD = "0023"
"""The newest migration: the schema that this program reads and writes."""

APPLICATION_ID = 0x44504150
"""SQLite's `application_id` of our caches, the letters DPAP; caches of older versions have 0 until they are opened."""

SET_MARK = f"PRAGMA application_id = {APPLICATION_ID}"

MAKER = "program"
"""The key in `meta` of the version of the program that gave the cache its schema."""

NOTE_MAKER = f"INSERT OR REPLACE INTO meta (key, value) VALUES ('{MAKER}', '{__version__}')"

STAMP = "alembic_version"

_NAMING_TABLES = ("paper", "event", "mark")
"""A file with a number of ours is a cache if it has one of these."""

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""SQLite's codes for a file that is broken at first sight."""

UPGRADE_SECONDS = 600.0
"""Seconds to wait for another program that migrates the same cache, and copies it before."""


class _Facts(NamedTuple):
    """What a file says about itself."""

    version: str | None
    """The number of its newest migration."""
    mark: int
    names: frozenset[str]

    @property
    def is_ours(self) -> bool:
        """Whether it is a cache, of any version, or nothing yet."""
        is_number = self.version is not None and re.fullmatch(r"[0-9]{4}", self.version) is not None
        has_ours = is_number and not self.names.isdisjoint(_NAMING_TABLES)
        return has_ours or (not self.names and self.mark in (0, APPLICATION_ID))


def version(path: Path) -> str | None:
    """The number of the cache's newest migration; None if the file is absent or empty.

    Raises CacheForeign if the file belongs to another program, CacheDamaged if it is broken at first sight.
    """
    return _facts(path).version


def _facts(path: Path) -> _Facts:
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return _Facts(None, 0, frozenset())
    # The file must not be read but by SQLite: as it is closed, the system drops all locks that this process has on it,
    # also those of other connections, and another program may delete their log.
    try:
        with closing(peek(path)) as connection:
            facts = _read_facts(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # Python can't decode SQLite's message if it has changed bits of a name in it. SQLite takes some damage for a
        # mistake in the statement, which has none.
        if not isinstance(error, UnicodeDecodeError) and primary_code(error) not in _BROKEN:
            raise explain(error, path) from error
        raise damaged(path) from error
    if not facts.is_ours:
        raise CacheForeign(
            f"The file {path} belongs to another program, so it was not changed. 'dailypapers doctor --repair' moves "
            "it aside; or set DAILYPAPERS_HOME to another folder."
        )
    if facts.mark not in (0, APPLICATION_ID):
        raise damaged(path)
    return facts


def _read_facts(connection: sqlite3.Connection) -> _Facts:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    names = frozenset(name for (name,) in connection.execute("SELECT name FROM sqlite_schema"))
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if STAMP in names else None
    return _Facts(str(row[0]) if row else None, int(mark), names)


def _stamp(connection: sqlite3.Connection) -> str | None:
    return _read_facts(connection).version


def is_current(path: Path) -> bool:
    """Whether the cache needs no migration; raises CacheTooNew if a newer program made it.

    Raises CacheForeign or CacheDamaged like `version`, and CacheDamaged also if a part of the schema is missing.
    """
    return _is_current(path, _facts(path))


def _is_current(path: Path, facts: _Facts) -> bool:
    number = facts.version
    if number is not None and number > HEAD:
        raise CacheTooNew(
            f"The cache {path} was made by {maker(path)} with schema {number}, and this is dailypapers {__version__}"
            f" with schema {HEAD}, so it was not changed. Install a version whose 'dailypapers --version' says "
            f"schema {number} or higher; 'dailypapers doctor --repair' begins a new cache with your marks."
        )
    if number == HEAD and not facts.names.issuperset(known_names()):
        raise damaged(path)
    return number == HEAD


def maker(path: Path) -> str:
    """The program that gave a cache its schema, in words: a newer cache may not say it, or in another way."""
    try:
        with closing(peek(path)) as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (MAKER,)).fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        row = None
    is_version = row is not None and re.fullmatch(r"[0-9A-Za-z.+-]{1,40}", str(row[0]))
    return f"dailypapers {row[0]}" if is_version else "a newer dailypapers"


def known_names() -> frozenset[str]:
    """The names of the tables, indexes, views and triggers of a cache."""
    names: dict[str, str] = {}
    for what, name, table, dropped in _NAMED.findall(script()):
        if what:
            names[name] = table
        else:
            names = {name: of for name, of in names.items() if dropped not in (name, of)}
    return frozenset((STAMP, *names))


_NAMED = re.compile(
    r"^(?:CREATE (?:VIRTUAL |UNIQUE )?(TABLE|INDEX|VIEW|TRIGGER) (\w+)(?: ON (\w+))?|DROP TABLE (?:IF EXISTS )?(\w+))",
    re.MULTILINE,
)
"""What a statement of the script creates, with the table of an index, or the table that it drops."""


def ensure(path: Path) -> None:
    """Bring the cache at `path` to this program's schema; create it if it is absent or empty."""
    facts = _facts(path)
    current = _is_current(path, facts)
    if current:
        if facts.mark != APPLICATION_ID:
            # It is of an older version; a busy or read-only one is marked another time.
            with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
                connection.execute(SET_MARK)
    elif facts.version is None:
        create(path)
    else:
        upgrade(path)


def create(path: Path) -> None:
    """Make a new cache and stamp it as migrated; do nothing if another program made it meanwhile."""
    with suppress(OSError):
        # SQLite would let everybody read it. A failure is explained below.
        make_folder(path)
        touch_private(path)
    # If two programs start together, one waits for the write lock and then finds the stamp.
    with open_database(path) as connection, transaction(connection):
        if _stamp(connection) is None:
            run_migrations(connection, None, HEAD)
            # What the migrations note of an older cache is not true of a new one.
            connection.execute("DELETE FROM meta")
            connection.execute(NOTE_MAKER)
            connection.execute(SET_MARK)


def upgrade(path: Path) -> None:
    """Back the file up, then run the missing migrations in one transaction; programs that start together take turns."""
    from reader.cache import files
    from reader.database.connections import alone

    with alone(files.lock(make_folder(path)), UPGRADE_SECONDS):
        if is_current(path):
            return
        number = version(path)
        if number is not None:
            files.back_up_before(path, date.today(), HEAD)
            if number < WITH_LOG:
                from reader.log import copies

                copies.take_old(path)
        migrate(path)


def migrate(path: Path) -> None:
    """Run the missing migrations in one transaction, without a backup; raises CacheError."""
    with open_database(path) as connection:
        # A statement on a large cache may take minutes: each part of it is a step.
        connection.set_progress_handler(note_step, STATEMENT_STEPS)
        with transaction(connection):
            run_migrations(connection, _stamp(connection), HEAD)
            connection.execute(NOTE_MAKER)
            connection.execute(SET_MARK)
