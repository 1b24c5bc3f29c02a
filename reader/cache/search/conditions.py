"""A query's terms as SQL conditions on `paper AS p`, in one form for each way of reading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from reader.cache.flags import has, having
from reader.cache.history import CHANGED, CHANGED_BETWEEN
from reader.cache.passages import HIGHLIGHTED, WITH_WORDS
from reader.cache.search.full_text import (
    Clause,
    Param,
    bracketed,
    fts_expression,
    is_first_letter,
    is_text_only,
    join_clauses,
    select_matches,
    select_texts,
    text_condition,
    text_expression,
)
from reader.cache.search.sql_functions import search_key, split_words
from reader.core.dates import seconds_of_days
from reader.core.follows import name_slug
from reader.core.ids import doi_in
from reader.core.marks import FINISH, OPEN, PASS, quoted
from reader.core.marks import TRACES as KINDS
from reader.core.paper_row import UNKNOWN, Flag
from reader.core.query import And, Count, Match, Near, Node, Not, Or, Regex, Term, When
from reader.core.query.nodes import name_and_kind


def shared_by(value: str) -> Clause:
    """A SELECT of the keys of the papers of a member; they may be here under a later id."""
    marks = _marks(value)
    return Clause(
        f"SELECT pk FROM paper WHERE id IN (SELECT m.paper FROM {marks.sql})"
        f" UNION ALL SELECT pk FROM paper_alias WHERE id IN (SELECT m.paper FROM {marks.sql})",
        marks.params * 2,
    )


def is_shared_by(value: str) -> Clause:
    """The condition that a member shares something of the paper `p`."""
    marks = _marks(value)
    ids = "SELECT +p.id UNION ALL SELECT a.id FROM paper_alias AS a WHERE a.pk = p.pk"
    return Clause(f"EXISTS (SELECT 1 FROM {marks.sql} AND m.paper IN ({ids}))", marks.params)


def _marks(value: str) -> Clause:
    """The marks of a member, of one kind or of any."""
    from reader.cache.members import ANYONE

    name, kind = name_and_kind(value)
    conditions, params = ["m.member = g.key"], []
    if name != ANYONE:
        conditions.append("g.slug = ?")
        params.append(name)
    if kind:
        conditions.append("m.kind = ? COLLATE NOCASE")
        params.append(kind)
    return Clause(f"member_mark AS m, member AS g WHERE {' AND '.join(conditions)}", tuple(params))


class Trace(NamedTuple):
    """What reading left of some papers."""

    all: str
    """A SELECT of the papers' keys."""
    each: str
    """The condition that `paper AS p` is one of them."""


def _left(*kinds: str) -> Trace:
    """The papers with a trace of one of these kinds."""
    named = quoted(kinds)
    # The second condition is that of the index.
    all = f"SELECT pk FROM effect WHERE kind IN ({named}) AND kind IN ({quoted(KINDS)})"
    return Trace(all, f"EXISTS (SELECT 1 FROM effect AS f WHERE f.pk = p.pk AND f.kind IN ({named}))")


# A paper may be read to the end in the detail pane, without its page.
_OPENED, _FINISHED, _PASSED = _left(OPEN, FINISH), _left(FINISH), _left(PASS)

TRACES = {
    "opened": _OPENED,
    "finished": _FINISHED,
    "passed": Trace(f"SELECT pk FROM ({_PASSED.all} EXCEPT {_OPENED.all})", f"({_PASSED.each} AND NOT {_OPENED.each})"),
}
"""The words of `is:` that ask for traces."""


def _flagged(flag: Flag) -> Trace:
    return Trace(having(flag), has(flag, "p.pk"))


_MUTED = _flagged(Flag.MUTED)

KEPT: Mapping[str, Trace] = MappingProxyType(
    {
        **TRACES,
        "followed": _flagged(Flag.FOLLOWED),
        "changed": Trace(CHANGED, f"+p.pk IN ({CHANGED})"),
        "highlighted": _flagged(Flag.HIGHLIGHTED),
        # A muted paper that the user shows again is left out no more.
        "muted": Trace(
            f"SELECT pk FROM paper WHERE hidden = 1 AND pk IN ({_MUTED.all})", f"(+p.hidden = 1 AND {_MUTED.each})"
        ),
    }
)
"""The words, with a SELECT of the papers' keys and the condition of one paper."""


class Scope(NamedTuple):
    """The values outside its text that a query's meaning depends on."""

    today: date
    newest_day: str | None = None
    """The ISO day of `day:latest`; None if no day has papers."""
    new_since: str | None = None
    """Papers added from this time on are `is:new` (ISO, UTC); None if no paper is."""
    views: tuple[tuple[str, str], ...] = ()
    """The user's saved views as (name, query)."""


Form = Literal["plain", "tested", "ordered"]
"""The form of the terms.

- `plain`: words and topics are looked up, and SQLite chooses the indexes.
- `tested`: each term is tested on papers whose keys are known.
- `ordered`: words and topics are looked up; only the order's own index can be used, so nothing is sorted.
"""

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
    """Turns nodes into clauses of one form."""

    def __init__(self, scope: Scope, key: str, form: Form) -> None:
        self.scope = scope
        self.key = key
        """The key of the list's order, such as `day`."""
        self.form = form
        self.tests_each = form == "tested"

    def every(self, nodes: Sequence[Node]) -> Clause:
        """The condition that all nodes are true; words share one look-up, or one read of the text."""
        if self.tests_each:
            texts = [node for node in nodes if is_text_only(node)]
            text_tests = [self.text_test(texts)] if texts else []
            cheap = [self.condition(node) for node in nodes if not is_text_only(node)]
            return join_clauses([*cheap, *text_tests], "AND")
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
        return bool(fts_expression(node)) and not (self.form == "ordered" and is_first_letter(node))

    def either(self, nodes: Sequence[Node]) -> Clause:
        """The condition that one of the nodes is true; words share one look-up, or one read of the text."""
        texts = [node for node in nodes if (is_text_only(node) if self.tests_each else fts_expression(node))]
        text_tests = []
        if texts:
            whole = Or(tuple(texts))
            text_tests = [self.text_test([whole]) if self.tests_each else self.matches(fts_expression(whole) or "")]
        return join_clauses([*(self.condition(node) for node in nodes if node not in texts), *text_tests], "OR")

    def condition(self, node: Node) -> Clause:
        """The condition that one node is true."""
        if expression := text_expression(node):
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
            case Match() | Regex():
                if self.tests_each or not self.is_looked_up(node):
                    return self.text_test([node])
                return self.matches(fts_expression(node) or "")
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
        if not self.tests_each and (expression := fts_expression(node)):
            return self.matches(expression, "NOT IN")
        inner = self.condition(node)
        # A paper without a date matches `-day:...`.
        return Clause(f"({inner.sql}) IS NOT TRUE", inner.params)

    def column(self, name: str, ordered: bool = False) -> str:
        """A column; a plus hides it from SQLite's planner if its index would break the walk in order."""
        state = name in ("read", "hidden", "starred")
        is_open = self.form == "plain" or (self.form == "ordered" and (state or ordered))
        return f"p.{name}" if is_open else f"+p.{name}"

    def key_in(self, pks: Clause, operator: str = "IN") -> Clause:
        """The condition that a SELECT of keys has the paper's key."""
        key = "p.pk" if self.form == "plain" else "+p.pk"
        return Clause(f"{key} {operator} ({pks.sql})", pks.params)

    def matches(self, expression: str, operator: str = "IN") -> Clause:
        """The condition that an FTS5 expression finds the paper."""
        return self.key_in(select_matches(expression), operator)

    def text_test(self, nodes: list[Node]) -> Clause:
        """The condition that nodes of words and patterns are all true of the paper's text."""
        condition = join_clauses([text_condition(node) for node in nodes], "AND")
        if "t." not in condition.sql:
            return bracketed(condition)
        return Clause(f"(SELECT {condition.sql} FROM paper_text AS t WHERE t.pk = p.pk)", condition.params)

    def date_condition(self, node: When) -> Clause:
        """The condition that a paper is on one of the node's days."""
        bounds = self.day_bounds(node)
        if bounds is None:
            return Clause("0")
        first, last = bounds
        match node.field:
            case "changed":
                return self.key_in(Clause(CHANGED_BETWEEN, seconds_of_days(first, last)))
            case "published":
                return in_range(self.column("published", ordered=self.key == "published"), first, last)
            case "since":
                condition = in_range("+p.day", first, last)
            case "until":
                condition = in_range("+p.first_day", first, last)
            case _:
                listed = in_range("day", first, last)
                if self.tests_each:
                    sql = f"EXISTS (SELECT 1 FROM listing WHERE pk = p.pk AND {listed.sql})"
                    condition = Clause(sql, listed.params)
                else:
                    condition = self.key_in(Clause(f"SELECT pk FROM listing WHERE {listed.sql}", listed.params))
        if self.key == "day" and self.form == "ordered":
            return bracketed(join_clauses([*_sort_day_bounds(first, last), condition], "AND"))
        return condition

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
            case "is" if value in KEPT and self.tests_each:
                return Clause(KEPT[value].each)
            case "by" if self.tests_each:
                return is_shared_by(value)
            case "is" if value == "new":
                newest = self.newest_not_new()
                key = self.column("pk", ordered=self.key == "added")
                return Clause(f"{key} > {newest.sql}", newest.params) if newest else Clause("0")
            case "has" if value in _HAS:
                return Clause(f"p.{_HAS[value]}")
            case "source" if value == "hf":
                also = self.key_in(Clause("SELECT pk FROM paper_source WHERE source = 'hf'"))
                return Clause(f"(p.source = 'hf' OR {also.sql})")
            case "id" | "like" if self.tests_each:
                return self.id_condition(value)
            case "venue" if self.tests_each:
                return bracketed(_venue(value, "p.venue"))
            case "submitter" if self.tests_each:
                return Clause("p.submitter = ? COLLATE NOCASE", (value,))
        if self.tests_each and (rows := _rows_of(node)):
            return Clause(f"EXISTS (SELECT 1 FROM {rows.table} WHERE {rows.that.sql} AND pk = p.pk)", rows.that.params)
        members = self.select_members(node)
        return self.key_in(members) if members else Clause("0")

    def id_condition(self, value: str) -> Clause:
        """The condition that the paper's id, or one of its earlier ids, begins with a value."""
        prefixes = _id_prefixes(value)
        current = [in_range("+p.id", prefix, prefix + _LAST) for prefix in prefixes]
        former = join_clauses([in_range("id", prefix, prefix + _LAST) for prefix in prefixes], "OR")
        alias = Clause(f"p.pk IN (SELECT pk FROM paper_alias WHERE {former.sql})", former.params)
        published = [Clause(f"p.pk IN ({_OF_DOI})", (value,))] if doi_in(value) else []
        return bracketed(join_clauses([*current, alias, *published], "OR"))

    def newest_not_new(self) -> Clause | None:
        """The key of the newest paper that is not `is:new`; all greater keys are new. It needs no index on the time."""
        since = self.scope.new_since
        if since is None:
            return None
        return Clause("coalesce((SELECT pk FROM paper WHERE added < ? ORDER BY pk DESC LIMIT 1), 0)", (since,))

    def select_members(self, node: Term) -> Clause | None:
        """A SELECT of the keys of a term's papers; None if it has none of its own."""
        if rows := _rows_of(node):
            return Clause(f"SELECT pk FROM {rows.table} WHERE {rows.that.sql}", rows.that.params)
        match node:
            case Term("venue", venue):
                named = _venue(venue, "venue")
                return Clause(f"SELECT pk FROM paper WHERE venue IS NOT NULL AND {named.sql}", named.params)
            case Term("submitter", account):
                return Clause("SELECT pk FROM paper WHERE submitter = ? COLLATE NOCASE", (account,))
            case Term("note", words):
                from reader.core.spellings import spellings

                keys = "\n".join(filter(None, (search_key(*one) for one in spellings(words, exact=False))))
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
            case Term("foryou", name):
                return Clause("SELECT value FROM json_each(for_you_papers(?))", (name,))
            case Term("is", value) if value in KEPT:
                return Clause(KEPT[value].all)
            case Term("by", value):
                return shared_by(value)
        return None


class Rows(NamedTuple):
    """Rows of a table with the keys of papers."""

    table: str
    that: Clause
    """The condition on them."""


def _rows_of(node: Node) -> Rows | None:
    """The rows that say which papers a term is true of; None for a node that is answered in another way."""
    match node:
        case Term("topic", slug):
            return Rows("paper_topic", Clause(_TOPIC, (slug,)))
        case Term("category", category):
            return Rows("paper_category", _category(category))
        case Term("source", source) if source != "hf":
            return Rows("paper_source", Clause("source = ?", (source,)))
        case Term("tag", tag):
            return Rows("paper_tag", Clause("tag = ? COLLATE NOCASE", (tag,)))
        case Term("follow", name):
            return Rows("follow_paper", Clause(f"follow IN ({_FOLLOWS})", (name_slug(name),) * 2))
        case Term(field, value) if table := _MEMBERS.get((field, value)):
            return Rows(table, Clause("true"))
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


def _sort_day_bounds(first: str | None, last: str | None) -> list[Clause]:
    """Bounds on `sort_day`, a paper's newest listed day, for papers listed on a day from `first` to `last`.

    A paper that was listed again can have a `sort_day` after `last`. Few are, and an index gives the latest such day.
    """
    bounds = []
    if first is not None:
        bounds.append(Clause("p.sort_day >= ?", (first,)))
    if last is not None:
        again = "SELECT max(day) FROM paper WHERE first_day < day AND first_day <= ?"
        bounds.append(Clause(f"p.sort_day <= max(?, coalesce(({again}), ''))", (last, last)))
    return bounds


_TOPIC = "topic = (SELECT pk FROM topic WHERE slug = ?)"
_FOLLOWS = "SELECT key FROM follow WHERE slug = ? OR field || ':' || slug = ?"
_LAST = "\U0010ffff"
_OF_DOI = "SELECT pk FROM paper_text WHERE doi = ? COLLATE NOCASE"


def _id_prefixes(value: str) -> list[str]:
    """An id as typed, in lower case, and without the subject class of ids before 2007: `math.GT/0309136`."""
    archive, slash, number = value.lower().partition("/")
    plain = f"{archive.partition('.')[0]}{slash}{number}" if slash else value
    return list(dict.fromkeys((value, value.lower(), plain)))
