"""A query's words as an expression for the full-text index, and as an SQL condition on one paper's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from reader.cache.search.sql_functions import search_key
from reader.core.query import And, Match, Node, Not, Or, Regex
from reader.core.query.nodes import all_of, any_of
from reader.core.text import is_letter, split_words

Param = str | int
"""A value bound to a placeholder in the SQL."""

_COLUMNS = {"title": "title", "abstract": "abstract", "author": "authors", "keyword": "keywords", "org": "organization"}

_TEXTS = {
    None: "p.title, t.abstract, t.authors, t.keywords, t.organization",
    "title": "p.title",
    "abstract": "t.abstract",
    "author": "t.authors",
    "keyword": "t.keywords",
    "org": "t.organization",
}

WEIGHTS = "10.0, 2.0, 3.0, 5.0, 1.0"
"""Weights of a word in title, abstract, authors, keywords and organization for ranking."""


class Clause(NamedTuple):
    """A piece of SQL and the values of its placeholders."""

    sql: str
    params: tuple[Param, ...] = ()


def join_clauses(clauses: Sequence[Clause], operator: str) -> Clause:
    """Join clauses by an operator; without clauses the condition is always true."""
    if not clauses:
        return Clause("1")
    return Clause(
        f" {operator} ".join(clause.sql for clause in clauses),
        tuple(param for clause in clauses for param in clause.params),
    )


def bracketed(clause: Clause) -> Clause:
    """The clause in parentheses."""
    return Clause(f"({clause.sql})", clause.params)


def fts_expression(node: Node) -> str | None:
    """The FTS5 expression of a node with only words, at least one of them not excluded; None for any other node.

    Every word is quoted, so nothing in it is an operator.
    """
    match node:
        case Match(field="fulltext"):
            return None
        case Match(text, exact, field):
            words = _quoted(text, is_prefix=not exact and is_letter(text[-1:]))
            return f"{_COLUMNS[field]} : {words}" if field else words
        case Or(nodes):
            parts = [part for inner in nodes if (part := fts_expression(inner))]
            return f"({' OR '.join(dict.fromkeys(parts))})" if len(parts) == len(nodes) else None
        case And(nodes):
            wanted = [part for inner in nodes if not isinstance(inner, Not) and (part := fts_expression(inner))]
            unwanted = [part for inner in nodes if isinstance(inner, Not) and (part := fts_expression(inner.node))]
            if not wanted or len(wanted) + len(unwanted) < len(nodes):
                return None
            found = f"({' AND '.join(wanted)})"
            return f"({found} NOT ({' OR '.join(unwanted)}))" if unwanted else found
    return None


def _quoted(text: str, *, is_prefix: bool) -> str:
    return '"' + text.replace('"', '""') + ('" *' if is_prefix else '"')


def is_first_letter(node: Node) -> bool:
    """Whether a node is a word's first letter, of which the index would merge the lists of nearly all papers."""
    return isinstance(node, Match) and not node.exact and len(node.text) == 1 and is_letter(node.text)


def select_matches(expression: str) -> Clause:
    """A SELECT of the keys of the papers that an FTS5 expression finds."""
    return Clause("SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?", (expression,))


SHORTEST_PREFIX = 4
"""Letters from which on a word also finds longer ones in full texts.

To merge the lists of all words of 10,000 texts that begin with `the` takes 100 ms, and 1.5 s for `t`. Shorter words,
such as AI or 3D, are mostly whole ones.
"""


def text_expression(node: Node) -> str | None:
    """The FTS5 expression for the index of full texts of a node with only `fulltext:` words; None for any other."""
    match node:
        case Match(text, exact, "fulltext"):
            return _quoted(text, is_prefix=not exact and _has_longer_words(text))
        case And(nodes) | Or(nodes):
            parts = [part for inner in nodes if (part := text_expression(inner))]
            operator = " AND " if isinstance(node, And) else " OR "
            return f"({operator.join(parts)})" if len(parts) == len(nodes) else None
    return None


def _has_longer_words(text: str) -> bool:
    return is_letter(text[-1:]) and len(split_words(text)[-1]) >= SHORTEST_PREFIX


def is_found_in_texts(match: Match) -> bool:
    """Whether the index finds words in full texts as they are found in the text: whole, or as beginnings."""
    from reader.core.spellings import spellings

    found = [Match(*one) for one in spellings(match.text, match.exact)]
    return all(split_words(one.text) and (one.exact or _has_longer_words(one.text)) for one in found)


def in_full_text(node: Node) -> Node | None:
    """The node that finds plain words in full texts instead; None if the node has anything else."""
    match node:
        case Match(field=None):
            return replace(node, field="fulltext")
        case And(nodes) | Or(nodes):
            # The index of full texts knows no `&`.
            nodes = tuple(one for one in nodes if not _is_signed(one))
            found = [one for inner in nodes if (one := in_full_text(inner))]
            return replace(node, nodes=tuple(found)) if len(found) == len(nodes) else None
    return None


def _is_signed(node: Node) -> bool:
    """Whether a node is made by `_with_sign`: nobody can type a pattern for the abstract."""
    match node:
        case And((Match(), Or((Regex(), Regex("abstract"))))):
            return True
    return False


def select_texts(expression: str) -> Clause:
    """A SELECT of the keys of the papers in whose full text an FTS5 expression is found."""
    return Clause("SELECT rowid FROM text_fts WHERE text_fts MATCH ?", (expression,))


def text_test(node: Match | Regex) -> Clause:
    """Words or a pattern as a condition on the text of `paper AS p`."""
    columns = _TEXTS[node.field]
    if isinstance(node, Regex):
        test = Clause(f"({columns} REGEXP ?)", (node.pattern,))
    else:
        test = Clause(f"has_words(?, {columns})", (search_key(node.text, node.exact),))
    if "t." not in columns:
        return test
    return Clause(f"(SELECT {test.sql} FROM paper_text AS t WHERE t.pk = p.pk)", test.params)


_NAMES = ("author", "org")
"""Fields of names, which have one spelling."""


def with_spellings(node: Node) -> Node:
    """The tree with all spellings of the words: `pretraining` also finds "pre-training", `keyword:llms` "llm"."""
    match node:
        case Match(field=field) if field in _NAMES:
            return node
        case Match(text, exact, field):
            # Imported late: most lists are read without words.
            from reader.core.spellings import keyword_spellings, spellings

            found = (keyword_spellings if field == "keyword" else spellings)(text, exact)
            forms: list[Node] = [Match(form, whole, field) for form, whole in found if search_key(form, whole)]
            if forms and exact and field in (None, "title", "abstract") and (signed := _with_sign(text, field)):
                forms.append(signed)
            return any_of(forms) if forms else node
        case Not(inner):
            return Not(with_spellings(inner))
        case And(nodes):
            return all_of(list(_with_joined(nodes)))
        case Or(nodes):
            return any_of(list(map(with_spellings, nodes)))
    return node


def _with_sign(text: str, field: str | None) -> Node | None:
    """Quoted words with `&` for `and`, which only the text tells from `vision-language`; None if they have no `and`."""
    words = split_words(text)
    if "and" not in words[1:-1] or text.startswith("="):
        return None
    pattern = r"\b" + r"\W+".join("&" if word == "and" else re.escape(word) for word in words) + r"\b"
    signs = any_of([Regex(name, pattern) for name in ("title", "abstract") if field in (None, name)])
    return And((Match(" ".join(word for word in words if word != "and"), exact=True, field=field), signs))


def _with_joined(nodes: Sequence[Node]) -> Iterator[Node]:
    """Terms in all spellings; each two plain words may also be written as one: `pre training`."""
    from reader.core.spellings import joined

    asked = [one for one in nodes if not _is_and(one)] or nodes
    spelled = list(map(with_spellings, asked))
    for at, (before, after) in enumerate(pairwise(asked)):
        match before, after:
            case Match(one, False, field), Match(other, False, same) if field == same and field not in _NAMES:
                forms = [Match(form, exact=False, field=field) for form in joined(one, other)]
                if forms:
                    spelled[at + 1] = any_of([spelled[at + 1], *forms])
                # Most such words begin with the first one, and so have it; but full texts have short words whole.
                if not all(form.text.startswith(one.lower()) and len(one) >= SHORTEST_PREFIX for form in forms):
                    spelled[at] = any_of([spelled[at], *forms])
    yield from spelled


def _is_and(node: Node) -> bool:
    """Whether a node is the plain word `and`, instead of which texts may have `&`, which is no word."""
    return isinstance(node, Match) and node.field is None and not node.exact and node.text == "and"


def wanted_words(node: Node) -> list[Match]:
    """The node's words of the papers' own text, without the excluded ones."""
    match node:
        case And(nodes) | Or(nodes):
            return [match for inner in nodes for match in wanted_words(inner)]
        case Match(field=field) if field != "fulltext":
            return [node]
    return []
