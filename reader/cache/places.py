"""A place that several homes share: a folder, or a PostgreSQL server.

Passwords are never shown, not even in errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.access_token import server_environment
from reader.core.errors import CacheError, UsageError
from reader.core.text import clean
from reader.installed import needs_extra
from reader.paths import sync

if TYPE_CHECKING:
    from psycopg import Connection, Error


# The address of a place

SCHEMES = ("postgresql://", "postgres://")


def is_server(address: str) -> bool:
    """Whether an address names a server."""
    return address.startswith(SCHEMES)


def _parts(address: str) -> tuple[str, str, str]:
    """User with password, host with database, and options. As in libpq, a password may contain any @ but the last."""
    user, _, place = address.partition("://")[2].rpartition("@")
    return user, *place.partition("?")[::2]


def has_password(address: str) -> bool:
    """Whether an address contains, or may contain, a password."""
    user, _, options = _parts(address)
    return ":" in user or "password" in user + options


def display_place(place: str) -> str:
    """A folder, or the address of a server without user, password and options."""
    return clean(f"{SCHEMES[0]}{_parts(place)[1]}" if is_server(place) else place)


def shared_place(named: str, start: Path) -> str:
    """The absolute path of a folder that the user named, or the address of a server; raises UsageError."""
    if not is_server(named):
        return str(start.absolute() / Path(named).expanduser())
    if has_password(named):
        raise UsageError(
            "Other programs can see a password in the address: put it into ~/.pgpass or PGPASSWORD instead."
        )
    return named


# A folder

MACHINE_FILE = "dailypapers-{}.jsonl"
"""The name of a machine's file in a shared folder, by the machine's id."""


def is_machine_file(name: str) -> bool:
    """Whether a file name may be a machine's file."""
    before, after = MACHINE_FILE.split("{}")
    return name.lower().startswith(before) and name.lower().endswith(after)


def unusable(folder: Path, error: OSError) -> CacheError:
    """The error message for a folder that can't be used."""
    problem = f"The folder {folder} can't be used: {error.strerror}."
    return CacheError(f"{problem} Check that it exists and can be written.")


def replace_shared_file(file: Path, data: bytes) -> None:
    """Write a file that others read, whole or not at all; raises OSError."""
    part = file.with_name(f".{file.name}.part")
    try:
        # Anyone with write access to the folder could have put a link or a pipe in its place.
        part.unlink(missing_ok=True)
        with part.open("xb") as out:
            out.write(data)
            out.flush()
        sync(part)
        part.replace(file)
        sync(file.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


# A server

_WRITE_LOCK = 6_431_797_103
"""The number of the advisory lock that a home holds while it writes."""

_OPTIONS: dict[str, Any] = {
    "application_name": "dailypapers",
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that does not answer, or a connection that broke while the machine slept, is given up within a minute."""


class Server:
    """A connection to the server."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a statement returns."""
        return self._connection.execute(statement.encode(), values or None).fetchall()

    def run(self, statement: str, *values: object) -> int:
        """Run a statement; return the number of rows that it changed."""
        return self._connection.execute(statement.encode(), values or None).rowcount

    def has_table(self, name: str) -> bool:
        """Whether the database has a table."""
        return self.rows("SELECT to_regclass(%s)::text", name)[0][0] is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a transaction during which no other home writes."""
        with self._connection.transaction():
            # A machine that falls asleep while it holds the lock must not stop the others for long.
            self._connection.execute(b"SET LOCAL lock_timeout = '8s'")
            self._connection.execute(b"SET LOCAL idle_in_transaction_session_timeout = '60s'")
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITE_LOCK,))
            yield


@contextmanager
def open_server(address: str) -> Iterator[Server]:
    """A connection to the server at an address; raises CacheError, also for failures inside the block."""
    try:
        import psycopg
    except ImportError:
        raise CacheError(needs_extra("PostgreSQL needs", "postgres")) from None
    try:
        with server_environment():
            connected = psycopg.Connection.connect(address, autocommit=True, **_OPTIONS)
        with connected as connection:
            yield Server(connection)
    except psycopg.Error as error:
        place, why = display_place(address), reason(error)
        raise CacheError(f"{place} can't be used: {why}. Marks wait here until it can.") from None


def reason(error: Error) -> str:
    """Why the server can't be used, as the rest of a sentence."""
    import psycopg

    message = clean(" ".join(str(error).split("\nLINE ")[0].split()), 300).rstrip(".?") or type(error).__name__
    if error.sqlstate is not None:
        return f"it refuses ({message})"
    if not isinstance(error, psycopg.OperationalError) or "connection is bad" in message:
        # The message quotes parts of the address, perhaps of a password.
        return "its address is not understood: write it as postgresql://HOST/DATABASE"
    advice = "check the address USER@HOST/DATABASE, the network, and your password in ~/.pgpass or PGPASSWORD"
    return f"it does not answer ({message.rpartition(' failed: ')[2]}): {advice}"
