"""Counts what was tried and what went wrong, and prints it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.rigs.program import Run


@dataclass
class Row:
    """The counts of one operation."""

    tries: int = 0
    cut: int = 0
    """Tries that were killed or hit a fault before their end."""
    acknowledged: int = 0
    """Marks that the program said it has."""
    seconds: float = 0.0


@dataclass
class Report:
    """Counts by operation, and everything that went wrong."""

    title: str
    rows: dict[str, Row] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def count(self, name: str, ended: Run, acknowledged: int = 0) -> None:
        """Count a try of an operation."""
        row = self.rows.setdefault(name, Row())
        row.tries += 1
        row.cut += ended.code != 0
        row.acknowledged += acknowledged
        row.seconds += ended.seconds

    def violate(self, where: str, faults: list[str]) -> None:
        """Note what went wrong, with what repeats it."""
        for fault in faults:
            self.violations.append(f"{where}: {fault}")
            print(f"VIOLATION {where}: {fault}", flush=True)

    def print(self) -> int:
        """Print the counts; returns the exit code, 1 if anything went wrong."""
        print(f"{self.title}, {time.perf_counter() - self.began:.0f} s")
        print(f"  {'operation':14}{'tries':>8}{'cut off':>9}{'acknowledged':>14}{'seconds':>9}")
        for name, row in self.rows.items():
            print(f"  {name:14}{row.tries:>8}{row.cut:>9}{row.acknowledged:>14}{row.seconds:>9.0f}")
        print(f"{len(self.violations)} violations", flush=True)
        return 1 if self.violations else 0
