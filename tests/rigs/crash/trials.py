"""One try of an operation on a home: what it acknowledged, what it left, and what the next opening makes of it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.crash.damage import Patient
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.migration import judge_schema, make_marked_home, make_old_origin
from tests.rigs.crash.operations import OPERATIONS, opening
from tests.rigs.crash.oracle import Deed, judge_moment, judge_papers, judge_settled
from tests.rigs.crash.report import Report
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.crash.steps import Check, Step
from tests.rigs.program import Run

MIGRATION = Step(("count",))
"""Any command migrates an older home."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the program was asked to do, and how much of it it said to be done."""

    deeds: Sequence[Deed] = ()
    acknowledged: int = 0
    papers: frozenset[str] = frozenset()
    is_acknowledged: bool = False
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """An operation and the home in which it is tried, again and again from the same state."""

    name: str
    origin: Path
    before: Snapshot
    step: Step

    def copy(self, stage: Stage) -> Path:
        """A fresh home, prepared for the step."""
        return self.prepared(stage, stage.new_home("home", self.origin))

    def prepared(self, stage: Stage, home: Path) -> Path:
        """A copy of the home, prepared for the step."""
        if self.step.arrange is not None:
            self.step.arrange(stage, home)
        return home


def make_scene(stage: Stage, name: str, seed: int | str) -> Scene:
    """The scene of an operation, in a home with some marks."""
    if name == "migrate":
        old = make_old_origin(stage)
        return Scene(name, old, read_home(old / "papers.db"), MIGRATION)
    marked = make_marked_home(stage)
    before = read_home(marked / "papers.db")
    return Scene(name, marked, before, OPERATIONS[name](stage, random.Random(f"{seed}/{name}"), before))


def settle(
    stage: Stage,
    report: Report,
    where: str,
    home: Path,
    before: Snapshot,
    asked: Asked,
    meanwhile: Callable[[Step], None] | None = None,
) -> Snapshot:
    """Judge a home as it was left, open it again, and judge it once more; `meanwhile` does something to the opening."""
    cache = home / "papers.db"
    left = read_home(cache, deep=False)
    report.violate(f"{where}, as it was left", judge_moment(before, left, asked.deeds, asked.acknowledged))
    step = opening(left)
    if meanwhile is not None:
        meanwhile(step)
    faults = step.run(stage.surroundings(home)).failures()
    after = read_home(cache)
    faults += judge_settled(before, after, asked.deeds, asked.acknowledged)
    faults += judge_papers(before, after, asked.papers, acknowledged=asked.is_acknowledged)
    if asked.check is not None:
        faults += asked.check(stage, home, asked.is_acknowledged)
    report.violate(f"{where}, opened again", faults)
    return after


def try_scene(
    stage: Stage,
    report: Report,
    scene: Scene,
    where: str,
    start: Callable[[Path], Run],
    home: Path,
    meanwhile: Callable[[Step], None] | None = None,
) -> Snapshot:
    """Run a scene once by `start`, in a home that is prepared for it, and judge what comes of it."""
    stage.empty_mailbox()
    step, ended = scene.step, start(home)
    asked = Asked(step.all_deeds, step.acknowledged(ended), step.papers, step.is_acknowledged(ended), step.check)
    report.count(scene.name, ended, asked.acknowledged)
    faults = ended.mishaps()
    if step is MIGRATION:
        left = read_home(home / "papers.db", deep=False)
        faults += judge_schema(home, scene.before, left, is_settled=ended.code == 0)
    report.violate(where, faults)
    after = settle(stage, report, where, home, scene.before, asked, meanwhile)
    if step is MIGRATION:
        report.violate(where, judge_schema(home, scene.before, after, is_settled=True))
    return after


def try_repair(
    stage: Stage, report: Report, damage: str, seed: int, where: str, start: Callable[[Path, Step], Run]
) -> None:
    """Break a home always in the same way, run the command that doctor names by `start`, and then cure the home."""
    origin = make_marked_home(stage)
    patient = Patient(stage, origin, damage, random.Random(f"{seed}/{damage}"))
    if not (words := patient.diagnose()):
        report.violate(where, patient.faults or [f"doctor finds nothing wrong with {damage}"])
        return
    ended = start(patient.home, Step(words))
    report.count("repair", ended)
    patient.faults += ended.mishaps()
    patient.cure()
    try:
        report.violate(where, patient.judge())
    except sqlite3.DatabaseError as error:
        report.violate(where, [*patient.faults, f"the cured cache can't be read: {error}"])
