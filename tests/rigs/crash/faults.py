"""Lets the n-th write of a command fail, for n = 1, 2, 3 … until the command ends without meeting the fault."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, product
from pathlib import Path

import pytest

from tests.rigs.crash.damage import DAMAGES
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.operations import OPERATIONS
from tests.rigs.crash.report import Report
from tests.rigs.crash.steps import Step
from tests.rigs.crash.trials import make_scene, try_repair, try_scene
from tests.rigs.program import Run

SOURCE = Path(__file__).with_name("faults.c")

WHAT = (*(name for name in OPERATIONS if name != "refresh"), "migrate", "repair")
"""A refresh writes in no order that comes again."""


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
    """Try every `step`-th write of each operation with each kind of fault, until it ends before the fault."""
    told = stage.folder / "fault.txt"
    repairs = [f"repair of {damage}" for damage in DAMAGES] if "repair" in what else []
    for name, fault in product((*(one for one in what if one != "repair"), *repairs), faults):
        scene = None if name in repairs else make_scene(stage, name, seed)
        for n in count(1, step):
            told.unlink(missing_ok=True)
            more = {"LD_PRELOAD": str(library), "FAULT_AT": str(n), "FAULT_REPORT": str(told)}
            more |= {"FAULT_ERROR": str(fault.error)} | ({"FAULT_ON": "1"} if fault.goes_on else {})

            def start(home: Path, step: Step, more: Mapping[str, str] = more) -> Run:
                return step.run(stage.surroundings(home, **more, FAULT_FOLDER=f"{home}/"))

            where = f"{name}, {fault.name} at write {n}"
            if scene is None:
                try_repair(stage, report, name.removeprefix("repair of "), seed, where, start)
            else:
                try_scene(stage, report, scene, where, partial(start, step=scene.step), scene.copy(stage))
            if not told.exists():
                break
