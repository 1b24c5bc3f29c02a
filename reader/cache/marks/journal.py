"""The journal: the user's actions as JSON Lines beside the cache, so that marks survive its loss."""

from __future__ import annotations

import binascii
import errno
import json
import os
import re
import sqlite3
import zlib
from base64 import b64decode, b64encode
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from reader import __version__
from reader.cache import meta
from reader.core import foreign
from reader.core.errors import CacheError
from reader.core.foreign import Refused
from reader.core.text import clean
from reader.paths import journal_file, make_private, sync
from reader.platform import to_disk

SIZE = "journal_size"
"""The key in `meta` of the journal's size when the cache last wrote it; -1 after a migration that found no journal."""


def agrees(connection: sqlite3.Connection, cache: Path) -> bool:
    """Whether the journal has the size that the cache has noted."""
    return stored_size(connection) == file_size(journal_file(cache))


def stored_size(connection: sqlite3.Connection) -> int:
    """The journal's size in bytes that the cache has noted; 0 if there was never a journal."""
    return int(meta.get(connection, SIZE) or 0)


def file_size(file: Path) -> int:
    """A file's size in bytes; 0 if it is missing."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


VERSION = 1
"""The form of a line that this program writes."""

READER = f"{__version__} {VERSION}"
"""This program and the form that it reads: what it can't read, a later one may."""

LISTED = 100
"""A line lists the ids of up to this many papers; more are packed, which takes a fifth of the space."""

LINE_BYTES = 1 << 26
"""A longer line is damaged: ten million ids are shorter."""

FOREIGN_BYTES = 1 << 24
"""The same of a line of somebody else's, for two million ids."""

FIELD_BYTES = 1 << 20
"""Maximum size of all other fields of a line: a note has at most 100,000 characters."""

BLOCK_BYTES = 1 << 20
"""Size of the lines that are written at once."""

NAME_LIMIT = 60

PACKING = 6
"""zlib's compression level: a million ids take 2.3 MB and 0.4 s."""

REST_LIMIT = 4_000
"""Maximum characters of what a newer program may add to a line."""

_WRITTEN = ("id", "machine", "number", "clock", "kind", "value", "count")

_SUM = re.compile(rb',"sum":"([0-9a-f]{8})"}')
_SUM_BYTES = len(b',"sum":"00000000"}')
_PACKED = b',"packed":"'

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The errors of a full disk."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the journal has it."""

    id: str
    machine: str
    number: int
    """Counts the events of one machine; they happened in this order."""
    clock: int
    """Milliseconds since 1970, above those of all events that the machine knew; `(clock, id)` orders all machines'."""
    kind: str
    value: str
    count: int
    papers: bytes
    """Their ids, newline-joined and zlib-compressed."""
    rest: str = ""
    """What a newer program has written besides, as JSON: it is kept and written on."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The first line of a file: the machine whose journal it is."""

    machine: str
    name: str = ""
    """What people call it; only files that machines share have it."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be used; `line` counts from 1."""

    line: int
    reason: str

    @property
    def is_newer(self) -> bool:
        """Whether a newer program wrote it, and can read it."""
        return self.reason.endswith(NEWER)


NEWER = "newer than this program"


def machine_name() -> str:
    """What people call this machine."""
    import platform

    return clean(platform.node().partition(".")[0], NAME_LIMIT)


def encode(what: Entry | Owner) -> bytes:
    """The line of an event or an owner, with its newline."""
    fields: dict[str, object] = {"v": VERSION}
    if isinstance(what, Owner):
        fields |= {"owner": what.machine} | ({"name": what.name} if what.name else {})
    else:
        fields |= {name: getattr(what, name) for name in _WRITTEN}
        # Packed ids are the last field: they are not unpacked before all others are known.
        fields |= json.loads(what.rest) if what.rest else {}
        if what.count > LISTED:
            fields["packed"] = b64encode(what.papers).decode()
        else:
            fields["papers"] = zlib.decompress(what.papers).decode().split("\n") if what.count else []
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))[:-1].encode("utf-8", "surrogatepass")
    return body + b',"sum":"%08x"}\n' % zlib.crc32(body)


def decode(line: bytes, most: int = foreign.MOST_OWN_IDS) -> Entry | Owner:
    """The event or owner of a line; raises Refused with the reason if it is damaged, of a newer form or no event.

    An event has at most `most` papers. The checksum, then all other fields are looked at before ids are unpacked.
    """
    line = line.rstrip(b"\n")
    found = _SUM.fullmatch(line[-_SUM_BYTES:])
    if found is None:
        raise Refused("it is cut off")
    body = line[:-_SUM_BYTES]
    if zlib.crc32(body) != int(found[1], 16):
        raise Refused("it is damaged")
    # Within texts, quotes follow a backslash.
    body, has_packed, packed = body.partition(_PACKED)
    if has_packed and packed.endswith(b'"'):
        body, packed = body + b"}", packed[:-1]
    else:
        body, packed = body + has_packed + packed + b"}", b""
    fields = foreign.read_json(body, FIELD_BYTES)
    if not isinstance(fields, dict) or "v" not in fields:
        raise Refused("it is not an event")
    version = fields.pop("v")
    if version != VERSION:
        said = str(version)[:20] if isinstance(version, int) else "?"
        raise Refused(f"its form, {said}, is {NEWER}")
    if "owner" not in fields:
        return _entry(fields, packed if has_packed else None, most)
    owner = fields["owner"]
    if not foreign.is_machine(owner):
        raise Refused("it names no machine")
    return Owner(owner, foreign.text(fields.get("name"), NAME_LIMIT) or "")


def _entry(fields: dict[str, Any], packed: bytes | None, most: int) -> Entry:
    listed = fields.pop("papers", None)
    id, machine, number, at, kind, value, count = (fields.pop(name, None) for name in _WRITTEN)
    if "packed" in fields or not (
        foreign.is_event_id(id) and foreign.is_machine(machine) and isinstance(kind, str) and isinstance(value, str)
    ):
        raise Refused("it is not an event")
    numbers = (number, at, count)
    if not all(type(one) is int and 0 <= one <= foreign.LARGEST_NUMBER for one in numbers) or foreign.clock(at) is None:
        raise Refused("it is not an event")
    if count > most:
        raise Refused(f"it names {count:,} papers, and one event has at most {most:,}")
    try:
        papers = _packed(listed, count) if packed is None else b64decode(packed, validate=True)
        rest = json.dumps(fields) if fields else ""
    except (binascii.Error, RecursionError):
        raise Refused("it is not an event") from None
    if len(rest) > REST_LIMIT:
        raise Refused("too much of it is unknown to this program")
    if foreign.count_ids(papers, count, may_repeat=most >= foreign.MOST_OWN_IDS) != count:
        raise Refused("it is not an event")
    return Entry(id, machine, number, at, kind, value, count, papers, rest)


def _packed(listed: object, count: int) -> bytes:
    if not isinstance(listed, list) or len(listed) != count or not all(map(foreign.paper_id, listed)):
        raise Refused("it names no papers" if count else "it is not an event")
    return zlib.compress("\n".join(listed).encode(), PACKING)


class Journal:
    """The journal file at `path`; the caller holds the cache's write lock while it changes the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """The file's size in bytes; 0 if it is missing."""
        return file_size(self.path)

    def read(self) -> Iterator[Entry | Owner | BadLine]:
        """Every line, in the file's order; raises CacheError if the file can't be read."""
        try:
            with self.path.open("rb") as file:
                yield from _lines(file)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._explain(error, "read") from error

    def append(self, entries: Iterable[Entry], machine: str, name: str = "") -> int:
        """Append events and wait for the disk; return the file's new size. A new file begins with its owner.

        After a failure the file is as before. Raises CacheError.
        """
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                before = os.fstat(file).st_size
                try:
                    if before and os.pread(file, 1, before - 1) != b"\n":
                        # The last line was cut off.
                        _write(file, b"\n")
                    if not before:
                        _write(file, encode(Owner(machine, name)))
                    # The lines of one action are written at once: a program that is killed leaves all or none.
                    for block in _blocks(map(encode, entries)):
                        _write(file, block)
                    to_disk(file)
                except BaseException:
                    with suppress(OSError):
                        os.ftruncate(file, before)
                    raise
                size = os.fstat(file).st_size
            finally:
                os.close(file)
            if not before:
                make_private(self.path)
                sync(self.path.parent)
        except OSError as error:
            raise self._explain(error, "written") from error
        return size

    def rewrite(self, entries: Iterable[Entry], machine: str, name: str = "") -> None:
        """Replace the file, whole or not at all; raises CacheError."""
        with self._replaced() as part:
            part.append(entries, machine, name)

    def drop(self, lines: Container[int], machine: str) -> None:
        """Rewrite the file without some lines, counted from 1; raises CacheError. The first names `machine`."""
        with self._replaced() as part:
            if 1 in lines:
                part.append([], machine)
            with self.path.open("rb") as old, part.path.open("ab") as new:
                new.writelines(line for number, line in enumerate(old, 1) if number not in lines)
                new.flush()
                to_disk(new.fileno())

    @contextmanager
    def _replaced(self) -> Iterator[Journal]:
        """A journal that takes the place of this one once it is written; raises CacheError."""
        part = Journal(self.path.with_name(f".{self.path.name}.part"))
        try:
            part.path.unlink(missing_ok=True)
            yield part
            make_private(part.path)
            part.path.replace(self.path)
            sync(self.path.parent)
        except OSError as error:
            raise self._explain(error, "written") from error
        finally:
            with suppress(OSError):
                part.path.unlink(missing_ok=True)

    def cut(self, size: int) -> None:
        """Remove what was appended after the file had `size` bytes."""
        with suppress(OSError):
            os.truncate(self.path, size)

    def _explain(self, error: OSError, done: str) -> CacheError:
        if error.errno in FULL:
            return CacheError(
                f"The disk is full, so the journal {self.path} could not be written. Free some space and try again."
            )
        return CacheError(f"The journal {self.path} could not be {done}: {error.strerror}. Check its folder and disk.")


def _lines(file: BinaryIO) -> Iterator[Entry | Owner | BadLine]:
    number = 0
    while line := file.readline(LINE_BYTES):
        number += 1
        if len(line) == LINE_BYTES and not line.endswith(b"\n"):
            while (rest := file.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield BadLine(number, "it is too long")
        elif line.strip():
            try:
                yield decode(line)
            except ValueError as error:
                yield BadLine(number, str(error))


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for line in lines:
        block += line
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _write(file: int, data: bytes) -> None:
    """Write all of `data`; the system may take it in parts."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
