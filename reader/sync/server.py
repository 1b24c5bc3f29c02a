"""Joins the logs of the user's machines through a PostgreSQL server, which tells the others of news at once.

The server has one table of rows that only grows. Writers take turns, so that a later number is never visible before an
earlier one, and each machine asks for the rows after the last number that it has read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict

from reader.cache import places
from reader.cache.marks.events import Events
from reader.core import foreign
from reader.log.foreign import checked_row
from reader.log.rows import Row, clock_of
from reader.sync import CHANNEL
from reader.sync.folder import AHEAD_MS, ExchangeResult, KnownFile, load, save

BATCH = 2_000
"""Rows that are asked for or sent at once."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS dailypapers_log (number bigserial PRIMARY KEY, action text NOT NULL,"
    " paper text NOT NULL, kind text NOT NULL, value text NOT NULL, by text NOT NULL, UNIQUE (paper, kind, action))"
)

_INSERT = (
    "INSERT INTO dailypapers_log (action, paper, kind, value, by)"
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING"
)

_NEXT = "SELECT number, action, paper, kind, value, by FROM dailypapers_log WHERE number > %s ORDER BY number LIMIT %s"


def exchange_with(events: Events, server: places.Server, address: str) -> ExchangeResult:
    """Take in the rows of a server that are new, and add what was done here; raises CacheError."""
    result, key = ExchangeResult(), places.shown_place(address)
    memory = load(events, key)
    before = asdict(memory)
    if not server.has_table("dailypapers_log"):
        with server.turn():
            server.run(_TABLE)
        memory.files, memory.written = {}, 0
    known = memory.files.setdefault(key, KnownFile())
    last = int(server.rows("SELECT coalesce(max(number), 0) FROM dailypapers_log")[0][0])
    if last < known.place:
        # The server was set back, or is another one by now.
        known.place, memory.written = 0, 0
    if came := events.join(_rows(server, known, events.machine())):
        result.came["other machines"] = came
    if memory.own != events.machine():
        memory.written, memory.own = 0, events.machine()
    while found := events.log.rows(memory.written, machine=memory.own, limit=BATCH):
        columns = [list(column) for column in zip(*(row for _, row in found), strict=True)]
        with server.turn():
            result.went += server.run(_INSERT, *columns)
            server.tell(CHANNEL, memory.own)
        memory.written = found[-1][0]
    if known.refused:
        result.troubles.append(f"{known.refused:,} rows of the server refused")
    if asdict(memory) != before:
        save(events, key, memory)
    return result


def _rows(server: places.Server, known: KnownFile, own: str) -> Iterator[Row]:
    latest = int(time.time() * 1000) + AHEAD_MS
    while found := server.rows(_NEXT, known.place, BATCH):
        for number, *values in found:
            known.place = number
            try:
                row = checked_row(Row(*map(str, values)))
                if row.machine == own and clock_of(row.action) > latest:
                    raise foreign.InvalidForeignValue("it is not of this machine")
                yield row
            except foreign.InvalidForeignValue:
                known.refused += 1
