"""Papers of saved pages: their order, and the titles to look up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reader.core.ids import PAGE_PREFIX
from reader.core.titles import TitleRecord
from reader.database.connections import open_database, transaction

MAX_TRIES = 3
"""Maximum number of lookups of a title that no source has."""

RETRY_DAYS = 7
"""Days after which such a title is looked up again."""


class PageTitle(NamedTuple):
    """A paper of a page whose arXiv id is not known."""

    pk: int
    paper: TitleRecord


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
        "INSERT INTO page_paper (pk, place, tries) VALUES (?, ?, 0)"
        " ON CONFLICT (pk) DO UPDATE SET place = excluded.place",
        [(pk, place) for place, pk in enumerate(pks, start=first - len(pks))],
    )


_PLACES = """
    WITH named AS (SELECT key AS n, value AS id FROM json_each(:ids)), found AS (
        SELECT n, pk FROM named JOIN paper USING (id) UNION ALL SELECT n, pk FROM named JOIN paper_alias USING (id))
    SELECT f.pk, q.place FROM found AS f LEFT JOIN page_paper AS q USING (pk) ORDER BY f.n
"""

_WAITING = f"""
    SELECT p.pk, p.title, p.author_count, p.published, p.id FROM paper AS p LEFT JOIN page_paper AS q USING (pk)
    WHERE p.id >= '{PAGE_PREFIX}' AND p.id < '{PAGE_PREFIX[:-1]};'
    AND (coalesce(q.tries, 0) = 0 OR q.tries < {MAX_TRIES} AND q.asked < ?)
    ORDER BY coalesce(q.tries, 0), coalesce(q.place, p.pk)
"""


def find_waiting(file: Path, now: datetime) -> list[PageTitle]:
    """The papers of the cache in `file` whose titles to look up: first the papers whose titles were never looked up."""
    before = (now.date() - timedelta(days=RETRY_DAYS)).isoformat()
    with open_database(file) as cache:
        rows = cache.execute(_WAITING, (before,)).fetchall()
    return [PageTitle(pk, TitleRecord(title, count or None, published, id)) for pk, title, count, published, id in rows]


def note_unknown(file: Path, pk: int, day: str) -> None:
    """Record that no source had a title on a day (ISO)."""
    with open_database(file) as cache, transaction(cache):
        cache.execute(
            "INSERT INTO page_paper (pk, place, tries, asked) SELECT pk, pk, 1, :day FROM paper WHERE pk = :pk"
            " ON CONFLICT (pk) DO UPDATE SET tries = tries + 1, asked = :day",
            {"pk": pk, "day": day},
        )
