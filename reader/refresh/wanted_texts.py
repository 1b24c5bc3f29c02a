"""Which full texts are to be here before they are read: those of the papers that the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reader.cache import schema
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.ids import pdf_url
from reader.core.query import Not, QueryError, Term, parse
from reader.core.query.nodes import all_of

RETRY_DAYS = 21
"""Days after which a text that no source had is asked for again."""


class Wanted(NamedTuple):
    """A paper whose text is to be fetched."""

    pk: int
    id: str


def find_wanted(file: Path, settings: Settings, now: datetime) -> list[Wanted]:
    """The papers of the settings' queries whose text is missing and may be there, in the queries' orders."""
    if not settings.fetch_ahead or not settings.full_text_from:
        return []
    schema.ensure(file)
    since = (now - timedelta(days=RETRY_DAYS)).date().isoformat()
    with closing(Window.open(file)) as window, closing(Texts.open(file)) as texts:
        missing = texts.missing(since)
        pks = dict.fromkeys(pk for pk in _asked_for(window, settings.fetch_ahead, now) if pk not in missing)
        return [paper for paper in _papers(window, list(pks)) if pdf_url(paper.id) is not None]


def _asked_for(window: Window, queries: Sequence[str], now: datetime) -> Iterator[int]:
    """The papers of the valid queries that have no text here."""
    scope = Scope(now.date(), window.newest_day())
    for text in queries:
        try:
            query = parse(text)
        except QueryError:
            # It is reported with the settings.
            continue
        nodes = [node for node in (query.root, Not(Term("has", "fulltext"))) if node is not None]
        yield from window.order(compile_query(replace(query, root=all_of(nodes)), scope)).pks


def _papers(window: Window, pks: Sequence[int]) -> Iterator[Wanted]:
    for start in range(0, len(pks), 200):
        for row in window.rows(pks[start : start + 200]):
            if isinstance(row.pk, int):
                yield Wanted(row.pk, row.id)
