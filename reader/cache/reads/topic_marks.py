"""The topics of the papers in a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


def topics_of(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of each paper's topics, strongest first; papers without topics are left out."""
    marks = ",".join("?" * len(pks))
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        "SELECT pt.pk, topic.slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
        f" WHERE pt.pk IN ({marks}) ORDER BY pt.pk, pt.rank",
        tuple(pks),
    )
    for pk, slug in rows:
        found.setdefault(pk, []).append(slug)
    return found
