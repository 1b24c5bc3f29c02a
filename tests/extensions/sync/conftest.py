"""Machines that share a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extensions.sync.machines import Machine


@pytest.fixture
def laptop(origin: Path, tmp_path: Path) -> Machine:
    return Machine.copied(origin, tmp_path / "shared", "laptop")


@pytest.fixture
def desk(origin: Path, laptop: Machine) -> Machine:
    """A machine whose clock is three days behind."""
    return Machine.copied(origin, laptop.folder, "desk", days_off=-3)


@pytest.fixture
def stick(origin: Path, laptop: Machine) -> Machine:
    return Machine.copied(origin, laptop.folder, "stick")
