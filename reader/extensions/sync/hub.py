"""A PostgreSQL server as a place of machines, which notifies the others of news at once.

The server has a table of events that only grows. Each event is a line as in the journal, and is checked as in a folder.
Inserts are serialized, so that a later number is never visible before an earlier one.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from reader.api import CacheError, amount, foreign, foreign_event, journal, places
from reader.extensions.sync.exchange import MOST_EVENTS, MOST_IDS_TOGETHER, KnownFile, PlaceLook

BATCH = 500
"""Events that are asked for or sent at once."""

BATCH_BYTES = journal.FOREIGN_BYTES
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

    channel = CHANNEL

    def __init__(self, server: places.Server, key: str) -> None:
        self.server, self.key = server, key
        self.id = ""

    def prepare(self) -> None:
        """Make the tables; raises CacheError if only some of them are there."""
        server = self.server
        with server.turn():
            lost = [one for one in _TABLES if not server.has_table(one)]
            if len(lost) == len(_TABLES):
                for statement in (_REFUSE, *_SCHEMA):
                    server.run(statement)
                server.run("INSERT INTO dailypapers_hub VALUES (%s)", secrets.token_hex())
            elif lost:
                rest = ", ".join(one for one in _TABLES if one not in lost)
                raise CacheError(
                    f"The server has lost {' and '.join(lost)}; your marks are safe. Have its owner run 'DROP TABLE "
                    f"{rest}': the next sync makes everything again, and each machine resends its marks."
                )
            rows = server.rows("SELECT id FROM dailypapers_hub")
            self.id = str(rows[0][0]) if rows else ""

    def forget(self, machines: Collection[str]) -> None:
        """Delete the events of machines that are forgotten."""
        signs = [f'"machine":"{one}"' for one in machines]
        # Texts of the user have a backslash before each quotation mark.
        theirs = "EXISTS (SELECT 1 FROM unnest(%s::text[]) AS sign WHERE position(sign IN line) > 0)"
        if not signs or not self.server.rows(f"SELECT 1 FROM dailypapers_event WHERE {theirs} LIMIT 1", signs):
            return
        with self.server.turn():
            self.server.run("SET LOCAL dailypapers.forgetting = 'on'")
            self.server.run("DELETE FROM dailypapers_machine WHERE id = ANY(%s)", list(machines))
            self.server.run(f"DELETE FROM dailypapers_event WHERE {theirs}", signs)

    def last(self) -> int:
        """The number of the last event."""
        return int(self.server.rows("SELECT coalesce(max(seq), 0) FROM dailypapers_event")[0][0])

    def lines(self, after: int) -> Iterator[tuple[int, str]]:
        """The events behind a number, each with its own number."""
        while rows := self.server.rows(_LINES, journal.FOREIGN_BYTES, after, BATCH, BATCH_BYTES):
            yield from ((seq, line) for seq, line in rows)
            after = rows[-1][0]

    def add(self, entries: list[journal.Entry], machine: str) -> int:
        """Add events that are not there yet, and tell the others; return how many were added."""
        ids = [entry.id for entry in entries]
        lines = [journal.encode(entry).decode().rstrip("\n") for entry in entries]
        # One question for all: on a slow line, others would wait for their turn too long.
        insert = (
            "INSERT INTO dailypapers_event (id, line) SELECT * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT (id) DO NOTHING"
        )
        with self.server.turn():
            added = self.server.run(insert, ids, lines)
            self.server.tell(CHANNEL, machine)
        return added

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

    def exchange(self, look: PlaceLook) -> None:
        """Take in what is new in the table, and add what was done here."""
        events, known, result = look.events, look.known, look.result
        machine = events.machine()
        at_hub = known.files.get(CHANNEL, KnownFile())
        if at_hub.machine != self.id or self.last() < at_hub.place or at_hub.size < 0 or at_hub.is_outdated:
            # It is another one by now, was set back, or has what an older program could not read.
            at_hub, known.written = KnownFile(machine=self.id, name=self.key), 0
        if look.is_otherwise:
            self.forget(look.out)
        reading = _Reading(self, at_hub, look)
        came = events.join(reading.entries(), look.progress, on_clash=reading.note_clash)
        reading.sum_up()
        if reading.has_strange:
            machine, result.is_new_machine = events.take_new_machine(), True
        went = sum(self.add(some, machine) for some in look.unsent(BATCH, lambda entry: entry.id in reading.ids))
        result.went += went
        if came:
            result.came["other machines"] = result.came.get("other machines", 0) + came
        self.greet(machine, look.name, went)
        known.files, known.own = {CHANNEL: reading.known()}, machine
        look.save(self)


@contextmanager
def open_hub(address: str) -> Iterator[Hub]:
    """The events of the server at an address; raises CacheError also for what fails while they are used."""
    with places.open_server(address) as server:
        hub = Hub(server, places.shown_place(address))
        hub.prepare()
        yield hub


class _Reading:
    """Reads the lines of the server that are new, each machine's up to its budget."""

    def __init__(self, hub: Hub, before: KnownFile, look: PlaceLook) -> None:
        self._hub, self._before, self._look = hub, before, look
        self._place = before.place
        self._latest = foreign.latest_clock(time.time())
        self.ids: set[str] = set()
        self.has_strange = False
        """Whether there was an event of this machine that it does not know: a copy of this home has the same id."""
        ask = "SELECT machine, count(*), sum(count) FROM event GROUP BY machine"
        rows = look.events.read(lambda one: one.execute(ask).fetchall())
        self._taken = {machine: (int(count), int(papers)) for machine, count, papers in rows}
        self._refused: Counter[tuple[str, str]] = Counter()
        """Numbers of events by their machine, and what is wrong with them."""
        self._troubles = look.result.troubles

    def entries(self) -> Iterator[journal.Entry]:
        """The events; what is no event, or over a budget, is noted."""
        for seq, line in self._hub.lines(self._place):
            self._place = seq
            try:
                entry = foreign_event(line.encode("utf-8", "surrogatepass"), self._latest)
                if isinstance(entry, journal.Entry):
                    self.ids.add(entry.id)
                    if self._is_over(entry):
                        self._refused[entry.machine, "over its budget"] += 1
                        continue
                    is_own = entry.machine == self._look.known.own
                    self.has_strange = self.has_strange or (is_own and not self._look.events.has(entry.id))
                    yield entry
            except ValueError as error:
                self._note(f"event {seq} of the server: {error}")

    def _is_over(self, entry: journal.Entry) -> bool:
        count, papers = self._taken.get(entry.machine, (0, 0))
        is_over = count >= MOST_EVENTS or papers + entry.count > MOST_IDS_TOGETHER
        if not is_over:
            self._taken[entry.machine] = count + 1, papers + entry.count
        return is_over

    def note_clash(self, entry: journal.Entry) -> None:
        """Count an event that was not taken, because another one has its id."""
        self._refused[entry.machine, "id already in use"] += 1

    def sum_up(self) -> None:
        """Note what was refused of each machine."""
        for (machine, what), count in self._refused.items():
            self._note(f"machine {machine}: {amount(count, 'event')} refused ({what})")

    def _note(self, trouble: str) -> None:
        if len(self._troubles) < MOST_TROUBLES:
            self._troubles.append(trouble)

    def known(self) -> KnownFile:
        """What is known of the server then."""
        trouble = "; ".join(filter(None, (self._before.trouble, *self._troubles[:1])))
        return replace(self._before, size=0, place=self._place, trouble=trouble[:1_000], reader=journal.READER)
