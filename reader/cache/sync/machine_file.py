"""The files of machines in a shared folder: journals that are read on from where they were last understood."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reader import __version__
from reader.cache.marks.foreign import checked
from reader.cache.marks.journal import FOREIGN_BYTES, VERSION, BadLine, Entry, Owner, decode
from reader.core.foreign import MOST_IDS, Refused, latest_clock

PREFIX, ENDING = "dailypapers-", ".jsonl"

MOST_FILES = 1_000
"""Files of a folder that are read."""

MOST_BYTES = 1 << 30
"""Bytes of a file that are read: some five million marks."""

MOST_EVENTS = 2_000_000
"""Events that are taken from one machine."""

MOST_IDS_TOGETHER = 20_000_000
"""Papers of all events of a machine, each counted as often as it is named."""

READER = f"{__version__} {VERSION}"
"""The program that read a file: what one could not read, a later one may."""

BEGINNING = b'{"v":'
"""How each file of a machine begins."""

_OWNER = re.compile(rb'\{"v":[^"]{1,20},"owner":')
"""Likewise, if this program can read it."""

TAIL = 4_096
"""Bytes before a place in a file that tell whether it is still the same file up to there."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of a file when it was last looked at."""

    size: int = 0
    time: int = 0
    """When it was changed, in nanoseconds since 1970."""
    place: int = 0
    """All before this byte was understood: the next look reads on from here."""
    tail: int = 0
    """The checksum of the bytes before the place."""
    lines: int = 0
    """Number of lines before the place."""
    machine: str = ""
    name: str = ""
    events: int = 0
    """Number of its events."""
    came: int = 0
    """Number of them that were new here when it last brought any."""
    seen: str = ""
    """When a change of it was last noticed (ISO)."""
    trouble: str = ""
    """Why not all of it could be read."""
    papers: int = 0
    """Number of papers of its events, each counted as often as it is named."""
    refused: int = 0
    """Number of its events that are over a machine's budget."""
    budget: str = ""
    """Which budget that is."""
    reader: str = ""
    """The program that read it."""
    clashes: int = 0
    """Number of its events that have the id of another event."""

    def is_as(self, status: os.stat_result) -> bool:
        """Whether a file has not changed since, and a program that knows no more than this one has read it."""
        is_same = (status.st_size, status.st_mtime_ns) == (self.size, self.time)
        return is_same and (not self.said or self.reader == READER)

    @property
    def said(self) -> str:
        """What was not taken from it, and why; empty if all was."""
        over = f"{self.refused:,} events over the budget of {self.budget} were refused" if self.refused else ""
        return "; ".join(filter(None, (self.unread, over)))

    @property
    def unread(self) -> str:
        """The same without what is over a budget."""
        clashes = f"{self.clashes:,} events with the ids of others were refused" if self.clashes else ""
        return "; ".join(filter(None, (self.trouble, clashes)))


def file_of(folder: Path, machine: str) -> Path:
    """The file that a machine writes."""
    return folder / f"{PREFIX}{machine}{ENDING}"


def is_copy(name: str, known: Known) -> bool:
    """Whether a file of this name is a copy that a program made of a machine's file, as where two versions met."""
    return bool(known.machine) and name.lower() != file_of(Path(), known.machine).name


def peer_of(name: str, machine: str) -> str:
    """The machine that writes a file of this name: the name says it, else the file's first line did."""
    found = _NAMED.match(name.lower())
    return found[1] if found else machine


_NAMED = re.compile(rf"{PREFIX}([0-9a-f]{{12}})\b")


def files_in(folder: Path) -> tuple[list[os.DirEntry[str]], list[str]]:
    """The files of machines, by name, also the copies that programs make of two versions; and what is none of them.

    The latter has such a name, and is said with the reason. Some disks change the case of names. Raises OSError.
    """
    found, others = [], []
    with os.scandir(folder) as entries:
        for one in sorted(entries, key=lambda one: one.name):
            if not (one.name.lower().startswith(PREFIX) and one.name.lower().endswith(ENDING)):
                continue
            if strange := _strange(one):
                others.append(f"{one.name}: {strange}")
            else:
                found.append(one)
    if len(found) > MOST_FILES:
        others.append(f"{len(found) - MOST_FILES:,} files more than the {MOST_FILES:,} that are read")
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


def tail_of(path: Path, place: int) -> int:
    """The checksum of the bytes before a place; raises OSError."""
    start = max(0, place - TAIL)
    with path.open("rb") as file:
        file.seek(start)
        return zlib.crc32(file.read(place - start))


class Reading:
    """Reads a file from where it was last understood, or from its start if it is another one by now.

    Raises OSError.
    """

    def __init__(self, path: Path, known: Known) -> None:
        self._path = path
        status = path.stat()
        self.size, self.time = status.st_size, status.st_mtime_ns
        self.is_same = known.place <= self.size and tail_of(path, known.place) == known.tail
        start = known if self.is_same else Known()
        self.machine, self.name, self.events = start.machine, start.name, start.events
        self._place, self._lines = start.place, start.lines
        self._papers, self._refused, self._budget = start.papers, start.refused, start.budget
        self._clashes = start.clashes
        self._later_events = self._later_papers = 0
        """Those behind the first line that is not understood: they are read again at the next look."""
        self._trouble: BadLine | None = None
        self._latest = latest_clock(time.time())

    def entries(self) -> Iterator[Entry]:
        """The events that are whole. What follows the first line that is not is read again at the next look.

        Nothing is read behind a first line that names no machine.
        """
        if not self.size:
            self._trouble = BadLine(0, "it is empty")
            return
        with self._path.open("rb") as file:
            file.seek(self._place)
            while line := file.readline(FOREIGN_BYTES):
                if file.tell() > MOST_BYTES:
                    self._trouble = self._trouble or BadLine(0, f"only its first {MOST_BYTES:,} bytes are read")
                    return
                self._lines += self._trouble is None
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("it is cut off")
                    yield from self._read(line)
                except ValueError as error:
                    is_ours = self._lines > 1 or line.startswith(BEGINNING[: len(line)])
                    bad = BadLine(self._lines, str(error)) if is_ours else BadLine(0, "it is no file of dailypapers")
                    self._trouble = self._trouble or bad
                    if not self.machine:
                        return
                    continue
                if self._trouble is None:
                    self._place += len(line)

    def _read(self, line: bytes) -> Iterator[Entry]:
        if not line.strip():
            return
        if not self.machine and not _OWNER.match(line):
            raise Refused("it names no machine")
        found = decode(line, MOST_IDS)
        if isinstance(found, Owner):
            self.machine, self.name = found.machine, found.name
            return
        entry = checked(found, self._latest)
        if over := self._over(entry):
            self._refused, self._budget = self._refused + (self._trouble is None), over
            return
        if self._trouble is None:
            self.events += 1
            self._papers += entry.count
        else:
            self._later_events += 1
            self._later_papers += entry.count
        yield entry

    def note_clash(self, _entry: Entry) -> None:
        """Count an event that was not taken, because another one has its id."""
        self._clashes += 1

    def _over(self, entry: Entry) -> str:
        """Which budget of a machine an event is over; empty if none."""
        if self._papers + self._later_papers + entry.count > MOST_IDS_TOGETHER:
            return f"{MOST_IDS_TOGETHER:,} papers"
        return f"{MOST_EVENTS:,} events" if self.events + self._later_events >= MOST_EVENTS else ""

    def known(self, came: int, seen: str) -> Known:
        """What is known of the file, once all events were taken."""
        trouble = self._trouble
        lines = self._lines - (trouble is not None)
        said = "" if trouble is None else f"line {trouble.line}: {trouble.reason}" if trouble.line else trouble.reason
        place = self._place
        return Known(
            *(self.size, self.time, place, tail_of(self._path, place), lines, self.machine, self.name, self.events),
            *(came, seen, said, self._papers, self._refused, self._budget, READER, self._clashes),
        )
