"""What the user's rules do to papers: found by their queries, recorded as one action, and explained from the log.

A rule acts on a paper once. Its event has the kind `rule:NAME` and says with which query it did what; it shares its
clock with the marks that the rule made. Also after an undo, it keeps the rule away from the paper.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from reader.cache.marks.changes import Change
from reader.cache.marks.derived import BY_RULE, same
from reader.cache.reads.window import Window
from reader.cache.search import plan
from reader.cache.search.compile import compile_query
from reader.cache.search.conditions import Scope
from reader.cache.search.view_terms import selects
from reader.cache.watching.mutes import muting_words, newest_key
from reader.core.marks import RULE, TAG, allowed_marks
from reader.core.query import parse
from reader.core.query.nodes import with_hidden
from reader.core.settings.tables import Rule

FEW = 1_000
"""Candidates that are tested each in turn; of more, those with a word are looked up."""


class Candidates(NamedTuple):
    """Papers that rules may act on: those with a greater key, and listed or published on a day (ISO) or later."""

    after: int = 0
    since: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule does."""

    rule: Rule
    matched: tuple[int, ...] = ()
    """The papers of its query, newest first."""
    acts: Mapping[tuple[str, ...], Sequence[int]] = field(default_factory=dict)
    """The kinds of marks that it makes, with their papers."""

    @property
    def count(self) -> int:
        """Number of papers that it acts on."""
        return sum(map(len, self.acts.values()))


class Act(NamedTuple):
    """What a rule did to a paper."""

    rule: str
    when: str
    """Its query at that time."""
    then: tuple[str, ...]
    undone: bool
    """Whether the user took it back."""


def judge(
    connection: sqlite3.Connection, rules: Sequence[Rule], scope: Scope, candidates: Candidates, *, anew: bool = False
) -> list[Verdict]:
    """What the rules do to the candidates, each rule in turn.

    With `anew`, as if no rule had ever acted; what the user did still counts. Otherwise only what changes something.
    The connection needs `register_functions`.
    """
    taken: dict[int, set[str]] = defaultdict(set)
    verdicts = []
    for rule in rules:
        matched = tuple(_matching(connection, rule, scope, candidates))
        acted = _acted(connection, matched, by_rules=not anew)
        known = set() if anew else _pks(connection, _KNOWN, matched, (f"{RULE}{rule.name}",))
        lacking = {kind: set(matched) if anew else _lacking(connection, kind, matched) for kind in rule.then}
        acts: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for pk in matched:
            kinds = () if pk in known else allowed_marks(rule.then, acted.get(pk, set()), taken[pk])
            if any(pk in lacking[kind] for kind in kinds):
                acts[kinds].append(pk)
                taken[pk] |= set(kinds)
        verdicts.append(Verdict(rule, matched, acts))
    return verdicts


def changes(verdicts: Iterable[Verdict]) -> list[Change]:
    """The changes that the rules make, as one action: first the marks, then which rule made them."""
    marked: dict[str, dict[int, None]] = defaultdict(dict)
    told = []
    for verdict in verdicts:
        for kinds, pks in verdict.acts.items():
            for kind in kinds:
                marked[kind].update(dict.fromkeys(pks))
            value = json.dumps({"when": verdict.rule.when, "then": kinds}, ensure_ascii=False)
            told.append(Change(f"{RULE}{verdict.rule.name}", value, pks))
    return [*(Change(kind, True, list(pks)) for kind, pks in marked.items()), *told]


def acts_on(connection: sqlite3.Connection, pk: int) -> tuple[Act, ...]:
    """What rules did to a paper, the first one first."""
    found = connection.execute(
        "SELECT e.kind, e.value, e.undone FROM effect AS f JOIN event AS e ON e.seq = f.event"
        f" WHERE f.pk = ? AND f.kind LIKE '{RULE}%' ORDER BY e.clock, e.id",
        (pk,),
    )
    return tuple(act for row in found if (act := _act(*row)) is not None)


def ruled(window: Window, pk: int, today: date) -> tuple[tuple[Act, ...], tuple[str, ...]]:
    """What rules did to a paper, and the muted words that hide it; raises CacheError."""
    scope = Scope(today, window.newest_day(), "")
    return window.read(lambda connection: (acts_on(connection, pk), muting_words(connection, pk, scope)))


def acted_papers(connection: sqlite3.Connection) -> dict[str, int]:
    """Number of papers on which each rule has acted, without what was taken back, by the rule's name."""
    rows = connection.execute(
        f"SELECT substr(kind, {len(RULE) + 1}), sum(count) FROM event"
        f" WHERE kind LIKE '{RULE}%' AND undone = 0 GROUP BY kind"
    )
    return dict(rows.fetchall())


def _act(kind: str, value: str, undone: int) -> Act | None:
    """What an event of a rule says; None if another program wrote something else."""
    with suppress(ValueError, TypeError, KeyError):
        fields = json.loads(value)
        return Act(kind.removeprefix(RULE), str(fields["when"]), tuple(map(str, fields["then"])), bool(undone))
    return None


def _matching(connection: sqlite3.Connection, rule: Rule, scope: Scope, candidates: Candidates) -> Iterator[int]:
    # Full texts have many words that their papers are not about.
    query = parse(rule.when)
    if not selects(query, scope.views):
        return iter(())
    selection = compile_query(with_hidden(query), scope)._replace(in_texts=None)
    is_few = newest_key(connection) - candidates.after <= FEW
    asked = selection.walk if is_few else plan.in_any_order(connection, selection)
    found = connection.execute(
        f"SELECT p.pk FROM paper AS p WHERE ({asked.sql}) AND +p.pk > ? AND +p.sort_day >= ?"
        " ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC",
        (*asked.params, candidates.after, candidates.since),
    )
    return (pk for (pk,) in found.fetchall())


_KNOWN = "SELECT f.pk FROM effect AS f WHERE f.pk IN {papers} AND f.kind = ?"


def _pks(connection: sqlite3.Connection, query: str, pks: Sequence[int], values: tuple[str, ...] = ()) -> set[int]:
    papers = "(SELECT value FROM json_each(?))"
    return {pk for (pk,) in connection.execute(query.format(papers=papers), (json.dumps(pks), *values))}


def _acted(connection: sqlite3.Connection, pks: Sequence[int], *, by_rules: bool) -> dict[int, set[str]]:
    """The kinds of marks that were made or taken back on papers, also by rules if asked for."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = connection.execute(
        "SELECT f.pk, f.kind FROM effect AS f JOIN event AS e ON e.seq = f.event"
        f" WHERE f.pk IN (SELECT value FROM json_each(?)) AND f.kind NOT LIKE '{RULE}%'"
        + ("" if by_rules else f" AND NOT {BY_RULE}"),
        (json.dumps(pks),),
    )
    for pk, kind in rows:
        found[pk].add(kind)
    return found


def _lacking(connection: sqlite3.Connection, kind: str, pks: Sequence[int]) -> set[int]:
    """Those of the papers that do not have a mark."""
    values = {"papers": json.dumps(pks), "value": "1", "tag": kind.removeprefix(TAG), "kind": kind}
    query = f"SELECT pk FROM paper WHERE pk IN (SELECT value FROM json_each(:papers)) AND NOT ({same(kind)})"
    return {pk for (pk,) in connection.execute(query, values)}
