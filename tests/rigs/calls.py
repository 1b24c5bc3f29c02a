"""Notes which tests come to each function of the reader, in their own process or in a program that they start.

It is a plugin of pytest, which a marked tree is tested with.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HEAD = """\
try:
    from tests.rigs import calls as _calls
except ImportError:
    class _calls:
        n = -1
        def note(place): pass
"""
"""Stands above the imports of a marked or switched file; a program that a test starts may not find the tests."""

n = int(os.environ.get("MUTANT", "-1"))
"""The mutant of a switched tree whose switch is on."""

_noted: set[str] = set()
"""Places that the current test has come to."""


def note(place: str) -> None:
    """Called by each function of a marked tree, with its file and name."""
    if place not in _noted:
        _noted.add(place)
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("[")[0].partition(" ")[0]
        if test and "CALLS" in os.environ:
            with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as file:
                file.write(f"{place}\t{test}\n")


def pytest_configure() -> None:
    """Let programs that tests start with an environment of their own know the test and the mutant."""
    start: Any = subprocess.Popen.__init__

    def start_noting(*words: Any, env: Mapping[str, str] | None = None, **more: Any) -> None:
        own = {name: os.environ[name] for name in ("CALLS", "PYTEST_CURRENT_TEST", "MUTANT") if name in os.environ}
        start(*words, env=None if env is None else {**env, **own}, **more)

    setattr(subprocess.Popen, "__init__", start_noting)  # noqa: B010 - mypy refuses to replace a method


def pytest_runtest_setup() -> None:
    """Forget what the test before has come to."""
    _noted.clear()


def mark(source: str, file: str) -> str:
    """The source of a file whose functions note those who call them."""
    tree = ast.parse(source)
    for name, function in _functions(tree, ""):
        at = int(ast.get_docstring(function) is not None)
        function.body[at:at] = ast.parse(f"_calls.note({f'{file}:{name}'!r})").body
    return write_below_head(tree)


def write_below_head(tree: ast.Module) -> str:
    """The source of a changed file."""
    imports = [at for at, node in enumerate(tree.body, 1) if getattr(node, "module", "") == "__future__"]
    at = max(imports, default=int(ast.get_docstring(tree) is not None))
    tree.body[at:at] = ast.parse(HEAD).body
    return ast.unparse(ast.fix_missing_locations(tree))


def name_within(node: ast.AST, name: str) -> str:
    """The dotted name of what a node holds, if the node is in what has a name."""
    return (
        f"{name}.{node.name}".lstrip(".")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        else name
    )


def _functions(node: ast.AST, name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        within = name_within(child, name)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield within, child
        yield from _functions(child, within)


def note_calls(root: Path, calls: Path, workers: int) -> None:
    """Write which default tests of a tree come to each function; those that stand there are read where they changed."""

    def git(*words: str) -> list[str]:
        return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.split()

    [now], tests, known = git("rev-parse", "HEAD"), ["tests"], [""]
    if calls.exists():
        before, *known = calls.read_text("utf-8").splitlines()
        changed = set(git("diff", "--name-only", "--no-renames", before, now, "tests"))
        known = [line for line in known if line.partition("\t")[2].partition("::")[0] not in changed]
        tests = [one for one in sorted(changed) if Path(one).name.startswith("test_") and (root / one).exists()]
    calls.write_text("\n".join([now, *known, ""]), "utf-8")
    if not tests:
        return
    files = {file: file.read_text("utf-8") for file in sorted((root / "reader").rglob("*.py"))}
    for file, source in files.items():
        file.write_text(mark(source, file.relative_to(root).as_posix()), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", f"-n{workers}", "-p", "no:cacheprovider", "-p", __name__, *tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "CALLS": str(calls), "HYPOTHESIS_PROFILE": "repeatable"}
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    for file, source in files.items():
        file.write_text(source, "utf-8")


def read_calls(calls: Path) -> Mapping[str, list[str]]:
    """The tests that come to each place, and to any place of a file under its name, the nearest first."""
    found = sorted({tuple(line.split("\t")) for line in calls.read_text("utf-8").splitlines() if "\t" in line})
    others = Counter(test for _, test in found)
    callers: dict[str, list[str]] = {}
    for place, test in sorted(found, key=lambda one: others[one[1]]):
        callers.setdefault(place, []).append(test)
        if test not in (of_file := callers.setdefault(place.partition(":")[0], [])):
            of_file.append(test)
    for place, tests in callers.items():
        own = f"tests/{Path(place).relative_to('reader').parent}/"
        callers[place] = sorted(tests, key=lambda test: not test.startswith(own))
    return callers
