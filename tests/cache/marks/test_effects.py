"""What follows from many events at once is what follows from each, and costs as much as they are."""

from __future__ import annotations

import random
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reader.cache.marks import events as events_module
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from tests.extensions.sync.machines import NOON, STATES, make_cache
from tests.tiers import rest_long

KINDS = ("read", "star", "hide", "queue", "tag:a", "tag:b", "note", "highlight", "like", "open", "later:kind")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return make_cache(tmp_path / "papers.db")


def make_entries(count: int, papers: Sequence[str], seed: int) -> list[Entry]:
    """Random events of another machine, undo and redo of them, in their order; each names some of the papers."""
    chance = random.Random(seed)
    found: list[Entry] = []
    for number in range(1, count + 1):
        id, clock = f"{number:024x}", int(NOON * 1000) + 10 * number
        if found and chance.random() < 0.2:
            kind, value, about = chance.choice(("undo", "undo", "redo")), chance.choice(found).id, NOBODY
            found.append(Entry(id, "0a" * 6, number, clock, kind, value, 0, about))
            continue
        kind = chance.choice(KINDS)
        value = f"Note {number}" if kind == "note" else "2026-11-24" if kind == "open" else chance.choice("01")
        some = chance.sample(papers, chance.randint(1, len(papers)))
        found.append(
            Entry(id, "0a" * 6, number, clock, kind, value, len(some), zlib.compress("\n".join(some).encode()))
        )
    return found


@contextmanager
def opened(cache: Path) -> Iterator[Events]:
    with closing(Events.open(cache, lambda: NOON)) as events:
        yield events


def unapplied(events: Events) -> int:
    (count,) = events.read(lambda one: one.execute("SELECT count(*) FROM event WHERE applied = 0").fetchone())
    return int(count)


def states(events: Events) -> list[list[tuple[object, ...]]]:
    return events.read(lambda one: [one.execute(query).fetchall() for query in STATES])


@pytest.mark.parametrize("seed", rest_long(range(3), [0]))
@pytest.mark.parametrize(("together", "small"), [(1, 1), (7, 2), (20_000, 100)])
def test_events_that_are_applied_together_do_what_each_alone_does(
    cache: Path, monkeypatch: pytest.MonkeyPatch, together: int, small: int, seed: int
) -> None:
    monkeypatch.setattr(events_module, "TOGETHER", together)
    monkeypatch.setattr(events_module, "SMALL", small)
    entries = make_entries(120, [f"2611.{number:05}" for number in range(1, 7)], seed)
    alone = Path(shutil.copy(cache, cache.with_name("alone.db")))
    with opened(alone) as events:
        for entry in entries:
            events.join([entry])
        wanted = states(events)
    random.Random(seed).shuffle(entries)
    with opened(cache) as events:
        events.join(entries)
        assert states(events) == wanted
        assert unapplied(events) == 0
        events.rebuild()
        assert states(events) == wanted


def test_large_events_are_stored_before_more_of_them_are_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "JOINED_BYTES", 50)
    waiting: list[int] = []
    with opened(cache) as events:

        def read() -> Iterator[Entry]:
            for given in range(10):
                (stored,) = events.read(lambda one: one.execute("SELECT count(*) FROM event").fetchone())
                waiting.append(given - stored)
                yield Entry(f"{given:024x}", "0a" * 6, given, int(NOON * 1000), "later:kind", "x" * 30, 0, NOBODY)

        assert events.join(read()) == 10
    assert max(waiting) == 1


def test_what_is_stopped_is_finished_by_the_next_start(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = make_entries(60, [f"2611.{number:05}" for number in range(1, 6)], 1)
    with opened(cache) as events, monkeypatch.context() as patch:
        patch.setattr("reader.cache.marks.effects.refold", lambda *_: events.stop())
        events.join(entries)
        assert unapplied(events) == 60
    with opened(cache) as events:
        assert unapplied(events) == 0
        before = states(events)
        events.rebuild()
        assert states(events) == before


def test_many_events_of_one_paper_cost_as_much_as_they_are(tmp_path: Path) -> None:
    def steps(count: int, *, anew: bool) -> int:
        """How many thousands of SQLite's own steps it takes."""
        found = 0

        def step() -> int:
            nonlocal found
            found += 1
            return 0

        with opened(make_cache(tmp_path / f"{count}-{anew}" / "papers.db")) as events:
            entries = make_entries(count, ["2611.00001"], 1)
            if anew:
                events.join(entries)
            events.read(lambda one: one.set_progress_handler(step, 1_000))
            if anew:
                events.rebuild()
            else:
                events.join(entries)
        return found

    for anew in (False, True):
        assert steps(3_200, anew=anew) < 6 * steps(800, anew=anew)
