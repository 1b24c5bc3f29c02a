"""Bytes of a file, unpacked where they are gzipped, and their lines, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1024 * 1024

LONGEST_LINE = 128 * 1024 * 1024
"""Bytes of a line at the most."""

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31

# JSON and prose pack three- to twentyfold; what unpacks to far more is made to exhaust the machine.
_BOMB_RATIO = 200
_BOMB_SIZE = 64 * 1024 * 1024


class DamagedGzip(Exception):
    """The packing is broken from here on, or is a bomb; the text says which."""


def decompressed(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream in chunks, unpacked if they begin as gzip.

    Raises Damaged.
    """
    chunks = iter(lambda: stream.read(CHUNK), b"")
    first = next(chunks, b"")
    yield from _gunzip(first, chunks) if first.startswith(_GZIP) else _chain_first(first, chunks)


def numbered_lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1, without their ends; of one that is absurdly long only the start."""
    number, rest = 1, bytearray()
    for chunk in chunks:
        head, *lines = chunk.split(b"\n")
        if len(rest) < LONGEST_LINE:
            rest += head
        for line in lines:
            yield number, bytes(rest)
            number, rest = number + 1, bytearray(line)
    if rest:
        yield number, bytes(rest)


def _chain_first(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _gunzip(packed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip file of one or more members."""
    taken, given = len(packed), 0
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        try:
            data = unpacker.decompress(packed, CHUNK)
        except zlib.error:
            raise DamagedGzip("the gzip packing is damaged") from None
        given += len(data)
        if given > _BOMB_SIZE and given > _BOMB_RATIO * taken:
            raise DamagedGzip(f"it unpacks to more than {_BOMB_RATIO} times its size")
        yield data
        packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        if not packed and (unpacker.eof or not data):
            packed = next(chunks, b"")
            taken += len(packed)
            if not packed:
                break
        if unpacker.eof:
            # Another member follows, or the padding that some tools append.
            if not packed.strip(b"\0"):
                break
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
    if not unpacker.eof:
        raise DamagedGzip("the gzip file is cut off")
