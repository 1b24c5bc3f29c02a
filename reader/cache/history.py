"""The events of papers: a new version, a venue, a withdrawal, released code; and those after the user's last mark.

The first list needs it, so it imports little.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntFlag
from typing import Any, NamedTuple

from reader.core.marks import NOTE, QUEUE, STATES, sql_list


class Event(IntFlag):
    """Bits of `paper_event.events`."""

    CODE = 1
    VERSION = 2
    VENUE = 4
    WITHDRAWN = 8


HAPPENED_BETWEEN = "SELECT pk FROM paper_event WHERE at >= ? AND at < ?"
"""SQL: the papers with an event between two times, in seconds since 1970."""

_AFTER_MARK = f"""
    SELECT marked.at, e.events FROM paper_event AS e JOIN (
        SELECT max(clock) / 1000 AS at FROM mark
        WHERE pk = :pk AND kind IN ({sql_list((*STATES, QUEUE, NOTE))}) AND undone = 0
    ) AS marked ON e.at > marked.at
    WHERE e.pk = :pk
"""

_FACTS = (
    "SELECT t.version, coalesce(t.versions, ''), coalesce(t.revised, ''), coalesce(p.venue, '')"
    " FROM paper AS p JOIN paper_text AS t USING (pk) WHERE p.pk = ?"
)


class ChangesSinceMark(NamedTuple):
    """The changes of a paper after the user last marked it."""

    day: str
    """The local ISO day of the mark."""
    events: tuple[str, ...]
    """In words: `version 3`, `code released`, `now at ICLR 2027`, `withdrawn`."""


def changes_since_mark(connection: sqlite3.Connection, pk: int) -> ChangesSinceMark | None:
    """The changes of a paper after the user last marked it; None if there is no change or no mark."""
    rows = connection.execute(_AFTER_MARK, {"pk": pk}).fetchall()
    if not rows:
        return None
    marked, happened = rows[0][0], 0
    for _, events in rows:
        happened |= events
    version, versions, revised, venue = connection.execute(_FACTS, (pk,)).fetchone()
    number, day = _newest_version(version, versions, revised)
    # arXiv may be asked after the mark about a version that was out before it.
    is_newer = datetime.fromtimestamp(marked, UTC).date().isoformat() < day
    event_texts = (
        (Event.WITHDRAWN, "withdrawn"),
        (Event.VERSION, f"version {number}" if is_newer else ""),
        (Event.VENUE, f"now at {venue}" if venue else ""),
        (Event.CODE, "code released"),
    )
    texts = tuple(words for event, words in event_texts if happened & event and words)
    return ChangesSinceMark(datetime.fromtimestamp(marked).date().isoformat(), texts) if texts else None


def events_between(known: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """The events between two states of a paper's columns, as bits of `Event`."""
    from reader.core.paper import says_withdrawn

    number, _ = _newest_version(known["version"], known["versions"] or "", known["revised"] or "")
    newest, _ = _newest_version(after["version"], after["versions"] or "", after["revised"] or "")
    # A venue is news only if arXiv had been asked before and named none.
    had_no_venue = not known["venue"] and (known["versions"] or known["arxiv_asked"])
    happened = (
        (Event.CODE, after["has_code"] and not known["has_code"]),
        (Event.VERSION, (newest or 0) > (number or 1)),
        (Event.VENUE, after["venue"] and had_no_venue),
        (Event.WITHDRAWN, says_withdrawn(after["remark"]) and not says_withdrawn(known["remark"])),
    )
    return sum(event for event, is_so in happened if is_so)


def _newest_version(version: int | None, versions: str, revised: str) -> tuple[int | None, str]:
    """The number and ISO day of the newest version, from a paper's columns; None and an empty day if unknown."""
    name, _, day = versions.rpartition("\n")[2].partition(" ")
    listed = int(name[1:]) if name[1:].isdecimal() else None
    if listed is not None and listed >= (version or 0):
        return listed, day
    return version, revised
