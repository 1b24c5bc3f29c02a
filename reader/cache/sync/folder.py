"""Joins the logs of several machines through a folder, in which each has one file that it alone writes.

A machine takes in the events of the other files, and adds to its own those that no other file has. The log is a set of
events, and what follows from it depends on nothing but the set. So the order of these looks does not matter, nor how
often they happen, nor what carries the files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from reader.cache.marks.event_log import ENTRY_COLUMNS
from reader.cache.marks.events import Events, Progress, ignore_progress
from reader.cache.marks.forgotten import FORGOTTEN, forgotten, is_forgotten_elsewhere
from reader.cache.marks.journal import FULL, Entry, Journal
from reader.cache.sync import memory
from reader.cache.sync.machine_file import READER, Known, Reading, file_of, files_in, is_copy, peer_of, tail_of
from reader.cache.sync.memory import Memory
from reader.core.errors import CacheError
from reader.core.group import GROUP
from reader.core.marks import LEAVING
from reader.paths import sync, sync_lock, take_lock

PATIENCE = 5.0
"""Seconds that another program's look is waited for."""


@dataclass(slots=True)
class Exchanged:
    """What one look at the folder brought."""

    came: dict[str, int] = field(default_factory=dict)
    """Number of new events by the name of their machine."""
    went: int = 0
    """Number of events that were added to this machine's file."""
    troubles: list[str] = field(default_factory=list)
    """Files of which not all could be read, each with the reason."""
    skipped: list[str] = field(default_factory=list)
    """What has a name as such a file and is none."""
    is_first: bool = False
    """Whether this machine had never looked at this folder."""
    is_new_machine: bool = False
    """Whether this machine has taken another id, because another one writes under the old one."""
    notes: list[str] = field(default_factory=list)
    """Ids of papers whose note here gave way to one of another machine."""
    replaced: list[str] = field(default_factory=list)
    """Settings and entries of lists that were set here and that another machine has replaced, in words."""
    is_emptied: bool = False
    """Whether the folder had files of other machines, and has none at all now."""
    is_forgotten: bool = False
    """Whether another machine has forgotten this one, so that what is marked here stays here."""

    def add(self, more: Exchanged) -> None:
        """Add what a further look brought."""
        for name, count in more.came.items():
            self.came[name] = self.came.get(name, 0) + count
        self.went += more.went
        self.is_new_machine = self.is_new_machine or more.is_new_machine
        self.is_emptied = self.is_emptied or more.is_emptied
        self.troubles, self.skipped, self.is_forgotten = more.troubles, more.skipped, more.is_forgotten


def exchange(
    events: Events,
    cache: Path,
    folder: Path,
    name: str,
    *,
    progress: Progress = ignore_progress,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Exchanged:
    """Take in what other machines have done, and let them have what was done here under the machine's `name`.

    Raises CacheError if the folder can't be used; what was taken in before stays.
    """
    with alone(cache):
        known = events.read(lambda one: memory.load(one, str(folder)))
        _expect_folder(folder, cache)
        try:
            result = Exchanged(is_first=not known.own)
            while True:
                result.add(_Exchange(events, folder, name, known, progress=progress, now=now).run())
                # What came may say that a machine is forgotten.
                if sorted(events.read(forgotten)) == known.forgotten:
                    return result
        except OSError as error:
            raise CacheError(_explained(folder, error)) from error


class _Exchange:
    def __init__(
        self,
        events: Events,
        folder: Path,
        name: str,
        known: Memory,
        *,
        progress: Progress,
        now: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._folder = folder
        self._name = name
        self._known = known
        self._progress = progress
        self._clock = now
        self._result = Exchanged(is_first=not known.own)
        self._elsewhere: set[str] = set()
        """Ids of the events that were read in other files during this look."""
        self._out = frozenset[str]()
        """The machines that are forgotten."""
        self._is_otherwise = False
        """Whether others were at the last look."""

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def run(self) -> Exchanged:
        """Take in the others' files, and write the own one; raises OSError."""
        known, machine = self._known, self._events.machine()
        self._out = self._events.read(forgotten)
        self._is_otherwise = known.expect(self._out)
        before = replace(known, files=dict(known.files))
        files, self._result.skipped = files_in(self._folder)
        found = {one.name: one for one in files}
        own = file_of(self._folder, machine)
        _find_own(found, own)
        is_as_written = self._is_as_written(own)
        is_gone = bool(known.files.keys() - found.keys())
        self._result.is_emptied = not found and bool(known.files.keys() - {own.name})
        others = {name: self._take_in(found[name]) for name in found if name != own.name}
        # A copy of a machine's file has not all that this machine did.
        machines = {one.machine for name, one in others.items() if not is_copy(name, one)} - self._out
        self._result.is_forgotten = self._events.read(lambda one: is_forgotten_elsewhere(one, machine))
        if not is_as_written and own.name in found:
            ids, troubles = set[str](), list(self._result.troubles)
            there, came = self._read_own(own, ids)
            if came and known.own == machine:
                # Two copies of one home write to one file: from now on this one has its own.
                others[own.name] = there
                self._elsewhere |= ids
                machines.discard(machine)
                machine = self._events.take_new_machine()
                own = file_of(self._folder, machine)
                self._result.is_new_machine = True
            else:
                # Whatever is wrong with it, it is written anew.
                self._result.troubles[:] = troubles
        try:
            mine = self._write(own, machine, machines, is_anew=self._is_otherwise or is_gone or not is_as_written)
        except BaseException:
            # What came is known; what is missing in the own file, or in the folder, is still to be written.
            known.files, known.written = before.files | others, before.written
            if self._is_otherwise:
                known.files.pop(own.name, None)
            self._save(before)
            raise
        known.files, known.own = others | {own.name: mine}, machine
        self._save(before)
        return self._result

    def _save(self, before: Memory) -> None:
        """Remember what is known of the folder, if it is more than before."""
        if self._known != before or self._is_otherwise:
            self._known.changed = self._now()
            self._events.read(lambda one: memory.save(one, str(self._folder), self._known))

    # Other machines' files

    def _take_in(self, file: os.DirEntry[str]) -> Known:
        """Add the new events of a file to the log; return what is known of it then."""
        before = self._known.files.get(file.name, Known())
        # What only the file of a forgotten machine has is written on.
        ids = set[str]() if peer_of(file.name, before.machine) in self._out else self._elsewhere
        try:
            if before.is_as(file.stat()):
                self._note_trouble(file.name, before)
                return before
            if before.said and before.reader != READER:
                # A newer program may read what the older one could not, and what it refused.
                before = replace(before, place=0, tail=0, lines=0, events=0, papers=0, refused=0, clashes=0)
            return self._read(Path(file.path), before, ids)[0]
        except OSError as error:
            # Another program may hold it, or take it away meanwhile: it is read at the next look.
            there = replace(before, size=-1, trouble=f"it can't be read: {error.strerror}", reader=READER)
            self._note_trouble(file.name, there)
            return there

    def _note_trouble(self, file: str, known: Known) -> None:
        whose = f"{known.name}'s " if known.name else ""
        if known.said:
            self._result.troubles.append(f"{whose}{file}: {known.said}")

    def _read(self, path: Path, before: Known, ids: set[str]) -> tuple[Known, int]:
        """Add the new events of a file to the log; return what is known of it then, and the number of new ones.

        The ids of all events that were read are added to `ids`.
        """
        reading = Reading(path, before)
        came = self._events.join(
            _noted(reading.entries(), ids),
            self._progress,
            via=lambda: peer_of(path.name, reading.machine),
            on_clash=reading.note_clash,
        )
        known = reading.known(came or before.came, self._now())
        if came:
            by = known.name or known.machine or path.name
            self._result.came[by] = self._result.came.get(by, 0) + came
        self._note_trouble(path.name, known)
        return known, came

    # This machine's own file

    def _read_own(self, own: Path, ids: set[str]) -> tuple[Known, int]:
        """Read the own file, which another program has changed."""
        try:
            return self._read(own, self._known.files.get(own.name, Known()), ids)
        except OSError as error:
            raise CacheError(
                f"This machine's file {own} can't be read: {error.strerror}. Make it readable, or remove it: it is then"
                " written anew."
            ) from error

    def _is_as_written(self, own: Path) -> bool:
        """Whether the own file is as this machine left it."""
        known = self._known.files.get(own.name)
        if known is None:
            return False
        try:
            return own.stat().st_size == known.size and tail_of(own, known.size) == known.tail
        except OSError:
            return False

    def _write(self, own: Path, machine: str, others: set[str], *, is_anew: bool) -> Known:
        """Add to the own file the events that it lacks and no other file has; with `is_anew`, write all of it.

        Raises CacheError.
        """
        try:
            return self._written(own, machine, others, is_anew=is_anew)
        except (OSError, CacheError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            if not isinstance(cause, OSError) or cause.errno in FULL:
                raise
            if own.is_dir():
                raise CacheError(
                    f"{own} is a folder, where this machine's file belongs. Rename it; nothing is lost."
                ) from error
            raise CacheError(
                f"{self._folder} can't be written: {cause.strerror}. What other machines did is taken in; what you did"
                " waits here until it can."
            ) from error

    def _written(self, own: Path, machine: str, others: set[str], *, is_anew: bool) -> Known:
        before = Known() if is_anew else self._known.files[own.name]
        if is_anew:
            self._known.written = 0
        missing = self._missing(machine, others)
        first = next(missing, None)
        if is_anew:
            # Whole or not at all: what is there may be broken.
            part = own.with_name(f".{own.name}.part")
            try:
                part.unlink(missing_ok=True)
                Journal(part).append(_chained(first, missing), machine, self._name)
                part.replace(own)
                sync(own.parent)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
        elif first is not None:
            Journal(own).append(_chained(first, missing), machine, self._name)
        else:
            return before
        status = own.stat()
        size, events = status.st_size, before.events + self._result.went
        return Known(
            size, status.st_mtime_ns, size, tail_of(own, size), 0, machine, self._name, events, seen=self._now()
        )

    def _missing(self, machine: str, others: set[str]) -> Iterator[Entry]:
        """The events since the last look that no other file has."""
        ask = f"SELECT seq, undone, {ENTRY_COLUMNS} FROM event WHERE seq > ? AND {LEAVING} ORDER BY seq LIMIT 1000"
        while rows := self._events.read(lambda one: one.execute(ask, (self._known.written,)).fetchall()):
            for seq, undone, *values in rows:
                self._known.written = seq
                entry = Entry(*values)
                if undone >= FORGOTTEN:
                    continue
                is_theirs = entry.machine in others and entry.number > 0
                if entry.machine == machine or not (is_theirs or entry.id in self._elsewhere):
                    self._result.went += 1
                    yield entry


def _find_own(found: dict[str, os.DirEntry[str]], own: Path) -> None:
    """Have the own file under its name, whatever case the disk gives names."""
    for name in [name for name in found if name != own.name and name.lower() == own.name]:
        with suppress(OSError):
            if own.name not in found and own.samefile(found[name].path):
                found[own.name] = found.pop(name)


def _noted(entries: Iterator[Entry], ids: set[str]) -> Iterator[Entry]:
    for entry in entries:
        ids.add(entry.id)
        yield entry


def _chained(first: Entry | None, rest: Iterator[Entry]) -> Iterator[Entry]:
    if first is not None:
        yield first
    yield from rest


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Hold the lock of this cache's exchange; raises CacheError if another program has it."""
    file = sync_lock(cache)
    busy = CacheError("Another program is joining the marks right now. Try again in a moment.")
    try:
        handle = take_lock(file, busy, PATIENCE)
    except OSError as error:
        raise CacheError(f"{file} can't be written: {error.strerror}. Check its folder.") from error
    try:
        yield
        # Its time says when this was last done.
        os.utime(file)
    finally:
        os.close(handle)


def _expect_folder(folder: Path, cache: Path) -> None:
    """Raise CacheError if the folder is not there, such as one on a stick, or is not one for marks."""
    if folder.is_dir():
        if (folder / GROUP).exists():
            raise CacheError(f"{folder} is the folder of a group, whose people would see all marks. Name another one.")
        if folder.samefile(cache.parent):
            raise CacheError(f"{folder} has this machine's own cache, which is not to be shared. Name another folder.")
        return
    if folder.exists():
        raise CacheError(f"{folder} is no folder. Name one that your machines share.")
    raise CacheError(
        f"The folder {folder} is not there. Connect or mount it and try again, or make it by mkdir; nothing is lost."
    )


def _explained(folder: Path, error: OSError) -> str:
    return f"The folder {folder} can't be used: {error.strerror}. Check that it is there and can be written."
