"""Breaks caches in every way that `doctor` must find, and judges what the command that it names makes of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tests import breakage
from tests.breakage import Break, sql
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.oracle import derive, judge_settled, states_by_paper
from tests.rigs.crash.snapshot import read_home
from tests.rigs.program import run

TABLES = ("event", "paper_topic", "meta", "effect", "listing")

DAMAGES: Mapping[str, Callable[[random.Random], Break]] = MappingProxyType(
    {
        "cut": lambda chance: breakage.cut(chance.random()),
        "flipped": lambda chance: breakage.flip(60_000, chance.randrange(1_000)),
        "no database": lambda chance: breakage.replace(chance.randbytes(chance.randrange(1, 20_000))),
        "foreign": lambda _: breakage.put_foreign,
        "newer": lambda _: breakage.make_newer,
        "missing": lambda _: breakage.remove,
        "dropped": lambda chance: sql(f"DROP TABLE {chance.choice(TABLES)}"),
        "index": lambda _: breakage.damage_index,
        "marks": lambda _: sql("UPDATE paper SET starred = 1 - starred", "DELETE FROM event WHERE kind = 'read'"),
        "no journal": lambda _: breakage.drop_journal,
        "torn journal": lambda _: breakage.cut_journal,
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
        DAMAGES[damage](chance)(self.home)
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
