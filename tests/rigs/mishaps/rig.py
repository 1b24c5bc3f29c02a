"""Play mishaps and write what the user gets as a table."""

from __future__ import annotations

import argparse
import tempfile
import traceback
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

from tests.rigs.mishaps.all import MISHAPS
from tests.rigs.mishaps.trial import Mishap, Stage, Told, Trial

SLOW = 5.0
"""Seconds from which on the table tells them."""

HEAD = "| what is in the way | command | exit | what the user gets | what is kept | the next run, once it is gone |"


def play(stage: Stage, mishap: Mishap) -> Trial:
    """Play a mishap; what a play itself can't bear is a violation."""
    with stage.trial() as trial:
        try:
            mishap.play(trial)
        except Exception as error:
            traceback.print_exc()
            trial.violations.append(f"{type(error).__name__}: {error}")
        return trial


def table(played: list[tuple[Mishap, Trial]]) -> str:
    """What was seen, as Markdown."""
    parts = ["# What the user gets when something is in the way"]
    for room, group in groupby(played, lambda one: one[0].room):
        rows = [_row(mishap.what, told) for mishap, trial in group for told in trial.told]
        parts.append("\n".join((f"## {room}\n", HEAD, "|---" * 6 + "|", *rows)))
    return "\n\n".join(parts) + "\n"


def _row(what: str, told: Told) -> str:
    code = f"{told.code}, after {told.seconds:.0f} s" if told.seconds > SLOW else str(told.code)
    cells = (what, f"`{told.command}`", code, told.said, told.kept, told.next)
    plain = (cell.replace("|", r"\|").replace("\n", "<br>") for cell in cells)
    return f"| {' | '.join(plain)} |"


def main(arguments: Sequence[str]) -> int:
    """Play, write the table, and print what was wrong; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs mishaps", description=__doc__)
    parser.add_argument("file", type=Path, help="where the table is written")
    parser.add_argument("starts", nargs="*", help="play only mishaps whose names start so, such as servers")
    given = parser.parse_args(arguments)
    chosen = [one for one in MISHAPS if not given.starts or one.name.startswith(tuple(given.starts))]
    played = []
    with tempfile.TemporaryDirectory(prefix="mishaps-") as folder:
        stage = Stage(Path(folder))
        stage.prepare()
        for mishap in chosen:
            try:
                trial = play(stage, mishap)
            except pytest.skip.Exception as skipped:
                print(f"SKIPPED: {mishap.name}: {skipped}")
                continue
            played.append((mishap, trial))
            for told in trial.told:
                print(f"{mishap.name}: {told.code} in {told.seconds:.1f} s: {told.said}\n   then: {told.next}")
            for violation in trial.violations:
                print(f"   VIOLATION: {violation}")
    given.file.write_text(table(played), "utf-8")
    return int(any(trial.violations for _, trial in played))
