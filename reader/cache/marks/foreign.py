"""Checks an event that another machine has written: its values pass the gate, and everybody gets the same event."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.event_log import DAY, STEPS
from reader.cache.marks.journal import Entry, Owner, decode
from reader.core import foreign, marks
from reader.core.foreign import Clock, Refused
from reader.core.marks import FORGET, clean_mark
from reader.core.text import LINE_LIMIT, NOTE_LIMIT, clean, clean_note

_FEED = ("kind", "url", "title", "added")
_FEED_LIMIT = 20_000
_MARKS = (*marks.STATES, marks.QUEUE, marks.WANT, marks.LIKE, marks.HIGHLIGHT, marks.LOOK, marks.NOTE, *marks.TRACES)
_SLUG = re.compile(r"[a-z0-9-]{1,100}(\.[a-z-]{2,20})?")
_FORGOTTEN = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")


def foreign_event(line: bytes, latest: Clock) -> Entry | Owner:
    """The event or owner of a line that another machine has written; raises Refused with the reason."""
    found = decode(line, foreign.MOST_IDS)
    return checked(found, latest) if isinstance(found, Entry) else found


def checked(entry: Entry, latest: Clock | None = None) -> Entry:
    """A decoded event with clean text; raises Refused with the reason if no machine can have made it.

    The result depends on the event alone, so that all machines have the same one; only `latest`, the last clock that
    can be true by now, passes with time. A kind that only a newer program knows is taken as it is, because nothing
    follows from it here.
    """
    if latest is not None and entry.clock > latest:
        raise Refused(f"its clock is {(entry.clock - latest + foreign.AHEAD) // DAY:,} days ahead of this machine's")
    found = _checked(entry.kind, entry.value, entry.count)
    if found is None:
        raise Refused("it is not an event")
    return entry if found == (entry.kind, entry.value) else replace(entry, kind=found[0], value=found[1])


def _checked(kind: str, value: str, count: int) -> tuple[str, str] | None:
    if kind in STEPS:
        return (kind, value) if foreign.is_event_id(value) and not count else None
    if kind.startswith(FOLLOW):
        return (kind, value) if _SLUG.fullmatch(kind.removeprefix(FOLLOW)) and _is_feed(value) else None
    if kind.startswith(FORGET):
        is_named = _FORGOTTEN.fullmatch(kind.removeprefix(FORGET)) and value in ("0", "1") and not count
        return (kind, value) if is_named else None
    if kind in _MARKS or kind.startswith((marks.TAG, marks.RULE, marks.PASSAGE)):
        return clean_mark(kind, value)
    # One that is cleaned here might become a kind that is known, with a value that nobody has checked.
    return (kind, clean_note(value, NOTE_LIMIT)) if kind and clean(kind, LINE_LIMIT) == kind else None


def _is_feed(value: str) -> bool:
    """Whether a value is that of a followed feed, or of one that is no longer followed."""
    if not value:
        return True
    feed: Any = foreign.read_json(value, _FEED_LIMIT)
    try:
        value.encode()
        home, texts = feed.get("home"), [feed[name] for name in _FEED]
        rest = [feed.get("folder", ""), *([] if home is None else [home])]
        is_whole = all(isinstance(one, str) and clean(one) == one for one in (*texts, *rest))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    kind, url = feed["kind"], feed["url"]
    if not is_whole or kind not in ("rss", "arxiv"):
        return False
    return foreign.web_url(url) == url if kind == "rss" else foreign.category(url) is not None
