"""Reads of all papers what the keys of citations are made from, so that a key depends on no export."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from reader.cache.reads.window import Window
from reader.core.paper import Paper


def citable_papers(connection: sqlite3.Connection) -> list[Paper]:
    """Id, title, first author and dates of each paper, the one that came first first."""
    return [
        Paper(pk, id, title, day=day, published=published, authors=(author,) if author else ())
        for pk, id, title, day, published, author in connection.execute(_CITABLE)
    ]


def citable_papers_of(file: Path) -> list[Paper]:
    """The same of the cache at a path, which is opened for it: any thread may ask."""
    with closing(Window.open(file)) as window:
        return window.read(citable_papers)


_CITABLE = """
    SELECT p.pk, p.id, p.title, p.day, p.published, substr(t.authors, 1, instr(t.authors || char(10), char(10)) - 1)
    FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.pk
"""
