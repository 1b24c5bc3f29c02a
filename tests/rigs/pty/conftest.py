"""A home of its own for each test of the reader in a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.rigs.pty.leave import make_home


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample that nobody has opened."""
    return make_home(tmp_path_factory.mktemp("home") / "home")


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sample, tmp_path / "home"))
