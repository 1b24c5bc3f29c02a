"""The table of events and its journal, kept equal: every event is in both.

A writer takes the cache's write lock, appends the event's line to the journal, and commits the event together with the
journal's new size. A program that ends between the two leaves a journal of another size than the cache has noted. The
next writer sees that, and joins the two: it inserts events that only the journal has, and appends those that only the
cache has. The same brings back all events into a new cache, and all lines into a lost journal.

A mark that a program made for the user has an event of the kind `agent:NAME` with the same clock beside it.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from reader.cache import meta
from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.forgotten import FORGOTTEN, SETTLE, count_forgets, forgotten, note_changing
from reader.cache.marks.journal import PACKING, SIZE, BadLine, Entry, Journal, agrees, stored_size
from reader.core import foreign
from reader.core.follows import WATCH, event_label
from reader.core.foreign import MOST_OWN_IDS, Refused
from reader.core.marks import AGENT, FORGET, PASSAGE, RULE, check_listed
from reader.database import connections
from reader.paths import journal_file

NOBODY = zlib.compress(b"")
"""The packed ids of an event without papers."""

COLUMNS = "seq, id, clock, kind, value, count"

LATEST = foreign.FURTHEST - (1 << 40)
"""This machine's clock follows no later one, so that there is room for all that it still does."""

MACHINE = "machine"
"""The key in `meta` of this machine's id."""

DAY = 86_400_000
"""Milliseconds."""

MOST_MISSED = 1_000_000
"""Maximum gap between the number of our own event arriving from elsewhere, as after a loss, and our last one. Beyond
it, the event gets no number, or it would count as our newest action forever."""

LAST_NUMBER = 1 << 53
"""A number from here on is none of ours, whoever wrote it under our id: those that follow would be no numbers."""

MOST_FORGETS = 10_000
"""Events of other machines that forget one: each is looked at in every transaction that adds events."""

STEPS = ("undo", "redo")
"""Kinds of events that change another event; their value is its id."""

_FIELDS = ("id", "machine", "number", "clock", "kind", "value", "count", "papers")
_REST = "coalesce((SELECT o.rest FROM event_origin AS o WHERE o.event = event.seq), '')"
ENTRY_COLUMNS = ", ".join((*_FIELDS, _REST))
"""What is asked of `event` for the fields of `Entry`, in their order."""

_values = attrgetter(*_FIELDS)
_content = attrgetter("machine", "clock", "kind", "value", "count")

LABELS: Mapping[tuple[str, str | None], str] = {
    ("read", "1"): "read",
    ("read", "0"): "unread",
    ("star", "1"): "starred",
    ("star", "0"): "unstarred",
    ("hide", "1"): "hidden",
    ("hide", "0"): "no longer hidden",
    ("queue", "1"): "queued",
    ("queue", "0"): "no longer queued",
    ("note", ""): "without a note",
    ("want", "1"): "to be fetched",
    ("like", "1"): "liked",
    ("like", "0"): "no longer liked",
    ("highlight", "1"): "highlighted",
    ("highlight", "0"): "no longer highlighted",
    ("look", "1"): "looked at again",
    ("note", None): "noted",
    ("queue", None): "moved in the queue",
    ("open", None): "opened",
    ("finish", None): "read to the end",
    ("pass", None): "passed",
}
"""What was done, by a mark's kind and value, or by its kind alone."""


@dataclass(frozen=True, slots=True)
class Event:
    """One action of the user on `count` papers."""

    seq: int
    id: str
    clock: int
    """Milliseconds since 1970."""
    kind: str
    value: str
    count: int

    @property
    def label(self) -> str:
        """The mark as words after a number: `41 read`."""
        if self.kind.startswith(WATCH):
            return event_label(self.kind, self.value)
        if self.kind.startswith(("weigh:", "interest:")):
            from reader.core.choice import wishes

            return wishes.event_label(self.kind, self.value)
        if self.kind.startswith("tag:"):
            return f"{'tagged' if self.value == '1' else 'untagged'} {self.kind[4:]}"
        if self.kind.startswith(PASSAGE):
            return f"{'' if self.value else 'no longer '}highlighted in the text"
        if self.kind.startswith(RULE):
            return f"by the rule {self.kind.removeprefix(RULE)}"
        if self.kind.startswith(AGENT):
            return f"by {self.kind.removeprefix(AGENT)}"
        return LABELS.get((self.kind, self.value)) or LABELS.get((self.kind, None)) or self.kind

    @property
    def said(self) -> str:
        """The mark in words: `41 read`; without a number where it is not about papers."""
        return _said(self.count, self.label)


@dataclass(frozen=True, slots=True)
class UserAction:
    """The events of one user action, at least one; they share a clock, and one undo undoes all."""

    events: tuple[Event, ...]
    paper: str = ""
    """The id of its one paper, once it is undone or redone; empty if it has others or none."""

    @property
    def kind(self) -> str:
        """The kind of its first event."""
        return self.events[0].kind

    @property
    def value(self) -> str:
        """The value of its first event."""
        return self.events[0].value

    @property
    def count(self) -> int:
        """Number of its papers, about: the most that any of its marks has."""
        return max((count for _, count in self.did), default=0)

    @property
    def did(self) -> tuple[tuple[str, int], ...]:
        """What happened, such as `hidden`, and to how many papers."""
        papers: dict[str, int] = {}
        for event in self.events:
            if not event.kind.startswith((AGENT, RULE)):
                papers[event.label] = papers.get(event.label, 0) + event.count
        return tuple(papers.items())

    @property
    def did_in_words(self) -> str:
        """The same for what rules did, of which each mark has papers of its own: `2 starred, 3 tagged work`."""
        return ", ".join(f"{count:,} {what}" for what, count in self.did)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that did it, in words; empty for what the user did."""
        return tuple(dict.fromkeys(event.label for event in self.events if event.kind.startswith(RULE)))

    @property
    def label(self) -> str:
        """The marks as words that follow a number: `3 tagged later, soon; untagged old`."""
        events = sorted(self.events, key=lambda event: event.kind.startswith(AGENT))
        said: dict[str, list[str]] = {}
        for label in dict.fromkeys(event.label for event in events):
            done, _, tag = label.partition(" ")
            if done in ("tagged", "untagged"):
                said.setdefault(done, []).append(tag)
            else:
                said[label] = []
        between = "; " if any(len(tags) > 1 for tags in said.values()) else ", "
        return between.join(f"{done} {', '.join(tags)}" if tags else done for done, tags in said.items())

    @property
    def said(self) -> str:
        """The action in words, as those of an event; with a number for each mark where they differ."""
        if self.rules or len({count for _, count in self.did}) > 1:
            by = dict.fromkeys(event.label for event in self.events if event.kind.startswith((RULE, AGENT)))
            return ", ".join((self.did_in_words, *by))
        return _said(self.count, self.label)


def _said(count: int, label: str) -> str:
    return f"{count:,} {label}" if count else label


@dataclass(frozen=True, slots=True)
class Marking:
    """An event to be recorded."""

    kind: str
    value: str
    papers: bytes = NOBODY
    count: int = 0


@dataclass(slots=True)
class Joined:
    """The result of joining the cache and its journal."""

    inserted: int = 0
    """Events that only the journal had."""
    appended: int = 0
    """Events that only the cache had."""
    bad_lines: list[BadLine] = field(default_factory=list)


class EventLog:
    """The events of one cache, used by one thread at a time; its methods raise sqlite3.Error and CacheError."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Callable[[], float] = time.time) -> None:
        self._connection = connection
        self._path = path
        self._now = now
        self.journal = Journal(journal_file(path))
        self.has_news = False
        """Whether events came from the journal that are not applied yet."""

    @contextmanager
    def recording(self) -> Iterator[None]:
        """A transaction that may record events; if it fails, the journal loses them again."""
        before = after = -1
        try:
            with connections.transaction(self._connection):
                if not self.has_agreed():
                    # A program ended while it wrote, or either file was replaced.
                    self._join_journal()
                before = self.journal.size()
                try:
                    yield
                except BaseException:
                    # Nobody else appends while this transaction has the lock.
                    self.journal.cut(before)
                    raise
                after = self.journal.size()
        except sqlite3.Error:
            if after > before:
                # Nothing was committed; another program may have joined the journal's lines meanwhile.
                with suppress(sqlite3.Error), connections.transaction(self._connection):
                    if stored_size(self._connection) == before and self.journal.size() == after:
                        self.journal.cut(before)
            raise

    def record(self, kind: str, value: str) -> Event:
        """Append an event without papers of this machine, inside `recording`; `finish` marks it as applied."""
        return self.record_together([Marking(kind, value)])[0]

    def record_together(self, markings: Sequence[Marking]) -> list[Event]:
        """Append the events of one action: they get one clock, and their lines are written at once."""
        connection = self._connection
        for one in markings:
            check_listed(one.kind)
        machine = self.machine()
        # A clock that no machine can have by now is not followed: a repair gives its event another one.
        latest = self.latest()
        (last,) = connection.execute("SELECT coalesce(max(clock), 0) FROM event WHERE clock <= ?", (latest,)).fetchone()
        number = self._last_number()
        clock = max(int(self._now() * 1000), last + 1)
        entries = [
            Entry(secrets.token_hex(12), machine, number + place, clock, one.kind, one.value, one.count, one.papers)
            for place, one in enumerate(markings, 1)
        ]
        events = [Event(self._insert(one), one.id, clock, one.kind, one.value, one.count) for one in entries]
        self._append(entries)
        return events

    def _last_number(self) -> int:
        own = "SELECT number FROM event WHERE machine = ? AND number < ? ORDER BY number DESC LIMIT 1"
        (number,) = self._connection.execute(own, (self.machine(), LAST_NUMBER)).fetchone() or (0,)
        return int(number)

    def latest(self) -> int:
        """The latest clock that this machine's follows by now."""
        return followed_clock(self._now())

    def has_late(self) -> bool:
        """Whether there is an event with a later clock."""
        late = "SELECT 1 FROM event WHERE clock > ? LIMIT 1"
        return self._connection.execute(late, (self.latest(),)).fetchone() is not None

    def days_ahead(self) -> int:
        """Days by which the latest clock of all events is ahead of now."""
        (last,) = self._connection.execute("SELECT coalesce(max(clock), 0) FROM event").fetchone()
        return max(0, (int(last) - int(self._now() * 1000)) // DAY)

    def decides(self, event: Event) -> bool:
        """Whether an event is the newest of its kind that is not undone."""
        newest = "SELECT seq FROM event WHERE kind = ? AND undone = 0 ORDER BY clock DESC, id DESC LIMIT 1"
        row = self._connection.execute(newest, (event.kind,)).fetchone()
        return row is not None and row[0] == event.seq

    def settle(self, id: str) -> bool:
        """Find out by its newest step whether an event is undone; return that."""
        self._connection.execute(SETTLE, {"id": id, "latest": self.latest()})
        row = self._connection.execute("SELECT undone FROM event WHERE id = ?", (id,)).fetchone()
        return row is not None and bool(row[0])

    def finish(self, event: Event) -> None:
        """Mark an event as applied."""
        self._connection.execute("UPDATE event SET applied = 1 WHERE seq = ?", (event.seq,))

    def machine(self) -> str:
        """The id of this machine, made when it is first needed."""
        return self._own_machine() or self._set_machine(secrets.token_hex(6))

    def take_new_machine(self) -> str:
        """Change this machine's id, because another machine has the same."""
        with connections.transaction(self._connection):
            return self._set_machine(secrets.token_hex(6))

    def _own_machine(self) -> str | None:
        return meta.get(self._connection, MACHINE)

    def _set_machine(self, machine: str) -> str:
        meta.put(self._connection, MACHINE, machine)
        return machine

    def join(
        self, entries: Sequence[Entry], via: str, on_clash: Callable[[Entry], None], fold: Callable[[], None]
    ) -> int:
        """Add other machines' events that the log lacks, unapplied, in one transaction; return their number.

        `via` is the machine whose file has them. Those of a machine that is forgotten are left out, but for what it
        forgets itself: all machines decide by the same. `fold` derives the states that change as events give way to
        the true ones of their ids.
        """
        revived = 0
        with self.recording():
            out = forgotten(self._connection)
            room = MOST_FORGETS - count_forgets(self._connection)
            forgets = [entry for entry in entries if entry.kind.startswith(FORGET)][: max(room, 0)]
            rest = (entry for entry in entries if not entry.kind.startswith(FORGET))
            wanted = [] if via in out else [entry for entry in rest if entry.machine not in out]
            false = list[int]()
            for entry, seq, is_sure in list(self._clashes(wanted)):
                if via == entry.machine and not is_sure:
                    false.append(seq)
                else:
                    wanted.remove(entry)
                    on_clash(entry)
            if false:
                note_changing(self._connection, false)
                self._delete(false)
                fold()
            new = self.add((*forgets, *wanted), via)
            if out:
                revived = sum(self._revive(entry, via) for entry in wanted)
        self.has_news = self.has_news or bool(new or revived)
        return len(new) + revived

    def _clashes(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, int, bool]]:
        """The entries whose id another event has: its number, and whether its own machine may have brought it."""
        ask = (
            f"SELECT seq, undone < {FORGOTTEN} AND seq NOT IN (SELECT event FROM event_origin WHERE via <> ''),"
            " machine, clock, kind, value, count, papers FROM event WHERE id = ?"
        )
        for entry in entries:
            row = self._connection.execute(ask, (entry.id,)).fetchone()
            if row is None:
                continue
            seq, is_sure, *content, papers = row
            # Two versions of zlib may pack the same ids in two ways.
            is_same = papers == entry.papers or zlib.decompress(papers) == zlib.decompress(entry.papers)
            if tuple(content) != _content(entry) or not is_same:
                yield entry, seq, bool(is_sure)

    def _delete(self, seqs: Sequence[int]) -> None:
        """Delete events with their effects, which the caller derives again."""
        steps = f"SELECT DISTINCT value FROM event WHERE seq IN (SELECT value FROM json_each(?)) AND kind IN {STEPS}"
        targets = self._connection.execute(steps, (json.dumps(seqs),)).fetchall()
        self._forget(seqs)
        for (id,) in targets:
            self.settle(id)

    def _forget(self, seqs: Sequence[int]) -> None:
        for table, column in (("effect", "event"), ("orphan", "event"), ("event_origin", "event"), ("event", "seq")):
            sql = f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"
            self._connection.execute(sql, (json.dumps(seqs),))

    def _revive(self, entry: Entry, via: str) -> bool:
        """Have an event count again that only a forgotten machine's file had; return whether it did not count."""
        ask = f"SELECT seq FROM event WHERE id = ? AND undone >= {FORGOTTEN}"
        row = self._connection.execute(ask, (entry.id,)).fetchone()
        if row is not None:
            self._connection.execute("UPDATE event SET undone = undone & 1, applied = 0 WHERE seq = ?", row)
            self._connection.execute("UPDATE event_origin SET via = ? WHERE event = ?", (via, *row))
            if entry.kind in STEPS:
                self.settle(entry.value)
        return row is not None

    def add(self, entries: Iterable[Entry], via: str = "") -> list[Entry]:
        """Add the events that the log lacks, unapplied, inside `recording`; return them."""
        own, last = self._own_machine(), self._last_number() + MOST_MISSED
        counted = (replace(one, number=0) if one.machine == own and one.number > last else one for one in entries)
        new = [entry for entry in counted if self._insert_missing(entry, via)]
        if new:
            self._append(new)
        return new

    def drop_lines(self, lines: Container[int]) -> None:
        """Take lines out of the journal."""
        if lines:
            with connections.transaction(self._connection):
                self.journal.drop(lines, self.machine())
                self._append([])

    def agree(self) -> Joined:
        """Make journal and table equal, whatever their sizes; new events are not yet applied."""
        with connections.transaction(self._connection):
            return self._join_journal()

    def has_agreed(self) -> bool:
        """Whether the journal has the size that the cache has noted."""
        return agrees(self._connection, self._path)

    def _join_journal(self) -> Joined:
        joined, seen, again = Joined(), set[str](), dict[str, Entry]()
        for line in self.journal.read():
            if isinstance(line, Entry):
                if line.id in seen:
                    again[line.id] = line
                seen.add(line.id)
                joined.inserted += self._insert_missing(line)
            elif isinstance(line, BadLine):
                joined.bad_lines.append(line)
            elif self._own_machine() is None:
                self._set_machine(line.machine)
        # Of several lines of one id, the last one has replaced the others.
        for entry, seq, _ in list(self._clashes(again.values())):
            self._delete([seq])
            joined.inserted += self._insert_missing(entry)
        stored = self._connection.execute("SELECT seq, id FROM event ORDER BY seq")
        missing = dict.fromkeys(seq for seq, id in stored if id not in seen)
        # Those that a journal does not take wait for a repair.
        for seq, _ in refused_events(self._connection, missing) if missing else ():
            del missing[seq]
        self._append(map(self._entry_of, missing))
        for slug, value in self._unrecorded_feeds():
            self.finish(self.record(f"{FOLLOW}{slug}", value))
        if joined.inserted:
            # Some may be of a machine that is forgotten.
            self._connection.execute("UPDATE event SET applied = 0 WHERE kind GLOB 'forget:*'")
        joined.appended = len(missing)
        self.has_news = self.has_news or joined.inserted > 0
        return joined

    def _entry_of(self, seq: int) -> Entry:
        return Entry(*self._connection.execute(f"SELECT {ENTRY_COLUMNS} FROM event WHERE seq = ?", (seq,)).fetchone())

    def mend(self) -> bool:
        """Replace impossible events; return whether some were deleted.

        An event with a future clock is undone and recorded again with the time of its arrival, so that later events win
        over it. Invalid ids are removed from events; an event without ids is deleted.
        """
        connection, latest = self._connection, self.latest()
        with connections.transaction(connection):
            refused = [seq for seq, _ in refused_events(connection)]
            late = connection.execute(TOO_LATE, {"latest": latest}).fetchall()
            machine, number = self.machine(), self._last_number()
            entries: list[Entry] = []
            vias: dict[str, str] = {}
            clocks: dict[int, int] = {}
            before = "SELECT coalesce(max(clock), 0) FROM event WHERE seq < ? AND clock <= ?"
            for seq, clock in late:
                if clock not in clocks:
                    (last,) = connection.execute(before, (seq, latest)).fetchone()
                    clocks[clock] = max([last, *clocks.values()]) + 1
            now = int(self._now() * 1000)
            undone = {seq for (seq,) in connection.execute("SELECT seq FROM event WHERE undone > 0")} if refused else ()
            for seq in sorted({*refused, *(seq for seq, _ in late)}):
                old, is_undone = self._entry_of(seq), seq in undone
                papers, count = _sound(old) if seq in refused else (old.papers, old.count)
                (via,) = connection.execute("SELECT via FROM event_origin WHERE event = ?", (seq,)).fetchone() or ("",)
                if seq in refused:
                    self._forget([seq])
                else:
                    number += 1
                    entries.append(Entry(secrets.token_hex(12), machine, number, now, "undo", old.id, 0, NOBODY))
                if (count or not old.count) and not is_undone:
                    # It still names papers, or never did: record it again. This machine's own event gets its next
                    # number, others get none. Of whom it came is kept, so that it can be forgotten with the rest.
                    number += old.machine == machine
                    clock, said = clocks.get(old.clock, old.clock), number if old.machine == machine else 0
                    new = replace(old, id=secrets.token_hex(12), number=said, clock=clock, papers=papers, count=count)
                    entries.append(new)
                    vias[new.id] = via
            for one in entries:
                self._insert_missing(one, vias.get(one.id, ""))
            if refused:
                stored = [seq for (seq,) in connection.execute("SELECT seq FROM event ORDER BY seq")]
                self.journal.rewrite(map(self._entry_of, stored), machine)
                entries = []
            self._append(entries)
        self.has_news = True
        return bool(refused)

    def _unrecorded_feeds(self) -> list[tuple[str, str]]:
        """Slugs and values of the feeds that are followed since before the log had them."""
        rows = self._connection.execute(
            "SELECT slug, json_object('kind', kind, 'url', url, 'title', title, 'home', home, 'folder', folder,"
            f" 'added', added) FROM feed WHERE kind <> 'own'"
            f" AND NOT EXISTS (SELECT 1 FROM event WHERE event.kind = '{FOLLOW}' || feed.slug)"
        )
        return rows.fetchall()

    def _append(self, entries: Iterable[Entry]) -> None:
        size = self.journal.append(entries, self.machine())
        meta.put(self._connection, SIZE, str(size))

    def _insert_missing(self, entry: Entry, via: str = "") -> bool:
        known = self._connection.execute("SELECT 1 FROM event WHERE id = ?", (entry.id,)).fetchone()
        if known is None:
            self._insert(entry, via)
            # Whether the event, or the target of this step, is undone: the steps may come before their target.
            self.settle(entry.value if entry.kind in STEPS else entry.id)
        return known is None

    def _insert(self, entry: Entry, via: str = "") -> int:
        cursor = self._connection.execute(
            f"INSERT INTO event ({', '.join(_FIELDS)}, undone, applied) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            _values(entry),
        )
        seq = cursor.lastrowid or 0
        if entry.rest or via not in ("", entry.machine):
            self._connection.execute("INSERT INTO event_origin VALUES (?, ?, ?)", (seq, via, entry.rest))
        return seq


TOO_LATE = (
    "SELECT seq, clock FROM event WHERE clock > :latest AND undone = 0 AND kind NOT IN ('undo', 'redo') ORDER BY seq"
)
"""The events that count though their clock is too late."""


def followed_clock(now: float) -> int:
    """The latest clock that a machine's own follows at `now`: later than the gate lets pass, if a clock is set back."""
    return min(foreign.latest_clock(now) + foreign.AHEAD, LATEST)


def refused_events(connection: sqlite3.Connection, among: Container[int] | None = None) -> Iterator[tuple[int, str]]:
    """The numbers of events that the gate does not let pass, because of their papers, each with the reason."""
    for seq, papers, count in connection.execute("SELECT seq, papers, count FROM event WHERE count > 0 ORDER BY seq"):
        if among is None or seq in among:
            try:
                if count > MOST_OWN_IDS:
                    raise Refused(f"it names {count:,} papers")
                foreign.count_ids(papers, MOST_OWN_IDS)
            except foreign.Broken:
                # That is damage, and mended in another way.
                continue
            except Refused as error:
                yield seq, str(error)


def _sound(entry: Entry) -> tuple[bytes, int]:
    """The ids of an event that are ids, packed, and their number."""
    ids: dict[str, None] = {}
    if entry.count <= MOST_OWN_IDS:
        ids = dict.fromkeys(id for some in foreign.unpacked(entry.papers) for id in some if foreign.paper_id(id))
    return zlib.compress("\n".join(ids).encode(), PACKING), len(ids)


BY_AGENT = (
    "EXISTS (SELECT 1 FROM event AS a"
    f" WHERE a.clock = e.clock AND +a.machine = e.machine AND a.kind LIKE '{AGENT}%' AND a.undone = 0)"
)
"""SQL: whether a program made the event `e`. The plus sign keeps SQLite from reading all events of the machine."""


class Made(NamedTuple):
    """A mark on a paper that a program made, and that nothing has changed since."""

    kind: str
    mark: str
    """In words, such as `starred`."""
    agent: str

    @property
    def said(self) -> str:
        return f"{self.mark} by {self.agent}"


def made_by_agents(connection: sqlite3.Connection, pk: int) -> tuple[Made, ...]:
    """The marks on a paper that programs made, sorted by kind."""
    rows = connection.execute(_MADE, {"pk": pk})
    return tuple(Made(kind, Event(0, "", 0, kind, value, 1).label, agent) for kind, value, agent in rows)


_MADE = f"""
    SELECT e.kind, e.value, substr(a.kind, {len(AGENT) + 1})
    FROM effect AS f JOIN event AS e ON e.seq = f.event
    JOIN event AS a ON a.clock = e.clock AND +a.machine = e.machine AND a.kind LIKE '{AGENT}%' AND a.undone = 0
    WHERE f.pk = :pk AND e.undone = 0 AND e.kind NOT LIKE '{AGENT}%' AND NOT EXISTS (
        SELECT 1 FROM effect AS g JOIN event AS later ON later.seq = g.event
        WHERE g.pk = f.pk AND g.kind = e.kind AND later.undone = 0 AND (later.clock, later.id) > (e.clock, e.id))
    ORDER BY e.kind
"""
