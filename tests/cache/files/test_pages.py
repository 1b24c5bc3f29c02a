"""Rows are read from the pages alone, also where SQLite no longer finds them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.files.pages import Row, is_whole, page_size, rows
from reader.cache.storing.papers import Cache
from tests.breakage import cut, flip, leave_log, root_page

VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()


def wanted(types: Sequence[int]) -> bool:
    return len(types) == 3


def database(path: Path, records: Sequence[tuple[object, ...]], *, size: int = 4096) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("CREATE TABLE one (key INTEGER PRIMARY KEY, a, b)")
        connection.execute("CREATE TABLE other (a, b)")
        connection.executemany("INSERT INTO one VALUES (?, ?, ?)", records)
        connection.executemany("INSERT INTO other VALUES (?, ?)", [record[:2] for record in records])
    return path


def read(path: Path) -> dict[int, list[object]]:
    return {key: list(values[1:]) for key, values in rows(path, wanted)}


@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_all_rows_are_read_whatever_their_size(tmp_path: Path, size: int) -> None:
    records = [(key, "x" * length, b"y" * (length // 3)) for key, length in enumerate([0, 1, 400, 5_000, 300_000, 20])]
    records += [(-(2**62), "first", b""), (2**62, "last", b"")]
    path = database(tmp_path / "a.db", records, size=size)
    assert read(path) == {key: [a, b] for key, a, b in records}


@settings(max_examples=30)
@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.tuples(VALUES, VALUES), max_size=20))
def test_any_value_is_read_as_sqlite_reads_it(tmp_path: Path, records: dict[int, tuple[object, object]]) -> None:
    path = database(tmp_path / "a.db", [(key, *values) for key, values in records.items()])
    with closing(sqlite3.connect(path)) as connection:
        assert read(path) == {key: [a, b] for key, a, b in connection.execute("SELECT * FROM one")}


def test_rows_come_from_pages_to_which_nothing_leads(tmp_path: Path) -> None:
    records = [(key, f"title {key} " * 20, None) for key in range(5_000)]
    path = database(tmp_path / "papers.db", records)
    root = (root_page(path, "one") - 1) * 4096
    with path.open("r+b") as file:
        file.seek(root)
        file.write(bytes(4096))
        file.truncate(path.stat().st_size // 2)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT * FROM one").fetchall()
    found = read(path)
    assert len(found) > 1_000
    assert all(found[key] == [records[key][1], None] for key in found)


def test_the_log_is_read_too_and_its_version_comes_last(path: Path, kept: Path) -> None:
    leave_log(path.parent)
    clocks: dict[object, list[object]] = {}
    for _, values in rows(path, lambda types: len(types) == 11 and types[1] == 61):
        clocks.setdefault(values[1], []).append(values[3])
    assert len(clocks) == 5
    for versions in clocks.values():
        assert isinstance(versions[0], int)
        assert versions[-1] == versions[0] + 1


@given(st.binary(max_size=9_000) | st.binary(max_size=4_000).map(lambda tail: b"\x0d\0\0\x03\xe8" + tail))
def test_garbage_is_bounded(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "papers.db"
    path.write_bytes(bytes(4096) + garbage)
    for _ in rows(path, lambda _: True):
        pass


def test_flipped_bits_raise_nothing(kept: Path) -> None:
    whole = kept.read_bytes()
    for seed in range(10):
        kept.write_bytes(whole)
        flip(1_000, seed)(kept.parent)
        found: list[Row] = list(rows(kept, lambda types: len(types) in (10, 11, 18, 21)))
        assert len(found) < 1_000


def test_a_row_that_leads_round_and_round_ends(tmp_path: Path) -> None:
    path = database(tmp_path / "papers.db", [(1, "x" * 50_000, None)])
    data = bytearray(path.read_bytes())
    # Each page of the row leads to the page after it; all lead to one that leads to itself.
    for place in range(4096, len(data), 4096):
        if data[place : place + 1] != b"\x0d":
            data[place : place + 4] = (place // 4096 + 1).to_bytes(4)
    path.write_bytes(data)
    assert len(list(rows(path, wanted))) <= 1


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
