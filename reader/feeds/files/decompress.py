"""Read files that may be gzip, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

CHUNK = 1024 * 1024

LENGTH_LIMIT = 4 * 1024**3
"""Maximum bytes of an unpacked file: those of a million papers."""

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31

# JSON and prose compress by a factor of 3 to 20; a file that expands far more is meant to exhaust memory.
_BOMB_RATIO = 200
_BOMB_SIZE = 64 * 1024 * 1024


class DamagedFile(Exception):
    """The file is too long, or its gzip data is broken from here on or expands too much; the text says which."""


def decompressed(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream in chunks, decompressed if it is gzip; raises DamagedFile."""
    packed = iter(lambda: stream.read(CHUNK), b"")
    first = next(packed, b"")
    length = 0
    for chunk in _gunzip(first, packed) if first.startswith(_GZIP) else chain([first], packed):
        length += len(chunk)
        if length > LENGTH_LIMIT:
            raise DamagedFile(f"it has more than {LENGTH_LIMIT // 1024**2:,} MiB")
        yield chunk


def _gunzip(compressed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip file of one or more members."""
    bytes_in, bytes_out = len(compressed), 0
    decompressor = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        try:
            data = decompressor.decompress(compressed, CHUNK)
        except zlib.error:
            raise DamagedFile("the gzip data is damaged") from None
        bytes_out += len(data)
        if bytes_out > _BOMB_SIZE and bytes_out > _BOMB_RATIO * bytes_in:
            raise DamagedFile(f"it unpacks to more than {_BOMB_RATIO} times its size")
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
        raise DamagedFile("the gzip file is cut off")
