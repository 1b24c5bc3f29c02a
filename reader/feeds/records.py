"""Parse records of our own JSON, written by `export`, by `list --json` or by hand.

The records are untrusted: texts are cleaned, numbers, dates and addresses are checked, and lists are bounded. An
invalid value counts as missing. The fields are those of `reader.core.paper`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeGuard

from reader.core import foreign
from reader.core.dates import iso_day
from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id, is_own_id
from reader.core.marks import NOTE, PASSAGE, QUEUE, STATES, TAG, Mark, PaperMarks, clean_mark
from reader.core.paper import FIELDS, Draft, Field
from reader.core.passages import split_note
from reader.core.text import clean, clean_block
from reader.feeds.safe import as_list, as_text

_OWN_KEYS = ("marks", "abstract", "day", "published", *STATES.values(), "queued", "tags", "note")
"""Our own records have an id and at least one of these keys."""

_FEED_KEYS = ("paper", "publishedAt", "submittedOnDailyAt", "ai_summary", "ai_keywords")
"""Keys that only records of the feed have."""

_MAX_ITEMS = 5_000
"""Maximum entries of a list; the longest list in the archive has 664 authors."""

_MAX_ITEM_LENGTH = 200
_MAX_DAYS = 100
_MAX_MARKS = 1_000

_SOURCE = re.compile("[a-z0-9-]{1,100}")

_DRAFT_FIELDS = tuple(field for field in FIELDS if field.name in Draft._fields and field.name not in ("id", "source"))


class ExportedRecord(NamedTuple):
    """The draft and marks in a record."""

    draft: Draft | None
    """None if the record has only marks."""
    days: tuple[str | None, ...]
    """ISO dates of the days that listed the paper, oldest first; `(None,)` if no day did."""
    marks: PaperMarks | None
    bad_marks: int
    """Number of marks in an unknown form."""


def is_export(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a record of our own JSON, and not of the feed."""
    return (
        isinstance(value, dict)
        and "id" in value
        and any(key in value for key in _OWN_KEYS)
        and not any(key in value for key in _FEED_KEYS)
    )


def parse_export(record: Mapping[str, Any]) -> ExportedRecord:
    """Parse one record; raises FeedMalformed with a short reason if it is unusable."""
    text = as_text(record.get("id")).strip()
    id = arxiv_id(text)
    own = text if is_own_id(text) else None
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
        _listed_days(record),
        PaperMarks(paper, marks, states) if marks or states else None,
        bad_marks,
    )


def parse_draft(record: Mapping[str, Any]) -> Draft | None:
    """The draft without its id; None without a title."""
    values = {field.name: _value(field, record.get(field.key)) for field in _DRAFT_FIELDS}
    if not values["title"]:
        return None
    values = {name: value for name, value in values.items() if value is not None}
    source = as_text(record.get("source"))
    if _SOURCE.fullmatch(source):
        values["source"] = source
    return Draft(**values, announced=iso_day(record.get("announced")))


def _value(field: Field, value: object) -> Any:
    if field.type is tuple:
        items = (_text(field, item, _MAX_ITEM_LENGTH) for item in as_list(value)[:_MAX_ITEMS])
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


def _listed_days(record: Mapping[str, Any]) -> tuple[str | None, ...]:
    days = {day for value in (record.get("day"), *as_list(record.get("days"))[:_MAX_DAYS]) if (day := iso_day(value))}
    return tuple(sorted(days)) or (None,)


def _marks(value: object) -> tuple[tuple[Mark, ...], int]:
    """The marks in a known form, and the number of other marks."""
    parsed = [_mark(record) for record in as_list(value)[:_MAX_MARKS]]
    marks = tuple(mark for mark in parsed if mark is not None)
    return marks, len(parsed) - len(marks)


def _mark(value: object) -> Mark | None:
    if not isinstance(value, dict):
        return None
    return foreign.mark(*(value.get(key) for key in ("kind", "value", "clock", "machine", "id")))


def _states(record: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str]]:
    """Kinds and values of marks that only the plain fields of a record have."""
    on_or_off = {**STATES, QUEUE: "queued"}
    states = [(kind, "1") for kind, key in on_or_off.items() if record.get(key) is True]
    states += [(f"{TAG}{as_text(tag)}", "1") for tag in as_list(record.get("tags"))[:_MAX_MARKS]]
    states.append((NOTE, as_text(record.get("note"))))
    highlights = (split_note(as_text(text))[1] for text in as_list(record.get("highlights"))[:_MAX_MARKS])
    states += [(f"{PASSAGE}{passage.id}", passage.value) for passages in highlights for passage in passages]
    for kind, value in states:
        mark = clean_mark(kind, value)
        if mark is not None and mark[1] and mark[0] not in known:
            yield mark
