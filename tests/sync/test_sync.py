"""`sync` joins the marks of machines through a folder or a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader.cache.places import open_server
from reader.core.marks import Agent
from reader.log.copies import keep_daily_copy, restore
from reader.log.rows import action_id
from reader.paths import log_database
from reader.sync.exchange import ExchangeResult, exchange_with
from tests.commands.conftest import Run, Session
from tests.sync.machines import NOON, Machine
from tests.sync.postgres import Database
from tests.table import each

Use = Callable[[str], None]


def test_two_homes_have_the_same_marks(session: Session, use: Use, tmp_path: Path) -> None:
    use("laptop")
    session(
        """
        $ sync
        2! dailypapers: No folder is set for sync: 'dailypapers sync DIR' names it, 'dailypapers config set sync DIR' sets it.
        $ sync --status
        No folder is set for sync: 'dailypapers sync DIR' names it, 'dailypapers config set sync DIR' sets it.
        $ sync shraed
        1! dailypapers: The folder TMP/shraed is missing; nothing is lost. Connect or mount it and try again, or make it with mkdir.
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ note 2606.26740 --text laptop
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ sync shared
        2 changes sent.
        To sync automatically: dailypapers config set sync TMP/shared
        """  # noqa: E501
    )
    use("desk")
    session(
        """
        $ config set sync shared
        $ note 2606.26740 --text desk
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ sync
        2 changes came from laptop, 1 change sent.
        $ sync
        Nothing new on any machine.
        $ list is:starred
        2606.26740	2026-06-30	57	2	unread,starred	LiveEdit: Streaming Video Editing
        $ note 2606.26740
        desk
        $ undo
        Taken back: 1 paper noted.
        $ note 2606.26740
        laptop
        """
    )


@pytest.fixture
def laptop(origin: Path, tmp_path: Path) -> Machine:
    return Machine.copied(origin, tmp_path / "shared", "laptop")


@pytest.fixture
def desk(origin: Path, tmp_path: Path) -> Machine:
    return Machine.copied(origin, tmp_path / "shared", "desk")


def test_machines_have_the_same_states_after_each_has_looked(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1, 2)
    laptop.mark("queue", True, 3)
    desk.mark("tag:later", True, 1)
    desk.mark("passage:0123456789ab", '{"quote":"a b"}', 2)
    desk.mark("read", True, 1, 2, 3)
    with laptop.events() as events:
        events.undo()
        events.redo()
        events.act([], by=None)
    for machine in (laptop, desk, laptop):
        machine.look()
    assert laptop.log() == desk.log()
    assert laptop.states() == desk.states()
    assert laptop.look().came == {} and laptop.look().went == 0


def test_two_machines_of_one_name_are_told_apart_by_their_ids(laptop: Machine, desk: Machine, origin: Path) -> None:
    other = Machine.copied(origin, laptop.folder, "other")
    other.name = desk.name = "Desk"
    for number, machine in enumerate((desk, other), 1):
        machine.mark("star", True, *range(1, number + 1))
        machine.look()
    assert laptop.look().came == {f"Desk ({desk.id})": 1, f"Desk ({other.id})": 2}


def test_an_undo_on_one_machine_takes_a_mark_back_on_all(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    desk.look()
    with desk.events() as events:
        assert events.undo() is None
    with laptop.events() as events:
        assert events.undo() is not None
    laptop.look()
    desk.look()
    assert laptop.states() == desk.states()
    assert [row[2] for row in laptop.states()[0]] == [0] * 5


def test_marks_of_a_program_arrive_with_its_name(laptop: Machine, desk: Machine) -> None:
    from reader.cache.marks.change import Change

    with laptop.events() as events:
        events.act([Change("star", True, [1])], by=Agent("claude", "ab" * 6))
    laptop.look()
    desk.look()
    with desk.events() as events:
        made = events.read(lambda connection: connection.execute("SELECT kind, by FROM mark").fetchall())
    assert made == [("star", f"agent:claude:{'ab' * 6}")]


@each("days_off", [-3_000, -1, 1, 1_500])
def test_a_wrong_clock_does_not_change_the_order_of_marks_made_after_it(
    laptop: Machine, desk: Machine, days_off: float
) -> None:
    laptop.days_off = days_off
    laptop.mark("star", True, 1)
    laptop.look()
    desk.look()
    desk.mark("star", False, 1)
    desk.look()
    assert [row[2] for row in desk.states()[0]] == [0] * 5


def test_a_file_that_is_lost_is_written_again_and_a_home_that_is_lost_is_read_again(
    laptop: Machine, desk: Machine, origin: Path
) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    laptop.own_file.unlink()
    assert laptop.look().went == 1
    before = laptop.states()
    # The same machine, whose home is restored from before the mark.
    id = laptop.id
    for file in laptop.cache.parent.glob("*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    shutil.copy(origin, laptop.cache)
    laptop.look()
    assert laptop.states() == before and laptop.id != id


def test_a_mark_made_after_the_log_was_restored_is_exported_too(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    keep_daily_copy(laptop.cache, date(2026, 11, 20))
    for is_starred in (False, True, False, True):
        laptop.mark("star", is_starred, 1)
    laptop.look()
    log_database(laptop.cache).write_bytes(b"broken")
    restore(laptop.cache)
    laptop.mark("star", True, 2)
    laptop.mark("star", True, 3)
    with laptop.events() as events:
        events.undo()
    laptop.look()
    desk.look()
    assert [row[2] for row in desk.states()[0]] == [1, 1, 0, 0, 0]


def test_an_undo_in_a_log_that_the_user_put_back_reaches_the_other_machines(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    before = log_database(laptop.cache).read_bytes()
    laptop.mark("star", True, 2)
    laptop.look()
    log_database(laptop.cache).write_bytes(before)
    with laptop.events() as events:
        events.undo()
    for machine in (laptop, desk, laptop):
        machine.look()
    assert laptop.states() == desk.states()
    assert [row[2] for row in desk.states()[0]] == [0, 1, 0, 0, 0]


def test_two_copies_of_a_home_part_and_lose_nothing(laptop: Machine, tmp_path: Path) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    shutil.copytree(laptop.cache.parent, tmp_path / "copy")
    copy = Machine(tmp_path / "copy" / "papers.db", laptop.folder, "copy")
    copy.seconds = 1_000
    laptop.mark("star", True, 2)
    copy.mark("star", True, 3)
    laptop.look()
    assert copy.look().is_new_machine
    laptop.look()
    assert laptop.states() == copy.states() and [row[2] for row in copy.states()[0]] == [1, 1, 1, 0, 0]
    assert not copy.look().is_new_machine and laptop.id != copy.id


def head(machine: str, name: str = "phone") -> str:
    return json.dumps({"dailypapers": 1, "machine": machine, "name": name}) + "\n"


PHONE = "ab" * 6
STAR = [action_id(PHONE, int(NOON * 1000)), "2611.00001", "star", "1", ""]
UNSTAR = [action_id(PHONE, int(NOON * 1000) + 1), "2611.00001", "star", "0", ""]


@each(
    ("lines", "came", "trouble"),
    [
        ([head(PHONE), json.dumps(STAR) + "\n"], 1, ""),
        ([head(PHONE), json.dumps(STAR)], 0, "its last line is not complete yet"),
        (
            [head(PHONE), "[1, 2]\n", "\x00\x1b[31m\n", "[" * 5_000 + "\n", json.dumps(UNSTAR) + "\n"],
            1,
            "3 lines refused",
        ),
        ([head(PHONE), json.dumps([action_id("cd" * 6, 1), *STAR[1:]]) + "\n"], 0, "1 lines refused"),
        (["not ours\n"], 0, "it was not written by this version of dailypapers: update the machine that writes it"),
        ([""], 0, ""),
        ([head(PHONE), json.dumps([STAR[0], "../etc/passwd", "star", "1", ""]) + "\n"], 0, "1 lines refused"),
    ],
)
def test_what_is_no_row_is_refused_and_counted(laptop: Machine, lines: list[str], came: int, trouble: str) -> None:
    (laptop.folder / f"dailypapers-{PHONE}.jsonl").write_text("".join(lines))
    found = laptop.look()
    assert sum(found.came.values()) == came
    assert [one.partition(": ")[2] for one in found.troubles] == ([trouble] if trouble else [])


def test_an_incomplete_line_is_read_at_the_next_sync(laptop: Machine) -> None:
    file = laptop.folder / f"dailypapers-{PHONE}.jsonl"
    whole = head(PHONE) + json.dumps(STAR) + "\n"
    file.write_text(whole[:-9])
    assert laptop.look().troubles
    file.write_text(whole)
    found = laptop.look()
    assert (found.came, found.troubles) == ({"phone": 1}, [])


def test_twenty_thousand_distinct_tags_are_taken_in_within_seconds(laptop: Machine) -> None:
    clock = int(NOON * 1000)
    rows = [[action_id(PHONE, clock + at), f"2611.{at % 5 + 1:05}", f"tag:t{at}", "1", ""] for at in range(20_000)]
    lines = [json.dumps(row) for row in rows]
    (laptop.folder / f"dailypapers-{PHONE}.jsonl").write_text(head(PHONE) + "\n".join(lines) + "\n")
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with laptop.events() as events:
        events.read(lambda connection: connection.set_progress_handler(step, 100_000))
        from reader.sync.exchange import exchange

        assert exchange(events, laptop.folder, "laptop").came == {"phone": 20_000}
    assert len(laptop.states()[1]) == 20_000
    # A hundred thousand steps of SQLite's machine take some 2 ms.
    assert steps < 500


def test_with_watch_later_marks_are_exchanged_too(run: Run, laptop: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (laptop.folder.parent / "home").mkdir(exist_ok=True)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(laptop.folder.parent / "home"))

    def mark_while_waiting(_seconds: float) -> None:
        if laptop.log():
            raise KeyboardInterrupt
        laptop.mark("star", True, 1)
        laptop.look()

    monkeypatch.setattr("reader.sync.time", SimpleNamespace(sleep=mark_while_waiting))
    found = run("sync", str(laptop.folder), "--watch")
    assert "1 change came from laptop." in found.out


def test_the_rows_of_a_machine_can_be_deleted(session: Session, use: Use, tmp_path: Path) -> None:
    use("laptop")
    (tmp_path / "shared" / f"dailypapers-{PHONE}.jsonl").write_text(
        head(PHONE) + json.dumps([STAR[0], "2606.26740", *STAR[2:]]) + "\n"
    )
    session(
        """
        $ sync shared -q
        $ list is:starred
        2606.26740	2026-06-30	57	2	unread,starred	LiveEdit: Streaming Video Editing
        $ sync shared --remove Tablet --yes
        1! dailypapers: No single machine is called 'tablet': 'dailypapers sync --status' lists their ids.
        $ sync shared --remove phone --yes
        1 change deleted. Remove the machine's file from the folder, or they come back.
        $ list is:starred
        ! Nothing matches.
        """
    )


# A server


def look(machine: Machine, database: Database) -> ExchangeResult:
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


def test_an_invalid_row_of_a_server_is_refused_and_counted(origin: Path, tmp_path: Path, database: Database) -> None:
    laptop = Machine.copied(origin, tmp_path / "shared", "laptop")
    laptop.mark("star", True, 1)
    look(laptop, database)
    database.run(
        "INSERT INTO dailypapers_log (action, paper, kind, value, by) VALUES (%s, %s, %s, %s, %s)",
        *("no action", "../etc/passwd", "star", "1", ""),
    )
    found = look(laptop, database)
    assert (found.came, found.troubles) == ({}, ["1 rows of the server refused"])


def test_a_server_restored_from_a_backup_gets_all_rows_again(origin: Path, tmp_path: Path, database: Database) -> None:
    laptop = Machine.copied(origin, tmp_path / "shared", "laptop")
    laptop.mark("star", True, 1)
    look(laptop, database)
    database.run("DROP TABLE dailypapers_log")
    assert look(laptop, database).went == 1
