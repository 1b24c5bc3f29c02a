"""Mishaps of a PostgreSQL server through which machines join their marks."""

from __future__ import annotations

import atexit
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import cache, partial

from tests.rigs.mishaps.postgres import PASSWORD, Postgres, postgres, silent
from tests.rigs.mishaps.trial import Mishap, Trial, lacking

ROOM = "sync postgresql://…"

_OPEN = ExitStack()


@cache
def _server() -> Postgres:
    """One server for all plays, which ends with the program."""
    atexit.register(_OPEN.close)
    return _OPEN.enter_context(postgres())


def joined_through_server(trial: Trial) -> Postgres:
    """A server that both machines have used."""
    server = _server()
    server.clear()
    trial.variables["PGPASSWORD"] = PASSWORD
    for home in (trial.laptop, trial.desk):
        trial.must(home, "sync", server.address())
    papers = trial.papers
    trial.must(trial.laptop, "mark", "star", papers[5])
    trial.must(trial.desk, "mark", "star", papers[6])
    trial.must(trial.desk, "sync", server.address())
    return server


Fault = Callable[[Trial, Postgres], AbstractContextManager[object]]
"""Stands in the way for a while; yields the address that is asked, the server's own if it is none."""


def _sync(fault: Fault, words: Sequence[str], code: int, trial: Trial) -> None:
    """Join the marks through the server while a fault is there, and once it is gone."""
    server = joined_through_server(trial)
    with fault(trial, server) as address:
        said = trial.meets("sync", str(address or server.address()), *words, code=code).err
        assert PASSWORD not in said, "the password is shown"
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _at(user: str = "ada", database: str = "papers", more: str = "") -> Fault:
    """Another address of the server."""
    return lambda _trial, server: nullcontext(server.address(user, database, more))


def _asked(ask: str, back: str, database: str = "postgres") -> Fault:
    """What an administrator does, and takes back."""

    @contextmanager
    def fault(_trial: Trial, server: Postgres) -> Iterator[None]:
        server.ask(ask, database=database)
        yield
        server.ask(back, database=database)

    return fault


@contextmanager
def _wrong_password(trial: Trial, _server: Postgres) -> Iterator[None]:
    trial.variables["PGPASSWORD"] = "guess"
    yield
    trial.variables["PGPASSWORD"] = PASSWORD


@contextmanager
def _down(_trial: Trial, server: Postgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def _down_while_watched(_trial: Trial, server: Postgres) -> Iterator[None]:
    timer = threading.Timer(2.0, server.stop)
    timer.start()
    try:
        yield
    finally:
        timer.join()
        server.start()


@contextmanager
def _silent(_trial: Trial, _server: Postgres) -> Iterator[str]:
    with silent() as port:
        yield f"postgresql://ada@127.0.0.1:{port}/papers"


@contextmanager
def _no_postgres(_trial: Trial, _server: Postgres) -> Iterator[str]:
    """A web server is at the port."""
    with _answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        yield f"postgresql://ada@127.0.0.1:{port}/papers"


@contextmanager
def _silent_after_a_while(_trial: Trial, server: Postgres) -> Iterator[str]:
    """The network goes away in the middle: nothing comes, and nothing says so."""
    with _forwarding(server.port, 1_200) as port:
        yield server.address().replace(str(server.port), str(port))


@contextmanager
def _somebody_holds_the_turn(_trial: Trial, server: Postgres) -> Iterator[None]:
    """Another machine hangs while it holds the lock of those that insert."""
    import psycopg

    with psycopg.connect(server.address(), password=PASSWORD) as other:
        other.execute("SELECT pg_advisory_xact_lock(6431797103)")
        yield


@contextmanager
def _without_the_extra(trial: Trial, _server: Postgres) -> Iterator[None]:
    trial.variables |= lacking(trial, "psycopg")
    yield
    del trial.variables["PYTHONPATH"]


# Servers that are none


@contextmanager
def _answering(data: bytes) -> Iterator[int]:
    """A port that says something else than PostgreSQL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    with taken:
                        taken.recv(4096)
                        taken.sendall(data)

        threading.Thread(target=answer, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


@contextmanager
def _forwarding(port: int, most: int) -> Iterator[int]:
    """A port that passes on what goes to another one and what comes back, until `most` bytes came back."""
    opened: list[socket.socket] = []

    def pass_on(source: socket.socket, target: socket.socket, most: int) -> None:
        with suppress(OSError):
            while most > 0 and (data := source.recv(most)):
                target.sendall(data)
                most -= len(data)

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listening.accept()
                    far = socket.create_connection(("127.0.0.1", port))
                    opened.extend((near, far))
                    for ends in ((near, far, 1 << 30), (far, near, most)):
                        threading.Thread(target=pass_on, args=ends, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for one in opened:
                one.close()


READ_ONLY = "ALTER DATABASE papers {} default_transaction_read_only{}"
RENAME = "ALTER TABLE dailypapers_event RENAME COLUMN {} TO {}"
LIMIT = "ALTER ROLE ada CONNECTION LIMIT {}"

FAULTS: tuple[tuple[str, Fault, tuple[str, ...], int], ...] = (
    ("the server is down", _down, (), 1),
    ("the server is down, and its state is asked", _down, ("--status",), 1),
    ("there is no such host", lambda *_: nullcontext("postgresql://ada@hub.invalid/papers"), (), 1),
    ("the password is wrong", _wrong_password, (), 1),
    ("the password is in the address", _at(f"ada:{PASSWORD}"), (), 2),
    ("the server does not let this machine in", _at("locked"), (), 1),
    ("the server wants TLS and has none", _at("secret"), (), 1),
    ("the address wants TLS, and the server has none", _at(more="?sslmode=require"), (), 1),
    ("no right to read the tables", _at("guest"), (), 1),
    ("the server can only be read", _asked(READ_ONLY.format("SET", " = on"), READ_ONLY.format("RESET", "")), (), 1),
    ("a table has another shape", _asked(RENAME.format("line", "row"), RENAME.format("row", "line"), "papers"), (), 1),
    ("the server has too many users", _asked(LIMIT.format(0), LIMIT.format(-1)), (), 1),
    ("the server takes the connection and is silent", _silent, (), 1),
    ("something else listens at the port", _no_postgres, (), 1),
    ("the network goes away in the middle", _silent_after_a_while, (), 1),
    ("another machine hangs while it writes", _somebody_holds_the_turn, (), 1),
    ("the server stops while it is listened to", _down_while_watched, ("--watch", "--quiet"), 1),
    ("the extra is not installed", _without_the_extra, (), 1),
)
"""What is in the way of `sync`, with which words it is asked, and its exit code."""

MISHAPS = tuple(Mishap(ROOM, what, partial(_sync, fault, words, code)) for what, fault, words, code in FAULTS)
