"""Find the papers that fit a free text best or are like others, among those that match the exact terms of a query.

The index ranks all papers that have any of the words. The best of them are tested for the exact terms, and more of
them only if these leave too few. What is left is a list of keys, by which the selection is then read. Of a text and
papers together, each says as much as the other.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from reader.cache.search.full_text import Clause
from reader.cache.search.selection import Nearest, Selection

MOST = 100
"""Papers that a free text finds: further ones fit it by chance."""

RANK = 60
"""How slowly a paper's place in one of two rankings loses weight (reciprocal rank fusion)."""

NEAR = 0.35
"""A paper that is like others is at least so near to them, in parts of what the nearest one is.

Of several, each may have its own: so many times less near is enough."""

ENOUGH = 0.1
"""So near is always near enough: two authors, or a citation."""

AT_ONCE = 1_000
"""Papers of the ranking that are tested for the exact terms at once; each next time there are four times as many."""

MOST_KEPT = 3
"""Rankings that are kept: up to 1 MB each at 10,000 papers."""

Ranked = tuple[list[int], dict[int, float]]
"""The papers from the best on, and how near each is if papers alone are given."""

_STATE = "SELECT (SELECT max(pk) FROM paper), (SELECT count(*) FROM full_text)"
"""What changes with each paper or text that a ranking may know."""

_kept: dict[tuple[object, ...], Ranked] = {}


def nearest(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the keys of its papers; raises CacheIndexing while the index is being made."""
    wanted = selection.near
    if wanted is None:
        return selection
    ranked, nearness = _ranked(connection, wanted)
    found: list[int] = []
    start, step = 0, AT_ONCE
    while start < len(ranked) and len(found) < MOST:
        found += _matching(connection, wanted.exact, ranked[start : start + step])
        start, step = start + step, 4 * step
    if nearness and found:
        least = min(ENOUGH, NEAR * nearness[found[0]] / max(1, len(wanted.like)))
        found = [pk for pk in found if nearness[pk] >= least]
    condition = "p.pk IN (SELECT value FROM json_each(?))"
    by_fit = f"(SELECT key FROM json_each(?1) WHERE value = p.pk) {'DESC' if wanted.reverse else 'ASC'}"
    keys = f"[{','.join(map(str, found[:MOST]))}]"
    return selection._replace(
        where=condition,
        params=(keys,),
        order=by_fit if wanted.is_by_fit else selection.order,
        walk=Clause(condition, (keys,)),
        ordered=Clause(condition, (keys,)),
        near=None,
    )


def cache_file(connection: sqlite3.Connection) -> Path:
    """The file of the cache that a connection reads; its name may be no UTF-8."""
    named = "SELECT CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'"
    return Path(os.fsdecode(connection.execute(named).fetchone()[0]))


def _ranked(connection: sqlite3.Connection, wanted: Nearest) -> Ranked:
    """The ranking; it is kept for the counts of all views and topics, which ask for the same one."""
    from reader.cache.finding.index import prepare

    cache = cache_file(connection)
    prepare(connection, cache)
    key = (cache, wanted.text, wanted.like, *connection.execute(_STATE).fetchone())
    found = _kept.get(key)
    if found is None:
        found = _rank(connection, cache, wanted)
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept), key), None)
        _kept[key] = found
    return found


def _rank(connection: sqlite3.Connection, cache: Path, wanted: Nearest) -> Ranked:
    from reader.cache.finding.ranker import rank
    from reader.cache.search import similar

    if not wanted.like:
        return rank(connection, cache, wanted.text).pks, {}
    near = similar.rank_similar(connection, cache, similar.keys_of(connection, wanted.like))
    if not wanted.text:
        return near.pks, dict(zip(near.pks, near.nearness, strict=True))
    places = dict.fromkeys(near.pks, 0.0)
    for pks in (near.pks, rank(connection, cache, wanted.text).pks):
        for place, pk in enumerate(pks):
            if pk in places:
                places[pk] += 1 / (RANK + place)
    return sorted(places, key=lambda pk: -places[pk]), {}


def _matching(connection: sqlite3.Connection, exact: Clause, pks: list[int]) -> list[int]:
    """Those of some papers that are in the cache and match the exact terms, in the same order."""
    keys = f"[{','.join(map(str, pks))}]"
    sql = f"SELECT p.pk FROM paper AS p WHERE p.pk IN (SELECT value FROM json_each(?)) AND ({exact.sql})"
    matching = {pk for (pk,) in connection.execute(sql, (keys, *exact.params))}
    return [pk for pk in pks if pk in matching]
