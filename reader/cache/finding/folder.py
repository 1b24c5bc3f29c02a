"""The folder of the index; importing it needs no numpy."""

from __future__ import annotations

from pathlib import Path

from reader.paths import finding_folder


def exists(cache: Path) -> bool:
    """Whether anybody has asked for the index so far."""
    return finding_folder(cache).is_dir()


def segment_folders(cache: Path) -> list[Path]:
    """The folders of segments, by where they begin; of several, the one with the most papers first."""
    try:
        found = [one for one in finding_folder(cache).iterdir() if _is_name(one.name)]
    except OSError:
        return []
    return sorted(found, key=lambda one: (key_range(one)[0], -key_range(one)[1]))


def _is_name(name: str) -> bool:
    after, dash, last = name.partition("-")
    return bool(dash) and after.isdecimal() and last.isdecimal()


def key_range(folder: Path) -> tuple[int, int]:
    """The last key before a segment, and its own last key."""
    after, _, last = folder.name.partition("-")
    return int(after), int(last)
