"""Homes and machines that share a folder or a server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.commands.conftest import filled, home, on_terminal, papers, run, session, topics_read_once
from tests.sync.machines import Machine, make_cache
from tests.sync.postgres import Database, StandIn, server

__all__ = ["filled", "home", "on_terminal", "papers", "run", "session", "topics_read_once"]


@pytest.fixture
def use(tmp_path: Path, filled: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[[str], None]:
    """Go to a home of this name, with the papers in its cache; the folder `shared` is beside it."""
    (tmp_path / "shared").mkdir()

    def use(name: str) -> None:
        folder = tmp_path / name
        if not folder.exists():
            folder.mkdir()
            shutil.copy(filled, folder / "papers.db")
        monkeypatch.setenv("DAILYPAPERS_HOME", str(folder))
        monkeypatch.setattr("platform.node", lambda: f"{name}.example.org")

    return use


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of five papers, to be copied."""
    return make_cache(tmp_path_factory.mktemp("origin") / "papers.db")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    # A socket's path is short.
    with TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as found:
        yield found


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Where every address of a server leads."""
    connection = StandIn()
    monkeypatch.setattr(pytest.importorskip("psycopg").Connection, "connect", lambda *_, **__: connection)
    return connection


@pytest.fixture
def real(address: str) -> Iterator[Database]:
    """A PostgreSQL server that has nothing of the program's."""
    with pytest.importorskip("psycopg").connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS dailypapers_log")
        yield Database(address, lambda statement, *values: connection.execute(statement, values or None))


@pytest.fixture(params=["stand-in", pytest.param("real", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest) -> Database:
    """Such a server, and by default a stand-in for one."""
    if request.param == "real":
        found: Database = request.getfixturevalue("real")
        return found
    return Database("postgresql://hub.example/papers", request.getfixturevalue("stand_in").run)


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
