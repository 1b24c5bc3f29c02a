"""Choose how to read a selection: its first rows, all its rows, or their number.

The first rows are read by the first way in this table that applies and does not give up. No clock decides: every bound
is a number of papers, or of steps of SQLite's virtual machine.

     way           applies to                        gives up                   why
  1  rank          order by relevance, words in at   never                      20,000 papers are ranked in 20 ms
                   most MOST_RANKED papers
  2  title first   order by relevance, more papers   never                      ranking "the model" takes 1 s
  3  few by index  terms other than words, by an     if all have more than      a rare topic, a tag or a day is looked
                   index                             HARDLY_ANY papers          up and sorted in 2 ms
  4  days          order by day, with words or       if it takes more work      common words fill the screen within
                   publication days                  than MOST_WALKED           some days (3 ms)
  5  walk          other queries; 4, if days and     after MOST_STEPS           what many papers have is found soon
                   keys are in different orders                                 (1 ms)
  6  few           terms by an index, the rarest     if all have more than FEW  20,000 papers are looked up and sorted
                   word, all words together          papers                     in 20 ms
  7  all           all other queries                 never                      words and topics are looked up whole

The papers that fit a free text best are few: `nearest.py` looks their keys up.

A walk by days that gives up is followed by 6. If 6 fails, the walk goes on; it ends in 7 if it tests texts and needs
ten times as much work. A look-up takes at most HARDLY_ANY papers if the other terms read their texts. All rows of a
selection, and their number, are read by 1, 2, 6 or 7. Papers that have the words only in their full text come after
all others: `in_texts`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple

from reader.cache.search.full_text import Clause, Param, bracketed, join_clauses
from reader.cache.search.selection import DayWalk, InTexts, Lookup, Selection, Word
from reader.cache.search.similar import nearest

FIRST_STRETCH, LONGEST_STRETCH = 1_000, 16_000
"""Papers of the first and of the longest stretch of days; each stretch is twice as long as the one before."""

MOST_SPREAD = 10
"""The keys of a stretch may span this many times its papers; beyond that, papers are not in the order of days."""


class Scattered(Exception):
    """Papers were not added in the order of their days, which makes a walk by stretches useless."""


class Stretch(NamedTuple):
    """A few days of a walk: the number of papers passed, and the rows found among them, in order."""

    papers: int
    rows: list[tuple[Any, ...]]


def walk_stretches(
    connection: sqlite3.Connection, walk: DayWalk, order: str, limit: int, columns: str
) -> Iterator[Stretch]:
    """Walk the days in order, with at most `limit` rows of each stretch; stretches that can't match are left out.

    Raises Scattered.
    """
    size, last_day = FIRST_STRETCH, None
    least, greatest = connection.execute(walk.keys.sql, walk.keys.params).fetchone() if walk.keys else (0, None)
    if least is None:
        return
    while True:
        last_day, days = _next_days(connection, walk, last_day, size)
        keys = f"SELECT min(pk), max(pk), count(*) FROM paper AS p WHERE {days.sql}"
        low, high, papers = connection.execute(keys, days.params).fetchone()
        if papers and high - low > MOST_SPREAD * max(papers, FIRST_STRETCH):
            raise Scattered
        if papers and high >= least and (greatest is None or low <= greatest):
            where = _condition(walk, days, low, high)
            sql = f"SELECT {columns} FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?"
            rows = connection.execute(sql, (*where.params, limit)).fetchall()
            yield Stretch(papers, rows)
        if last_day is None:
            return
        size = min(2 * size, LONGEST_STRETCH)


def _next_days(
    connection: sqlite3.Connection, walk: DayWalk, last_day: str | None, papers: int
) -> tuple[str | None, Clause]:
    """The last day of the next stretch (None for the walk's last stretch), and the condition on its days."""
    after, until, direction = (">", "<=", "ASC") if walk.upwards else ("<", ">=", "DESC")
    ahead = walk.bounds
    if last_day is not None:
        ahead = join_clauses([ahead, Clause(f"p.sort_day {after} ?", (last_day,))], "AND")
    sql = f"SELECT p.sort_day FROM paper AS p WHERE {ahead.sql} ORDER BY p.sort_day {direction} LIMIT 1 OFFSET ?"
    found = connection.execute(sql, (*ahead.params, papers - 1)).fetchone()
    if found is None:
        return None, ahead
    return found[0], join_clauses([ahead, Clause(f"p.sort_day {until} ?", (found[0],))], "AND")


def _condition(walk: DayWalk, days: Clause, low: int, high: int) -> Clause:
    """The whole condition for papers of some days with keys from `low` to `high`."""
    if walk.expression is None:
        return join_clauses([days, walk.rest], "AND")
    operator = "NOT IN" if walk.excludes else "IN"
    # The plus makes SQLite use the days' index: nothing is sorted, and reading ends with the last row needed.
    words = f"+p.pk {operator} (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rowid BETWEEN ? AND ?)"
    return join_clauses([days, Clause(words, (walk.expression, low, high)), walk.rest], "AND")


COLUMNS = "p.pk, p.sort_day"
"""What is read of each paper: its key and the day by which it is sorted."""

HARDLY_ANY = 2_000
"""The texts of this many papers are read within 20 ms; their rows are sorted within 2 ms."""

FEW = 20_000
"""This many papers are looked up and sorted within 20 ms."""

MOST_WALKED = 100_000
"""Maximum work of a walk by days to fill the screen, estimated from the papers found: 50 ms. A paper counts 1."""

TEXT_TEST = 20
"""The work of a test of a paper's text for words: 10 us."""

JUDGED_AFTER = 3_000
"""Papers that a walk by days passes before the first estimate: its first days can lie before the query's days."""

MOST_STEPS, MOST_STEPS_IN_SEQUENCE = 15_000, 100_000
"""Steps of SQLite's virtual machine for a walk in order to find a fifth of the rows; all rows may take five times more.

1,000 steps take up to 1.7 ms if the walk jumps from paper to paper. In the order of days they take 0.02 ms to 0.09 ms
for rows, and 0.3 ms for texts.
"""

STEPS_AT_ONCE = 1_000
"""Steps between two checks."""

SAMPLE = 300
"""Newest papers, read to estimate how many papers have the words."""

MOST_RANKED = 20_000
"""This many papers are ranked by their words within 20 ms; above that, the title decides."""

Row = tuple[Any, ...]


class Way(StrEnum):
    """A way of reading, with its name in the table above."""

    RANK = "rank"
    TITLE_FIRST = "title first"
    FEW_BY_INDEX = "few by index"
    DAYS = "days"
    WALK = "walk"
    FEW = "few"
    ALL = "all"


class Answer(NamedTuple):
    """The first rows of a selection, in its order, and the way they were read."""

    way: Way
    rows: list[Row]


def first(connection: sqlite3.Connection, selection: Selection, limit: int, columns: str = COLUMNS) -> Answer:
    """Read the first rows of a selection by the first way in the table that applies and does not give up."""
    if selection.near is not None:
        selection = nearest(connection, selection)
        where = Clause(selection.where, selection.params)
        return Answer(Way.FEW, _fetch(connection, where, selection.order, limit, columns))
    if selection.ranked is not None:
        if not _are_common_words(connection, selection):
            plain = Clause(selection.where, selection.params)
            return Answer(Way.RANK, _fetch(connection, plain, selection.order, limit, columns))
        rows: list[Row] = []
        for part in selection.ranked.parts:
            if len(rows) < limit:
                rows += first(connection, part, limit - len(rows), columns).rows
        return Answer(Way.TITLE_FIRST, rows)
    by_index = [lookup for lookup in selection.lookups if not lookup.is_full_text]
    if few := _few(connection, by_index, HARDLY_ANY):
        return Answer(Way.FEW_BY_INDEX, _fetch(connection, few, selection.order, limit, columns))
    if selection.day_walk is not None:
        try:
            return _walk_days(connection, selection, selection.day_walk, limit, columns)
        except Scattered:
            pass
    found = _walk(connection, selection, limit, columns)
    if found is not None:
        return Answer(Way.WALK, found)
    if few := few_by_any(connection, selection):
        return Answer(Way.FEW, _fetch(connection, few, selection.order, limit, columns))
    return Answer(Way.ALL, _fetch(connection, selection.ordered, selection.order, limit, columns))


def whole(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the quickest condition for reading all of it in order."""
    if selection.near is not None:
        return nearest(connection, selection)
    if selection.ranked is None:
        where = few_by_any(connection, selection) or selection.ordered
        return selection._replace(where=where.sql, params=where.params)
    if not _are_common_words(connection, selection):
        return selection
    ranked = selection.ranked
    return selection._replace(where=ranked.where, params=ranked.params, order=ranked.order)


def in_any_order(connection: sqlite3.Connection, selection: Selection) -> Clause:
    """The quickest condition for finding all papers of a selection in any order, also those of `in_texts`."""
    own = few_by_any(connection, selection) or Clause(selection.where, selection.params)
    further = selection.in_texts and _having(connection, selection.in_texts)
    return join_clauses([bracketed(own), bracketed(further)], "OR") if further else own


def in_texts(
    connection: sqlite3.Connection,
    selection: Selection,
    known: Iterable[int],
    limit: int = -1,
) -> list[Row]:
    """Read the papers that are found only by their full text, in order: all others of the selection are `known`.

    There are as many full texts as the user has read, so they are looked up in a moment. Papers whose own text has the
    words come first; to look for the others waits until those are read.
    """
    if selection.in_texts is None or limit == 0:
        return []
    where = _having(connection, selection.in_texts, known)
    return _fetch(connection, where, selection.in_texts.order, limit, COLUMNS) if where else []


def _having(connection: sqlite3.Connection, found: InTexts, known: Iterable[int] = ()) -> Clause | None:
    """The condition on the papers whose full text has the words, except `known` ones; None if there are none."""
    pks = {pk for (pk,) in connection.execute(found.pks.sql, found.pks.params)}
    pks = pks.difference(known) if pks else pks
    return join_clauses([_one_of(pks), found.rest], "AND") if pks else None


def _one_of(pks: Iterable[int]) -> Clause:
    """The condition that a paper has one of these keys."""
    return Clause("p.pk IN (SELECT value FROM json_each(?))", (f"[{','.join(map(str, pks))}]",))


def _few(connection: sqlite3.Connection, lookups: Sequence[Lookup], most: int) -> Clause | None:
    """The whole condition on the keys from the first look-up with at most `most` papers; None if all find more.

    The keys are looked up once and bound as values: finding a phrase of common words takes longer than reading it.
    """
    for lookup in lookups:
        enough = min(most, HARDLY_ANY) if lookup.reads_text else most
        sql = f"SELECT * FROM ({lookup.pks.sql}) LIMIT ?"
        pks = connection.execute(sql, (*lookup.pks.params, enough + 1)).fetchall()
        if len(pks) <= enough:
            return join_clauses([_one_of(pk for (pk,) in pks), lookup.rest], "AND")
    return None


def few_by_any(connection: sqlite3.Connection, selection: Selection) -> Clause | None:
    """The same for all look-ups: by index, by the rarest of several words, then by all words together."""
    if selection.near is not None:
        found = nearest(connection, selection)
        return Clause(found.where, found.params)
    by_index = [lookup for lookup in selection.lookups if not lookup.is_full_text]
    together = [lookup for lookup in selection.lookups if lookup.is_full_text]
    return (
        _few(connection, by_index, FEW)
        or _few(connection, _rarest(connection, selection.words), FEW)
        or _few(connection, together, FEW)
    )


def _rarest(connection: sqlite3.Connection, words: Sequence[Word]) -> list[Lookup]:
    """The look-up of the rarest word among the newest papers; empty without words."""
    (newest,) = connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()
    sql = "SELECT count(*) FROM paper_fts WHERE paper_fts MATCH ? AND rowid > ?"
    papers = [connection.execute(sql, (word.expression, newest - SAMPLE)).fetchone() for word in words]
    return [words[papers.index(min(papers))].lookup] if papers else []


def _walk_days(connection: sqlite3.Connection, selection: Selection, walk: DayWalk, limit: int, columns: str) -> Answer:
    """Read by a walk from day to day; raises Scattered."""
    rows: list[Row] = []
    papers = 0
    tests_before = _text_tests(connection)
    is_few_tried = False
    for stretch in walk_stretches(connection, walk, selection.order, limit, columns):
        rows += stretch.rows
        if len(rows) >= limit:
            break
        papers += stretch.papers
        if papers < JUDGED_AFTER:
            continue
        work = papers + TEXT_TEST * (_text_tests(connection) - tests_before)
        needed = work * limit / max(1, len(rows))
        if needed > MOST_WALKED and not is_few_tried:
            is_few_tried = True
            if few := few_by_any(connection, selection):
                return Answer(Way.FEW, _fetch(connection, few, selection.order, limit, columns))
        if needed > 10 * MOST_WALKED and walk.reads_text:
            return Answer(Way.ALL, _fetch(connection, selection.ordered, selection.order, limit, columns))
    return Answer(Way.DAYS, rows[:limit])


def _text_tests(connection: sqlite3.Connection) -> int:
    """Number of texts tested for words so far."""
    return int(connection.execute("SELECT text_tests()").fetchone()[0])


def _walk(connection: sqlite3.Connection, selection: Selection, limit: int, columns: str) -> list[Row] | None:
    """Read by testing one paper after another in order; None if that takes too many steps."""
    rows: list[Row] = []
    sql, params = _statement(selection.walk, selection.order, limit, columns)
    most = MOST_STEPS_IN_SEQUENCE if selection.is_sequential else MOST_STEPS
    with _step_limit(connection, most, lambda: len(rows) * 5 >= limit) as gave_up:
        try:
            # Row by row, because the step limit looks at the number of rows.
            rows.extend(connection.execute(sql, params))
            return rows
        except sqlite3.OperationalError:
            # An interrupt by another thread raises the same error, and must reach the caller.
            if not gave_up:
                raise
    return None


@contextmanager
def _step_limit(connection: sqlite3.Connection, most: int, is_promising: Callable[[], bool]) -> Iterator[list[bool]]:
    """Interrupt the block after `most` steps, or five times as many if promising; the list is then not empty."""
    steps = 0
    gave_up: list[bool] = []

    def is_over() -> bool:
        nonlocal steps
        steps += STEPS_AT_ONCE
        if steps <= most or (steps <= 5 * most and is_promising()):
            return False
        gave_up.append(True)
        return True

    connection.set_progress_handler(is_over, STEPS_AT_ONCE)
    try:
        yield gave_up
    finally:
        connection.set_progress_handler(None, 0)


def _are_common_words(connection: sqlite3.Connection, selection: Selection) -> bool:
    """Whether too many papers have the words to rank them all, estimated from the newest papers."""
    if selection.ranked is None:
        return False
    has_words = selection.ranked.has_words
    found, sampled, newest = connection.execute(
        f"SELECT sum({has_words.sql}), count(*), max(pk)"
        " FROM (SELECT pk, title FROM paper ORDER BY pk DESC LIMIT ?) AS p",
        (*has_words.params, SAMPLE),
    ).fetchone()
    return bool(sampled) and newest * found / sampled > MOST_RANKED


def _fetch(connection: sqlite3.Connection, where: Clause, order: str, limit: int, columns: str) -> list[Row]:
    return connection.execute(*_statement(where, order, limit, columns)).fetchall()


def _statement(where: Clause, order: str, limit: int, columns: str) -> tuple[str, tuple[Param, ...]]:
    return f"SELECT {columns} FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?", (*where.params, limit)
