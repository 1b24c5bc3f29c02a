"""Unpack the bodies of responses in steps, so that a few bytes never become gigabytes."""

from __future__ import annotations

import zlib

_GZIP_WINDOW = 31


class BodyTooLarge(Exception):
    """The body is over the size limit, before or after unpacking."""


class UnknownEncoding(Exception):
    """The body has another encoding than gzip, or several."""


class BodyReader:
    """Collects a response's body of at most `limit` bytes.

    Only the part that fits is ever unpacked: memory stays under twice the limit. Raises UnknownEncoding for any
    `Content-Encoding` but none, `identity` and `gzip`.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        encodings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
        if encodings not in ([], ["gzip"], ["x-gzip"]):
            raise UnknownEncoding
        self._limit = limit
        self._body = bytearray()
        self._received = 0
        self._gzip = zlib.decompressobj(_GZIP_WINDOW) if encodings else None

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they came; raises BodyTooLarge, or zlib.error for damaged gzip."""
        self._received += len(chunk)
        if self._gzip is not None:
            # One byte over the limit is enough to know.
            chunk = self._gzip.decompress(chunk, self._limit + 1 - len(self._body)) if not self._gzip.eof else b""
        self._body += chunk
        if max(self._received, len(self._body)) > self._limit:
            raise BodyTooLarge

    def body(self) -> bytes:
        """The unpacked bytes, all of them; raises zlib.error for gzip that is cut off."""
        if self._gzip is not None and self._received and not self._gzip.eof:
            raise zlib.error("the body is cut off")
        return bytes(self._body)
