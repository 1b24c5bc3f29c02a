"""Kills the program at random moments, opens its home again, and judges what is there."""

from __future__ import annotations

import random
import signal
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.crash import session
from tests.rigs.crash.damage import DAMAGES
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.operations import OPERATIONS, opening
from tests.rigs.crash.report import Report
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.crash.steps import Step
from tests.rigs.crash.trials import Asked, Scene, make_scene, settle, try_repair, try_scene
from tests.rigs.program import Kill, Run, run

ROUND = 20
"""Kills of one home; then comes a fresh one."""

WHAT = (*OPERATIONS, "reader", "migrate", "repair")

AGAIN = 0.25
"""Share of the openings after a kill that are killed too."""

GROUP = 0.3
"""Share of the kills that take the whole group of processes."""


@dataclass
class Killer:
    """Kills of one seed."""

    stage: Stage
    report: Report
    seed: int
    what: Sequence[str] = WHAT
    longest: dict[str, float] = field(default_factory=lambda: {"migrate": 1.0, "repair": 2.0})
    """The measured seconds of each operation, by its name."""

    def run(self, kills: int, first_round: int = 0) -> None:
        """Kill the program so many times, a round after the other, until something is wrong."""
        for number, done in enumerate(range(0, kills, ROUND), first_round):
            self._run_round(number, min(ROUND, kills - done))
            if self.report.violations:
                return

    def _run_round(self, number: int, kills: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        home = self.stage.new_home()
        now = self._measure(home, chance)
        for step in range(kills):
            name = chance.choice(self.what)
            where = f"--seed {self.seed} --round {number}, step {step}, {name}"
            try:
                now = self._kill(name, home, chance, now, where)
            except sqlite3.DatabaseError as error:
                self.report.violate(where, [f"the cache can't be read: {error}"])
            if self.report.violations:
                return
        for words in (("cache", "verify"), ("doctor",)):
            # The program's own checks must agree that all is well.
            ended = run(words, self.stage.surroundings(home))
            self.report.violate(f"round {number}", ended.failures())

    def _measure(self, home: Path, chance: random.Random) -> Snapshot:
        """Run each operation that was not measured yet to its end, which is judged too."""
        now = read_home(home / "papers.db")
        self.longest.setdefault("opening", opening(now).run(self.stage.surroundings(home)).seconds)
        for name in self.what:
            if name in OPERATIONS and name not in self.longest:
                now = self._try(name, home, chance, now, f"measuring {name}", self._whole)
        return now

    def _kill(self, name: str, home: Path, chance: random.Random, now: Snapshot, where: str) -> Snapshot:
        """Kill an operation; returns what is in the home then."""
        match name:
            case "reader":
                lived = session.live(self.stage, home, chance)
                ended = Run((), -signal.SIGKILL, "", "", lived.seconds)
                self.report.count(name, ended, lived.acknowledged)
                self.report.violate(where, lived.faults)
                asked = Asked(lived.deeds, lived.acknowledged, lived.papers)
                return settle(self.stage, self.report, where, home, now, asked)
            case "migrate":
                scene = make_scene(self.stage, name, self.seed)
                old = self.stage.new_home("old", scene.origin)
                try_scene(self.stage, self.report, scene, where, self._cutting(name, scene.step, chance), old)
                return now
            case "repair":
                damage = chance.choice(tuple(DAMAGES))

                def start(home: Path, step: Step) -> Run:
                    return self._cutting(name, step, chance)(home)

                try_repair(self.stage, self.report, damage, chance.randrange(1000), f"{where} of {damage}", start)
                return now
            case _:
                return self._try(name, home, chance, now, where, self._cutting)

    def _try(
        self,
        name: str,
        home: Path,
        chance: random.Random,
        now: Snapshot,
        where: str,
        starting: Callable[[str, Step, random.Random], Callable[[Path], Run]],
    ) -> Snapshot:
        """Try an operation in a home that others were tried in; its opening may be killed again and again."""
        scene = Scene(name, home, now, OPERATIONS[name](self.stage, chance, now))

        def cut_openings(step: Step) -> None:
            while chance.random() < AGAIN:
                self._cutting("opening", step, chance)(home)

        start = starting(name, scene.step, chance)
        return try_scene(self.stage, self.report, scene, where, start, scene.prepared(self.stage, home), cut_openings)

    def _whole(self, name: str, step: Step, _chance: random.Random) -> Callable[[Path], Run]:
        """Starts a command, which must come to its end."""

        def start(home: Path) -> Run:
            ended = step.run(self.stage.surroundings(home))
            self.longest[name] = ended.seconds
            faults = ended.failures()
            if not step.is_acknowledged(ended):
                faults.append(f"not all of it is acknowledged: {ended.out} {ended.err}")
            self.report.violate(f"measuring {name}", faults)
            return ended

        return start

    def _cutting(self, name: str, step: Step, chance: random.Random) -> Callable[[Path], Run]:
        """Starts a command, and kills it at a random moment of its time."""

        def start(home: Path) -> Run:
            longest = self.longest[name]
            kill = Kill(chance.uniform(0, 1.05 * longest), chance.random() < GROUP)
            ended = step.run(self.stage.surroundings(home), kill)
            if not ended.was_killed:
                self.longest[name] = max(ended.seconds, 0.9 * longest)
            return ended

        return start
