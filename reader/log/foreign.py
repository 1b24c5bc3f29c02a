"""The gate for rows that another machine or a file has written: each becomes a valid row or is refused."""

from __future__ import annotations

import json
import re
from typing import Any

from reader.core import foreign, marks
from reader.core.foreign import InvalidForeignValue
from reader.core.marks import AGENT, FOLLOW, FORMER, RULE, STANDING, TAG_LIMIT, UNDO, clean_mark
from reader.core.text import LINE_LIMIT, NOTE_LIMIT, clean, clean_note
from reader.log.rows import Row

LINE_BYTES = 1 << 21
"""Maximum bytes of a line, which may contain a note of 100,000 characters."""

_FEED = ("kind", "url", "title", "added")
_FEED_LIMIT = 20_000
_MARKS = (*marks.STATES, marks.QUEUE, marks.WANT, marks.LIKE, marks.HIGHLIGHT, marks.NOTE, *marks.TRACES)
_PREFIXES = (marks.TAG, marks.RULE, marks.PASSAGE)
_SLUG = re.compile(r"[a-z0-9-]{1,100}(\.[a-z-]{2,20})?")


def encode_row(row: Row) -> str:
    """The line of a row, without a line break."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def decode_row(line: bytes | str) -> Row:
    """The row of a line that another machine has written, with clean text; raises InvalidForeignValue."""
    values = foreign.read_json(line, LINE_BYTES)
    if not (isinstance(values, list) and len(values) == 5 and all(isinstance(value, str) for value in values)):
        raise InvalidForeignValue("it is not a row")
    return checked_row(Row(*values))


def checked_row(row: Row) -> Row:
    """The row with clean text; raises InvalidForeignValue if no machine can have recorded it.

    The result depends only on the row, so that all machines get the same result. A kind that only a newer program knows
    is accepted unchanged, because nothing is derived from it here.
    """
    if not foreign.is_event_id(row.action):
        raise InvalidForeignValue("it is not a row")
    if row.kind == UNDO:
        if not foreign.is_event_id(row.paper) or row.value not in ("0", "1"):
            raise InvalidForeignValue("it undoes no action")
        return row._replace(by="")
    if row.paper and foreign.paper_id(row.paper) is None:
        raise InvalidForeignValue("it names no paper")
    checked = _check_value(row.kind, row.value, has_paper=bool(row.paper))
    if checked is None:
        raise InvalidForeignValue("it is not a mark")
    return Row(row.action, row.paper, *checked, _author(row.by))


def _check_value(kind: str, value: str, *, has_paper: bool) -> tuple[str, str] | None:
    if kind in _MARKS or kind.startswith(_PREFIXES):
        return clean_mark(kind, value) if has_paper else None
    if kind.startswith(FOLLOW):
        is_feed = not value or read_feed(value) is not None
        return (kind, value) if is_feed and not has_paper and _SLUG.fullmatch(kind.removeprefix(FOLLOW)) else None
    if kind.startswith(STANDING):
        return None if has_paper else _checked_standing(kind, value)
    if kind.startswith(FORMER):
        return None
    # Cleaning an unknown kind could turn it into a known kind with an unchecked value.
    return (kind, clean_note(value, NOTE_LIMIT)) if kind and clean(kind, LINE_LIMIT) == kind else None


def _checked_standing(kind: str, value: str) -> tuple[str, str] | None:
    """A row of a standing query whose kind and value name the same query."""
    from reader.core.settings.standing import as_json, from_json
    from reader.core.settings.types import InvalidValue

    name = kind.removeprefix(STANDING)
    if not value:
        return (kind, "") if name and clean(name, LINE_LIMIT) == name else None
    try:
        query = from_json(value)
    except InvalidValue:
        return None
    return (kind, as_json(query)) if query.name.casefold() == name else None


def _author(by: str) -> str:
    """The author of a row; empty for a text that names neither rules nor a program."""
    if by.startswith(AGENT):
        name = clean(by.removeprefix(AGENT).rpartition(":")[0], TAG_LIMIT)
        return f"{AGENT}{name}:{clean(by.rpartition(':')[2], TAG_LIMIT)}" if name else ""
    return RULE if by == RULE else ""


def read_feed(value: str) -> dict[str, Any] | None:
    """The followed feed in a row's value, with a complete address; None if it is invalid or no longer followed."""
    feed = foreign.read_json(value, _FEED_LIMIT)
    # SQLite stores no lone surrogates.
    if not isinstance(feed, dict) or value.encode(errors="ignore").decode() != value:
        return None
    home = feed.get("home")
    texts = [*(feed.get(name) for name in _FEED), feed.get("folder", ""), "" if home is None else home]
    if not all(isinstance(text, str) and clean(text) == text for text in texts):
        return None
    if feed["kind"] == "arxiv":
        return feed if foreign.category(feed["url"]) is not None else None
    address = foreign.web_url(feed["url"]) if feed["kind"] == "rss" else None
    return None if address is None else {**feed, "url": address}
