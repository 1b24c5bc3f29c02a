"""The same marks on every machine through a real PostgreSQL server."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import compress

import pytest

from reader.cache import places
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.journal import Entry, decode, encode
from reader.core.errors import CacheError
from reader.extensions.sync import hub as module
from reader.extensions.sync.exchange import Exchanged, exchange, machines
from reader.extensions.sync.hub import Hub, open_hub
from tests.extensions.sync.machines import Machine, running
from tests.extensions.sync.test_forget import OTHER, star
from tests.extensions.sync.test_union import act


class Memory(Hub):
    """A server that is a list."""

    def __init__(self, id: str) -> None:
        self.id, self.key = id, "postgresql://hub/a"
        self.kept: list[str] = []
        self.greeted: list[tuple[str, int]] = []

    def last(self) -> int:
        return len(self.kept)

    def lines(self, after: int) -> Iterator[tuple[int, str]]:
        yield from list(enumerate(self.kept, 1))[after:]

    def add(self, entries: list[Entry], _machine: str) -> int:
        self.kept += [encode(entry).decode() for entry in entries]
        return len(entries)

    def greet(self, _machine: str, name: str, added: int) -> None:
        self.greeted.append((name, added))


def test_marks_go_through_a_server_once_and_all_again_through_a_new_one(origin: Path, tmp_path: Path) -> None:
    laptop, desk = (Machine.copied(origin, tmp_path / "none", name) for name in ("laptop", "desk"))
    hub = Memory("one")

    def join(machine: Machine, server: Memory) -> Exchanged:
        with machine.events() as events:
            return exchange(events, machine.cache, server, machine.name)

    laptop.mark("star", True, 1)
    desk.mark("note", "here", 1)
    assert [join(one, hub).went for one in (laptop, desk, laptop)] == [1, 1, 0]
    assert laptop.states() == desk.states()
    hub.kept.append("no event")
    assert join(desk, hub).troubles == ["event 3 of the server: it is cut off"]
    assert (join(desk, hub).troubles, len(hub.kept)) == ([], 3)
    assert hub.greeted[:3] == [("laptop", 1), ("desk", 1), ("laptop", 0)]
    with desk.events() as events:
        assert "one" not in events.read(machines), "the server is no machine"
    # Another server, or one that was set back, gets everything.
    assert join(laptop, Memory("two")).went == 2
    hub.kept.clear()
    assert join(desk, hub).went == 2


def test_copies_of_one_home_notice_each_other(origin: Path, tmp_path: Path) -> None:
    laptop, hub = Machine.copied(origin, tmp_path / "none", "laptop"), Memory("one")

    def join(machine: Machine) -> Exchanged:
        with machine.events() as events:
            return exchange(events, machine.cache, hub, machine.name)

    laptop.mark("star", True, 1)
    join(laptop)
    copy = Machine(tmp_path / "copy" / "papers.db", laptop.folder, "copy")
    shutil.copytree(laptop.cache.parent, copy.cache.parent)
    copy.mark("star", True, 2)
    laptop.mark("star", True, 3)
    assert not join(copy).is_new_machine
    assert join(laptop).is_new_machine
    join(copy)
    assert [join(one).is_new_machine for one in (laptop, copy, laptop)] == [False] * 3
    assert laptop.states() == copy.states()
    assert laptop.id != copy.id


def test_what_is_over_a_machines_budget_is_refused_and_counted(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 3)
    monkeypatch.setattr(module, "MOST_IDS_TOGETHER", 4)
    desk, hub = Machine.copied(origin, tmp_path / "none", "desk"), Memory("one")
    large = replace(star(9), count=5, papers=compress("\n".join(f"2611.0000{n}" for n in range(5)).encode()))
    hub.add([large, *(star(number, f"2611.0000{number}") for number in range(1, 5)), star(5, machine="0d" * 6)], OTHER)
    with desk.events() as events:
        looked = exchange(events, desk.cache, hub, desk.name)
    assert looked.came == {"other machines": 4}
    assert looked.troubles == [f"machine {OTHER}: 2 events over its budget were refused"]


@pytest.fixture
def empty(address: str) -> str:
    """The server without tables."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for table in ("event", "machine", "hub"):
            connection.execute(f"DROP TABLE IF EXISTS dailypapers_{table}".encode())
    return address


def look(machine: Machine, address: str) -> Exchanged:
    with open_hub(address) as hub, machine.events() as events:
        return exchange(events, machine.cache, hub, machine.name)


@pytest.mark.long
def test_all_machines_come_to_the_same_state(origin: Path, tmp_path: Path, empty: str) -> None:
    chance = random.Random(5)
    machines = [Machine.copied(origin, tmp_path / "none", f"m{off}", days_off=off) for off in (0, -4, 6)]
    for _ in range(200):
        one = chance.choice(machines)
        act(one, chance)
        if chance.random() < 0.1:
            look(one, empty)
    for one in (*machines, *machines):
        look(one, empty)
    assert [(look(one, empty).came, look(one, empty).went) for one in machines] == [({}, 0)] * 3
    assert machines[0].log() == machines[1].log() == machines[2].log()
    assert machines[0].states() == machines[1].states() == machines[2].states()
    with open_hub(empty) as hub:
        assert sum(count for *_, count in hub.machines()) == len(machines[0].log())
    # A server that was made anew gets all again.
    import psycopg

    with psycopg.connect(empty, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="only ever added"):
            connection.execute("DELETE FROM dailypapers_event")
        connection.execute("INSERT INTO dailypapers_event (id, line) VALUES ('x', 'no event')")
        assert look(machines[0], empty).troubles[0].endswith("of the server: it is cut off")
        for table in ("event", "machine", "hub"):
            connection.execute(f"DROP TABLE dailypapers_{table}".encode())
    assert look(machines[1], empty).went == len(machines[0].log())
    late = Machine.copied(origin, tmp_path / "none", "late")
    look(late, empty)
    assert late.states() == machines[0].states()


@pytest.mark.long
def test_another_machine_has_a_mark_within_two_seconds(origin: Path, tmp_path: Path, empty: str) -> None:
    laptop, desk = (Machine.copied(origin, tmp_path / "none", name) for name in ("laptop", "desk"))
    with running(desk.cache, "sync", empty, "--watch") as watching:
        deadline = time.monotonic() + 30
        while not _has_greeted(empty, 1) and time.monotonic() < deadline:
            time.sleep(0.1)
        laptop.mark("star", True, 2)
        began = time.monotonic()
        look(laptop, empty)
        assert watching.stdout is not None
        assert watching.stdout.readline() == "1 change came from other machines.\n"
        assert time.monotonic() - began < 20
        # And the other way round: what is marked there goes out by itself.
        began = time.monotonic()
        desk.mark("star", True, 3)
        assert watching.stdout.readline() == "1 change went out.\n"
        assert look(laptop, empty).came == {"other machines": 1}
        assert time.monotonic() - began < 20
    assert [row[2] for row in laptop.states()[0]] == [0, 1, 1, 0, 0]


def _has_greeted(address: str, machines: int) -> bool:
    with open_hub(address) as hub:
        return len(hub.machines()) >= machines


@pytest.mark.long
def test_what_comes_at_once_has_a_bound(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    rows = places.Server.rows

    def noted(server: places.Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = rows(server, statement, *values)
        asked.append(len(found))
        return found

    entries = [Entry(f"{at:024x}", "0a0a0a0a0a0a", at, at, "note", "x" * 50_000, 0, NOBODY) for at in range(1, 8)]
    with open_hub(empty) as hub:
        assert hub.add(entries, "0a0a0a0a0a0a") == 7
        assert hub.add(entries[:3], "0a0a0a0a0a0a") == 0
        monkeypatch.setattr(places.Server, "rows", noted)
        monkeypatch.setattr(module, "BATCH_BYTES", 120_000)
        assert [decode(line.encode()) for _, line in hub.lines(0)] == entries
        monkeypatch.setattr(module, "BATCH_BYTES", 10)
        assert len(list(hub.lines(0))) == 7
    assert asked == [2, 2, 2, 1, 0, *[1] * 7, 0]


@pytest.mark.long
def test_a_forgotten_machine_is_gone_from_the_server_and_from_all(origin: Path, tmp_path: Path, empty: str) -> None:
    laptop, desk, stick = (Machine.copied(origin, tmp_path / "none", name) for name in ("laptop", "desk", "stick"))
    desk.mark("star", True, 1)
    stick.mark("note", 'It says "machine":"' + "0" * 12 + '".', 2)
    for one in (desk, stick, desk):
        look(one, empty)
    before = desk.states()
    laptop.mark("star", True, 3)
    for one in (laptop, desk, stick):
        look(one, empty)
    assert desk.states() != before
    gone = laptop.id
    with desk.events() as events:
        events.forget(gone)
    look(desk, empty)
    laptop.mark("star", True, 4)
    for one in (laptop, stick, desk):
        look(one, empty)
    assert desk.states() == stick.states() == before
    assert look(laptop, empty).is_forgotten
    with open_hub(empty) as hub:
        lines = [line for _, line in hub.lines(0)]
    # What it sent before is gone; a machine that comes later takes nothing of what it sends.
    assert sum(f'"machine":"{gone}"' in line and '"star"' in line for line in lines) <= 1
    late = Machine.copied(origin, tmp_path / "none", "late")
    look(late, empty)
    assert late.states() == before
    with desk.events() as events:
        events.forget(gone, is_forgotten=False)
    for one in (desk, laptop, stick, late, laptop, desk):
        look(one, empty)
    assert desk.states() == stick.states() == late.states()
    assert desk.states() != before


@pytest.mark.long
def test_a_server_that_lost_a_table_says_what_heals_it(origin: Path, tmp_path: Path, empty: str) -> None:
    import psycopg

    laptop = Machine.copied(origin, tmp_path / "none", "laptop")
    laptop.mark("star", True, 1)
    look(laptop, empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(b"DROP TABLE dailypapers_event")
        with pytest.raises(CacheError, match="has lost dailypapers_event") as failed:
            look(laptop, empty)
        advice = str(failed.value).split("'")[1]
        connection.execute(advice.encode())
    assert look(laptop, empty).went == 1
