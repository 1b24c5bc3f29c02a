"""Addresses of servers, and why one can't be used, in words that tell what to do."""

from __future__ import annotations

import sys

import pytest

from reader.cache import places
from reader.cache.places import SILENT, has_password, is_server, open_server, reason, shown
from reader.core.errors import CacheError
from tests.sync.conftest import address
from tests.table import each

__all__ = ["address"]

psycopg = pytest.importorskip("psycopg")

AT = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '


@each(
    ("address", "is_secret", "said"),
    [
        ("me:secret@hub.example:5433/papers", True, "hub.example:5433/papers"),
        ("me@/papers?host=/run/pg&password=secret", True, "/papers?host=/run/pg"),
        ("h/x?sslpassword=a", True, "h/x"),
        # libpq takes all before the @ for user and password.
        *((f"me:{odd}@h/x", True, "") for odd in ("12?34", "a/b", "a@b", "a#b")),
        ("[bad", True, ""),
        ("hub.example/papers?user=me@work", False, "hub.example/papers"),
        ("me@h:5432/x", False, "h:5432/x"),
        ("me@/x?host=/run/pg", False, "/x?host=/run/pg"),
    ],
)
def test_a_password_is_told_and_never_shown(address: str, is_secret: bool, said: str) -> None:
    for scheme in ("postgresql", "postgres"):
        assert is_server(f"{scheme}://{address}")
        assert has_password(f"{scheme}://{address}") is is_secret
        assert shown(f"{scheme}://{address}") == f"postgresql://{said}"


def test_a_server_that_does_not_answer_is_said() -> None:
    pytest.importorskip("psycopg")
    address = "postgresql://me:secret@/papers?host=/nowhere/at/all"
    with pytest.raises(CacheError, match="Marks wait here until it can") as failed, open_server(address):
        pass
    assert "secret" not in str(failed.value)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CacheError, match=r"dailypapers\[postgres\]"), open_server("postgresql://hub.example/papers"):
        pass


@each(
    ("said", "means"),
    [
        (f"{AT}Connection refused\n\tIs the server running on that host?", "nothing listens there"),
        (f'{AT}FATAL:  password authentication failed for user "ada"', "refuses the user or the password"),
        (f"{AT}fe_sendauth: no password supplied", "needs a password"),
        (f'{AT}FATAL:  database "papers" does not exist', "no such database"),
        (f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "ada", no encryption', "requires TLS"),
        (f"{AT}server does not support SSL, but SSL was required", "has no TLS"),
        (f"{AT}received invalid response to SSL negotiation: H", "something other than PostgreSQL"),
        (f'{AT}FATAL:  too many connections for role "ada"', "too many programs"),
        (f"{AT}FATAL:  the database system is starting up", "starting or stopping"),
        ("failed to resolve host 'hub.invalid': [Errno -2] Name or service not known", "host is unknown"),
        (f"connection {SILENT}", "does not answer"),
        ("consuming input failed: server closed the connection unexpectedly", "connection broke"),
        (f"{AT}the moon is in the way", "does not answer (the moon is in the way)"),
        ('connection is bad: invalid integer value "54x2" for connection option "port"', "address is not understood"),
    ],
)
def test_what_happens_at_the_door_is_told(said: str, means: str) -> None:
    assert means in reason(psycopg.OperationalError(said))


@each(
    ("error", "means"),
    [
        ("InsufficientPrivilege", "do not have the permission (it says so)"),
        ("UndefinedTable", "use another database"),
        ("ReadOnlySqlTransaction", "only be read"),
        ("LockNotAvailable", "another machine has been writing there"),
        ("DiskFull", "its disk is full"),
        ("TooManyConnections", "no room"),
        ("AdminShutdown", "starting or stopping"),
        ("SerializationFailure", "it says so"),
    ],
)
def test_what_the_server_says_by_a_code_is_told(error: str, means: str) -> None:
    assert means in reason(getattr(psycopg.errors, error)("it says so\nLINE 1: SELECT"))


@pytest.mark.long
def test_a_server_that_falls_silent_is_given_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ANSWER_SECONDS", 1)
    with pytest.raises(CacheError, match="it does not answer"), open_server(address) as server:
        server.rows("SELECT pg_sleep(60)")


@pytest.mark.long
def test_a_machine_that_hangs_in_its_turn_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ANSWER_SECONDS", 3)
    told = pytest.raises(CacheError, match="another machine has been writing there")
    with open_server(address) as one, one.turn(), told, open_server(address) as other, other.turn():
        pass
