"""Prepares the files for the reader's start, and repairs what is broken."""

from __future__ import annotations

from pathlib import Path

from reader.cache import repair, schema
from reader.commands.output import Progress, warn
from reader.log import copies
from reader.paths import is_there


def repair_files(file: Path) -> repair.Repaired:
    """Repair the cache and the log beside it, with progress; raises CacheError."""
    with Progress() as progress:
        return repair.repair(file, progress.show)


def prepare_files(file: Path) -> list[str]:
    """Make, repair or open read-only a cache that can't simply be opened; return a message. Raises CacheError."""
    if fault := repair.permission_fault(file):
        if is_there(file):
            schema.ensure(file)
        return [
            "The cache is read-only: marks are refused and nothing is fetched; 'dailypapers doctor' says more "
            f"({fault.what})"
        ]
    if is_there(file) or file.is_dir() or copies.lost(file):
        warn("Checking the cache, and repairing it if it is damaged.")
        repaired = repair_files(file)
        if repaired.found:
            warn(repaired.summary())
            return [repaired.summary()]
    schema.ensure(file)
    return []
