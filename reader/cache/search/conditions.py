"""A query's terms as conditions on `paper AS p`, in the forms that the ways of reading need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from reader.cache.history import RISEN
from reader.cache.search.full_text import Clause, Param, bracketed, fts, is_text, joined, matching, said
from reader.core.dates import DateRange
from reader.core.query import And, Count, Match, Node, Not, Or, Regex, Term, When


class Scope(NamedTuple):
    """What a query's meaning hangs on besides its text."""

    today: date
    newest_day: str | None = None
    """ISO day that `day:latest` means; None if no day has papers."""
    new_since: str | None = None
    """ISO time, UTC, from which on a paper is `is:new`; None if none is."""


Form = Literal["plain", "order", "scan", "driven"]
"""How terms are put: `plain` leaves the plan to SQLite; `order` asks each paper; `scan` looks words and topics up but
walks in order; `driven` asks each paper and keeps every index but the driver's out of it."""

_COUNTS = {"upvotes": "upvotes", "comments": "comments", "stars": "code_stars", "authors": "author_count"}
_STATES = {"unread": "read = 0", "read": "read = 1", "starred": "starred = 1", "hidden": "hidden = 1"}
_HAS = {
    "code": "has_code = 1",
    "project": "has_project = 1",
    "media": "has_media = 1",
    "note": "has_note = 1",
    "comments": "comments > 0",
}


class Compiler:
    """Turns nodes into clauses of one form."""

    def __init__(self, scope: Scope, key: str, form: Form) -> None:
        self.scope = scope
        self.key = key
        self.form = form
        self.asks = form in ("order", "driven")

    def all(self, nodes: Sequence[Node]) -> Clause:
        """What all nodes ask; words stand together in one look-up, or one reading of the text."""
        if self.asks:
            texts = [node for node in nodes if is_text(node)]
            found = [self.reading(texts)] if texts else []
            # What is quick to ask is asked first.
            return joined([*(self.node(node) for node in nodes if not is_text(node)), *found], "AND")
        wanted = [node for node in nodes if fts(node)]
        unwanted = [node.node for node in nodes if isinstance(node, Not) and fts(node.node)]
        found = []
        if wanted:
            found.append(self.matching(fts(And((*wanted, *map(Not, unwanted)))) or ""))
        elif unwanted:
            found.append(self.matching(fts(Or(tuple(unwanted))) or "", "NOT IN"))
        rest = [node for node in nodes if node not in wanted and not (isinstance(node, Not) and node.node in unwanted)]
        return joined([*found, *map(self.node, rest)], "AND")

    def any(self, nodes: Sequence[Node]) -> Clause:
        texts = [node for node in nodes if (is_text(node) if self.asks else fts(node))]
        found = []
        if texts:
            whole = Or(tuple(texts))
            found = [self.reading([whole]) if self.asks else self.matching(fts(whole) or "")]
        return joined([*(self.node(node) for node in nodes if node not in texts), *found], "OR")

    def node(self, node: Node) -> Clause:
        match node:
            case And(nodes):
                return bracketed(self.all(nodes))
            case Or(nodes):
                return bracketed(self.any(nodes))
            case Not(Term("is", ("read" | "unread" | "starred" | "hidden") as state)):
                # Spelled as the partial indexes spell it.
                column, _, value = _STATES[state].partition(" = ")
                return Clause(f"{self.column(column)} = {1 - int(value)}")
            case Not(inner):
                return self.negated(inner)
            case Match() | Regex():
                expression = fts(node)
                if self.asks or expression is None:
                    return self.reading([node])
                return self.matching(expression)
            case Count(name, low, high):
                return self.between(self.column(_COUNTS[name], ordered=name == self.key), low, high)
            case When():
                return self.when(node)
            case Term():
                return self.term(node)

    def negated(self, node: Node) -> Clause:
        if not self.asks and (expression := fts(node)):
            return self.matching(expression, "NOT IN")
        inner = self.node(node)
        # Not known is not true: a paper without a date is not of that date.
        return Clause(f"({inner.sql}) IS NOT TRUE", inner.params)

    def column(self, name: str, ordered: bool = False) -> str:
        """A column, hidden from the planner (by the plus) where its index would spoil the walk."""
        state = name in ("read", "hidden", "starred")
        return f"p.{name}" if self.form == "plain" or (self.form != "driven" and (state or ordered)) else f"+p.{name}"

    def among(self, pks: Clause, how: str = "IN") -> Clause:
        key = "p.pk" if self.form == "plain" else "+p.pk"
        return Clause(f"{key} {how} ({pks.sql})", pks.params)

    def matching(self, expression: str, how: str = "IN") -> Clause:
        return self.among(matching(expression), how)

    def reading(self, nodes: list[Node]) -> Clause:
        """What the nodes, all of words, ask of one paper's text."""
        asked = joined([said(node) for node in nodes], "AND")
        if "t." not in asked.sql:
            return bracketed(asked)
        return Clause(f"(SELECT {asked.sql} FROM paper_text AS t WHERE t.pk = p.pk)", asked.params)

    def between(self, column: str, low: Param | None, high: Param | None) -> Clause:
        if low is not None and low == high:
            return Clause(f"{column} = ?", (low,))
        ends = [Clause(f"{column} {sign} ?", (end,)) for sign, end in ((">=", low), ("<=", high)) if end is not None]
        return bracketed(joined(ends, "AND"))

    def when(self, node: When) -> Clause:
        bounds = self.bounds(node.days)
        if bounds is None:
            return Clause("0")
        first, last = bounds
        match node.field:
            case "published":
                return self.between(self.column("published", ordered=self.key == "published"), first, last)
            case "since":
                return self.implying(first, None, self.between("+p.day", first, None))
            case "until":
                return self.implying(None, last, self.between("+p.first_day", None, last))
        days = self.between("day", first, last)
        if not self.asks:
            return self.implying(
                first, last, self.among(Clause(f"SELECT pk FROM listing WHERE {days.sql}", days.params))
            )
        listed = Clause(f"EXISTS (SELECT 1 FROM listing WHERE pk = p.pk AND {days.sql})", days.params)
        return self.implying(first, last, listed)

    def implying(self, first: str | None, last: str | None, clause: Clause) -> Clause:
        """A condition on days with what follows from it for the order, so that the walk begins and ends there."""
        if self.key != "day" or self.form not in ("order", "scan"):
            return clause
        return bracketed(joined([*_walked(first, last), clause], "AND"))

    def ends(self, nodes: Sequence[Node]) -> Clause:
        """What follows from conditions on days for the order by day."""
        bounds = [bounds for node in nodes if isinstance(node, When) and (bounds := self.walked(node))]
        return joined([end for first, last in bounds for end in _walked(first, last)], "AND")

    def span(self, nodes: Sequence[Node]) -> Clause | None:
        """A SELECT of the least and greatest key of the papers published when the nodes say; None if none says so."""
        for node in nodes:
            if isinstance(node, When) and node.field == "published" and (bounds := self.bounds(node.days)):
                asked = self.between("published", *bounds)
                return Clause(f"SELECT min(pk), max(pk) FROM paper WHERE {asked.sql}", asked.params)
        return None

    def walked(self, node: When) -> tuple[str | None, str | None] | None:
        """The first and last day that a condition asks for of those that order the list."""
        bounds = self.bounds(node.days)
        if bounds is None or node.field == "published":
            return None
        first, last = bounds
        return None if node.field == "until" else first, None if node.field == "since" else last

    def bounds(self, days: DateRange) -> tuple[str | None, str | None] | None:
        newest = self.scope.newest_day
        return days.bounds(self.scope.today, date.fromisoformat(newest) if newest else None)

    def term(self, node: Term) -> Clause:
        value = node.value
        match node.field:
            case "is" if value in _STATES:
                column, _, flag = _STATES[value].partition(" = ")
                return Clause(f"{self.column(column)} = {flag}")
            case "is" if value == "risen" and self.asks:
                return Clause(f"({RISEN})")
            case "is" if value == "trending" and self.asks:
                return Clause("EXISTS (SELECT 1 FROM trending WHERE trending.pk = p.pk)")
            case "is" if value == "new":
                newest = self.newest_known()
                key = self.column("pk", ordered=self.key == "added")
                return Clause(f"{key} > {newest.sql}", newest.params) if newest else Clause("0")
            case "has":
                return Clause(f"p.{_HAS[value]}" if value in _HAS else "0")
            case "source" if value == "hf":
                told = self.among(Clause("SELECT pk FROM paper_source WHERE source = 'hf'"))
                return Clause(f"(p.source = 'hf' OR {told.sql})")
            case "source" if self.asks:
                return Clause("EXISTS (SELECT 1 FROM paper_source WHERE source = ? AND pk = p.pk)", (value,))
            case "category" if self.asks:
                asked = _category(value)
                return Clause(f"EXISTS (SELECT 1 FROM paper_category WHERE {asked.sql} AND pk = p.pk)", asked.params)
            case "id" if self.asks:
                return self.identified(value)
            case "topic" if self.asks:
                return Clause(f"EXISTS (SELECT 1 FROM paper_topic WHERE {_TOPIC} AND pk = p.pk)", (value,))
            case "tag" if self.asks:
                return Clause("EXISTS (SELECT 1 FROM paper_tag WHERE tag = ? COLLATE NOCASE AND pk = p.pk)", (value,))
        members = self.members(node)
        return self.among(members) if members else Clause("0")

    def identified(self, value: str) -> Clause:
        """Whether a paper's id begins so, or once did."""
        prefixes = _id_prefixes(value)
        found = [self.between("+p.id", prefix, prefix + _LAST) for prefix in prefixes]
        once = joined([self.between("id", prefix, prefix + _LAST) for prefix in prefixes], "OR")
        alias = Clause(f"p.pk IN (SELECT pk FROM paper_alias WHERE {once.sql})", once.params)
        return bracketed(joined([*found, alias], "OR"))

    def newest_known(self) -> Clause | None:
        """The newest paper that is not new: all after it are. No index on the time is needed for that."""
        since = self.scope.new_since
        if since is None:
            return None
        return Clause("coalesce((SELECT pk FROM paper WHERE added < ? ORDER BY pk DESC LIMIT 1), 0)", (since,))

    def members(self, node: Node) -> Clause | None:
        """A SELECT of the papers that a node names, where an index leads to them.

        Not for what most papers have, such as `is:unread`.
        """
        match node:
            case Term("topic", slug):
                return Clause(f"SELECT pk FROM paper_topic WHERE {_TOPIC}", (slug,))
            case Term("category", category):
                asked = _category(category)
                return Clause(f"SELECT pk FROM paper_category WHERE {asked.sql}", asked.params)
            case Term("source", source) if source != "hf":
                return Clause("SELECT pk FROM paper_source WHERE source = ?", (source,))
            case Term("tag", tag):
                return Clause("SELECT pk FROM paper_tag WHERE tag = ? COLLATE NOCASE", (tag,))
            case Term("id", id):
                prefixes = _id_prefixes(id)
                asked = joined([self.between("id", prefix, prefix + _LAST) for prefix in prefixes], "OR")
                return Clause(
                    f"SELECT pk FROM paper WHERE {asked.sql} UNION ALL SELECT pk FROM paper_alias WHERE {asked.sql}",
                    asked.params * 2,
                )
            case Term("is", "risen"):
                return Clause(f"SELECT p.pk FROM paper AS p WHERE {RISEN}")
            case Term("is", "trending"):
                return Clause("SELECT pk FROM trending")
            case Term("is", "new") if newest := self.newest_known():
                return Clause(f"SELECT pk FROM paper WHERE pk > {newest.sql}", newest.params)
            case Or(nodes):
                members = [found for inner in nodes if (found := self.members(inner))]
                return joined(members, "UNION ALL") if len(members) == len(nodes) else None
        return self.indexed(node)

    def indexed(self, node: Node) -> Clause | None:
        """The same for what stands in a paper's row, or a day's."""
        match node:
            case Term("is", ("read" | "starred" | "hidden") as state):
                return Clause(f"SELECT pk FROM paper WHERE {_STATES[state]}")
            case Term("has", "note"):
                return Clause(f"SELECT pk FROM paper WHERE {_HAS['note']}")
            case Count(name, low, high):
                asked = self.between(_COUNTS[name], low, high)
                return Clause(f"SELECT pk FROM paper WHERE {asked.sql}", asked.params)
            case When("published", days) if bounds := self.bounds(days):
                asked = self.between("published", *bounds)
                return Clause(f"SELECT pk FROM paper WHERE {asked.sql}", asked.params)
            case When("day", days) if bounds := self.bounds(days):
                asked = self.between("day", *bounds)
                return Clause(f"SELECT pk FROM listing WHERE {asked.sql}", asked.params)
        return None


def _category(value: str) -> Clause:
    """What a category is: itself, or any of the archive that it names, such as `cs`."""
    if "." in value:
        return Clause("category = ?", (value,))
    return Clause("(category = ? OR category > ? AND category < ?)", (value, f"{value}.", f"{value}/"))


def _walked(first: str | None, last: str | None) -> list[Clause]:
    """Where a walk in the order of days begins and ends, for papers that were listed from one day to another.

    What is listed in time is not ordered behind the last day, but for what was listed again later; that is little, and
    an index of its own tells how late.
    """
    ends = []
    if first is not None:
        ends.append(Clause("p.sort_day >= ?", (first,)))
    if last is not None:
        again = "SELECT max(day) FROM paper WHERE first_day < day AND first_day <= ?"
        ends.append(Clause(f"p.sort_day <= max(?, coalesce(({again}), ''))", (last, last)))
    return ends


_TOPIC = "topic = (SELECT pk FROM topic WHERE slug = ?)"
_LAST = "\U0010ffff"


def _id_prefixes(value: str) -> list[str]:
    """An id as typed, in lower case, and without the class that some write in ids of before 2007: `math.GT/0309136`."""
    archive, slash, number = value.lower().partition("/")
    plain = f"{archive.partition('.')[0]}{slash}{number}" if slash else value
    return list(dict.fromkeys((value, value.lower(), plain)))
