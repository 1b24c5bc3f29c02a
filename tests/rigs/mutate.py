"""Changes the reader at random places, one in each copy of the tree, and tells which changes its tests find.

A mutant is tried by the mirrored test of its module; then by the default tests that come to its function, or to its
file where it is in none: those of its folder first, then those that come to little else; then by the long ones of
the mirrored test and of those in its folder that name the module.

Annotations, decorators and what stands in f-strings are not changed. Neither is what makes no difference to a program
that has no mistake: whether types are checked, and whether `zip` counts what it joins.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from tests.rigs.calls import name_within, note_calls, read_calls
from tests.rigs.program import ROOT

OTHER: dict[Any, Any] = {
    **{ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.Eq: ast.NotEq, ast.In: ast.NotIn, ast.Is: ast.IsNot, ast.And: ast.Or},
    **{ast.LtE: ast.Lt, ast.GtE: ast.Gt, ast.NotEq: ast.Eq, ast.NotIn: ast.In, ast.IsNot: ast.Is, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult},
}
"""What stands in the place of an operator."""

LONGEST = 240.0

PARTS = slice(15), slice(15, 60), slice(60, 150), slice(150, 300)
"""Which of the tests that come to a mutant are run at once: most are found by the first few."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one place."""

    file: Path
    kind: str
    node: ast.expr | ast.stmt
    into: str
    function: str
    """The dotted name of the function that it is in; empty in the module itself."""

    @property
    def place(self) -> str:
        return f"{self.file.as_posix()}:{self.function}"

    def __str__(self) -> str:
        return f"{self.file}:{self.node.lineno} {self.kind}: {ast.unparse(self.node)[:70]!r} -> {self.into[:70]!r}"

    def apply(self, source: str) -> str:
        """The file with the change."""
        lines = source.encode().splitlines(keepends=True)
        first, last = self.node.lineno - 1, (self.node.end_lineno or 0) - 1
        before, after = lines[first][: self.node.col_offset], lines[last][self.node.end_col_offset :]
        return b"".join([*lines[:first], before, self.into.encode(), after, *lines[last + 1 :]]).decode()


def _changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The kinds of changes of a node, and what it becomes."""
    match node:
        case ast.Compare(left, [op], [right]) if type(op) in OTHER:
            yield "compare", f"({ast.unparse(ast.Compare(left, [OTHER[type(op)]()], [right]))})"
        case ast.BinOp(left, op, right) if type(op) in OTHER:
            yield "arithmetic", f"({ast.unparse(ast.BinOp(left, OTHER[type(op)](), right))})"
        case ast.BoolOp(op, values):
            yield "boolean", f"({ast.unparse(ast.BoolOp(OTHER[type(op)](), values))})"
        case ast.UnaryOp(ast.Not(), operand):
            yield "boolean", f"({ast.unparse(operand)})"
        case ast.Constant(bool() | int() as value):
            yield "constant", repr(not value if isinstance(value, bool) else value + 1)
        case ast.Return(value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield "return", "return None"
        case ast.AugAssign() | ast.Expr(ast.Call()) | ast.Expr(ast.Await()):
            yield "deleted", "pass"


def _is_same(node: ast.AST) -> bool:
    """Whether a part makes no difference to a program that has no mistake."""
    return ast.unparse(node) in ("TYPE_CHECKING", "not TYPE_CHECKING", "strict=True", "strict=False")


def mutants(file: Path, source: str) -> Iterator[Mutant]:
    """All mutants of a file."""

    def visit(node: ast.AST, function: str) -> Iterator[Mutant]:
        function = name_within(node, function)
        if isinstance(node, ast.expr | ast.stmt):
            for kind, into in _changes(node):
                yield Mutant(file, kind, node, into, function)
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns", "decorator_list") and not isinstance(node, ast.JoinedStr):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST) and not _is_same(child):
                        yield from visit(child, function)

    return visit(ast.parse(source), "")


def choose(root: Path, sample: int, seed: int) -> list[Mutant]:
    """Mutants at random: one of each layer, then any."""
    chance = random.Random(seed)
    files = sorted((root / "reader").rglob("*.py"))
    every = [mutant for file in files for mutant in mutants(file.relative_to(root), file.read_text("utf-8"))]
    chance.shuffle(every)
    firsts = {mutant.file.parts[1]: mutant for mutant in every}.values()
    return [*firsts, *(mutant for mutant in every if mutant not in firsts)][:sample]


def mirrored(mutant: Mutant, root: Path) -> list[str]:
    """The mirrored test of a module, or the only one of its name elsewhere."""
    below = mutant.file.relative_to("reader")
    own = root / "tests" / below.with_name(f"test_{below.name}")
    found = [own] if own.exists() else [*(root / "tests").rglob(own.name)]
    return [str(file.relative_to(root)) for file in found] if len(found) == 1 else []


def naming(mutant: Mutant, root: Path) -> list[str]:
    """The tests of a module's folder that name it."""
    module = ".".join(mutant.file.with_suffix("").parts).removesuffix(".__init__")
    files = sorted((root / "tests" / mutant.file.relative_to("reader").parent).glob("test_*.py"))
    return [str(file.relative_to(root)) for file in files if module in file.read_text("utf-8")]


def rounds(root: Path, calls: Path, workers: int) -> Iterator[Callable[[Mutant], list[str]]]:
    """Which tests a mutant is tried by that no earlier ones have found."""
    yield lambda one: mirrored(one, root)
    note_calls(root, calls, workers)
    callers = read_calls(calls)
    for part in PARTS:

        def nearest(one: Mutant, part: slice = part) -> list[str]:
            return (callers.get(one.place) or callers.get(one.file.as_posix(), []))[part]

        yield nearest
    yield lambda one: ["-m", "long", *tests] if (tests := [*mirrored(one, root), *naming(one, root)]) else []


def judge(mutant: Mutant, root: Path, tests: Sequence[str]) -> str:
    """Run the tests on a mutant: `killed`, `hung` or `survived`."""
    if not tests:
        return "survived"
    path = root / mutant.file
    source = path.read_text("utf-8")
    try:
        path.write_text(mutant.apply(source), "utf-8")
        found = _outcome(path, root, tests)
    finally:
        path.write_text(source, "utf-8")
    # On a busy machine, the tests may take as long without it.
    return "survived" if found == "hung" and _outcome(path, root, tests) == "hung" else found


def _outcome(path: Path, root: Path, tests: Sequence[str]) -> str:
    # Python compares seconds and sizes of files, which may be those of the mutant before.
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "HYPOTHESIS_PROFILE": "repeatable"}
    try:
        ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return "hung"
    # 5 is that no test was chosen.
    return "survived" if ended.returncode in (0, 5) else "killed"


def main(arguments: Sequence[str]) -> int:
    """Try mutants; returns 1 if fewer than nine in ten are found."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs mutate", description=__doc__)
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="mutants to try")
    parser.add_argument("--seed", type=int, metavar="S", help="what is random follows from it")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="mutants that are tried at once")
    parser.add_argument(
        "--calls", type=Path, metavar="FILE", help="which tests come to which function; only new tests are run for it"
    )
    options = parser.parse_args(arguments)
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}")
    told, trees = Counter[str](), SimpleQueue[Path]()
    with TemporaryDirectory(prefix="mutate-") as folder, ThreadPoolExecutor(options.jobs) as pool:
        for number in range(options.jobs):
            trees.put(Path(folder) / f"tree-{number}")
            subprocess.run(["git", "clone", "-q", "--shared", ROOT, f"{folder}/tree-{number}"], check=True)

        def run(mutant: Mutant, tests: Sequence[str]) -> bool:
            """Try a mutant; return whether other tests may still find it."""
            root, began = trees.get(), time.perf_counter()
            verdict = judge(mutant, root, tests)
            trees.put(root)
            if verdict != "survived":
                told[verdict] += 1
                print(f"{verdict:9}{time.perf_counter() - began:6.1f} s  {mutant}", flush=True)
            return verdict == "survived"

        root = Path(folder) / "tree-0"
        left = sample = choose(root, options.sample, seed)
        calls = options.calls or Path(folder) / "calls.txt"
        for nearest in rounds(root, calls, options.jobs + 1):
            left = [*compress(left, pool.map(run, left, map(nearest, left)))]
            print(f"{len(left)} of {len(sample)} are left", flush=True)
            if not left:
                break
    for mutant in left:
        print(f"survived  {mutant}")
    print(f"{len(sample)} mutants: {dict(told)}, {len(left)} survived")
    return int(len(left) > 0.1 * len(sample))
