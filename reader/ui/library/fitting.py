"""Ask the cache why a paper fits a query."""

from __future__ import annotations

import sqlite3

from reader.cache.finding.index import found_by
from reader.cache.search import similar
from reader.cache.search.nearest import cache_file
from reader.core.query import parse
from reader.core.similarity import FoundBy, Shared
from reader.session.places import plain_words
from reader.ui.text.fit_lines import Fit


def fit(connection: sqlite3.Connection, pk: int, text: str) -> Fit:
    """Why a paper is in the list of a query for what fits best, or after the papers that match a query."""
    query, cache = parse(text), cache_file(connection)
    like = similar.keys_of(connection, query.like)
    words = query.near or plain_words(query)
    return Fit(
        pk,
        text,
        similar.shared(connection, cache, like, pk) if like else Shared(),
        found_by(connection, cache, words, pk) if words else FoundBy(),
    )
