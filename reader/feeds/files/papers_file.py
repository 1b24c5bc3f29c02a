"""Read papers from files: JSON of the feed or our own, saved pages, and files of other programs.

The content decides the format, not the file's name; any file may be gzipped. JSON with one record per line is read line
by line, so memory stays constant for files of any length. Unusable records are skipped and counted with line numbers.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import date
from gzip import BadGzipFile, GzipFile
from io import BufferedReader, RawIOBase
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, TypeGuard, cast

from reader.core.dates import iso_day
from reader.core.errors import FeedError, FeedMalformed
from reader.core.ids import id_in_file_name
from reader.core.paper import LibraryEntry, Listing, SkippedRecord
from reader.feeds.files import libraries
from reader.feeds.files.saved_page import html_of, parse_saved_page, parse_web_page
from reader.feeds.huggingface import listings
from reader.feeds.records import is_export, parse_export
from reader.feeds.safe import UnreadableJson, parse_json

BYTES_AT_ONCE = 1 << 20

MAX_UNPACKED_BYTES = 1 << 32
"""Maximum bytes of an unpacked file, 4 GiB, as for a million papers."""

MAX_LINE_BYTES = 1 << 25
"""Maximum bytes of a line of JSON, 32 MiB: a list of some 7,000 papers; the longest day of the archive has 2 MB."""

_GZIP_MAGIC = b"\x1f\x8b"


class DamagedFile(Exception):
    """The file or a line of it is too long, or the rest of its gzip data is broken; the message says which."""


class UnpackedFile:
    """The bytes of a stream, unpacked from gzip if necessary. Every method raises DamagedFile."""

    def __init__(self, stream: BinaryIO) -> None:
        self._given = BufferedReader(cast("RawIOBase", stream), BYTES_AT_ONCE)
        self._left = MAX_UNPACKED_BYTES
        is_packed = self._given.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
        self._stream = GzipFile(fileobj=self._given) if is_packed else self._given

    def close(self) -> None:
        """Detach the stream, which stays open."""
        self._given.detach()

    def head(self) -> bytes:
        """The next bytes without consuming them; empty only at the end of the file."""
        return self._check(lambda: self._stream.peek(1), is_read=False)

    def line(self) -> bytes:
        """The next line; empty at the end of the file."""
        line = self._check(lambda: self._stream.readline(MAX_LINE_BYTES + 1))
        if len(line) > MAX_LINE_BYTES:
            raise DamagedFile(f"a line has more than {MAX_LINE_BYTES // 1024**2} MiB")
        return line

    def read(self, size: int = BYTES_AT_ONCE) -> bytes:
        """The next bytes, at most `size`."""
        return self._check(lambda: self._stream.read(size))

    def _check(self, read: Callable[[], bytes], *, is_read: bool = True) -> bytes:
        try:
            data = read()
        except EOFError:
            raise DamagedFile("the gzip file is cut off") from None
        except (zlib.error, BadGzipFile):
            raise DamagedFile("the gzip data is damaged") from None
        self._left -= len(data) if is_read else 0
        if self._left < 0:
            raise DamagedFile(f"it has more than {MAX_UNPACKED_BYTES // 1024**2:,} MiB")
        return data


PlacedValue = tuple[str, object]
"""A place such as `line 3` or `line 1, item 2`, and its value; a SkippedRecord if the line is not JSON."""


def json_values(file: UnpackedFile, line: int, name: str) -> Iterator[PlacedValue]:
    """The values of a JSON file from a line on: one value per line, as we write them, or one value in several lines.

    The first line that is not only a bracket decides. Files with one value per line are read in constant memory; other
    files have at most `_MAX_TEXT_BYTES`.
    """
    before = b""
    lines = enumerate(iter(file.line, b""), line)
    for number, text in lines:
        if _is_value(text):
            yield from _values_of_line(number, text)
            break
        before += text
        if text.strip() not in (b"[", b""):
            yield from _values_of_text(before + _read_whole_file(file, name), line)
            return
    for number, text in lines:
        yield from _values_of_line(number, text)


def _values_of_text(body: bytes, line: int) -> Iterator[PlacedValue]:
    """The value of a text, or else the values of its lines."""
    try:
        yield from _entries(parse_json(body.decode("utf-8", "replace")), line)
    except UnreadableJson:
        for number, text in enumerate(body.split(b"\n"), line):
            yield from _values_of_line(number, text)


def _is_value(text: bytes) -> bool:
    try:
        parse_json(_without_comma(text))
    except UnreadableJson:
        return False
    return True


def _without_comma(text: bytes) -> str:
    """A line without the comma that separates it from the next entry of a list."""
    return text.decode("utf-8", "replace").strip().removesuffix(",")


def _values_of_line(line: int, text: bytes) -> Iterator[PlacedValue]:
    if (value := _without_comma(text)) not in ("", "[", "]"):
        try:
            yield from _entries(parse_json(value), line)
        except UnreadableJson as error:
            yield _unreadable(line, str(error))


def _entries(value: object, line: int) -> Iterator[PlacedValue]:
    if isinstance(value, list):
        yield from ((f"line {line}, item {number}", item) for number, item in enumerate(value, 1))
    else:
        yield f"line {line}", value


def _unreadable(line: int, reason: str) -> PlacedValue:
    return f"line {line}", SkippedRecord(f"line {line}", reason)


MAX_CONSECUTIVE_UNUSABLE = 10_000
"""Maximum consecutive unusable records; after more, the rest of a file is not read."""

_MAX_TEXT_BYTES = 1 << 26
"""Maximum bytes of a file that is read as one text, 64 MiB, as for a library of 50,000 entries."""

_MAX_DATABASE_BYTES = 1 << 31

_MARKDOWN_LINK = re.compile(rb"\[[^\]\n\"]{1,300}\]\(http")
_SITE_LINK = re.compile(r"<https?://(?:www\.)?(?:huggingface\.co|hf\.co)/papers/[0-9]{4}\.")
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class ListsFeeds(FeedMalformed):
    """The file is OPML: it lists feeds, not papers."""

    def __init__(self, name: str, body: bytes) -> None:
        super().__init__(f"{name} lists feeds: 'dailypapers import {name}' follows them.")
        self.body = body


def read_papers(source: Path | BinaryIO, today: date) -> Iterator[Listing]:
    """The listings of a file or of a binary stream such as standard input; `today` completes a saved page's dates.

    A record without a day gets the day of its line. Raises FeedError if the file can't be read, and FeedMalformed if
    nothing in the file has a known format.
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
    file, line = UnpackedFile(stream), 1
    try:
        while (head := file.head()) and not (first := head.removeprefix(_BOM).lstrip()):
            line += file.read(len(head)).count(b"\n")
        if not head:
            raise FeedMalformed(f"{name} is empty.")
        space = file.read(len(head) - len(first))
        line += space.count(b"\n")
        if first.startswith(b"%PDF"):
            yield Listing(None, (), entries=(_pdf_entry(name),))
        elif first.startswith(libraries.DATABASE):
            yield _newsboat_listing(file, name)
        elif first[:1] in (b"{", b"[") and not _MARKDOWN_LINK.match(first):
            yield from _papers_of_values(json_values(file, line, name), name)
        else:
            yield from _read_text(_read_whole_file(file, name), name, today)
    finally:
        file.close()


def _pdf_entry(name: str) -> LibraryEntry:
    """The paper whose id begins the name of a PDF."""
    id = id_in_file_name(name)
    if id is None:
        raise FeedMalformed(f"{name} is a PDF whose name has no arXiv id. 'dailypapers add ID' fetches a paper.")
    return LibraryEntry(Path(name).name, "", id)


def _newsboat_listing(file: UnpackedFile, name: str) -> Listing:
    """The papers of newsboat's cache, read from a copy, because the file may be in use or gzipped."""
    with NamedTemporaryFile(suffix=".db") as copy:
        size = 0
        while chunk := file.read():
            size += copy.write(chunk)
            if size > _MAX_DATABASE_BYTES:
                raise FeedMalformed(f"{name} is too long for a cache of newsboat.")
        copy.flush()
        return Listing(None, (), entries=tuple(libraries.read_newsboat(Path(copy.name), name)))


def _read_text(body: bytes, name: str, today: date) -> Sequence[Listing]:
    if b"<rdf:RDF" in body[:4096]:
        raise FeedMalformed(f"{name} is RDF, which is not read. From Zotero, export BibTeX, RIS or CSL-JSON.")
    if b"<opml" in body[:4096].lower():
        raise ListsFeeds(name, body)
    if (html := html_of(body)) is not None:
        if linked := parse_web_page(html):
            return _make_listings(linked)
        raise FeedMalformed(f"{name} is a web page without papers; save a page of the feed's site that lists some.")
    if body.startswith(b"bplist00") or b"multipart/related" in body[:4096].lower():
        raise FeedMalformed(f"{name} is a web archive or MHTML, which is not read; save the page as HTML.")
    text = _decode(body, name)
    if libraries.is_ris(text):
        return _make_listings(libraries.parse_ris(text))
    if libraries.is_bibtex(text):
        return _make_listings(libraries.parse_bibtex(text))
    # Firefox saves a page as text with the addresses of its links.
    if not (libraries.is_list(text) or _SITE_LINK.search(text)):
        with suppress(FeedMalformed):
            return [parse_saved_page(text, today)]
    entries = tuple(libraries.parse_list(text))
    if any(entry.id for entry in entries):
        return _make_listings(entries)
    if re.search(r"^https?://|^\"(?:query|exec|filter):", text, re.MULTILINE):
        raise FeedMalformed(f"{name} has no papers. If it lists newsboat's feeds, import the output of 'newsboat -e'.")
    raise FeedMalformed(f"{name} has no papers, or no known format: see 'dailypapers import --help'.")


def _make_listings(entries: Iterable[LibraryEntry]) -> Sequence[Listing]:
    return [Listing(None, (), entries=tuple(entries))]


def _read_whole_file(file: UnpackedFile, name: str) -> bytes:
    body = file.read(_MAX_TEXT_BYTES + 1)
    if len(body) > _MAX_TEXT_BYTES:
        raise FeedMalformed(
            f"{name} is too long: {_MAX_TEXT_BYTES // 1024**2} MiB at most, except for one record a line."
        )
    return body


def _decode(body: bytes, name: str) -> str:
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


def _papers_of_values(values: Iterable[PlacedValue], name: str) -> Iterator[Listing]:
    """The papers of a file's values."""
    first_reason, has_papers, unusable = "", False, 0
    try:
        for place, value in values:
            for listing in _papers_of_value(place, value):
                is_usable = bool(listing.drafts or listing.marks or listing.entries)
                has_papers = has_papers or is_usable
                unusable = 0 if is_usable else unusable + listing.skipped_count
                for skip in listing.skipped[:1]:
                    first_reason = first_reason or f" ({skip.where}: {skip.reason})"
                yield listing
            if unusable > MAX_CONSECUTIVE_UNUSABLE:
                yield _skipped_listing(place, "too many unusable records; the rest was not read")
                break
    except DamagedFile as error:
        # The records before the damage are usable.
        yield _skipped_listing("the end", str(error))
    if not has_papers:
        raise FeedMalformed(f"{name} has no papers in a known format{first_reason}.")


def _papers_of_value(place: str, value: object) -> Iterator[Listing]:
    if isinstance(value, SkippedRecord):
        yield Listing(None, (), (value,))
    elif (items := libraries.library_items(value)) is not None:
        yield Listing(
            None, (), entries=tuple(filter(None, (libraries.parse_library_item(item, place) for item in items)))
        )
    elif _is_day(value):
        yield from listings(value["items"], iso_day(value.get("date")), f"{place}, item {{}}".format)
    elif is_export(value):
        yield from _exported_listings(value, place)
    elif isinstance(value, dict):
        yield from listings([value], None, lambda _: place)
    else:
        yield _skipped_listing(place, "not a record")


def _exported_listings(record: Mapping[str, Any], place: str) -> Iterator[Listing]:
    """The paper of one of our own records on each of its days, and its marks."""
    try:
        export = parse_export(record)
    except FeedMalformed as error:
        yield _skipped_listing(place, str(error))
        return
    if draft := export.draft:
        yield from (Listing(day, (draft,)) for day in export.days)
    if export.marks:
        yield Listing(None, (), marks=(export.marks,))
    if export.bad_marks:
        yield _skipped_listing(place, f"{export.bad_marks} of its marks are of no known form")


def _skipped_listing(place: str, reason: str) -> Listing:
    return Listing(None, (), (SkippedRecord(place, reason),))


def _is_day(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and isinstance(value.get("items"), list)
