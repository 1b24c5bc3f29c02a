"""Notes which tests come to each function of the reader, in their own process or in a program that they start.

It is a plugin of pytest, which a marked tree is tested with.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

MOST = 60
"""Tests that are tried of a place: those of its own folder, then those that come to the fewest other places."""

HEAD = """\
try:
    from tests.rigs.calls import note as _note_call
except ImportError:
    def _note_call(place): pass
"""
"""Stands above the imports of a marked file; a program that a test starts may not find the tests."""

_noted: set[str] = set()
"""Places that the current test has come to."""


def note(place: str) -> None:
    """Called by each function of a marked tree, with its file and first line."""
    if place not in _noted:
        _noted.add(place)
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("[")[0].partition(" ")[0]
        if test and "CALLS" in os.environ:
            with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as file:
                file.write(f"{place}\t{test}\n")


def pytest_runtest_setup() -> None:
    """Forget what the test before has come to."""
    _noted.clear()


def mark(source: str, file: str) -> str:
    """The source of a file whose functions note those who call them."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    above = [line.encode() for line in lines]
    notes = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            first = function.body[min(ast.get_docstring(function) is not None, len(function.body) - 1)]
            at, column = first_line(first) - 1, first.col_offset
            # A body may stand in the line of its signature.
            if not above[at][:column].strip():
                notes.append((at, f"{' ' * column}_note_call({f'{file}:{first_line(function)}'!r})\n"))
    for at, text in sorted(notes, reverse=True):
        lines.insert(at, text)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    lines.insert(imports[-1].lineno if imports else 0, HEAD if notes else "")
    return "".join(lines)


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def note_calls(root: Path, calls: Path, workers: int) -> None:
    """Run the default tests on a tree, and write which of them come to each function."""
    files = {file: file.read_text("utf-8") for file in sorted((root / "reader").rglob("*.py"))}
    for file, source in files.items():
        file.write_text(mark(source, file.relative_to(root).as_posix()), "utf-8")
    calls.touch()
    command = [sys.executable, "-m", "pytest", "-q", f"-n{workers}", "-p", "no:cacheprovider", "-p", __name__]
    environment = {**os.environ, "PYTHONPATH": str(root), "CALLS": str(calls), "HYPOTHESIS_PROFILE": "repeatable"}
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    for file, source in files.items():
        file.write_text(source, "utf-8")


def read_calls(calls: Path) -> Mapping[str, list[str]]:
    """The tests that come to each place, and to any place of a file under its name, the nearest first."""
    found = sorted({tuple(line.split("\t")) for line in calls.read_text("utf-8").splitlines()})
    others = Counter(test for _, test in found)
    callers: dict[str, list[str]] = {}
    for place, test in sorted(found, key=lambda one: others[one[1]]):
        callers.setdefault(place, []).append(test)
        if test not in (of_file := callers.setdefault(place.partition(":")[0], [])):
            of_file.append(test)
    for place, tests in callers.items():
        own = f"tests/{Path(place).relative_to('reader').parent}/"
        callers[place] = sorted(tests, key=lambda test: not test.startswith(own))[:MOST]
    return callers
