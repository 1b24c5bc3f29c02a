"""Whether a file is cut off, also where some of its pages are only in its log."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.files.pages import is_whole, page_size
from reader.cache.storing.papers import Cache
from tests.breakage import cut


@pytest.mark.parametrize("share", [0.999, 0.5, 0.01])
def test_a_file_that_was_cut_is_not_whole(kept: Path, share: float) -> None:
    assert is_whole(kept)
    cut(share)(kept.parent)
    assert not is_whole(kept)


def test_pages_in_the_log_count_as_there(cache: Cache, path: Path, kept: Path) -> None:
    cache.close()
    old = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE more AS SELECT zeroblob(100000) AS filling")
        log = path.with_name("papers.db-wal").read_bytes()
    new = path.read_bytes()
    # As if a program was killed after it had moved the first page out of the log, and not yet the last ones.
    path.write_bytes(new[:4096] + old[4096:])
    assert not is_whole(path)
    path.with_name("papers.db-wal").write_bytes(log)
    assert is_whole(path)


def test_a_header_without_sense_names_our_page_size() -> None:
    assert page_size(b"SQLite format 3\0\x10\x00") == 4096
    assert page_size(b"SQLite format 3\0\x00\x01") == 65536
    assert page_size(b"SQLite format 3\0\x12\x34") == 4096
    assert page_size(random.Random(1).randbytes(100)) == 4096
