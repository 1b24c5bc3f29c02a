"""How well papers are found by a text, topics are given, and For you ranks, on recorded days of the feed.

python -m tests.bench.bench --only quality --archive daily_papers.jsonl.gz

Search: half-remembered texts come from `search/queries.jsonl` beside the archive's folder, the others are made from
titles and abstracts with a fixed seed. A figure is the mean reciprocal rank of the paper meant.

For you, beside a linear support vector machine on tf-idf that learns from the same marks: a simulated reader likes the
papers whose keywords hold one of their phrases, has starred 1, 3, 10 or 30 of those listed before `SPLIT`, and is
offered everything listed since; a ranker sees titles and abstracts alone. The reader of a month in `months.json` likes
titles that fit their interests, stars and queues them day by day, and reads the rest. The figures are mean average
precision; of a month for all interests together, then for each of them. It takes some 6 minutes of processor.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.choice import MARK_WEIGHTS, MOST_PASSED, common_words
from reader.cache.search import free_text
from reader.cache.storing.papers import Cache
from reader.core.choice import Background, Weighed, candidates, learn, pack, score, unpack
from reader.core.words import STOP_WORDS
from reader.data import shipped_topics
from reader.database import connections
from reader.feeds.files.papers_file import read_papers
from tests.bench.svm import Vectors
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


def search_and_topics(archive: Path) -> list[str]:
    """The lines of a table: search beside FTS5's own BM25, then topics."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.db"
        with closing(Cache.open(path, shipped_topics())) as cache:
            for listing in read_papers(archive, date(2026, 7, 1)):
                cache.store(listing, NOW)
        with closing(connections.connect(path, query_only=True)) as connection:
            queries = [*_remembered(connection, archive), *_made(connection)]
            kinds = list(dict.fromkeys(query.kind for query in queries))
            lines = [f"| {' | '.join(['search', *kinds, 'ms'])} |", f"|{'---|' * (len(kinds) + 2)}"]
            lines.append(_row("BM25", lambda text: _bm25(connection, text), queries, kinds))
            lines.append(_row("ours", lambda text: free_text.rank(connection, text).pks, queries, kinds))
    return [*lines, *figures(archive)]


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


def _remembered(connection: sqlite3.Connection, archive: Path) -> Iterator[Query]:
    file = archive.parents[1] / "search" / "queries.jsonl"
    pks = dict(connection.execute("SELECT id, pk FROM paper"))
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        one = json.loads(line)
        if one["id"] in pks:
            yield Query(one["kind"], one["query"], pks[one["id"]])


def _made(connection: sqlite3.Connection) -> Iterator[Query]:
    """Three words of a title, five of an abstract, five in a row, and two of a title beside one with a slip."""
    chance = Random(SEED)
    sql = "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.id"
    rows = [row for row in connection.execute(sql) if len(row[2]) > 300]
    for pk, title, abstract in chance.sample(rows, SAMPLE):
        titled, said = _telling(title), _telling(abstract)
        yield Query("title", " ".join(chance.sample(titled, min(3, len(titled)))), pk)
        yield Query("abstract", " ".join(chance.sample(said, 5)), pk)
        row = re.findall(r"[\w-]+", abstract)
        begin = chance.randrange(max(1, len(row) - 5))
        yield Query("in a row", " ".join(row[begin : begin + 5]), pk)
        long = [word for word in titled if len(word) >= 6 and word.isalpha()]
        if long and len(titled) > 2:
            wrong = chance.choice(long)
            others = [word for word in titled if word != wrong][:2]
            yield Query("a slip", " ".join((*others, _slip(wrong.lower(), chance))), pk)


def _telling(text: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][\w-]+", text) if word.lower() not in STOP_WORDS]


def _slip(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    replaced = ("", word[at + 1] + word[at], chance.choice(LETTERS))[kind := chance.randrange(3)]
    return word[:at] + replaced + word[at + (2 if kind == 1 else 1) :]


Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SPLIT, FIRST, LAST, SINCE = "2026-04-01", "2026-05-15", "2026-06-30", "2026-03-01"
"""The first day that readers are offered; the first and last day of a month, and of the papers starred before it."""

STARS = (1, 3, 10, 30)
STARRED_BEFORE, STARRED_EACH_DAY, PEER_RANDOM = 3, 2, 2_500

PHRASES = (
    *("diffusion transformer", "video generation", "world model", "vision-language-action", "sparse attention"),
    *("code generation", "gaussian splatting", "reward model", "spatial reasoning", "multi-agent", "quantization"),
    *("gui agent", "flow matching", "kv cache", "long-context"),
)
OTHERS = (
    *("mixture-of-experts", "image editing", "retrieval-augmented", "test-time scaling", "hallucination", "tokenizer"),
    *("visual grounding", "knowledge distillation", "reward hacking", "preference optimization"),
    *("video understanding", "synthetic data", "audio", "safety", "medical"),
)
_RANDOM = np.random.default_rng(7)
MIXED = [tuple(_RANDOM.choice((*PHRASES, *OTHERS), 2 + at % 2, replace=False).tolist()) for at in range(12)]


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
        liked = [Weighed(at, terms[at], MARK_WEIGHTS["star"]) for at in marks.starred]
        liked += [Weighed(at, terms[at], MARK_WEIGHTS["queue"]) for at in marks.queued]
        wanted = candidates(liked)
        every = ((at, terms[at]) for at in range(known - 1, -1, -1))
        background = Background(frozenset(wanted), every, known, common_words())
        weights = learn(liked, [Weighed(at, terms[at]) for at in marks.read[-MOST_PASSED:]], wanted, background)
        return np.array([score(weights, terms[at]) for at in papers])

    return rank


def peer(archive: Archive) -> Ranker:
    """A linear support vector machine on tf-idf, as arxiv-sanity has it."""
    vectors, before = Vectors(archive.papers), int((np.array(archive.days) < FIRST).sum())

    def rank(marks: Marks, papers: Sequence[int], known: int) -> Scores:
        liked = [*marks.starred, *marks.queued]
        rest = np.setdiff1d(np.arange(min(known, before)), liked)
        random = np.random.default_rng(0).choice(rest, PEER_RANDOM, replace=False).tolist()
        return vectors.separate(liked, [*marks.read, *random])[list(papers)]

    return rank


def precision(scores: Scores, likes: Flags) -> float:
    """The average precision of one list."""
    hits = likes[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def readers(archive: Archive, rank: Ranker, phrases: Sequence[Sequence[str]], at_random: float, seeds: int) -> str:
    """The figures of some readers at each number of stars; a part of the stars is on papers `at_random`."""
    offered = np.array(archive.days) >= SPLIT
    means = []
    for stars in STARS:
        found = []
        for some in phrases:
            likes = np.array([any(one in keyword for one in some for keyword in each) for each in archive.keywords])
            for seed in range(seeds):
                random = np.random.default_rng(seed * 100 + stars)
                pool = np.flatnonzero(likes & ~offered)
                chosen = random.choice(pool, min(stars, len(pool)), replace=False)
                wrong = round(at_random * len(chosen))
                chosen[:wrong] = random.choice(np.flatnonzero(~offered), wrong, replace=False)
                scores = rank(Marks(chosen.tolist(), [], []), np.flatnonzero(offered).tolist(), len(archive.papers))
                found.append(precision(scores, likes[offered]))
        means.append(f"{np.mean(found):.3f}")
    return " / ".join(means)


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


def for_you(archive: Path, seeds: int = 1) -> Iterator[str]:
    """The lines of a table of all figures; drawing the stars once takes some 6 minutes of processor."""
    loaded = load(archive)
    ours, svm = product(loaded), peer(loaded)
    given = json.loads((archive.parents[1] / "months.json").read_text("utf-8"))
    yield from ("| For you | average precision | SVM |", "|---|---|---|")
    kinds = (("one phrase", [(one,) for one in PHRASES]), ("other phrases", [(one,) for one in OTHERS]))
    for name, some in (*kinds, ("two or three phrases", MIXED)):
        for at_random, more in ((0.0, ""), (0.2, ", a fifth of the stars at random")):
            figures = (readers(loaded, rank, some, at_random, seeds) for rank in (ours, svm))
            yield f"| {name}{more} | {' | '.join(figures)} |"
    for name, names in {**given["tuning"], **given["judging"]}.items():
        interests = [given["interests"][one] for one in names]
        for days, more in ((None, ""), (5, ", first week")):
            each = (month(loaded, rank, interests, seeds, days) for rank in (ours, svm))
            cells = (f"{both:.3f} ({', '.join(f'{one:.3f}' for one in alone)})" for both, *alone in each)
            yield f"| {name}{more} | {' | '.join(cells)} |"


def measure(archive: Path) -> Iterator[str]:
    """The lines of all tables."""
    yield from search_and_topics(archive)
    yield from for_you(archive)
