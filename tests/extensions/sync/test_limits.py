"""What one machine may bring, and what older and newer programs make of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zlib import compress

import pytest

from reader.cache import feeds as feeds_module
from reader.cache.feeds import Feeds
from reader.cache.marks import effects
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry, Journal
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.extensions.sync import folder as machine_file
from tests.cache.conftest import NOW, ByName, draft
from tests.extensions.sync.machines import Machine

OTHER = "0c" * 6


def star(number: int, paper: str = "2611.00002", machine: str = OTHER, clock: int = 1) -> Entry:
    return Entry(f"{number:024x}", machine, number, clock, "star", "1", 1, compress(paper.encode()))


def entries_of(machine: Machine) -> list[Entry]:
    return [one for one in Journal(machine.own_file).read() if isinstance(one, Entry)]


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
