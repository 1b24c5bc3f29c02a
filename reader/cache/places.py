"""Where several homes meet: a shared folder, or a PostgreSQL server that reports news at once.

Problems are sentences. Passwords are never shown, not even in errors.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, socket
from threading import Event, Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from reader.access_token import server_environment
from reader.core.errors import CacheError, UsageError
from reader.core.text import clean
from reader.installed import needs_extra
from reader.paths import sync, take_lock

if TYPE_CHECKING:
    from psycopg import Connection, Error

    from reader.cache.marks.events import Events

SILENT = "timeout expired"
"""What libpq says, and so this program, of a server that does not answer in time."""

_AT_THE_DOOR = (
    ("password authentication failed", "it refuses the user or the password in ~/.pgpass or PGPASSWORD"),
    ("no password supplied", "it needs a password: put it into ~/.pgpass or PGPASSWORD"),
    ('database ".*" does not exist', "it has no such database: ask its owner to create it, or check the address"),
    ('role ".*" does not exist', "it does not know the user; an address gives one as USER@HOST"),
    ("pg_hba.conf", "it refuses this user from here, or requires TLS: ask its owner, or add ?sslmode=require"),
    ("does not support SSL", "it has no TLS, which sslmode in the address requires"),
    ("certificate", "this machine does not trust its certificate: name one by sslrootcert= in the address"),
    ("SSL negotiation|expected authentication", "something other than PostgreSQL answers there: check the port"),
    ("too many", "too many programs use it right now"),
    ("starting up|shutting down", "it is starting or stopping"),
    ("resolve|translate host", "its host is unknown: check the address and the network"),
    (SILENT, "it does not answer: check the network and the server"),
    ("refused|No such file", "nothing listens there: check that it runs, and check the port"),
    ("closed the connection|could not (send|receive)|is lost|consuming input", "the connection broke"),
)
"""Signs of a failure that has no code, and what they mean."""

_BY_CODE = (
    ("25006", "it can only be read right now"),
    ("53100", "its disk is full"),
    ("53", "it has no room for more programs or marks right now"),
    ("55P03", "another machine has been writing there for too long"),
    ("57P0", "it is starting or stopping"),
)
"""Codes of PostgreSQL, or how they begin, and what they mean."""


def reason(error: Error) -> str:
    """Why the server can't be used, as the rest of a sentence."""
    import psycopg

    # What libpq says of an address has parts of it; what it says of a server has its name.
    message = clean(" ".join(str(error).split("\nLINE ")[0].split()), 300).rstrip(".?") or type(error).__name__
    code = error.sqlstate
    if code is None:
        known = (words for sign, words in _AT_THE_DOOR if re.search(sign, message))
        if isinstance(error, psycopg.OperationalError) and (found := next(known, None)):
            return found
        if not isinstance(error, psycopg.OperationalError) or "connection is bad" in message:
            return "its address is not understood: write it as postgresql://HOST/DATABASE"
        return f"it does not answer ({message.rpartition(' failed: ')[2]})"
    if code == "42501":
        return f"you do not have the permission ({message})"
    if code.startswith(("22", "42")):
        return f"its tables were not made by this program ({message}): use another database"
    return next((words for start, words in _BY_CODE if code.startswith(start)), message)


# The address of a place

SCHEMES = ("postgresql://", "postgres://")


ANSWER_SECONDS = 10
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
    return bool(parts.password) or any("password" in name for name, _ in parse_qsl(parts.query))


def is_unclear(address: str) -> bool:
    """Whether a sign in the address may be part of a password: nobody can tell then what may be shown."""
    try:
        parts = urlsplit(address)
        # What is before a path's slash may be a user with a password, whatever signs these have.
        behind = parts.path + parts.fragment + ("" if parts.path else parts.query)
        return parts.netloc.count("@") > 1 or "@" in behind
    except ValueError:
        return True


def shown_place(place: str) -> str:
    """A folder, or the address of a server without a password."""
    return shown(place) if is_server(place) else clean(place)


def shared_place(named: str, start: Path) -> str:
    """The folder that is named, as an absolute path, or the address of a server; raises UsageError."""
    if not is_server(named):
        return str(start.absolute() / Path(named).expanduser())
    if has_password(named):
        raise UsageError(
            "Other programs can see a password in the address: put it into ~/.pgpass or PGPASSWORD instead."
        )
    return named


# A folder

MACHINE_FILE = "dailypapers-{}.jsonl"
"""The name of the file of a machine whose marks are joined, by the machine's id."""

NOT_THERE = "Its folder is missing: connect or mount it. Your marks are kept until then."
"""What the doctor says of a folder that is not there."""

BUSY_SECONDS = 5.0
"""How long another program's look is waited for."""


def is_machine_file(name: str) -> bool:
    """Whether a file may be that of a machine."""
    before, after = MACHINE_FILE.split("{}")
    return name.lower().startswith(before) and name.lower().endswith(after)


def unusable(folder: Path, error: OSError) -> CacheError:
    """What to say of a folder that can't be used."""
    problem = f"The folder {folder} can't be used: {error.strerror}."
    return CacheError(f"{problem} Check that it exists and can be written.")


def replace_shared(file: Path, data: bytes) -> None:
    """Write a file that others read, whole or not at all; raises OSError."""
    part = file.with_name(f".{file.name}.part")
    try:
        # Whoever may write there could have put a link or a pipe in its place.
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


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock while this home looks at a place; raises CacheError if another program has it."""
    busy = CacheError("Another program is joining the marks right now. Try again in a moment.")
    try:
        handle = take_lock(lock, busy, BUSY_SECONDS)
    except OSError as error:
        raise CacheError(f"{lock} can't be written: {error.strerror}. Check its folder.") from error
    try:
        yield
        # Its time says when this was last done.
        os.utime(lock)
    finally:
        os.close(handle)


# A server

GLANCE = 0.5
"""Seconds between two looks at the own cache while a server is listened to."""

FOLDER_GLANCE = 10.0
"""Seconds between two looks at a folder."""


def looks(events: Events, server: Server | None, channel: str, own: Callable[[], str]) -> Iterator[None]:
    """Now, and then whenever there is a new event here or news of others than `own`; in a folder, after a while."""
    if server is not None:
        server.listen(channel)
    while True:
        # Noted first: what is marked during the look is news too.
        seen = events.log.last()
        yield
        if server is None:
            time.sleep(FOLDER_GLANCE)
        else:
            while not server.hears(GLANCE, own()) and events.log.last() == seen:
                pass


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
            # A machine that falls asleep in its turn must not stop the others for long.
            self._connection.execute(f"SET LOCAL lock_timeout = '{ANSWER_SECONDS - 2}s'".encode())
            self._connection.execute(b"SET LOCAL idle_in_transaction_session_timeout = '60s'")
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
        # What came with the answer to a question waits there.
        return any(one.payload != own for one in self._connection.notifies(timeout=seconds, stop_after=1))


@contextmanager
def open_server(address: str) -> Iterator[Server]:
    """A connection to the server at an address; raises CacheError also for what fails while it is used."""
    try:
        import psycopg
    except ImportError:
        raise CacheError(needs_extra("PostgreSQL needs", "postgres")) from None
    if is_unclear(address):
        raise CacheError(
            "The address of the server can't be understood: in user and password, @ is written as %40, / as %2F, ? as"
            " %3F."
        )
    try:
        with server_environment():
            connected = _patient(psycopg.Connection).connect(
                address, autocommit=True, connect_timeout=ANSWER_SECONDS, application_name=NAME, **_SIGNS_OF_LIFE
            )
        with connected as connection:
            yield Server(connection)
    except psycopg.Error as error:
        raise CacheError(f"{shown(address)} can't be used: {reason(error)}. Marks wait here until it can.") from None


def _patient(plain: type[Connection[Any]]) -> type[Connection[Any]]:
    """Connections that break off where the server is silent for too long: libpq would wait forever."""
    from psycopg import OperationalError

    class Patient(plain):  # type: ignore[valid-type, misc]
        def wait(self, *args: Any, **options: Any) -> Any:
            is_over = Event()
            timer = Timer(ANSWER_SECONDS, self._break_off, (is_over,))
            timer.daemon = True
            timer.start()
            try:
                return super().wait(*args, **options)
            except OperationalError as error:
                if is_over.is_set():
                    raise OperationalError(SILENT) from error
                raise
            finally:
                timer.cancel()

        def _break_off(self, is_over: Event) -> None:
            is_over.set()
            with suppress(OSError, OperationalError):
                borrowed = socket(fileno=self.fileno())
                try:
                    borrowed.shutdown(SHUT_RDWR)
                finally:
                    borrowed.detach()

    return Patient
