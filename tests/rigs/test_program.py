"""A fork of the program is the program: a command says the same in both, and ends in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.data import __file__ as data
from tests.rigs.program import Kill, environment, run
from tests.table import each


@each(
    "words",
    [
        ("--version",),
        ("import", str(Path(data).with_name("sample.json"))),
        ("config", "show"),
        ("show", "9999.99999"),
        ("list", "--nothing"),
        ("list", "\udcff"),
    ],
)
def test_a_command_says_the_same_in_a_fork(words: tuple[str, ...], tmp_path: Path) -> None:
    said = set[object]()
    for is_forked in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not is_forked:
                patch.delenv("PYTEST_VERSION")
            home = tmp_path / str(len(said)) / "home"
            done = run(words, environment(home))
            said.add((done.code, done.out, done.err.replace(str(home), "~")))
    assert len(said) == 1


def test_a_fork_can_be_killed_at_once(tmp_path: Path) -> None:
    found = run(("list",), environment(tmp_path / "home"), Kill(0, group=True))
    # On a busy machine it may have ended before.
    assert found.was_killed or found.code == 0
