"""What a user gets when something is in the way: one sentence in one line, nothing lost, and it heals by itself."""

from __future__ import annotations

import pytest

from tests.rigs.mishaps.rig import MISHAPS
from tests.rigs.mishaps.trial import Mishap, Stage

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = Stage(tmp_path_factory.mktemp("mishaps"))
    made.prepare()
    return made


@pytest.mark.parametrize("mishap", MISHAPS, ids=lambda mishap: mishap.name)
def test_it_is_said_and_nothing_is_lost_and_it_heals(stage: Stage, mishap: Mishap) -> None:
    stage.play(mishap)
