"""What the past says: how papers' votes changed, and what the user has read.

The user looked at a paper when they last marked or hid it, and at all papers when they last closed the reader.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from reader.core.marks import AGENT, QUEUE, RULE, TRACES, quoted
from reader.core.paper_row import Flag
from reader.core.reading import WEEKS, Deed, Figures, PaperRef, figures, monday_of

LEAST_VOTES = 10
"""Minimum votes that a paper must gain to count as risen."""

LEAST_SHARE = 4
"""A risen paper must also gain at least one part in four of its earlier votes."""

RISING_DAYS = 7
"""Days that the order by rising votes covers."""

_MARKED = (
    "(SELECT max(e.clock) / 1000 FROM effect AS f JOIN event AS e ON e.seq = f.event"
    " WHERE f.pk = p.pk AND f.kind IN ('read', 'hide') AND e.undone = 0)"
)


def _then(column: str, looked: str) -> str:
    """SQL: a column of `paper_change` at the time when the user looked; NULL if the paper came later."""
    return f"(SELECT {column} FROM paper_change AS c WHERE c.pk = p.pk AND c.at <= {looked} ORDER BY c.at DESC LIMIT 1)"


def _gained(looked: str) -> str:
    then = _then("c.upvotes", looked)
    return f"p.upvotes - {then} >= max({LEAST_VOTES}, {then} / {LEAST_SHARE})"


def rose(visited: int | None) -> str:
    """SQL: whether the paper `p` has risen since the user looked; `visited` is in seconds since 1970."""
    looked = f"coalesce({_MARKED}, {visited:d})" if visited is not None else _MARKED
    return f"EXISTS (SELECT 1 FROM paper_change WHERE pk = p.pk) AND coalesce({_gained(looked)}, 0)"


CHANGED_BETWEEN = "SELECT pk FROM second_look WHERE at >= ? AND at < ?"
"""SQL: the papers that became due between two times, in seconds since 1970; `changes.py` says how."""

MOST_CHANGED = 50
"""Papers of the view Changed: it is read to the end."""

CHANGED = (
    "SELECT pk FROM (SELECT s.pk FROM second_look AS s"
    f" CROSS JOIN paper_flags AS f ON f.pk = s.pk AND f.flags & {Flag.CHANGED:d}"
    " CROSS JOIN paper AS c ON c.pk = s.pk AND c.hidden = 0"
    f" ORDER BY s.at DESC LIMIT {MOST_CHANGED})"
)
"""SQL: the papers that have changed since the user looked, the newest changes."""


def has_changed(connection: sqlite3.Connection, pk: int) -> bool:
    """Whether a paper is or was due; `changes.py`, which says how, is imported only then."""
    return connection.execute("SELECT 1 FROM second_look WHERE pk = ?", (pk,)).fetchone() is not None


def votes_gained(since: int) -> str:
    """SQL: the votes that the paper `p` gained since a time, in seconds since 1970; computed once for all papers."""
    before = (
        f"coalesce((SELECT upvotes FROM paper_change WHERE pk = w.pk AND at <= {since:d} ORDER BY at DESC LIMIT 1),"
        " (SELECT upvotes FROM paper_change WHERE pk = w.pk ORDER BY at LIMIT 1))"
    )
    return (
        f"coalesce((WITH gained AS MATERIALIZED (SELECT w.pk AS pk, q.upvotes - {before} AS votes"
        f" FROM (SELECT DISTINCT pk FROM paper_change WHERE at > {since:d}) AS w JOIN paper AS q ON q.pk = w.pk)"
        " SELECT votes FROM gained WHERE gained.pk = p.pk), 0)"
    )


class Votes(NamedTuple):
    """The changes of one paper's votes."""

    points: tuple[int, ...] = ()
    """Votes after each change of them, oldest first, with the first known; empty without a change."""
    gained: int = 0
    """Votes gained since the user looked."""


STILL = Votes()
"""The votes of a paper without a recorded change."""


def votes(connection: sqlite3.Connection, pk: int, visited: int | None) -> Votes:
    """The changes of a paper's votes; `visited` is when the reader was last closed, in seconds since 1970."""
    rows = connection.execute("SELECT upvotes FROM paper_change WHERE pk = ? ORDER BY at", (pk,)).fetchall()
    points = tuple(count for count, _ in groupby(count for (count,) in rows))
    if len(points) < 2:
        return STILL
    looked = f"coalesce({_MARKED}, ?)"
    row = connection.execute(
        f"SELECT p.upvotes - {_then('c.upvotes', looked)} FROM paper AS p WHERE p.pk = ?", (visited, pk)
    ).fetchone()
    return Votes(points, row[0] or 0 if row else 0)


YEAR = 53
"""Weeks whose days are read at least, for the calendar."""

TOGETHER = 10
"""Papers that were marked in one action of more than these do not count: nobody looked at them all."""

LATEST = 32_503_680_000_000
"""The year 3000, in milliseconds: a foreign clock may be later than any date."""

MARKED = ("read", "hide", "star", QUEUE)
"""The marks that show that a paper was seen. A note or a tag may come from a library, and others from a rule."""

# The first condition is that of the index on clocks; events of one action have one clock.
_DEEDS = f"""
    WITH deed (seq, kind, value, clock) AS (
        SELECT seq, kind, value, clock FROM event AS e WHERE clock >= ? AND undone = 0
        AND (kind IN ({quoted(TRACES)}) OR (kind IN ({quoted(MARKED)}) AND count <= {TOGETHER}
        AND value NOT IN ('', '0') AND NOT EXISTS (SELECT 1 FROM event AS m WHERE m.clock = e.clock
        AND +m.machine = e.machine AND (m.kind LIKE '{RULE}%' OR m.kind LIKE '{AGENT}%')))))
    SELECT f.pk, d.kind, d.value, d.clock FROM deed AS d CROSS JOIN effect AS f ON f.event = d.seq
    UNION ALL SELECT o.id, d.kind, d.value, d.clock FROM deed AS d CROSS JOIN orphan AS o ON o.event = d.seq
"""

_TOPICS = """
    SELECT p.pk, t.slug FROM json_each(?) AS wanted CROSS JOIN paper_topic AS p ON p.pk = wanted.value
    JOIN topic AS t ON t.pk = p.topic ORDER BY p.pk, p.rank
"""


def reading_figures(connection: sqlite3.Connection, today: date, weeks: int = WEEKS) -> Figures:
    """The figures of the last weeks, and of the days of a year at least; `today` is a local day."""
    first = monday_of(today) - timedelta(weeks=max(weeks, YEAR) - 1)
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
    """The day of a trace; None if another program wrote something else."""
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
