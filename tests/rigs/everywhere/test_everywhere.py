"""A thousand marks on all machines of two people are everywhere at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.extensions.sync.postgres import server
from tests.rigs.everywhere.homes import databases, folders
from tests.rigs.everywhere.marks import Outcome, play
from tests.tiers import rest_at_night

pytestmark = pytest.mark.long


def check(outcome: Outcome) -> None:
    assert outcome.wrong == []
    assert outcome.events > 500 and outcome.shared > 0 and outcome.choices > 10


SEEDS = rest_at_night(range(18, 21), 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_through_folders(tmp_path: Path, seed: int) -> None:
    check(play(tmp_path, folders(tmp_path), 1_000, seed))


@pytest.fixture
def address() -> Iterator[str]:
    # A socket's path is short.
    with TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
def test_through_a_server(tmp_path: Path, address: str, seed: int) -> None:
    check(play(tmp_path, databases(address), 1_000, seed))
