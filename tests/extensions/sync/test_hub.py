"""The same marks on every machine through a PostgreSQL server."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zlib import compress

import pytest

from reader.cache import places
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.journal import Entry, decode
from reader.core.errors import CacheError
from reader.extensions.sync import hub as module
from reader.extensions.sync.exchange import Exchanged, exchange, machines
from reader.extensions.sync.hub import Hub, open_hub
from tests.commands.conftest import Session
from tests.extensions.sync.machines import Machine, running
from tests.extensions.sync.postgres import Database, StandIn
from tests.extensions.sync.test_limits import OTHER, star
from tests.extensions.sync.test_sync import Use


def look(machine: Machine, database: Database) -> Exchanged:
    with open_hub(database.address) as hub, machine.events() as events:
        return exchange(events, machine.cache, hub, machine.name)


def test_marks_go_through_a_server_once_and_all_again_through_a_new_one(
    laptop: Machine, desk: Machine, database: Database
) -> None:
    laptop.mark("star", True, 1)
    desk.mark("note", "here", 1)
    with patch.object(Hub, "add", autospec=True, side_effect=Hub.add) as add:
        found = [look(one, database) for one in (laptop, desk, laptop, desk)]
    assert add.call_count == 2, "what came is not sent back"
    assert [(one.came, one.went) for one in found] == [
        ({}, 1), ({"other machines": 1}, 1), ({"other machines": 1}, 0), ({}, 0),
    ]  # fmt: skip
    assert laptop.states() == desk.states() and laptop.log() == desk.log()
    with open_hub(database.address) as hub:
        assert {(name, count) for _, name, _, count in hub.machines()} == {("laptop", 1), ("desk", 1)}
    database.run("INSERT INTO dailypapers_event (id, line) VALUES ('x', 'no event')")
    (trouble,) = look(desk, database).troubles
    assert trouble.startswith("event ") and trouble.endswith(" of the server: it is cut off")
    assert look(desk, database).troubles == []
    with desk.events() as events:
        assert set(events.read(machines).values()) == {""}, "the server is no machine"
    # A server that was made anew gets all again; one that lost a part says what heals it.
    database.run("DROP TABLE dailypapers_event")
    with pytest.raises(CacheError, match="has lost dailypapers_event; your marks are safe") as failed:
        look(laptop, database)
    for table in str(failed.value).split("'")[1].removeprefix("DROP TABLE ").split(", "):
        database.run(f"DROP TABLE {table}")
    for paper in (2, 3):
        laptop.mark("star", True, paper)
    assert (look(laptop, database).went, look(desk, database).came) == (4, {"other machines": 2})


def test_copies_of_one_home_notice_each_other(laptop: Machine, database: Database, tmp_path: Path) -> None:
    laptop.mark("star", True, 1)
    look(laptop, database)
    copy = Machine(tmp_path / "copy" / "papers.db", laptop.folder, "copy")
    shutil.copytree(laptop.cache.parent, copy.cache.parent)
    copy.mark("star", True, 2)
    laptop.mark("star", True, 3)
    found = [look(one, database).is_new_machine for one in (copy, laptop, copy, laptop, copy)]
    assert found == [False, True, True, False, False]
    assert laptop.states() == copy.states()
    assert laptop.id != copy.id


def test_what_is_over_a_machines_budget_is_refused_and_counted(
    desk: Machine, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 3)
    monkeypatch.setattr(module, "MOST_IDS_TOGETHER", 3)
    large = replace(star(9), count=5, papers=compress("\n".join(f"2611.0000{n}" for n in range(5)).encode()))
    sent = [large, *(star(number, f"2611.0000{number}") for number in range(1, 5)), star(5, machine="0d" * 6)]
    with open_hub(database.address) as hub:
        hub.add(sent, OTHER)
    looked = look(desk, database)
    assert looked.came == {"other machines": 4}
    assert looked.troubles == [f"machine {OTHER}: 2 events refused (over its budget)"]
    assert [int(id, 16) for id, *_ in desk.log()] == [1, 2, 3, 5]


def test_an_event_with_the_id_of_another_machine_s_is_refused(desk: Machine, database: Database) -> None:
    with desk.events() as events:
        events.join([star(1, machine="0d" * 6)])
    with open_hub(database.address) as hub:
        hub.add([star(1), star(2)], OTHER)
    looked = look(desk, database)
    assert looked.came == {"other machines": 1}
    assert looked.troubles == [f"machine {OTHER}: 1 event refused (id already in use)"]


def test_of_many_events_that_can_not_be_read_the_first_are_named(desk: Machine, database: Database) -> None:
    with open_hub(database.address):
        for number in range(21):
            database.run("INSERT INTO dailypapers_event (id, line) VALUES (%s, 'no event')", str(number))
    troubles = look(desk, database).troubles
    assert len(troubles) == 20 and troubles[-1].startswith("event 20 ")


def test_what_comes_at_once_has_a_bound(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    rows = places.Server.rows

    def noted(server: places.Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = rows(server, statement, *values)
        asked.append(len(found))
        return found

    entries = [Entry(f"{at:024x}", "0a0a0a0a0a0a", at, at, "note", "x" * 50_000, 0, NOBODY) for at in range(1, 8)]
    with open_hub(database.address) as hub:
        assert (hub.add(entries, "0a0a0a0a0a0a"), hub.add(entries[:3], "0a0a0a0a0a0a")) == (7, 0)
        monkeypatch.setattr(places.Server, "rows", noted)
        monkeypatch.setattr(module, "BATCH_BYTES", 120_000)
        assert [decode(line.encode()) for _, line in hub.lines(0)] == entries
        monkeypatch.setattr(module, "BATCH_BYTES", 10)
        assert len(list(hub.lines(0))) == 7
    assert asked == [2, 2, 2, 1, 0, *[1] * 7, 0]


def test_a_server_is_named_watched_and_has_a_status(
    session: Session, use: Use, stand_in: StandIn, tmp_path: Path
) -> None:
    names = {"PLACE": "postgresql://ada@hub.example/papers"}
    use("laptop")
    session(
        """
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ sync PLACE
        1 change went out.
        To sync automatically: dailypapers config set sync PLACE
        """,
        **names,
    )
    stand_in.execute("INSERT INTO dailypapers_event (id, line) VALUES ('x', 'no event'), ('y', 'nor this')")
    laptop, desk = (Machine(tmp_path / name / "papers.db", tmp_path / "none", name) for name in ("laptop", "desk"))

    def share() -> None:
        laptop.mark("read", True, 2)
        look(laptop, Database(names["PLACE"], stand_in.run))

    stand_in.next += [lambda: None, share, lambda: desk.mark("read", True, 3)]
    use("desk")
    session(
        """
        $ config set sync PLACE
        $ sync --watch
        1 change came from other machines.
        1 change came from other machines.
        1 change went out.
        130! event 2 of the server: it is cut off; it is skipped until it is complete
        130! event 3 of the server: it is cut off; it is skipped until it is complete
        $ sync --status
        postgresql://hub.example/papers has 3 changes.
        desk (this one)	NOW	1 change	NOW
        laptop	NOW	2 changes	NOW
        laptop: sent 2 changes about 2 papers here, the newest of TODAY
        Not everything could be read: event 2 of the server: it is cut off.
        $ sync --status --jsonl=server,refused
        {"server": "postgresql://hub.example/papers", "refused": "event 2 of the server: it is cut off"}
        """,
        **names,
    )


@pytest.mark.long
def test_nothing_changes_an_event(real: Database) -> None:
    with open_hub(real.address):
        for change in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(pytest.importorskip("psycopg").Error, match="only ever added"):
                real.run(f"{change} dailypapers_event")


@pytest.mark.long
def test_another_machine_has_a_mark_within_two_seconds(laptop: Machine, desk: Machine, real: Database) -> None:
    with running(desk.cache, "sync", real.address, "--watch") as watching, open_hub(real.address) as hub:
        deadline = time.monotonic() + 30
        while not hub.machines() and time.monotonic() < deadline:
            time.sleep(0.1)
        laptop.mark("star", True, 2)
        began = time.monotonic()
        look(laptop, real)
        assert watching.stdout is not None
        assert watching.stdout.readline() == "1 change came from other machines.\n"
        assert time.monotonic() - began < 20
        # And the other way round: what is marked there goes out by itself.
        began = time.monotonic()
        desk.mark("star", True, 3)
        assert watching.stdout.readline() == "1 change went out.\n"
        assert look(laptop, real).came == {"other machines": 1}
        assert time.monotonic() - began < 20
    assert [row[2] for row in laptop.states()[0]] == [0, 1, 1, 0, 0]
