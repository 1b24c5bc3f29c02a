"""Mishaps of a PostgreSQL server through which machines join their marks."""

from __future__ import annotations

import atexit
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache

from tests.rigs.mishaps.postgres import PASSWORD, Postgres, postgres, silent
from tests.rigs.mishaps.trial import Mishap, Trial, events, lacking, machine, marks

ROOM = "sync postgresql://…"

_OPEN = ExitStack()


@cache
def _server() -> Postgres:
    """One server for all plays, which ends with the program."""
    atexit.register(_OPEN.close)
    return _OPEN.enter_context(postgres())


def joined_through_server(trial: Trial) -> Postgres:
    """A server that both machines have used."""
    server = _cleared(trial)
    for home in (trial.laptop, trial.desk):
        trial.must(home, "sync", server.address())
    trial.must(trial.laptop, "mark", "star", trial.papers[5])
    trial.must(trial.desk, "mark", "star", trial.papers[6])
    trial.must(trial.desk, "sync", server.address())
    return server


def lone_server(trial: Trial) -> Postgres:
    """A server that the desk has used."""
    server = _cleared(trial)
    trial.must(trial.desk, "sync", server.address())
    return server


def _cleared(trial: Trial) -> Postgres:
    """The server as new; all programs know its password."""
    server = _server()
    server.clear()
    trial.hidden[str(server.port)] = "5432"
    trial.variables["PGPASSWORD"] = PASSWORD
    return server


def _wrong(trial: Trial, server: Postgres, address: str, *, password: str = PASSWORD, code: int = 1) -> None:
    """An address or a password that can't work, and then the right one."""
    trial.variables["PGPASSWORD"] = password
    trial.meets("sync", address, code=code)
    trial.expect(PASSWORD not in trial.told[-1].said, "the password is shown")
    trial.variables["PGPASSWORD"] = PASSWORD
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _down(trial: Trial) -> None:
    server = joined_through_server(trial)
    server.stop()
    try:
        trial.meets("sync", server.address())
        trial.meets("sync", "--status", server.address())
    finally:
        server.start()
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _no_such_host(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, "postgresql://ada@hub.invalid/papers")


def _wrong_password(trial: Trial) -> None:
    server = joined_through_server(trial)
    _wrong(trial, server, server.address(), password="guess")


def _no_password(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(), password="")


def _password_in_the_address(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(user=f"ada:{PASSWORD}"), password="", code=2)


def _wrong_database(trial: Trial) -> None:
    server = joined_through_server(trial)
    _wrong(trial, server, server.address(database="paperz"))


def _wrong_user(trial: Trial) -> None:
    server = joined_through_server(trial)
    _wrong(trial, server, server.address(user="adda"))


def _not_let_in(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(user="locked"))


def _tls_required_there(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(user="secret"))


def _tls_required_here(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(more="?sslmode=require"))


def _damaged_address(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, "postgresql://ada@127.0.0.1:54x2/papers")


def _no_rights_to_make(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(user="guest", database="other"))


def _no_rights_to_read(trial: Trial) -> None:
    server = lone_server(trial)
    _wrong(trial, server, server.address(user="guest"))


def _no_rights_to_write(trial: Trial) -> None:
    server = lone_server(trial)
    server.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", database="papers")
    _wrong(trial, server, server.address(user="guest"))


def _read_only(trial: Trial) -> None:
    server = joined_through_server(trial)
    server.ask("ALTER DATABASE papers SET default_transaction_read_only = on")
    trial.meets("sync", server.address())
    server.ask("ALTER DATABASE papers RESET default_transaction_read_only")
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _other_table(trial: Trial) -> None:
    server = joined_through_server(trial)
    other = "ALTER TABLE dailypapers_event RENAME COLUMN line TO row"
    server.ask(other, database="papers")
    trial.meets("sync", server.address())
    server.ask("ALTER TABLE dailypapers_event RENAME COLUMN row TO line", database="papers")
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _table_lost(trial: Trial) -> None:
    server = joined_through_server(trial)
    server.ask("DROP TABLE dailypapers_event", database="papers")
    trial.meets("sync", server.address())
    server.clear()
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _rolled_back(trial: Trial) -> None:
    server = joined_through_server(trial)
    server.clear()
    trial.meets("sync", server.address(), code=0)
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _too_many(trial: Trial) -> None:
    server = joined_through_server(trial)
    server.ask("ALTER ROLE ada CONNECTION LIMIT 0")
    trial.meets("sync", server.address())
    server.ask("ALTER ROLE ada CONNECTION LIMIT -1")
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _silent(trial: Trial) -> None:
    server = lone_server(trial)
    with silent() as port:
        trial.hidden[str(port)] = "5432"
        _wrong(trial, server, f"postgresql://ada@127.0.0.1:{port}/papers")


def _no_postgres(trial: Trial) -> None:
    """A web server is at the port."""
    server = lone_server(trial)
    with _answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        trial.hidden[str(port)] = "5432"
        _wrong(trial, server, f"postgresql://ada@127.0.0.1:{port}/papers")


def _silent_after_a_while(trial: Trial) -> None:
    """The network goes away in the middle: nothing comes, and nothing says so."""
    server = lone_server(trial)
    with _forwarding(server.port, 1_200) as port:
        trial.hidden[str(port)] = "5432"
        address = server.address().replace(str(server.port), str(port))
        _wrong(trial, server, address)


def _somebody_holds_the_turn(trial: Trial) -> None:
    """Another machine hangs while it holds the lock of those that insert."""
    import psycopg

    server = joined_through_server(trial)
    with psycopg.connect(server.address(), password=PASSWORD) as other:
        other.execute("SELECT pg_advisory_xact_lock(6431797103)")
        trial.meets("sync", server.address())
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _down_while_watched(trial: Trial) -> None:
    """`sync --watch` while the server stops."""
    server = joined_through_server(trial)
    timer = threading.Timer(2.0, server.stop)
    timer.start()
    try:
        trial.meets("sync", server.address(), "--watch", "--quiet")
    finally:
        timer.join()
        server.start()
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


def _copied_home(trial: Trial) -> None:
    server = joined_through_server(trial)
    copy = trial.place / "copy"
    shutil.copytree(trial.laptop, copy)
    trial.must(copy, "mark", "star", trial.papers[7])
    trial.must(trial.laptop, "mark", "star", trial.papers[8])
    trial.must(copy, "sync", server.address())
    trial.meets("sync", server.address(), code=0)
    trial.heals("sync", server.address())
    trial.must(copy, "sync", server.address())
    trial.expect_same_marks(server.address())
    trial.must(copy, "sync", server.address())
    trial.expect(events(copy) == events(trial.desk), "the copy has other marks")
    trial.expect({*trial.papers[5:9]} <= marks(trial.desk)[0], "a star of a copy is missing")
    trial.expect(machine(copy) != machine(trial.laptop), "both have the same id still")


def _without_the_extra(trial: Trial) -> None:
    server = joined_through_server(trial)
    trial.meets("sync", server.address(), more=lacking(trial, "psycopg"))
    trial.heals("sync", server.address())
    trial.expect_same_marks(server.address())


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


MISHAPS = tuple(
    Mishap(ROOM, what, play)
    for what, play in (
        ("the server is down", _down),
        ("there is no such host", _no_such_host),
        ("the password is wrong", _wrong_password),
        ("there is no password", _no_password),
        ("the password is in the address", _password_in_the_address),
        ("there is no such database", _wrong_database),
        ("there is no such user", _wrong_user),
        ("the server does not let this machine in", _not_let_in),
        ("the server wants TLS and has none", _tls_required_there),
        ("the address wants TLS, and the server has none", _tls_required_here),
        ("the address has a mistake", _damaged_address),
        ("no right to make tables", _no_rights_to_make),
        ("no right to read the tables", _no_rights_to_read),
        ("no right to write to the tables", _no_rights_to_write),
        ("the server can only be read", _read_only),
        ("a table has another shape", _other_table),
        ("a table is gone", _table_lost),
        ("the database is made anew", _rolled_back),
        ("the server has too many users", _too_many),
        ("the server takes the connection and is silent", _silent),
        ("something else listens at the port", _no_postgres),
        ("the network goes away in the middle", _silent_after_a_while),
        ("another machine hangs while it writes", _somebody_holds_the_turn),
        ("the server stops while it is listened to", _down_while_watched),
        ("the home is copied to a new machine", _copied_home),
        ("the extra is not installed", _without_the_extra),
    )
)
"""In the order of the table."""
