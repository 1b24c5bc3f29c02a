"""One run of a command, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.oracle import Deed
from tests.rigs.program import Kill, Run, run

Arrange = Callable[[Stage, Path], None]
"""Prepares a home for a step, without the program."""

Check = Callable[[Stage, Path, bool], list[str]]
"""What is wrong with a home in which a step was cut off and that was opened again; the step may be acknowledged."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a command, and what must come of it."""

    words: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    papers: frozenset[str] = frozenset()
    """Those that it brings."""
    said: str = ""
    """A part of what it prints once it is done; empty if only its exit code tells."""
    talk: tuple[str, ...] = ()
    """What it is asked line by line, each after the answer to the one before."""
    acts: tuple[tuple[Deed, ...], ...] = ()
    """The deeds of each request but the first one; in place of `deeds`."""
    arrange: Arrange | None = None
    check: Check | None = None

    @property
    def all_deeds(self) -> tuple[Deed, ...]:
        """Everything that it is asked to do to marks."""
        return self.deeds + tuple(deed for act in self.acts for deed in act)

    def is_acknowledged(self, run: Run) -> bool:
        """Whether the program said that all of it is done."""
        if self.acts:
            return self.acknowledged(run) == len(self.all_deeds)
        return run.code == 0 or bool(self.said and self.said in run.out)

    def acknowledged(self, run: Run) -> int:
        """How many of the deeds the program said to be done."""
        if not self.acts:
            return len(self.deeds) if self.is_acknowledged(run) else 0
        answered = {
            int(number) for number in re.findall(r'^\{.*?"id":(\d+),"result"(?!.*"isError":true)', run.out, re.M)
        }
        return sum(len(act) for number, act in enumerate(self.acts, 1) if number in answered)

    def run(self, surroundings: Mapping[str, str], kill: Kill | None = None) -> Run:
        """Run it to its end, or until it is killed."""
        return run(self.words, surroundings, kill, self.talk)
