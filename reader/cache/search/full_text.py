"""Words of a query as SQL: as an expression of the full-text index, and as a question to one paper's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from reader.cache.search.functions import is_letter, needle, words
from reader.core.query import And, Match, Node, Not, Or, Regex

Param = str | int
"""A bound value."""

_COLUMNS = {
    "title": "title",
    "abstract": "abstract",
    "author": "authors",
    "keyword": "keywords",
    "org": "organization",
}

_TEXTS = {
    None: "p.title, t.abstract, t.authors, t.keywords, t.organization",
    "title": "p.title",
    "abstract": "t.abstract",
    "author": "t.authors",
    "keyword": "t.keywords",
    "org": "t.organization",
}

WEIGHTS = "10.0, 2.0, 3.0, 5.0, 1.0"
"""How much a word counts in title, abstract, authors, keywords and organization when papers are ranked."""


class Clause(NamedTuple):
    """A piece of SQL and the values of its marks."""

    sql: str
    params: tuple[Param, ...] = ()


def both(first: Clause, second: Clause) -> Clause:
    """What both clauses ask."""
    return Clause(f"{first.sql} AND {second.sql}", first.params + second.params)


def joined(clauses: Sequence[Clause], word: str) -> Clause:
    """Clauses with a word between them; with none, what is always true."""
    if not clauses:
        return Clause("1")
    return Clause(
        f" {word} ".join(clause.sql for clause in clauses),
        tuple(param for clause in clauses for param in clause.params),
    )


def bracketed(clause: Clause) -> Clause:
    """A clause that binds as one."""
    return Clause(f"({clause.sql})", clause.params)


def fts(node: Node) -> str | None:
    """A node as an expression of FTS5, or None if it can't be one: words, and what combines them.

    Every word stands in quotes, so that nothing in it is an operator.
    """
    match node:
        case Match(text, exact, field):
            quoted = '"' + text.replace('"', '""') + '"'
            star = "" if exact or not is_letter(text[-1:]) else " *"
            return f"{_COLUMNS[field]} : {quoted}{star}" if field else f"{quoted}{star}"
        case Or(nodes):
            parts = [part for inner in nodes if (part := fts(inner))]
            return f"({' OR '.join(parts)})" if len(parts) == len(nodes) else None
        case And(nodes):
            wanted = [part for inner in nodes if not isinstance(inner, Not) and (part := fts(inner))]
            unwanted = [part for inner in nodes if isinstance(inner, Not) and (part := fts(inner.node))]
            if not wanted or len(wanted) + len(unwanted) < len(nodes):
                return None
            found = f"({' AND '.join(wanted)})"
            return f"({found} NOT ({' OR '.join(unwanted)}))" if unwanted else found
    return None


PREFIXES = (2, 3)
"""Letters of the beginnings that the full-text index holds by themselves (`prefix` in the first migration).

Only those are read from where a reader wants to begin; all words that begin with another one are first merged whole:
of 1,000,000 papers, 0.1 s for "mode", 1 s for "t".
"""


def indexed(node: Node) -> Node | None:
    """A node that finds at least the same papers and merges no words; None if that would be all papers.

    What it says of the text is the same if it is equal to the node.
    """
    match node:
        case Match(text, exact, field):
            said = words(text)
            if exact or not is_letter(text[-1:]) or len(said[-1]) in PREFIXES:
                return node
            if len(said[-1]) > PREFIXES[-1]:
                return Match(" ".join((*said[:-1], said[-1][: PREFIXES[-1]])), exact=False, field=field)
            return Match(" ".join(said[:-1]), exact=True, field=field) if said[1:] else None
        case Not(inner):
            return node if indexed(inner) == inner else None
        case Or(nodes):
            found = [one for inner in nodes if (one := indexed(inner))]
            return replace(node, nodes=tuple(found)) if len(found) == len(nodes) else None
        case And(nodes):
            found = [one for inner in nodes if (one := indexed(inner))]
            return replace(node, nodes=tuple(found)) if found else None
    return node


def matching(expression: str) -> Clause:
    """A SELECT of the papers that an expression of FTS5 finds."""
    return Clause("SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?", (expression,))


def is_text(node: Node) -> bool:
    """Whether a node asks for words and patterns alone."""
    match node:
        case And(nodes) | Or(nodes):
            return all(map(is_text, nodes))
        case Not(inner):
            return is_text(inner)
    return isinstance(node, Match | Regex)


def said(node: Node) -> Clause:
    """A node of words as a condition on one paper's text, `p` and `t`."""
    match node:
        case And(nodes):
            return bracketed(joined([said(inner) for inner in nodes], "AND"))
        case Or(nodes):
            return bracketed(joined([said(inner) for inner in nodes], "OR"))
        case Not(inner):
            asked = said(inner)
            return Clause(f"NOT {asked.sql}", asked.params)
        case Match(text, exact, field):
            return Clause(f"says(?, {_TEXTS[field]})", (needle(text, exact),))
        case Regex(field, pattern):
            return Clause(f"({_TEXTS[field]} REGEXP ?)", (pattern,))
    raise AssertionError("only words and patterns are asked of the text")


def pruned(node: Node) -> Node | None:
    """A tree without the words that have no letters, such as a lone dash: they say nothing, so they ask nothing."""
    match node:
        case Match(text, exact):
            return node if needle(text, exact) else None
        case Not(inner):
            kept = pruned(inner)
            return Not(kept) if kept else None
        case And(nodes) | Or(nodes):
            rest = tuple(kept for inner in nodes if (kept := pruned(inner)))
            return replace(node, nodes=rest) if len(rest) > 1 else rest[0] if rest else None
    return node


def respelled(node: Node) -> Node:
    """A tree in which a keyword asks for any of its spellings: `keyword:llms` for "large language models" too."""
    match node:
        case Match(text, exact, "keyword"):
            # A list without such a question is drawn without what tells spellings.
            from reader.core.spellings import spellings

            forms = tuple(Match(form, exact, "keyword") for form in spellings(text, exact) if needle(form, exact))
            return Or(forms) if len(forms) > 1 else node
        case Not(inner):
            return Not(respelled(inner))
        case And(nodes) | Or(nodes):
            return replace(node, nodes=tuple(map(respelled, nodes)))
    return node


def wanted_words(node: Node) -> list[Match]:
    """The words that a node wants, those it excludes left out."""
    match node:
        case And(nodes) | Or(nodes):
            return [match for inner in nodes for match in wanted_words(inner)]
        case Match():
            return [node]
    return []
