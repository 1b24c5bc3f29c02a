"""Joins the logs of several machines through a PostgreSQL server, which notifies the others as soon as something comes.

The server has a table of events that only grows. Each event is a line as the journal has it, so that what comes is
checked as in a folder. Inserts take turns, so that a later number is never seen before an earlier one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reader.cache.marks.event_log import ENTRY_COLUMNS
from reader.cache.marks.events import Events, Progress, ignore_progress
from reader.cache.marks.foreign import checked
from reader.cache.marks.journal import FOREIGN_BYTES, Entry, decode, encode
from reader.cache.postgres import Server, open_server, shown
from reader.cache.sync import memory
from reader.cache.sync.folder import Exchanged, alone
from reader.cache.sync.machine_file import Known
from reader.core.foreign import MOST_IDS, latest_clock
from reader.core.leaving import LEAVING

BATCH = 500
"""Events that are asked for or sent at once."""

BATCH_BYTES = FOREIGN_BYTES
"""Bytes of lines that are asked for at once; a single line may have as many."""

CHANNEL = "dailypapers"
"""What listeners hear of; the machine that has sent something is named."""

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

# A line longer than the first value is no event: it comes cut off, and is skipped.
_LINES = (
    "SELECT seq, left(line, %s) FROM (SELECT seq, line, sum(octet_length(line)) OVER (ORDER BY seq) AS bytes,"
    " row_number() OVER (ORDER BY seq) AS place FROM (SELECT seq, line FROM dailypapers_event WHERE seq > %s"
    " ORDER BY seq LIMIT %s) AS found) AS counted WHERE bytes <= %s OR place = 1 ORDER BY seq"
)


class Hub:
    """The table of events of a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.id = ""

    def prepare(self) -> None:
        """Make the tables that are missing."""
        server = self.server
        with server.turn():
            if not server.has_table("dailypapers_machine"):
                for statement in _SCHEMA:
                    server.run(statement)
                server.run("INSERT INTO dailypapers_hub VALUES (%s)", secrets.token_hex(12))
            rows = server.rows("SELECT id FROM dailypapers_hub")
            self.id = str(rows[0][0]) if rows else ""

    def last(self) -> int:
        """The number of the last event."""
        return int(self.server.rows("SELECT coalesce(max(seq), 0) FROM dailypapers_event")[0][0])

    def lines(self, after: int) -> Iterator[tuple[int, str]]:
        """The events behind a number, each with its own number."""
        while rows := self.server.rows(_LINES, FOREIGN_BYTES, after, BATCH, BATCH_BYTES):
            yield from ((seq, line) for seq, line in rows)
            after = rows[-1][0]

    def add(self, entries: list[Entry], machine: str) -> int:
        """Add events that are not there yet, and tell the others; return how many were added."""
        ids = [entry.id for entry in entries]
        lines = [encode(entry).decode().rstrip("\n") for entry in entries]
        # One question for all: on a slow line, others would wait for their turn too long.
        insert = (
            "INSERT INTO dailypapers_event (id, line) SELECT * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT (id) DO NOTHING"
        )
        with self.server.turn():
            added = self.server.run(insert, ids, lines)
            self.server.tell(CHANNEL, machine)
        return added

    def listen(self) -> None:
        """Hear of what others add, from now on."""
        self.server.listen(CHANNEL)

    def greet(self, machine: str, name: str, added: int) -> None:
        """Note that a machine was here."""
        self.server.run(
            "INSERT INTO dailypapers_machine (id, name, seen, events) VALUES (%s, %s, now(), %s) ON CONFLICT (id)"
            " DO UPDATE SET name = excluded.name, seen = now(), events = dailypapers_machine.events + excluded.events",
            *(machine, name, added),
        )

    def machines(self) -> list[tuple[str, str, datetime, int]]:
        """The id, the name, the last visit and the number of events of each machine."""
        ask = "SELECT id, name, seen, events FROM dailypapers_machine ORDER BY seen DESC, id"
        return [(str(id), str(name), seen, int(count)) for id, name, seen, count in self.server.rows(ask)]


@contextmanager
def open_hub(address: str) -> Iterator[Hub]:
    """The events of the server at an address; raises CacheError also for what fails while they are used."""
    with open_server(address) as server:
        hub = Hub(server)
        hub.prepare()
        yield hub


def exchange_with_hub(
    events: Events,
    cache: Path,
    hub: Hub,
    address: str,
    name: str,
    *,
    progress: Progress = ignore_progress,
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
        reading = _Reading(hub, at_hub.place, result, lambda entry: _is_strange(events, entry, known.own))
        came = events.join(reading.entries(), progress)
        if reading.has_strange:
            machine, result.is_new_machine = events.take_new_machine(), True
        went = 0
        while batch := _unsent(events, known):
            new = [entry for entry in batch if entry.id not in reading.ids]
            went += hub.add(new, machine) if new else 0
        result.went = went
        if came:
            result.came["other machines"] = came
        hub.greet(machine, name, went)
        at_hub = replace(at_hub, place=reading.place)
        known.files, known.own = {CHANNEL: at_hub}, machine
        if known != before:
            events.read(lambda one: memory.save(one, key, known))
    return result


class _Reading:
    def __init__(self, hub: Hub, place: int, result: Exchanged, is_strange: Callable[[Entry], bool]) -> None:
        self._hub = hub
        self._result = result
        self._is_strange = is_strange
        self.place = place
        self.ids: set[str] = set()
        self._latest = latest_clock(time.time())
        self.has_strange = False
        """Whether there was an event of this machine that it does not know."""

    def entries(self) -> Iterator[Entry]:
        for seq, line in self._hub.lines(self.place):
            self.place = seq
            try:
                entry = decode(line.encode("utf-8", "surrogatepass"), MOST_IDS)
                if isinstance(entry, Entry):
                    entry = checked(entry, self._latest)
                    self.ids.add(entry.id)
                    self.has_strange = self.has_strange or self._is_strange(entry)
                    yield entry
            except ValueError as error:
                self._result.troubles.append(f"event {seq} of the server: {error}")


def _is_strange(events: Events, entry: Entry, own: str) -> bool:
    """Whether an event is by this machine, which does not know it: a copy of this home writes under the same id."""
    if entry.machine != own:
        return False
    ask = "SELECT count(*) FROM event WHERE id = ?"
    (known,) = events.read(lambda one: one.execute(ask, (entry.id,)).fetchone())
    return not known


def _unsent(events: Events, known: memory.Memory) -> list[Entry]:
    """The next events that were not sent yet."""
    ask = f"SELECT seq, {ENTRY_COLUMNS} FROM event WHERE seq > ? AND {LEAVING} ORDER BY seq LIMIT {BATCH}"
    rows = events.read(lambda one: one.execute(ask, (known.written,)).fetchall())
    if rows:
        known.written = rows[-1][0]
    return [Entry(*values) for _, *values in rows]
