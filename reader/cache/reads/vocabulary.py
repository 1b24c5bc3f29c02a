"""The words for completing queries: keywords, authors, organizations, tags, categories, venues and sources."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from reader.cache.flags import tag_counts

PAPERS_READ = 20_000
"""Number of newest papers whose keywords and people are suggested."""

MAX_SUGGESTIONS = 20_000
"""Maximum number of suggestions for a field, most common first."""

ITEMS_PER_PAUSE = 200
"""Papers or words between two calls of `breathe`: a few milliseconds of work."""

T = TypeVar("T")

Vocabulary = Mapping[str, Mapping[str, int] | Sequence[str]]
"""Values of each field of the query language, the most common first; tags and sources with their listed papers."""


_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")

_SOURCES = """
SELECT source, papers FROM (
    SELECT s.source, count(*) AS papers FROM paper_source AS s CROSS JOIN paper AS p ON p.pk = s.pk
    WHERE s.source <> 'hf' AND p.hidden = 0 GROUP BY s.source
    UNION ALL
    SELECT 'hf', count(*) FROM paper WHERE source = 'hf' AND hidden = 0
) ORDER BY papers DESC
"""


def vocabulary(connection: sqlite3.Connection, breathe: Callable[[], None] = lambda: None) -> Vocabulary:
    """Keywords, authors and organizations that several of the newest papers share, and all values of other fields.

    The spellings of a keyword are counted under the most common one. `breathe` is called every few milliseconds
    so that other threads can run.
    """
    spelled: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    organizations: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    rows = connection.execute(
        "SELECT keywords, authors, organization, categories FROM paper_text ORDER BY pk DESC LIMIT ?", (PAPERS_READ,)
    )
    for keywords, people, organization, filed in _with_pauses(rows, breathe):
        spelled.update(keywords.split("\n"))
        authors.update(people.split("\n"))
        organizations[organization or ""] += 1
        categories.update(filed.split("\n") if filed else ())
    return {
        "keyword": _common(_collapse(spelled, breathe)),
        "author": _common(authors),
        "org": _common(organizations),
        "tag": tag_counts(connection),
        "category": [category for category, _ in categories.most_common()],
        "venue": _venues(connection),
        "source": dict(connection.execute(_SOURCES).fetchall()),
    }


def _venues(connection: sqlite3.Connection) -> list[str]:
    """Venues without their tracks, with and without the year."""
    papers: Counter[str] = Counter()
    for venue, count in connection.execute("SELECT venue, count(*) FROM paper WHERE venue IS NOT NULL GROUP BY venue"):
        name, year, _ = _YEAR.split(venue, maxsplit=1) if _YEAR.search(venue) else (venue, "", "")
        papers[name.strip()] += count
        if year:
            papers[name + year] += count
    return [venue for venue, _ in papers.most_common(MAX_SUGGESTIONS)]


def _with_pauses(items: Iterable[T], breathe: Callable[[], None]) -> Iterator[T]:
    for number, item in enumerate(items):
        if number % ITEMS_PER_PAUSE == 0:
            breathe()
        yield item


def _collapse(spelled: Mapping[str, int], breathe: Callable[[], None]) -> Counter[str]:
    """Number of papers by the most common spelling of each keyword; keywords of a single paper are left out."""
    from reader.core.keywords import commonest, key

    keys = {keyword: key(keyword) for keyword in _with_pauses(spelled, breathe)}
    papers: Counter[str] = Counter()
    for keyword, count in spelled.items():
        papers[keys[keyword]] += count
    forms = commonest({keyword: count for keyword, count in spelled.items() if papers[keys[keyword]] > 1})
    return Counter({form: papers[same] for same, form in forms.items()})


def _common(papers: Counter[str]) -> list[str]:
    return [word for word, count in papers.most_common(MAX_SUGGESTIONS) if word and count > 1]


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
