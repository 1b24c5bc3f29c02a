"""What the cache can tell beyond its papers: how topics move, which bring which along, which words there are.

Questions for `Window.read`. Each looks at a bounded part of the cache, so that none grows with it beyond a blink.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from reader.core.topics.trends import Trend, first_day, trends

SAMPLE = 2_000
"""Newest papers of a topic that are looked at for what comes with it."""

FEWEST = 20
"""Papers that a topic must have before it is said to bring others along."""

MOST = 2 / 3
"""Share of a topic's papers that must have another topic for the one to imply the other."""

RECENT = 20_000
"""Newest papers whose keywords and people are suggested."""

KNOWN = 20_000
"""Suggestions of a kind that are kept, the commonest first."""

AT_ONCE = 200
"""Of so many papers or words the suggestions are gathered in a few milliseconds."""

T = TypeVar("T")

Vocabulary = Mapping[str, Mapping[str, int]]
"""The values that a field of the query language may have, each with its papers, the commonest first."""


class Extent(NamedTuple):
    """What trends follow from: while it is the same, so are they."""

    newest: str | None
    listed: int
    rules: str | None


def extent(connection: sqlite3.Connection) -> Extent:
    """What trends would be told of now."""
    newest: str | None = connection.execute("SELECT max(day) FROM day WHERE papers > 0").fetchone()[0]
    first = first_day(newest) if newest else ""
    listed = connection.execute("SELECT count(*) FROM listing WHERE day BETWEEN ? AND ?", (first, newest)).fetchone()
    rules = connection.execute("SELECT value FROM meta WHERE key = 'topics'").fetchone()
    return Extent(newest, listed[0], rules[0] if rules else None)


# All papers of a day stand in its row. Hidden ones count: a trend is the feed's, not the reader's.
_BY_DAY = """
SELECT day, NULL, papers FROM day WHERE day BETWEEN :first AND :newest
UNION ALL
SELECT n.day, topic.slug, n.papers FROM (
    SELECT l.day AS day, pt.topic AS topic, count(*) AS papers
    FROM listing AS l JOIN paper_topic AS pt ON pt.pk = l.pk
    WHERE l.day BETWEEN :first AND :newest GROUP BY l.day, pt.topic
) AS n JOIN topic ON topic.pk = n.topic
"""


def topic_trends(connection: sqlite3.Connection, newest: str | None) -> dict[str, Trend]:
    """How each topic moves in the weeks that end with `newest` (ISO); empty where there are too few."""
    if newest is None:
        return {}
    return trends(connection.execute(_BY_DAY, {"first": first_day(newest), "newest": newest}), newest)


_BESIDE = """
SELECT topic.slug, n.papers FROM (
    SELECT other.topic AS topic, count(*) AS papers
    FROM (
        SELECT pk FROM paper_topic WHERE topic = (SELECT pk FROM topic WHERE slug = ?) ORDER BY pk DESC LIMIT ?
    ) AS one JOIN paper_topic AS other ON other.pk = one.pk GROUP BY other.topic
) AS n JOIN topic ON topic.pk = n.topic
"""


def implied_topics(connection: sqlite3.Connection, slug: str) -> frozenset[str]:
    """The topics that most of a topic's papers have too, by the newest of them."""
    papers = dict(connection.execute(_BESIDE, (slug, SAMPLE)))
    total = papers.pop(slug, 0)
    if total < FEWEST:
        return frozenset()
    return frozenset(other for other, count in papers.items() if count >= MOST * total)


_SOURCES = """
SELECT source, papers FROM (
    SELECT source, count(*) AS papers FROM paper_source WHERE source <> 'hf' GROUP BY source
    UNION ALL
    SELECT 'hf', count(*) FROM paper WHERE source = 'hf'
) ORDER BY papers DESC
"""


def vocabulary(connection: sqlite3.Connection, breathe: Callable[[], None] = lambda: None) -> Vocabulary:
    """The keywords, authors and organizations that more than one of the newest papers has, and all other values.

    Spellings of a keyword are counted together, and the commonest form stands for all. `breathe` is called every
    few milliseconds, for a thread that lets another one go first.
    """
    spelled: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    organizations: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    rows = connection.execute(
        "SELECT keywords, authors, organization, categories FROM paper_text ORDER BY pk DESC LIMIT ?", (RECENT,)
    )
    for keywords, people, organization, filed in _unhurried(rows, breathe):
        spelled.update(keywords.split("\n"))
        authors.update(people.split("\n"))
        organizations[organization or ""] += 1
        categories.update(filed.split("\n") if filed else ())
    tags = Counter(dict(connection.execute("SELECT tag, count(*) FROM paper_tag GROUP BY tag").fetchall()))
    return {
        "keyword": _common(_collapsed(spelled, breathe)),
        "author": _common(authors),
        "org": _common(organizations),
        "tag": dict(tags.most_common()),
        "category": dict(categories.most_common()),
        "source": dict(connection.execute(_SOURCES).fetchall()),
    }


def _unhurried(items: Iterable[T], breathe: Callable[[], None]) -> Iterator[T]:
    for number, item in enumerate(items):
        if number % AT_ONCE == 0:
            breathe()
        yield item


def _collapsed(spelled: Mapping[str, int], breathe: Callable[[], None]) -> Counter[str]:
    """Papers by the commonest form of each keyword; those of one paper are left out."""
    from reader.core.keywords import commonest, key

    keys = {keyword: key(keyword) for keyword in _unhurried(spelled, breathe)}
    papers: Counter[str] = Counter()
    for keyword, count in spelled.items():
        papers[keys[keyword]] += count
    forms = commonest({keyword: count for keyword, count in spelled.items() if papers[keys[keyword]] > 1})
    return Counter({form: papers[same] for same, form in forms.items()})


def _common(papers: Counter[str]) -> dict[str, int]:
    return {word: count for word, count in papers.most_common(KNOWN) if word and count > 1}
