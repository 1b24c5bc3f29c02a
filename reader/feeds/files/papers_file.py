"""Read papers from files: the feed's records as JSON or JSON lines, gzipped or not, or the text of a saved page.

The content decides the format, not the file's name. Lines are read one by one, so memory stays flat for files of any
length; an unusable record is skipped and counted, with its line number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

from reader.core.dates import iso_day
from reader.core.errors import FeedError, FeedMalformed
from reader.core.paper import Listing, Skipped
from reader.feeds.files.decompress import DamagedGzip, decompressed, numbered_lines
from reader.feeds.files.saved_page import parse_saved_page
from reader.feeds.huggingface.parse import listings, read_json

BATCH = 200
"""Records in a listing of a file with one record a line."""

_WHOLE_LIMIT = 256 * 1024 * 1024
_PAGE_LIMIT = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_Line = tuple[int, bytes]


def read_papers(source: Path | BinaryIO, today: date) -> Iterator[Listing]:
    """The listings of a file, or of a binary stream such as standard input; `today` completes a saved page's dates.

    A record's day is its own or else that of its line. Raises FeedError if the file can't be read,
    FeedMalformed if nothing in it has a known format.
    """
    name = str(source) if isinstance(source, Path) else "The input"
    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
            yield from _read_stream(stream, name, today)
    except DamagedGzip as error:
        raise FeedMalformed(f"{name} can't be unpacked: {error}.") from error
    except OSError as error:
        raise FeedError(f"{name} can't be read: {error.strerror or error}.") from error


def _read_stream(stream: BinaryIO, name: str, today: date) -> Iterator[Listing]:
    lines = numbered_lines(decompressed(stream))
    number, first = next(((number, line) for number, line in lines if line.strip()), (1, b""))
    first = first.removeprefix(_BOM)
    if not first.strip():
        raise FeedMalformed(f"{name} is empty.")
    if first.lstrip()[:1] in (b"{", b"["):
        yield from _RecordReader(name).read((number, first), lines)
    else:
        text = _page_text(first, lines, name)
        try:
            yield parse_saved_page(text, today)
        except FeedMalformed as error:
            raise FeedMalformed(f"{name} is neither JSON nor the text of a saved page with its papers.") from error


def _page_text(first: bytes, lines: Iterator[_Line], name: str) -> str:
    """The whole text of a presumed saved page."""
    body = bytearray(first)
    for _, line in lines:
        body += b"\n" + line
        if len(body) > _PAGE_LIMIT:
            raise FeedMalformed(f"{name} is too long for the text of a saved page.")
    if body.startswith(_UTF_16):
        return body.decode("utf-16", errors="replace")
    if b"\0" in body:
        raise FeedMalformed(f"{name} is neither JSON nor the text of a saved page.")
    if body.lstrip()[:1] == b"<":
        raise FeedMalformed(f"{name} is a page's source; copy the page's text from the browser, and import that.")
    return body.decode(errors="replace")


class _RecordReader:
    """Collects records from lines into listings."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._alone: list[object] = []
        self._alone_at: list[int] = []
        self._skipped: list[Skipped] = []
        self._reason = ""
        self._found = False

    def read(self, first: _Line, lines: Iterator[_Line]) -> Iterator[Listing]:
        """The listings of a file with a JSON value on each line, or with one value over all lines."""
        number = first[0]
        try:
            value, lines = _first_value(first, lines)
            if value is not None:
                yield from self._kept(self._value(value, number))
            for number, line in lines:
                yield from self._kept(self._line(number, line))
        except DamagedGzip as error:
            # Records before the damage are good.
            self._skip(number + 1, str(error))
        yield from self._kept(self._flush())
        if not self._found:
            why = f" ({self._reason})" if self._reason else ""
            raise FeedMalformed(f"{self._name} has no papers in the feed's format{why}.")

    def _kept(self, found: Iterator[Listing]) -> Iterator[Listing]:
        """Pass listings on; note whether any has a paper, and the first reason for a skipped record."""
        for listing in found:
            self._found = self._found or bool(listing.drafts)
            for skip in listing.skipped[:1]:
                self._reason = self._reason or f"{skip.where}: {skip.reason}"
            yield listing

    def _line(self, number: int, line: bytes) -> Iterator[Listing]:
        if not line.strip():
            return
        try:
            value = read_json(line)
        except FeedMalformed:
            self._skip(number, "not JSON")
        else:
            yield from self._value(value, number)
        if len(self._alone) + len(self._skipped) >= BATCH:
            yield from self._flush()

    def _value(self, value: object, number: int) -> Iterator[Listing]:
        """The listings of one value: a day with its items, an item, or a list of either."""
        place = f"line {number}, item {{}}".format
        if _is_day(value):
            yield from listings(value["items"], iso_day(value.get("date")), place)
        elif isinstance(value, dict):
            self._alone.append(value)
            self._alone_at.append(number)
        elif isinstance(value, list):
            for entry in filter(_is_day, value):
                yield from self._value(entry, number)
            if items := [entry for entry in value if not _is_day(entry)]:
                yield from listings(items, None, place)
        else:
            self._skip(number, "not a record")

    def _flush(self) -> Iterator[Listing]:
        """A listing of the single records collected so far, and one of the skipped lines."""
        alone, at, skipped = self._alone, self._alone_at, self._skipped
        self._alone, self._alone_at, self._skipped = [], [], []
        yield from listings(alone, None, lambda number: f"line {at[number - 1]}")
        if skipped:
            yield Listing(None, (), tuple(skipped))

    def _skip(self, number: int, reason: str) -> None:
        self._skipped.append(Skipped(f"line {number}", reason))


def _is_day(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a day with its items."""
    return isinstance(value, dict) and isinstance(value.get("items"), list)


def _first_value(first: _Line, lines: Iterator[_Line]) -> tuple[object, Iterator[_Line]]:
    """The JSON value of the first line or, in an indented file, of all lines; and the lines after it.

    If neither is valid JSON, the value is None and all lines follow, to be read one by one.
    """
    held = [first]
    if first[1].strip() not in (b"[", b"{"):
        if (value := _parse_line(first[1])) is not None:
            return value, lines
        held += islice((line for line in lines if line[1].strip()), 1)
        if len(held) < 2 or _parse_line(held[1][1]) is not None:
            return None, chain(held, lines)
    size = sum(len(line) for _, line in held)
    for line in lines:
        held.append(line)
        size += len(line[1])
        if size > _WHOLE_LIMIT:
            return None, chain(held, lines)
    value = _parse_line(b"\n".join(line for _, line in held))
    return value, iter(held if value is None else ())


def _parse_line(line: bytes) -> object:
    """The JSON value of a line; None if it is not JSON."""
    try:
        return read_json(line)
    except FeedMalformed:
        return None
