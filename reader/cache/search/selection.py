"""A query that is compiled to SQL: its papers and their order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

Param = str | int
"""A value bound to a placeholder in the SQL."""


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


def in_parentheses(clause: Clause) -> Clause:
    """The clause in parentheses."""
    return Clause(f"({clause.sql})", clause.params)


class Nearest(NamedTuple):
    """The papers that fit a free text or are like others, of those that match the exact terms."""

    text: str
    """The free text; may be empty."""
    like: tuple[str, ...]
    exact: Clause
    is_by_fit: bool
    """Whether the best come first; otherwise the papers have the selection's order."""
    reverse: bool
    """Whether the best come last."""


class Selection(NamedTuple):
    """The papers of a query and their order: `SELECT ... FROM paper AS p WHERE {where} ORDER BY {order}`.

    The connection needs `register_functions`.
    """

    where: Clause
    order: Clause
    grouped_by_day: bool
    ordered: Clause
    """The same condition, written so that SQLite can use only the index of the order of days, which finds the first
    papers fastest. For other orders, equal to `where`."""
    is_for_you: bool = False
    """Whether the order is by how well papers suit the user."""
    offer: tuple[Clause, ...] | None = None
    """How For you offers the papers; None for an ordinary list."""
    near: Nearest | None = None
    """The free text or papers to find the nearest papers to, which `free_text.py` does; None for other queries.

    The other fields do not contain these papers."""

    def statement(self, limit: int = -1) -> tuple[str, tuple[Param, ...]]:
        """The SQL and values that read the papers' keys and days in order; at most `limit` of them if it is not -1."""
        where = self.where if limit < 0 else self.ordered
        sql = f"SELECT p.pk, p.sort_day FROM paper AS p WHERE {where.sql} ORDER BY {self.order.sql} LIMIT ?"
        return sql, (*where.params, *self.order.params, limit)


# The function that compiled queries call


def register_functions(connection: sqlite3.Connection) -> None:
    """Add the function to a connection."""
    connection.create_function("has_words", -1, has_words, deterministic=True)


def search_keys(text: str, exact: bool) -> str:
    """The words of a text for `has_words`, a line for each spelling; empty if the text has no words.

    Each line begins with a space, and ends with one if the last word must be whole.
    """
    from reader.core.text import is_letter
    from reader.core.words import forms

    end = " " if exact or not is_letter(text[-1:]) else ""
    return "\n".join(f" {' '.join(form.words)}{end}" for form in forms(text, is_whole=True))


def has_words(keys: str, *texts: str | None) -> bool:
    """Whether one of the texts has the words of one of the keys next to each other and in this order."""
    spellings = keys.split("\n")
    return any(_has_words(spellings, text) for text in texts if text)


def _has_words(keys: Sequence[str], text: str) -> bool:
    from reader.core.text import WORD_LETTERS, split_words
    from reader.core.words import index_text

    # The words as typed are searched first; normalizing and splitting the text takes ten times as long.
    words = f" {text.translate(WORD_LETTERS)} "
    if any(key in words for key in keys):
        return True
    words = f" {' '.join(split_words(index_text(text)))} "
    return any(key in words for key in keys)
