"""Lets the n-th write of a command fail, for n = 1, 2, 3 … until the command ends without meeting the fault."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.crash.homes import Stage
from tests.crash.program import Run, run
from tests.crash.report import Report
from tests.crash.trials import Scene, make_scenes, try_scene

SOURCE = Path(__file__).with_name("faults.c")

WHAT = ("mark", "undo", "bulk", "import", "compact", "migrate")


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


def build_library(folder: Path) -> Path | None:
    """Compile the library that makes writes fail; None where there is no compiler, or no such linker."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "faults.so"
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], capture_output=True, check=False
    )
    return library if built.returncode == 0 else None


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
    for scene in make_scenes(stage, what, seed):
        for fault in faults:
            for n in count(1, step):
                where = f"{scene.name}, {fault.name} at write {n}"
                failed = _try(stage, report, scene, library, fault, n, where)
                if failed is None:
                    report.say(f"{where}: the command ends before")
                    break


def _try(stage: Stage, report: Report, scene: Scene, library: Path, fault: Fault, n: int, where: str) -> str | None:
    """Run a scene with a fault; returns the name of the function that failed, None if it was never called."""
    told = stage.folder / "fault.txt"
    told.unlink(missing_ok=True)

    def start(home: Path) -> Run:
        more = {"LD_PRELOAD": str(library), "FAULT_FOLDER": f"{home}/", "FAULT_AT": str(n), "FAULT_REPORT": str(told)}
        more |= {"FAULT_ERROR": str(fault.error)} | ({"FAULT_ON": "1"} if fault.goes_on else {})
        return run(scene.step.words, stage.surroundings(home, **more))

    try_scene(stage, report, scene, where, start)
    return told.read_text() if told.exists() else None
