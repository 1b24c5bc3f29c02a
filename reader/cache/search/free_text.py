"""Papers that fit a free text, or that are like others: the one FTS5 index and its BM25.

A paper need not have all words of a text. Its score is the BM25 of the words that it has, plus something for each two
that stand side by side as in the text and for the whole text as written, times its share of what is rare in the text.
"""

from __future__ import annotations

import heapq
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from reader.cache.search.selection import Clause, Nearest, Selection
from reader.core.nearest import distance
from reader.core.similarity import SharedTerms, is_noun_phrase
from reader.core.text import split_words
from reader.core.words import STOP_WORDS, compounds, normalize_spelling, stem, stems

MAX_WORDS = 40
"""Words of a free text that are searched for; of a longer one, the first."""

RANKED_PAPERS = 1_000
"""Papers that are ranked, the best by BM25."""

COMMON_SHARE = 0.25
"""The part of all papers from which on a word alone, without a rarer one, makes no paper one of the best."""

MAX_FOUND = 100
"""Papers that are found: further ones fit by chance."""

WEIGHTS = "5.0, 1.0, 0.0, 0.0, 0.0"
"""BM25 weights of a word in title, abstract, authors, keywords and organization."""

PAIR, WHOLE_TEXT = 1.5, 20.0
"""The scores of two adjacent words, in parts of the lesser rarity of the two, and of the whole text as written."""

SHORTEST, TWO_SLIPS, FEWEST = 4, 8, 3
"""Letters from which on a word may have one slip and two, and how many papers must have the word that is meant."""

LONGEST_ENDING = 4
"""Letters of an ending that may be wrong."""

TELLING_WORDS, TOLD = 40, 2.0
"""Words that papers are compared by, and how often a paper must have one to count half of what it could."""

MAX_SHARED = 3
"""Phrases that say what papers share."""

MAX_LIKED = 20
"""Papers that others are compared with; of more, the first."""

AUTHOR_WEIGHT = 0.06
"""The weight of a shared author in the likeness of a paper, in parts of the most that words can give."""

NEAR_SHARE = 0.35
"""A paper that is like others is at least so much like them, in parts of what the nearest one is."""

_REPEATED = re.compile(r"(.)\1+")

Text = tuple[str, str]
"""Title and abstract."""


class Ranking(NamedTuple):
    """The papers that fit a free text."""

    pks: list[int]
    """Keys, the best paper first."""
    corrected: dict[str, str]
    """Typed words that no paper has, each with a form of the word that was searched for instead."""


class Index:
    """The statistics of words in titles and abstracts from the full-text index, kept for one query."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self.size,) = connection.execute("SELECT count(*) FROM paper_fts_docsize").fetchone()
        self._counts: dict[str, int] = {}

    def papers(self, word: str) -> int:
        """How many papers have a word, in any form."""
        if word not in self._counts:
            # To count them in SQL takes a fifth of the time of reading their keys.
            sql = "SELECT count(*) FROM paper_fts WHERE paper_fts MATCH ?"
            (self._counts[word],) = self._connection.execute(sql, (_any([word]),)).fetchone()
        return self._counts[word]

    def rarity(self, word: str) -> float:
        """How much a word says: the fewer papers have it, the more; nothing if none has it."""
        papers = self.papers(word)
        return math.log1p((self.size - papers + 0.5) / (papers + 0.5)) if papers else 0.0

    def having(self, words: str, pool: Iterable[int]) -> list[int]:
        """The papers of a pool that have a word, or some side by side."""
        # The plus keeps SQLite from looking up each paper of the pool, which takes longer.
        sql = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
        return [pk for (pk,) in self._connection.execute(sql, (_any([words]), _json_list(pool)))]

    def best(self, words: Iterable[str], most: int) -> dict[int, float]:
        """The papers with any of some words that have the highest BM25, and their BM25.

        Papers with none but common words are not looked at, as long as there are rarer ones: that halves the time.
        """
        sql = (
            f"SELECT rowid, -rank FROM paper_fts WHERE paper_fts MATCH ? AND rank MATCH 'bm25({WEIGHTS})'"
            " ORDER BY rank LIMIT ?"
        )
        words = list(words)
        common = [word for word in words if self.papers(word) > COMMON_SHARE * self.size]
        rare = [word for word in words if word not in common]
        asked = [_any(words)]
        if common and rare:
            asked = [f"({_any(rare)}) {operator} ({_any(common)})" for operator in ("AND", "NOT")]
        found = [row for one in asked for row in self._connection.execute(sql, (one, most))]
        return dict(heapq.nlargest(most, found, key=itemgetter(1)))

    def meant(self, word: str) -> str | None:
        """A form of the word that is meant by one that no paper has; None if none is near.

        The fewest slips win, then only letters in the wrong order or doubled, then the stem that most papers have.
        """
        own = stem(word)
        if len(own) < SHORTEST:
            return None
        slips, letters = (2 if len(own) >= TWO_SLIPS else 1), set(own)
        # The first letter is right or exchanged with the second; to look at all words takes 20 times as long.
        sql = "SELECT term, doc FROM paper_terms WHERE term BETWEEN ? AND ? AND length(term) BETWEEN ? AND ?"
        near = [
            (distance(own, term, slips), not _has_same_letters(own, term), -papers, term)
            for first in {own[0], own[1]}
            for term, papers in self._connection.execute(
                sql, (first, f"{first}\U0010ffff", len(own) - slips, len(own) + slips)
            )
            if papers >= FEWEST and len(letters.symmetric_difference(term)) <= 2 * slips
        ]
        best = min(near, default=(slips + 1, True, 0, ""))
        if best[0] <= slips:
            # The index makes a stem of what it is asked for: that of `databas` is another one than that of `databases`.
            return next((form for form in (best[3], f"{best[3]}e", f"{best[3]}es") if stem(form) == best[3]), None)
        # The slip is in the ending, which is then no ending: `diffusoin`.
        begun = (own[:length] for length in range(len(own) - 1, max(SHORTEST, len(own) - LONGEST_ENDING - 1), -1))
        return next(filter(self.papers, begun), None)


def _has_same_letters(one: str, other: str) -> bool:
    return sorted(one) == sorted(other) or _REPEATED.sub(r"\1", one) == _REPEATED.sub(r"\1", other)


def _any(words: Iterable[str]) -> str:
    return "{title abstract} : (" + " OR ".join(f'"{word}"' for word in words) + ")"


def rank(connection: sqlite3.Connection, text: str) -> Ranking:
    """The papers that fit a text, best first."""
    index = Index(connection)
    text = normalize_spelling(text)
    tokens = split_words(text)[: 2 * MAX_WORDS]
    corrected: dict[str, str] = {}
    for at, token in enumerate(tokens):
        if token not in STOP_WORDS and not index.papers(token) and (meant := index.meant(token)):
            corrected[token] = tokens[at] = meant
    words = list(dict.fromkeys(token for token in tokens if token not in STOP_WORDS))[:MAX_WORDS] + compounds(text)
    rarities = {word: rarity for word in words if (rarity := index.rarity(word))}
    if not rarities:
        return Ranking([], corrected)
    scores = index.best(rarities, RANKED_PAPERS)
    whole = sum(rarities.values())
    shares = dict.fromkeys(scores, 0.0)
    for word, rarity in rarities.items():
        _add(shares, index.having(word, scores), rarity / whole)
    places = [at for at, token in enumerate(tokens) if token in rarities]
    for one, other in pairwise(places):
        together = index.having(" ".join(tokens[one : other + 1]), scores)
        _add(scores, together, PAIR * min(rarities[tokens[one]], rarities[tokens[other]]))
    if len(tokens) > 1:
        _add(scores, index.having(" ".join(tokens), scores), WHOLE_TEXT)
    return Ranking(sorted(scores, key=lambda pk: (-scores[pk] * shares[pk], pk)), corrected)


def _add(scores: dict[int, float], papers: Iterable[int], weight: float) -> None:
    """Add a weight to some papers."""
    for pk in papers:
        scores[pk] += weight


def corrections(connection: sqlite3.Connection, text: str) -> dict[str, str]:
    """The words of a text that no paper has, each with the one that it stands for, as the best papers write it.

    Empty if one of them is near to none: either all are corrected or none.
    """
    index = Index(connection)
    unknown = [one for one in split_words(normalize_spelling(text)) if one not in STOP_WORDS and not index.papers(one)]
    ranking = rank(connection, text)
    if not unknown or len(ranking.corrected) < len(set(unknown)):
        return {}
    written = _first_forms(read_texts(connection, ranking.pks[:5]))
    return {word: written.get(stem(meant), meant) for word, meant in ranking.corrected.items()}


def _first_forms(texts: Iterable[Text]) -> dict[str, str]:
    """How texts write each stem first, abstracts before titles."""
    words = [word for title, abstract in texts for word in _words(f"{abstract} {title}")]
    found: dict[str, str] = {}
    for word, own in zip(words, stems(map(normalize_spelling, words)), strict=True):
        found.setdefault(own, word)
    return found


def _words(text: str) -> list[str]:
    return [word for word in split_words(text) if word not in STOP_WORDS]


# Papers like others


def like(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, float]:
    """The papers like some others: how much each is like them, the most first, at most 1 by its words."""
    index = Index(connection)
    texts = read_texts(connection, pks[:MAX_LIKED])
    telling = _telling(index, texts)
    words = sorted(telling, key=lambda word: -telling[word])[:TELLING_WORDS]
    scores = index.best(words, RANKED_PAPERS + len(pks)) if words else {}
    for pk in pks:
        scores.pop(pk, None)
    most = max(scores.values(), default=1.0)
    scores = {pk: score / most for pk, score in scores.items()}
    for name in _authors(connection, pks[:MAX_LIKED]):
        sql = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?"
        for (pk,) in connection.execute(sql, (f'authors : "{" ".join(split_words(normalize_spelling(name)))}"',)):
            if pk not in pks:
                scores[pk] = scores.get(pk, 0.0) + AUTHOR_WEIGHT
    return dict(sorted(scores.items(), key=lambda one: (-one[1], -one[0])))


def _telling(index: Index, texts: Sequence[Text]) -> dict[str, float]:
    """How much each word of some papers tells of them; words of titles count three times."""
    counts = Counter(
        word for title, abstract in texts for word in _words(normalize_spelling(f"{title} {title} {title} {abstract}"))
    )
    # To ask the index for every word of several papers takes a second; the rarest words are said once or by one paper.
    often = [word for word, _ in counts.most_common(8 * TELLING_WORDS)]
    return {word: index.rarity(word) * counts[word] / (counts[word] + TOLD) for word in often if index.papers(word) > 1}


def shared_terms(connection: sqlite3.Connection, pks: Sequence[int], pk: int) -> SharedTerms:
    """The subjects that a paper shares with the papers it is like: keywords of either that are in both texts."""
    index, others = Index(connection), list(pks[:MAX_LIKED])
    own, theirs = (_stem_text("\n".join(chain(*read_texts(connection, some)))) for some in ([pk], others))
    found: dict[str, tuple[float, str]] = {}
    for keyword in (one for some in ([pk], others) for one in _lines(connection, "keywords", some)):
        stemmed = _stem_text(keyword)
        if is_noun_phrase(keyword) and stemmed in own and stemmed in theirs:
            found.setdefault(stemmed, (sum(map(index.rarity, split_words(normalize_spelling(keyword)))), keyword))
    phrases, used = list[str](), set[str]()
    for stemmed, (_, keyword) in sorted(found.items(), key=lambda one: -one[1][0]):
        if used.isdisjoint(stemmed.split()) and len(phrases) < MAX_SHARED:
            phrases.append(keyword)
            used.update(stemmed.split())
    people, topics = (
        tuple(name for name in find(connection, [pk]) if name in find(connection, others))
        for find in (_authors, _topics)
    )
    return SharedTerms(tuple(phrases), people, topics)


def _stem_text(text: str) -> str:
    """The stems of a text's words, with a space around each, so that phrases are found in it."""
    return f" {' '.join(stems(split_words(normalize_spelling(text))))} "


def keys_of(connection: sqlite3.Connection, ids: Iterable[str]) -> list[int]:
    """The keys of the papers with these ids, or that had them before; of those that are not here, none."""
    sql = "SELECT pk FROM paper WHERE id = :id UNION ALL SELECT pk FROM paper_alias WHERE id = :id"
    rows = [connection.execute(sql, {"id": id}).fetchone() for id in ids]
    return list(dict.fromkeys(int(row[0]) for row in rows if row))


def read_texts(connection: sqlite3.Connection, pks: Sequence[int]) -> list[Text]:
    """Titles and abstracts in the order of the keys; of papers that are not here, nothing."""
    sql = (
        "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
        " WHERE p.pk IN (SELECT value FROM json_each(?))"
    )
    found = {pk: (title, abstract) for pk, title, abstract in connection.execute(sql, (_json_list(pks),))}
    return [found[pk] for pk in pks if pk in found]


def _lines(connection: sqlite3.Connection, column: str, pks: Sequence[int]) -> list[str]:
    """The values of papers in a column of several lines."""
    sql = f"SELECT {column} FROM paper_text WHERE pk IN (SELECT value FROM json_each(?))"
    return [line for (text,) in connection.execute(sql, (_json_list(pks),)) for line in (text or "").split("\n")[:25]]


def _authors(connection: sqlite3.Connection, pks: Sequence[int]) -> list[str]:
    return [name for name in dict.fromkeys(_lines(connection, "authors", pks)) if len(split_words(name)) > 1]


def _topics(connection: sqlite3.Connection, pks: Sequence[int]) -> list[str]:
    sql = (
        "SELECT DISTINCT topic.name FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
        " WHERE pt.pk IN (SELECT value FROM json_each(?)) ORDER BY pt.rank"
    )
    return [name for (name,) in connection.execute(sql, (_json_list(pks),))]


def _json_list(pks: Iterable[int]) -> str:
    return f"[{','.join(map(str, pks))}]"


# Selections


_STATE = "SELECT (SELECT max(pk) FROM paper), (SELECT count(*) FROM paper), (SELECT file FROM pragma_database_list)"
_kept: dict[tuple[object, ...], dict[int, float]] = {}

MAX_CACHED_RANKINGS = 3
"""Rankings that are kept for the counts of all views and topics, which ask for the same one."""


def nearest(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the keys of its papers, if it asks for those that fit a text or are like others."""
    wanted = selection.near
    if wanted is None:
        return selection
    ranked = _rank(connection, wanted)
    exact = wanted.exact
    sql = f"SELECT p.pk FROM paper AS p WHERE p.pk IN (SELECT value FROM json_each(?)) AND ({exact.sql})"
    matching = {pk for (pk,) in connection.execute(sql, (_json_list(ranked), *exact.params))}
    found = [pk for pk in ranked if pk in matching][:MAX_FOUND]
    if wanted.like and not wanted.text and found:
        found = [pk for pk in found if ranked[pk] >= NEAR_SHARE * ranked[found[0]] / len(wanted.like)]
    keys = _json_list(found)
    where = Clause("p.pk IN (SELECT value FROM json_each(?))", (keys,))
    direction = "DESC" if wanted.reverse else "ASC"
    by_fit = Clause(f"(SELECT key FROM json_each(?) WHERE value = p.pk) {direction}", (keys,))
    order = by_fit if wanted.is_by_fit else selection.order
    return selection._replace(where=where, order=order, ordered=where, near=None)


def _rank(connection: sqlite3.Connection, wanted: Nearest) -> dict[int, float]:
    """The papers from the best on, and how near each is."""
    key = (wanted.text, wanted.like, *connection.execute(_STATE).fetchone())
    found = _kept.get(key)
    if found is None:
        found = like(connection, keys_of(connection, wanted.like)) if wanted.like else {}
        if wanted.text:
            places = {pk: 1 / (60 + place) for place, pk in enumerate(rank(connection, wanted.text).pks)}
            if wanted.like:
                # Text and papers have the same weight: reciprocal ranks are added.
                places = {pk: 1 / (60 + place) + places.get(pk, 0.0) for place, pk in enumerate(found)}
            found = dict(sorted(places.items(), key=lambda one: -one[1]))
        while len(_kept) >= MAX_CACHED_RANKINGS:
            _kept.pop(next(iter(_kept), key), None)
        _kept[key] = found
    return found
