"""A mutant is one change of a program, which stays one."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rigs.calls import find_tests
from tests.rigs.mutate import choose, mutants
from tests.rigs.program import ROOT

SOURCE = """\
def f(a: int = 1) -> int:
    note("ä"); a += 2
    if not a and (a <
            3 or "{1 + 1}"):
        return a - 1
    return f"{a + 1}" == True
"""


def test_each_place_is_changed_alone_and_what_it_is_in_is_known() -> None:
    found = {one.apply(SOURCE): (one.kind, one.into, one.function) for one in mutants(Path("reader/x.py"), SOURCE)}
    assert all(ast.parse(text) and text != SOURCE for text in found)
    assert sorted(found.values()) == [
        ("arithmetic", "(a + 1)", 1),
        ("boolean", "(a < 3 and '{1 + 1}')", 1),
        ("boolean", "(a)", 1),
        ("boolean", "(not a or (a < 3 or '{1 + 1}'))", 1),
        ("compare", "(a <= 3)", 1),
        ("compare", "(f'{a + 1}' != True)", 1),
        ("constant", "2", 1),
        ("constant", "2", 1),
        ("constant", "3", 1),
        ("constant", "4", 1),
        ("constant", "False", 1),
        ("deleted", "pass", 1),
        ("deleted", "pass", 1),
        ("return", "return None", 1),
        ("return", "return None", 1),
    ]
    assert "    pass; a += 2\n" in "".join(found)


def test_a_sample_has_every_layer_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    for layer in ("cli", "core/x", "ui/list/x", "ui/list/y"):
        file = tmp_path / "reader" / f"{layer}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SOURCE)
    sample = choose(tmp_path, 20, 1)
    assert {one.file.parts[1] for one in sample[:3]} == {"cli.py", "core", "ui"}
    assert [*map(str, sample)] == [*map(str, choose(tmp_path, 20, 1))]


def test_the_mirrored_test_runs_and_those_that_call_the_function() -> None:
    called = {"paths.py:7": ["tests/test_x.py::test_y", "tests/test_paths.py::test_z"], "no.py:1": ["tests/test_x.py"]}
    assert find_tests(Path("reader/paths.py"), 7, ROOT, called) == ["tests/test_paths.py", "tests/test_x.py::test_y"]
    assert find_tests(Path("reader/paths.py"), 8, ROOT, called) == ["tests/test_paths.py"]
    assert find_tests(Path("reader/keys/nothing.py"), 8, ROOT, called) == ["tests/keys"]
    assert find_tests(Path("reader/no.py"), 1, ROOT, called) == ["tests/test_x.py"]
