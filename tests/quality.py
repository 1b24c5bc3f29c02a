"""How well papers are found by a text, topics are given, and For you ranks, on recorded days of the feed.

python -m tests.quality daily_papers.jsonl.gz [--only search]

Search: half-remembered texts come from `search/queries.jsonl` beside the archive's folder, the others are made from
titles and abstracts with a fixed seed. A figure is the mean reciprocal rank of the paper meant.

For you: the reader of a month in `months.json`, beside the archive's folder too, likes titles that fit their interests,
stars and queues them day by day, and reads the rest. A figure is the average precision of a day's list: of all
interests together, then of each. A linear support vector machine on tf-idf, as arxiv-sanity has it, reaches .70 on the
months and .51 in their first weeks.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.choice import MARK_WEIGHTS, MAX_PASSED_PAPERS, common_words
from reader.cache.search import free_text
from reader.cache.storing import Cache
from reader.core.choice import Background, WeighedPaper, candidates, learn, pack, score, unpack
from reader.core.words import STOP_WORDS
from reader.data import shipped_topics
from reader.database import connections
from reader.feeds.files.papers_file import read_papers
from tests.topics.labels import figures

SAMPLE, SEED = 120, 43
"""Papers from whose titles and abstracts texts are made."""

NOW = "2026-07-01T08:00:00Z"
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Search = Callable[[str], Sequence[int]]
"""The keys of papers, the best first."""


class Query(NamedTuple):
    """A text, and the key of the paper that it is meant to find."""

    kind: str
    text: str
    pk: int


def search(archive: Path) -> list[str]:
    """The lines of a table: mean reciprocal ranks of the papers meant, beside FTS5's own BM25."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.db"
        with closing(Cache.open(path, shipped_topics())) as cache:
            for listing in read_papers(archive, date(2026, 7, 1)):
                cache.store(listing, NOW)
        with closing(connections.connect(path, query_only=True)) as connection:
            queries = [*_remembered_queries(connection, archive), *_made_queries(connection)]
            kinds = list(dict.fromkeys(query.kind for query in queries))
            lines = [f"| {' | '.join(['search', *kinds, 'ms'])} |", f"|{'---|' * (len(kinds) + 2)}"]
            lines.append(_row("BM25", lambda text: _bm25(connection, text), queries, kinds))
            lines.append(_row("ours", lambda text: free_text.rank(connection, text).pks, queries, kinds))
    return lines


def _row(name: str, search: Search, queries: Sequence[Query], kinds: Sequence[str]) -> str:
    ranks: defaultdict[str, list[float]] = defaultdict(list)
    seconds = []
    for query in queries:
        began = time.thread_time()
        found = list(search(query.text))
        seconds.append(time.thread_time() - began)
        ranks[query.kind].append(1 / (1 + found.index(query.pk)) if query.pk in found else 0.0)
    cells = [f"{mean(ranks[kind]):.3f}" for kind in kinds]
    return f"| {' | '.join([name, *cells, f'{1_000 * median(seconds):.1f}'])} |"


def _bm25(connection: sqlite3.Connection, text: str) -> list[int]:
    words = [word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS]
    sql = (
        "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rank MATCH 'bm25(3.0, 1.0, 0.0, 0.0, 0.0)'"
        " ORDER BY rank LIMIT 1000"
    )
    expression = "{title abstract} : (" + " OR ".join(f'"{word}"' for word in words) + ")"
    return [pk for (pk,) in connection.execute(sql, (expression,))]


def _remembered_queries(connection: sqlite3.Connection, archive: Path) -> Iterator[Query]:
    file = archive.parents[1] / "search" / "queries.jsonl"
    pks = dict(connection.execute("SELECT id, pk FROM paper"))
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        one = json.loads(line)
        if one["id"] in pks:
            yield Query(one["kind"], one["query"], pks[one["id"]])


def _made_queries(connection: sqlite3.Connection) -> Iterator[Query]:
    """Three words of a title, five of an abstract, five in a row, and two of a title beside one with a slip."""
    chance = Random(SEED)
    sql = "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.id"
    rows = [row for row in connection.execute(sql) if len(row[2]) > 300]
    for pk, title, abstract in chance.sample(rows, SAMPLE):
        title_words, abstract_words = _content_words(title), _content_words(abstract)
        yield Query("title", " ".join(chance.sample(title_words, min(3, len(title_words)))), pk)
        yield Query("abstract", " ".join(chance.sample(abstract_words, 5)), pk)
        row = re.findall(r"[\w-]+", abstract)
        begin = chance.randrange(max(1, len(row) - 5))
        yield Query("in a row", " ".join(row[begin : begin + 5]), pk)
        long = [word for word in title_words if len(word) >= 6 and word.isalpha()]
        if long and len(title_words) > 2:
            wrong = chance.choice(long)
            others = [word for word in title_words if word != wrong][:2]
            yield Query("a slip", " ".join((*others, _misspell(wrong.lower(), chance))), pk)


def _content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][\w-]+", text) if word.lower() not in STOP_WORDS]


def _misspell(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    replaced = ("", word[at + 1] + word[at], chance.choice(LETTERS))[kind := chance.randrange(3)]
    return word[:at] + replaced + word[at + (2 if kind == 1 else 1) :]


Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIRST, LAST, SINCE = "2026-05-15", "2026-06-30", "2026-03-01"
"""The first and the last day of a month, and the first day of the papers that were starred before it."""

FIRST_WEEK_DAYS = 5

STARRED_BEFORE, STARRED_EACH_DAY = 3, 2
"""How many papers the reader of a month starred before it and stars each day."""


class Archive(NamedTuple):
    """The recorded papers, in the order in which they were listed."""

    papers: tuple[tuple[str, str], ...]
    """Titles and abstracts."""
    keywords: tuple[tuple[str, ...], ...]
    days: tuple[str, ...]


def load(path: Path) -> Archive:
    """Read an archive: a line of JSON for each day, packed by gzip."""
    found: dict[str, tuple[tuple[str, str], tuple[str, ...], str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for day in map(json.loads, lines):
            for paper in (item["paper"] for item in day["items"]):
                keywords = tuple(keyword.lower() for keyword in paper.get("ai_keywords") or ())
                found.setdefault(paper["id"], ((paper["title"], paper["summary"]), keywords, day["date"]))
    return Archive(*zip(*found.values(), strict=True))


class Marks(NamedTuple):
    """What a reader has done by now: papers by their places in the archive."""

    starred: list[int]
    queued: list[int]
    read: list[int]


Ranker = Callable[[Marks, Sequence[int], int], Scores]
"""The scores of some papers, where the cache holds so many of the archive's first papers."""


def product(archive: Archive) -> Ranker:
    """For you, as it ships."""
    terms = [unpack(pack(*paper)) for paper in archive.papers]

    def rank(marks: Marks, papers: Sequence[int], known: int) -> Scores:
        liked = [WeighedPaper(at, terms[at], MARK_WEIGHTS["star"]) for at in marks.starred]
        liked += [WeighedPaper(at, terms[at], MARK_WEIGHTS["queue"]) for at in marks.queued]
        wanted = candidates(liked)
        every = ((at, terms[at]) for at in range(known - 1, -1, -1))
        background = Background(frozenset(wanted), every, known, common_words())
        weights = learn(
            liked, [WeighedPaper(at, terms[at]) for at in marks.read[-MAX_PASSED_PAPERS:]], wanted, background
        )
        return np.array([score(weights, terms[at]) for at in papers])

    return rank


def precision(scores: Scores, likes: Flags) -> float:
    """The average precision of one list."""
    hits = likes[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def mornings(archive: Archive, interests: Sequence[str], seed: int) -> Iterator[tuple[Marks, list[int], list[Flags]]]:
    """Each day of a month: what was marked before, the day's papers, and which of them fit each interest."""
    titles, days, marks = [title for title, _ in archive.papers], np.array(archive.days), Marks([], [], [])
    fits = [np.array([re.search(one, title, re.IGNORECASE) is not None for title in titles]) for one in interests]
    random, early = np.random.default_rng(seed), (days >= SINCE) & (days < FIRST)
    for fit in fits:
        marks.starred.extend(random.choice(np.flatnonzero(fit & early), STARRED_BEFORE, replace=False).tolist())
    for day in sorted({day for day in archive.days if FIRST <= day <= LAST}):
        papers = np.flatnonzero(days == day).tolist()
        yield marks, papers, [fit[papers] for fit in fits]
        for fit in fits:
            found = [paper for paper in papers if fit[paper]]
            marks.starred.extend(found[:STARRED_EACH_DAY])
            marks.queued.extend(found[STARRED_EACH_DAY:])
        marks.read.extend(paper for paper in papers if not any(fit[paper] for fit in fits))


def month(archive: Archive, rank: Ranker, interests: Sequence[str], seeds: int, days: int | None = None) -> list[float]:
    """The mean precision of a month's lists, or of its first days': all interests together, then each of them."""
    found: list[list[float]] = [[] for _ in range(len(interests) + 1)]
    for seed in range(seeds):
        for number, (marks, papers, fits) in enumerate(mornings(archive, interests, seed)):
            if days is None or number < days:
                scores = rank(marks, papers, papers[0])
                for kept, likes in zip(found, (np.any(fits, axis=0), *fits), strict=True):
                    kept.extend([precision(scores, likes)] if likes.any() else [])
    return [float(np.mean(one)) if one else 0.0 for one in found]


def for_you(archive: Path, seeds: int) -> Iterator[str]:
    """The lines of a table: average precision of each month's lists, all interests together and then each of them."""
    loaded = load(archive)
    rank = product(loaded)
    given = json.loads((archive.parents[1] / "months.json").read_text("utf-8"))
    yield from ("| For you | average precision |", "|---|---|")
    for name, names in {**given["tuning"], **given["judging"]}.items():
        interests = [given["interests"][one] for one in names]
        for days, more in ((None, ""), (FIRST_WEEK_DAYS, ", first week")):
            both, *alone = month(loaded, rank, interests, seeds, days)
            yield f"| {name}{more} | {both:.3f} ({', '.join(f'{one:.3f}' for one in alone)}) |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.quality")
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("--only", choices=("search", "topics", "foryou"), help="one of the three tables")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="repeat each month with N readers")
    arguments = parser.parse_args()
    tables: dict[str, Callable[[], Iterable[str]]] = {
        "search": lambda: search(arguments.archive),
        "topics": lambda: figures(arguments.archive),
        "foryou": lambda: for_you(arguments.archive, arguments.seeds),
    }
    for name, table in tables.items():
        if arguments.only in (None, name):
            for line in table():
                print(line, flush=True)


if __name__ == "__main__":
    main()
