"""The user's folder of `tests/commands/`, and a run in which no extension was found yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reader import installed
from tests.commands.conftest import filled, home, on_terminal, papers, run, session, topics_read_once

__all__ = ["filled", "home", "on_terminal", "papers", "run", "session", "topics_read_once"]


@pytest.fixture(autouse=True)
def nothing_found() -> Iterator[None]:
    """Look extensions up anew in each test."""
    installed.forget()
    yield
    installed.forget()
