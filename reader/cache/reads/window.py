"""The data that the panes show, read with the standard sqlite3 for speed.

The first list is painted before SQLModel is imported (370 ms), so this module must not import it.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.cache.flags import FLAGS, passages_of
from reader.cache.keys import keys_of
from reader.cache.search.selection import register_functions
from reader.core.errors import CacheError
from reader.core.paper_row import UNKNOWN, Flag, PaperRow
from reader.database import connections, meta
from reader.database.sqlite_errors import explain_errors
from reader.paths import log_database

if TYPE_CHECKING:
    from reader.cache.feeds import Coverage
    from reader.cache.search.selection import Selection
    from reader.core.paper import Field as PaperField
    from reader.core.paper import Paper


class Order(NamedTuple):
    """The papers of a view in order, 8 bytes each, with the runs of days."""

    pks: Sequence[int]
    groups: tuple[tuple[str, int], ...] = ()
    """(ISO day or empty, papers) of each run, in order; empty if the order is not by day."""
    complete: bool = True
    """False for a first screenful if more papers follow."""
    is_ranked: bool = False
    """Whether the papers are ordered by how well they suit the user; each then has its reason."""
    is_by_fit: bool = False
    """Whether a search found so many papers that the best fit comes first instead of the newest day."""


# An index on each paper's newest day counts most papers; the few that are listed on more than one day are added.
# Joining a million papers to their listings would take 0.6 s instead of 0.1 s.
BY_DAY = "SELECT sort_day, count(*) FROM paper WHERE day IS NOT NULL AND hidden = 0 GROUP BY sort_day"
UNREAD_BY_DAY = (
    "SELECT sort_day, count(*) FROM paper WHERE read = 0 AND hidden = 0 AND day IS NOT NULL GROUP BY sort_day"
)
LISTED_AGAIN_BY_DAY = (
    "SELECT l.day, count(*), sum(p.read = 0) FROM paper AS p CROSS JOIN listing AS l ON l.pk = p.pk AND l.day <> p.day"
    " WHERE p.first_day < p.day AND p.hidden = 0 GROUP BY l.day"
)

BY_TOPIC = "SELECT topic, count(*) FROM paper_topic GROUP BY topic"
TOPICS_OF = "SELECT pt.topic, count(*) FROM ({pks}) AS p CROSS JOIN paper_topic AS pt ON pt.pk = p.pk GROUP BY pt.topic"
HIDDEN_BY_TOPIC = TOPICS_OF.format(pks="SELECT pk FROM paper WHERE hidden = 1")


T = TypeVar("T")

ROWS_PER_FETCH = 1_000
"""Rows fetched from SQLite at once, so that other threads can run within a frame."""

HIDDEN = f"(p.hidden AND NOT {FLAGS} & {Flag.FOUND:d})"
"""SQL: whether the user, a rule or a muted word hid the paper `p`."""

_SQL = {
    "day": "p.sort_day",
    "upvotes": f"nullif(p.upvotes, {UNKNOWN})",
    "comments": f"nullif(p.comments, {UNKNOWN})",
    "code": "p.has_code",
    "hidden": HIDDEN,
    "queued": "EXISTS (SELECT 1 FROM queue WHERE queue.pk = p.pk)",
    "has_text": "EXISTS (SELECT 1 FROM full_text WHERE full_text.pk = p.pk)",
}
_ROW_NAMES = PaperRow._fields[: PaperRow._fields.index("flags")]
ROW = ", ".join(_SQL.get(name, f"p.{name}") for name in _ROW_NAMES)
"""The columns of a `PaperRow` in SQL, in its order; its flags follow."""

_FIRST_STATE = PaperRow._fields.index("read")

VISIBLE = "p.hidden = 0"
"""The condition of an empty query."""

LATEST = "day:latest"
"""The query of the newest day."""

_NEWEST_DAY = "SELECT max(day) FROM listing"

_BY_INDEX = {
    LATEST: f"p.pk IN (SELECT pk FROM listing WHERE day = ({_NEWEST_DAY})) AND {VISIBLE}",
    "": VISIBLE,
    "is:unread": f"p.read = 0 AND {VISIBLE}",
    "is:starred": f"p.starred = 1 AND {VISIBLE}",
}
"""The conditions of the views that an index lists by day, keyed by query."""


class DayCount(NamedTuple):
    """A day with the numbers of all papers and of unread papers in the cache."""

    day: str
    """ISO date."""
    papers: int
    unread: int
    is_partial: bool = False
    """Whether the feed was never asked for the day, so that its papers came another way and more may follow."""
    incomplete: tuple[tuple[str, Coverage], ...] = ()
    """The followed categories that may lack papers of the day."""

    @property
    def plus(self) -> str:
        """The sign after its numbers."""
        return "+" if self.is_partial else ""


class FetchedDay(NamedTuple):
    """A day that lists papers or that the feed has answered for."""

    fetched: str
    """ISO time, UTC, of the last answer that changed the day or was the first after it settled; empty without one."""
    papers: int


class TopicCount(NamedTuple):
    """A topic and its number of papers in a selection."""

    slug: str
    name: str
    family: str
    papers: int


class Window:
    """Reads of one cache, for one thread at a time; only `interrupt` may come from another thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._version = self._data_version()

    @classmethod
    def open(cls, path: Path, patience: float = connections.BUSY_SECONDS) -> Window:
        """Open the cache at `path`, whose schema must be current (`schema.ensure`).

        A read waits up to `patience` seconds for another program that holds the cache.
        """
        with explain_errors(path):
            connection = connections.connect(path, query_only=True, patience=patience)
            with connections.closing_on_error(connection):
                register_functions(connection)
                return cls(connection, path)

    def close(self) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        """Make the query that is running in another thread fail with CacheInterrupted."""
        self._connection.interrupt()

    def has_changed(self) -> bool:
        """Whether another connection has written since the last call."""
        before, self._version = self._version, self._data_version()
        return before != self._version

    def _data_version(self) -> int:
        return int(self._value("PRAGMA data_version"))

    def learn(self) -> None:
        """Learn what suits the user, unless the cache can't be written; it takes a second after a mark.

        Commands call this before they list papers in the order of For you. The reader has it done by another process.
        """
        if os.access(self._path, os.W_OK):
            from reader.cache.choice import update

            # While another program writes, a list by the stored scores is better than no list.
            with suppress(CacheError):
                update(self._path)

    # Lists

    @staticmethod
    def is_by_index(query: str) -> bool:
        """Whether `first_by_day` can read a query: a view's query that works without the query language."""
        return query in _BY_INDEX

    def first_by_day(self, query: str, limit: int) -> Order:
        """The first papers of a view's query by day, without the query language (20 ms to import)."""
        order = "p.sort_day DESC, p.upvotes DESC, p.pk DESC"
        select = f"SELECT p.pk, p.sort_day FROM paper AS p WHERE {_BY_INDEX[query]} ORDER BY {order} LIMIT ?"
        return self._read_order(select, (limit,), limit)

    def has_by_index(self, query: str, pk: int) -> bool:
        """Whether a paper is in the list of `first_by_day`."""
        return self._value(f"SELECT 1 FROM paper AS p WHERE p.pk = ? AND {_BY_INDEX[query]}", pk) is not None

    def has_news(self, since: str) -> bool:
        """Whether unread papers of the newest day came since a time (ISO, UTC)."""
        # Papers have only the second in which they were added; papers added in the second of `since` count as seen.
        news = f"SELECT 1 FROM paper AS p WHERE {_BY_INDEX[LATEST]} AND p.read = 0 AND p.added > ?"
        return self._value(news, f"{since[:19]}Z") is not None

    def news(self, since: str, after: int | None = None) -> tuple[int, int, str, int]:
        """The numbers of unread papers since a time (ISO, UTC) and of their days, the newest day, and the last key.

        `after` is the key of the last paper that the user knows of, if known; it is more exact than the time, which is
        kept in seconds. Days more than 30 days before that time do not count, as they were fetched late.
        """
        came, last = ("p.added > ?", f"{since[:19]}Z") if after is None else ("p.pk > ?", after)
        ((papers, days, newest, last_key),) = self._rows(
            "SELECT count(*), count(DISTINCT p.sort_day), max(p.sort_day), max(p.pk) FROM paper AS p"
            f" WHERE {VISIBLE} AND p.read = 0 AND {came} AND p.sort_day > date(?, '-30 days')",
            *(last, since[:10]),
        )
        return papers, days, newest or "", last_key or 0

    def last_key(self) -> int:
        """The greatest key of a paper, which is about the number of papers; 0 without papers."""
        return self._value("SELECT max(pk) FROM paper") or 0

    def _rows(self, select: str, *values: object) -> list[Any]:
        with explain_errors(self._path):
            return self._connection.execute(select, values).fetchall()

    def _value(self, select: str, *values: object) -> Any:
        """The first value of the first row; None if there is no row."""
        with explain_errors(self._path):
            return next(iter(self._connection.execute(select, values).fetchone() or ()), None)

    def first(self, selection: Selection, limit: int) -> Order:
        """The first `limit` papers of a selection."""
        if selection.is_for_you:
            # Subjects take turns in the first places, so the whole order is needed.
            whole = self.order(selection)
            if selection.offer is not None:
                return whole
            return whole._replace(pks=whole.pks[:limit], complete=len(whole.pks) < limit)
        return self._read_order(*self._resolve(selection).statement(limit), limit, grouped=selection.grouped_by_day)

    def order(self, selection: Selection) -> Order:
        """All papers of a selection, in order."""
        is_ranked = selection.is_for_you and self._value("SELECT 1 FROM suits WHERE score > 0 LIMIT 1") is not None
        if selection.offer and not is_ranked:
            return Order(())
        order = self._read_order(*self._resolve(selection).statement(), grouped=selection.grouped_by_day)
        if selection.offer is not None:
            from reader.cache.choice import offer_papers

            order = order._replace(pks=self.read(partial(offer_papers, ranked=order.pks, parts=selection.offer)))
        return order._replace(is_ranked=is_ranked)

    def _read_order(self, select: str, values: Sequence[object], limit: int = -1, *, grouped: bool = True) -> Order:
        """The papers of a SELECT of keys and days; with a limit, perhaps only the beginning of the list."""
        pks = array("q")
        groups: list[tuple[str, int]] = []
        with explain_errors(self._path):
            cursor = self._connection.execute(select, values)
            while chunk := cursor.fetchmany(ROWS_PER_FETCH):
                pks.extend([row[0] for row in chunk])
                for day, run in groupby(chunk, key=lambda row: row[1]):
                    count = groups.pop()[1] if groups and groups[-1][0] == day else 0
                    groups.append((day, count + sum(1 for _ in run)))
        return Order(pks, tuple(groups) if grouped else (), complete=limit < 0 or len(pks) < limit)

    def _resolve(self, selection: Selection) -> Selection:
        """The selection with its papers, if it is a search for the papers that fit a text best."""
        if selection.near is None:
            return selection
        from reader.cache.search.free_text import nearest

        with explain_errors(self._path):
            return nearest(self._connection, selection)

    def count(self, selection: Selection) -> int:
        """How many papers a selection has."""
        if selection.where.sql == VISIBLE:
            # Counting a whole table takes a tenth of the time for reading its rows.
            return int(self._value("SELECT count(*) - (SELECT count(*) FROM paper WHERE hidden = 1) FROM paper"))
        where = self._resolve(selection).where
        return int(self._value(f"SELECT count(*) FROM paper AS p WHERE {where.sql}", *where.params))

    # Papers

    def rows(self, pks: Sequence[int]) -> list[PaperRow]:
        """The rows of these papers, in this order; dropped papers are left out."""
        marks, first = ",".join("?" * len(pks)), _FIRST_STATE
        rows = self._rows(f"SELECT {ROW}, {FLAGS} FROM paper AS p WHERE p.pk IN ({marks})", *pks)
        by_pk = {row[0]: PaperRow(*row[:first], *map(bool, row[first:-1]), *row[-1:]) for row in rows}
        return [by_pk[pk] for pk in pks if pk in by_pk]

    def paper(self, pk: int) -> Paper | None:
        """One whole paper; None if the cache does not have it."""
        return self.read(partial(_read_paper, pk=pk))

    def papers(self, pks: Iterable[int]) -> Iterable[Paper]:
        """Whole papers, one at a time: an export of all papers takes little memory."""
        return (paper for pk in pks if (paper := self.paper(pk)) is not None)

    def pk_of(self, id: str) -> int | None:
        """The key of the paper with this id, or with this alias that it had before its arXiv id was known."""
        return self.read(partial(keys_of, ids=[id])).get(id)

    def pk_of_doi(self, doi: str) -> int | None:
        """The key of the paper with a publisher's DOI; this reads all papers."""
        pk: int | None = self._value("SELECT pk FROM paper_text WHERE doi = ? COLLATE NOCASE LIMIT 1", doi)
        return pk

    # Counts for the filter pane

    def has_papers(self) -> bool:
        """Whether there is any paper at all."""
        return self._value("SELECT 1 FROM paper LIMIT 1") is not None

    def has_unfinished_marks(self) -> bool:
        """Whether the log has rows that the cache does not include yet, or is missing; takes less than 1 ms."""
        log = log_database(self._path)
        try:
            with closing(connections.connect(log, query_only=True)) as connection:
                edition, last = connection.execute(
                    "SELECT (SELECT value FROM meta WHERE key = 'edition'), (SELECT max(number) FROM event)"
                ).fetchone()
        except sqlite3.Error:
            return True
        return self.meta("log_applied") != f"{edition} {last or 0}"

    def topic_names(self) -> dict[str, str]:
        """Names of topics by slug, in the order of the rules."""
        return dict(self._rows("SELECT slug, name FROM topic ORDER BY pk"))

    def newest_day(self) -> str | None:
        """The newest day that lists a paper."""
        day: str | None = self._value(_NEWEST_DAY)
        return day

    def older_day(self, day: str, steps: int, selection: Selection | None = None) -> str | None:
        """The day `steps` days older than `day`, newer if negative; None past the ends.

        Only days that list a paper of the selection count; by default, any paper that is not hidden.
        """
        side, order = ("<", "DESC") if steps > 0 else (">", "ASC")
        where, values = (VISIBLE, ()) if selection is None else self._resolve(selection).ordered
        older: str | None = self._value(
            "SELECT DISTINCT l.day FROM listing AS l CROSS JOIN paper AS p ON p.pk = l.pk"
            f" WHERE {where} AND l.day {side} ? ORDER BY l.day {order} LIMIT 1 OFFSET ?",
            *(*values, day, abs(steps) - 1),
        )
        return older

    def day_counts(self, first: str, last: str) -> dict[str, DayCount]:
        """The days from `first` to `last` (ISO, both included) that the feed has answered for or that list papers."""
        rows = self._rows(
            "SELECT d.day, coalesce(sum(p.hidden = 0), 0), coalesce(sum(p.read = 0 AND p.hidden = 0), 0),"
            " d.fetched = '' FROM day AS d LEFT JOIN listing AS l ON l.day = d.day"
            " LEFT JOIN paper AS p ON p.pk = l.pk"
            " WHERE d.day BETWEEN ? AND ? AND (d.fetched <> '' OR d.papers > 0) GROUP BY d.day",
            *(first, last),
        )
        return {day: DayCount(day, papers, unread, bool(is_partial)) for day, papers, unread, is_partial in rows}

    def days(self) -> list[DayCount]:
        """The days that list papers, newest first; hidden papers are not counted."""
        from reader.cache.feeds import incomplete_days

        papers, unread = Counter(dict(self._rows(BY_DAY))), Counter(dict(self._rows(UNREAD_BY_DAY)))
        for day, more, more_unread in self._rows(LISTED_AGAIN_BY_DAY):
            papers[day] += more
            unread[day] += more_unread
        incomplete = {day: tuple(known) for day, known in self.read(incomplete_days).items()}
        partial = self.partial_days()
        newest = sorted(papers, reverse=True)
        return [DayCount(day, papers[day], unread[day], day in partial, incomplete.get(day, ())) for day in newest]

    def partial_days(self) -> frozenset[str]:
        """The days with papers for which the feed was never asked."""
        return frozenset(day for day, known in self.fetched_days().items() if not known.fetched)

    def fetched_days(self, first: str = "", last: str = "9") -> dict[str, FetchedDay]:
        """The feed's answers for the days from `first` to `last` (ISO, both included)."""
        rows = self._rows("SELECT day, fetched, papers FROM day WHERE day BETWEEN ? AND ?", first, last)
        return {day: FetchedDay(fetched, papers) for day, fetched, papers in rows}

    def topics(self, selection: Selection | None = None) -> list[TopicCount]:
        """Every topic with its number of papers in a selection, by default of all papers that are not hidden."""
        if selection is None or selection.where.sql == VISIBLE:
            counts = Counter(dict(self._rows(BY_TOPIC)))
            counts.subtract(dict(self._rows(HIDDEN_BY_TOPIC)))
        else:
            where = self._resolve(selection).where
            pks = f"SELECT p.pk AS pk FROM paper AS p WHERE {where.sql}"
            counts = Counter(dict(self._rows(TOPICS_OF.format(pks=pks), *where.params)))
        named = self._rows("SELECT pk, slug, name, family FROM topic ORDER BY pk")
        return [TopicCount(slug, name, family, counts[key]) for key, slug, name, family in named]

    # Queries of other modules

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run another module's function on the connection."""
        with explain_errors(self._path):
            return question(self._connection)

    def meta(self, key: str) -> str | None:
        """The value of one of the cache's own facts; None if it is not set."""
        return self.read(partial(meta.get, key=key))


# Whole papers


@cache
def _paper_columns() -> tuple[str, tuple[str, ...], tuple[PaperField, ...]]:
    """The stored columns of a `Paper`, the names of their fields, and the fields to decode.

    Computed late, since lists need only part of a paper and are drawn first.
    """
    from reader.core.paper import FIELDS

    stored = tuple(field for field in FIELDS if field.rules.table is not None)
    decoded = tuple(field for field in stored if field.type in (tuple, bool) or field.rules.unknown is not None)
    columns = ", ".join(
        HIDDEN if field.name == "hidden" else f"{'p' if field.rules.table == 'paper' else 't'}.{field.name}"
        for field in stored
    )
    return columns, tuple(field.name for field in stored), decoded


def _read_paper(connection: sqlite3.Connection, pk: int) -> Paper | None:
    """One whole paper; None if the cache does not have it."""
    from reader.core.paper import Paper

    columns, names, decoded = _paper_columns()
    sql = f"SELECT {columns} FROM paper AS p JOIN paper_text AS t USING (pk) WHERE p.pk = ?"
    if (row := connection.execute(sql, (pk,)).fetchone()) is None:
        return None
    values = dict(zip(names, row, strict=True))
    for field in decoded:
        values[field.name] = field.decode(values[field.name])
    note, queued = connection.execute(_STATE, {"pk": pk}).fetchone()
    return Paper(
        **values,
        pk=pk,
        topics=tuple(slug for (slug,) in connection.execute(_TOPICS, (pk,))),
        queued=bool(queued),
        tags=tuple(tag for (tag,) in connection.execute(_TAGS, (pk,))),
        note=note,
        highlights=tuple(passage.as_text(values["id"]) for passage in passages_of(connection, pk)),
    )


_STATE = "SELECT (SELECT body FROM note WHERE pk = :pk), EXISTS (SELECT 1 FROM queue WHERE pk = :pk)"
_TAGS = "SELECT tag FROM paper_tag WHERE pk = ? ORDER BY tag"
_TOPICS = "SELECT slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic WHERE pt.pk = ? ORDER BY pt.rank"
