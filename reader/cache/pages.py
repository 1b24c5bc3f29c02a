"""Papers of saved pages: their places, pending titles, and possible matches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reader.core.ids import PAGE_PREFIX
from reader.core.titles import TitleRecord
from reader.database.connections import open_database

MAX_TRIES = 3
"""Maximum number of lookups of a title that no source has."""

RETRY_DAYS = 7
"""Days after which such a title is looked up again."""


class PageTitle(NamedTuple):
    """A paper of a page whose arXiv id is not known."""

    pk: int
    paper: TitleRecord
    choices: tuple[TitleRecord, ...] = ()
    """Candidates for the same paper, likeliest first."""
    tries: int = 0

    @property
    def result_text(self) -> str:
        """The result of looking up its title, as a sentence."""
        if self.choices:
            return f"It may be {'this one' if len(self.choices) == 1 else 'one of these'}, by its title:"
        if self.tries:
            return "Neither the feed nor arXiv has its title."
        return "Its title has not been looked up yet; a refresh does that."


def place(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Store the order of a page's papers, before the papers of earlier pages; a page that has places keeps them."""
    named = json.dumps(list(dict.fromkeys(ids)))
    rows = connection.execute(_PLACES, {"ids": named}).fetchall()
    pks = list(dict.fromkeys(pk for pk, _ in rows))
    places = [place for _, place in rows]
    if None not in places and places == sorted(places):
        return
    (first,) = connection.execute("SELECT coalesce(min(place), 0) FROM page_paper").fetchone()
    connection.executemany(
        "INSERT INTO page_paper (pk, place, tries, choices) VALUES (?, ?, 0, '')"
        " ON CONFLICT (pk) DO UPDATE SET place = excluded.place",
        [(pk, place) for place, pk in enumerate(pks, start=first - len(pks))],
    )


_PLACES = """
    WITH named AS (SELECT key AS n, value AS id FROM json_each(:ids)), found AS (
        SELECT n, pk FROM named JOIN paper USING (id) UNION ALL SELECT n, pk FROM named JOIN paper_alias USING (id))
    SELECT f.pk, q.place FROM found AS f LEFT JOIN page_paper AS q USING (pk) ORDER BY f.n
"""

_UNKNOWN = f"""
    SELECT p.pk, p.title, p.author_count, p.published, p.id, coalesce(q.choices, ''), coalesce(q.tries, 0)
    FROM paper AS p LEFT JOIN page_paper AS q USING (pk)
    WHERE p.id >= '{PAGE_PREFIX}' AND p.id < '{PAGE_PREFIX[:-1]};'
"""

_BY_PLACE = "ORDER BY coalesce(q.tries, 0), coalesce(q.place, p.pk)"

_DUE = f"AND (coalesce(q.tries, 0) = 0 OR q.tries < {MAX_TRIES} AND q.asked < :before)"


def waiting_titles(connection: sqlite3.Connection, before: str) -> list[PageTitle]:
    """The papers whose titles to look up: first those never looked up, then those last looked up before a day (ISO)."""
    rows = connection.execute(f"{_UNKNOWN} {_DUE} {_BY_PLACE}", {"before": before})
    return [_page_title(row) for row in rows]


def find_waiting(file: Path, now: datetime) -> list[PageTitle]:
    """The papers of the cache in `file` whose titles to look up."""
    with open_database(file) as cache:
        return waiting_titles(cache, (now.date() - timedelta(days=RETRY_DAYS)).isoformat())


def unknown_title(connection: sqlite3.Connection, pk: int) -> PageTitle | None:
    """The paper `pk` if its arXiv id is not known; otherwise None."""
    row = connection.execute(f"{_UNKNOWN} AND p.pk = ?", (pk,)).fetchone()
    return _page_title(row) if row else None


def _page_title(row: tuple[int, str, int, str | None, str, str, int]) -> PageTitle:
    pk, title, count, published, id, choices, tries = row
    records = tuple(TitleRecord(*record) for record in json.loads(choices)) if choices else ()
    return PageTitle(pk, TitleRecord(title, count or None, published, id), records, tries)


def note_unknown(connection: sqlite3.Connection, pk: int, day: str, choices: Iterable[TitleRecord]) -> None:
    """Record that all sources were asked for a title on a day (ISO), and the candidates that they offer."""
    kept = list(choices)
    connection.execute(
        "INSERT INTO page_paper (pk, place, tries, asked, choices) SELECT pk, pk, 1, :day, :choices FROM paper"
        " WHERE pk = :pk ON CONFLICT (pk) DO UPDATE SET tries = tries + 1, asked = :day, choices = :choices",
        {"pk": pk, "day": day, "choices": json.dumps(kept, ensure_ascii=False) if kept else ""},
    )
