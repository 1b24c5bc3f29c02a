"""The query language: one text for the filter bar, saved views, the command line and bulk marks."""

from __future__ import annotations

from reader.core.errors import QueryError
from reader.core.query.assist import Completer, Completion, Span, complete, tokens
from reader.core.query.lexer import FIELDS
from reader.core.query.nearest import nearest
from reader.core.query.nodes import And, Count, Match, Node, Not, Or, Query, Regex, Sort, Term, When
from reader.core.query.parser import parse
from reader.core.query.topics import TopicChoice, picked_topics, with_topics
from reader.core.query.values import CHOICES, EXAMPLES

__all__ = [
    "CHOICES",
    "EXAMPLES",
    "FIELDS",
    "And",
    "Completer",
    "Completion",
    "Count",
    "Match",
    "Node",
    "Not",
    "Or",
    "Query",
    "QueryError",
    "Regex",
    "Sort",
    "Span",
    "Term",
    "TopicChoice",
    "When",
    "complete",
    "nearest",
    "parse",
    "picked_topics",
    "tokens",
    "with_topics",
]
