"""A folder as a place of machines: each has one file that it alone writes, a journal.

A machine reads new events of the other files, and adds to its own file events that no other file has.
"""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

from reader.api import CacheError, foreign, foreign_event, journal, places
from reader.extensions.sync.exchange import MOST_EVENTS, MOST_IDS_TOGETHER, KnownFile, PlaceLook, now, writer_of

MOST_FILES = 1_000

MOST_BYTES = 1 << 30
"""Bytes of a file that are read: some five million marks."""

BATCH = 1_000

BEGINNING = b'{"v":'
"""How each file of a machine begins."""

_OWNER = re.compile(rb'\{"v":[^"]{1,20},"owner":')
"""Likewise, if this program can read it."""

TAIL = 4_096
"""Bytes before a place in a file that tell whether it is still the same file up to there."""


class SyncFolder:
    """A folder that the machines share, such as one of Syncthing or on a stick."""

    def __init__(self, path: Path, cache: Path) -> None:
        """Raises CacheError if it is not there, or is not one for marks."""
        self.path, self.key = path, str(path)
        if not path.is_dir():
            raise CacheError(
                f"{path} is not a folder. Name one that your machines share."
                if path.exists()
                else f"The folder {path} is missing; nothing is lost. Connect or mount it and try again, or make it "
                "with mkdir."
            )
        if path.samefile(cache.parent):
            raise CacheError(f"{path} holds this machine's own cache, which must not be shared. Name another folder.")

    server = None
    channel = ""
    """A folder has to be looked at."""

    def exchange(self, look: PlaceLook) -> None:
        """Take in the others' files, and write the own one; raises CacheError."""
        try:
            _FolderLook(self, look).run()
        except OSError as error:
            raise places.unusable(self.path, error) from error


class _FolderLook:
    def __init__(self, place: SyncFolder, look: PlaceLook) -> None:
        self._place, self._look = place, look
        self._folder, self._events, self._known, self._result = place.path, look.events, look.known, look.result
        self._elsewhere: set[str] = set()
        """Ids of the events that were read in other files during this look."""

    def run(self) -> None:
        known, look, result, machine = self._known, self._look, self._result, self._events.machine()
        files, result.skipped = files_in(self._folder)
        found = {one.name: one for one in files}
        own = file_of(self._folder, machine)
        _find_own(found, own)
        is_as_written = self._is_as_written(own)
        is_gone = bool(known.files.keys() - found.keys())
        result.is_emptied = not found and bool(known.files.keys() - {own.name})
        others = {name: self._take_in(found[name]) for name in found if name != own.name}
        # A copy of a machine's file lacks some of its events.
        machines = {one.machine for name, one in others.items() if not is_copy(name, one)} - look.out
        if not is_as_written and own.name in found:
            ids, troubles = set[str](), list(result.troubles)
            there, came = self._read_own(own, ids)
            if came and known.own == machine:
                # Two copies of a home write to one file; from now on this one has its own.
                others[own.name] = there
                self._elsewhere |= ids
                machine = self._events.take_new_machine()
                own = file_of(self._folder, machine)
                result.is_new_machine = True
            else:
                # Whatever is wrong with it, it is rewritten.
                result.troubles[:] = troubles
        try:
            mine = self._write(own, machine, machines, is_anew=look.is_otherwise or is_gone or not is_as_written)
        except BaseException:
            # The received events are stored; what is missing in the own file or the folder is still to be written.
            known.files, known.written = look.before.files | others, look.before.written
            if look.is_otherwise:
                known.files.pop(own.name, None)
            look.save(self._place, now())
            raise
        known.files, known.own = others | {own.name: mine}, machine
        look.save(self._place, now())

    # Other machines' files

    def _take_in(self, file: os.DirEntry[str]) -> KnownFile:
        """Add the new events of a file to the log; return what is known of it then."""
        before = self._known.files.get(file.name, KnownFile())
        # Events only in a forgotten machine's file are kept.
        ids = set[str]() if writer_of(file.name, before.machine) in self._look.out else self._elsewhere
        try:
            status = file.stat()
            if (status.st_size, status.st_mtime_ns) != (before.size, before.time) or before.is_outdated:
                return self._read(Path(file.path), before, ids)[0]
        except OSError as error:
            # Another program may lock or remove it meanwhile; it is read at the next look.
            before = replace(before, size=-1, trouble=f"it can't be read: {error.strerror}", reader=journal.READER)
        self._note_trouble(file.name, before)
        return before

    def _note_trouble(self, file: str, known: KnownFile) -> None:
        whose = f"{known.name}'s " if known.name else ""
        if known.said:
            self._result.troubles.append(f"{whose}{file}: {known.said}")

    def _read(self, path: Path, before: KnownFile, ids: set[str]) -> tuple[KnownFile, int]:
        """Add the new events of a file to the log; return what is known of it then, and the number of new ones.

        The ids of all events that were read are added to `ids`.
        """
        reading = _Reading(path, before, ids)
        known = reading.known
        came = self._events.join(
            reading.entries(),
            self._look.progress,
            via=lambda: writer_of(path.name, known.machine),
            on_clash=reading.note_clash,
        )
        known.tail, known.came, known.seen = tail_of(path, known.place), came or before.came, now()
        if came:
            by = known.name or known.machine or path.name
            self._result.came[by] = self._result.came.get(by, 0) + came
        self._note_trouble(path.name, known)
        return known, came

    # This machine's own file

    def _read_own(self, own: Path, ids: set[str]) -> tuple[KnownFile, int]:
        """Read the own file, which another program has changed."""
        try:
            return self._read(own, self._known.files.get(own.name, KnownFile()), ids)
        except OSError as error:
            raise CacheError(
                f"This machine's file {own} can't be read: {error.strerror}. Make it readable, or remove it so that "
                "it is rewritten."
            ) from error

    def _is_as_written(self, own: Path) -> bool:
        known = self._known.files.get(own.name)
        try:
            return known is not None and own.stat().st_size == known.size and tail_of(own, known.size) == known.tail
        except OSError:
            return False

    def _write(self, own: Path, machine: str, others: set[str], *, is_anew: bool) -> KnownFile:
        """Add to the own file the events that it lacks and no other file has; with `is_anew`, write all of it.

        Raises CacheError.
        """
        before = KnownFile() if is_anew else self._known.files[own.name]
        if is_anew:
            self._known.written = 0
        try:
            self._append(own, machine, self._missing(machine, others), is_anew=is_anew)
        except (OSError, CacheError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            if not isinstance(cause, OSError) or cause.errno in journal.FULL:
                raise
            if own.is_dir():
                raise CacheError(
                    f"{own} is a folder, but this machine's file belongs there. Rename it; nothing is lost."
                ) from error
            raise CacheError(
                f"{self._folder} can't be written: {cause.strerror}. Other machines' marks were taken in; yours wait "
                "here until it can."
            ) from error
        went = self._look.went
        if not went and not is_anew:
            return before
        self._result.went += went
        status = own.stat()
        size, events = status.st_size, before.events + went
        return KnownFile(
            size, status.st_mtime_ns, size, tail_of(own, size), 0, machine, self._look.name, events, seen=now()
        )

    def _append(self, own: Path, machine: str, missing: Iterator[journal.Entry], *, is_anew: bool) -> None:
        """Append events to the own file, or replace it, whole or not at all."""
        if is_anew:
            journal.Journal(own).rewrite(missing, machine, self._look.name)
        elif (first := next(missing, None)) is not None:
            journal.Journal(own).append(chain([first], missing), machine, self._look.name)

    def _missing(self, machine: str, others: set[str]) -> Iterator[journal.Entry]:
        """The events since the last look that no other file has."""

        def is_there(entry: journal.Entry) -> bool:
            is_theirs = entry.machine in others and entry.number > 0
            return entry.machine != machine and (is_theirs or entry.id in self._elsewhere)

        return chain.from_iterable(self._look.unsent(BATCH, is_there))


class _Reading:
    """Reads a file from where it was last understood, or from its start if it is another one by now. Raises OSError."""

    def __init__(self, path: Path, before: KnownFile, ids: set[str]) -> None:
        self._path, self._ids = path, ids
        status = path.stat()
        is_same = before.place <= status.st_size and tail_of(path, before.place) == before.tail
        start = before if is_same and not before.is_outdated else KnownFile()
        self.known = replace(start, size=status.st_size, time=status.st_mtime_ns, trouble="", reader=journal.READER)
        self._later = KnownFile()
        """Counts those behind the first line that is not understood: they are read again at the next look."""
        self._latest = foreign.latest_clock(time.time())

    def entries(self) -> Iterator[journal.Entry]:
        """The complete events. Everything after the first incomplete line is read again at the next look.

        Nothing is read after a first line without a machine.
        """
        known = self.known
        if not known.size:
            known.trouble = "it is empty"
            return
        with self._path.open("rb") as file:
            file.seek(known.place)
            while line := file.readline(journal.FOREIGN_BYTES):
                if file.tell() > MOST_BYTES:
                    known.trouble = known.trouble or f"only its first {MOST_BYTES:,} bytes are read"
                    return
                try:
                    if not line.endswith(b"\n"):
                        raise foreign.Refused("it is cut off")
                    yield from self._read(line)
                except ValueError as error:
                    is_ours = known.lines or line.startswith(BEGINNING[: len(line)])
                    said = f"line {known.lines + 1}: {error}" if is_ours else "it is not a file of dailypapers"
                    known.trouble = known.trouble or said
                    if not known.machine:
                        return
                if not known.trouble:
                    known.place += len(line)
                    known.lines += 1

    def _read(self, line: bytes) -> Iterator[journal.Entry]:
        known = self.known
        if not line.strip():
            return
        if not known.machine and not _OWNER.match(line):
            raise foreign.Refused("it names no machine")
        entry = foreign_event(line, self._latest)
        if isinstance(entry, journal.Owner):
            known.machine, known.name = entry.machine, entry.name
            return
        if over := self._over(entry):
            known.refused, known.budget = known.refused + (not known.trouble), over
            return
        self._ids.add(entry.id)
        counted = self._later if known.trouble else known
        counted.events += 1
        counted.papers += entry.count
        yield entry

    def _over(self, entry: journal.Entry) -> str:
        """Which budget of a machine an event is over; empty if none."""
        if self.known.papers + self._later.papers + entry.count > MOST_IDS_TOGETHER:
            return f"{MOST_IDS_TOGETHER:,} papers"
        return f"{MOST_EVENTS:,} events" if self.known.events + self._later.events >= MOST_EVENTS else ""

    def note_clash(self, _entry: journal.Entry) -> None:
        """Count an event that was not taken, because another one has its id."""
        self.known.clashes += 1


def file_of(folder: Path, machine: str) -> Path:
    """The file that a machine writes."""
    return folder / places.MACHINE_FILE.format(machine)


def is_copy(name: str, known: KnownFile) -> bool:
    """Whether a file of this name is a copy that a program made of a machine's file, as where two versions met."""
    return bool(known.machine) and name.lower() != file_of(Path(), known.machine).name


def files_in(folder: Path) -> tuple[list[os.DirEntry[str]], list[str]]:
    """The files of machines, by name, also the copies that programs make of two versions; and what is none of them.

    The latter has such a name, and is said with the reason. Some disks change the case of names. Raises OSError.
    """
    found, others = [], []
    with os.scandir(folder) as entries:
        for one in sorted(entries, key=lambda one: one.name):
            if not places.is_machine_file(one.name):
                continue
            if strange := _strange(one):
                others.append(f"{one.name}: {strange}")
            else:
                found.append(one)
    if more := found[MOST_FILES:]:
        others.append(f"{len(more):,} files more than the {MOST_FILES:,} that are read")
    return found[:MOST_FILES], others


def _strange(entry: os.DirEntry[str]) -> str:
    """Why an entry of a folder is no file; empty if it is one."""
    try:
        if entry.is_file():
            return ""
        if entry.is_dir():
            return "it is a folder"
    except OSError as error:
        return f"it can't be read: {error.strerror}"
    return "it is a link to nothing" if entry.is_symlink() else "it is a pipe or a device"


def _find_own(found: dict[str, os.DirEntry[str]], own: Path) -> None:
    """Have the own file under its name, whatever case the disk gives names."""
    for name in [name for name in found if name.lower() == own.name]:
        with suppress(OSError):
            if own.name not in found and own.samefile(found[name].path):
                found[own.name] = found.pop(name)


def tail_of(path: Path, place: int) -> int:
    """The checksum of the bytes before a place; raises OSError."""
    start = max(0, place - TAIL)
    with path.open("rb") as file:
        file.seek(start)
        return zlib.crc32(file.read(place - start))
