"""Changes the reader at random places, or at all places of some files, and tells which changes its tests find.

All mutants stand in one copy of the tree, each behind a switch (`n == 7`) that is off. The tests are collected once;
`sweep` then turns on the switch of each mutant in a fork of that process.

A mutant is tried by the mirrored test of its module; then by the default tests that come to its function, or to its
file where it is in none: those of its folder first, then those that come to little else; then by the long ones of
the mirrored test and of those in its folder that name the module. Tests that fail while all switches are off, such as
those that read the source, are left out.

Annotations, decorators, patterns and what stands in f-strings are not changed. Neither is what makes no difference to a
program that has no mistake: whether types are checked, and whether `zip` counts what it joins.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.rigs.calls import name_within, note_calls, read_calls, write_below_head
from tests.rigs.program import ROOT

OTHER: dict[Any, Any] = {
    **{ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.Eq: ast.NotEq, ast.In: ast.NotIn, ast.Is: ast.IsNot, ast.And: ast.Or},
    **{ast.LtE: ast.Lt, ast.GtE: ast.Gt, ast.NotEq: ast.Eq, ast.NotIn: ast.In, ast.IsNot: ast.Is, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult},
}
"""What stands in the place of an operator."""

UNCHANGED = "annotation", "returns", "decorator_list", "pattern"

OPTIONS = "-m", "pytest", "-n0", "-q", "-m", "", "--tb=no", "-p", "no:cacheprovider", "-p", "tests.rigs.calls"
"""How pytest is started; the tests of both tiers are collected."""

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
        case ast.Return(ast.Constant(None | bool() | int())):
            # Such a constant is changed by itself, and mypy refuses None in its place.
            pass
        case ast.Return(value) if value is not None:
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
            if name not in UNCHANGED and not isinstance(node, ast.JoinedStr):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST) and not _is_same(child):
                        yield from visit(child, function)

    return visit(ast.parse(source), "")


class _Switch(ast.NodeTransformer):
    """Puts mutants beside what they change."""

    def __init__(self, numbered: Mapping[int, Mutant]) -> None:
        self.changes: dict[tuple[object, ...], dict[int, str]] = {}
        for number, mutant in numbered.items():
            self.changes.setdefault(_place(mutant.node), {})[number] = mutant.into

    def visit(self, node: ast.AST) -> Any:
        changes = self.changes.get(_place(node), {})
        found: Any = node if isinstance(node, ast.JoinedStr) else self.generic_visit(node)
        for number, into in changes.items():
            is_on, changed = ast.parse(f"_calls.n == {number}", mode="eval").body, ast.parse(into).body[0]
            if isinstance(changed, ast.Expr):
                found = ast.IfExp(is_on, changed.value, found)
            else:
                found = ast.If(is_on, [changed], [found])
        return found


def _place(node: Any) -> tuple[object, ...]:
    return type(node), *(getattr(node, name, 0) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))


def switched(source: str, numbered: Mapping[int, Mutant]) -> str:
    """A file in which mutants stand beside what they change, each behind the switch of its number."""
    return write_below_head(_Switch(numbered).visit(ast.parse(source)))


def choose(root: Path, files: Sequence[Path], sample: int, seed: int) -> list[Mutant]:
    """Mutants of modules and folders, or of the reader, in random order: one of each layer, then any."""
    modules = {one for file in files or [Path("reader")] for one in [root / file, *(root / file).rglob("*.py")]}
    every = [
        mutant
        for file in sorted(modules)
        if file.suffix == ".py"
        for mutant in mutants(file.relative_to(root), file.read_text("utf-8"))
    ]
    random.Random(seed).shuffle(every)
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


def rounds(mutant: Mutant, root: Path, callers: Mapping[str, list[str]]) -> list[list[str]]:
    """The tests that a mutant is tried by, each part if no earlier one has found it; long ones are the last."""
    own = mirrored(mutant, root)
    nearest = callers.get(mutant.place) or callers.get(mutant.file.as_posix(), [])
    return [own, *(nearest[part] for part in PARTS), [*own, *naming(mutant, root)]]


def judge(root: Path, folder: Path, tried: Mapping[int, list[list[str]]]) -> Iterator[list[str]]:
    """Try mutants of a switched tree; yields the numbers of those that are `killed` or `hung`, and after how long."""
    files = {test.partition("::")[0] for rounds in tried.values() for tests in rounds for test in tests}
    if not (found := sorted(file for file in files if (root / file).exists())):
        return
    folder.mkdir()
    (folder / "mutants.json").write_text(json.dumps(tried), "utf-8")
    own = {"TMPDIR": str(folder), "PYTHONPATH": f"{root}{os.pathsep}{ROOT}", "HYPOTHESIS_PROFILE": "unshrunk"}
    command = [sys.executable, *OPTIONS, f"--basetemp={folder / 'tests'}", "-p", "tests.rigs.sweep", *found]
    with subprocess.Popen(command, cwd=root, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True) as process:
        yield from (line.split() for line in process.stdout or ())
    if process.returncode:
        raise SystemExit(f"pytest ended with {process.returncode}")


def main(arguments: Sequence[str]) -> int:
    """Try mutants; returns 1 if fewer than nine in ten are found."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs mutate", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="mutants to try; 100, or all of --files")
    parser.add_argument("--seed", type=int, metavar="S", help="what is random follows from it")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="mutants that are tried at once")
    parser.add_argument(
        "--calls", type=Path, metavar="FILE", help="which tests come to which function; only new tests are run for it"
    )
    parser.add_argument("--files", type=Path, nargs="+", metavar="PATH", help="the modules and folders to change")
    parser.add_argument("--quick", action="store_true", help="try only the mirrored test and the nearest ones")
    options = parser.parse_args(arguments)
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}")
    told = Counter[str]()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with TemporaryDirectory(prefix="mutate-", dir=memory) as folder, ThreadPoolExecutor(options.jobs) as pool:
        root = Path(folder) / "tree"
        subprocess.run(["git", "clone", "-q", "--shared", ROOT, root], check=True)
        many = options.sample or (sys.maxsize if options.files else 100)
        sample = choose(root, options.files or [], many, seed)
        note_calls(root, calls := options.calls or Path(folder) / "calls.txt", options.jobs + 1)
        callers = read_calls(calls)
        left = dict(enumerate(sorted(sample, key=lambda one: (one.file, one.node.lineno))))
        tried = {number: rounds(mutant, root, callers) for number, mutant in left.items()}
        if options.quick:
            tried = {number: [*found[:2], []] for number, found in tried.items()}
        for file in {mutant.file for mutant in sample}:
            numbered = {number: mutant for number, mutant in left.items() if mutant.file == file}
            (root / file).write_text(switched((root / file).read_text("utf-8"), numbered), "utf-8")

        def run(job: int) -> None:
            """Try the mutants of a job, those of a file together."""
            mine = range(len(sample) * job // options.jobs, len(sample) * (job + 1) // options.jobs)
            for number, verdict, seconds in judge(root, Path(folder) / str(job), {one: tried[one] for one in mine}):
                told[verdict] += 1
                print(f"{verdict:9}{float(seconds):6.1f} s  {left.pop(int(number))}", flush=True)

        list(pool.map(run, range(options.jobs)))
    for mutant in left.values():
        print(f"survived  {mutant}")
    print(f"{len(sample)} mutants: {dict(told)}, {len(left)} survived")
    return int(len(left) > 0.1 * len(sample))
