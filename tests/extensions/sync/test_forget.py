"""What one machine brought is taken back as a whole, on all machines, and can come again."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zlib import compress

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reader.cache import feeds as feeds_module
from reader.cache.feeds import Feeds
from reader.cache.marks import effects
from reader.cache.marks import events as events_module
from reader.cache.marks.events import Events
from reader.cache.marks.forgotten import forgotten
from reader.cache.marks.journal import Entry, Journal
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.extensions.sync import folder as machine_file
from tests.cache.conftest import NOW, ByName, draft
from tests.extensions.sync.machines import Machine
from tests.extensions.sync.test_union import act

OTHER = "0c" * 6


def forget(machine: Machine, who: str, *, is_forgotten: bool = True) -> None:
    with machine.events() as events:
        events.forget(who, is_forgotten=is_forgotten)


def star(number: int, paper: str = "2611.00002", machine: str = OTHER, clock: int = 1) -> Entry:
    return Entry(f"{number:024x}", machine, number, clock, "star", "1", 1, compress(paper.encode()))


def test_what_a_file_brought_in_the_name_of_this_machine_is_taken_back_too(laptop: Machine, desk: Machine) -> None:
    desk.mark("star", True, 1)
    before = desk.states()
    forged = Entry("f" * 24, desk.id, 2, 1, "star", "1", 1, compress(b"2611.00002"))
    Journal(desk.folder / f"dailypapers-{OTHER}.jsonl").append([forged], OTHER)
    desk.look()
    assert desk.states() != before
    forget(desk, OTHER)
    desk.look()
    assert desk.states() == before
    assert "f" * 24 not in desk.own_file.read_text()


def test_all_that_a_machine_did_is_taken_back_and_comes_again(laptop: Machine, desk: Machine) -> None:
    desk.mark("star", True, 1)
    desk.mark("read", True, 2)
    before = desk.states()
    laptop.mark("star", True, 2, 3)
    laptop.mark("note", "Mine", 2)
    with laptop.events() as events:
        feed = {"kind": "rss", "url": "https://a.example/feed", "title": "A", "added": "2026"}
        events.record_plain({"follow:blog": json.dumps(feed)})
    laptop.mark("tag:later", True, 1)
    laptop.mark("queue", True, 4)
    with laptop.events() as events:
        events.mark("star", True, [], absent=["2611.99999"])
    laptop.look()
    desk.look()
    both = desk.states()
    assert both != before
    forget(desk, laptop.id)
    assert desk.states() == before
    # Nor does anything of it come again, whatever it does.
    laptop.mark("hide", True, 5)
    laptop.look()
    assert desk.look().came == {}
    assert desk.states() == before
    with desk.events() as events:
        events.rebuild()
    assert desk.states() == before
    forget(desk, laptop.id, is_forgotten=False)
    assert desk.states() == both
    assert desk.look().came == {"laptop": 1}
    laptop.look()
    assert desk.states() == laptop.states()


def test_an_undo_by_a_forgotten_machine_is_none(laptop: Machine, desk: Machine) -> None:
    desk.mark("star", True, 1)
    desk.look()
    laptop.look()
    with laptop.events() as events:
        assert events.undo(anywhere=True)
    laptop.look()
    before = desk.states()
    desk.look()
    assert desk.states() != before
    forget(desk, laptop.id)
    assert desk.states() == before


def test_the_other_machines_forget_too_and_no_file_has_it_any_more(
    laptop: Machine, desk: Machine, stick: Machine
) -> None:
    laptop.mark("star", True, 1)
    laptop.look()
    desk.mark("star", True, 2)
    desk.look()
    # So that others have to write it on.
    laptop.own_file.unlink()
    desk.look()
    assert laptop.id in desk.own_file.read_text()
    stick.look()
    forget(stick, laptop.id)
    stick.look()
    assert desk.look().came == {"stick": 1}
    stick.look()
    assert desk.states() == stick.states()
    assert [row[0] for row in desk.states()[0] if row[2]] == ["2611.00002"]
    for one in (desk, stick):
        lines = list(Journal(one.own_file).read())
        assert not [line for line in lines if isinstance(line, Entry) and line.machine == laptop.id]
    # On the forgotten machine itself nothing is lost, and it is told.
    assert laptop.look().is_forgotten
    assert [row[0] for row in laptop.states()[0] if row[2]] == ["2611.00001", "2611.00002"]
    assert not desk.look().is_forgotten


def test_what_its_file_brought_in_the_name_of_others_goes_too(laptop: Machine, desk: Machine) -> None:
    desk.mark("star", True, 1)
    desk.look()
    before = desk.states()
    foreign = [star(1), star(2, "2611.00003", "0d" * 6), star(3, "2611.00004", laptop.id)]
    Journal(desk.folder / f"dailypapers-{OTHER}.jsonl").append(foreign, OTHER)
    assert sum(desk.look().came.values()) == 3
    forget(desk, OTHER)
    assert desk.states() == before
    desk.look()
    assert desk.states() == before
    # Another file that has one of them brings it again.
    Journal(desk.folder / f"dailypapers-{'0d' * 6}.jsonl").append(foreign[1:2], "0d" * 6)
    assert sum(desk.look().came.values()) == 1
    assert [row[0] for row in desk.states()[0] if row[2]] == ["2611.00001", "2611.00003"]
    assert desk.look().came == {}


def test_of_two_that_forget_each_other_the_last_decides(laptop: Machine, desk: Machine, stick: Machine) -> None:
    for one in (laptop, desk):
        one.mark("star", True, 1)
    stick.look()
    laptop.look()
    desk.look()
    forget(laptop, desk.id)
    laptop.look()
    with desk.events() as events:
        events.join(entries_of(laptop))
    forget(desk, laptop.id)
    desk.look()
    stick.look()
    with stick.events() as events:
        assert events.read(forgotten) == {laptop.id}
    with laptop.events() as events:
        assert events.read(forgotten) == {desk.id}


def entries_of(machine: Machine) -> list[Entry]:
    return [line for line in Journal(machine.own_file).read() if isinstance(line, Entry)]


@pytest.mark.parametrize("step", range(8))
def test_what_is_cut_off_while_it_is_forgotten_is_finished(
    laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = desk.states()
    for place in (1, 2, 3):
        laptop.mark("star", True, place)
        laptop.mark("note", f"Note {place}", place)
    laptop.look()
    desk.look()
    who = laptop.id
    monkeypatch.setattr(events_module, "JOINED", 1)
    left = [step]

    def end() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("reader.database.connections.give_way", end)
        forget(desk, who)
    assert desk.states() == before


def test_a_lost_cache_knows_from_the_journal_who_is_forgotten(laptop: Machine, desk: Machine, origin: Path) -> None:
    desk.mark("star", True, 1)
    laptop.mark("star", True, 2)
    laptop.look()
    desk.look()
    forget(desk, laptop.id)
    before, machine = desk.states(), desk.id
    desk.cache.write_bytes(origin.read_bytes())
    for log in ("-wal", "-shm"):
        desk.cache.with_name(f"papers.db{log}").unlink(missing_ok=True)
    assert desk.states() == before
    assert desk.id == machine
    desk.look()
    assert desk.states() == before


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(chance=st.randoms(use_true_random=False))
def test_machines_that_forget_one_come_to_the_same(
    origin: Path, tmp_path_factory: pytest.TempPathFactory, chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("forget") / "shared"
    machines = [Machine.copied(origin, folder, f"m{number}", off) for number, off in enumerate((0, 2, -3))]
    gone = machines[2].id
    for _ in range(14):
        one = chance.choice(machines)
        act(one, chance)
        if chance.random() < 0.3:
            one.look()
        if chance.random() < 0.2:
            forget(machines[chance.randrange(2)], gone, is_forgotten=chance.random() < 0.6)
    forget(machines[0], gone, is_forgotten=chance.random() < 0.6)
    for _ in range(3):
        for one in chance.sample(machines, 3):
            one.look()
    kept = machines[:2]
    assert kept[0].states() == kept[1].states()
    with kept[0].events() as events:
        before = events.read(lambda one: one.execute("SELECT id, undone FROM event ORDER BY id").fetchall())
        events.rebuild()
        after = events.read(lambda one: one.execute("SELECT id, undone FROM event ORDER BY id").fetchall())
    assert before == after
    assert kept[0].states() == kept[1].states()


# Budgets


def test_what_is_over_a_budget_is_refused_counted_and_named(
    laptop: Machine, desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_file, "MOST_EVENTS", 3)
    monkeypatch.setattr(machine_file, "MOST_IDS_TOGETHER", 4)
    file = desk.folder / f"dailypapers-{OTHER}.jsonl"
    many = Entry("f" * 24, OTHER, 9, 9, "star", "1", 5, compress("\n".join(f"2611.0000{n}" for n in range(5)).encode()))
    Journal(file).append([star(1), many, star(2, "2611.00003"), star(3, "2611.00004"), star(4, "2611.00005")], OTHER)
    laptop.mark("star", True, 1)
    laptop.look()
    looked = desk.look()
    assert sum(looked.came.values()) == 4
    assert looked.troubles == [f"{file.name}: 2 events refused (over the budget of 3 events)"]
    # It is said as long as it is so, and more of it changes nothing.
    Journal(file).append([star(5)], OTHER)
    looked = desk.look()
    assert looked.came == {}
    assert looked.troubles == [f"{file.name}: 3 events refused (over the budget of 3 events)"]
    assert desk.look().troubles == looked.troubles


def test_what_an_older_program_could_not_read_is_read_by_a_newer_one(
    desk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.folder / f"dailypapers-{OTHER}.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr("reader.cache.marks.journal.VERSION", 2)
        Journal(file).append([star(1)], OTHER)
    assert desk.look().troubles == [f"{file.name}: line 1: its form, 2, is newer than this program"]
    assert desk.look().came == {}
    monkeypatch.setattr("reader.cache.marks.journal.VERSION", 2)
    monkeypatch.setattr("reader.cache.marks.journal.READER", "the next one")
    assert sum(desk.look().came.values()) == 1


def test_what_a_newer_program_wrote_besides_is_written_on(desk: Machine, laptop: Machine) -> None:
    file = desk.folder / f"dailypapers-{OTHER}.jsonl"
    entry = Entry("0" * 24, OTHER, 1, 1, "star", "1", 1, compress(b"2611.00002"), '{"later": [1, "x"]}')
    Journal(file).append([entry], OTHER)
    desk.look()
    file.unlink()
    desk.look()
    assert entry in entries_of(desk)
    laptop.look()
    with laptop.events() as events:
        (rest,) = events.read(lambda one: one.execute("SELECT rest FROM event_origin").fetchone())
    assert rest == entry.rest


def test_of_one_peer_few_papers_are_asked_for_at_once(desk: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_module, "PER_PEER", 2)
    with desk.events() as events:
        events.mark("star", True, [], absent=[f"2612.0000{number}" for number in range(1, 6)])
    many = [star(number, f"2613.{10_000 + number}", clock=1_900_000_000_000 + number) for number in range(9)]
    for machine in (OTHER, "0d" * 6):
        lines = [replace(one, id=f"{machine}{one.number:012x}", machine=machine) for one in many]
        with desk.events() as events:
            events.join([replace(one, papers=compress(f"26{machine[1]}.0{one.number}".encode())) for one in lines])
    with closing(Feeds.open(desk.cache)) as feeds:
        asked = feeds.lost("2026-11-01", 200)
    assert len([id for id in asked if id.startswith("2612.")]) == 5
    assert len(asked) == 5 + 2 + 2


# Short batches


def test_the_write_lock_is_given_up_after_few_events_and_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "papers.db"
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", tuple(map(draft, range(6_000)))), NOW)
    ids = [f"2611.{number:05}" for number in range(6_000)]
    everything, some = (compress("\n".join(few).encode()) for few in (ids, ids[:90]))
    single = [star(n, ids[n], clock=1_700_000_000_000 + n) for n in range(1, 3_000)]
    large = [
        Entry(f"{'f' * 23}{n}", OTHER, n, 5, kind, "1", 6_000, everything) for n, kind in enumerate(("read", "tag:a"))
    ]
    middle = [Entry(f"{n:024x}", "0d" * 6, n, n, "star", "1", 90, some) for n in range(1_000_000, 1_000_060)]
    ask = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM effect), sum(starred), sum(read) FROM paper"

    def count() -> None:
        """Note what others see where they may write."""
        with closing(sqlite3.connect(path)) as connection:
            seen.append(connection.execute(ask).fetchone())

    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr("reader.database.connections.give_way", count)
    with closing(Events.open(path)) as events:
        for change in (lambda: events.join([*single, *large, *middle]), lambda: events.forget(OTHER)):
            count()
            change()
            count()
    steps = [[abs(now - before) for before, now in pairwise(column)] for column in zip(*seen, strict=True)]
    assert [sum(column) for column in steps] == [3_062, 20_399, 3_000 + 2_910, 12_000]
    assert all(max(column) <= most for column, most in zip(steps, (500, *[2 * effects.BATCH] * 3), strict=True))
