"""Read a selection: its first papers, all of them, or their number.

At 100,000 papers, the first ones in the order of days take up to 15 ms, in another order 35 ms, and all papers with a
common word 60 ms. Ranking that many by relevance takes 140 ms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from reader.cache.search.free_text import nearest
from reader.cache.search.full_text import Clause, bracketed, join_clauses
from reader.cache.search.selection import InTexts, Selection

Row = tuple[int, str]
"""A paper's key, and the day by which it is sorted."""


def first(connection: sqlite3.Connection, selection: Selection, limit: int) -> list[Row]:
    """Read the first rows of a selection."""
    selection = nearest(connection, selection)
    return _fetch(connection, selection.ordered, selection.order, limit)


def in_any_order(connection: sqlite3.Connection, selection: Selection) -> Clause:
    """The condition for finding all papers of a selection in any order, also those of `in_texts`."""
    selection = nearest(connection, selection)
    own = Clause(selection.where, selection.params)
    further = selection.in_texts and _having(connection, selection.in_texts)
    return join_clauses([bracketed(own), bracketed(further)], "OR") if further else own


def in_texts(connection: sqlite3.Connection, selection: Selection, known: Iterable[int], limit: int = -1) -> list[Row]:
    """Read the papers that are found only by their full text, in order: all others of the selection are `known`.

    There are as many full texts as the user has read, so they are looked up in a moment. Papers whose own text has the
    words come first; to look for the others waits until those are read.
    """
    if selection.in_texts is None or limit == 0:
        return []
    where = _having(connection, selection.in_texts, known)
    return _fetch(connection, where, selection.in_texts.order, limit) if where else []


def _having(connection: sqlite3.Connection, found: InTexts, known: Iterable[int] = ()) -> Clause | None:
    """The condition on the papers whose full text has the words, except `known` ones; None if there are none."""
    pks = {pk for (pk,) in connection.execute(found.pks.sql, found.pks.params)}
    pks = pks.difference(known) if pks else pks
    one_of = Clause("p.pk IN (SELECT value FROM json_each(?))", (f"[{','.join(map(str, pks))}]",))
    return join_clauses([one_of, found.rest], "AND") if pks else None


def _fetch(connection: sqlite3.Connection, where: Clause, order: str, limit: int) -> list[Row]:
    sql = f"SELECT p.pk, p.sort_day FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?"
    return connection.execute(sql, (*where.params, limit)).fetchall()
