"""Why a server can't be used, in words that tell what to do."""

from __future__ import annotations

import pytest

psycopg = pytest.importorskip("psycopg")

from reader.cache.places import SILENT, reason  # noqa: E402 (it needs the extra)

AT = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (f"{AT}Connection refused\n\tIs the server running on that host?", "nothing listens there"),
        (f'{AT}FATAL:  password authentication failed for user "ada"', "refuses the user or the password"),
        (f"{AT}fe_sendauth: no password supplied", "wants a password"),
        (f'{AT}FATAL:  database "papers" does not exist', "no such database"),
        (f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "ada", no encryption', "only by TLS"),
        (f"{AT}server does not support SSL, but SSL was required", "has no TLS"),
        (f"{AT}received invalid response to SSL negotiation: H", "something else than PostgreSQL"),
        (f'{AT}FATAL:  too many connections for role "ada"', "too many programs"),
        (f"{AT}FATAL:  the database system is starting up", "starting or stopping"),
        ("failed to resolve host 'hub.invalid': [Errno -2] Name or service not known", "host is not known"),
        (f"connection {SILENT}", "says nothing"),
        ("consuming input failed: server closed the connection unexpectedly", "has broken off"),
        (f"{AT}the moon is in the way", "does not answer (the moon is in the way)"),
        ('connection is bad: invalid integer value "54x2" for connection option "port"', "address is not understood"),
    ],
)
def test_what_happens_at_the_door_is_told(said: str, means: str) -> None:
    assert means in reason(psycopg.OperationalError(said))


@pytest.mark.parametrize(
    ("error", "means"),
    [
        ("InsufficientPrivilege", "has not granted you that (it says so)"),
        ("UndefinedTable", "needs another database"),
        ("ReadOnlySqlTransaction", "only be read"),
        ("LockNotAvailable", "another machine writes there"),
        ("DiskFull", "its disk is full"),
        ("TooManyConnections", "no room"),
        ("AdminShutdown", "starting or stopping"),
        ("SerializationFailure", "it says so"),
    ],
)
def test_what_the_server_says_by_a_code_is_told(error: str, means: str) -> None:
    assert means in reason(getattr(psycopg.errors, error)("it says so\nLINE 1: SELECT"))
