"""Merge the logs of the user's machines, through a folder or a PostgreSQL server.

In a folder, each machine has one file of JSON Lines, which only the machine itself writes. The first line names the
machine; every other line is a row of its log. The marks depend only on the set of rows, so that the order and the
number of exchanges do not matter. The cache remembers how far each file was read; if that is lost, all files are read
again.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reader.cache import places
from reader.cache.marks.events import Events
from reader.core import foreign
from reader.core.errors import CacheError
from reader.core.text import clean
from reader.database import meta
from reader.log.foreign import LINE_BYTES, checked_row, decode_row, encode_row
from reader.log.rows import Row, clock_of

MAX_FILES = 1_000
"""Maximum files of machines that are read from a folder."""

MAX_FILE_BYTES = 1 << 30
"""Maximum bytes of a file that are read, enough for about ten million rows."""

MAX_AHEAD_MS = 86_400_000
"""A row under this machine's id whose clock is further ahead than this is refused: this machine did not write it."""

MAX_HEAD_BYTES = 1_000
"""Maximum bytes of the first line of a file."""

TAIL_BYTES = 4_096
"""Bytes before the last read position whose checksum tells whether the file was replaced."""

KEY_PREFIX = "sync:"
"""Prefix of the keys in the table `meta` under which the state of each place is stored."""

MAX_NAME_CHARACTERS = 60
"""Maximum characters of a machine's name."""


@dataclass(slots=True)
class KnownFile:
    """The state of a machine's file when it was last read, or for this machine's own file, last written."""

    machine: str = ""
    name: str = ""
    size: int = 0
    time: int = 0
    """The modification time, in nanoseconds since 1970."""
    place: int = 0
    """The offset at which the next exchange continues to read."""
    tail: int = 0
    """The checksum of the last bytes before that offset."""
    refused: int = 0
    """The number of invalid rows."""
    trouble: str = ""
    """Why the file could not be read completely; empty if it could."""


@dataclass(slots=True)
class Memory:
    """The stored state of a folder or server."""

    written: int = 0
    """The number of the last local row that was sent."""
    own: str = ""
    """The id of this machine when it last sent rows."""
    action: str = ""
    """The action of the last sent row. A restored log numbers its rows anew, so that this row has another action then.
    """
    files: dict[str, KnownFile] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """The names of the known machines by their ids; a name that several machines have is followed by the id."""
        names = {file.machine: file.name for file in self.files.values()}
        counts = Counter(name.lower() for name in names.values())
        return {id: f"{name} ({id})" if counts[name.lower()] > 1 else name or id for id, name in names.items()}


@dataclass(slots=True)
class ExchangeResult:
    """The result of an exchange."""

    came: dict[str, int] = field(default_factory=dict)
    """The number of new rows from each machine, by its name."""
    went: int = 0
    """The number of rows that this machine sent."""
    troubles: list[str] = field(default_factory=list)
    """A message for each file that could not be read completely."""
    is_new_machine: bool = False
    """Whether this machine took a new id, because another copy of its home folder uses the old id."""


def exchange(events: Events, folder: Path, name: str) -> ExchangeResult:
    """Add the rows of other machines to the log, and write new rows of this machine, called `name`, to its file.

    Raises CacheError if the folder can't be used; rows that were already added stay in the log.
    """
    if not folder.is_dir():
        raise CacheError(
            f"{folder} is not a folder. Name one that your machines share."
            if folder.exists()
            else f"The folder {folder} is missing; nothing is lost. Connect or mount it and try again, or make it with "
            "mkdir."
        )
    result = ExchangeResult()
    memory = load(events, str(folder))
    before = asdict(memory)
    try:
        own = file_of(folder, events.machine())
        files, strange = machine_files(folder)
        result.troubles += strange
        known = {
            file.name: _read(events, file, memory.files.get(file.name), result)
            for file in files
            if file.name != own.name
        }
        if own.exists() and not _is_as_written(own, memory):
            # Either another copy of this home folder has written the file, or the log was restored from a backup.
            sent: set[str] = set()
            there = _read(events, own, None, result, sent)
            if result.came.pop(there.machine, 0):
                known[own.name], result.is_new_machine = there, True
                events.log.take_new_machine(sent)
                events.recover()
                own = file_of(folder, events.machine())
            memory.written = 0
        memory.files = known | {own.name: _write(events, own, name, memory, result)}
        memory.own = events.machine()
        names = memory.names()
        result.came = {names.get(machine, machine): count for machine, count in result.came.items()}
    except OSError as error:
        raise places.unusable(folder, error) from error
    if asdict(memory) != before:
        save(events, str(folder), memory)
    return result


# The files of other machines


def _read(
    events: Events, path: Path, before: KnownFile | None, result: ExchangeResult, actions: set[str] | None = None
) -> KnownFile:
    """Add the new rows of a file to the log; return the new state of the file. `actions` collects the rows' actions."""
    status = path.stat()
    if before is not None and (before.size, before.time) == (status.st_size, status.st_mtime_ns):
        known = before
    else:
        is_longer = before is not None and before.place <= status.st_size and _tail(path, before.place) == before.tail
        known = KnownFile(**asdict(before)) if before is not None and is_longer else KnownFile()
        known.size, known.time, known.trouble = status.st_size, status.st_mtime_ns, ""
        came = events.join(_rows(path, known, events.machine(), actions))
        known.tail = _tail(path, known.place)
        if came:
            result.came[known.machine] = came
    if known.trouble or known.refused:
        refused = f"{known.refused:,} lines refused" if known.refused else ""
        result.troubles.append(f"{path.name}: {'; '.join(filter(None, (known.trouble, refused)))}")
    return known


def _rows(path: Path, known: KnownFile, own: str, actions: set[str] | None) -> Iterator[Row]:
    """The new rows of a file, after the offset in `known`, which is updated; invalid rows are skipped and counted."""
    latest = int(time.time() * 1000) + MAX_AHEAD_MS
    with path.open("rb") as file:
        file.seek(known.place)
        while line := file.readline(LINE_BYTES):
            if not line.endswith(b"\n"):
                # The line is being written now, or the folder is not synchronized completely yet.
                known.trouble = "its last line is not complete yet"
                return
            if file.tell() > MAX_FILE_BYTES:
                known.trouble = f"only its first {MAX_FILE_BYTES:,} bytes are read"
                return
            if not known.machine:
                if not _read_head(line, known):
                    known.trouble = (
                        "it was not written by this version of dailypapers: update the machine that writes it"
                    )
                    return
            else:
                try:
                    row = decode_row(line)
                    if row.machine != known.machine or (row.machine == own and clock_of(row.action) > latest):
                        raise foreign.InvalidForeignValue("it is of another machine")
                    if actions is not None:
                        actions.add(row.action)
                    yield row
                except foreign.InvalidForeignValue:
                    known.refused += 1
            known.place = file.tell()


def _read_head(line: bytes, known: KnownFile) -> bool:
    head = foreign.read_json(line, MAX_HEAD_BYTES)
    if not isinstance(head, dict) or head.get("dailypapers") != 1 or not foreign.is_machine(head.get("machine")):
        return False
    known.machine = head["machine"]
    known.name = clean(str(head.get("name", "")), MAX_NAME_CHARACTERS)
    return True


# The file of this machine


def _is_as_written(own: Path, memory: Memory) -> bool:
    known = memory.files.get(own.name)
    return known is not None and own.stat().st_size == known.size and _tail(own, known.size) == known.tail


def _write(events: Events, own: Path, name: str, memory: Memory, result: ExchangeResult) -> KnownFile:
    """Append this machine's new rows to its file, or write the whole file if it is missing or was changed."""
    machine = events.machine()
    is_new = not own.exists() or not _is_as_written(own, memory) or memory.own != machine
    rows = events.log.rows(0 if is_new else memory.written, machine=machine)
    if not rows and not is_new:
        return memory.files[own.name]
    head = {"dailypapers": 1, "machine": machine, "name": name}
    lines = [json.dumps(head, ensure_ascii=False)] if is_new else []
    data = "".join(f"{line}\n" for line in (*lines, *(encode_row(row) for _, row in rows))).encode("utf-8", "replace")
    if own.is_dir():
        raise CacheError(f"{own} is a folder, but this machine's file belongs there. Rename it; nothing is lost.")
    if is_new:
        places.replace_shared_file(own, data)
    else:
        with own.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    memory.written = rows[-1][0] if rows else memory.written
    result.went = len(rows)
    status = own.stat()
    return KnownFile(machine, name, status.st_size, status.st_mtime_ns, status.st_size, _tail(own, status.st_size))


def file_of(folder: Path, machine: str) -> Path:
    """The file of a machine in a folder."""
    return folder / places.MACHINE_FILE.format(machine)


def machine_files(folder: Path) -> tuple[list[Path], list[str]]:
    """The files of machines in a folder, sorted by name, and messages about entries that can't be read.

    Raises OSError.
    """
    files, strange = [], []
    for path in sorted(folder.iterdir()):
        if places.is_machine_file(path.name):
            if path.is_file():
                files.append(path)
            else:
                strange.append(f"{path.name}: it is not a file")
    if len(files) > MAX_FILES:
        strange.append(f"{len(files) - MAX_FILES:,} files more than the {MAX_FILES:,} that are read")
    return files[:MAX_FILES], strange


def _tail(path: Path, place: int) -> int:
    """The checksum of the last bytes before an offset in a file; raises OSError."""
    start = max(0, place - TAIL_BYTES)
    with path.open("rb") as file:
        file.seek(start)
        return zlib.crc32(file.read(place - start))


# The stored state of a place


def load(events: Events, place: str) -> Memory:
    """The stored state of a place; empty if it is damaged or describes another log, so that all is read again."""
    text = events.read(lambda connection: meta.get(connection, _key(place)))
    with suppress(ValueError, TypeError, AttributeError):
        fields: dict[str, Any] = json.loads(text or "{}")
        files = {name: KnownFile(**values) for name, values in fields.pop("files", {}).items()}
        memory = Memory(**fields, files=files)
        if events.log.action_of(memory.written) == memory.action:
            return memory
    return Memory()


def save(events: Events, place: str, memory: Memory) -> None:
    """Store the state of a place."""
    memory.action = events.log.action_of(memory.written)
    events.read(lambda connection: meta.remember(connection, _key(place), json.dumps(asdict(memory))))


def _key(place: str) -> str:
    """The key of a place, without a password. Bytes that are not UTF-8 are escaped: SQLite stores only valid text."""
    shown = places.display_place(place) if places.is_server(place) else place
    return KEY_PREFIX + shown.encode("utf-8", "backslashreplace").decode()


# Exchange through a PostgreSQL server
#
# The server has one table, to which rows are only added. Writers take turns, so that a higher number is never visible
# before a lower number. Each machine asks for the rows after the last number that it has read.


BATCH_ROWS = 2_000
"""Rows that are requested or sent at once."""

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
    """Add the new rows of a server to the log, and send the new rows of this machine; raises CacheError."""
    result, memory = ExchangeResult(), load(events, address)
    before = asdict(memory)
    if not server.has_table("dailypapers_log"):
        with server.turn():
            server.run(_TABLE)
        memory.files, memory.written = {}, 0
    known = memory.files.setdefault(places.display_place(address), KnownFile())
    last = int(server.rows("SELECT coalesce(max(number), 0) FROM dailypapers_log")[0][0])
    if last < known.place:
        # The server was restored from a backup or replaced.
        known.place, memory.written = 0, 0
    if came := events.join(_server_rows(server, known, events.machine())):
        result.came["other machines"] = came
    if memory.own != events.machine():
        memory.written, memory.own = 0, events.machine()
    while rows := events.log.rows(memory.written, machine=memory.own, limit=BATCH_ROWS):
        columns = [list(column) for column in zip(*(row for _, row in rows), strict=True)]
        with server.turn():
            result.went += server.run(_INSERT, *columns)
        memory.written = rows[-1][0]
    if known.refused:
        result.troubles.append(f"{known.refused:,} rows of the server refused")
    if asdict(memory) != before:
        save(events, address, memory)
    return result


def _server_rows(server: places.Server, known: KnownFile, own: str) -> Iterator[Row]:
    latest = int(time.time() * 1000) + MAX_AHEAD_MS
    while rows := server.rows(_NEXT, known.place, BATCH_ROWS):
        for number, *values in rows:
            known.place = number
            try:
                row = checked_row(Row(*map(str, values)))
                if row.machine == own and clock_of(row.action) > latest:
                    raise foreign.InvalidForeignValue("it is not of this machine")
                yield row
            except foreign.InvalidForeignValue:
                known.refused += 1
