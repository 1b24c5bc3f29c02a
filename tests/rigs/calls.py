"""Notes which tests come to a place of the reader, in their own process or in a program that they start."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

MOST = 60
"""Tests that are tried of a place: those of its own folder, then those that come to the fewest other places."""

_noted: set[tuple[str, str]] = set()


def note(place: str) -> None:
    """Called by a function of a marked tree, with its file and first line."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("[")[0].partition(" ")[0]
    if test and "CALLS" in os.environ and (place, test) not in _noted:
        _noted.add((place, test))
        with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([place, test]) + "\n")


def mark(place: str, root: Path) -> None:
    """Let a function note those who call it."""
    name, _, first = place.partition(":")
    path = root / name
    source = path.read_text("utf-8")
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and first_line(function) == int(first):
            body = function.body[ast.get_docstring(function) is not None :] or function.body
            lines = source.splitlines(keepends=True)
            at = first_line(body[0]) - 1
            if at + 1 > function.lineno:
                note = f"__import__('tests.rigs.calls').rigs.calls.note({place!r})\n"
                lines.insert(at, " " * body[0].col_offset + note)
                path.write_text("".join(lines), "utf-8")


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def find_callers(places: Iterable[str], root: Path, workers: int) -> Mapping[str, list[str]]:
    """Run the default tests on a tree, and tell which of them come to each place."""
    # From the last function of a file to the first, for a mark moves all that follows.
    for place in sorted(set(places), key=lambda place: -int(place.partition(":")[2])):
        mark(place, root)
    calls = root / "calls.txt"
    calls.touch()
    command = [sys.executable, "-m", "pytest", "-q", f"-n{workers}", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(root), "CALLS": str(calls), "HYPOTHESIS_PROFILE": "repeatable"}
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    subprocess.run(["git", "checkout", "-q", "reader"], cwd=root, check=True)
    found = sorted({(place, test) for place, test in map(json.loads, calls.read_text("utf-8").splitlines())})
    others = Counter(test for _, test in found)
    callers: dict[str, list[str]] = {}
    for place, test in sorted(found, key=lambda one: others[one[1]]):
        callers.setdefault(place, []).append(test)
    for place, tests in callers.items():
        own = f"tests/{Path(place).relative_to('reader').parent}/"
        callers[place] = [
            *(test for test in tests if test.startswith(own)),
            *(test for test in tests if not test.startswith(own)),
        ][:MOST]
    return callers
