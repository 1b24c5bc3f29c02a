"""One program at a time: another waits for its turn, or goes without."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reader.cache import schema
from reader.core.errors import CacheBusy
from reader.database.connections import alone, begin_patiently

TODAY = date(2026, 5, 12)


def test_a_turn_is_one_programs_until_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"

    def wait() -> bool:
        with alone(lock, 30):
            return True

    with ThreadPoolExecutor() as other, alone(lock, 0):
        with pytest.raises(CacheBusy, match="Another program"), alone(lock, 0):
            pass
        waiting = other.submit(wait)
        assert not waiting.done()
    # Who waits gets its turn.
    assert waiting.result()


def test_a_program_that_is_refused_without_waiting_tries_again(tmp_path: Path) -> None:
    class Refused(sqlite3.Connection):
        """SQLite refuses one of two programs that turn on the log of a new cache at once, however long it may wait."""

        left = 2

        def execute(self, statement: str, /, *values: Any) -> sqlite3.Cursor:
            if "WAL" in statement and self.left:
                self.left -= 1
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(statement, *values)

    with closing(sqlite3.connect(tmp_path / "new", factory=Refused, isolation_level=None)) as connection:
        begin_patiently(connection, "PRAGMA journal_mode = WAL", tmp_path, 30)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from reader.database import connections
# No file may grow, as on a full disk: SQLite can't make the file that connections share.
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
for opened in (connections.connect(Path(sys.argv[1]), query_only=True), connections.peek(Path(sys.argv[1]))):
    print(opened.execute("SELECT count(*) FROM paper").fetchone()[0])
    opened.close()
"""


def test_a_full_disk_does_not_keep_a_cache_from_being_read(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="this system knows no limits")
    cache = tmp_path / "papers.db"
    schema.ensure(cache)
    done = subprocess.run([sys.executable, "-c", WITHOUT_ROOM, str(cache)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n0\n", "")
