"""Kills the program at random moments, opens its home again, and judges what is there."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import session
from tests.crash.homes import Stage
from tests.crash.operations import OPERATIONS, Step, opening
from tests.crash.oracle import Deed, Snapshot, judge_moment, judge_papers, judge_settled, read_home
from tests.crash.program import Kill, Run, run
from tests.crash.report import TENTHS, Report

ROUND = 20
"""Kills of one home; then comes a fresh one."""

READER = "reader"

WEIGHTS = {"mark": 3, "bulk": 3, "undo": 3, "import": 2, "refresh": 2, "compact": 1, READER: 1}
"""How often each operation is tried, beside the others."""

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
    what: Sequence[str]
    kept: Path | None = None
    """Where homes with violations are kept."""
    longest: dict[str, float] = field(default_factory=dict)
    """The measured seconds of each operation, by its name."""

    def run(self, kills: int, first_round: int = 0) -> None:
        """Kill the program so many times, a round after the other."""
        done, number = 0, first_round
        while done < kills:
            self._run_round(number, min(ROUND, kills - done))
            done += ROUND
            number += 1
            row = self.report.rows.values()
            self.report.say(f"round {number}: {sum(one.cut for one in row)} cut off, {len(self.report.violations)} bad")

    def _run_round(self, number: int, kills: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        home = self.stage.new_home()
        now = read_home(home / "papers.db")
        weights = [WEIGHTS[name] for name in self.what]
        if number % 5 == 0 or not self.longest:
            now = self._measure(home, chance, now)
        for step in range(kills):
            (name,) = chance.choices(self.what, weights)
            where = f"--seed {self.seed} --round {number}, step {step}, {name}"
            before = len(self.report.violations)
            now = self._kill(home, chance, now, name, where)
            if len(self.report.violations) > before:
                self._keep(home, f"{self.seed}-{number}-{step}")
                return
        self._verify(home, f"--seed {self.seed} --round {number}")

    def _measure(self, home: Path, chance: random.Random, now: Snapshot) -> Snapshot:
        """Run each operation to its end, which is to be judged too."""
        for name in self.what:
            if name == READER:
                continue
            step = OPERATIONS[name](self.stage, chance, now)
            ended = run(step.words, self.stage.surroundings(home, **step.environment))
            if ended.code:
                self.report.violate(f"measuring {name}", [f"{ended.words} failed: {ended.err}"])
            self.longest[name] = ended.seconds
            now = self._judge(f"measuring {name}", home, now, step, ended)
        ended = run(opening(now).words, self.stage.surroundings(home))
        self.longest["opening"] = ended.seconds
        return now

    def _kill(self, home: Path, chance: random.Random, now: Snapshot, name: str, where: str) -> Snapshot:
        """Try one operation."""
        row = self.report.row(name)
        row.tries += 1
        if name == READER:
            lived = session.live(self.stage, home, chance)
            row.cut += 1
            row.seconds += lived.seconds
            row.moments[lived.tenth] += 1
            row.acknowledged += lived.acknowledged
            self.report.violate(where, lived.faults)
            return self._settle(where, name, home, chance, now, lived.deeds, lived.acknowledged, lived.papers)
        step = OPERATIONS[name](self.stage, chance, now)
        longest = self.longest[name]
        kill = Kill(chance.uniform(0, 1.05 * longest), chance.random() < GROUP)
        ended = run(step.words, self.stage.surroundings(home, **step.environment), kill)
        row.seconds += ended.seconds
        if ended.was_killed:
            row.cut += 1
            row.moments[min(TENTHS - 1, int(TENTHS * kill.moment / longest))] += 1
        else:
            self.longest[name] = max(ended.seconds, 0.9 * longest)
        self.report.violate(where, ended.mishaps())
        is_acknowledged = step.is_acknowledged(ended)
        acknowledged = len(step.deeds) if is_acknowledged else 0
        row.acknowledged += acknowledged
        asked = step.papers
        return self._settle(where, name, home, chance, now, step.deeds, acknowledged, asked, is_acknowledged)

    def _settle(
        self,
        where: str,
        name: str,
        home: Path,
        chance: random.Random,
        before: Snapshot,
        deeds: Sequence[Deed],
        acknowledged: int,
        papers: frozenset[str],
        are_papers_acknowledged: bool = False,
    ) -> Snapshot:
        """Judge the home as it was left, open it again, maybe under more kills, and judge it once more."""
        cache = home / "papers.db"
        left = read_home(cache, deep=False)
        self.report.violate(f"{where}, as it was left", judge_moment(before, left, deeds, acknowledged))
        while chance.random() < AGAIN:
            self._open(home, left, Kill(chance.uniform(0, self.longest["opening"])))
        ended = self._open(home, left, None)
        faults = ended.mishaps()
        if ended.code:
            faults.append(f"the next opening failed: {ended.err.strip()}")
        after = read_home(cache)
        faults += judge_settled(before, after, deeds, acknowledged)
        faults += judge_papers(before, after, papers, acknowledged=are_papers_acknowledged)
        self.report.violate(f"{where}, opened again", faults)
        self.report.row(name).landed += max(0, len(after.entries) - len(before.entries) - acknowledged)
        return after

    def _open(self, home: Path, left: Snapshot, kill: Kill | None) -> Run:
        row = self.report.row("opening")
        row.tries += 1
        ended = run(opening(left).words, self.stage.surroundings(home), kill)
        row.cut += ended.was_killed
        row.seconds += ended.seconds
        return ended

    def _judge(self, where: str, home: Path, before: Snapshot, step: Step, ended: Run) -> Snapshot:
        after = read_home(home / "papers.db")
        faults = ended.mishaps() + judge_settled(before, after, step.deeds, len(step.deeds))
        self.report.violate(where, faults + judge_papers(before, after, step.papers, acknowledged=True))
        return after

    def _verify(self, home: Path, where: str) -> None:
        """The program's own checks must agree that all is well."""
        for words in (("cache", "verify"), ("doctor",)):
            ended = run(words, self.stage.surroundings(home))
            if ended.code:
                self.report.violate(where, [f"{' '.join(words)} says: {ended.out}{ended.err}"])

    def _keep(self, home: Path, name: str) -> None:
        if self.kept is not None:
            self.kept.mkdir(parents=True, exist_ok=True)
            shutil.copytree(home, self.kept / name, dirs_exist_ok=True)
            self.report.say(f"The home is kept in {self.kept / name}")


def names(what: str, known: Mapping[str, int] = WEIGHTS) -> tuple[str, ...]:
    """The operations of a comma-separated list; raises ValueError for an unknown one."""
    chosen = tuple(what.split(",")) if what else tuple(known)
    for name in chosen:
        if name not in known:
            raise ValueError(f"{name} is none of {', '.join(known)}.")
    return chosen
