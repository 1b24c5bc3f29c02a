"""A PostgreSQL server that several homes use: connects to it, hears what is new, and says in a sentence what is wrong.

A password is never shown, and never in what an error says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from reader.core.errors import CacheError
from reader.core.text import clean

if TYPE_CHECKING:
    from psycopg import Connection, Error

SCHEMES = ("postgresql://", "postgres://")

NEEDS_EXTRA = "PostgreSQL needs the extra postgres: install dailypapers[postgres]."

PATIENCE = 10
"""Seconds that the server gets to answer."""

NAME = "dailypapers"
"""What the server calls this program's connections."""

_TURN = 6_431_797_103
"""The advisory lock of those that write."""

_SIGNS_OF_LIFE: dict[str, Any] = {
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A connection that is broken, such as by a machine's sleep, is noticed within a minute."""

_KNOWN_FAILURES = (
    ("password authentication failed", "it refuses the password, which ~/.pgpass or PGPASSWORD has"),
    ("no password supplied", "it wants a password: put it into ~/.pgpass, or into PGPASSWORD"),
    ("database", "it has no such database: its owner can create one, or the address names another"),
    ("role", "it does not know the user, whom an address names as USER@HOST"),
)
"""Words of a connection's failure, with what they mean; the last two also say `does not exist`."""


def is_server(address: str) -> bool:
    """Whether an address is that of a server."""
    return address.startswith(SCHEMES)


def shown(address: str) -> str:
    """The address without user and password."""
    if is_unclear(address):
        return SCHEMES[0]
    parts = urlsplit(address)
    plain = [one for one in parts.query.split("&") if one.partition("=")[0] in ("host", "port", "dbname", "service")]
    query = f"?{'&'.join(plain)}" if plain else ""
    port = f":{parts.netloc.rpartition(':')[2]}" if parts.netloc.rpartition(":")[2].isdecimal() else ""
    return f"{SCHEMES[0]}{parts.hostname or ''}{port}{parts.path}{query}"


def has_password(address: str) -> bool:
    """Whether a password stands in an address, or may."""
    if is_unclear(address):
        return True
    parts = urlsplit(address)
    return parts.password is not None or any("password" in name for name, _ in parse_qsl(parts.query))


def is_unclear(address: str) -> bool:
    """Whether a sign in the address may be part of a password: nobody can tell then what may be shown."""
    try:
        parts = urlsplit(address)
        return parts.netloc.count("@") > 1 or "@" in parts.path + parts.fragment
    except ValueError:
        return True


class Server:
    """A connection to the server."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a statement asks for."""
        return self._connection.execute(statement.encode(), values or None).fetchall()

    def run(self, statement: str, *values: object) -> int:
        """Run a statement; return the number of rows that it changed."""
        return self._connection.execute(statement.encode(), values or None).rowcount

    def has_table(self, name: str) -> bool:
        """Whether the database has a table."""
        return self.rows("SELECT to_regclass(%s)::text", name)[0][0] is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A transaction during which no other home writes."""
        with self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            yield

    # What is new there

    def tell(self, channel: str, who: str) -> None:
        """Let the others know that something has come from `who`."""
        self._connection.execute("SELECT pg_notify(%s, %s)", (channel, who))

    def listen(self, channel: str) -> None:
        """Hear of what others add, from now on."""
        self._connection.execute(f"LISTEN {channel}".encode())

    def hears(self, seconds: float, own: str) -> bool:
        """Wait for news of others than `own`; return whether there were any."""
        # News that came with the answer to a question is kept by the connection, and comes first.
        heard = list(self._connection.notifies(timeout=seconds, stop_after=1))
        return any(one.payload != own for one in heard)


@contextmanager
def open_server(address: str) -> Iterator[Server]:
    """A connection to the server at an address; raises CacheError also for what fails while it is used."""
    try:
        import psycopg
    except ImportError:
        raise CacheError(NEEDS_EXTRA) from None
    if is_unclear(address):
        raise CacheError(
            "The address of the server can't be understood: in user and password, @ is written as %40, / as %2F."
        )
    try:
        with psycopg.connect(
            address, autocommit=True, connect_timeout=PATIENCE, application_name=NAME, **_SIGNS_OF_LIFE
        ) as connection:
            yield Server(connection)
    except psycopg.Error as error:
        raise CacheError(f"{shown(address)} can't be used: {_reason(error)}. Marks wait here until it can.") from None


def _reason(error: Error) -> str:
    """Why the server can't be used, in words that have no password."""
    # What libpq says of an address has parts of it; what it says of a server has its name.
    said = clean(" ".join(str(error).split("\nLINE ")[0].split()), 300).rstrip(".?") or type(error).__name__
    match error.sqlstate:
        case "42501":
            return f"its owner has not granted you that ({said})"
        case str(code) if code.startswith(("22", "42")):
            return f"its tables are not those that this program makes ({said}), so it needs another database"
        case None if isinstance(error, _operational()):
            known = [
                words for sign, words in _KNOWN_FAILURES if sign in said and (" " in sign or "does not exist" in said)
            ]
            return known[0] if known else f"it does not answer ({said.rpartition(' failed: ')[2]})"
        case None:
            return "its address is not understood; one is postgresql://HOST/DATABASE"
    return said


def _operational() -> type[Error]:
    import psycopg

    return psycopg.OperationalError
