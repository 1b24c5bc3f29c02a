"""How papers enter the cache, and how old ones leave it.

Drafts of feeds and files are matched to papers, merged, written and classified in short transactions. The statements
about papers follow from the SQLModel tables, without ORM objects: 10,000 rows take 62 ms, as ORM objects 764 ms.

Starred, tagged, noted and queued papers are never dropped. The user's marks stay too, and apply again if a paper
returns.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import DBAPIError

from reader.cache import schema, texts
from reader.cache.flags import having
from reader.cache.history import events_between
from reader.cache.keys import keys_of
from reader.cache.marks import derive
from reader.cache.reads.window import FetchedDay
from reader.cache.standing import TEXTS, follow_papers
from reader.cache.tables import BLANK, PAPER, TEXT
from reader.core.addresses import urls_in, what_is
from reader.core.dates import SETTLING_DAYS, is_settled
from reader.core.ids import FEED_PREFIX, OWN_PREFIXES, PAGE_PREFIX, page_id
from reader.core.paper import COLUMNS, Draft, Listing, Merge
from reader.core.paper_row import Flag
from reader.core.text import fold, title_hash
from reader.core.titles import TitleRecord, is_same
from reader.database import connections, meta
from reader.database.sqlite_errors import explain

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics

CLASSIFIED = ("title", "abstract", "keywords")
"""Columns that decide a paper's topics."""

TITLE_LETTERS = 25
"""Minimum letters for a title to identify a paper: many feeds have an entry called `Week 12`."""

DAILY = "hf"
"""The source that nearly all papers come from."""

PAGE = "page"
"""The source of saved pages' papers."""


@dataclass(slots=True)
class MergedPaper:
    """A paper of the batch, before and after the merge."""

    pk: int
    known: Mapping[str, Any] | None
    """The stored columns; None for a new paper."""
    after: Values
    is_identified: bool = False
    """Whether it has just got its arXiv id, so that facts that arrive with it are not news."""

    @property
    def changed_values(self) -> Values:
        known = self.known or {}
        return {column: value for column, value in self.after.items() if column not in known or known[column] != value}


class Batch:
    """The drafts of one transaction; `topic_keys` maps slugs to `topic.pk`."""

    def __init__(self, connection: Connection, classifier: Topics, topic_keys: Mapping[str, int]) -> None:
        self._connection = connection
        self._driver = driver_of(connection)
        self._classifier = classifier
        self._topic_keys = topic_keys
        self._by_id: dict[str, MergedPaper] = {}
        self._by_title: dict[int, list[MergedPaper]] = {}
        self._replaced: dict[str, int] = {}
        """Ids of papers that turned out to be duplicates, with the keys of the papers that replace them."""
        (self._last_known,) = self._driver.execute(_GREATEST_KEY).fetchone()
        """The greatest key ever used."""

    def store(
        self, drafts: Sequence[tuple[Draft, str | None]], now: str, *, newer: bool, only_found: bool = False
    ) -> tuple[int, int]:
        """Merge drafts, each with the day that lists it; return how many papers are new and how many changed.

        With `only_found`, new papers are hidden until the user marks them or another source lists them.
        """
        self._look_up([draft for draft, _ in drafts])
        pk = self._last_known
        entries: dict[int, MergedPaper] = {}
        listed: dict[tuple[str, int], None] = {}
        sources: dict[tuple[str, int], None] = {}
        aliases: dict[str, int] = {}
        for draft, day in drafts:
            entry = self._match(draft)
            if entry is None:
                pk += 1
                entry = MergedPaper(pk, None, {**BLANK, "id": _id(draft), "source": draft.source, "added": now})
                self._remember(entry)
            elif _id(draft) not in self._by_id:
                # It is the same paper by its title, and events may use either id.
                aliases[self._take_id(entry, draft) if draft.id else _id(draft)] = entry.pk
            # A page's values give way to the paper's own record.
            entry.after |= merge_draft(entry.after, draft, day, newer=newer or entry.is_identified)
            entries[entry.pk] = entry
            if day is not None:
                listed[day, entry.pk] = None
            if draft.source != DAILY or entry.after["source"] != DAILY:
                sources[draft.source, entry.pk] = None
        new = [entry for entry in entries.values() if entry.known is None]
        changed = [entry for entry in entries.values() if entry.known is not None and entry.changed_values]
        known = [entry for entry in changed if not entry.is_identified]
        self._insert(new)
        self._record_events(known, now)
        self._update(changed)
        aliases |= self._replaced
        sources |= dict.fromkeys((PAGE, pk) for pk in self._replaced.values())
        self._add("paper_alias", ("id", "pk"), aliases.items())
        if only_found:
            derive.hide_found(self._driver, {entry.pk for entry in new})
        else:
            derive.keep_found(self._driver, ", ".join(str(pk) for pk in entries))
        # Earlier events may concern papers that are new here or have a new id.
        derive.adopt(self._driver, {*(entry.pk for entry in new), *aliases.values()})
        self._add("listing", ("day", "pk"), listed)
        self._add("paper_source", ("source", "pk"), sources)
        self._categorize([entry for entry in (*new, *changed) if entry.changed_values.get("categories")])
        written = {entry.pk: (entry.after, entry.changed_values.keys()) for entry in new + changed}
        self.describe(
            {pk: after for pk, (after, columns) in written.items() if not columns.isdisjoint(CLASSIFIED)},
            [pk for pk, (_, columns) in written.items() if columns & TEXTS],
        )
        return len(new), len(changed)

    def describe(self, classified: Mapping[int, Mapping[str, Any]], others: Iterable[int] = ()) -> None:
        """Derive the topics of papers, and for these and others, whether they are followed or muted.

        `classified` maps keys to the columns `CLASSIFIED`.
        """
        self._classify(classified)
        described = {*classified, *others}
        follow_papers(self._driver, described)
        derive.mute(self._driver, described)

    def _look_up(self, drafts: Iterable[Draft]) -> None:
        hashes = {title_hash(draft.title) for draft in drafts}
        ids = {draft.id for draft in drafts if draft.id}
        own = {draft.entry or page_id(draft.title) for draft in drafts if draft.entry or not draft.id}
        columns = [*PAPER.c, *(column for column in TEXT.c if column.name != "pk")]
        aliases: dict[str, int] = dict(self._driver.execute(_ALIASES, (json.dumps([*own]),)).fetchall())
        matching = or_(PAPER.c.id.in_(ids | own), PAPER.c.title_hash.in_(hashes), PAPER.c.pk.in_(aliases.values()))
        statement = select(*columns).join(TEXT, TEXT.c.pk == PAPER.c.pk).where(matching)
        for row in self._connection.execute(statement).mappings():
            self._remember(MergedPaper(row["pk"], dict(row), dict(row)))
        by_key = {entry.pk: entry for entry in self._by_id.values()}
        self._by_id |= {id: by_key[pk] for id, pk in aliases.items()}

    def _remember(self, entry: MergedPaper) -> None:
        self._by_id[entry.after["id"]] = entry
        same = self._by_title.setdefault(entry.after["title_hash"], [])
        if entry not in same:
            # If several papers share a title, drafts match one that still lacks its arXiv id.
            same.insert(0 if entry.after["id"].startswith(OWN_PREFIXES) else len(same), entry)

    def _match(self, draft: Draft) -> MergedPaper | None:
        """The paper that a draft describes: by id, or by title if the draft or the paper has no arXiv id."""
        found = self._by_id.get(_id(draft))
        former = self._by_id.get(draft.entry) if draft.id and draft.entry else None
        if found and former and found is not former and former.known:
            self._join(former, found)
        if found or former:
            return found or former
        same = [entry for entry in self._by_title.get(title_hash(draft.title), ()) if self._may_be(draft, entry)]
        is_clear = len(same) == 1 or not any(_is_of_page(draft, entry) for entry in same)
        return same[0] if same and is_clear else None

    @staticmethod
    def _may_be(draft: Draft, entry: MergedPaper) -> bool:
        if draft.id and not entry.after["id"].startswith(OWN_PREFIXES):
            return False
        if _is_of_page(draft, entry):
            count = len(draft.authors) or draft.author_count
            known = TitleRecord(entry.after["title"], entry.after["author_count"], entry.after["published"])
            return is_same(TitleRecord(draft.title, count, draft.published), known)
        of_a_feed = draft.entry is not None or entry.after["id"].startswith(FEED_PREFIX)
        return not of_a_feed or sum(map(str.isalnum, fold(draft.title))) >= TITLE_LETTERS

    def _join(self, former: MergedPaper, entry: MergedPaper) -> None:
        """Merge a saved page's paper into another one, which takes over its marks and place."""
        self._driver.execute("UPDATE OR IGNORE paper_alias SET pk = ? WHERE pk = ?", (entry.pk, former.pk))
        remove(self._driver, [former.pk])
        self._replaced[former.after["id"]] = entry.pk

    def _take_id(self, entry: MergedPaper, draft: Draft) -> str:
        """Give a paper its arXiv id; return the old one, which stays as an alias."""
        old: str = entry.after["id"]
        entry.after |= {"id": draft.id, "source": draft.source}
        entry.is_identified = old.startswith(PAGE_PREFIX)
        self._remember(entry)
        return old

    def _insert(self, entries: Sequence[MergedPaper]) -> None:
        rows = [{**entry.after, "pk": entry.pk} for entry in entries]
        for table in (PAPER, TEXT):
            names = table.c.keys()
            self._add(table.name, names, [tuple(map(row.__getitem__, names)) for row in rows], "FAIL")

    def _add(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], conflict: str = "IGNORE") -> None:
        """Insert rows by the driver, which needs no dictionaries; existing rows stay."""
        values = ", ".join("?" * len(columns))
        sql = f"INSERT OR {conflict} INTO {table} ({', '.join(columns)}) VALUES ({values})"
        self._driver.executemany(sql, rows)

    def _record_events(self, entries: Sequence[MergedPaper], now: str) -> None:
        """Record what happened to papers that were known, such as a new version."""
        at = int(datetime.fromisoformat(now).timestamp())
        happened = ((entry.pk, at, events_between(entry.known, entry.after)) for entry in entries if entry.known)
        rows = [row for row in happened if row[2]]
        self._add("paper_event", ("pk", "at", "events"), rows, "REPLACE")

    def _update(self, entries: Iterable[MergedPaper]) -> None:
        """Write only the changed columns, so that triggers index only changed texts."""
        for entry in entries:
            for table in (PAPER, TEXT):
                values = {column: value for column, value in entry.changed_values.items() if column in table.c}
                if values:
                    columns = ", ".join(f"{column} = ?" for column in values)
                    self._driver.execute(
                        f"UPDATE {table.name} SET {columns} WHERE pk = ?", (*values.values(), entry.pk)
                    )

    def _categorize(self, entries: Sequence[MergedPaper]) -> None:
        if entries:
            before = [(entry.pk,) for entry in entries if entry.known is not None]
            self._driver.executemany("DELETE FROM paper_category WHERE pk = ?", before)
            categories = [(name, entry.pk) for entry in entries for name in entry.after["categories"].split("\n")]
            self._add("paper_category", ("category", "pk"), categories)

    def _classify(self, papers: Mapping[int, Mapping[str, Any]]) -> None:
        rows = list[tuple[int, int, int]]()
        for pk, paper in papers.items():
            slugs = self._classifier.classify(paper["title"], paper["abstract"], paper["keywords"].split("\n"))
            rows += [(self._topic_keys[slug], pk, rank) for rank, slug in enumerate(slugs)]
        known = [(pk,) for pk in papers if pk <= self._last_known]
        self._driver.executemany("DELETE FROM paper_topic WHERE pk = ?", known)
        self._add("paper_topic", ("topic", "pk", "rank"), rows)


_GREATEST_KEY = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'paper'), 0)"
_ALIASES = "SELECT id, pk FROM paper_alias WHERE id IN (SELECT value FROM json_each(?))"


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection, for the statements about small tables."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _id(draft: Draft) -> str:
    return draft.id or draft.entry or page_id(draft.title)


def _is_of_page(draft: Draft, entry: MergedPaper) -> bool:
    """Whether a draft or a paper comes from a saved page, so that its title alone does not identify it."""
    return draft.source == PAGE or entry.after["id"].startswith(PAGE_PREFIX)


Values = dict[str, Any]
"""Column values of `paper` and `paper_text` together, without the key."""


# Every draft of a refresh goes through this loop. Plain tuples make it as quick as an unrolled one: 6 us a draft.
_MERGED = tuple((field.name, field.type is tuple, field.rules.merge) for field in COLUMNS)


def merge_draft(known: Mapping[str, Any], draft: Draft, day: str | None, *, newer: bool) -> Values:
    """Return the columns that a draft listed on `day` changes, and only those.

    Values missing from the draft stay. With `newer` False, the draft may be older than the cache, such as one from a
    file: it fills gaps and raises counts, but replaces nothing.
    """
    after = dict(known)
    for name, is_list, merge in _MERGED:
        value = getattr(draft, name)
        if is_list:
            value = "\n".join(value)
        # A count of 0 is a value; None, an empty text and an empty list are not.
        if (value or value == 0) and value != known[name]:
            is_newer = newer or (merge == "arxiv" and draft.by_arxiv)
            after[name] = _choose_value(merge, known[name], value, newer=is_newer)
    if draft.authors and after["authors"] == "\n".join(draft.authors):
        after["author_count"] = len(draft.authors)
    elif draft.author_count and not after["author_count"]:
        after["author_count"] = draft.author_count
    if day is not None:
        after["day"] = max(day, known["day"] or day)
        after["first_day"] = min(day, known["first_day"] or day)
    after["sort_day"] = after["day"] or after["published"] or known["sort_day"] or draft.announced or ""
    if any(after[column] != known[column] for column in ("abstract", "remark")):
        after["addresses"] = "\n".join(urls_in(after["abstract"], after["remark"])) or None
    kinds = {what_is(url) for url in after["addresses"].split("\n")} if after["addresses"] else ()
    after["has_code"] = int(bool(after["code_url"]) or "code" in kinds)
    after["has_project"] = int(bool(after["project_url"]) or "project" in kinds)
    after["has_media"] = int(bool(after["media"]))
    if any(after[column] != known[column] for column in ("remark", "journal")):
        from reader.core.venue import read_venue

        after["venue"] = read_venue(after["remark"], after["journal"])
    if after["title"] != known["title"]:
        after["title_hash"] = title_hash(after["title"])
    return {column: value for column, value in after.items() if value != known[column]}


def _choose_value(merge: Merge | None, known: Any, new: Any, *, newer: bool) -> Any:
    if known in (None, ""):
        return new
    if merge == "growing":
        return max(known, new)
    if merge == "versions":
        return _join_versions(known, new)
    if merge == "count" and new > known:
        return new
    return new if newer else known


def _join_versions(known: str, new: str) -> str:
    """All versions of two lists in order, such as `v1 2026-09-11`; where they differ, the second list applies."""
    dates = dict(line.partition(" ")[::2] for line in (*known.split("\n"), *new.split("\n")))
    return "\n".join(f"{name} {dates[name]}" for name in sorted(dates, key=lambda name: (len(name), name)))


OF_A_PAPER = (
    *("paper_topic", "paper_category", "paper_source", "paper_event", "paper_alias", "trending", "listing"),
    *("full_text", "community", "paper_words", "suits", "paper_flags", "follow_paper"),
)
"""Tables with rows about a paper, apart from `paper` and `paper_text`."""

_FOUND = f"{having(Flag.FOUND)} AND (SELECT added FROM paper AS p WHERE p.pk = paper_flags.pk) < ?"

_OLD = """
    SELECT pk FROM paper WHERE sort_day < ? AND starred = 0 AND has_note = 0
    AND NOT EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = paper.pk)
    AND NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = paper.pk) ORDER BY sort_day, upvotes, pk LIMIT ?
"""


def drop(connection: sqlite3.Connection, before: str, limit: int) -> int:
    """Drop up to `limit` papers last listed before a day (ISO), in the caller's transaction; return how many."""
    pks = [pk for (pk,) in connection.execute(_OLD, (before, limit))]
    remove(connection, pks)
    return len(pks)


def remove(connection: sqlite3.Connection, pks: Sequence[int]) -> None:
    """Delete papers in the caller's transaction; their marks stay."""
    chosen = "(SELECT value FROM json_each(?))"
    keys = (json.dumps(pks),)
    derive.leave(connection, keys[0])
    texts.forget_words(connection, pks)
    days = connection.execute(f"SELECT DISTINCT day FROM listing WHERE pk IN {chosen}", keys).fetchall()
    for table in (*OF_A_PAPER, "paper_text", "paper"):
        connection.execute(f"DELETE FROM {table} WHERE pk IN {chosen}", keys)
    listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day)"
    connection.executemany(f"UPDATE day SET papers = {listed} WHERE day = ?", days)
    # A day whose papers are all dropped is unknown again rather than known to be empty.
    connection.executemany("DELETE FROM day WHERE day = ? AND papers = 0", days)


# The cache


PAPERS_PER_TRANSACTION = 200
"""Few enough that the write lock does not delay a key."""

OPTIMIZE_CHANGES = 1_000
"""Number of new or changed papers that may make the planner's statistics out of date."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """The result of storing some records."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    def __add__(self, other: StoreResult) -> StoreResult:
        return StoreResult(*map(int.__add__, astuple(self), astuple(other)))


class Cache:
    """The cache, for writing; its methods block, and only one thread may call them at a time."""

    def __init__(self, path: Path, classifier: Topics) -> None:
        self._path = path
        self._engine = connections.engine(path)
        self._classifier = classifier
        self._topic_keys: dict[str, int] = {}
        self._changes = 0

    @classmethod
    def open(cls, path: Path, classifier: Topics) -> Cache:
        """Open the cache at `path`; first create it or replace an older one, if needed."""
        schema.ensure(path)
        cache = cls(path, classifier)
        with connections.closing_on_error(cache):
            cache._sync_topics()
        return cache

    def close(self) -> None:
        self._engine.dispose()

    def rest(self) -> None:
        """Free memory and, after many changes, refresh the planner's statistics.

        Reads at most 2,000 rows of an index: with 1,000,000 papers, 1 s the first time, later almost nothing.
        """
        if self._changes >= OPTIMIZE_CHANGES:
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

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> StoreResult:
        """Merge one listing into the cache; see `store_all`."""
        return sum(self.store_all([listing], now, newer=newer, noted=noted), StoreResult())

    def store_all(
        self,
        listings: Iterable[Listing],
        now: str,
        *,
        newer: bool = True,
        noted: bool = True,
        only_found: bool = False,
    ) -> Iterator[StoreResult]:
        """Merge listings into the cache and yield the result of each transaction; `now` is ISO time, UTC.

        A listing only adds to its day, so a partial answer never replaces a fuller one. With `newer` False (for
        a file, which may be old) cached values stay and only gaps are filled. With `noted` False the listing may be
        only part of its day, so the day does not count as answered. With `only_found`, new papers stay hidden until
        the user marks them. A listing that changes nothing writes nothing.
        """
        for part, skipped in _parts(listings):
            drafts = [(draft, listing.day) for listing in part for draft in listing.drafts]
            days = {listing.day for listing in part if listing.day is not None}
            with self._transaction() as connection:
                driver = driver_of(connection)
                batch = Batch(connection, self._classifier, self._topic_keys)
                new, updated = batch.store(drafts, now, newer=newer, only_found=only_found)
                _note_days(driver, days, now if newer and noted else "")
                if newer and noted:
                    _note_answers(driver, part, now)
                same = sum(_count_papers(driver, listing.day) for listing in part if listing.is_unchanged)
            self._changes += new + updated
            yield StoreResult(new, updated, len(drafts) - new - updated + same, skipped)

    def store_trending(self, ranked: Sequence[Listing], now: str) -> StoreResult:
        """Merge the feed's ranked papers, best first, and replace the stored ranking."""
        stored = sum(self.store_all(ranked, now, noted=False), StoreResult())
        ids = dict.fromkeys(draft.id for listing in ranked for draft in listing.drafts)
        with self._writing() as connection:
            connection.execute("DELETE FROM trending")
            place = "INSERT INTO trending (pk, rank) SELECT pk, ? FROM paper WHERE id = ?"
            connection.executemany(place, enumerate(ids))
            meta.put(connection, "trending", now)
        return stored

    def known_days(self, first: str, last: str) -> Mapping[str, FetchedDay]:
        """The days from `first` to `last` (ISO, both included) that the feed has answered for."""
        with self._writing() as connection:
            known = "SELECT day, fetched, papers FROM day WHERE day BETWEEN ? AND ? AND fetched <> ''"
            return {day: FetchedDay(*values) for day, *values in connection.execute(known, (first, last))}

    def validators(self) -> dict[str, str]:
        """The ETags of the feed's last answers for days that have not settled, by ISO day."""
        with self._writing() as connection:
            tags = meta.facts_with_prefix(connection, _VALIDATOR)
        return {key.removeprefix(_VALIDATOR): tag for key, tag in tags.items()}

    def drop_before(self, day: str) -> Iterator[int]:
        """Drop the papers last listed before a day (ISO) that the user did not star, tag or note.

        Yields the number of papers dropped so far after each transaction.
        """
        total = 0
        while True:
            with self._writing() as connection:
                dropped = drop(connection, day, PAPERS_PER_TRANSACTION)
            if not dropped:
                return
            total += dropped
            self._changes += dropped
            yield total

    def store_found(self, results: Iterable[Listing], now: str) -> list[int]:
        """Store the results of a search on the feed, hidden until the user marks them; return their keys in order."""
        # Without their days: a day with a single known paper would be the newest one, or look complete.
        listings = [listing._replace(day=None) for listing in results]
        list(self.store_all(listings, now, newer=False, noted=False, only_found=True))
        ids = dict.fromkeys(draft.id for listing in listings for draft in listing.drafts if draft.id)
        with self._writing() as connection:
            return [*keys_of(connection, ids).values()]

    def drop_found(self, before: str) -> None:
        """Drop the papers that only a search on the feed found, before a time (ISO, UTC)."""
        with self._writing() as connection:
            remove(connection, [pk for (pk,) in connection.execute(_FOUND, (before,))])

    # Topics

    def _sync_topics(self) -> None:
        """Update the table of topics to the rules; papers keep their topics until `reclassify`."""
        topics = self._classifier.topics
        slugs = (json.dumps([topic.slug for topic in topics]),)
        with self._writing() as connection:
            for statement in _DROP_TOPICS:
                connection.execute(statement, slugs)
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
                rows = driver_of(connection).execute(_TO_CLASSIFY, (last, PAPERS_PER_TRANSACTION))
                papers = {pk: dict(zip(CLASSIFIED, texts, strict=True)) for pk, *texts in rows}
                Batch(connection, self._classifier, self._topic_keys).describe(papers)
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
    """Group listings into parts of about `PAPERS_PER_TRANSACTION` drafts, each with its number of skipped records."""
    part: list[Listing] = []
    size = skipped = 0
    for listing in listings:
        skipped += listing.skipped_count
        for start in range(0, len(listing.drafts) or 1, PAPERS_PER_TRANSACTION):
            drafts = listing.drafts[start : start + PAPERS_PER_TRANSACTION]
            is_last = start + PAPERS_PER_TRANSACTION >= len(listing.drafts)
            part.append(listing._replace(drafts=drafts, validator=listing.validator if is_last else None))
            size += len(drafts)
            if size >= PAPERS_PER_TRANSACTION:
                yield part, skipped
                part, size, skipped = [], 0, 0
    if part:
        yield part, skipped


def _note_days(connection: sqlite3.Connection, days: Iterable[str], fetched: str) -> None:
    """Store each day's number of papers and the time of the feed's answer; `fetched` is empty for a file."""
    connection.executemany(
        _NOTE_DAY, [{"day": day, "fetched": fetched, "settling": SETTLING_DAYS} for day in sorted(days)]
    )


# An answer is written only if it changed the day, is the first one, or is the first one since the day settled.
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
