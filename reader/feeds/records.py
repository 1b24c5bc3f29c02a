"""Parse records of our own JSON, as `export` and `list --json` write it or as somebody wrote it by hand.

An export is a file like any other: its texts are cleaned, its numbers, dates and addresses are checked, and its lists
are bounded. An impossible value counts as missing. The fields are those of `reader.core.paper`.

Extensions for sites and file formats return records in the same JSON. An extension never accesses the web: it declares
the addresses it understands, and gets the fetched data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import urlsplit

from reader import installed
from reader.core import foreign
from reader.core.dates import iso_day
from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id, is_own_id
from reader.core.marks import NOTE, PASSAGE, QUEUE, STATES, TAG, Mark, PaperMarks, clean_mark
from reader.core.paper import FIELDS, Draft, Field
from reader.core.passages import split_note
from reader.core.text import clean, clean_block
from reader.feeds.safe import as_list, as_text

_OURS = ("marks", "abstract", "day", "published", *STATES.values(), "queued", "tags", "note")
"""A record has any of these keys, and an id, if it is ours."""

_THEIRS = ("paper", "publishedAt", "submittedOnDailyAt", "ai_summary", "ai_keywords")
"""A record with any of these keys is the feed's."""

_ITEMS = 5_000
"""Maximum entries of a list; the longest one in the archive has 664 authors."""

_ITEM_LIMIT = 200
_DAYS = 100
_MARKS = 1_000

_SOURCE = re.compile("[a-z0-9-]{1,100}")

_FILLED = tuple(field for field in FIELDS if field.name in Draft._fields and field.name not in ("id", "source"))


class ExportedRecord(NamedTuple):
    """The facts and marks that a record has about a paper."""

    draft: Draft | None
    """None if the record has only marks."""
    days: tuple[str | None, ...]
    """ISO dates of the days that listed it, oldest first; only None if none did."""
    marks: PaperMarks | None
    bad_marks: int
    """How many of its marks have no known form."""


def is_export(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a record of our own JSON, rather than one of the feed."""
    return (
        isinstance(value, dict)
        and "id" in value
        and any(key in value for key in _OURS)
        and not any(key in value for key in _THEIRS)
    )


def parse_export(record: Mapping[str, Any]) -> ExportedRecord:
    """Parse one record; raises FeedMalformed with a short reason if it is unusable."""
    given = as_text(record.get("id")).strip()
    id = arxiv_id(given)
    own = given if is_own_id(given) else None
    paper = id or own
    if paper is None:
        raise FeedMalformed("no id of a paper")
    marks, bad_marks = _marks(record.get("marks"))
    states = tuple(_states(record, {mark.kind for mark in marks}))
    draft = parse_draft(record)
    if draft is None and not marks and not states:
        raise FeedMalformed("no title")
    return ExportedRecord(
        draft._replace(id=id, entry=own) if draft else None,
        _days(record),
        PaperMarks(paper, marks, states) if marks or states else None,
        bad_marks,
    )


def parse_draft(record: Mapping[str, Any]) -> Draft | None:
    """The draft without its id; None without a title."""
    values = {field.name: _value(field, record.get(field.key)) for field in _FILLED}
    if not values["title"]:
        return None
    values = {name: value for name, value in values.items() if value is not None}
    source = as_text(record.get("source"))
    if _SOURCE.fullmatch(source):
        values["source"] = source
    return Draft(**values, announced=iso_day(record.get("announced")))


def _value(field: Field, value: object) -> Any:
    if field.type is tuple:
        items = (_text(field, item, _ITEM_LIMIT) for item in as_list(value)[:_ITEMS])
        return tuple(item for item in items if item)
    if field.type is int:
        return foreign.count(value)
    return _text(field, value)


def _text(field: Field, value: object, limit: int | None = None) -> str | None:
    text = as_text(value)
    if field.rules.is_date:
        return iso_day(text)
    if field.rules.is_address:
        return foreign.web_url(text)
    if field.rules.is_block:
        return clean_block(text) or None
    return (clean(text, limit) if limit else clean(text)) or None


def _days(record: Mapping[str, Any]) -> tuple[str | None, ...]:
    days = {day for value in (record.get("day"), *as_list(record.get("days"))[:_DAYS]) if (day := iso_day(value))}
    return tuple(sorted(days)) or (None,)


def _marks(value: object) -> tuple[tuple[Mark, ...], int]:
    """The marks that have a known form, and the number of the others."""
    found = [_mark(one) for one in as_list(value)[:_MARKS]]
    marks = tuple(mark for mark in found if mark is not None)
    return marks, len(found) - len(marks)


def _mark(value: object) -> Mark | None:
    if not isinstance(value, dict):
        return None
    return foreign.mark(*(value.get(key) for key in ("kind", "value", "clock", "machine", "id")))


def _states(record: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str]]:
    """Kinds and values of the marks that a record has in its plain fields only."""
    on_or_off = {**STATES, QUEUE: "queued"}
    states = [(kind, "1") for kind, key in on_or_off.items() if record.get(key) is True]
    states += [(f"{TAG}{as_text(tag)}", "1") for tag in as_list(record.get("tags"))[:_MARKS]]
    states.append((NOTE, as_text(record.get("note"))))
    highlights = (split_note(as_text(text))[1] for text in as_list(record.get("highlights"))[:_MARKS])
    states += [(f"{PASSAGE}{one.id}", one.value) for found in highlights for one in found]
    for kind, value in states:
        mark = clean_mark(kind, value)
        if mark is not None and mark[1] and mark[0] not in known:
            yield mark


Record = Mapping[str, Any]
"""A paper as `dailypapers list --json` prints it; of its keys, only `title` has to be there."""

RECORDS = 100_000
"""Records of one answer or file that are read."""

RECOGNITION_BYTES = 4096
"""Bytes by which a format is recognised."""


@dataclass(frozen=True, slots=True)
class PaperSource:
    """A site whose papers an extension reads; `dailypapers feeds add ADDRESS` follows it as any feed."""

    title: str
    address: str
    """How the addresses that it understands begin: `https://example.org/papers`."""
    read: Callable[[bytes], Iterable[Record]]
    """The papers in an answer of the site. `guid` in a record identifies it within the source, `entry_url` is its page,
    and `announced` the day on which it was listed."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files that an extension reads, for `dailypapers import`."""

    name: str
    recognizes: Callable[[bytes], bool]
    """Whether a file is of this format, by its first bytes. It has to be sure: it is asked before our own formats."""
    read: Callable[[bytes], Iterable[Record]]
    """The papers of a file. A record may have the user's marks too: `starred`, `read`, `queued`, `tags`, `note`."""


def source_at(address: str) -> installed.ExtensionItem[PaperSource] | None:
    """The source that understands an address."""
    for given in installed.extension_items("sources", PaperSource):
        site = given.value.address
        if not urlsplit(site).netloc:
            installed.switch_off(given.entry, f"{site!r} is not the address of a site")
        elif address.startswith(site):
            return given
    return None


def format_of(start: bytes) -> installed.ExtensionItem[FileFormat] | None:
    """The format of a file that begins so."""
    for given in installed.extension_items("formats", FileFormat):
        if installed.ask(given.entry, given.value.recognizes, start[:RECOGNITION_BYTES]):
            return given
    return None


def read_records(
    given: installed.ExtensionItem[PaperSource] | installed.ExtensionItem[FileFormat], body: bytes
) -> list[Record]:
    """The records that a source or a format reads.

    An extension that raises is switched off; raises FeedMalformed if it is.
    """

    def read() -> list[Record]:
        return [record for record in islice(given.value.read(body), RECORDS) if isinstance(record, Mapping)]

    found: list[Record] | None = installed.ask(given.entry, read)
    if found is None:
        raise FeedMalformed(
            f"The extension {given.entry.name} was switched off: {installed.switched_off[given.entry]}."
        )
    return found
