"""Runs commands on full disks: small file systems in memory."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.operations import OPERATIONS
from tests.rigs.crash.report import Report
from tests.rigs.crash.trials import Scene, make_scene, try_scene
from tests.rigs.program import Run

WHAT = (*OPERATIONS, "migrate")

LARGEST = 22
"""The most room on a disk is 2 to the power of this, in bytes; little room is tried as often as much."""

ROOMY = 1 << 30
"""Bytes of a disk that is not full."""


def run_small_disks(stage: Stage, report: Report, sizes: int, seed: int, what: Sequence[str] = WHAT) -> bool:
    """Try operations on small disks with random room; False where no disk can be made."""
    chance = random.Random(f"{seed}/disks")
    scenes = [make_scene(stage, name, seed) for name in what]
    for _ in range(sizes):
        scene = chance.choice(scenes)
        room = int(2 ** chance.uniform(9, LARGEST))
        with _small_disk(stage, scene, room) as home:
            if home is None:
                return False

            def start(home: Path, scene: Scene = scene) -> Run:
                ran = scene.step.run(stage.surroundings(home))
                # As a user does who frees some room.
                mount("-o", f"remount,size={ROOMY}", str(home.parent))
                return ran

            try_scene(stage, report, scene, f"{scene.name} with {room:,} bytes of room", start, home)
    return True


@contextmanager
def _small_disk(stage: Stage, scene: Scene, room: int) -> Iterator[Path | None]:
    """A copy of a scene's home on a disk with so much room; None where the user may not mount one."""
    folder = stage.folder / "disk"
    folder.mkdir(exist_ok=True)
    if sys.platform != "linux" or not mount("-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder)):
        yield None
        return
    try:
        home = scene.prepared(stage, Path(shutil.copytree(scene.origin, folder / "home")))
        mount("-o", f"remount,size={shutil.disk_usage(folder).used + room}", str(folder))
        yield home
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def mount(*words: str) -> bool:
    """Mount a file system; False where the user may not."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        return False
    return subprocess.run([mount, *words], check=False, capture_output=True).returncode == 0
