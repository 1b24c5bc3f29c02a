"""`sync` joins the marks of machines through a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from reader.cache.places import open_server
from reader.sync.folder import Exchanged
from reader.sync.server import exchange_with
from tests.sync.machines import Machine
from tests.sync.postgres import Database


def look(machine: Machine, database: Database) -> Exchanged:
    with machine.events() as events, open_server(database.address) as server:
        return exchange_with(events, server, database.address)


def test_two_machines_have_the_same_marks(origin: Path, tmp_path: Path, database: Database) -> None:
    laptop, desk = (Machine.copied(origin, tmp_path / "shared", name) for name in ("laptop", "desk"))
    laptop.mark("star", True, 1, 2)
    laptop.mark("note", 'Mine, with "quotes".', 3)
    assert look(laptop, database).went == 3
    desk.mark("star", False, 1)
    desk.mark("queue", True, 2)
    found = look(desk, database)
    assert (found.came, found.went, found.troubles) == ({"other machines": 3}, 1, [])
    look(laptop, database)
    assert laptop.log() == desk.log() and laptop.states() == desk.states()
    assert (look(laptop, database).went, look(desk, database).came) == (0, {})


def test_what_is_no_row_is_refused_and_counted(origin: Path, tmp_path: Path, database: Database) -> None:
    laptop = Machine.copied(origin, tmp_path / "shared", "laptop")
    laptop.mark("star", True, 1)
    look(laptop, database)
    database.run(
        "INSERT INTO dailypapers_log (action, paper, kind, value, by) VALUES (%s, %s, %s, %s, %s)",
        *("no action", "../etc/passwd", "star", "1", ""),
    )
    found = look(laptop, database)
    assert (found.came, found.troubles) == ({}, ["1 rows of the server refused"])


def test_a_server_that_was_set_back_gets_everything_again(origin: Path, tmp_path: Path, database: Database) -> None:
    laptop = Machine.copied(origin, tmp_path / "shared", "laptop")
    laptop.mark("star", True, 1)
    look(laptop, database)
    database.run("DROP TABLE dailypapers_log")
    assert look(laptop, database).went == 1
