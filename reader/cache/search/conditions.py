"""A query's terms as SQL conditions on `paper AS p`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from reader.cache.flags import HIGHLIGHTED, WITH_WORDS, having
from reader.cache.history import HAPPENED_BETWEEN
from reader.cache.search.full_text import (
    Clause,
    Param,
    bracketed,
    fts_expression,
    is_first_letter,
    is_literal,
    join_clauses,
    select_matches,
    select_texts,
    text_test,
)
from reader.cache.search.sql_functions import search_keys
from reader.core.dates import seconds_of_days
from reader.core.follows import name_slug
from reader.core.ids import doi_in
from reader.core.marks import FINISH, OPEN, PASS, TRACES, quoted
from reader.core.paper_row import UNKNOWN, Flag
from reader.core.query import And, Count, Match, Near, Node, Not, Or, Regex, Term, When
from reader.core.text import split_words


def _left(*kinds: str) -> str:
    """A SELECT of the keys of the papers with a trace of one of these kinds."""
    # The second condition is that of the index.
    return f"SELECT pk FROM mark WHERE kind IN ({quoted(kinds)}) AND kind IN ({quoted(TRACES)}) AND pk > 0"


# A paper may be read to the end in the detail pane, without its page.
_OPENED = _left(OPEN, FINISH)

KEPT: Mapping[str, str] = MappingProxyType(
    {
        "opened": _OPENED,
        "finished": _left(FINISH),
        "passed": f"SELECT pk FROM ({_left(PASS)} EXCEPT {_OPENED})",
        "followed": having(Flag.FOLLOWED),
        "highlighted": having(Flag.HIGHLIGHTED),
        # A muted paper that the user shows again is left out no more.
        "muted": f"SELECT pk FROM paper WHERE hidden = 1 AND pk IN ({having(Flag.MUTED)})",
    }
)
"""Words of `is:`, with a SELECT of the papers' keys."""


class Scope(NamedTuple):
    """The values outside its text that a query's meaning depends on."""

    today: date
    newest_day: str | None = None
    """The ISO day of `day:latest`; None if no day has papers."""
    new_since: str | None = None
    """Papers added from this time on are `is:new` (ISO, UTC); None if no paper is."""
    views: tuple[tuple[str, str], ...] = ()
    """The user's saved views as (name, query)."""


_COUNTS = {"upvotes": "upvotes", "comments": "comments", "stars": "code_stars", "authors": "author_count"}
_LEAST = {"upvotes": UNKNOWN + 1, "comments": UNKNOWN + 1, "authors": 1}
"""The least number of each that is known to be one."""

_STATES = {"unread": "read = 0", "read": "read = 1", "starred": "starred = 1", "hidden": "hidden = 1"}
_MEMBERS = {
    ("is", "trending"): "trending",
    ("is", "queued"): "queue",
    ("has", "fulltext"): "full_text",
    ("has", "output"): "kept_output",
}
"""Terms that are true of the papers in a table of their own."""

_HAS = {
    "code": "has_code = 1",
    "project": "has_project = 1",
    "media": "has_media = 1",
    "note": "has_note = 1",
    "comments": "comments > 0",
    "model": "models > 0",
    "dataset": "datasets > 0",
    "space": "spaces > 0",
}


class Compiler:
    """Turns nodes into clauses."""

    def __init__(self, scope: Scope, key: str, *, is_ordered: bool = False) -> None:
        self.scope = scope
        self.key = key
        """The key of the list's order, such as `day`."""
        self.is_ordered = is_ordered
        """Whether only the order's own index can be used, so that nothing is sorted; else SQLite chooses."""

    def every(self, nodes: Sequence[Node]) -> Clause:
        """The condition that all nodes are true; words share one look-up."""
        wanted = [node for node in nodes if self.is_looked_up(node)]
        unwanted = [node.node for node in nodes if isinstance(node, Not) and fts_expression(node.node)]
        look_ups = []
        if wanted:
            look_ups.append(self.matches(fts_expression(And((*wanted, *map(Not, unwanted)))) or ""))
        elif unwanted:
            look_ups.append(self.matches(fts_expression(Or(tuple(unwanted))) or "", "NOT IN"))
        rest = [node for node in nodes if node not in wanted and not (isinstance(node, Not) and node.node in unwanted)]
        return join_clauses([*look_ups, *map(self.condition, rest)], "AND")

    def is_looked_up(self, node: Node) -> bool:
        """Whether the index of words is asked for a node."""
        # The first papers of those that have a word with a letter are found at once by looking.
        return bool(fts_expression(node)) and not (self.is_ordered and is_first_letter(node))

    def either(self, nodes: Sequence[Node]) -> Clause:
        """The condition that one of the nodes is true; words share one look-up."""
        words = [node for node in nodes if fts_expression(node)]
        look_ups = [self.matches(fts_expression(Or(tuple(words))) or "")] if words else []
        return join_clauses([*(self.condition(node) for node in nodes if node not in words), *look_ups], "OR")

    def condition(self, node: Node) -> Clause:
        """The condition that one node is true."""
        if expression := fts_expression(node, in_texts=True):
            return self.key_in(select_texts(expression))
        match node:
            case And(nodes):
                return bracketed(self.every(nodes))
            case Or(nodes):
                return bracketed(self.either(nodes))
            case Not(Term("is", ("read" | "unread" | "starred" | "hidden") as state)):
                # The text must equal that of the partial indexes, or SQLite does not use them.
                column, _, value = _STATES[state].partition(" = ")
                return Clause(f"{self.column(column)} = {1 - int(value)}")
            case Not(inner):
                return self.negated(inner)
            case Match() if is_literal(node):
                # The index finds the few papers that have the stems of the words, and their texts tell.
                candidates = self.matches(fts_expression(node, literally=False) or "")
                return bracketed(join_clauses([candidates, text_test(node)], "AND"))
            case Match() | Regex():
                return self.matches(fts_expression(node) or "") if self.is_looked_up(node) else text_test(node)
            case Count(name, low, high):
                return in_range(self.column(_COUNTS[name], ordered=name == self.key), _least(name, low), high)
            case When():
                return self.date_condition(node)
            case Term():
                return self.term_condition(node)
            case Near(text):
                return self.condition(And(tuple(map(Match, split_words(text)))))

    def negated(self, node: Node) -> Clause:
        """The condition that a node is false or unknown."""
        if expression := fts_expression(node):
            return self.matches(expression, "NOT IN")
        inner = self.condition(node)
        # A paper without a date matches `-day:...`.
        return Clause(f"({inner.sql}) IS NOT TRUE", inner.params)

    def column(self, name: str, ordered: bool = False) -> str:
        """A column; a plus hides it from SQLite's planner if its index would break the walk in order."""
        state = name in ("read", "hidden", "starred")
        return f"p.{name}" if state or ordered or not self.is_ordered else f"+p.{name}"

    def key_in(self, pks: Clause, operator: str = "IN") -> Clause:
        """The condition that a SELECT of keys has the paper's key."""
        key = "+p.pk" if self.is_ordered else "p.pk"
        return Clause(f"{key} {operator} ({pks.sql})", pks.params)

    def matches(self, expression: str, operator: str = "IN") -> Clause:
        """The condition that an FTS5 expression finds the paper."""
        return self.key_in(select_matches(expression), operator)

    def date_condition(self, node: When) -> Clause:
        """The condition that a paper is on one of the node's days."""
        bounds = self.day_bounds(node)
        if bounds is None:
            return Clause("0")
        first, last = bounds
        match node.field:
            case "changed":
                return self.key_in(Clause(HAPPENED_BETWEEN, seconds_of_days(first, last)))
            case "published":
                return in_range(self.column("published", ordered=self.key == "published"), first, last)
            case "since":
                return in_range("+p.day", first, last)
            case "until":
                return in_range("+p.first_day", first, last)
        listed = in_range("day", first, last)
        return self.key_in(Clause(f"SELECT pk FROM listing WHERE {listed.sql}", listed.params))

    def day_bounds(self, node: When) -> tuple[str | None, str | None] | None:
        """The first and last ISO day of a node, None for an open end; None alone if no day can match."""
        newest = self.scope.newest_day
        return node.days.bounds(self.scope.today, date.fromisoformat(newest) if newest else None)

    def term_condition(self, node: Term) -> Clause:
        """The condition that a field has the node's value."""
        value = node.value
        match node.field:
            case "is" if value in _STATES:
                column, _, flag = _STATES[value].partition(" = ")
                return Clause(f"{self.column(column)} = {flag}")
            case "is" if value == "new":
                newest = self.newest_not_new()
                key = self.column("pk", ordered=self.key == "added")
                return Clause(f"{key} > {newest.sql}", newest.params) if newest else Clause("0")
            case "has" if value in _HAS:
                return Clause(f"p.{_HAS[value]}")
            case "source" if value == "hf":
                also = self.key_in(Clause("SELECT pk FROM paper_source WHERE source = 'hf'"))
                return Clause(f"(p.source = 'hf' OR {also.sql})")
        members = self.select_members(node)
        return self.key_in(members) if members else Clause("0")

    def newest_not_new(self) -> Clause | None:
        """The key of the newest paper that is not `is:new`; all greater keys are new. It needs no index on the time."""
        since = self.scope.new_since
        if since is None:
            return None
        return Clause("coalesce((SELECT pk FROM paper WHERE added < ? ORDER BY pk DESC LIMIT 1), 0)", (since,))

    def select_members(self, node: Term) -> Clause | None:
        """A SELECT of the keys of a term's papers; None if it has none of its own."""
        match node:
            case Term("topic", slug):
                return Clause(f"SELECT pk FROM paper_topic WHERE {_TOPIC}", (slug,))
            case Term("category", category):
                belongs = _category(category)
                return Clause(f"SELECT pk FROM paper_category WHERE {belongs.sql}", belongs.params)
            case Term("source", source):
                return Clause("SELECT pk FROM paper_source WHERE source = ?", (source,))
            case Term("tag", tag):
                return Clause("SELECT pk FROM paper_tag WHERE tag = ? COLLATE NOCASE", (tag,))
            case Term("follow", name):
                return Clause(f"SELECT pk FROM follow_paper WHERE follow IN ({_FOLLOWS})", (name_slug(name),) * 2)
            case Term(field, value) if table := _MEMBERS.get((field, value)):
                return Clause(f"SELECT pk FROM {table}")
            case Term("venue", venue):
                named = _venue(venue, "venue")
                return Clause(f"SELECT pk FROM paper WHERE venue IS NOT NULL AND {named.sql}", named.params)
            case Term("submitter", account):
                return Clause("SELECT pk FROM paper WHERE submitter = ? COLLATE NOCASE", (account,))
            case Term("note", words):
                keys = search_keys(words, exact=False)
                return (
                    Clause(f"SELECT pk FROM note WHERE has_words(?, body) UNION ALL {WITH_WORDS}", (keys, keys))
                    if keys
                    else Clause("SELECT 0")
                )
            case Term("has", "highlight"):
                return Clause(HIGHLIGHTED)
            case Term("id" | "like", id):
                prefixes = _id_prefixes(id)
                begins = join_clauses([in_range("id", prefix, prefix + _LAST) for prefix in prefixes], "OR")
                if doi_in(id):
                    return Clause(_OF_DOI, (id,))
                return Clause(
                    f"SELECT pk FROM paper WHERE {begins.sql} UNION ALL SELECT pk FROM paper_alias WHERE {begins.sql}",
                    begins.params * 2,
                )
            case Term("output", words):
                matching = "SELECT rowid FROM output_fts WHERE output_fts MATCH ?"
                quoted = words.replace('"', '""')
                return Clause(f"SELECT pk FROM kept_output WHERE key IN ({matching})", (f'"{quoted}" *',))
            case Term("is", value) if value in KEPT:
                return Clause(KEPT[value])
        return None


def in_range(column: str, low: Param | None, high: Param | None) -> Clause:
    """The condition that a column is between two values, both included; None is an open end."""
    if low is not None and low == high:
        return Clause(f"{column} = ?", (low,))
    ends = [Clause(f"{column} {sign} ?", (end,)) for sign, end in ((">=", low), ("<=", high)) if end is not None]
    return bracketed(join_clauses(ends, "AND"))


def _least(name: str, low: int | None) -> int | None:
    """The lower end of a range of counts, above the number that stands for an unknown one."""
    least = _LEAST.get(name)
    return low if least is None else max(low or 0, least)


def _category(value: str) -> Clause:
    """The condition that a category is the value, or belongs to the archive of that name, such as `cs`."""
    if "." in value:
        return Clause("category = ?", (value,))
    return Clause("(category = ? OR category > ? AND category < ?)", (value, f"{value}.", f"{value}/"))


def _venue(value: str, column: str) -> Clause:
    """The condition that words of a venue, such as `ICLR 2026 oral`, begin with each word of the value."""
    words = re.findall(r"[^\W_]+(?:[-/.&][^\W_]+)*", value)
    return join_clauses([Clause(f"' ' || {column} LIKE ?", (f"% {word}%",)) for word in words] or [Clause("0")], "AND")


_TOPIC = "topic = (SELECT pk FROM topic WHERE slug = ?)"
_FOLLOWS = "SELECT key FROM follow WHERE slug = ? OR field || ':' || slug = ?"
_LAST = "\U0010ffff"
_OF_DOI = "SELECT pk FROM paper_text WHERE doi = ? COLLATE NOCASE"


def _id_prefixes(value: str) -> list[str]:
    """An id as typed, in lower case, and without the subject class of ids before 2007: `math.GT/0309136`."""
    archive, slash, number = value.lower().partition("/")
    plain = f"{archive.partition('.')[0]}{slash}{number}" if slash else value
    return list(dict.fromkeys((value, value.lower(), plain)))
