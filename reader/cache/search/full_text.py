"""A query's words as an expression for the full-text index, and as an SQL condition on one paper's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Literal, NamedTuple

from reader.cache.search.sql_functions import search_keys
from reader.core.query import And, Match, Node, Not, Or, Regex
from reader.core.query.nodes import all_of, any_of
from reader.core.text import is_letter, split_words
from reader.core.words import forms, joined

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


def fts_expression(node: Node, *, literally: bool = True, in_texts: bool = False) -> str | None:
    """The FTS5 expression of a node with only words, at least one of them not excluded; None for any other node.

    With `in_texts` the words are those of `fulltext:`, for the index of full texts, otherwise all others. The index has
    stems, so quoted words are found `literally` only by a second look at the text: then they are no words. Every word
    is quoted, so nothing in it is an operator.
    """
    ask = partial(fts_expression, literally=literally, in_texts=in_texts)
    match node:
        case Match(text, exact, field):
            if (field == "fulltext") != in_texts or (literally and is_literal(node)):
                return None
            words = any_form(text, exact, is_long=not in_texts or _has_longer_words(text))
            return f"{_COLUMNS[field]} : {words}" if field in _COLUMNS and words else words
        case Or(nodes):
            parts = [part for inner in nodes if (part := ask(inner))]
            return f"({' OR '.join(dict.fromkeys(parts))})" if len(parts) == len(nodes) else None
        case And(nodes):
            unwanted = [part for inner in nodes if isinstance(inner, Not) and (part := ask(inner.node))]
            wanted = [part for inner in nodes if not isinstance(inner, Not) and (part := ask(inner))]
            if not wanted or len(wanted) + len(unwanted) < len(nodes):
                return None
            found = f"({' AND '.join(wanted)})"
            return f"({found} NOT ({' OR '.join(unwanted)}))" if unwanted else found
    return None


def is_literal(node: Node) -> bool:
    """Whether a node is quoted words that must be in the text as typed; keywords have many spellings."""
    return isinstance(node, Match) and node.exact and node.field not in ("keyword", "fulltext")


def any_form(text: str, exact: bool, is_long: bool = True) -> str | None:
    """The FTS5 expression of a typed word or phrase in all forms; None without a word.

    Only with `is_long` are longer words searched for that begin like it.
    """
    parts = [_quoted(one.words, is_prefix=one.is_beginning and is_long) for one in forms(text, exact)]
    return f"({' OR '.join(parts)})" if len(parts) > 1 else next(iter(parts), None)


def _quoted(words: Sequence[str], *, is_prefix: bool) -> str:
    return f'"{" ".join(words)}"' + (" *" if is_prefix else "")


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


def _has_longer_words(text: str) -> bool:
    return is_letter(text[-1:]) and len(split_words(text)[-1]) >= SHORTEST_PREFIX


def is_found_in_texts(word: str) -> bool:
    """Whether the index finds a typed word wherever the texts show it: a short one finds no longer words."""
    return bool(split_words(word)) and (word.startswith('"') or _has_longer_words(word))


def in_full_text(node: Node) -> Node | None:
    """The node that finds plain words in full texts instead; None if the node has anything else."""
    match node:
        case Match(field=None):
            return replace(node, field="fulltext")
        case And(nodes) | Or(nodes):
            found = [one for inner in nodes if (one := in_full_text(inner))]
            return replace(node, nodes=tuple(found)) if len(found) == len(nodes) else None
    return None


def typed_title(words: Sequence[Match], *, is_begin: bool = False) -> str:
    """The FTS5 expression of titles that have, or begin with, some words as typed, the last one maybe in part.

    No title has it for a single word.
    """
    found = forms(" ".join(one.text for one in words)) if len(words) > 1 else ()
    sign = "^ " if is_begin else ""
    return " OR ".join(f"title : {sign}{_quoted(one.words, is_prefix=one.is_beginning)}" for one in found) or '""'


def select_texts(expression: str) -> Clause:
    """A SELECT of the keys of the papers in whose full text an FTS5 expression is found."""
    return Clause("SELECT rowid FROM text_fts WHERE text_fts MATCH ?", (expression,))


def text_test(node: Match | Regex) -> Clause:
    """Words or a pattern as a condition on the text of `paper AS p`."""
    columns = _TEXTS[node.field]
    if isinstance(node, Regex):
        test = Clause(f"({columns} REGEXP ?)", (node.pattern,))
    else:
        test = Clause(f"has_words(?, {columns})", (search_keys(node.text, node.exact),))
    if "t." not in columns:
        return test
    return Clause(f"(SELECT {test.sql} FROM paper_text AS t WHERE t.pk = p.pk)", test.params)


_NAMES = ("author", "org")
"""Fields of names, of which two are never one word."""


def with_compounds(node: Node) -> Node:
    """The tree in which words side by side are also found as one word, and keywords by their abbreviation."""
    match node:
        case Match(text, exact, "keyword"):
            return any_of([Match(form, exact, "keyword") for form in _keyword_forms(text)])
        case Not(inner):
            return Not(with_compounds(inner))
        case And(nodes):
            return all_of(list(_with_joined(nodes)))
        case Or(nodes):
            return any_of(list(map(with_compounds, nodes)))
    return node


def _keyword_forms(keyword: str) -> Sequence[str]:
    """A keyword, its abbreviation, and what that abbreviates: `llms` and `large language model`."""
    from reader.core.keywords import ABBREVIATIONS, key

    short = key(keyword)
    return tuple(dict.fromkeys(form for form in (keyword, short, ABBREVIATIONS.get(short)) if form))


def _with_joined(nodes: Sequence[Node]) -> Iterator[Node]:
    for field, run in groupby(nodes, key=_joins):
        some = list(run)
        if field is False:
            yield from map(with_compounds, some)
            continue
        words = [node.text for node in some if isinstance(node, Match)]
        for node, whole in zip(some, joined(words), strict=True):
            yield any_of([node, *(Match(word, field=field) for word in whole)])


def _joins(node: Node) -> str | Literal[False] | None:
    """The field of a plain word that may be one word with the next one; False for all other nodes."""
    match node:
        case Match(text, False, field) if field not in (*_NAMES, "keyword") and text.isalnum():
            return field
    return False


def wanted_words(node: Node) -> list[Match]:
    """The node's words of the papers' own text, without the excluded ones."""
    match node:
        case And(nodes) | Or(nodes):
            return [match for inner in nodes for match in wanted_words(inner)]
        case Match(field=field) if field != "fulltext":
            return [node]
    return []
