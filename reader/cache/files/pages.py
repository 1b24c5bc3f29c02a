"""Read a cache's rows without SQLite, page by page, also where it is cut off or damaged.

SQLite finds a row through the pages above it, so one bad page hides many good ones. Here each page is taken for itself:
a page that looks like a leaf of a table gives its rows, whether or not anything leads to it. Pages of the write-ahead
log are read too. A row that runs over several pages is followed through them. https://sqlite.org/fileformat2.html
describes all of this.

Whoever takes the rows has to check them: a page may be an older copy, and a changed bit may stand in any value.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

Value = int | float | str | bytes | None

Row = tuple[int, Sequence[Value]]
"""A row's key and its values; the value of an `INTEGER PRIMARY KEY` column is None, because it is the key."""

Wanted = Callable[[Sequence[int]], bool]
"""Decides by the types of its values whether a row is wanted: 0 for None, an odd number from 13 for text."""

PAGE_SIZE = 4096
"""The page size of our caches, for files whose header is damaged."""

HEADER = 100
"""Bytes of the file's header, at the start of its first page."""

MAGIC = b"SQLite format 3\0"

_LEAF = 0x0D
_LOG_HEADER, _FRAME_HEADER = 32, 24

_LARGEST_ROW = 1 << 26
"""A longer row is damage: the ids of ten million papers are shorter."""

_TRIES = 3
"""Rows of a page that are looked at to learn whether it belongs to a wanted table."""

_INTEGERS = (0, 1, 2, 3, 4, 6, 8, 8)
"""Bytes of a number by its type; the last is a float."""


class _Cell(NamedTuple):
    """A row in its page: key, number of bytes, and where its bytes begin."""

    key: int
    size: int
    start: int


class _Pages:
    """The pages of a file and of its log."""

    def __init__(self, main: BinaryIO, log: BinaryIO | None) -> None:
        self._main = main
        self._log = log
        self.size = page_size(main.read(HEADER))
        self.frames = frames_of(log, self.size) if log is not None else []
        self._newest = dict(self.frames)
        # A damaged row may lead to the same pages again and again.
        self._left = 4 * (os.fstat(main.fileno()).st_size + self.size * len(self.frames)) + _LARGEST_ROW
        self.lookups = (self.of_main, self.of_log) if self.frames else (self.of_main,)

    def of_main(self, number: int) -> bytes:
        self._main.seek((number - 1) * self.size)
        return self._main.read(self.size)

    def of_log(self, number: int) -> bytes:
        """The newest version of a page."""
        place = self._newest.get(number)
        return self.of_main(number) if place is None else self.at(place)

    def at(self, place: int) -> bytes:
        """The page at a place in the log."""
        if self._log is None:
            return b""
        self._log.seek(place)
        return self._log.read(self.size)

    def spend(self) -> bool:
        """Count one more page that a row runs over; return whether it may still be read."""
        self._left -= self.size
        return self._left > 0


def rows(path: Path, wanted: Wanted) -> Iterator[Row]:
    """The wanted rows of the file at `path` and of its log, in no order, but the newest version of a row last."""
    with ExitStack() as files:
        main = files.enter_context(path.open("rb"))
        log_path = path.with_name(f"{path.name}-wal")
        log = files.enter_context(log_path.open("rb")) if log_path.is_file() else None
        pages = _Pages(main, log)
        number = 1
        while page := pages.of_main(number):
            yield from _rows_of(page, number, wanted, pages, pages.lookups)
            number += 1
        for number, place in pages.frames:
            yield from _rows_of(pages.at(place), number, wanted, pages, pages.lookups[::-1])


def is_whole(path: Path) -> bool:
    """Whether each page that the header of a database counts is in the file or in its log; reads little.

    The file must not be open in this process: as it is closed here, the system drops all locks on it.
    """
    with path.open("rb") as main:
        header = main.read(HEADER)
    # Without these two equal, the count is of an older version of SQLite, which left it as it was.
    count = int.from_bytes(header[28:32]) if header[24:28] == header[92:96] else 0
    return has_pages(path, max(count, 1), page_size(header))


def has_pages(path: Path, count: int, size: int) -> bool:
    """Whether so many pages are in a file or in its log, whose pages may move to the file meanwhile."""
    return (
        count <= path.stat().st_size // size or _are_logged(path, count, size) or count <= path.stat().st_size // size
    )


def _are_logged(path: Path, count: int, size: int) -> bool:
    have = path.stat().st_size // size
    log_path = path.with_name(f"{path.name}-wal")
    if not log_path.is_file():
        return False
    with log_path.open("rb") as log:
        logged = {number for number, _ in frames_of(log, size)}
    return all(number in logged for number in range(have + 1, count + 1))


def page_size(header: bytes) -> int:
    """The page size that a file's header names, or ours if it names none."""
    size = int.from_bytes(header[16:18])
    size = 65536 if size == 1 else size
    is_good = header.startswith(MAGIC) and 512 <= size <= 65536 and size & (size - 1) == 0
    return size if is_good else PAGE_SIZE


def frames_of(log: BinaryIO, size: int) -> list[tuple[int, int]]:
    """The pages in a write-ahead log, in the order in which they were written: each page's number and its place."""
    log.seek(0)
    salt = log.read(_LOG_HEADER)[16:24]
    end = os.fstat(log.fileno()).st_size
    frames = []
    place = _LOG_HEADER
    while place + _FRAME_HEADER + size <= end:
        log.seek(place)
        header = log.read(_FRAME_HEADER)
        # The frames behind are left over from before the log was begun anew.
        if header[8:16] != salt:
            break
        place += _FRAME_HEADER
        frames.append((int.from_bytes(header[:4]), place))
        place += size
    return frames


_Lookup = Callable[[int], bytes]


def _rows_of(page: bytes, number: int, wanted: Wanted, pages: _Pages, lookups: Sequence[_Lookup]) -> Iterator[Row]:
    """The wanted rows of a page, if it is a leaf of a table."""
    start = HEADER if number == 1 else 0
    if len(page) < start + 8 or page[start] != _LEAF:
        return
    end = start + 8 + 2 * int.from_bytes(page[start + 3 : start + 5])
    places = (int.from_bytes(page[at : at + 2]) for at in range(start + 8, min(end, len(page) - 1), 2))
    cells = [cell for place in places if (cell := _cell(page, place)) is not None]
    if not any(wanted(_types(page, cell)) for cell in cells[:_TRIES]):
        return
    for cell in cells:
        if not wanted(_types(page, cell)):
            continue
        for lookup in lookups:
            payload = _payload(page, cell, lookup, pages)
            values = _values(payload) if payload is not None else None
            if values is not None:
                yield cell.key, values
            if cell.size <= pages.size - 35:
                break


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and the place after it; raises IndexError at the end of the data."""
    value = data[at]
    if value < 0x80:
        return value, at + 1
    value &= 0x7F
    for step in range(1, 8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9


def _cell(page: bytes, place: int) -> _Cell | None:
    try:
        size, place = _varint(page, place)
        key, place = _varint(page, place)
    except IndexError:
        return None
    return _Cell(key - (1 << 64) if key >> 63 else key, size, place) if 0 < size <= _LARGEST_ROW else None


def _types(page: bytes, cell: _Cell) -> list[int]:
    """The types of a row's values; empty if they can't be read."""
    types: list[int] = []
    try:
        size, place = _varint(page, cell.start)
        end = cell.start + size
        while place < end:
            kind, place = _varint(page, place)
            types.append(kind)
    except IndexError:
        return []
    return types if place == end else []


def _payload(page: bytes, cell: _Cell, lookup: _Lookup, pages: _Pages) -> bytes | None:
    """All bytes of a row, also those in the pages that it runs over; None if they are not there."""
    usable = pages.size
    if cell.size <= usable - 35:
        whole = page[cell.start : cell.start + cell.size]
        return whole if len(whole) == cell.size else None
    least = (usable - 12) * 32 // 255 - 23
    local = least + (cell.size - least) % (usable - 4)
    local = local if local <= usable - 35 else least
    parts = [page[cell.start : cell.start + local]]
    following = int.from_bytes(page[cell.start + local : cell.start + local + 4])
    left = cell.size - local
    while left > 0:
        part = lookup(following) if following and pages.spend() else b""
        if len(part) < 4 + min(left, usable - 4):
            return None
        following = int.from_bytes(part[:4])
        parts.append(part[4 : 4 + left])
        left -= len(parts[-1])
    return b"".join(parts)


def _values(payload: bytes) -> list[Value] | None:
    """The values of a row; None if it is damaged."""
    try:
        end, place = _varint(payload, 0)
        at = end
        values: list[Value] = []
        while place < end:
            kind, place = _varint(payload, place)
            size = _INTEGERS[kind] if kind < 8 else 0 if kind < 12 else (kind - 12) // 2
            part = payload[at : at + size]
            if len(part) != size:
                return None
            values.append(_value(kind, part))
            at += size
    except (IndexError, UnicodeDecodeError):
        return None
    return values if at == len(payload) else None


def _value(kind: int, part: bytes) -> Value:
    if kind >= 12:
        return part.decode() if kind % 2 else part
    if kind == 7:
        return float(struct.unpack(">d", part)[0])
    if kind in (8, 9):
        return kind - 8
    return int.from_bytes(part, signed=True) if 0 < kind < 7 else None
