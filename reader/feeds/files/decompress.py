"""Decompress gzip files and split them into lines, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1024 * 1024

LONGEST_LINE = 128 * 1024 * 1024
"""Maximum bytes of a line; the rest is dropped."""

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31

# JSON and prose compress by a factor of 3 to 20; a file that expands far more is meant to exhaust memory.
_BOMB_RATIO = 200
_BOMB_SIZE = 64 * 1024 * 1024


class DamagedGzip(Exception):
    """The gzip data is broken from here on or expands too much; the text says which."""


def decompressed(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream in chunks, decompressed if it is gzip; raises DamagedGzip."""
    chunks = iter(lambda: stream.read(CHUNK), b"")
    first = next(chunks, b"")
    yield from _gunzip(first, chunks) if first.startswith(_GZIP) else _chain_first(first, chunks)


def numbered_lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1, without line ends; a line over `LONGEST_LINE` is cut."""
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


def _gunzip(compressed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip file of one or more members."""
    bytes_in, bytes_out = len(compressed), 0
    decompressor = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        try:
            data = decompressor.decompress(compressed, CHUNK)
        except zlib.error:
            raise DamagedGzip("the gzip data is damaged") from None
        bytes_out += len(data)
        if bytes_out > _BOMB_SIZE and bytes_out > _BOMB_RATIO * bytes_in:
            raise DamagedGzip(f"it unpacks to more than {_BOMB_RATIO} times its size")
        yield data
        compressed = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
        if not compressed and (decompressor.eof or not data):
            compressed = next(chunks, b"")
            bytes_in += len(compressed)
            if not compressed:
                break
        if decompressor.eof:
            # Another member follows, or the padding that some tools append.
            if not compressed.strip(b"\0"):
                break
            decompressor = zlib.decompressobj(_GZIP_WINDOW)
    if not decompressor.eof:
        raise DamagedGzip("the gzip file is cut off")
