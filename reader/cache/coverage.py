"""Completeness of the sources' days: how many of a day's papers are here, of how many."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from reader.cache import meta
from reader.database import connections

KEPT_DAYS = 35
"""Maximum remembered days of a source."""

_ANNOUNCED = "announced:"
"""Prefix of the keys in `meta` of a category's days: `announced:cs.CL:2026-05-12`."""


class Coverage(NamedTuple):
    """How many papers of a source's day are in the cache."""

    day: str
    """ISO."""
    papers: int
    """The day's papers, according to any source."""
    here: int
    """Those in the cache."""
    cross: int = 0
    """Those cross-listed from another category."""
    named_by: tuple[str, ...] = ()
    """The source of its papers: `api` or `rss` of arXiv, or `feed`; empty if none has named any."""
    again: str = ""
    """ISO time, UTC, of the next try; empty for none."""
    lacks: str = ""
    """Why papers may be missing, such as `arXiv's API refused`; empty if a source gave all that it knows."""

    @property
    def is_whole(self) -> bool:
        """Whether all papers are here, by a source that knows all."""
        return self.here >= self.papers and bool(self.named_by) and not self.lacks

    def text(self, today: date) -> str:
        """Such as `14 of 14`, or `9 from RSS, arXiv's API refused; asked again at 18:00` in local time."""
        count = f"{self.here:,} of {self.papers:,}"
        if self.is_whole or self.named_by == ("feed",):
            return count
        if not self.papers and (self.lacks or not self.named_by):
            count = "not known yet" if self.again else "not fetched"
        elif self.named_by == ("rss",):
            count = f"{self.here:,} from RSS"
        sentence = f"{count}, {self.lacks}" if self.lacks else count
        if not self.again:
            return sentence
        at = datetime.fromisoformat(self.again).astimezone()
        when = f"{at:{'%H:%M' if at.date() <= today else '%H:%M on %d %b'}}"
        return f"{sentence}{';' if self.lacks else ','} asked again at {when}"


def day_name(day: str) -> str:
    """An ISO day, such as `Tue 30 Jun`."""
    return f"{date.fromisoformat(day):%a %d %b}"


def of_category(connection: sqlite3.Connection, category: str) -> dict[str, Coverage]:
    """Known days of an arXiv category, by ISO day, oldest first."""
    prefix = f"{_ANNOUNCED}{category}:"
    found = sorted(meta.remembered(connection, prefix).items())
    return {(day := key.removeprefix(prefix)): _read(day, value) for key, value in found}


def by_day(connection: sqlite3.Connection) -> dict[str, list[tuple[str, Coverage]]]:
    """The coverage of followed categories, by ISO day."""
    days: dict[str, list[tuple[str, Coverage]]] = {}
    for (category,) in connection.execute("SELECT url FROM feed WHERE kind = 'arxiv' ORDER BY url"):
        for day, known in of_category(connection, category).items():
            days.setdefault(day, []).append((category, known))
    return days


def _read(day: str, value: str) -> Coverage:
    papers, here, cross, named_by, again, *lacks = json.loads(value)
    # Version 0.2 asked several sources and stored no reason: a day was whole if two of them agreed.
    why = lacks[0] if lacks else "" if len(named_by) > 1 else "arXiv's sources differed"
    return Coverage(day, papers, here, cross, tuple(named_by), again, why)


def note(connection: sqlite3.Connection, category: str, days: Iterable[Coverage]) -> None:
    """Store new facts about a category's days, and forget its oldest days."""
    known = of_category(connection, category)
    news = [one for one in days if one != known.get(one.day)]
    if news:
        with connections.transaction(connection):
            for one in news:
                meta.put(connection, f"{_ANNOUNCED}{category}:{one.day}", json.dumps(one[1:]))
            for day in sorted({*known, *(one.day for one in news)})[:-KEPT_DAYS]:
                meta.drop(connection, f"{_ANNOUNCED}{category}:{day}")


def of_daily(connection: sqlite3.Connection, today: date) -> list[Coverage]:
    """The daily papers' days of the last five weeks, oldest first, since the first requested one."""
    first = (today - timedelta(days=KEPT_DAYS)).isoformat()
    sql = "SELECT day, papers FROM day WHERE fetched <> '' AND day BETWEEN ? AND ?"
    known: dict[str, int] = dict(connection.execute(sql, (first, today.isoformat())).fetchall())
    (oldest,) = connection.execute("SELECT min(day) FROM day WHERE fetched <> ''").fetchone()
    skipped = meta.remembered(connection, meta.SKIPPED)
    if oldest is None:
        return []
    days = (today - timedelta(days=back) for back in range(KEPT_DAYS, -1, -1))
    return [
        Coverage(day, known.get(day, 0) + lost, known.get(day, 0), named_by=("feed",) if day in known else ())
        for date_ in days
        if (day := date_.isoformat()) >= oldest and (day in known or (date_.weekday() < 5 and date_ < today))
        for lost in (int(skipped.get(f"{meta.SKIPPED}{day}", 0)),)
    ]
