"""When the detail follows the cursor."""

from __future__ import annotations

import pytest

from reader.ui.page.loader import AFTER_FRAME, DetailLoader
from reader.ui.shell.state import State
from tests.ui.bench import Bench


@pytest.mark.parametrize(
    ("moves", "waits"),
    [([1.0], "s"), ([1.0, 2.0, 3.0], "sss"), ([1.0, 1.5, 1.53, 1.56, 1.59], "ssrrr"), ([1.0, 1.04, 2.0], "srs")],
)
def test_a_single_move_is_followed_at_once_and_a_run_when_it_ends(
    moves: list[float], waits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = 0.045
    monkeypatch.setattr("reader.ui.page.loader.REST", rest)
    times, bench = iter(moves), Bench()
    loader = DetailLoader(bench.services, lambda: next(times))
    for _ in moves:
        loader.load_soon(State())
    assert bench.begun == [{"s": AFTER_FRAME, "r": rest}[one] for one in waits]
    assert AFTER_FRAME < rest < 0.05
