"""The topics of papers, and how the topics move from week to week."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from reader.core.topics.trends import Trend, first_day, trends


def topics_of(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of each paper's topics, strongest first; papers without topics are left out."""
    marks = ",".join("?" * len(pks))
    slugs: dict[int, list[str]] = {}
    rows = connection.execute(
        "SELECT pt.pk, topic.slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
        f" WHERE pt.pk IN ({marks}) ORDER BY pt.pk, pt.rank",
        tuple(pks),
    )
    for pk, slug in rows:
        slugs.setdefault(pk, []).append(slug)
    return slugs


# Each day's row counts all its papers, hidden ones too: a trend describes the feed, not the user.
_BY_DAY = """
SELECT day, NULL, papers FROM day WHERE day BETWEEN :first AND :newest
UNION ALL
SELECT n.day, topic.slug, n.papers FROM (
    SELECT l.day AS day, pt.topic AS topic, count(*) AS papers
    FROM listing AS l JOIN paper_topic AS pt ON pt.pk = l.pk
    WHERE l.day BETWEEN :first AND :newest GROUP BY l.day, pt.topic
) AS n JOIN topic ON topic.pk = n.topic
"""


def topic_trends(connection: sqlite3.Connection) -> dict[str, Trend]:
    """The trend of each topic in the weeks that end with the newest day; empty if there are too few weeks."""
    (newest,) = connection.execute("SELECT max(day) FROM day WHERE papers > 0").fetchone()
    if newest is None:
        return {}
    return trends(connection.execute(_BY_DAY, {"first": first_day(newest), "newest": newest}), newest)
