"""Papers that fit a free text, or that are like others: the one FTS5 index and its BM25.

A paper need not have all words of a text. Its score is the BM25 of the words that it has, plus a bonus for each pair of
adjacent words of the text and for the whole text as written, times its share of the rarity of the text's words.
"""

from __future__ import annotations

import heapq
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from reader.cache.keys import keys_of
from reader.cache.search.selection import Clause, Nearest, Selection
from reader.core.nearest import distance
from reader.core.text import split_words
from reader.core.words import STOP_WORDS, compounds, normalize_spelling, stem, stems

MAX_WORDS = 40
"""Maximum number of words of a free text that are searched for, from its beginning."""

RANKED_PAPERS = 1_000
"""Maximum number of papers that are ranked, those with the highest BM25."""

COMMON_SHARE = 0.25
"""Share of all papers above which a word is common: papers with only common words are not searched for."""

MAX_RESULTS = 100
"""Maximum number of results; further papers fit by chance."""

WEIGHTS = "5.0, 1.0, 0.0, 0.0, 0.0"
"""BM25 weights of a word in title, abstract, authors, keywords and organization."""

PAIR, WHOLE_TEXT = 1.5, 20.0
"""The bonus for two adjacent words, as a multiple of their lesser rarity, and for the whole text as written."""

MIN_LETTERS, TWO_TYPOS_LETTERS, MIN_PAPERS = 4, 8, 3
"""Minimum letters of a word with one typo and with two, and minimum number of papers that have its correction."""

MAX_ENDING_LETTERS = 4
"""Maximum letters of an ending that may be wrong."""

MAX_COMPARED_WORDS, HALF_COUNT = 40, 2.0
"""Maximum number of words that papers are compared by, and the occurrences at which a word has half its full weight."""

MAX_LIKED = 20
"""Maximum number of papers that others are compared with, the first of a query."""

MAX_COMPARED_AUTHORS = 25
"""Maximum number of a paper's authors that others are compared by, the first ones."""

AUTHOR_WEIGHT = 0.06
"""Weight of a shared author in the similarity of a paper, where words count 1 at most."""

MIN_SIMILARITY = 0.35
"""Minimum similarity of a result, as a share of the most similar paper's."""

_REPEATED = re.compile(r"(.)\1+")

Text = tuple[str, str]
"""Title and abstract."""


class Ranking(NamedTuple):
    """The papers that fit a free text."""

    pks: list[int]
    """Keys, the best paper first."""
    corrected: dict[str, str]
    """Typed words that no paper has, each with the word that was searched for instead."""


class Index:
    """The statistics of words in titles and abstracts from the full-text index, kept for one query."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self.size,) = connection.execute("SELECT count(*) FROM paper_fts_docsize").fetchone()
        self._counts: dict[str, int] = {}

    def papers(self, word: str) -> int:
        """How many papers have a word, in any form."""
        if word not in self._counts:
            # Counting them in SQL takes a fifth of the time of reading their keys.
            sql = "SELECT count(*) FROM paper_fts WHERE paper_fts MATCH ?"
            (self._counts[word],) = self._connection.execute(sql, (_any([word]),)).fetchone()
        return self._counts[word]

    def rarity(self, word: str) -> float:
        """The rarity of a word: higher the fewer papers have it, but 0 if no paper has it."""
        papers = self.papers(word)
        return math.log1p((self.size - papers + 0.5) / (papers + 0.5)) if papers else 0.0

    def having(self, words: str, pool: Iterable[int]) -> list[int]:
        """The papers of a pool that have a word, or several words side by side."""
        # The plus keeps SQLite from looking up each paper of the pool, which takes longer.
        sql = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
        return [pk for (pk,) in self._connection.execute(sql, (_any([words]), _json_list(pool)))]

    def best(self, words: Iterable[str], most: int) -> dict[int, float]:
        """At most `most` papers that have any of the words, those with the highest BM25, with their BM25.

        Papers with common and rare words and papers with only rare words are read apart, and papers with only common
        words not at all, which halves the time.
        """
        sql = (
            f"SELECT rowid, -rank FROM paper_fts WHERE paper_fts MATCH ? AND rank MATCH 'bm25({WEIGHTS})'"
            " ORDER BY rank LIMIT ?"
        )
        words = list(words)
        common = [word for word in words if self.papers(word) > COMMON_SHARE * self.size]
        rare = [word for word in words if word not in common]
        expressions = [_any(words)]
        if common and rare:
            expressions = [f"({_any(rare)}) {operator} ({_any(common)})" for operator in ("AND", "NOT")]
        rows = [row for text in expressions for row in self._connection.execute(sql, (text, most))]
        return dict(heapq.nlargest(most, rows, key=itemgetter(1)))

    def correct(self, word: str) -> str | None:
        """The correction of a word that no paper has; None if no word is near.

        The fewest typos win, then words that differ only in the order or doubling of letters, then the commonest stem.
        """
        own = stem(word)
        if len(own) < MIN_LETTERS:
            return None
        typos, letters = (2 if len(own) >= TWO_TYPOS_LETTERS else 1), set(own)
        # The first letter must be right or swapped with the second; searching all words takes 20 times as long.
        sql = "SELECT term, doc FROM paper_terms WHERE term BETWEEN ? AND ? AND length(term) BETWEEN ? AND ?"
        near = [
            (distance(own, term, typos), not _has_same_letters(own, term), -papers, term)
            for first in {own[0], own[1]}
            for term, papers in self._connection.execute(
                sql, (first, f"{first}\U0010ffff", len(own) - typos, len(own) + typos)
            )
            if papers >= MIN_PAPERS and len(letters.symmetric_difference(term)) <= 2 * typos
        ]
        best = min(near, default=(typos + 1, True, 0, ""))
        if best[0] <= typos:
            # The index stems its queries, and the stem of `databas` differs from the stem of `databases`.
            return next((form for form in (best[3], f"{best[3]}e", f"{best[3]}es") if stem(form) == best[3]), None)
        # The typo is in the ending, so the stem still has it: `diffusoin`.
        beginnings = (
            own[:length] for length in range(len(own) - 1, max(MIN_LETTERS, len(own) - MAX_ENDING_LETTERS - 1), -1)
        )
        return next(filter(self.papers, beginnings), None)


def _has_same_letters(word: str, other: str) -> bool:
    return sorted(word) == sorted(other) or _REPEATED.sub(r"\1", word) == _REPEATED.sub(r"\1", other)


def _any(words: Iterable[str]) -> str:
    return "{title abstract} : (" + " OR ".join(f'"{word}"' for word in words) + ")"


def rank(connection: sqlite3.Connection, text: str) -> Ranking:
    """The papers that fit a text, best first."""
    index = Index(connection)
    text = normalize_spelling(text)
    tokens = split_words(text)[: 2 * MAX_WORDS]
    corrected: dict[str, str] = {}
    for number, token in enumerate(tokens):
        if token not in STOP_WORDS and not index.papers(token) and (correction := index.correct(token)):
            corrected[token] = tokens[number] = correction
    words = list(dict.fromkeys(token for token in tokens if token not in STOP_WORDS))[:MAX_WORDS] + compounds(text)
    rarities = {word: rarity for word in words if (rarity := index.rarity(word))}
    if not rarities:
        return Ranking([], corrected)
    scores = index.best(rarities, RANKED_PAPERS)
    whole = sum(rarities.values())
    shares = dict.fromkeys(scores, 0.0)
    for word, rarity in rarities.items():
        _add(shares, index.having(word, scores), rarity / whole)
    places = [place for place, token in enumerate(tokens) if token in rarities]
    for first, second in pairwise(places):
        together = index.having(" ".join(tokens[first : second + 1]), scores)
        _add(scores, together, PAIR * min(rarities[tokens[first]], rarities[tokens[second]]))
    if len(tokens) > 1:
        _add(scores, index.having(" ".join(tokens), scores), WHOLE_TEXT)
    return Ranking(sorted(scores, key=lambda pk: (-scores[pk] * shares[pk], pk)), corrected)


def _add(scores: dict[int, float], papers: Iterable[int], weight: float) -> None:
    """Add a weight to some papers."""
    for pk in papers:
        scores[pk] += weight


def corrections(connection: sqlite3.Connection, text: str) -> dict[str, str]:
    """The words of a text that no paper has, each with its correction as the best papers write it.

    Empty unless all of them can be corrected.
    """
    index = Index(connection)
    unknown = [word for word in _words(normalize_spelling(text)) if not index.papers(word)]
    ranking = rank(connection, text)
    if not unknown or len(ranking.corrected) < len(set(unknown)):
        return {}
    written = _first_forms(read_texts(connection, ranking.pks[:5]))
    return {word: written.get(stem(correction), correction) for word, correction in ranking.corrected.items()}


def _first_forms(texts: Iterable[Text]) -> dict[str, str]:
    """The first word in the texts for each stem, abstracts before titles."""
    words = [word for title, abstract in texts for word in _words(f"{abstract} {title}")]
    first: dict[str, str] = {}
    for word, own in zip(words, stems(map(normalize_spelling, words)), strict=True):
        first.setdefault(own, word)
    return first


def _words(text: str) -> list[str]:
    return [word for word in split_words(text) if word not in STOP_WORDS]


# Papers like others


def like(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, float]:
    """The papers similar to some others, with their similarity, most similar first; words contribute 1 at most."""
    index = Index(connection)
    texts = read_texts(connection, pks[:MAX_LIKED])
    weights = _word_weights(index, texts)
    words = sorted(weights, key=lambda word: -weights[word])[:MAX_COMPARED_WORDS]
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
    return dict(sorted(scores.items(), key=lambda item: (-item[1], -item[0])))


def _word_weights(index: Index, texts: Sequence[Text]) -> dict[str, float]:
    """How well each word of some papers describes them; words of titles count three times."""
    counts = Counter(
        word for title, abstract in texts for word in _words(normalize_spelling(f"{title} {title} {title} {abstract}"))
    )
    # Looking up every word of several papers takes a second; the rarest words occur once or in one paper.
    common = [word for word, _ in counts.most_common(8 * MAX_COMPARED_WORDS)]
    return {
        word: index.rarity(word) * counts[word] / (counts[word] + HALF_COUNT)
        for word in common
        if index.papers(word) > 1
    }


def read_texts(connection: sqlite3.Connection, pks: Sequence[int]) -> list[Text]:
    """Titles and abstracts in the order of the keys; papers that the cache lacks are left out."""
    sql = (
        "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
        " WHERE p.pk IN (SELECT value FROM json_each(?))"
    )
    texts = {pk: (title, abstract) for pk, title, abstract in connection.execute(sql, (_json_list(pks),))}
    return [texts[pk] for pk in pks if pk in texts]


def _authors(connection: sqlite3.Connection, pks: Sequence[int]) -> list[str]:
    """The authors of papers with a given and a family name, the first of each paper."""
    sql = "SELECT authors FROM paper_text WHERE pk IN (SELECT value FROM json_each(?))"
    rows = connection.execute(sql, (_json_list(pks),))
    names = dict.fromkeys(name for (text,) in rows for name in text.split("\n")[:MAX_COMPARED_AUTHORS])
    return [name for name in names if len(split_words(name)) > 1]


def _json_list(pks: Iterable[int]) -> str:
    return f"[{','.join(map(str, pks))}]"


# Selections


_STATE = "SELECT (SELECT max(pk) FROM paper), (SELECT count(*) FROM paper), (SELECT file FROM pragma_database_list)"
_cached_rankings: dict[tuple[object, ...], dict[int, float]] = {}

MAX_CACHED_RANKINGS = 3
"""Rankings are cached because the counts of all views and topics need the same one."""


def nearest(connection: sqlite3.Connection, selection: Selection) -> Selection:
    """The selection with the keys of its papers, if it is a search by a free text or by similar papers."""
    search = selection.near
    if search is None:
        return selection
    ranked = _rank(connection, search)
    exact = search.exact
    sql = f"SELECT p.pk FROM paper AS p WHERE p.pk IN (SELECT value FROM json_each(?)) AND ({exact.sql})"
    matching = {pk for (pk,) in connection.execute(sql, (_json_list(ranked), *exact.params))}
    results = [pk for pk in ranked if pk in matching][:MAX_RESULTS]
    if search.like and not search.text and results:
        results = [pk for pk in results if ranked[pk] >= MIN_SIMILARITY * ranked[results[0]] / len(search.like)]
    keys = _json_list(results)
    where = Clause("p.pk IN (SELECT value FROM json_each(?))", (keys,))
    direction = "DESC" if search.reverse else "ASC"
    by_fit = Clause(f"(SELECT key FROM json_each(?) WHERE value = p.pk) {direction}", (keys,))
    order = by_fit if search.is_by_fit else selection.order
    return selection._replace(where=where, order=order, ordered=where, near=None)


def _rank(connection: sqlite3.Connection, search: Nearest) -> dict[int, float]:
    """The papers with their nearness, best first."""
    key = (search.text, search.like, *connection.execute(_STATE).fetchone())
    ranked = _cached_rankings.get(key)
    if ranked is None:
        ranked = like(connection, [*keys_of(connection, search.like).values()]) if search.like else {}
        if search.text:
            places = {pk: 1 / (60 + place) for place, pk in enumerate(rank(connection, search.text).pks)}
            if search.like:
                # The text and the papers have the same weight, as reciprocal ranks are added.
                places = {pk: 1 / (60 + place) + places.get(pk, 0.0) for place, pk in enumerate(ranked)}
            ranked = dict(sorted(places.items(), key=lambda item: -item[1]))
        while len(_cached_rankings) >= MAX_CACHED_RANKINGS:
            _cached_rankings.pop(next(iter(_cached_rankings), key), None)
        _cached_rankings[key] = ranked
    return ranked
