"""The query language: one text for the filter bar, saved views, the command line and bulk marks.

`suggestions` helps while a query is typed, and `choices` connects queries with the filter pane.
"""

from __future__ import annotations

from reader.core.errors import QueryError
from reader.core.query.lexer import EXAMPLES, FIELDS
from reader.core.query.nodes import And, Count, DateTerm, Match, Near, Node, Not, Or, Query, Sort, Term
from reader.core.query.parser import CHOICES, parse

__all__ = [
    "CHOICES",
    "EXAMPLES",
    "FIELDS",
    "And",
    "Count",
    "DateTerm",
    "Match",
    "Near",
    "Node",
    "Not",
    "Or",
    "Query",
    "QueryError",
    "Sort",
    "Term",
    "parse",
]  # fmt: skip
