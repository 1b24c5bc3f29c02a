"""Read papers from files: JSON of the feed or our own, a saved page, and what other programs keep of papers.

The content decides the format, not the file's name; any of them may be gzipped. Records of JSON are read one by one,
so memory stays flat for files of any length; an unusable record is skipped and counted, with its line number.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, groupby
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, TypeGuard

from reader.core.dates import iso_day
from reader.core.errors import FeedError, FeedMalformed
from reader.core.ids import id_in_file_name
from reader.core.paper import LibraryEntry, Listing, Skipped
from reader.core.text import text_size
from reader.feeds.files import libraries
from reader.feeds.files.saved_page import html_of, parse_saved_page, parse_web_page, read_web_page
from reader.feeds.http.responses import GZIP_WINDOW
from reader.feeds.huggingface.parse import listings
from reader.feeds.records import Exported, format_of, is_export, parse_draft, parse_export, read_records
from reader.feeds.safe import TooManyValues, check_size, parse_json_at

VALUE_LIMIT = 1 << 24
"""Characters of the longest value, 16 Mi; the longest day of the archive has 2 MB."""

WASTE_LIMIT = 16 * VALUE_LIMIT
"""Maximum characters read for values that turn out not to be JSON, each of which may be read again from its second
line."""

_SPACE = re.compile(r"[ \t\r\n]*")
_CUT_OFF = 16
"""An error this close to the end of the text may come from a value that is incomplete so far."""


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value: a line's, or an entry of a list."""

    value: object
    line: int
    """The line that it starts on, or that its list does."""
    entry: int | None = None
    """Its number in its list, from 1."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something other than JSON, up to the end of its line."""

    line: int
    reason: str


class JsonStream:
    """Values that follow each other in chunks of UTF-8, over lines or within them.

    The entries of an outermost list are separate values. After anything but JSON, reading continues on the next line.
    Memory stays under 128 MiB for values and eight times `VALUE_LIMIT`, whatever the chunks hold.
    """

    def __init__(self, chunks: Iterator[bytes], line: int) -> None:
        """`line` is the number of the first line."""
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._line = line
        self._ended = False
        self._wasted = 0

    def values(self) -> Iterator[FoundValue | Unreadable]:
        """All values in order; an exception of the chunks passes through after the values before it."""
        while self._skip_space():
            if self._wasted > WASTE_LIMIT:
                yield Unreadable(self._line, "too much before it is not JSON; the rest was not read")
                return
            if self._text[self._at] == "[":
                yield from self._entries()
            else:
                line = self._line
                found = self._value()
                yield found if isinstance(found, Unreadable) else FoundValue(found[0], line)

    def _entries(self) -> Iterator[FoundValue | Unreadable]:
        line = self._line
        self._at += 1
        if self._skip_space() == "]":
            self._at += 1
            return
        for number in count(1):
            found = self._value()
            if isinstance(found, Unreadable):
                yield found
                return
            yield FoundValue(found[0], line, number)
            after = self._skip_space()
            if after not in ("]", ","):
                # If a line of its own was cut off, the next record follows.
                yield Unreadable(line, "not JSON")
                return
            self._at += 1
            if after == "]":
                return
            self._skip_space()

    def _value(self) -> tuple[object] | Unreadable:
        """The value that starts here, in a tuple."""
        line = self._line
        while True:
            try:
                value, end = parse_json_at(self._text, self._at)
            except json.JSONDecodeError as error:
                reason, read = "not JSON", error.pos - self._at
                is_cut = error.pos >= len(self._text) - _CUT_OFF or error.msg.startswith("Unterminated string")
            except (ValueError, RecursionError):
                reason, read, is_cut = "not JSON", len(self._text) - self._at, False
            else:
                # A number may continue in the next chunk, as after `1` in `1e+`.
                if end > len(self._text) - 3:
                    start = self._at
                    if self._read():
                        continue
                    # The text before the value was dropped.
                    end -= start
                self._advance(end)
                return (value,)
            # Doubled each time, so that a long value is not read again for each chunk.
            try:
                if is_cut and self._read(read):
                    _check_excess(self._text)
                    continue
            except TooManyValues as error:
                reason = str(error)
            self._wasted += read
            self._skip_line()
            return Unreadable(line, reason)

    def _skip_space(self) -> str:
        """Go to the next character that is not white space, and return it; the empty string at the end."""
        while True:
            if space := _SPACE.match(self._text, self._at):
                self._advance(space.end())
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read():
                return ""

    def _skip_line(self) -> None:
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._read():
                return
        self._at = end

    def _advance(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _read(self, at_least: int = 0) -> bool:
        """Add a chunk, or several with at least this many characters; False at the end of the chunks."""
        parts, size = [self._text[self._at :]], 0
        while not self._ended and size <= at_least:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            part = self._decoder.decode(chunk or b"", self._ended)
            parts.append(part)
            size += len(part)
        self._text, self._at = "".join(parts), 0
        return size > 0


def _check_excess(text: str) -> None:
    """Raise TooManyValues for a text that is too large for one value."""
    if len(text) > VALUE_LIMIT:
        raise TooManyValues("longer than any record")
    check_size(text)


CHUNK = 1 << 20

LENGTH_LIMIT = 1 << 32
"""Maximum bytes of an unpacked file, 4 GiB: those of a million papers."""

_GZIP = b"\x1f\x8b"

# JSON and prose compress by a factor of 3 to 20; a file that expands much more is meant to exhaust memory.
_BOMB_RATIO = 200
_BOMB_SIZE = 1 << 26


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
    bytes_in, bytes_out = len(compressed), 0
    decompressor = zlib.decompressobj(GZIP_WINDOW)
    while True:
        try:
            data = decompressor.decompress(compressed, CHUNK)
        except zlib.error:
            raise DamagedFile("the gzip data is damaged") from None
        bytes_out += len(data)
        if bytes_out > max(_BOMB_SIZE, _BOMB_RATIO * bytes_in):
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
            decompressor = zlib.decompressobj(GZIP_WINDOW)
    if not decompressor.eof:
        raise DamagedFile("the gzip file is cut off")


BATCH = 200
"""Records in a listing, except those of a day with its items."""

BATCH_CHARACTERS = 1 << 22
"""Characters of text in a listing of our own records, 4 Mi; 200 typical ones have 0.4 million."""

UNUSABLE = 10_000
"""Consecutive unusable records after which the rest of a file is not read."""

_TEXT_LIMIT = 1 << 26
"""Maximum bytes of a file that is read as one text, 64 MiB: a library of some 50,000 entries."""

_DATABASE_LIMIT = 1 << 31

_MARKDOWN_LINK = re.compile(rb"\[[^\]\n\"]{1,300}\]\(http")
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class ListsFeeds(FeedMalformed):
    """The file is OPML: it lists feeds, not papers."""

    def __init__(self, name: str, body: bytes) -> None:
        super().__init__(f"{name} lists feeds: 'dailypapers feeds import {name}' follows them.")
        self.body = body


def read_papers(source: Path | BinaryIO, today: date) -> Iterator[Listing]:
    """The listings of a file, or of a binary stream such as standard input; `today` completes a saved page's dates.

    A record's day is its own or else that of its line. Raises FeedError if the file can't be read,
    FeedMalformed if nothing in it has a known format.
    """
    name = str(source) if isinstance(source, Path) else "The input"
    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
            yield from _read_stream(stream, name, today)
    except DamagedFile as error:
        raise FeedMalformed(f"{name} can't be read: {error}.") from error
    except OSError as error:
        raise FeedError(f"{name} can't be read: {error.strerror or error}.") from error


def _read_stream(stream: BinaryIO, name: str, today: date) -> Iterator[Listing]:
    chunks = decompressed(stream)
    line, first = 1, b""
    for chunk in chunks:
        first = chunk.removeprefix(_BOM).lstrip()
        if first:
            line += chunk[: len(chunk) - len(first)].count(b"\n")
            break
        line += chunk.count(b"\n")
    if not first:
        raise FeedMalformed(f"{name} is empty.")
    rest = chain([first], chunks)
    if first.startswith(b"%PDF"):
        yield Listing(None, (), entries=(_pdf(name),))
    elif first.startswith(libraries.DATABASE):
        yield _newsboat(rest, name)
    elif (given := format_of(first)) is not None:
        yield from _records(read_records(given, _whole(rest, name)))
    elif first[:1] in (b"{", b"[") and not _MARKDOWN_LINK.match(first):
        yield from _RecordReader(name).read(JsonStream(rest, line))
    else:
        yield from _read_text(_whole(rest, name), name, today)


def _records(records: Iterable[Mapping[str, Any]]) -> Iterator[Listing]:
    """The papers of a file read by an extension; a paper without an id is looked up by title."""
    exported: list[Exported] = []
    entries: list[LibraryEntry] = []
    skipped: list[Skipped] = []
    for number, record in enumerate(records, start=1):
        try:
            exported.append(parse_export(record))
        except FeedMalformed as error:
            draft = parse_draft(record)
            if draft is None:
                skipped.append(Skipped(f"record {number}", str(error)))
            else:
                entries.append(LibraryEntry(f"record {number}", draft.title))
    yield from _listings_of(exported)
    if entries or skipped:
        yield Listing(None, (), tuple(skipped), entries=tuple(entries))


def _pdf(name: str) -> LibraryEntry:
    """The paper that the name of a PDF begins with."""
    id = id_in_file_name(name)
    if id is None:
        raise FeedMalformed(f"{name} is a PDF whose name has no arXiv id. 'dailypapers add ID' fetches a paper.")
    return LibraryEntry(Path(name).name, "", id)


def _newsboat(chunks: Iterator[bytes], name: str) -> Listing:
    """The papers of newsboat's cache, read from a copy: newsboat may be using it, and it may be gzipped."""
    with NamedTemporaryFile(suffix=".db") as file:
        size = 0
        for chunk in chunks:
            size += file.write(chunk)
            if size > _DATABASE_LIMIT:
                raise FeedMalformed(f"{name} is too long for a cache of newsboat.")
        file.flush()
        return Listing(None, (), entries=tuple(libraries.read_newsboat(Path(file.name), name)))


def _read_text(body: bytes, name: str, today: date) -> Sequence[Listing]:
    if b"<rdf:RDF" in body[:4096]:
        raise FeedMalformed(f"{name} is RDF, which is not read. From Zotero, export BibTeX, RIS or CSL-JSON.")
    if b"<opml" in body[:4096].lower():
        raise ListsFeeds(name, body)
    if (html := html_of(body)) is not None:
        return _read_page(html, name, today)
    text = _decoded(body, name)
    if libraries.is_ris(text):
        return _listed(libraries.parse_ris(text))
    if libraries.is_bibtex(text):
        return _listed(libraries.parse_bibtex(text))
    if not libraries.is_list(text):
        with suppress(FeedMalformed):
            return [parse_saved_page(text, today)]
    entries = tuple(libraries.parse_list(text))
    if any(entry.id for entry in entries):
        return _listed(entries)
    if re.search(r"^https?://|^\"(?:query|exec|filter):", text, re.MULTILINE):
        raise FeedMalformed(f"{name} has no papers. If it lists newsboat's feeds, import the output of 'newsboat -e'.")
    raise FeedMalformed(f"{name} has no papers, or no known format: see 'dailypapers import --help'.")


def _listed(entries: Iterable[LibraryEntry]) -> Sequence[Listing]:
    return [Listing(None, (), entries=tuple(entries))]


def _read_page(html: str, name: str, today: date) -> Sequence[Listing]:
    """The papers of a saved page, else those mentioned in its text and links."""
    page = read_web_page(html)
    if found := parse_web_page(page, today):
        return found
    entries = tuple(libraries.parse_list("\n".join((page.text, *page.addresses))))
    if any(entry.id for entry in entries):
        return _listed(entry for entry in entries if entry.id)
    raise FeedMalformed(f"{name} is a web page without papers; save a page of the feed's site that lists some.")


def _whole(chunks: Iterator[bytes], name: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _TEXT_LIMIT:
            raise FeedMalformed(f"{name} is too long: a text may have {_TEXT_LIMIT // 1024**2} MiB.")
    return bytes(body)


def _decoded(body: bytes, name: str) -> str:
    """The text of a file; raises FeedMalformed if it is not text."""
    if body.startswith(_UTF_16):
        return body.decode("utf-16", errors="replace")
    if b"\0" in body:
        raise FeedMalformed(f"{name} is neither text nor a known kind of file.")
    if body.startswith(b"<"):
        raise FeedMalformed(f"{name} is XML of no known format: see 'dailypapers import --help'.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        # Old libraries use Western Europe's encoding.
        return body.decode("cp1252", errors="replace")


class _RecordReader:
    """Collects records into listings."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._exported: list[Exported] = []
        self._characters = 0
        self._records: list[object] = []
        self._places: list[str] = []
        self._entries: list[LibraryEntry] = []
        self._skipped: list[Skipped] = []
        self._reason = ""
        self._found = False
        self._unusable = 0

    def read(self, stream: JsonStream) -> Iterator[Listing]:
        """The listings of a file's values: days with their items, items, or lists of either."""
        try:
            for found in stream.values():
                yield from self._noted(self._value(found))
                if self._unusable > UNUSABLE:
                    line = found.line
                    self._skipped.append(Skipped(f"line {line}", "too many unusable records; the rest was not read"))
                    break
        except DamagedFile as error:
            # Records before the damage are good.
            self._skipped.append(Skipped("the end", str(error)))
        yield from self._noted(self._flush())
        if not self._found:
            why = f" ({self._reason})" if self._reason else ""
            raise FeedMalformed(f"{self._name} has no papers in a known format{why}.")

    def _noted(self, listings: Iterator[Listing]) -> Iterator[Listing]:
        """Pass listings on; record whether any has a paper, the first reason, and consecutive unusable records."""
        for listing in listings:
            is_usable = bool(listing.drafts or listing.marks or listing.entries)
            self._found = self._found or is_usable
            for skip in listing.skipped:
                self._reason = self._reason or f"{skip.where}: {skip.reason}"
            self._unusable = 0 if is_usable else self._unusable + listing.skipped_count
            yield listing

    def _value(self, found: FoundValue | Unreadable) -> Iterator[Listing]:
        """The listings of one value, and of those before it if there are enough."""
        place = f"line {found.line}"
        if isinstance(found, Unreadable):
            self._skipped.append(Skipped(place, found.reason))
        elif libraries.is_library_item(found.value):
            self._collect_items([found.value], f"{place}, item {found.entry}" if found.entry is not None else place)
        elif (items := libraries.library_items(found.value)) is not None:
            self._collect_items(items, place)
        elif _is_day(day := found.value):
            yield from listings(day["items"], iso_day(day.get("date")), f"{place}, item {{}}".format)
        elif found.entry is not None:
            self._collect(found.value, f"{place}, item {found.entry}")
        elif isinstance(found.value, dict):
            self._collect(found.value, place)
        else:
            self._skipped.append(Skipped(place, "not a record"))
        count = len(self._records) + len(self._exported) + len(self._entries) + len(self._skipped)
        if count >= BATCH or self._characters >= BATCH_CHARACTERS:
            yield from self._flush()

    def _collect(self, record: object, place: str) -> None:
        if is_export(record):
            self._collect_export(record, place)
        else:
            self._records.append(record)
            self._places.append(place)

    def _collect_items(self, items: Sequence[object], place: str) -> None:
        found = (libraries.parse_library_item(item, place) for item in items if libraries.is_library_item(item))
        self._entries += (entry for entry in found if entry is not None)

    def _collect_export(self, record: Mapping[str, Any], place: str) -> None:
        try:
            found = parse_export(record)
        except FeedMalformed as error:
            self._skipped.append(Skipped(place, str(error)))
            return
        self._exported.append(found)
        self._characters += text_size(found)
        if found.bad_marks:
            self._skipped.append(Skipped(place, f"{found.bad_marks} of its marks are of no known form"))

    def _flush(self) -> Iterator[Listing]:
        """The listings of the records collected so far, and one of what was skipped."""
        records, places, exported, skipped = self._records, self._places, self._exported, self._skipped
        self._records, self._places, self._exported, self._skipped = [], [], [], []
        self._characters = 0
        yield from listings(records, None, lambda number: places[number - 1])
        yield from _listings_of(exported)
        if self._entries:
            entries, self._entries = self._entries, []
            yield Listing(None, (), entries=tuple(entries))
        if skipped:
            yield Listing(None, (), tuple(skipped))


def _listings_of(exported: Sequence[Exported]) -> Iterator[Listing]:
    """The papers of our own records in their order, and their marks after them."""
    listed = [(day, one.draft) for one in exported if one.draft for day in one.days]
    for day, run in groupby(listed, key=lambda one: one[0]):
        yield Listing(day, tuple(draft for _, draft in run))
    if marks := tuple(one.marks for one in exported if one.marks):
        yield Listing(None, (), marks=marks)


def _is_day(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and isinstance(value.get("items"), list)
