"""Joins the logs of several machines through a PostgreSQL server, which notifies the others as soon as something comes.

The server has a table of events that only grows. Each event is a line as the journal has it, so that what comes is
checked as in a folder. Inserts take turns, so that a later number is never seen before an earlier one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reader.cache.marks.event_log import ENTRY_COLUMNS
from reader.cache.marks.events import Events, Progress, ignore_progress
from reader.cache.marks.foreign import checked
from reader.cache.marks.forgotten import FORGOTTEN, forgotten, is_forgotten_elsewhere
from reader.cache.marks.journal import FOREIGN_BYTES, Entry, decode, encode
from reader.cache.postgres import Server, open_server, shown
from reader.cache.sync import memory
from reader.cache.sync.folder import Exchanged, alone
from reader.cache.sync.machine_file import MOST_EVENTS, MOST_IDS_TOGETHER, READER, Known
from reader.core.errors import CacheError
from reader.core.foreign import MOST_IDS, latest_clock
from reader.core.marks import LEAVING

BATCH = 500
"""Events that are asked for or sent at once."""

BATCH_BYTES = FOREIGN_BYTES
"""Bytes of lines that are asked for at once; a single line may have as many."""

MOST_TROUBLES = 20
"""Events that can't be read and are named in one look."""

CHANNEL = "dailypapers"
"""What listeners hear of; the machine that has sent something is named."""

_REFUSE = (
    "CREATE OR REPLACE FUNCTION dailypapers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' AND current_setting('dailypapers.forgetting', true) = 'on' THEN RETURN NULL; END IF;"
    " RAISE EXCEPTION 'events are only ever added'; END $$"
)
"""Nothing changes events, and only a machine that forgets another one deletes any."""

_TABLES = ("dailypapers_hub", "dailypapers_event", "dailypapers_machine")

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS dailypapers_hub (id text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS dailypapers_event ("
    "seq bigserial PRIMARY KEY, id text NOT NULL UNIQUE, line text NOT NULL, came timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS dailypapers_machine ("
    "id text PRIMARY KEY, name text NOT NULL, seen timestamptz NOT NULL, events bigint NOT NULL DEFAULT 0)",
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
        """Make the tables; raises CacheError if only some of them are there."""
        server = self.server
        with server.turn():
            lost = [one for one in _TABLES if not server.has_table(one)]
            if len(lost) == len(_TABLES):
                for statement in (_REFUSE, *_SCHEMA):
                    server.run(statement)
                server.run("INSERT INTO dailypapers_hub VALUES (%s)", secrets.token_hex(12))
            elif lost:
                rest = ", ".join(one for one in _TABLES if one not in lost)
                raise CacheError(
                    f"The server has lost {' and '.join(lost)}. Have its owner run 'DROP TABLE {rest}' there: the next"
                    " sync makes all anew, and each machine sends its marks again; nothing is lost."
                )
            rows = server.rows("SELECT id FROM dailypapers_hub")
            self.id = str(rows[0][0]) if rows else ""

    def forget(self, machines: Collection[str]) -> int:
        """Delete the events of machines that are forgotten; return how many there were."""
        signs = [f'"machine":"{one}"' for one in machines]
        # Texts of the user have a backslash before each quotation mark.
        theirs = "EXISTS (SELECT 1 FROM unnest(%s::text[]) AS sign WHERE position(sign IN line) > 0)"
        if not signs or not self.server.rows(f"SELECT 1 FROM dailypapers_event WHERE {theirs} LIMIT 1", signs):
            return 0
        with self.server.turn():
            self.server.run(_REFUSE)
            self.server.run("SET LOCAL dailypapers.forgetting = 'on'")
            self.server.run("DELETE FROM dailypapers_machine WHERE id = ANY(%s)", list(machines))
            return self.server.run(f"DELETE FROM dailypapers_event WHERE {theirs}", signs)

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
        result = Exchanged(is_first=not known.own)
        while True:
            out = events.read(forgotten)
            is_otherwise = known.expect(out)
            at_hub = known.files.get(CHANNEL, Known())
            is_older = bool(at_hub.said) and at_hub.reader != READER
            if at_hub.machine != hub.id or hub.last() < at_hub.place or at_hub.size < 0 or is_older:
                # It is another one by now, was set back, or has what an older program could not read.
                at_hub, known.written = Known(machine=hub.id, name=key), 0
            if is_otherwise:
                hub.forget(out)
            reading = _Reading(hub, at_hub, result, lambda entry: _is_strange(events, entry, known.own), events)
            came = events.join(reading.entries(), progress, on_clash=reading.note_clash)
            reading.sum_up()
            if reading.has_strange:
                machine, result.is_new_machine = events.take_new_machine(), True
            went = 0
            while batch := _unsent(events, known):
                new = [entry for entry in batch if entry.id not in reading.ids]
                went += hub.add(new, machine) if new else 0
            result.went += went
            if came:
                result.came["other machines"] = result.came.get("other machines", 0) + came
            hub.greet(machine, name, went)
            known.files, known.own = {CHANNEL: reading.known()}, machine
            if known != before or is_otherwise:
                events.read(lambda one: memory.save(one, key, known))
            # What came may say that a machine is forgotten.
            if sorted(events.read(forgotten)) == known.forgotten:
                break
        result.is_forgotten = events.read(lambda one: is_forgotten_elsewhere(one, machine))
    return result


class _Reading:
    """Reads the lines of the server that are new, each machine's up to its budget."""

    def __init__(
        self, hub: Hub, before: Known, result: Exchanged, is_strange: Callable[[Entry], bool], events: Events
    ) -> None:
        self._hub = hub
        self._before = before
        self._result = result
        self._is_strange = is_strange
        self._place = before.place
        self.ids: set[str] = set()
        self._latest = latest_clock(time.time())
        self.has_strange = False
        """Whether there was an event of this machine that it does not know."""
        ask = "SELECT machine, count(*), sum(count) FROM event GROUP BY machine"
        rows = events.read(lambda one: one.execute(ask).fetchall())
        self._taken = {machine: (int(count), int(papers)) for machine, count, papers in rows}
        self._troubles: list[str] = []
        self._refused: dict[str, int] = {}
        self._clashes: dict[str, int] = {}

    def entries(self) -> Iterator[Entry]:
        """The events; what is no event, or over a budget, is noted."""
        for seq, line in self._hub.lines(self._place):
            self._place = seq
            try:
                entry = decode(line.encode("utf-8", "surrogatepass"), MOST_IDS)
                if isinstance(entry, Entry):
                    entry = checked(entry, self._latest)
                    self.ids.add(entry.id)
                    if self._is_over(entry):
                        self._refused[entry.machine] = self._refused.get(entry.machine, 0) + 1
                        continue
                    self.has_strange = self.has_strange or self._is_strange(entry)
                    yield entry
            except ValueError as error:
                self._note(f"event {seq} of the server: {error}")

    def note_clash(self, entry: Entry) -> None:
        """Count an event that was not taken, because another one has its id."""
        self._clashes[entry.machine] = self._clashes.get(entry.machine, 0) + 1

    def sum_up(self) -> None:
        """Note what was refused of each machine."""
        for what, counts in (("over its budget", self._refused), ("with the ids of others", self._clashes)):
            for machine, count in counts.items():
                self._note(f"machine {machine}: {count:,} events {what} were refused")

    def _is_over(self, entry: Entry) -> bool:
        count, papers = self._taken.get(entry.machine, (0, 0))
        is_over = count >= MOST_EVENTS or papers + entry.count > MOST_IDS_TOGETHER
        if not is_over:
            self._taken[entry.machine] = count + 1, papers + entry.count
        return is_over

    def _note(self, trouble: str) -> None:
        if len(self._troubles) < MOST_TROUBLES:
            self._troubles.append(trouble)
            self._result.troubles.append(trouble)

    def known(self) -> Known:
        """What is known of the server then."""
        before = self._before
        trouble = "; ".join(filter(None, (before.trouble, *self._troubles[:1])))
        return replace(before, size=0, place=self._place, trouble=trouble[:1_000], reader=READER)


def _is_strange(events: Events, entry: Entry, own: str) -> bool:
    """Whether an event is by this machine, which does not know it: a copy of this home writes under the same id."""
    if entry.machine != own:
        return False
    ask = "SELECT count(*) FROM event WHERE id = ?"
    (known,) = events.read(lambda one: one.execute(ask, (entry.id,)).fetchone())
    return not known


def _unsent(events: Events, known: memory.Memory) -> list[Entry]:
    """The next events that were not sent yet; not those of a forgotten machine."""
    ask = f"SELECT seq, undone, {ENTRY_COLUMNS} FROM event WHERE seq > ? AND {LEAVING} ORDER BY seq LIMIT {BATCH}"
    while rows := events.read(lambda one: one.execute(ask, (known.written,)).fetchall()):
        known.written = rows[-1][0]
        if found := [Entry(*values) for _, undone, *values in rows if undone < FORGOTTEN]:
            return found
    return []
