"""Reads from the marks what the user has read, for the figures of `reader.core.reading`."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from reader.core.marks import QUEUE, TRACES, quoted
from reader.core.reading import WEEKS, Deed, Figures, PaperRef, figures, monday_of

TOGETHER = 10
"""Papers that were marked in one action of more than these do not count: nobody looked at them all."""

LATEST = 32_503_680_000_000
"""The year 3000, in milliseconds: a foreign clock may be later than any date."""

MARKED = ("read", "hide", "star", QUEUE)
"""The marks that show that a paper was seen. A note or a tag may come from a library, and others from a rule."""

_DEEDS = f"""
    WITH deed AS (
        SELECT coalesce(pk, paper) AS paper, kind, value, clock, undone, by,
            count(*) OVER (PARTITION BY action, kind) AS count
        FROM mark WHERE clock >= ? AND kind IN ({quoted((*TRACES, *MARKED))})
    )
    SELECT paper, kind, value, clock FROM deed WHERE undone = 0
    AND (kind IN ({quoted(TRACES)}) OR (count <= {TOGETHER} AND value NOT IN ('', '0') AND by = ''))
"""

_TOPICS = """
    SELECT p.pk, t.slug FROM json_each(?) AS wanted CROSS JOIN paper_topic AS p ON p.pk = wanted.value
    JOIN topic AS t ON t.pk = p.topic ORDER BY p.pk, p.rank
"""


def reading_figures(connection: sqlite3.Connection, today: date, weeks: int = WEEKS) -> Figures:
    """The figures of the last weeks; `today` is a local day."""
    first = monday_of(today) - timedelta(weeks=weeks - 1)
    deeds = list(_deeds(connection, first))
    return figures(deeds, _topics(connection, {deed.paper for deed in deeds}), today, weeks)


def _deeds(connection: sqlite3.Connection, first: date) -> Iterator[Deed]:
    starred = {pk for (pk,) in connection.execute("SELECT pk FROM paper WHERE starred = 1")}
    since = int(datetime.combine(first, time()).timestamp() * 1000)
    for paper, kind, value, clock in connection.execute(_DEEDS, (since,)):
        day = _day(value) if kind in TRACES else datetime.fromtimestamp(min(clock, LATEST) / 1000).date()
        if day is None or day < first:
            continue
        # A paper that lost its star was seen all the same.
        was_starred = kind == "star" and isinstance(paper, int) and paper not in starred
        yield Deed(paper, "read" if was_starred else kind, day)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _topics(connection: sqlite3.Connection, papers: Iterable[PaperRef]) -> Mapping[PaperRef, list[str]]:
    found: dict[PaperRef, list[str]] = defaultdict(list)
    keys = json.dumps([paper for paper in papers if isinstance(paper, int)])
    for pk, slug in connection.execute(_TOPICS, (keys,)):
        found[pk].append(slug)
    return found
