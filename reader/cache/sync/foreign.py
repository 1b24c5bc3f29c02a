"""Checks events that another machine has written: their text is foreign, and everybody has to get the same event."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from urllib.parse import urlsplit

from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.event_log import FURTHEST, STEPS
from reader.cache.marks.journal import Entry
from reader.core.marks import (
    ENTRY,
    HERE,
    HIGHLIGHT,
    LIKE,
    LOOK,
    NOTE,
    QUEUE,
    RULE,
    STATES,
    TAG,
    TRACES,
    WANT,
    Mark,
    clean_event,
    clean_mark,
)
from reader.core.settings.entries import parse_entry
from reader.core.text import LINE_LIMIT, NOTE_LIMIT, clean, clean_note

_ID = re.compile(r"[0-9a-f]{24}")
_PAPERS = re.compile(r"[!-~]{1,300}(?:\n[!-~]{1,300})*")
_FEED = ("kind", "url", "title", "added")
_MARKS = (*STATES, QUEUE, WANT, LIKE, HIGHLIGHT, LOOK, NOTE, *TRACES)
_SLUG = re.compile(r"[a-z0-9-]{1,100}")


def checked(entry: Entry) -> Entry:
    """The event with clean text; raises ValueError with the reason if no machine can have made it.

    The result depends on the event alone, so that all machines have the same one. A kind that only a newer program
    knows is taken as it is, because nothing follows from it here.
    """
    mark = Mark("star", "1", entry.clock, entry.machine, entry.id)
    if clean_event(mark) is None or entry.clock > FURTHEST:
        raise ValueError("it is not an event")
    kind, value = _checked(entry.kind, entry.value, entry.count)
    if entry.count and not _PAPERS.fullmatch(zlib.decompress(entry.papers).decode("utf-8", "replace")):
        raise ValueError("it names no papers")
    return entry if (kind, value) == (entry.kind, entry.value) else replace(entry, kind=kind, value=value)


def _checked(kind: str, value: str, count: int) -> tuple[str, str]:
    if kind in STEPS:
        found = (kind, value) if _ID.fullmatch(value) and not count else None
    elif kind.startswith(FOLLOW):
        found = (kind, value) if _SLUG.fullmatch(kind.removeprefix(FOLLOW)) and _is_feed(value) else None
    elif kind.startswith(ENTRY):
        found = (kind, value) if parse_entry(kind, value) else None
    elif kind.startswith(HERE):
        # One that comes from elsewhere would be an order to this machine alone.
        found = None
    elif kind in _MARKS or kind.startswith((TAG, RULE)):
        found = clean_mark(kind, value)
    else:
        # One that is cleaned here might become a kind that is known, with a value that nobody has checked.
        found = (kind, clean_note(value, NOTE_LIMIT)) if kind and clean(kind, LINE_LIMIT) == kind else None
    if found is None:
        raise ValueError("it is not an event")
    return found


def _is_feed(value: str) -> bool:
    """Whether a value is that of a followed feed, or of one that is no longer followed."""
    if not value:
        return True
    try:
        value.encode()
        feed = json.loads(value)
        home, texts = feed.get("home"), [feed[name] for name in _FEED]
        rest = [feed.get("folder", ""), *([] if home is None else [home])]
        is_whole = all(isinstance(one, str) and clean(one) == one for one in (*texts, *rest))
        parts = urlsplit(feed["url"])
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return is_whole and feed["kind"] in ("rss", "arxiv") and (is_web or feed["kind"] == "arxiv")
