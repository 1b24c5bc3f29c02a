"""Breaks caches in every way that `doctor` must find, and judges what the command that it names makes of them."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.oracle import derive, judge_settled, states_by_paper
from tests.rigs.crash.snapshot import read_home
from tests.rigs.program import run

PAGE = 4096


def _cut(cache: Path, chance: random.Random) -> None:
    size = cache.stat().st_size
    with cache.open("r+b") as file:
        file.truncate(chance.choice([size // 2, chance.randrange(1, size)]))


def _flip(cache: Path, chance: random.Random) -> None:
    """Change some bytes of many pages: at least the file's check fails."""
    with cache.open("r+b") as file:
        for page in range(0, cache.stat().st_size // PAGE, 3):
            file.seek(page * PAGE + chance.choice([0, 3, 5, chance.randrange(8, 100)]))
            file.write(chance.randbytes(4))


def _no_database(cache: Path, chance: random.Random) -> None:
    cache.write_bytes(chance.randbytes(chance.randrange(1, 20_000)))


def _foreign(cache: Path, _chance: random.Random) -> None:
    cache.unlink()
    _change(cache, "CREATE TABLE song (name TEXT)", "INSERT INTO song VALUES ('mine')")


def _newer(cache: Path, _chance: random.Random) -> None:
    _change(cache, "UPDATE alembic_version SET version_num = '9999'")


def _missing(cache: Path, _chance: random.Random) -> None:
    cache.unlink()


def _dropped(cache: Path, chance: random.Random) -> None:
    _change(cache, f"DROP TABLE {chance.choice(['event', 'paper_topic', 'meta', 'effect', 'listing'])}")


def _index(cache: Path, _chance: random.Random) -> None:
    _change(cache, "DELETE FROM paper_fts_data WHERE id > 10")


def _marks(cache: Path, _chance: random.Random) -> None:
    _change(cache, "UPDATE paper SET starred = 1 - starred", "DELETE FROM event WHERE kind = 'read'")


def _no_journal(cache: Path, _chance: random.Random) -> None:
    _journal(cache).unlink()


def _torn_journal(cache: Path, chance: random.Random) -> None:
    data = _journal(cache).read_bytes()
    _journal(cache).write_bytes(data[: chance.randrange(len(data))])


def _change(cache: Path, *statements: str) -> None:
    with closing(sqlite3.connect(cache)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _journal(cache: Path) -> Path:
    return cache.with_name("papers.journal.jsonl")


Damage = Callable[[Path, random.Random], None]

DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {
        "cut": _cut,
        "flipped": _flip,
        "no database": _no_database,
        "foreign": _foreign,
        "newer": _newer,
        "missing": _missing,
        "dropped": _dropped,
        "index": _index,
        "marks": _marks,
        "no journal": _no_journal,
        "torn journal": _torn_journal,
    }
)

KEEPS_PAPERS = ("index", "marks", "no journal", "torn journal", "newer", "dropped")
"""Damages that leave all papers readable; after the others, the rest is fetched again."""


class Patient:
    """A copy of a home, broken, on its way through `doctor` and the command that it names."""

    def __init__(self, stage: Stage, origin: Path, damage: str, chance: random.Random) -> None:
        self.home = stage.new_home("broken", origin)
        self.faults: list[str] = []
        self._surroundings = stage.surroundings(self.home)
        self._cache = self.home / "papers.db"
        self._before = read_home(origin / "papers.db")
        self._damage = damage
        DAMAGES[damage](self._cache, chance)
        self._broken = self._cache.read_bytes() if self._cache.exists() else b""

    def diagnose(self) -> tuple[str, ...]:
        """The words of the one command that doctor names; empty if it finds nothing."""
        ended = run(("doctor",), self._surroundings)
        self.faults += ended.mishaps()
        found = set(re.findall(r"'dailypapers ((?:cache repair|restore)[^']*)'", ended.out))
        if ended.code == 0:
            return ()
        if len(found) != 1:
            self.faults.append(f"doctor names {sorted(found)}: {ended.out}{ended.err}")
            return ()
        return tuple(found.pop().split())

    def cure(self) -> None:
        """Run what doctor names until it finds nothing, once in all."""
        if words := self.diagnose():
            self.faults += run(words, self._surroundings).failures()
            if again := self.diagnose():
                self.faults.append(f"after {' '.join(words)}, doctor names {' '.join(again)}")

    def judge(self) -> list[str]:
        """What is wrong with the cured home: each event is there, and the broken file is kept."""
        # As any start does, it finishes a mark that a killed program had begun to apply.
        self.faults += run(("count",), self._surroundings).mishaps()
        before, after = self._before, read_home(self._cache)
        faults = [*self.faults, *judge_settled(before, after, (), 0)]
        if self._damage in KEEPS_PAPERS and (lost := before.states.keys() - after.states.keys()):
            faults.append(f"{len(lost)} papers are lost")
        kept = [file.read_bytes() for file in self.home.rglob("papers.db*") if file != self._cache]
        if self._broken and self._broken not in kept:
            faults.append("the broken file is not kept")
        true = states_by_paper(derive(before.entries, before.aliases))
        wrong = [id for id, states in after.states.items() if states != true.get(id, frozenset())]
        return faults + ([f"{len(wrong)} papers have other states than before"] if wrong else [])
