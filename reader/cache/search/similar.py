"""The papers that fit a free text best or are like others, among those that match the exact terms of a query.

Of papers that are like others, the words decide: `finding` compares them by its index. Authors, topics and citations of
the full texts here add to that; the weights are those that found most linked papers.
An author with a common name adds little.

The index ranks all papers that have any of the words. The best of them are tested for the exact terms, and more of them
only if these leave too few. What is left is a list of keys, by which the selection is then read. A text and papers
together have equal weight.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reader.cache.search.full_text import Clause
from reader.cache.search.selection import Nearest, Selection
from reader.core.similarity import Shared
from reader.core.text import fold, split_words

MOST_LIKE = 20
"""Papers that others are compared with; the first ones of more."""

CANDIDATES = 1_000
"""The best papers by their words, for which topics and citations are looked up."""

AUTHOR, AUTHORS_COUNTED = 0.06, 2.0
"""What a shared author adds to the nearness, and how many of them count at most."""

COMMON_NAME = 20
"""An author of this many papers here counts half: several people may have the name."""

MOST_AUTHORS = 25
"""Authors of a paper that are looked for; of more, these are the first."""

TOPICS = 0.02
"""What it adds if all topics are the same."""

CITATION = 0.1
"""What it adds if one paper cites the other."""

SHORTEST_TITLE = 4
"""Words of a title that is looked for in full texts: a shorter one may be there by chance."""

MOST_READ = 5
"""Full texts whose references are read, which takes some 10 ms each."""

_ADDRESS = re.compile(r"https?://\S+")
_ARXIV_ID = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?!\d)")


class Paper(NamedTuple):
    """What is compared of a paper."""

    pk: int
    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]


class Near(NamedTuple):
    """Papers that are like others."""

    pks: list[int]
    """Keys, the nearest first; without the others themselves."""
    nearness: list[float]


def keys_of(connection: sqlite3.Connection, ids: Iterable[str]) -> list[int]:
    """The keys of the papers with these ids, or that had them before; of those that are not here, none."""
    found = []
    for id in ids:
        row = connection.execute(
            "SELECT pk FROM paper WHERE id = :id UNION ALL SELECT pk FROM paper_alias WHERE id = :id", {"id": id}
        ).fetchone()
        if row is not None:
            found.append(int(row[0]))
    return list(dict.fromkeys(found))


def rank_similar(connection: sqlite3.Connection, cache: Path, like: Sequence[int]) -> Near:
    """The papers of the index that are like some others, by their keys."""
    from reader.cache.finding.ranker import rank_by_papers

    others = read_papers(connection, like[:MOST_LIKE])
    if not others:
        return Near([], [])
    words = rank_by_papers(connection, cache, [(one.title, one.abstract) for one in others], CANDIDATES)
    nearness: dict[int, float] = dict(zip(words.pks, words.scores, strict=True))
    for pk, people in _by_authors(connection, others).items():
        nearness[pk] = nearness.get(pk, 0.0) + AUTHOR * min(people, AUTHORS_COUNTED)
    best = sorted(nearness, key=lambda pk: -nearness[pk])[:CANDIDATES]
    cited, citing = _cited(connection, others, best), _citing(connection, others)
    for pk in cited | citing:
        nearness[pk] = nearness.get(pk, 0.0) + CITATION
    for pk, share in _by_topics(connection, others, [*best, *(cited | citing)]).items():
        nearness[pk] += TOPICS * share
    for one in others:
        nearness.pop(one.pk, None)
    ordered = sorted(nearness, key=lambda pk: (-nearness[pk], -pk))
    return Near(ordered, [nearness[pk] for pk in ordered])


def shared(connection: sqlite3.Connection, cache: Path, like: Sequence[int], pk: int) -> Shared:
    """What a paper shares with those that it is like."""
    from reader.cache.finding.ranker import shared_phrases

    others, papers = read_papers(connection, like[:MOST_LIKE]), read_papers(connection, [pk])
    if not others or not papers:
        return Shared()
    (paper,) = papers
    theirs = {fold(name) for one in others for name in one.authors}
    topics = _topic_names(connection, [one.pk for one in others])
    return Shared(
        shared_phrases(connection, cache, [(one.title, one.abstract) for one in others], (paper.title, paper.abstract)),
        tuple(name for name in paper.authors if fold(name) in theirs),
        tuple(name for name in _topic_names(connection, [pk]) if name in topics),
        cites=pk in _citing(connection, others),
        cited=pk in _cited(connection, others, [pk]),
    )


def read_papers(connection: sqlite3.Connection, pks: Sequence[int]) -> list[Paper]:
    """What is compared of papers, in the order of their keys; of those that are not here, nothing."""
    sql = (
        "SELECT p.pk, p.id, p.title, t.abstract, t.authors FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
        f" WHERE p.pk IN ({','.join('?' * len(pks))})"
    )
    found = {
        pk: Paper(pk, id, title, _ADDRESS.sub("", abstract), tuple(authors.split("\n")) if authors else ())
        for pk, id, title, abstract, authors in connection.execute(sql, tuple(pks))
    }
    return [found[pk] for pk in pks if pk in found]


def _by_authors(connection: sqlite3.Connection, others: Sequence[Paper]) -> dict[int, float]:
    """For each paper by an author of the others, how many of these it has; one with a common name is a part."""
    found: dict[int, float] = {}
    for name in dict.fromkeys(name for one in others for name in one.authors[:MOST_AUTHORS]):
        if len(split_words(name)) < 2:
            continue
        sql = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?"
        papers = connection.execute(sql, (f"authors : {_phrase(name)}",)).fetchall()
        for (pk,) in papers:
            found[pk] = found.get(pk, 0.0) + COMMON_NAME / (COMMON_NAME + len(papers))
    return found


def _by_topics(connection: sqlite3.Connection, others: Sequence[Paper], pks: Sequence[int]) -> dict[int, float]:
    """Of papers with a topic of the others, the share of all topics that both have."""
    sql = "SELECT pk, topic FROM paper_topic WHERE pk IN (SELECT value FROM json_each(?))"
    wanted = {topic for _, topic in connection.execute(sql, (_listed(one.pk for one in others),))}
    topics: dict[int, set[int]] = {}
    for pk, topic in connection.execute(sql, (_listed(pks),)):
        topics.setdefault(pk, set()).add(topic)
    return {pk: len(own & wanted) / len(own | wanted) for pk, own in topics.items() if own & wanted}


def _topic_names(connection: sqlite3.Connection, pks: Sequence[int]) -> list[str]:
    sql = (
        "SELECT DISTINCT topic.name FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
        " WHERE pt.pk IN (SELECT value FROM json_each(?)) ORDER BY pt.rank"
    )
    return [name for (name,) in connection.execute(sql, (_listed(pks),))]


def _citing(connection: sqlite3.Connection, others: Sequence[Paper]) -> set[int]:
    """The papers whose full text has the id or the whole title of one of the others."""
    found = set()
    for one in others:
        phrases = []
        if _ARXIV_ID.fullmatch(one.id):
            # A version may follow.
            phrases.append(f"{_phrase(one.id)} *")
        if len(split_words(one.title)) >= SHORTEST_TITLE:
            phrases.append(_phrase(one.title))
        if phrases:
            sql = "SELECT rowid FROM text_fts WHERE text_fts MATCH ?"
            found |= {pk for (pk,) in connection.execute(sql, (" OR ".join(phrases),))}
    return found - {one.pk for one in others}


def _phrase(text: str) -> str:
    return f'"{" ".join(split_words(text))}"'


def _cited(connection: sqlite3.Connection, others: Sequence[Paper], pks: Sequence[int]) -> set[int]:
    """The papers that a full text of the others cites by id, and those of some papers that it cites by title."""
    references = " \n ".join(filter(None, (_references(connection, one.pk) for one in others[:MOST_READ])))
    if not references:
        return set()
    found = set(keys_of(connection, dict.fromkeys(_ARXIV_ID.findall(references))))
    text = f" {' '.join(split_words(references))} "
    for pk, title in connection.execute(
        "SELECT pk, title FROM paper WHERE pk IN (SELECT value FROM json_each(?))", (_listed(pks),)
    ):
        words = split_words(title)
        if len(words) >= SHORTEST_TITLE and f" {' '.join(words)} " in text:
            found.add(pk)
    return found - {one.pk for one in others}


def _references(connection: sqlite3.Connection, pk: int) -> str:
    from reader.core.document.codec import UnreadableDocument, load
    from reader.core.document.model import Reference, texts

    row = connection.execute("SELECT body FROM full_text WHERE pk = ?", (pk,)).fetchone()
    if row is None:
        return ""
    try:
        blocks = load(row[0]).blocks
    except UnreadableDocument:
        return ""
    return " \n ".join("".join(texts(block)) for block in blocks if isinstance(block, Reference))


def _listed(pks: Iterable[int]) -> str:
    return f"[{','.join(map(str, pks))}]"


MOST = 100
"""Papers that a free text finds: further ones fit it by chance."""

RANK = 60
"""How slowly a paper's place in one of two rankings loses weight (reciprocal rank fusion)."""

NEAR = 0.35
"""A paper that is like others is at least so near to them, in parts of what the nearest one is.

Of several, each may have its own: this many times less near is enough."""

ENOUGH = 0.1
"""So near is always near enough: two authors, or a citation."""

AT_ONCE = 1_000
"""Papers of the ranking that are tested for the exact terms at once; each next time there are four times as many."""

MOST_KEPT = 3
"""Rankings that are kept: up to 1 MB each at 10,000 papers."""

Ranked = tuple[list[int], dict[int, float]]
"""The papers from the best on, and how near each is if papers alone are given."""

_STATE = "SELECT (SELECT max(pk) FROM paper), (SELECT count(*) FROM full_text)"
"""What changes with each paper or text that a ranking may know."""

_kept: dict[tuple[object, ...], Ranked] = {}


def nearest(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the keys of its papers; raises CacheIndexing while the index is being made."""
    wanted = selection.near
    if wanted is None:
        return selection
    ranked, nearness = _ranked(connection, wanted)
    found: list[int] = []
    start, step = 0, AT_ONCE
    exact = wanted.exact
    sql = f"SELECT p.pk FROM paper AS p WHERE p.pk IN (SELECT value FROM json_each(?)) AND ({exact.sql})"
    while start < len(ranked) and len(found) < MOST:
        some = ranked[start : start + step]
        matching = {pk for (pk,) in connection.execute(sql, (_listed(some), *exact.params))}
        found += [pk for pk in some if pk in matching]
        start, step = start + step, 4 * step
    if nearness and found:
        least = min(ENOUGH, NEAR * nearness[found[0]] / len(wanted.like))
        found = [pk for pk in found if nearness[pk] >= least]
    condition = "p.pk IN (SELECT value FROM json_each(?))"
    by_fit = f"(SELECT key FROM json_each(?1) WHERE value = p.pk) {'DESC' if wanted.reverse else 'ASC'}"
    keys = _listed(found[:MOST])
    return selection._replace(
        where=condition,
        params=(keys,),
        order=by_fit if wanted.is_by_fit else selection.order,
        ordered=Clause(condition, (keys,)),
        near=None,
    )


def cache_file(connection: sqlite3.Connection) -> Path:
    """The file of the cache that a connection reads; its name may be no UTF-8."""
    named = "SELECT CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'"
    return Path(os.fsdecode(connection.execute(named).fetchone()[0]))


def _ranked(connection: sqlite3.Connection, wanted: Nearest) -> Ranked:
    """The ranking; it is kept for the counts of all views and topics, which ask for the same one."""
    from reader.cache.finding.index import prepare

    cache = cache_file(connection)
    prepare(connection, cache)
    key = (cache, wanted.text, wanted.like, *connection.execute(_STATE).fetchone())
    found = _kept.get(key)
    if found is None:
        found = _rank(connection, cache, wanted)
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept), key), None)
        _kept[key] = found
    return found


def _rank(connection: sqlite3.Connection, cache: Path, wanted: Nearest) -> Ranked:
    from reader.cache.finding.ranker import rank

    if not wanted.like:
        return rank(connection, cache, wanted.text).pks, {}
    near = rank_similar(connection, cache, keys_of(connection, wanted.like))
    if not wanted.text:
        return near.pks, dict(zip(near.pks, near.nearness, strict=True))
    places = dict.fromkeys(near.pks, 0.0)
    for pks in (near.pks, rank(connection, cache, wanted.text).pks):
        for place, pk in enumerate(pks):
            if pk in places:
                places[pk] += 1 / (RANK + place)
    return sorted(places, key=lambda pk: -places[pk]), {}
