"""Addresses of servers, and why one can't be used, in words that tell what to do."""

from __future__ import annotations

import sys

import pytest

from reader.cache.places import display_place, has_password, is_server, open_server, reason
from reader.core.errors import CacheError
from tests.table import each

psycopg = pytest.importorskip("psycopg")

AT = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '


@each(
    ("address", "is_secret", "expected"),
    [
        ("me:secret@hub.example:5433/papers", True, "hub.example:5433/papers"),
        ("me@/papers?host=/run/pg&password=secret", True, "/papers"),
        ("h/x?sslpassword=a", True, "h/x"),
        # libpq takes all before the @ for user and password.
        *((f"me:{odd}@h/x", True, "h/x") for odd in ("12?34", "a/b", "a@b", "a#b")),
        ("[bad", False, "[bad"),
        ("me@h:5432/x", False, "h:5432/x"),
        ("me@/x?host=/run/pg", False, "/x"),
    ],
)
def test_a_password_is_recognised_and_never_shown(address: str, is_secret: bool, expected: str) -> None:
    for scheme in ("postgresql", "postgres"):
        assert is_server(f"{scheme}://{address}")
        assert has_password(f"{scheme}://{address}") is is_secret
        assert display_place(f"{scheme}://{address}") == f"postgresql://{expected}"


@each(
    "address", ["me:secret@/papers?host=/nowhere/at/all", "me:sec/ret@h:54x2/p", "me:secret@h/x?prot=secret", "[secret"]
)
def test_an_unusable_server_is_reported_without_its_password(address: str) -> None:
    with (
        pytest.raises(CacheError, match="Marks wait here until it can") as failed,
        open_server(f"postgresql://{address}"),
    ):
        pass
    assert "secret" not in str(failed.value).partition(" can't be used")[2]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CacheError, match=r"extra postgres"), open_server("postgresql://hub.example/papers"):
        pass


@each(
    ("message", "means"),
    [
        (f'{AT}FATAL:  password authentication failed for user "ada"', "your password in ~/.pgpass"),
        (f"{AT}the moon is in the way", "does not answer (the moon is in the way)"),
        ('connection is bad: invalid integer value "54x2" for connection option "port"', "address is not understood"),
    ],
)
def test_what_happens_at_the_door_is_told(message: str, means: str) -> None:
    assert means in reason(psycopg.OperationalError(message))


def test_what_the_server_says_is_told() -> None:
    assert reason(psycopg.errors.DiskFull("no space\nLINE 1: SELECT")) == "it refuses (no space)"
