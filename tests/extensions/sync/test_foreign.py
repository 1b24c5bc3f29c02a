"""Events that no machine of the user's has written: they are refused, or change nothing else."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from zlib import compress

import pytest

from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.journal import Entry, Journal, encode
from reader.core.foreign import LARGEST_NUMBER
from reader.extensions.sync.exchange import exchange
from reader.extensions.sync.folder import SyncFolder
from tests.cache.marks.test_foreign import FEED
from tests.extensions.sync.machines import Machine

OTHER = "bababababaab"
"""The id of a machine that nobody has."""


def forge(folder: Path, entry: Entry) -> None:
    """Put an event into the file of another machine."""
    folder.mkdir(exist_ok=True)
    Journal(folder / f"dailypapers-{OTHER}.jsonl").append([entry], OTHER)


def test_a_foreign_feed_is_listed_under_the_name_that_its_event_has(desk: Machine) -> None:
    value = f'{{{FEED}, "slug": ["own"], "more": {{}}}}'
    forge(desk.folder, Entry("0" * 24, OTHER, 1, 1, "follow:blog", value, 0, NOBODY))
    assert desk.look().troubles == []
    assert [row[0] for row in desk.states()[4]] == ["blog"]


def test_the_last_number_under_this_machine_s_id_leaves_room_for_its_own(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    machine = laptop.id
    forge(laptop.folder, Entry("0" * 24, machine, LARGEST_NUMBER, 1, "star", "1", 1, compress(b"2611.00002")))
    laptop.look()
    laptop.mark("star", True, 3)
    laptop.look()
    assert desk.look().troubles == []
    assert desk.states() == laptop.states()


def test_the_true_writer_s_event_replaces_one_that_took_its_id(laptop: Machine, desk: Machine, origin: Path) -> None:
    laptop.mark("star", True, 1)
    machine = laptop.id
    laptop.look()
    (true,) = (one for one in Journal(laptop.own_file).read() if isinstance(one, Entry))
    elsewhere = laptop.folder.parent / "other"
    forge(elsewhere, replace(true, value="0", papers=compress(b"2611.00002")))
    with desk.events() as events:
        assert exchange(events, desk.cache, SyncFolder(elsewhere, desk.cache), "desk").came
    looked = desk.look()
    assert looked.came == {"laptop": 1}
    assert desk.states() == laptop.states()
    # The false one stays away, and its file is named.
    forge(elsewhere, Entry("0" * 24, OTHER, 1, 1, "star", "1", 1, compress(b"2611.00003")))
    with desk.events() as events:
        assert exchange(events, desk.cache, SyncFolder(elsewhere, desk.cache), "desk").troubles == []
        events.read(lambda one: one.execute("DELETE FROM meta WHERE key GLOB 'sync:*'"))
        (trouble,) = exchange(events, desk.cache, SyncFolder(elsewhere, desk.cache), "desk").troubles
    assert trouble == f"dailypapers-{OTHER}.jsonl: 1 event refused (id already in use)"
    # Nor does it come back where the journal makes the cache anew.
    before = desk.states()
    desk.cache.write_bytes(origin.read_bytes())
    for log in ("-wal", "-shm"):
        desk.cache.with_name(f"papers.db{log}").unlink(missing_ok=True)
    assert desk.states() == before
    assert [row[0] for row in desk.log() if row[1] == machine] == [true.id]


def test_an_event_with_the_id_of_another_machine_s_is_refused_counted_and_named(laptop: Machine, desk: Machine) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    (true,) = (one for one in Journal(laptop.own_file).read() if isinstance(one, Entry))
    elsewhere = laptop.folder.parent / "other"
    forge(elsewhere, replace(true, machine=OTHER, value="0"))
    with desk.events() as events:
        exchange(events, desk.cache, SyncFolder(elsewhere, desk.cache), "desk")
    trouble = "1 event refused (id already in use)"
    assert desk.look().troubles == [f"laptop's {laptop.own_file.name}: {trouble}"]
    assert desk.look().troubles == [f"laptop's {laptop.own_file.name}: {trouble}"]


DAY = 86_400_000


def test_a_machine_whose_clock_is_off_by_days_is_heard(desk: Machine) -> None:
    for number, days in enumerate((-400 * 50, -30, 5, 35, 399), 1):
        clock = max(1, int(time.time() * 1000) + days * DAY)
        forge(desk.folder, Entry(f"{number:024x}", OTHER, number, clock, "star", "1", 1, compress(b"2611.00002")))
        assert desk.look().troubles == []
        desk.mark("star", False, 2)
        assert [row[2] for row in desk.states()[0]] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("days", [402, 4_000, 2_000_000])
@pytest.mark.parametrize("is_own", [True, False])
def test_a_clock_that_nobody_has_yet_is_refused_and_named(
    laptop: Machine, desk: Machine, days: int, is_own: bool
) -> None:
    laptop.mark("star", True, 1)
    machine = laptop.id if is_own else OTHER
    clock = int((time.time() + 60) * 1000) + days * DAY
    forge(laptop.folder, Entry("0" * 24, machine, 9, clock, "star", "1", 1, compress(b"2611.00002")))
    (trouble,) = laptop.look().troubles
    assert trouble.endswith(f": line 2: its clock is {days:,} days ahead of this machine's")
    for pk in (3, 4, 5):
        laptop.mark("star", True, pk)
    laptop.look()
    assert len(desk.look().troubles) == 1
    desk.mark("star", False, 1)
    desk.look()
    laptop.look()
    assert laptop.states() == desk.states()
    assert [row[2] for row in laptop.states()[0]] == [0, 0, 1, 1, 1]


def test_nothing_is_read_behind_a_first_line_that_names_no_machine(desk: Machine) -> None:
    star = Entry("0" * 24, OTHER, 1, 1, "star", "1", 1, compress(b"2611.00002"))
    Journal(desk.folder / "dailypapers-odd.jsonl").append([star], "\x1b]0;odd\x07\n")
    (desk.folder / "dailypapers-bare.jsonl").write_bytes(encode(star))
    looked = desk.look()
    assert looked.troubles == [
        "dailypapers-bare.jsonl: line 1: it names no machine",
        "dailypapers-odd.jsonl: line 1: it names no machine",
    ]
    assert looked.came == {}


def test_what_is_no_paper_is_refused_and_named(desk: Machine) -> None:
    ids = ("../../api/settings/delete", "//evil.example/x", "-rf", "2611.00002/../x", "2611.00002?a", "page:..", "x y")
    few = [[id] for id in (*ids, "\x1b[31m")]
    for number, some in enumerate([*few, *([*(f"2611.{one:05}" for one in range(1, 200)), *one] for one in few)]):
        star = Entry("0" * 24, f"{number:012}", 1, 1, "star", "1", len(some), compress("\n".join(some).encode()))
        Journal(desk.folder / f"dailypapers-{number:012}.jsonl").append([star], star.machine)
    assert desk.look().troubles == [
        f"dailypapers-{number:012}.jsonl: line 2: it names no papers" for number in range(2 * len(few))
    ]
    with desk.events() as events:
        assert events.read(lambda one: one.execute("SELECT count(*) FROM orphan").fetchone()) == (0,)


@pytest.mark.parametrize("number", [LARGEST_NUMBER, (1 << 53) - 1, 2_000_000])
def test_no_number_in_this_machine_s_name_stands_before_what_is_done_here(desk: Machine, number: int) -> None:
    desk.mark("read", True, 1)
    own = desk.id
    forge(desk.folder, Entry("0" * 24, own, number, 1, "star", "1", 1, compress(b"2611.00001")))
    desk.look()
    desk.mark("star", True, 2)
    with desk.events() as events:
        undone = events.undo()
        assert undone is not None and undone.events[0].id != "0" * 24
        redone = events.redo()
        assert redone is not None and redone.events[0].id == undone.events[0].id
