"""The cache's writes: papers from feeds and files, merged into the cache in short transactions.

The statements about papers are SQLAlchemy Core over the SQLModel tables: 10,000 rows take 62 ms, as ORM objects 764 ms.
Those about small tables are SQL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from reader.cache import meta, schema
from reader.cache.reads.window import DayFetched
from reader.cache.storing.batch import CLASSIFIED, Batch, Classifier, driver_of, drop
from reader.core.dates import SETTLING_DAYS, is_settled
from reader.core.paper import Listing
from reader.database import connections
from reader.database.sqlite_errors import explain

BATCH = 200
"""Drafts in one transaction, so that the write lock does not delay a key."""

MUCH = 1_000
"""Number of new or changed papers that may make the planner's statistics out of date."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The result of storing some records."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    def __add__(self, other: Stored) -> Stored:
        return Stored(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


class Cache:
    """The cache, for writing; its methods block, and only one thread may call them at a time."""

    def __init__(self, path: Path, classifier: Classifier) -> None:
        self._path = path
        self._engine = connections.engine(path)
        self._classifier = classifier
        self._topic_keys: dict[str, int] = {}
        self._changes = 0

    @classmethod
    def open(cls, path: Path, classifier: Classifier) -> Cache:
        """Open the cache at `path`; create it first, or make an older one anew, if needed."""
        schema.ensure(path)
        cache = cls(path, classifier)
        with connections.closing_on_error(cache):
            cache._sync_topics()
        return cache

    def close(self) -> None:
        self._engine.dispose()

    def rest(self) -> None:
        """Free memory and, after much was stored, refresh the planner's statistics.

        Reads at most 2,000 rows of an index (1,000,000 papers: 1 s the first time, later almost nothing).
        """
        if self._changes >= MUCH:
            self._changes = 0
            with self._transaction() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit = 2000")
                connection.exec_driver_sql("PRAGMA optimize")
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA shrink_memory")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._transaction() as connection:
            yield driver_of(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise explain(error, self._path) from error

    # Papers

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> Stored:
        """Merge one listing into the cache; see `store_all`."""
        return sum(self.store_all([listing], now, newer=newer, noted=noted), Stored())

    def store_all(
        self, listings: Iterable[Listing], now: str, *, newer: bool = True, noted: bool = True
    ) -> Iterator[Stored]:
        """Merge listings into the cache and yield the result of each transaction; `now` is ISO time, UTC.

        A listing only adds to its day, so a partial answer never replaces a fuller one. With `newer` False (a file,
        which may be old) cached values stay and only gaps are filled. `noted` False means that the listing may be only
        part of its day, so the day does not count as answered. A listing that changes nothing writes nothing.
        """
        for part, skipped in _parts(listings):
            drafts = [(draft, listing.day) for listing in part for draft in listing.drafts]
            days = {listing.day for listing in part if listing.day is not None}
            with self._transaction() as connection:
                driver = driver_of(connection)
                new, updated = Batch(connection, self._classifier, self._topic_keys).store(drafts, now, newer=newer)
                _note_days(driver, days, now if newer and noted else "")
                if newer and noted:
                    _note_answers(driver, part, now)
                same = sum(_count_papers(driver, listing.day) for listing in part if listing.is_unchanged)
            self._changes += new + updated
            yield Stored(new, updated, len(drafts) - new - updated + same, skipped)

    def note(self, days: Iterable[str], now: str) -> None:
        """Record that the feed has answered for these days (ISO), with or without papers."""
        with self._writing() as connection:
            _note_days(connection, days, now)

    def store_trending(self, ranked: Sequence[Listing], now: str) -> Stored:
        """Merge the feed's ranked papers, best first, and replace the stored ranking."""
        stored = sum(self.store_all(ranked, now, noted=False), Stored())
        ids = dict.fromkeys(draft.id for listing in ranked for draft in listing.drafts)
        with self._writing() as connection:
            connection.execute("DELETE FROM trending")
            place = "INSERT INTO trending (pk, rank) SELECT pk, ? FROM paper WHERE id = ?"
            connection.executemany(place, enumerate(ids))
            meta.put(connection, "trending", now)
        return stored

    def known_days(self, first: str, last: str) -> Mapping[str, DayFetched]:
        """The days from `first` to `last` (ISO, both included) that the feed has answered for."""
        with self._writing() as connection:
            known = "SELECT day, fetched, papers FROM day WHERE day BETWEEN ? AND ? AND fetched <> ''"
            return {day: DayFetched(*found) for day, *found in connection.execute(known, (first, last))}

    def validators(self) -> dict[str, str]:
        """The ETags of the feed's last answers for days that have not settled, by ISO day."""
        with self._writing() as connection:
            found = meta.remembered(connection, _VALIDATOR)
        return {key.removeprefix(_VALIDATOR): value for key, value in found.items()}

    def drop_before(self, day: str) -> Iterator[int]:
        """Drop the papers last listed before a day (ISO) that the user did not star, tag or note.

        Yields the number of papers dropped so far after each transaction.
        """
        total = 0
        while True:
            with self._writing() as connection:
                dropped = drop(connection, day, BATCH)
            if not dropped:
                return
            total += dropped
            self._changes += dropped
            yield total

    # Topics

    def _sync_topics(self) -> None:
        """Update the table of topics to the rules; papers keep their topics until `reclassify`."""
        topics = self._classifier.topics
        kept = (json.dumps([topic.slug for topic in topics]),)
        with self._writing() as connection:
            for statement in _DROP_TOPICS:
                connection.execute(statement, kept)
            connection.executemany(_PUT_TOPIC, [(topic.slug, topic.name, topic.family) for topic in topics])
            self._topic_keys = dict(connection.execute("SELECT slug, pk FROM topic").fetchall())

    def needs_classifying(self) -> bool:
        """Whether the papers' topics come from older rules."""
        with self._writing() as connection:
            version = meta.get(connection, "topics")
            if version is None:
                meta.put(connection, "topics", self._classifier.version)
            return version is not None and version != self._classifier.version

    def reclassify(self) -> Iterator[tuple[int, int]]:
        """Classify every paper by the current rules; yield (papers done, all papers) after each batch."""
        with self._writing() as connection:
            (total,) = connection.execute("SELECT count(*) FROM paper").fetchone()
        done, last = 0, 0
        while True:
            with self._transaction() as connection:
                rows = driver_of(connection).execute(_TO_CLASSIFY, (last, BATCH))
                papers = {pk: dict(zip(CLASSIFIED, texts, strict=True)) for pk, *texts in rows}
                Batch(connection, self._classifier, self._topic_keys).reclassify(papers)
            if not papers:
                break
            done, last = done + len(papers), max(papers)
            yield min(done, total), total
        with self._writing() as connection:
            meta.put(connection, "topics", self._classifier.version)


_DROP_TOPICS = (
    "DELETE FROM paper_topic WHERE topic IN (SELECT pk FROM topic WHERE slug NOT IN (SELECT value FROM json_each(?)))",
    "DELETE FROM topic WHERE slug NOT IN (SELECT value FROM json_each(?))",
)

_PUT_TOPIC = (
    "INSERT INTO topic (slug, name, family) VALUES (?, ?, ?)"
    " ON CONFLICT (slug) DO UPDATE SET name = excluded.name, family = excluded.family"
    " WHERE name <> excluded.name OR family <> excluded.family"
)

_TO_CLASSIFY = (
    f"SELECT pk, {', '.join(CLASSIFIED)} FROM paper JOIN paper_text USING (pk) WHERE pk > ? ORDER BY pk LIMIT ?"
)


def _parts(listings: Iterable[Listing]) -> Iterator[tuple[list[Listing], int]]:
    """Group listings into transactions of about `BATCH` drafts, each with its number of skipped records."""
    part: list[Listing] = []
    size = skipped = 0
    for listing in listings:
        skipped += listing.skipped_count
        for start in range(0, len(listing.drafts) or 1, BATCH):
            drafts = listing.drafts[start : start + BATCH]
            is_last = start + BATCH >= len(listing.drafts)
            part.append(listing._replace(drafts=drafts, validator=listing.validator if is_last else None))
            size += len(drafts)
            if size >= BATCH:
                yield part, skipped
                part, size, skipped = [], 0, 0
    if part:
        yield part, skipped


def _note_days(connection: sqlite3.Connection, days: Iterable[str], fetched: str) -> None:
    """Store each day's number of papers and the time of the feed's answer; `fetched` is empty for a file."""
    connection.executemany(
        _NOTE_DAY, [{"day": day, "fetched": fetched, "settling": SETTLING_DAYS} for day in sorted(days)]
    )


# An answer is written only if it changed the day, is the first, or is the first since the day settled.
_NOTE_DAY = """
    INSERT INTO day (day, fetched, papers)
    VALUES (:day, :fetched, (SELECT count(*) FROM listing WHERE listing.day = :day))
    ON CONFLICT (day) DO UPDATE SET
        papers = excluded.papers,
        fetched = CASE excluded.fetched WHEN '' THEN fetched ELSE excluded.fetched END
    WHERE papers <> excluded.papers OR excluded.fetched <> '' AND (
        fetched = ''
        OR julianday(substr(fetched, 1, 10)) - julianday(day) < :settling
        AND julianday(substr(excluded.fetched, 1, 10)) - julianday(day) >= :settling
    )
"""


_VALIDATOR = "validator:"
"""Prefix of the `meta` keys that hold each day's ETag."""


def _note_answers(connection: sqlite3.Connection, listings: Iterable[Listing], now: str) -> None:
    """Store the ETags of days that will be requested again, and how many records of a day could not be read."""
    today = date.fromisoformat(now[:10])
    settled = today - timedelta(days=SETTLING_DAYS)
    for listing in listings:
        if listing.validator and listing.day and not is_settled(listing.day, today):
            meta.put_or_drop(connection, f"{_VALIDATOR}{listing.day}", listing.validator)
            old = (_VALIDATOR, f"{_VALIDATOR}{settled.isoformat()}")
            connection.execute("DELETE FROM meta WHERE key BETWEEN ? AND ?", old)
        if listing.day and not listing.is_unchanged:
            count = listing.skipped_count
            meta.put_or_drop(connection, f"{meta.SKIPPED}{listing.day}", str(count) if count else None)


def _count_papers(connection: sqlite3.Connection, day: str | None) -> int:
    return int(connection.execute("SELECT count(*) FROM listing WHERE day = ?", (day,)).fetchone()[0])
