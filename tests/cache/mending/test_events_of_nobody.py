"""Events that no machine can have made, taken in by an older version: a mark says so, and a repair mends them."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from zlib import compress

import pytest

from reader.cache.marks.event_log import NOBODY, Marking
from reader.cache.marks.events import Events
from reader.cache.marks.journal import BadLine, Entry, Journal
from reader.cache.mending import health
from reader.cache.mending.health import CacheState
from reader.cache.mending.repair import Repair
from reader.cache.storing.papers import Cache
from reader.core.errors import MarkNotTaken
from reader.core.foreign import FURTHEST
from reader.paths import journal_file
from tests.cache.conftest import ByName, faults, rows
from tests.cache.marks.test_events import starred, states

OTHER = "bababababaab"
DAY = 86_400_000
FAR = int(time.time() * 1000) + 900 * DAY


def entry(kind: str, value: str, clock: int, *ids: str, number: int = 1) -> Entry:
    papers = compress("\n".join(ids).encode()) if ids else NOBODY
    return Entry(f"{number:024x}", OTHER, number, clock, kind, value, len(ids), papers)


def mend(cache: Cache, events: Events, path: Path) -> None:
    cache.close()
    events.close()
    assert health.examine(path).state is CacheState.EVENTS
    Repair(path, ByName).run()
    assert health.examine(path).state is CacheState.GOOD
    assert faults(path) == {}


@pytest.mark.parametrize("clock", [FAR, FURTHEST - 5, FURTHEST], ids=["soon", "almost", "last"])
def test_a_mark_that_does_not_count_says_so_and_counts_after_a_repair(
    filled: Cache, events: Events, path: Path, clock: int
) -> None:
    events.mark("star", True, [3])
    events.join([entry("star", "1", clock, "2611.00002")])
    assert starred(path) == {2, 3}
    days = (clock - int(time.time() * 1000)) // DAY
    for _ in range(2):
        with pytest.raises(
            MarkNotTaken, match=rf"^That stays as it was: a mark dated {days:,} days ahead still counts"
        ):
            events.mark("star", False, [2])
    with pytest.raises(MarkNotTaken, match=r"^1 of 2 papers stay as they were: .* Run 'dailypapers cache repair', and"):
        events.mark("star", False, [2, 3])
    assert starred(path) == {2}
    events.mark("star", True, [4])
    (fault,) = faults(path)["events"]
    assert fault.endswith(f" has a clock that is {days:,} days ahead")
    mend(filled, events, path)
    assert starred(path) == {4}
    with closing(Events.open(path)) as again:
        assert again.mark("star", True, [2])
        assert again.mark("star", False, [2, 4])
        assert starred(path) == set()
        assert again.agree().inserted == 0


def test_what_came_with_a_late_clock_counts_until_something_later_comes(
    filled: Cache, events: Events, path: Path
) -> None:
    late = [
        entry("star", "1", FAR, "2611.00001", "2611.00002"),
        entry("tag:a", "1", FAR, "2611.00001", number=2),
        entry("star", "0", FAR + 1, "2611.00002", number=3),
        entry("watch:word:x", '{"name": "x", "follow": true}', FAR + 2, number=4),
    ]
    events.join(late)
    before = states(path)
    mend(filled, events, path)
    assert states(path) == before
    stand = rows(path, "SELECT clock, machine, number FROM event WHERE undone = 0 AND kind <> 'undo' ORDER BY seq")
    clocks = [clock for clock, _, _ in stand]
    assert clocks[0] == clocks[1] < clocks[2] < clocks[3] < time.time() * 1000
    # What takes them back is of now.
    undos = rows(path, "SELECT clock FROM event WHERE kind = 'undo'")
    assert undos and all(0 <= time.time() * 1000 - clock < 3_600_000 for (clock,) in undos)
    # They are still its machine's, which can be forgotten; the log has them, so others get them by this machine's file.
    assert {(machine, number) for _, machine, number in stand} == {(OTHER, 0)}


def test_a_decision_and_an_undo_that_do_not_count_say_so(events: Events, path: Path) -> None:
    events.join([entry("watch:word:x", '{"name": "x", "follow": true}', FAR)])
    with pytest.raises(MarkNotTaken):
        events.decide([Marking("watch:word:x", '{"name": "x", "follow": false}')])
    star = events.mark("star", True, [1])
    assert star is not None
    ((id,),) = rows(path, "SELECT id FROM event WHERE kind = 'star'")
    events.join([entry("redo", id, FAR, number=2)])
    assert events.undo()
    assert starred(path) == set()
    with closing(Events.open(path)) as again:
        again.rebuild()
    assert starred(path) == set()


@pytest.mark.parametrize("ids", [["../../api/settings/delete"], ["//evil.example/x", "2611.00002"], ["2611.00002"] * 2])
def test_what_names_no_paper_goes_and_its_papers_stay(
    filled: Cache, events: Events, path: Path, ids: list[str]
) -> None:
    events.mark("star", True, [3])
    events.join([entry("star", "1", 5, *ids)])
    assert len(faults(path)["events"]) == 1
    # It is not written into the journal again and again.
    events.agree()
    size = journal_file(path).stat().st_size
    events.agree()
    assert journal_file(path).stat().st_size == size
    mend(filled, events, path)
    assert starred(path) == ({2, 3} if "2611.00002" in ids else {3})
    assert [line for line in Journal(journal_file(path)).read() if isinstance(line, BadLine)] == []
    assert rows(path, "SELECT count(*) FROM orphan") == [(0,)]


def test_twenty_million_ids_are_seen_and_go(filled: Cache, events: Events, path: Path) -> None:
    events.mark("star", True, [3])
    packer_input = b"2406.00001\n" * 20_000_000
    count, packed = 20_000_001, compress(packer_input + b"2406.00001", 9)
    del packer_input
    events.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO event (id, machine, number, clock, kind, value, count, papers, undone, applied)"
            " VALUES (?, ?, 1, 1, 'star', '1', ?, ?, 0, 1)",
            ("0" * 24, OTHER, count, packed),
        )
    assert faults(path)["events"] == ("event 2 is not a valid event: it names 20,000,001 papers",)
    mend(filled, events, path)
    assert starred(path) == {3}
