"""The user's events: an append-only log, and the states derived from it.

The log is the source; `paper.read`, `starred`, `hidden`, the tags, the notes and the queue are derived from it. A
paper's state is the value of its newest event of that kind that is not undone. An event is one row, which is on the
disk before anything else happens, and a line in the journal. Its effects on many papers follow in short transactions;
if interrupted, the next opening of the cache finishes them.

Uses the standard sqlite3: a star in the first second must not wait for the import of SQLModel.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TypeVar

from reader.cache import meta
from reader.cache.marks import effects, forgotten
from reader.cache.marks.derived import FOLLOW, refold
from reader.cache.marks.effects import Change, Changing, find_changing
from reader.cache.marks.event_log import COLUMNS, ENTRY_COLUMNS, STEPS, Event, EventLog, Joined, Marking, UserAction
from reader.cache.marks.journal import BadLine, Entry
from reader.core.errors import MarkNotTaken, NotAMark
from reader.core.foreign import unpacked
from reader.core.marks import AGENT, FORGET, FORMER, LEAVING, TRACES, Agent, quoted
from reader.database import connections
from reader.database.sqlite_errors import explained

Direction = Literal["undo", "redo"]


def find_targets(
    connection: sqlite3.Connection,
    direction: Direction,
    machine: str,
    *,
    anywhere: bool,
    by: Agent | None,
) -> list[Event]:
    """The events of this machine that an undo or a redo is about, in their order; empty if there are none.

    With `anywhere`, an undo is about the newest action of all machines; with `by`, about what this run of a program
    did, and nothing else.
    """
    values = {"machine": machine}
    if anywhere:
        row = connection.execute(_NEWEST_MACHINE, values).fetchone()
        values["machine"] = row[0] if row else machine
    query = _UNDOABLE if direction == "undo" else _REDOABLE
    if by is not None:
        query = _OF_AGENT
        values |= {"kind": by.kind, "value": by.run}
    return [Event(*row) for row in connection.execute(query, values)]


_REGULAR = f"kind NOT IN ({quoted((*STEPS, *TRACES))})" + "".join(
    f" AND kind NOT LIKE '{prefix}%'" for prefix in (FOLLOW, FORGET, *FORMER)
)
"""SQL: whether an event is something that an undo takes back."""

_NEWEST_MACHINE = f"SELECT machine FROM event WHERE {_REGULAR} AND undone = 0 ORDER BY clock DESC, id DESC LIMIT 1"

_NO_MARKS = {
    FOLLOW: "a feed was followed or dropped, which 'dailypapers feeds' takes back",
    FORGET: "somebody's marks were forgotten or restored, which 'forget' takes back, with or without --undo",
}
"""Kinds of events that the user caused, and no undo takes back."""

_NO_MARK_SINCE = f"""
    SELECT kind, number FROM event WHERE machine = :machine AND number > max(:told, coalesce(
        (SELECT number FROM event WHERE machine = :machine AND {_REGULAR} AND undone = 0
         ORDER BY number DESC LIMIT 1), 0))
    AND ({" OR ".join(f"kind GLOB '{prefix}*'" for prefix in _NO_MARKS)}) ORDER BY number DESC LIMIT 1
"""
"""The newest of these events, if no mark came after it and the user was not told of it yet."""

_TOLD = "undo_told"
"""The key in `meta` of its number."""

# The events of the newest action that is not undone: they have one clock. Those that were imported have no number.
# If a program made the action, those of all actions of that run. A plus sign keeps the index by machine out of it, by
# which all events would be read.
_UNDOABLE = f"""
    WITH newest (last, clock) AS MATERIALIZED (
        SELECT seq, clock FROM event WHERE machine = :machine AND {_REGULAR} AND undone = 0
        ORDER BY number DESC, clock DESC LIMIT 1),
    agent (kind, value) AS MATERIALIZED (
        SELECT kind, value FROM newest CROSS JOIN event USING (clock)
        WHERE +machine = :machine AND kind LIKE '{AGENT}%' AND undone = 0 AND number > 0),
    meant (clock) AS (
        SELECT clock FROM newest UNION
        SELECT event.clock FROM agent CROSS JOIN event USING (kind, value)
        WHERE machine = :machine AND undone = 0 AND number > 0)
    SELECT {COLUMNS} FROM meant CROSS JOIN event USING (clock)
    WHERE +machine = :machine AND {_REGULAR} AND undone = 0 AND (number > 0 OR seq = (SELECT last FROM newest))
    ORDER BY number
"""

_OF_AGENT = f"""
    WITH meant (clock) AS (
        SELECT DISTINCT clock FROM event
        WHERE machine = :machine AND kind = :kind AND value = :value AND undone = 0 AND number > 0)
    SELECT {COLUMNS} FROM meant CROSS JOIN event USING (clock)
    WHERE +machine = :machine AND {_REGULAR} AND undone = 0 AND number > 0 ORDER BY number
"""

# The events of the newest undo that is still in effect, if no event of this machine came after it.
_REDOABLE = f"""
    WITH newest AS (
        SELECT u.clock FROM event AS u JOIN event AS t ON t.id = u.value
        WHERE u.machine = :machine AND u.number > coalesce(
            (SELECT number FROM event WHERE machine = :machine AND {_REGULAR} ORDER BY number DESC LIMIT 1), 0)
        AND u.kind = 'undo' AND t.undone = 1
        AND NOT EXISTS (
            SELECT 1 FROM event AS v
            WHERE v.machine = :machine AND v.number > u.number AND v.kind = 'undo' AND v.value = u.value)
        ORDER BY u.number DESC LIMIT 1)
    SELECT {", ".join("t." + column for column in COLUMNS.split(", "))}
    FROM newest JOIN event AS u USING (clock) JOIN event AS t ON t.id = u.value
    WHERE u.machine = :machine AND u.kind = 'undo' AND t.undone = 1 ORDER BY u.number
"""


T = TypeVar("T")

JOINED = 500
"""Foreign events in one transaction."""

JOINED_BYTES = 1 << 20
"""Bytes of their packed ids and values after which the transaction ends."""

SMALL = 100
"""Events of at most this many papers are applied together, as many in one transaction."""

PAPERS = 1_000
"""Papers of such events after which the transaction ends."""

TOGETHER = 20_000
"""Small events after which the states of their papers are derived: once for each, however many name it."""

Progress = Callable[[int, int], None]
"""Called with (papers done, all papers) after each transaction of a long event."""


def ignore_progress(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def _some(entries: Iterator[Entry]) -> list[Entry]:
    """The next events that fit into one transaction."""
    some: list[Entry] = []
    size = 0
    for entry in islice(entries, JOINED):
        some.append(entry)
        size += len(entry.papers) + len(entry.value)
        if size >= JOINED_BYTES:
            break
    return some


def _few(events: Sequence[tuple[Event, Event | None]]) -> Iterator[Sequence[tuple[Event, Event | None]]]:
    """The events in parts that fit into one transaction each."""
    first = papers = 0
    for place, (event, target) in enumerate(events):
        count = (target or event).count
        if place > first and (place - first >= SMALL or papers + count > PAPERS):
            yield events[first:place]
            first, papers = place, 0
        papers += count
    if events[first:]:
        yield events[first:]


class Events:
    """The log of one cache; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Callable[[], float] = time.time) -> None:
        self._connection = connection
        self._path = path
        self._log = EventLog(connection, path, now)
        self._is_stopped = False

    @classmethod
    def open(cls, path: Path, now: Callable[[], float] = time.time, *, recover: bool = True) -> Events:
        """Open the log of the cache at `path`, whose schema must be current, and finish unfinished events.

        With `recover` False, unfinished events wait for a call of `recover`, which `stop` can interrupt.
        """
        with explained(path):
            events = cls(connections.connect(path, durable=True), path, now)
            with connections.closing_on_error(events):
                effects.prepare(events._connection)
                if recover:
                    events.recover()
        return events

    def close(self) -> None:
        self._connection.close()

    def stop(self) -> None:
        """Stop after the current transaction; may be called from another thread. The next start finishes the event."""
        self._is_stopped = True

    def mark(
        self,
        kind: str,
        value: bool | str,
        pks: Sequence[int],
        progress: Progress = ignore_progress,
        *,
        absent: Sequence[str] = (),
    ) -> UserAction | None:
        """Record a new state of these papers; return None if all of them already have it. See `Change`."""
        change = Change(kind, value, pks)
        # An absent paper has no state that could be taken away.
        if change.said not in ("", "0"):
            change = change._replace(absent=absent)
        return self.act([change], progress)

    def act(
        self, changes: Sequence[Change], progress: Progress = ignore_progress, *, by: Agent | None = None
    ) -> UserAction | None:
        """Record several changes as one action, which one undo takes back; return None if nothing changes.

        The changes of one kind name different papers. `by` is the program that asks for them, if it is not the user;
        it names papers of the cache only. Raises MarkNotTaken if papers do not have their new states then.
        """
        with explained(self._path):
            # Looked up before taking the lock: it does no harm if a named paper changes meanwhile.
            wanted = effects.with_undone(changes)
            found = [one for change in wanted if (one := find_changing(self._connection, change, effects.BATCH)).count]
            if not found:
                return None
            if by is not None:
                pks = sorted({pk for one in found for batch in one.batches for pk in json.loads(batch)})
                found.append(find_changing(self._connection, Change(by.kind, by.run, pks), effects.BATCH))
            rest: list[tuple[Event, Changing]] = []
            room, untaken = effects.BATCH, 0
            with self._log.recording():
                markings = [Marking(one.change.kind, one.change.said, one.ids, one.count) for one in found]
                events = self._log.record_together(markings)
                for event, one in zip(events, found, strict=True):
                    if event.count > room:
                        rest.append((event, one))
                        continue
                    room -= event.count
                    for batch in self._batches(event, one):
                        untaken += effects.apply(self._connection, event, batch)
                    self._log.finish(event)
            for event, one in rest:
                untaken += self._apply_in_steps(event, self._batches(event, one), progress)
            self._apply_news(progress)
            action = UserAction(tuple(events))
            self._check_taken(untaken, action.count)
        return action

    def _check_taken(self, untaken: int, count: int) -> None:
        """Raise MarkNotTaken if a mark that was stored does not show in all of its papers.

        A later mark by another program is ignored.
        """
        if untaken and self._log.has_late():
            what = "That stays as it was" if count <= 1 else f"{untaken:,} of {count:,} papers stay as they were"
            raise MarkNotTaken(
                f"{what}: a mark dated {self._log.days_ahead():,} days ahead still counts."
                " Run 'dailypapers cache repair', and yours counts."
            )

    def decide(self, markings: Sequence[Marking]) -> UserAction | None:
        """Record events without papers, such as what is followed, as one action; None without any."""
        if not markings:
            return None
        with explained(self._path):
            with self._log.recording():
                events = self._log.record_together(markings)
                for event in events:
                    refold(self._connection, event.kind)
                    self._log.finish(event)
                untaken = sum(not self._log.decides(event) for event in events)
            self._apply_news(ignore_progress)
            action = UserAction(tuple(events))
            self._check_taken(untaken, action.count)
        return action

    def _batches(self, event: Event, changing: Changing) -> Iterable[str]:
        return effects.named(self._connection, event) if changing.change.absent else changing.batches

    def undo(
        self, progress: Progress = ignore_progress, *, anywhere: bool = False, by: Agent | None = None
    ) -> UserAction | None:
        """Undo the newest action of this machine, or of all machines, that is not undone; None if there is none.

        If a program made it, all actions of that run of the program are undone as one; with `by`, those of this one.
        Raises NotAMark, once, if something was done since that no undo takes back.
        """
        if not anywhere and by is None:
            self._check_last()
        return self._reverse("undo", progress, anywhere=anywhere, by=by)

    def _check_last(self) -> None:
        """Raise NotAMark if an undo would take back an older mark than the user means; the next one does."""
        connection = self._connection
        with explained(self._path), connections.transaction(connection):
            values = {"machine": self._log.machine(), "told": int(meta.get(connection, _TOLD) or 0)}
            row = connection.execute(_NO_MARK_SINCE, values).fetchone()
            if row is not None:
                meta.put(connection, _TOLD, str(row[1]))
        if row is not None:
            what = next(said for prefix, said in _NO_MARKS.items() if row[0].startswith(prefix))
            raise NotAMark(f"Nothing was undone: {what}. Undo again to take back the mark before.")

    def redo(self, progress: Progress = ignore_progress) -> UserAction | None:
        """Redo the action of the newest undo if no later one exists; return it, or None."""
        return self._reverse("redo", progress)

    def recover(self, progress: Progress = ignore_progress) -> None:
        """Join the journal if it differs, and finish the events that were not applied in full."""
        with explained(self._path):
            if not self._log.has_agreed():
                self._log.agree()
            self._apply_rest(progress)

    def agree(self, progress: Progress = ignore_progress) -> Joined:
        """Make the log and its journal equal by reading all of both, and apply the events that come from it."""
        with explained(self._path):
            joined = self._log.agree()
            self._apply_rest(progress)
        return joined

    def drop_lines(self, lines: Sequence[BadLine]) -> None:
        """Take lines out of the journal that can't be read; those of a newer program stay."""
        with explained(self._path):
            self._log.drop_lines({one.line for one in lines if not one.is_newer})

    def mend(self, progress: Progress = ignore_progress) -> None:
        """Repeat events with a future clock, and forget those without papers."""
        with explained(self._path):
            if self._log.mend():
                self.rebuild()
            self._apply_rest(progress)

    def join(
        self,
        entries: Iterable[Entry],
        progress: Progress = ignore_progress,
        *,
        via: Callable[[], str] = str,
        on_clash: Callable[[Entry], None] = lambda _: None,
    ) -> int:
        """Add events of other machines or files, as they are, unless the log has them; return how many were new.

        `via` says which machine's file they are from; what a forgotten machine brings is left out. An event that has
        the id of another one replaces it if it comes from its machine's own file and the other one does not; else it
        is refused, and `on_clash` is told.
        For each paper and kind the event with the greatest (clock, id) then decides, whatever the order of the joins.
        """
        count = 0
        rest = iter(entries)
        with explained(self._path):
            while some := _some(rest):
                count += self._log.join(some, via(), on_clash, self._fold)
                connections.give_way()
            self._apply_news(progress)
        return count

    def forget(self, who: str, *, is_forgotten: bool = True, progress: Progress = ignore_progress) -> None:
        """Forget everything that a machine or group member sent, or restore it."""
        with explained(self._path):
            with self._log.recording():
                self._log.record(f"{FORGET}{who}", str(int(is_forgotten)))
            self._apply_rest(progress)

    def leaving(self, after: int, most: int) -> list[tuple[int, Entry | None]]:
        """The next events after a number that other machines get; None instead of those of a forgotten one."""
        ask = f"SELECT seq, undone, {ENTRY_COLUMNS} FROM event WHERE seq > ? AND {LEAVING} ORDER BY seq LIMIT ?"
        rows = self.read(lambda one: one.execute(ask, (after, most)).fetchall())
        return [(seq, Entry(*values) if undone < forgotten.FORGOTTEN else None) for seq, undone, *values in rows]

    def forgotten(self) -> frozenset[str]:
        """The machines and members whose marks are taken back."""
        return self.read(forgotten.forgotten)

    def is_forgotten_elsewhere(self, machine: str) -> bool:
        """Whether another machine has forgotten this one."""
        return self.read(lambda connection: forgotten.is_forgotten_elsewhere(connection, machine))

    def has(self, id: str) -> bool:
        """Whether the log has an event of this id."""
        return self.read(lambda one: one.execute("SELECT 1 FROM event WHERE id = ?", (id,)).fetchone()) is not None

    def last(self) -> int:
        """The number of the last event."""
        (last,) = self.read(lambda one: one.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone())
        return int(last)

    def machine(self) -> str:
        """The id of this machine, made when it is first needed."""
        with explained(self._path), connections.transaction(self._connection):
            return self._log.machine()

    def take_new_machine(self) -> str:
        """Give this machine another id, because another one writes under the present one."""
        with explained(self._path):
            return self._log.take_new_machine()

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run another module's function on the connection."""
        with explained(self._path):
            return question(self._connection)

    def _apply_news(self, progress: Progress) -> None:
        if self._log.has_news:
            self._apply_rest(progress)

    def _apply_rest(self, progress: Progress) -> None:
        rows = self._connection.execute(f"SELECT {COLUMNS} FROM event WHERE applied = 0 ORDER BY seq").fetchall()
        small: list[tuple[Event, Event | None]] = []
        forgetting: list[Event] = []
        for event in (Event(*row) for row in rows):
            if event.kind.startswith(FORGET):
                forgetting.append(event)
                continue
            target = self._target(event.value) if event.kind in STEPS else event
            if target is None or target.count <= SMALL:
                small.append((event, target))
            elif event.kind in STEPS:
                self._settle(event, target, progress)
            else:
                self._apply_in_steps(event, effects.named(self._connection, event), progress)
        self._apply_small(small, progress)
        if forgetting:
            self._apply_forgetting(forgetting, progress)
        self._log.has_news = False

    def _apply_forgetting(self, steps: Sequence[Event], progress: Progress) -> None:
        """Disable the events of forgotten machines, and enable those of others.

        If interrupted, it is done again from the start.
        """
        connection = self._connection
        events = forgotten.concerned(connection)
        with self._without_disk_wait():
            for first in range(0, len(events), TOGETHER):
                some = events[first : first + TOGETHER]
                forgotten.note_changing(connection, some)
                covering = (partial(self._cover, some[at : at + JOINED]) for at in range(0, len(some), JOINED))
                if not self._run(chain(covering, effects.folding(connection))):
                    return
                progress(min(first + TOGETHER, len(events)), len(events))
            with connections.transaction(connection):
                self._finish([(step, None) for step in steps])

    def _fold(self) -> None:
        """Derive the noted states, in the caller's transaction."""
        for fold in effects.folding(self._connection):
            fold()

    def _cover(self, events: Sequence[int]) -> None:
        for id in forgotten.cover(self._connection, events, forgotten.forgotten(self._connection)):
            self._log.settle(id)

    def _apply_small(self, events: Sequence[tuple[Event, Event | None]], progress: Progress) -> None:
        """Apply events of few papers, each with the one whose marks change: after a loss there may be 100,000.

        An event is finished once the states of its papers are derived; what is cut off before is done again.
        """
        with self._without_disk_wait():
            for first in range(0, len(events), TOGETHER):
                some = events[first : first + TOGETHER]
                done = first
                for few in _few(some):
                    if not self._run([partial(self._note, few)]):
                        return
                    done += len(few)
                    progress(done, len(events))
                starts = range(0, len(some), 10 * JOINED)
                finish = (partial(self._finish, some[start : start + 10 * JOINED]) for start in starts)
                if not self._run(chain(effects.folding(self._connection), finish)):
                    return

    def _run(self, steps: Iterable[Callable[[], None]]) -> bool:
        """Run steps, each in a transaction of its own; return False if stopped before the end."""
        for step in steps:
            if self._is_stopped:
                return False
            with connections.transaction(self._connection):
                step()
            connections.give_way()
        return True

    def rebuild(self) -> None:
        """Derive every state again from the log, in one transaction."""
        connection = self._connection
        with explained(self._path), connections.transaction(connection):
            effects.forget(connection)
            connection.execute("UPDATE event SET undone = 0")
            self._cover(forgotten.concerned(connection))
            rows = connection.execute(f"SELECT {COLUMNS} FROM event ORDER BY clock, id").fetchall()
            events = [Event(*row) for row in rows]
            for id in {event.value for event in events if event.kind in STEPS}:
                self._log.settle(id)
            for event in events:
                if event.kind not in STEPS:
                    effects.note(connection, event)
                    self._log.finish(event)
            self._fold()

    # The steps of events.

    def _note(self, events: Sequence[tuple[Event, Event | None]]) -> None:
        for event, target in events:
            if target is event:
                effects.note(self._connection, event)
            elif target is not None:
                effects.note_step(self._connection, target)

    def _finish(self, events: Sequence[tuple[Event, Event | None]]) -> None:
        for event, _ in events:
            self._log.finish(event)

    def _apply_in_steps(self, event: Event, batches: Iterable[str], progress: Progress) -> int:
        """Apply an event in short transactions; return the number of papers that do not have the new state."""
        done = untaken = 0
        with self._without_disk_wait():
            for batch in batches:
                if self._is_stopped:
                    return untaken
                with connections.transaction(self._connection):
                    untaken += effects.apply(self._connection, event, batch)
                connections.give_way()
                done = min(done + effects.BATCH, event.count)
                progress(done, event.count)
            with connections.transaction(self._connection):
                self._log.finish(event)
        return untaken

    @contextmanager
    def _without_disk_wait(self) -> Iterator[None]:
        """Write without waiting for the disk: the log can restore lost states."""
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    # Undo and redo.

    def _reverse(
        self, direction: Direction, progress: Progress, *, anywhere: bool = False, by: Agent | None = None
    ) -> UserAction | None:
        with explained(self._path):
            connection = self._connection
            rest: list[tuple[Event, Event]] = []
            room, untaken = effects.BATCH, 0
            with self._log.recording():
                machine = self._log.machine()
                targets = find_targets(connection, direction, machine, anywhere=anywhere, by=by)
                if not targets:
                    return None
                steps = self._log.record_together([Marking(direction, target.id) for target in targets])
                for step, target in zip(steps, targets, strict=True):
                    untaken += self._log.settle(target.id) != (direction == "undo")
                    if target.count > room:
                        rest.append((step, target))
                        continue
                    room -= target.count
                    self._settle_batch(step, target, 0)
            for step, target in rest:
                self._settle(step, target, progress)
            self._apply_news(progress)
            action = UserAction(tuple(targets))
            self._check_taken(untaken, 0)
            return replace(action, paper=self._only_paper(targets)) if action.count == 1 else action

    def _only_paper(self, events: Sequence[Event]) -> str:
        """The id of the paper that some events have; empty if they have several."""
        about = ", ".join(str(event.seq) for event in events if event.count)
        packed = self._connection.execute(f"SELECT DISTINCT papers FROM event WHERE seq IN ({about})").fetchall()
        return next(unpacked(packed[0][0]))[0] if len(packed) == 1 else ""

    def _target(self, id: str) -> Event | None:
        row = self._connection.execute(f"SELECT {COLUMNS} FROM event WHERE id = ?", (id,)).fetchone()
        return Event(*row) if row else None

    def _settle(self, step: Event, target: Event, progress: Progress) -> None:
        """Derive the states of the papers of `target` again, in short transactions."""
        after: int | None = 0
        done = 0
        with self._without_disk_wait():
            while after is not None and not self._is_stopped:
                with connections.transaction(self._connection):
                    after = self._settle_batch(step, target, after)
                connections.give_way()
                done = min(done + effects.BATCH, target.count)
                progress(done, target.count)

    def _settle_batch(self, step: Event, target: Event, after: int) -> int | None:
        """Derive the states of the next batch of papers after `after`; return its last key if more follow."""
        connection = self._connection
        connection.execute("DELETE FROM touched")
        connection.execute(
            "INSERT INTO touched SELECT pk FROM effect WHERE event = ? AND pk > ? ORDER BY pk LIMIT ?",
            (target.seq, after, effects.BATCH),
        )
        refold(connection, target.kind)
        count, last = connection.execute("SELECT count(*), max(pk) FROM touched").fetchone()
        if count == effects.BATCH:
            return int(last)
        self._log.finish(step)
        return None
