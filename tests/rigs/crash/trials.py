"""One try of an operation on a home: what it acknowledged, what it left, and what the next opening makes of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.migration import judge_schema, make_marked_home, make_old_origin
from tests.rigs.crash.operations import OPERATIONS, opening
from tests.rigs.crash.oracle import Deed, judge_moment, judge_papers, judge_settled
from tests.rigs.crash.report import Report
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.crash.steps import Check, Step
from tests.rigs.program import Run, run

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

    @classmethod
    def of(cls, step: Step, ended: Run) -> Asked:
        """What was asked by a command that ended in this way."""
        is_done = step.is_acknowledged(ended)
        return cls(step.all_deeds, step.acknowledged(ended), step.papers, is_done, step.check)


@dataclass(frozen=True, slots=True)
class Scene:
    """An operation and the home in which it is tried, again and again from the same state."""

    name: str
    origin: Path
    before: Snapshot
    step: Step

    def arrange(self, stage: Stage, home: Path) -> None:
        """Prepare a copy of the home for the step."""
        if self.step.arrange is not None:
            self.step.arrange(stage, home)

    def judge_schema(self, home: Path, after: Snapshot, *, is_settled: bool) -> list[str]:
        """What is wrong with the schema or its backup, if this is a migration."""
        if self.step is not MIGRATION:
            return []
        return judge_schema(home, self.before, after, is_settled=is_settled)


def make_scenes(stage: Stage, names: Sequence[str], seed: int) -> list[Scene]:
    """The scenes of some operations, in homes with some marks."""
    marked = make_marked_home(stage)
    before = read_home(marked / "papers.db")
    scenes = []
    for name in names:
        if name == "migrate":
            old = make_old_origin(stage)
            scenes.append(Scene(name, old, read_home(old / "papers.db"), MIGRATION))
        else:
            step = OPERATIONS[name](stage, random.Random(f"{seed}/{name}"), before)
            scenes.append(Scene(name, marked, before, step))
    return scenes


def settle(
    stage: Stage,
    report: Report,
    where: str,
    home: Path,
    before: Snapshot,
    asked: Asked,
    meanwhile: Callable[[Snapshot], None] | None = None,
) -> Snapshot:
    """Judge a home as it was left, open it again, and judge it once more; `meanwhile` comes between."""
    cache = home / "papers.db"
    left = read_home(cache, deep=False)
    report.violate(f"{where}, as it was left", judge_moment(before, left, asked.deeds, asked.acknowledged))
    if meanwhile is not None:
        meanwhile(left)
    ended = run(opening(left).words, stage.surroundings(home))
    faults = ended.mishaps()
    if ended.code:
        faults.append(f"the next opening failed: {ended.err.strip()}")
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
    home: Path | None = None,
) -> Run:
    """Run a scene once by `start`, in a fresh home or in `home`, which is arranged, and judge what comes of it."""
    if home is None:
        home = stage.new_home("home", scene.origin)
        scene.arrange(stage, home)
    stage.empty_mailbox()
    row = report.row(scene.name)
    row.tries += 1
    ended = start(home)
    row.seconds += ended.seconds
    asked = Asked.of(scene.step, ended)
    row.acknowledged += asked.acknowledged
    row.cut += ended.code != 0
    faults = ended.mishaps()
    if scene.step is MIGRATION:
        left = read_home(home / "papers.db", deep=False)
        faults += scene.judge_schema(home, left, is_settled=ended.code == 0)
    report.violate(where, faults)
    after = settle(stage, report, where, home, scene.before, asked)
    row.landed += max(0, len(after.entries) - len(scene.before.entries) - asked.acknowledged)
    report.violate(where, scene.judge_schema(home, after, is_settled=True))
    return ended
