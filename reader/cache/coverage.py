"""How complete the sources' days are: up to which day all papers are here, and why later ones may be missing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple

from reader.cache import meta
from reader.core.text import amount

KEPT_DAYS = 35
"""Days of the daily papers that are examined."""

_ANNOUNCED = "announced_to:"
"""Prefix of the keys in `meta` of what is known of a category's days: `announced_to:cs.CL`."""


class Coverage(NamedTuple):
    """The days of a source of which all papers are here."""

    complete_to: str = ""
    """The newest day (ISO) with papers of which all are here; empty if there is none."""
    incomplete: tuple[str, ...] = ()
    """Days (ISO) of which papers may be missing, newest first."""
    reason: str = ""
    """Why they may be missing, such as `arXiv's API refused`."""
    again: str = ""
    """ISO time, UTC, from which a refresh asks for them again; empty if none does by itself."""

    def text(self, today: date) -> str:
        """Such as `complete to Tue 30 Jun`, or `arXiv's API refused; asked again after 18:00` in local time."""
        parts = [f"complete to {day_name(self.complete_to)}"] if self.complete_to else []
        parts += [self.reason] if self.incomplete else []
        if not (self.incomplete and self.again):
            return ", ".join(parts)
        at = datetime.fromisoformat(self.again).astimezone()
        return f"{', '.join(parts)}; asked again after {at:{'%H:%M' if at.date() <= today else '%H:%M on %d %b'}}"


def day_name(day: str) -> str:
    """An ISO day, such as `Tue 30 Jun`."""
    return f"{date.fromisoformat(day):%a %d %b}"


def of_category(connection: sqlite3.Connection, category: str) -> Coverage:
    """What is known of an arXiv category's days."""
    with suppress(TypeError, ValueError):
        complete_to, incomplete, reason, again = json.loads(meta.get(connection, f"{_ANNOUNCED}{category}") or "")
        return Coverage(complete_to, tuple(incomplete), reason, again)
    return Coverage()


def incomplete_days(connection: sqlite3.Connection) -> dict[str, list[tuple[str, Coverage]]]:
    """The followed categories of which papers may be missing, by ISO day."""
    days: dict[str, list[tuple[str, Coverage]]] = {}
    for (category,) in connection.execute("SELECT url FROM feed WHERE kind = 'arxiv' ORDER BY url"):
        known = of_category(connection, category)
        for day in known.incomplete:
            days.setdefault(day, []).append((category, known))
    return days


def note(connection: sqlite3.Connection, category: str, known: Coverage) -> None:
    """Store what is known of a category's days."""
    meta.remember(connection, f"{_ANNOUNCED}{category}", json.dumps(known))


def of_daily(connection: sqlite3.Connection, today: date) -> Coverage:
    """The daily papers' days of the last five weeks, since the first requested one."""
    first = (today - timedelta(days=KEPT_DAYS)).isoformat()
    sql = "SELECT day, papers FROM day WHERE fetched <> '' AND day BETWEEN ? AND ? ORDER BY day DESC"
    known: dict[str, int] = dict(connection.execute(sql, (first, today.isoformat())).fetchall())
    (oldest,) = connection.execute("SELECT min(day) FROM day WHERE fetched <> ''").fetchone()
    skipped = {
        day: int(count)
        for key, count in meta.remembered(connection, meta.SKIPPED).items()
        if int(count) and (day := key.removeprefix(meta.SKIPPED)) in known
    }
    earlier = [today - timedelta(days=back) for back in range(1, KEPT_DAYS + 1) if oldest]
    missing = {day for one in earlier if one.weekday() < 5 and (day := one.isoformat()) >= oldest} - known.keys()
    reasons = (
        f"{amount(len(missing), 'day')} not fetched" if missing else "",
        f"{amount(sum(skipped.values()), 'record')} of the feed can't be read" if skipped else "",
    )
    complete_to = next((day for day, papers in known.items() if papers and day not in skipped), "")
    return Coverage(complete_to, tuple(sorted({*missing, *skipped}, reverse=True)), ", ".join(filter(None, reasons)))
