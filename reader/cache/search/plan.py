"""Which of a selection's ways to take: found out by trying the cheap ones first, each with an end to its cost.

    1. A term that hardly any paper has, such as a rare topic, a day, a tag: start from it.
    2. Walk in the index's order and ask each paper, for a few milliseconds: what many papers have is found at once.
       Words in the order of days are looked up on the way, for some days at a time.
    3. A term or word that few papers have: start from it.
    4. Go on with that walk; in another order, look up words and topics whole, then walk.

So a common term costs no look-up of all its papers, and a rare one no walk past all others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from reader.cache.search.compile import Clause, DayWalk, Driver, Selection
from reader.cache.search.full_text import Param, both
from reader.cache.search.walk import Scattered, stretches

WALK_SECONDS = 0.010
"""How long a walk in order may look for the first tenth of what is wanted; for all of it, ten times as long.

What a walk meets so seldom is better looked up; what it meets more often it has soon, and a look-up would take longer:
that of a letter which begins a word in every paper takes 0.5 s of 1,000,000, and can't be interrupted.
"""

READING_SECONDS, SWEEPING_SECONDS = 0.050, 0.150
"""How long a walk that looks words up on its way may take, by what it has found; less where it reads texts, too."""

FEW = 20_000
"""So many papers are looked up and sorted within 20 ms."""

HARDLY_ANY = 2_000
"""So many papers' texts are read within 20 ms, and so many papers sorted within 2 ms."""

SAMPLE = 300
"""Newest papers that are read to estimate how many have a word."""

MOST_RANKED = 20_000
"""So many papers are weighed by their words within 20 ms; where more have them, the title decides."""

Row = tuple[Any, ...]


def first(
    connection: sqlite3.Connection, selection: Selection, limit: int, columns: str = "p.pk, p.sort_day"
) -> list[Row]:
    """The first rows of a selection, in its order."""
    if selection.ranked is not None:
        if not _is_common(connection, selection):
            return _fetch(connection, Clause(selection.where, selection.params), selection.order, limit, columns)
        rows: list[Row] = []
        for tier in selection.ranked.tiers:
            if len(rows) < limit:
                rows += first(connection, tier, limit - len(rows), columns)
        return rows
    where = _driven(connection, selection, HARDLY_ANY, words=False)
    if where is None and selection.sweep is not None:
        found = _sweep(connection, selection, selection.sweep, limit, columns)
        if found is not None:
            return found
    if where is None:
        found = _walk(connection, selection, limit, columns)
        if found is not None:
            return found
        where = _driven(connection, selection, FEW) or selection.by_scan
    return _fetch(connection, where, selection.order, limit, columns)


def tuned(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the condition and order that read all of it soonest in its order."""
    if selection.ranked is not None:
        common = selection.ranked if _is_common(connection, selection) else None
        return selection._replace(where=common.where, params=common.params, order=common.order) if common else selection
    where = _driven(connection, selection, FEW) or selection.by_scan
    return selection._replace(where=where.sql, params=where.params)


def counted(connection: sqlite3.Connection, selection: Selection) -> Clause:
    """The condition that finds all papers of a selection soonest, in no order."""
    return _driven(connection, selection, FEW) or Clause(selection.where, selection.params)


def _driven(connection: sqlite3.Connection, selection: Selection, most: int, words: bool = True) -> Clause | None:
    """The whole condition, led by the keys that the first driver of few papers names; None if all name more.

    The keys are looked up once and handed over as they are: a phrase of common words takes longer to find than to read.
    """
    drivers = [driver for driver in selection.drivers if words or not driver.words]
    for driver in _rarest_first(connection, drivers) if words else drivers:
        enough = HARDLY_ANY if driver.reads else most
        sql = f"SELECT * FROM ({driver.pks.sql}) LIMIT ?"
        pks = connection.execute(sql, (*driver.pks.params, enough + 1)).fetchall()
        if len(pks) <= enough:
            named = ",".join(str(pk) for (pk,) in pks)
            leading = Clause("p.pk IN (SELECT value FROM json_each(?))", (f"[{named}]",))
            return both(leading, driver.rest)
    return None


def _rarest_first(connection: sqlite3.Connection, drivers: Sequence[Driver]) -> Sequence[Driver]:
    """The ways in, those by single words in the order of how many of the newest papers have them."""
    if sum(bool(driver.sample) for driver in drivers) < 2:
        return drivers
    (newest,) = connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()

    def papers(driver: Driver) -> int:
        if not driver.sample:
            # Terms lead the way, and all words together end it.
            return SAMPLE + 1 if driver.words else -1
        sql = "SELECT count(*) FROM paper_fts WHERE paper_fts MATCH ? AND rowid > ?"
        return int(connection.execute(sql, (driver.sample, newest - SAMPLE)).fetchone()[0])

    return sorted(drivers, key=papers)


def _sweep(
    connection: sqlite3.Connection, selection: Selection, sweep: DayWalk, limit: int, columns: str
) -> list[Row] | None:
    """The first rows by looking words up for some days at a time; None where papers do not come in the order of days.

    Where that promises to take long, what few papers have is looked up after all.
    """
    rows: list[Row] = []
    most = READING_SECONDS if sweep.reads else SWEEPING_SECONDS
    began, tried = 0.0, False
    try:
        for some in stretches(connection, sweep, selection.order, limit, columns):
            rows += some
            if len(rows) >= limit:
                return rows[:limit]
            # What goes before the first stretch that may have any does not tell how many there are.
            began = began or perf_counter()
            taken = perf_counter() - began
            if not tried and taken > WALK_SECONDS and taken * limit > most * len(rows):
                tried = True
                where = _driven(connection, selection, FEW) or (selection.by_scan if sweep.reads else None)
                if where is not None:
                    return _fetch(connection, where, selection.order, limit, columns)
    except Scattered:
        return None
    return rows


def _walk(connection: sqlite3.Connection, selection: Selection, limit: int, columns: str) -> list[Row] | None:
    """The first rows by asking paper after paper in order; None if that takes too long."""
    found: list[Row] = []
    sql, params = _statement(selection.by_order, selection.order, limit, columns)
    with _deadline(connection, WALK_SECONDS, lambda: len(found) * 10 >= limit) as passed:
        try:
            # Row by row, so that the deadline knows how many there are.
            found.extend(connection.execute(sql, params))
            return found
        except sqlite3.OperationalError:
            # Another thread's interrupt looks the same, and must reach the caller.
            if not passed:
                raise
    return None


@contextmanager
def _deadline(connection: sqlite3.Connection, seconds: float, is_promising: Callable[[], bool]) -> Iterator[list[bool]]:
    """Interrupt what runs within for longer, ten times as long if it is promising; the list is filled if so."""
    began = perf_counter()
    passed: list[bool] = []

    def late() -> bool:
        taken = perf_counter() - began
        if taken < seconds or (taken < 10 * seconds and is_promising()):
            return False
        passed.append(True)
        return True

    connection.set_progress_handler(late, 1000)
    try:
        yield passed
    finally:
        connection.set_progress_handler(None, 0)


def _is_common(connection: sqlite3.Connection, selection: Selection) -> bool:
    """Whether too many papers have the words to weigh them all, as the newest papers tell."""
    if selection.ranked is None:
        return False
    sampled = selection.ranked.sampled
    found, seen, newest = connection.execute(
        f"SELECT sum({sampled.sql}), count(*), max(pk)"
        " FROM (SELECT pk, title FROM paper ORDER BY pk DESC LIMIT ?) AS p",
        (*sampled.params, SAMPLE),
    ).fetchone()
    return bool(seen) and newest * found / seen > MOST_RANKED


def _fetch(connection: sqlite3.Connection, where: Clause, order: str, limit: int, columns: str) -> list[Row]:
    return connection.execute(*_statement(where, order, limit, columns)).fetchall()


def _statement(where: Clause, order: str, limit: int, columns: str) -> tuple[str, tuple[Param, ...]]:
    return f"SELECT {columns} FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?", (*where.params, limit)
