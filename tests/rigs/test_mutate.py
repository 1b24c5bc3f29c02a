"""A mutant is one change of a program, which stays one."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path

import pytest

from tests.rigs.calls import mark, read_calls
from tests.rigs.mutate import choose, judge, mirrored, mutants, switched
from tests.rigs.program import ROOT

SOURCE = """\
def f(a: int = 1) -> int:
    note("ä"); a += 2
    if not a and (a <
            3 or "{1 + 1}"):
        return a - 1
    return f"{a + 1}" == True
if not TYPE_CHECKING:
    zip(a, strict=True)
"""


def test_each_place_is_changed_alone_and_what_it_is_in_is_known() -> None:
    found = [*mutants(Path("reader/x.py"), SOURCE)]
    assert sorted((one.kind, one.into, one.function) for one in found) == [
        ("arithmetic", "(a + 1)", "f"),
        ("boolean", "(a < 3 and '{1 + 1}')", "f"),
        ("boolean", "(a)", "f"),
        ("boolean", "(not a or (a < 3 or '{1 + 1}'))", "f"),
        ("compare", "(a <= 3)", "f"),
        ("compare", "(f'{a + 1}' != True)", "f"),
        ("constant", "2", "f"),
        ("constant", "2", "f"),
        ("constant", "3", "f"),
        ("constant", "4", "f"),
        ("constant", "False", "f"),
        ("deleted", "pass", ""),
        ("deleted", "pass", "f"),
        ("deleted", "pass", "f"),
        ("return", "return None", "f"),
        ("return", "return None", "f"),
    ]
    text = switched(SOURCE, dict(enumerate(found)))
    assert sorted(map(int, re.findall(r"_calls.n == (\d+)", text))) == [*range(len(found))]


SMALL = """\
LIMIT = 2
def double(a):
    return a + a
def start():
    return double(1) == LIMIT
def unread():
    return 5
"""
TESTS = """\
import os, subprocess, sys
from reader import small
def test_double():
    assert small.double(3) == 6
def test_start():
    command = [sys.executable, "-c", "from reader import small; assert small.start()"]
    subprocess.run(command, env={"PYTHONPATH": os.environ["PYTHONPATH"]}, check=True)
def test_fails():
    assert False
"""


def test_mutants_are_found_in_forks_in_programs_and_at_import(tmp_path: Path) -> None:
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader/__init__.py").touch()
    found = dict(enumerate(mutants(Path("reader/small.py"), SMALL)))
    (tmp_path / "reader/small.py").write_text(switched(SMALL, found))
    (tmp_path / "test_small.py").write_text(TESTS)
    told = judge(tmp_path, tmp_path / "job", {number: [["test_small.py"], []] for number in found})
    killed = {str(found[int(number)]) for number, verdict, _ in told if verdict == "killed"}
    assert {one.function for one in found.values() if str(one) not in killed} == {"unread"}


def test_a_sample_has_every_layer_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    for layer in ("cli", "core/x", "ui/list/x", "ui/list/y"):
        file = tmp_path / "reader" / f"{layer}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SOURCE)
    sample = choose(tmp_path, [], 20, 1)
    assert {one.file.parts[1] for one in sample[:3]} == {"cli.py", "core", "ui"}
    assert [*map(str, sample)] == [*map(str, choose(tmp_path, [], 20, 1))]


def test_the_mirrored_test_is_tried_first() -> None:
    def own(file: str) -> list[str]:
        return mirrored(next(mutants(Path("reader") / file, "a = 1")), ROOT)

    assert own("paths.py") == ["tests/test_paths.py"]
    assert own("cli.py") == ["tests/commands/test_command_line.py"]
    assert own("nothing.py") == []


MARKED = '''\
"""A module."""
from __future__ import annotations
class C:
    @staticmethod
    def f():
        """F."""
        if True:
            return 1
def g(): return 2
async def h(
): return 3
def i():
    """I."""
'''


def test_a_function_that_is_marked_notes_the_tests_that_call_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    file, calls = tmp_path / "x.py", tmp_path / "calls"
    file.write_text(mark(MARKED, "reader/x.py"))
    monkeypatch.setenv("CALLS", str(calls))
    module = run_path(str(file))
    assert (module["__doc__"], module["C"].f(), module["C"].f(), module["g"](), module["i"]()) == (
        "A module.", 1, 1, 2, None
    )  # fmt: skip
    test = request.node.nodeid
    places = [f"reader/x.py{place}" for place in ("", ":C.f", ":g", ":i")]
    assert read_calls(calls) == {place: [test] for place in places}


def test_the_nearest_tests_of_a_place_come_first(tmp_path: Path) -> None:
    noted = [(1, "tests/ui/b"), (1, "tests/c"), (1, "tests/d"), (2, "tests/d"), (2, "tests/ui/b"), (2, "tests/ui/a")]
    file = tmp_path / "calls"
    file.write_text("".join(f"reader/ui/x.py:{place}\t{test}\n" for place, test in noted))
    assert read_calls(file) == {
        "reader/ui/x.py": ["tests/ui/a", "tests/ui/b", "tests/c", "tests/d"],
        "reader/ui/x.py:1": ["tests/ui/b", "tests/c", "tests/d"],
        "reader/ui/x.py:2": ["tests/ui/a", "tests/ui/b", "tests/d"],
    }
