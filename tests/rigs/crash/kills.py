"""Kills the program at random moments, opens its home again, and judges what is there."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.crash import session
from tests.rigs.crash.damage import DAMAGES, make_patient
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.migration import judge_schema, make_marked_home, make_old_origin
from tests.rigs.crash.operations import OPERATIONS, opening
from tests.rigs.crash.oracle import judge_papers, judge_settled
from tests.rigs.crash.report import TENTHS, Report
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.crash.steps import Step
from tests.rigs.crash.trials import MIGRATION, Asked, settle
from tests.rigs.program import Kill, Run, run

ROUND = 20
"""Kills of one home; then comes a fresh one."""

WEIGHTS = {
    "mark": 3,
    "bulk": 3,
    "undo": 3,
    "tag": 2,
    "rename": 2,
    "note": 1,
    "queue": 2,
    "library": 2,
    "import": 2,
    "refresh": 2,
    "compact": 1,
    "read": 2,
    "pdf": 2,
    "refresh-paper": 1,
    "for-you": 1,
    "follow": 1,
    "weigh": 1,
    "interest": 1,
    "sync": 2,
    "agent": 2,
    "rules": 1,
    "digest": 2,
    "digest-file": 1,
    "vectors": 1,
    "settings": 1,
    "mute": 1,
    "group-create": 1,
    "group-join": 1,
    "group-share": 1,
    "group-look": 1,
    "group-leave": 1,
    "reader": 1,
    "migrate": 1,
    "repair": 2,
}
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
        for number, done in enumerate(range(0, kills, ROUND), first_round):
            self._run_round(number, min(ROUND, kills - done))
            cut = sum(row.cut for row in self.report.rows.values())
            self.report.say(f"round {number}: {cut} cut off, {len(self.report.violations)} violations so far")

    def _run_round(self, number: int, kills: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        home = self.stage.new_home()
        self.stage.empty_mailbox()
        now = read_home(home / "papers.db")
        now = self._measure(home, chance, now)
        others: Mapping[str, Callable[[Path, random.Random, Snapshot, str], Snapshot]] = {
            "reader": self._kill_reader,
            "migrate": self._kill_migration,
            "repair": self._kill_repair,
        }
        for step in range(kills):
            (name,) = chance.choices(self.what, [WEIGHTS[name] for name in self.what])
            where = f"--seed {self.seed} --round {number}, step {step}, {name}"
            before = len(self.report.violations)
            try:
                if name in others:
                    now = others[name](home, chance, now, where)
                else:
                    now = self._kill_command(home, chance, now, where, name)
            except sqlite3.DatabaseError as error:
                self.report.violate(where, [f"the cache can't be read: {error}"])
            if len(self.report.violations) > before:
                self._keep(f"{self.seed}-{number}-{step}")
                return
        self._verify(home, f"--seed {self.seed} --round {number}")

    def _measure(self, home: Path, chance: random.Random, now: Snapshot) -> Snapshot:
        """Run each operation that was not measured yet to its end, which is judged too."""
        for name in self.what:
            if name in OPERATIONS and name not in self.longest:
                step = self._prepare(name, home, chance, now)
                ended = step.run(self.stage.surroundings(home))
                faults = ended.mishaps() if ended.code == 0 else [f"{ended.words} failed: {ended.err}"]
                self.longest[name] = ended.seconds
                after = read_home(home / "papers.db")
                faults += judge_settled(now, after, step.all_deeds, step.acknowledged(ended))
                faults += judge_papers(now, after, step.papers, acknowledged=True)
                if step.check is not None:
                    faults += step.check(self.stage, home, True)
                if not step.is_acknowledged(ended):
                    faults.append(f"not all of it is acknowledged: {ended.out} {ended.err}")
                self.report.violate(f"measuring {name}", faults)
                now = after
        if "opening" not in self.longest:
            self.longest["opening"] = run(opening(now).words, self.stage.surroundings(home)).seconds
        return now

    def _prepare(self, name: str, home: Path, chance: random.Random, now: Snapshot) -> Step:
        step = OPERATIONS[name](self.stage, chance, now)
        if step.arrange is not None:
            step.arrange(self.stage, home)
        return step

    # Operations, each in its own way

    def _kill_command(self, home: Path, chance: random.Random, now: Snapshot, where: str, name: str) -> Snapshot:
        step = self._prepare(name, home, chance, now)
        ended = self._cut(home, chance, name, step)
        self.report.violate(where, ended.mishaps())
        asked = Asked.of(step, ended)
        self.report.row(name).acknowledged += asked.acknowledged
        return self._settle(where, name, home, chance, now, asked)

    def _kill_reader(self, home: Path, chance: random.Random, now: Snapshot, where: str) -> Snapshot:
        lived = session.live(self.stage, home, chance)
        row = self.report.row("reader")
        row.tries += 1
        row.cut += 1
        row.seconds += lived.seconds
        row.moments[lived.tenth] += 1
        row.acknowledged += lived.acknowledged
        self.report.violate(where, lived.faults)
        asked = Asked(lived.deeds, lived.acknowledged, lived.papers)
        return self._settle(where, "reader", home, chance, now, asked)

    def _kill_migration(self, _home: Path, chance: random.Random, now: Snapshot, where: str) -> Snapshot:
        """Migrate a home of its own; `now` stays as it is."""
        old = self.stage.new_home("old", make_old_origin(self.stage))
        before = read_home(old / "papers.db")
        self.longest.setdefault("migrate", 1.0)
        ended = self._cut(old, chance, "migrate", MIGRATION)
        left = read_home(old / "papers.db")
        faults = ended.mishaps() + judge_schema(old, before, left, is_settled=ended.code == 0)
        self.report.violate(where, faults)
        after = self._settle(where, "migrate", old, chance, before, Asked())
        self.report.violate(where, judge_schema(old, before, after, is_settled=True))
        return now

    def _kill_repair(self, _home: Path, chance: random.Random, now: Snapshot, where: str) -> Snapshot:
        """Break a home of its own, and kill the command that doctor names; run again, it must lose nothing."""
        origin = make_marked_home(self.stage)
        damage = chance.choice(tuple(DAMAGES))
        patient = make_patient(self.stage, origin, read_home(origin / "papers.db"), damage, chance)
        where = f"{where} of {damage}"
        if words := patient.diagnose():
            self.longest.setdefault("repair", 2.0)
            ended = self._cut(patient.home, chance, "repair", Step(words))
            patient.faults += ended.mishaps()
            patient.cure()
            self.report.violate(where, patient.judge())
        else:
            self.report.violate(where, patient.faults or [f"doctor finds nothing wrong with {damage}"])
        return now

    # Steps of all

    def _cut(self, home: Path, chance: random.Random, name: str, step: Step) -> Run:
        """Run a command, and kill it at a random moment of its time."""
        row, longest = self.report.row(name), self.longest[name]
        kill = Kill(chance.uniform(0, 1.05 * longest), chance.random() < GROUP)
        ended = step.run(self.stage.surroundings(home), kill)
        row.tries += 1
        row.seconds += ended.seconds
        if ended.was_killed:
            row.cut += 1
            row.moments[min(TENTHS - 1, int(TENTHS * kill.moment / longest))] += 1
        else:
            self.longest[name] = max(ended.seconds, 0.9 * longest)
        return ended

    def _settle(
        self, where: str, name: str, home: Path, chance: random.Random, before: Snapshot, asked: Asked
    ) -> Snapshot:
        """Judge the home, which is opened again, maybe under more kills."""

        def cut_openings(left: Snapshot) -> None:
            while chance.random() < AGAIN:
                self._cut(home, chance, "opening", opening(left))

        after = settle(self.stage, self.report, where, home, before, asked, cut_openings)
        self.report.row(name).landed += max(0, len(after.entries) - len(before.entries) - asked.acknowledged)
        return after

    def _verify(self, home: Path, where: str) -> None:
        """The program's own checks must agree that all is well."""
        for words in (("cache", "verify"), ("doctor",)):
            ended = run(words, self.stage.surroundings(home))
            if ended.code:
                self.report.violate(where, [f"{' '.join(words)} says: {ended.out}{ended.err}"])

    def _keep(self, name: str) -> None:
        if self.kept is not None:
            self.kept.mkdir(parents=True, exist_ok=True)
            for home in self.stage.folder.iterdir():
                if home.name in ("home", "old", "broken"):
                    shutil.copytree(home, self.kept / f"{name}-{home.name}", dirs_exist_ok=True)
            self.report.say(f"The homes are kept in {self.kept / name}-*")


def names(chosen: Iterable[str], known: Iterable[str] = WEIGHTS) -> tuple[str, ...]:
    """The chosen operations; raises ValueError for an unknown one."""
    found = tuple(chosen)
    if wrong := set(found) - set(known):
        raise ValueError(f"{min(wrong)} is none of {', '.join(known)}.")
    return found
