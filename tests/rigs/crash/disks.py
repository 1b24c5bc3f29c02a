"""Runs commands on full disks: with a bound on the size of files, and on a small file system in memory."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.rigs.crash.damage import DAMAGES, try_repair
from tests.rigs.crash.homes import Stage
from tests.rigs.crash.report import Report
from tests.rigs.crash.trials import Scene, make_scenes, try_scene
from tests.rigs.program import Run, run

WHAT = (
    *("mark", "undo", "bulk", "tag", "rename", "note", "queue", "library"),
    *("import", "refresh", "read", "pdf", "refresh-paper", "for-you", "sync", "digest", "compact", "migrate"),
    *("follow", "weigh", "agent", "rules", "digest-file", "vectors", "settings", "mute"),
    *("group-create", "group-join", "group-share", "group-look", "group-leave"),
)

LARGEST = 1 << 22
"""Bytes of the largest bound, and of the most room on a disk; small ones are tried as often as large ones."""


def run_limits(stage: Stage, report: Report, sizes: int, seed: int, what: Sequence[str] = WHAT) -> None:
    """Try operations with so many random bounds on the size of files."""
    chance = random.Random(f"{seed}/limits")
    scenes = make_scenes(stage, what, seed)
    for _ in range(sizes):
        scene, size = chance.choice(scenes), _size(chance)

        def start(home: Path, scene: Scene = scene, size: int = size) -> Run:
            return scene.step.run(stage.surroundings(home), file_size=size)

        try_scene(stage, report, scene, f"{scene.name} with files of {size:,} bytes at most", start)


def run_small_disks(stage: Stage, report: Report, sizes: int, seed: int, what: Sequence[str] = WHAT) -> bool:
    """Try operations on small disks with random room; False where no disk can be made."""
    chance = random.Random(f"{seed}/disks")
    scenes = make_scenes(stage, what, seed)
    for _ in range(sizes):
        scene = chance.choice(scenes)
        room = _size(chance)
        with _small_disk(stage, scene, room) as home:
            if home is None:
                return False

            def start(home: Path, scene: Scene = scene) -> Run:
                ran = scene.step.run(stage.surroundings(home))
                _grow(home.parent)
                return ran

            try_scene(stage, report, scene, f"{scene.name} with {room:,} bytes of room", start, home)
    return True


def run_repair_limits(stage: Stage, report: Report, sizes: int, seed: int) -> None:
    """Try repairs with so many random bounds on the size of files."""
    chance = random.Random(f"{seed}/repairs")
    for _ in range(sizes):
        damage, size = chance.choice(tuple(DAMAGES)), _size(chance)

        def start(home: Path, words: tuple[str, ...], size: int = size) -> Run:
            return run(words, stage.surroundings(home), file_size=size)

        where = f"repair of {damage} with files of {size:,} bytes at most"
        try_repair(stage, report, damage, chance.randrange(1000), where, start)


def _size(chance: random.Random) -> int:
    return int(2 ** chance.uniform(9, LARGEST.bit_length() - 1))


ROOMY = 1 << 30
"""Bytes of a disk that is not full."""


@contextmanager
def _small_disk(stage: Stage, scene: Scene, room: int) -> Iterator[Path | None]:
    """A copy of a scene's home on a disk with so much room; None where the user may not mount one."""
    folder = stage.folder / "disk"
    folder.mkdir(exist_ok=True)
    if sys.platform != "linux" or not mount("-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder)):
        yield None
        return
    try:
        home = Path(shutil.copytree(scene.origin, folder / "home"))
        scene.arrange(stage, home)
        mount("-o", f"remount,size={shutil.disk_usage(folder).used + room}", str(folder))
        yield home
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def _grow(folder: Path) -> None:
    """Give the disk room again, as a user does who frees some."""
    mount("-o", f"remount,size={ROOMY}", str(folder))


def mount(*words: str) -> bool:
    """Mount a file system; False where the user may not."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        return False
    return subprocess.run([mount, *words], check=False, capture_output=True).returncode == 0
