"""The pages of a database's file and of its write-ahead log, counted without SQLite, which refuses a broken file.

https://sqlite.org/fileformat2.html describes both.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

PAGE_SIZE = 4096
"""The page size of our caches, for files whose header is damaged."""

HEADER = 100
"""Bytes of the file's header, at the start of its first page."""

MAGIC = b"SQLite format 3\0"

_LOG_HEADER, _FRAME_HEADER = 32, 24


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
