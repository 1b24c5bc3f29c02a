"""The sources of a refresh: the followed ones, their last outcomes, and the days whose papers are complete."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

from reader.cache.community import note_arxiv_asked
from reader.cache.marks.events import Events
from reader.cache.standing import slugs_of
from reader.core.dates import utc_stamp
from reader.core.ids import FEED_PREFIX, PAGE_PREFIX
from reader.core.marks import FOLLOW, sql_list
from reader.core.text import amount
from reader.core.titles import TitleRecord
from reader.database import connections, meta
from reader.paths import last_refresh

KEPT_DAYS = 35
"""Days of the daily papers that are checked for missing papers."""

_ANNOUNCED = "announced_to:"
"""Prefix of the keys in `meta` of a category's coverage: `announced_to:cs.CL`."""


class Coverage(NamedTuple):
    """The days of a source with complete and with missing papers."""

    complete_to: str = ""
    """The newest day (ISO) that has papers and lacks none; empty if there is no such day."""
    incomplete: tuple[str, ...] = ()
    """Days (ISO) whose papers may be incomplete, newest first."""
    reason: str = ""
    """Why they may be missing, such as `arXiv's API refused`."""
    again: str = ""
    """ISO time, UTC, after which a refresh asks for them again; empty if no refresh does so by itself."""

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


def category_coverage(connection: sqlite3.Connection, category: str) -> Coverage:
    """The coverage of an arXiv category; empty if nothing is known."""
    with suppress(TypeError, ValueError):
        complete_to, incomplete, reason, again = json.loads(meta.get(connection, f"{_ANNOUNCED}{category}") or "")
        return Coverage(complete_to, tuple(incomplete), reason, again)
    return Coverage()


def incomplete_days(connection: sqlite3.Connection) -> dict[str, list[tuple[str, Coverage]]]:
    """The followed categories whose papers may be incomplete, by ISO day."""
    days: dict[str, list[tuple[str, Coverage]]] = {}
    for (category,) in connection.execute("SELECT url FROM feed WHERE kind = 'arxiv' ORDER BY url"):
        known = category_coverage(connection, category)
        for day in known.incomplete:
            days.setdefault(day, []).append((category, known))
    return days


def daily_coverage(connection: sqlite3.Connection, today: date) -> Coverage:
    """The coverage of the daily papers in the last five weeks, from the first day that was requested."""
    first = (today - timedelta(days=KEPT_DAYS)).isoformat()
    sql = "SELECT day, papers FROM day WHERE fetched <> '' AND day BETWEEN ? AND ? ORDER BY day DESC"
    known: dict[str, int] = dict(connection.execute(sql, (first, today.isoformat())).fetchall())
    (oldest,) = connection.execute("SELECT min(day) FROM day WHERE fetched <> ''").fetchone()
    skipped = {
        day: int(count)
        for key, count in meta.facts_with_prefix(connection, meta.SKIPPED).items()
        if int(count) and (day := key.removeprefix(meta.SKIPPED)) in known
    }
    earlier = [today - timedelta(days=back) for back in range(1, KEPT_DAYS + 1) if oldest]
    weekdays = {day.isoformat() for day in earlier if day.weekday() < 5}
    missing = {day for day in weekdays if day >= oldest} - known.keys()
    reasons = (
        f"{amount(len(missing), 'day')} not fetched" if missing else "",
        f"{amount(sum(skipped.values()), 'record')} of the feed can't be read" if skipped else "",
    )
    complete_to = next((day for day, papers in known.items() if papers and day not in skipped), "")
    return Coverage(complete_to, tuple(sorted({*missing, *skipped}, reverse=True)), ", ".join(filter(None, reasons)))


Kind = Literal["rss", "arxiv", "own"]
"""A feed of any site, an arXiv category, or a source that the reader always asks."""

OWN: Mapping[str, str] = {"hf": "Daily papers of Hugging Face", "arxiv": "arXiv, for the papers' categories"}
"""Slugs and titles of the sources that the reader always asks."""


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """A source and its last outcome; times are ISO, UTC."""

    slug: str
    kind: Kind
    url: str
    """Its address, or the category."""
    title: str
    home: str | None
    folder: str
    added: str
    etag: str | None
    modified: str | None
    answered: str | None
    """Time of the last answer that was stored."""
    failing_since: str | None
    error: str | None


class Freshness(NamedTuple):
    """How recent and complete a source is."""

    slug: str
    title: str
    kind: Kind
    answered: str | None
    """ISO time, UTC, of the last stored answer, or for the daily papers of the last complete refresh."""
    failing_since: str | None
    error: str | None
    coverage: Coverage | None = None
    """None for a site's feed, which has no days."""

    def text(self, today: date) -> str:
        """Such as `complete to Tue 30 Jun`; empty if no day is known."""
        return self.coverage.text(today) if self.coverage else ""


_LAST_ASKED = "categories_asked"
"""The key in `meta` of the day on which arXiv was last asked for categories."""

_UNCATEGORIZED = (
    "paper AS p JOIN paper_text AS t ON t.pk = p.pk WHERE t.categories IS NULL"
    f" AND p.id NOT LIKE '{PAGE_PREFIX}%' AND p.id NOT LIKE '{FEED_PREFIX}%'"
)

RETRY_DAYS = 7
"""Days after which a paper that no source had is requested again."""

_MAX_TRIES = 3
"""Maximum number of requests for a paper that no source has."""

_NO_SOURCE = "no_source:"
"""Prefix of the keys in `meta` of papers that no source had; the value is the number of tries, a space and a day."""

_NOT_FOUND = """
    INSERT INTO meta (key, value) VALUES (?1, '1 ' || ?2)
    ON CONFLICT (key) DO UPDATE SET value = (CAST(value AS INTEGER) + 1) || ' ' || ?2
"""

_KEPT_KINDS = ("star", "note", "queue", "want", "like")

_IS_DUE = (
    f"(meta.value IS NULL OR CAST(meta.value AS INTEGER) < {_MAX_TRIES}"
    " AND substr(meta.value, instr(meta.value, ' ') + 1) <= :before)"
)
"""SQL: whether to request a paper again that no source had; `before` is the latest day of the last request."""

_LOST = f"""
    SELECT mark.paper FROM mark LEFT JOIN meta ON meta.key = '{_NO_SOURCE}' || mark.paper
    WHERE mark.pk IS NULL AND mark.paper <> '' AND mark.undone = 0 AND mark.value NOT IN ('', '0')
    AND (mark.kind IN ({sql_list(_KEPT_KINDS)}) OR mark.kind GLOB 'tag:*')
    AND mark.paper NOT LIKE '{PAGE_PREFIX}%' AND mark.paper NOT LIKE '{FEED_PREFIX}%'
    AND {_IS_DUE}
    GROUP BY mark.paper ORDER BY max(mark.clock) DESC, mark.paper LIMIT :limit
"""


_WITHOUT_ID = f"""
    SELECT p.title, p.author_count, p.published, p.id
    FROM paper AS p LEFT JOIN meta ON meta.key = '{_NO_SOURCE}' || p.id
    WHERE p.id >= '{PAGE_PREFIX}' AND p.id < '{PAGE_PREFIX[:-1]};' AND {_IS_DUE} ORDER BY meta.value IS NOT NULL, p.pk
"""

_COLUMNS = ", ".join(field.name for field in fields(FollowedSource))


class Feeds(connections.Store):
    """The sources in a cache."""

    # List

    def all(self) -> list[FollowedSource]:
        """Every source that is followed or has failed: the reader's own first, then by folder and title."""
        order = "kind <> 'own', folder COLLATE NOCASE, title COLLATE NOCASE, pk"
        return [FollowedSource(*row) for row in self._rows(f"SELECT {_COLUMNS} FROM feed ORDER BY {order}")]

    def sources(self) -> list[FollowedSource]:
        return [feed for feed in self.all() if feed.kind != "own"]

    def failing(self) -> list[FollowedSource]:
        """The sources that failed when they were last asked."""
        return [feed for feed in self.all() if feed.failing_since]

    def find(self, name: str) -> FollowedSource | None:
        """The followed source with this slug, address or category."""
        name = name.strip().casefold()
        return next((feed for feed in self.sources() if name in (feed.slug, feed.url.casefold())), None)

    def papers(self) -> dict[str, int]:
        """Number of listed papers by source, without the daily papers."""
        listed = "CROSS JOIN paper AS p ON p.pk = s.pk AND p.hidden = 0"
        counts = dict(self._rows(f"SELECT s.source, count(*) FROM paper_source AS s {listed} GROUP BY s.source"))
        for feed in self.sources():
            if feed.kind == "arxiv":
                sql = f"SELECT count(*) FROM paper_category AS s {listed} WHERE category = ?"
                ((counts[feed.slug],),) = self._rows(sql, feed.url)
        return counts

    # Complete days

    def coverage(self, category: str) -> Coverage:
        """The coverage of an arXiv category; empty if nothing is known."""
        with self._reading() as connection:
            return category_coverage(connection, category)

    def cover(self, category: str, known: Coverage) -> None:
        """Store the coverage of an arXiv category."""
        with self._reading() as connection:
            meta.remember(connection, f"{_ANNOUNCED}{category}", json.dumps(known))

    def freshness(self, today: date) -> tuple[Freshness, ...]:
        """How recent and complete each source is on a day (UTC): the daily papers first, then the followed sources."""
        feeds = {feed.slug: feed for feed in self.all()}
        with self._reading() as connection:
            daily = daily_coverage(connection, today)
            covered = {
                slug: category_coverage(connection, feed.url) for slug, feed in feeds.items() if feed.kind == "arxiv"
            }
        stamp = last_refresh(self._path)
        asked = utc_stamp(stamp.astimezone(UTC)) if stamp else None
        hf = feeds.pop("hf", None)
        failure = (hf.failing_since, hf.error) if hf else (None, None)
        rest = (
            Freshness(slug, feed.title, feed.kind, feed.answered, feed.failing_since, feed.error, covered.get(slug))
            for slug, feed in feeds.items()
        )
        return (Freshness("hf", OWN["hf"], "own", asked, *failure, daily), *rest)

    # Follow

    def follow(
        self, kind: Kind, url: str, title: str, slug: str, now: str, *, home: str | None = None, folder: str = ""
    ) -> FollowedSource | None:
        """Follow a source under a new slug; return None if its address is already followed."""
        if self.find(url) is not None:
            return None
        taken = {name for (name,) in self._rows("SELECT slug FROM feed")} | OWN.keys() | {"page"}
        names = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
        slug = next(name for name in names if name not in taken)
        feed = {"kind": kind, "url": url, "title": title, "home": home, "folder": folder, "added": now}
        self._record({slug: json.dumps(feed, ensure_ascii=False)})
        return self.find(slug)

    def unfollow(self, slug: str) -> None:
        """Stop following a source; its papers stay."""
        with self._reading() as connection:
            row = connection.execute("SELECT url FROM feed WHERE slug = ?", (slug,)).fetchone()
            # Another machine may have followed its address under another slug.
            slugs = {slug, *(slugs_of(connection, row[0]) if row else ())}
        self._record(dict.fromkeys(sorted(slugs), ""))

    def _record(self, feeds: Mapping[str, str]) -> None:
        """Follow or unfollow feeds by rows of the log, from which the list of feeds is derived."""
        with closing(Events.open(self._path)) as events:
            events.decide([(f"{FOLLOW}{slug}", value) for slug, value in feeds.items()])

    # Outcomes

    def record_answer(
        self, slug: str, now: str | None = None, etag: str | None = None, modified: str | None = None
    ) -> None:
        """Record that a source answered at `now` and its papers are stored; without `now`, that nothing was new.

        Without `now` this writes only if the source was failing.
        """
        with self._writing() as connection:
            if now is None:
                healed = (
                    "UPDATE feed SET failing_since = NULL, error = NULL WHERE slug = ? AND failing_since IS NOT NULL"
                )
                connection.execute(healed, (slug,))
            else:
                columns = "failing_since = NULL, error = NULL, answered = ?, etag = ?, modified = ?"
                connection.execute(f"UPDATE feed SET {columns} WHERE slug = ?", (now, etag, modified, slug))

    def record_failure(self, slug: str, now: str, error: str) -> None:
        """Record that a source failed, and why."""
        with self._writing() as connection:
            if slug in OWN:
                own = (
                    "INSERT OR IGNORE INTO feed (slug, kind, url, title, folder, added) VALUES (?, 'own', ?, ?, '', ?)"
                )
                connection.execute(own, (slug, slug, OWN[slug], now))
            failed = "UPDATE feed SET failing_since = coalesce(failing_since, ?1), error = ?2"
            connection.execute(f"{failed} WHERE slug = ?3 AND error IS NOT ?2", (now, error, slug))

    # Categories from arXiv

    def papers_without_categories(self, asked_before: str, limit: int) -> list[str]:
        """Ids of the newest papers without categories about which arXiv was last asked before a day (ISO), or never."""
        sql = (
            f"SELECT p.id FROM {_UNCATEGORIZED} AND coalesce(t.arxiv_asked, '') < ?"
            " ORDER BY p.sort_day DESC, p.upvotes DESC LIMIT ?"
        )
        return [id for (id,) in self._rows(sql, asked_before, limit)]

    def record_request(self, ids: Iterable[str], day: str) -> None:
        """Record that arXiv was asked about these papers on a day."""
        with self._writing() as connection:
            note_arxiv_asked(connection, ids, day)
            meta.put(connection, _LAST_ASKED, day)

    def last_asked(self) -> str | None:
        """The ISO day on which arXiv was last asked for categories."""
        with self._reading() as connection:
            return meta.get(connection, _LAST_ASKED)

    # Papers that the user marked

    def missing_papers(self, today: date, limit: int) -> list[str]:
        """ArXiv ids of starred, tagged, noted or queued papers that the cache lacks, newest marks first.

        Papers that no source had within a week, or in three tries, are left out.
        """
        with self._reading() as connection:
            rows = connection.execute(_LOST, {"before": _retry_day(today), "limit": limit})
            return [id for (id,) in rows]

    def record_not_found(self, ids: Iterable[str], day: str) -> None:
        """Record that no source had these papers on a day (ISO)."""
        with self._writing() as connection:
            connection.executemany(_NOT_FOUND, [(f"{_NO_SOURCE}{id}", day) for id in ids])

    def sources_of(self, ids: Iterable[str]) -> dict[str, str]:
        """The source that brought each paper first, by id; papers that are not in the cache are left out."""
        sql = "SELECT id, source FROM paper WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, json.dumps(list(ids))))


def _retry_day(today: date) -> str:
    return (today - timedelta(days=RETRY_DAYS)).isoformat()


def waiting_titles(file: Path, today: date) -> list[TitleRecord]:
    """The papers of saved pages in the cache in `file` whose arXiv ids to look up by their titles, new ones first."""
    with connections.open_database(file) as cache:
        rows = cache.execute(_WITHOUT_ID, {"before": _retry_day(today)}).fetchall()
    return [TitleRecord(title, count or None, published, id) for title, count, published, id in rows]
