"""A query's words as an expression for the full-text index, and as an SQL condition on one paper's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Literal, TypeGuard

from reader.cache.search.selection import Clause, search_keys
from reader.core.query import And, Match, Node, Not, Or
from reader.core.query.nodes import all_of, any_of
from reader.core.text import is_letter, split_words
from reader.core.words import forms, join_neighbours

_COLUMNS = {"title": "title", "abstract": "abstract", "author": "authors", "keyword": "keywords", "org": "organization"}

WEIGHTS = "10.0, 2.0, 3.0, 5.0, 1.0"
"""Weights of a word in title, abstract, authors, keywords and organization for ranking."""

MIN_PREFIX_LETTERS = 4
"""Minimum letters of a word that also finds longer words in full texts.

Merging the lists of all words of 10,000 texts that begin with `the` takes 100 ms, and 1.5 s for `t`. Shorter words,
such as AI or 3D, are mostly whole words.
"""


def fts_expression(node: Node, *, literally: bool = True) -> str | None:
    """The FTS5 expression of a node that has only words, not all of them excluded; None for any other node.

    The index has stems, so with `literally` quoted words are not expressed, as they must be compared with the text.
    Every word is quoted in the expression, so nothing in it is an operator.
    """
    express = partial(fts_expression, literally=literally)
    match node:
        case Match(text, exact, field):
            if field == "fulltext" or (literally and is_literal(node)):
                return None
            words = any_form(text, exact)
            return f"{_COLUMNS[field]} : {words}" if field and words else words
        case Or(nodes):
            parts = [part for inner in nodes if (part := express(inner))]
            return f"({' OR '.join(dict.fromkeys(parts))})" if len(parts) == len(nodes) else None
        case And(nodes):
            excluded = [part for node in nodes if isinstance(node, Not) and (part := express(node.node))]
            required = [part for node in nodes if not isinstance(node, Not) and (part := express(node))]
            if not required or len(required) + len(excluded) < len(nodes):
                return None
            together = f"({' AND '.join(required)})"
            return f"({together} NOT ({' OR '.join(excluded)}))" if excluded else together
    return None


COMMON_LETTERS = "abcdefghilmoprstw"
"""Letters with which a word of nearly every paper begins. The index would merge the lists of all papers, which takes up
to 12 ms for 10,000 papers; scanning the texts of the first 200 takes 3 ms."""


def is_common_letter(node: Node) -> TypeGuard[Match]:
    """Whether a node is the typed beginning of a word that most papers have."""
    if not isinstance(node, Match) or node.exact or node.field == "fulltext":
        return False
    return len(node.text) == 1 and node.text.lower() in COMMON_LETTERS


def is_literal(node: Node) -> bool:
    """Whether a node is quoted words that must be in the text as typed; keywords have many spellings."""
    return isinstance(node, Match) and node.exact and node.field not in ("keyword", "fulltext")


def any_form(text: str, exact: bool, is_long: bool = True) -> str | None:
    """The FTS5 expression of a typed word or phrase in all forms; None without a word.

    With `is_long`, longer words that begin with it are searched for too.
    """
    parts = [_quote(form.words, is_prefix=form.is_beginning and is_long) for form in forms(text, exact)]
    return f"({' OR '.join(parts)})" if len(parts) > 1 else next(iter(parts), None)


def _quote(words: Sequence[str], *, is_prefix: bool) -> str:
    return f'"{" ".join(words)}"' + (" *" if is_prefix else "")


def select_texts(node: Match) -> Clause:
    """A SELECT of the keys of the papers in whose full text some words are found."""
    expression = any_form(node.text, node.exact, is_long=_has_longer_words(node.text))
    return Clause("SELECT rowid FROM text_fts WHERE text_fts MATCH ?", (expression or '""',))


def _has_longer_words(text: str) -> bool:
    return is_letter(text[-1:]) and len(split_words(text)[-1]) >= MIN_PREFIX_LETTERS


def typed_title(words: Sequence[Match], *, is_begin: bool = False) -> str:
    """The FTS5 expression of titles that have, or begin with, the typed words, whose last may be incomplete.

    For a single word, the expression matches no title.
    """
    phrases = forms(" ".join(word.text for word in words)) if len(words) > 1 else ()
    sign = "^ " if is_begin else ""
    return " OR ".join(f"title : {sign}{_quote(form.words, is_prefix=form.is_beginning)}" for form in phrases) or '""'


def text_test(node: Match) -> Clause:
    """Words as a condition on the text of `paper AS p`."""
    columns = ["p.title" if name == "title" else f"t.{name}" for name in _COLUMNS.values()]
    if node.field is not None:
        columns = [column for column in columns if column.endswith(f".{_COLUMNS[node.field]}")]
    test = Clause(f"has_words(?, {', '.join(columns)})", (search_keys(node.text, node.exact),))
    if columns == ["p.title"]:
        return test
    return Clause(f"(SELECT {test.sql} FROM paper_text AS t WHERE t.pk = p.pk)", test.params)


_NAMES = ("author", "org")
"""Fields of names; two words of a name are never written as one."""


def with_compounds(node: Node) -> Node:
    """The tree in which words side by side are also found as one word, and keywords by their abbreviation."""
    match node:
        case Match(text, exact, "keyword"):
            return any_of([Match(form, exact, "keyword") for form in _keyword_forms(text)])
        case Not(inner):
            return Not(with_compounds(inner))
        case And(nodes):
            return all_of(list(_with_joined_words(nodes)))
        case Or(nodes):
            return any_of(list(map(with_compounds, nodes)))
    return node


def _keyword_forms(keyword: str) -> Sequence[str]:
    """A keyword, its abbreviation and its long form: `llms`, `large language model`."""
    from reader.core.keywords import ABBREVIATIONS, key

    short = key(keyword)
    return tuple(dict.fromkeys(form for form in (keyword, short, ABBREVIATIONS.get(short)) if form))


def _with_joined_words(nodes: Sequence[Node]) -> Iterator[Node]:
    for field, run in groupby(nodes, key=_joins):
        members = list(run)
        if field is False:
            yield from map(with_compounds, members)
            continue
        words = [node.text for node in members if isinstance(node, Match)]
        for node, whole in zip(members, join_neighbours(words), strict=True):
            yield any_of([node, *(Match(word, field=field) for word in whole)])


def _joins(node: Node) -> str | Literal[False] | None:
    """The field of a plain word that may form one word with the next; False for all other nodes."""
    match node:
        case Match(text, False, field) if field not in (*_NAMES, "keyword") and text.isalnum():
            return field
    return False


def wanted_words(node: Node) -> list[Match]:
    """The node's words that papers must have in title, abstract or names; excluded words are left out."""
    match node:
        case And(nodes) | Or(nodes):
            return [match for inner in nodes for match in wanted_words(inner)]
        case Match(field=field) if field != "fulltext":
            return [node]
    return []
