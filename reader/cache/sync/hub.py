"""Joins the logs of several machines through a PostgreSQL server, which notifies the others as soon as something comes.

The server has a table of events that only grows. Each event is a line as the journal has it, so that what comes is
checked as in a folder. Inserts take turns, so that a later number is never seen before an earlier one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reader.cache.marks.event_log import ENTRY_COLUMNS
from reader.cache.marks.events import Events, Progress, ignore_progress
from reader.cache.marks.journal import Entry, decode, encode
from reader.cache.sync import memory
from reader.cache.sync.folder import Exchanged, alone
from reader.cache.sync.foreign import checked
from reader.cache.sync.machine_file import Known
from reader.core.errors import CacheError

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMES = ("postgresql://", "postgres://")

NEEDS_EXTRA = "PostgreSQL needs the extra postgres: install dailypapers[postgres]."

PATIENCE = 10
"""Seconds within which the server must answer."""

BATCH = 500
"""Events that are asked for or sent at once."""

CHANNEL = "dailypapers"
"""What listeners hear of; the machine that has sent something is named."""

_TURN = 6_431_797_103
"""The advisory lock of those that insert."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS dailypapers_hub (id text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS dailypapers_event ("
    "seq bigserial PRIMARY KEY, id text NOT NULL UNIQUE, line text NOT NULL, came timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS dailypapers_machine ("
    "id text PRIMARY KEY, name text NOT NULL, seen timestamptz NOT NULL, events bigint NOT NULL DEFAULT 0)",
    "CREATE OR REPLACE FUNCTION dailypapers_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$",
    "CREATE OR REPLACE TRIGGER dailypapers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dailypapers_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION dailypapers_refuse()",
)


def is_hub(address: str) -> bool:
    """Whether an address is that of a server."""
    return address.startswith(SCHEMES)


def shown(address: str) -> str:
    """The address without user and password."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return SCHEMES[0]
    plain = [one for one in parts.query.split("&") if one.partition("=")[0] in ("host", "port", "dbname", "service")]
    query = f"?{'&'.join(plain)}" if plain else ""
    port = f":{parts.netloc.rpartition(':')[2]}" if parts.netloc.rpartition(":")[2].isdecimal() else ""
    return f"{SCHEMES[0]}{parts.hostname or ''}{port}{parts.path}{query}"


class Hub:
    """A connection to the server."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._heard: list[str] = []
        self.id = ""

    def prepare(self) -> None:
        """Make the tables that are missing."""
        with self._connection.transaction():
            self._take_turn()
            there = self._connection.execute("SELECT to_regclass('dailypapers_machine')").fetchone()
            if there is None or there[0] is None:
                for statement in _SCHEMA:
                    self._connection.execute(statement.encode())
                self._connection.execute("INSERT INTO dailypapers_hub VALUES (%s)", (secrets.token_hex(12),))
            row = self._connection.execute("SELECT id FROM dailypapers_hub").fetchone()
            self.id = str(row[0]) if row else ""

    def _take_turn(self) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))

    def last(self) -> int:
        """The number of the last event."""
        row = self._connection.execute("SELECT coalesce(max(seq), 0) FROM dailypapers_event").fetchone()
        return int(row[0]) if row else 0

    def lines(self, after: int) -> Iterator[tuple[int, str]]:
        """The events behind a number, each with its own number."""
        ask = "SELECT seq, line FROM dailypapers_event WHERE seq > %s ORDER BY seq LIMIT %s"
        while rows := self._connection.execute(ask, (after, BATCH)).fetchall():
            yield from rows
            after = rows[-1][0]

    def add(self, entries: list[Entry], machine: str) -> int:
        """Add events that are not there yet, and tell the others; return how many were added."""
        lines = [(entry.id, encode(entry).decode().rstrip("\n")) for entry in entries]
        added = 0
        with self._connection.transaction(), self._connection.cursor() as cursor:
            self._take_turn()
            for values in lines:
                cursor.execute(
                    "INSERT INTO dailypapers_event (id, line) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING", values
                )
                added += cursor.rowcount
            cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, machine))
        return added

    def greet(self, machine: str, name: str, added: int) -> None:
        """Note that a machine was here."""
        self._connection.execute(
            "INSERT INTO dailypapers_machine (id, name, seen, events) VALUES (%s, %s, now(), %s) ON CONFLICT (id)"
            " DO UPDATE SET name = excluded.name, seen = now(), events = dailypapers_machine.events + excluded.events",
            (machine, name, added),
        )

    def machines(self) -> list[tuple[str, str, datetime, int]]:
        """The id, the name, the last visit and the number of events of each machine."""
        ask = "SELECT id, name, seen, events FROM dailypapers_machine ORDER BY seen DESC, id"
        return [(str(id), str(name), seen, int(count)) for id, name, seen, count in self._connection.execute(ask)]

    def listen(self) -> None:
        """Hear of what others add, from now on."""
        # News may also come with the answer to a question, and then the wait for it would miss it.
        self._connection.add_notify_handler(lambda news: self._heard.append(news.payload))
        self._connection.execute(f"LISTEN {CHANNEL}".encode())

    def hears(self, seconds: float, machine: str) -> bool:
        """Wait for news of other machines; return whether there were any."""
        if not self._heard:
            self._heard += [one.payload for one in self._connection.notifies(timeout=seconds, stop_after=1)]
        heard, self._heard = self._heard, []
        return any(one != machine for one in heard)


@contextmanager
def open_hub(address: str) -> Iterator[Hub]:
    """A connection to the server at an address; raises CacheError also for what fails while it is used."""
    try:
        import psycopg
    except ImportError:
        raise CacheError(NEEDS_EXTRA) from None
    try:
        with psycopg.connect(
            address, autocommit=True, connect_timeout=PATIENCE, application_name=CHANNEL
        ) as connection:
            hub = Hub(connection)
            hub.prepare()
            yield hub
    except psycopg.Error as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise CacheError(
            f"{shown(address)} can't be used: {said[:300].rstrip('.?')}. Marks wait here until it can."
        ) from error


def exchange_with_hub(
    events: Events,
    cache: Path,
    hub: Hub,
    address: str,
    name: str,
    *,
    progress: Progress = ignore_progress,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Exchanged:
    """Take in what other machines have done, and let them have what was done here; raises CacheError."""
    key = shown(address)
    with alone(cache):
        known = events.read(lambda one: memory.load(one, key))
        before = replace(known, files=dict(known.files))
        machine = events.machine()
        at_hub = known.files.get(CHANNEL, Known())
        result = Exchanged(is_first=not known.own)
        if at_hub.machine != hub.id or hub.last() < at_hub.place:
            # It is another one by now, or was set back.
            at_hub, known.written = Known(machine=hub.id, name=key), 0
        reading = _Reading(hub, at_hub.place, result)
        came = events.join(reading.entries(), progress)
        went = 0
        while batch := _unsent(events, known):
            new = [entry for entry in batch if entry.id not in reading.ids]
            went += hub.add(new, machine) if new else 0
        result.went = went
        if came:
            result.came["other machines"] = came
        hub.greet(machine, name, went)
        at_hub = replace(at_hub, place=reading.place, events=at_hub.events + len(reading.ids) + went)
        if came:
            at_hub = replace(at_hub, came=came, seen=now().isoformat(timespec="seconds"))
        known.files, known.own = {CHANNEL: at_hub}, machine
        if known != before:
            events.read(lambda one: memory.save(one, key, known))
    return result


class _Reading:
    def __init__(self, hub: Hub, place: int, result: Exchanged) -> None:
        self._hub = hub
        self._result = result
        self.place = place
        self.ids: set[str] = set()

    def entries(self) -> Iterator[Entry]:
        for seq, line in self._hub.lines(self.place):
            self.place = seq
            try:
                entry = decode(line.encode("utf-8", "surrogatepass"))
                if isinstance(entry, Entry):
                    entry = checked(entry)
                    self.ids.add(entry.id)
                    yield entry
            except ValueError as error:
                self._result.troubles.append(f"event {seq} of the server: {error}")


def _unsent(events: Events, known: memory.Memory) -> list[Entry]:
    """The next events that were not sent yet."""
    ask = f"SELECT seq, {ENTRY_COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT {BATCH}"
    rows = events.read(lambda one: one.execute(ask, (known.written,)).fetchall())
    if rows:
        known.written = rows[-1][0]
    return [Entry(*values) for _, *values in rows]
