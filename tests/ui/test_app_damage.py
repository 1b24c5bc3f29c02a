"""A cache that breaks while the reader is open: it says so with the way out, and goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.ui.conftest import Opener


async def test_damage_is_said_and_ends_nothing(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(200, 40), still=False, demo=True) as r:
        starred = r.here.id
        await r.do("paper.star")
        await r.until(lambda: "1 starred" in r.status)
        with closing(sqlite3.connect(cache_file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with cache_file.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (cache_file.stat().st_size - 4096))
        await r.do("view.all", "move.bottom", "paper.star", "read.open")
        await r.until(lambda: "The next start of the reader repairs it" in r.status)
    assert starred in cache_file.with_suffix(".journal.jsonl").read_text()
    assert cache_file.with_suffix(".suspect").exists()
