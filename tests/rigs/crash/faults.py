"""Lets the n-th write of a command fail, for n = 1, 2, 3 … until the command ends without meeting the fault."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.rigs.crash.damage import DAMAGES, try_repair
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.report import Report
from tests.rigs.crash.trials import Scene, make_scenes, try_scene
from tests.rigs.program import Run, run

SOURCE = Path(__file__).with_name("faults.c")

WHAT = (
    *("mark", "undo", "bulk", "tag", "rename", "note", "queue", "library"),
    *("import", "read", "pdf", "refresh-paper", "for-you", "sync", "digest", "compact", "migrate", "repair"),
    *("follow", "weigh", "agent", "rules", "digest-file", "vectors", "settings", "mute"),
    *("group-create", "group-join", "group-share", "group-look", "group-leave"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """How a write fails."""

    name: str
    error: int
    """The errno; 0 writes half of the bytes."""
    goes_on: bool
    """Whether all later writes fail too."""


FAULTS = (
    Fault("EIO once", errno.EIO, False),
    Fault("EIO from then on", errno.EIO, True),
    Fault("ENOSPC once", errno.ENOSPC, False),
    Fault("ENOSPC from then on", errno.ENOSPC, True),
    Fault("half a write", 0, False),
)


def build_library(folder: Path, source: Path = SOURCE) -> Path | None:
    """Compile the library that makes writes fail, or another one; None without a compiler or such a linker."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / f"{source.stem}.so"
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], capture_output=True, check=False
    )
    return library if built.returncode == 0 else None


def without_locks(folder: Path, error: int, at: Path) -> dict[str, str]:
    """Variables with which no file of a folder can be locked, by a library that is compiled at a folder."""
    library = build_library(at)
    if library is None:
        pytest.skip("it needs Linux and a C compiler")
    return {"LD_PRELOAD": str(library), "FAULT_FOLDER": f"{folder}/", "FAULT_LOCKS": str(error)}


def run_faults(
    stage: Stage,
    report: Report,
    library: Path,
    seed: int,
    what: Sequence[str] = WHAT,
    faults: Sequence[Fault] = FAULTS,
    step: int = 1,
) -> None:
    """Try every `step`-th write of each operation with each kind of fault."""
    injector = _Injector(stage, report, library)
    for scene in make_scenes(stage, [name for name in what if name != "repair"], seed):
        for fault in faults:
            injector.run(scene.name, fault, step, partial(injector.try_scene, scene))
    for damage in DAMAGES if "repair" in what else ():
        for fault in faults:
            injector.run(f"repair of {damage}", fault, step, partial(injector.try_repair, damage, seed))


@dataclass
class _Injector:
    """Runs commands with faults."""

    stage: Stage
    report: Report
    library: Path

    @property
    def _told(self) -> Path:
        return self.stage.folder / "fault.txt"

    def run(self, name: str, fault: Fault, step: int, one: Callable[[Fault, int, str], None]) -> None:
        """Try one write after the other until the command ends before the fault."""
        for n in count(1, step):
            where = f"{name}, {fault.name} at write {n}"
            self._told.unlink(missing_ok=True)
            one(fault, n, where)
            if not self._told.exists():
                self.report.say(f"{where}: the command ends before")
                return

    def try_scene(self, scene: Scene, fault: Fault, n: int, where: str) -> None:
        """Run a scene with a fault."""

        def start(home: Path) -> Run:
            return scene.step.run(self._surroundings(home, fault, n))

        try_scene(self.stage, self.report, scene, where, start)

    def try_repair(self, damage: str, seed: int, fault: Fault, n: int, where: str) -> None:
        """Run a repair with a fault."""

        def start(home: Path, words: tuple[str, ...]) -> Run:
            return run(words, self._surroundings(home, fault, n))

        try_repair(self.stage, self.report, damage, seed, where, start)

    def _surroundings(self, home: Path, fault: Fault, n: int) -> dict[str, str]:
        more = {"LD_PRELOAD": str(self.library), "FAULT_FOLDER": f"{home}/", "FAULT_AT": str(n)}
        more |= {"FAULT_REPORT": str(self._told), "FAULT_ERROR": str(fault.error)}
        more |= {"FAULT_ON": "1"} if fault.goes_on else {}
        return self.stage.surroundings(home, **more)
