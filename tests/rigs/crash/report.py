"""Counts what was tried and what went wrong, and prints it."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

TENTHS = 10


@dataclass
class Row:
    """The counts of one operation."""

    tries: int = 0
    cut: int = 0
    """Tries that were killed or hit a fault before their end."""
    acknowledged: int = 0
    """Marks that the program said it has."""
    landed: int = 0
    """Marks that are there although the program was cut off before it could say so."""
    seconds: float = 0.0
    moments: Counter[int] = field(default_factory=Counter)
    """Kills by the tenth of the operation's time at which they came."""


@dataclass
class Report:
    """Counts by operation, and everything that went wrong."""

    title: str
    rows: dict[str, Row] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)
    is_quiet: bool = False

    def row(self, name: str) -> Row:
        """The counts of an operation."""
        return self.rows.setdefault(name, Row())

    def violate(self, where: str, faults: list[str]) -> None:
        """Note what went wrong, with what repeats it."""
        for fault in faults:
            self.violations.append(f"{where}: {fault}")
            self.say(f"VIOLATION {where}: {fault}")

    def say(self, text: str) -> None:
        """Print a line at once."""
        if not self.is_quiet:
            print(text, flush=True)

    def print(self) -> int:
        """Print the counts; returns the exit code, 1 if anything went wrong."""
        head = ("operation", "tries", "cut off", "acknowledged", "landed", "seconds", "by tenth of its time")
        lines: list[tuple[str, ...]] = [head]
        for name, row in self.rows.items():
            tenths = " ".join(str(row.moments[tenth]) for tenth in range(TENTHS)) if row.moments else ""
            numbers = (row.tries, row.cut, row.acknowledged, row.landed, f"{row.seconds:.0f}")
            lines.append((name, *map(str, numbers), tenths))
        rows = self.rows.values()
        sums = (sum(row.tries for row in rows), sum(row.cut for row in rows), sum(row.acknowledged for row in rows))
        total = (*sums, sum(row.landed for row in rows), f"{time.perf_counter() - self.began:.0f}")
        lines.append(("all", *map(str, total), ""))
        print(self.title)
        for line in lines:
            print(f"  {line[0]:12}" + "".join(f"{cell:>13}" for cell in line[1:6]) + f"  {line[6]}".rstrip())
        print(f"{len(self.violations)} violations", flush=True)
        for violation in self.violations:
            print(f"  {violation}", file=sys.stderr)
        return 1 if self.violations else 0
