"""Applies standing queries to incoming papers: rules mark them, and notifications claim them.

A rule acts on a paper once: its query finds the paper, and the marks are recorded as one action. A mark of the kind
`rule:NAME` holds the query and the marks that the rule made, and keeps the rule from acting again, even after an undo.

A new paper that matches a notification query is claimed by the first program that asks, so it is notified once.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from reader.cache.marks.change import Change, same_state
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import register_functions
from reader.cache.standing import muting_queries, papers_of
from reader.core.errors import QueryError
from reader.core.marks import RULE, allowed_marks
from reader.core.query import parse
from reader.core.settings.standing import StandingQuery
from reader.database import connections, meta
from reader.log.actions import UserAction


class Act(NamedTuple):
    """The effect that a rule had on a paper."""

    rule: str
    when: str
    """Its query at that time."""
    then: tuple[str, ...]
    undone: bool
    """Whether the user undid it."""


def judge(connection: sqlite3.Connection, rules: Sequence[StandingQuery], scope: Scope, after: int = 0) -> list[Change]:
    """The changes that rules make to papers with keys above `after`: first the marks, then the rules that made them.

    The connection needs `register_functions`.
    """
    taken: dict[int, set[str]] = defaultdict(set)
    marked: dict[str, dict[int, None]] = defaultdict(dict)
    acted_on: dict[tuple[StandingQuery, tuple[str, ...]], list[int]] = defaultdict(list)
    for rule in rules:
        matched = papers_of(connection, rule.query, scope, _AFTER, after)
        acted = _acted_kinds(connection, matched)
        lacking = {kind: _lacking(connection, kind, matched) for kind in rule.marks}
        for pk in matched:
            is_known = f"{RULE}{rule.name}" in acted[pk]
            kinds = () if is_known else allowed_marks(rule.marks, acted[pk], taken[pk])
            if made := tuple(kind for kind in kinds if pk in lacking[kind]):
                acted_on[rule, made].append(pk)
                taken[pk] |= set(kinds)
                for kind in made:
                    marked[kind][pk] = None
    return [
        *(Change(kind, True, list(pks)) for kind, pks in marked.items()),
        *(
            Change(f"{RULE}{rule.name}", json.dumps({"when": rule.query, "then": kinds}, ensure_ascii=False), pks)
            for (rule, kinds), pks in acted_on.items()
        ),
    ]


def acts_on(connection: sqlite3.Connection, pk: int) -> tuple[Act, ...]:
    """The effects of rules on a paper, the earliest first."""
    rows = connection.execute(
        f"SELECT kind, value, undone FROM mark WHERE pk = ? AND kind GLOB '{RULE}*' ORDER BY clock, action",
        (pk,),
    )
    return tuple(act for row in rows if (act := _act(*row)) is not None)


def rule_effects(window: Window, pk: int) -> tuple[tuple[Act, ...], tuple[str, ...]]:
    """The effects of rules on a paper, and the muted queries that hide it; raises CacheError."""
    return window.read(lambda connection: (acts_on(connection, pk), muting_queries(connection, pk)))


def _act(kind: str, value: str, undone: int) -> Act | None:
    """The effect that a mark of a rule records; None if another program wrote something else."""
    with suppress(ValueError, TypeError, KeyError):
        fields = json.loads(value)
        return Act(kind.removeprefix(RULE), str(fields["when"]), tuple(map(str, fields["then"])), bool(undone))
    return None


_AFTER = "+p.pk > ? ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC"


def _acted_kinds(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, set[str]]:
    """The kinds of marks that were made or removed on papers, including marks of rules."""
    kinds: dict[int, set[str]] = defaultdict(set)
    query = "SELECT pk, kind FROM mark WHERE pk IN (SELECT value FROM json_each(?))"
    for pk, kind in connection.execute(query, (json.dumps(pks),)):
        kinds[pk].add(kind)
    return kinds


def _lacking(connection: sqlite3.Connection, kind: str, pks: Sequence[int]) -> set[int]:
    values = {"papers": json.dumps(pks), "value": "1", "kind": kind}
    query = f"SELECT pk FROM paper WHERE pk IN (SELECT value FROM json_each(:papers)) AND NOT ({same_state(kind)})"
    return {pk for (pk,) in connection.execute(query, values)}


def newest_key(connection: sqlite3.Connection) -> int:
    """The key of the paper that was added last; 0 without papers."""
    return int(connection.execute("SELECT coalesce(max(pk), 0) FROM paper").fetchone()[0])


NEWS_DAYS = 14
"""Maximum age in days of a paper that is news; backfilled papers are older."""

_SEEN = "standing_seen"
"""The key in `meta` of the newest paper that the standing queries have processed."""


def begin(path: Path) -> None:
    """Treat papers as new from now on; do nothing after the first call."""
    with _open(path) as cache, connections.transaction(cache):
        cache.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (_SEEN, str(newest_key(cache))))


def pass_over(path: Path, id: str) -> None:
    """Treat a requested paper as seen, unless earlier papers are still new."""
    with _open(path) as cache, connections.transaction(cache):
        cache.execute(
            "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?"
            " AND EXISTS (SELECT 1 FROM paper WHERE id = ? AND pk = CAST(meta.value AS INTEGER) + 1)",
            (_SEEN, id),
        )


def act(path: Path, rules: Sequence[StandingQuery], scope: Scope) -> UserAction | None:
    """Record what the rules do to the new papers as one action; None if they do nothing. Raises CacheError."""
    with _open(path) as cache:
        newest = newest_key(cache)
        seen = int(meta.get(cache, _SEEN) or newest)
        changes = judge(cache, rules, scope, seen) if seen < newest else []
    if not changes:
        return None
    with closing(Events.open(path)) as events:
        return events.act(changes)


def claim(path: Path, queries: Iterable[str], scope: Scope) -> dict[int, tuple[str, ...]]:
    """Claim the new papers; return those that match, each with its queries. No later claim returns them.

    Papers that the user has already read or hidden are left out, and invalid queries, which `views list` reports.
    """
    oldest = (scope.today - timedelta(days=NEWS_DAYS)).isoformat()
    matches: dict[int, tuple[str, ...]] = {}
    with _open(path) as cache:
        # The papers are searched after the transaction: other programs may wait for its end.
        with connections.transaction(cache):
            newest = newest_key(cache)
            seen = int(meta.get(cache, _SEEN) or newest)
            if seen < newest:
                meta.put(cache, _SEEN, str(newest))
        for text in queries if seen < newest else ():
            try:
                selection = compile_query(parse(text), scope)
            except QueryError:
                continue
            if selection.near is not None:
                # A ranking of all papers by a text is not news about one paper.
                continue
            rows = cache.execute(
                f"SELECT p.pk FROM paper AS p WHERE ({selection.where.sql}) AND p.pk BETWEEN ? AND ? AND +p.read = 0"
                " AND +p.hidden = 0 AND (+p.sort_day >= ? OR +p.sort_day = '')"
                " ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk",
                (*selection.where.params, seen + 1, newest, oldest),
            )
            for (pk,) in rows.fetchall():
                matches[pk] = (*matches.get(pk, ()), text)
    return matches


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with connections.open_database(path) as cache:
        register_functions(cache)
        yield cache
