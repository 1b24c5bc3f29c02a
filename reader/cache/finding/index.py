"""The index of a cache for free texts: an FTS5 table of stems in a file beside the cache.

It is built on first use, and each refresh adds new papers. Papers that are dropped or changed stay in the index;
callers look papers up in the cache. It can be deleted at any time.

Its stems are those of SQLite's FTS5: Porter's, in C.
"""

from __future__ import annotations

import math
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from reader.core.errors import CacheIndexing
from reader.core.steps import note_step
from reader.database import connections
from reader.paths import finding_folder, make_private
from reader.platform import lower_priority

WORD = re.compile(r"[^\W_]+")
COMPOUND = re.compile(r"\w+(?:[-‐‑]\w+)+")
HYPHEN = re.compile("[-‐‑]")

_STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do"
    " does doing during each few for from further had has have having he her here hers him his how i if in into is it"
    " its itself just me more most my no nor not of off on once only or other our out over own same she should so some"
    " such than that the their them then there these they this those through to too under until up very was we were"
    " what when where which while who whom why will with within without would you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


class Word(NamedTuple):
    """A word of a text."""

    stem: str
    begin: int
    end: int


class Stemmer:
    """Makes stems of words; for one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5 (word, content = '',"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (words, instance)")
        self._known: dict[str, str] = {}

    def close(self) -> None:
        self._connection.close()

    def stems(self, words: Sequence[str]) -> list[str]:
        """The stems of words; empty for what SQLite does not treat as a word."""
        self._learn(words)
        return [self._known[word] for word in words]

    def words(self, text: str) -> list[Word]:
        """The words of a text in its order, without stop words."""
        return self._stemmed([word for word in WORD.finditer(text) if word[0].lower() not in STOP_WORDS])

    def compounds(self, text: str) -> list[Word]:
        """Hyphenated words as single words: `pretraining` also finds `pre-training`."""
        return self._stemmed(list(COMPOUND.finditer(text)))

    def _stemmed(self, found: Sequence[re.Match[str]]) -> list[Word]:
        stems = self.stems([HYPHEN.sub("", word[0]) for word in found])
        return [Word(stem, *word.span()) for stem, word in zip(stems, found, strict=True) if stem]

    def indexed(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems that index each text: those of its words in order, then those of compounds."""
        split = [
            [word for word in WORD.findall(text) if word.lower() not in STOP_WORDS]
            + [HYPHEN.sub("", word) for word in COMPOUND.findall(text)]
            for text in texts
        ]
        self._learn(chain.from_iterable(split))
        return [[stem for word in words if (stem := self._known[word])] for words in split]

    def _learn(self, words: Iterable[str]) -> None:
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if not new:
            return
        self._known.update(dict.fromkeys(new, ""))
        self._connection.execute("BEGIN")
        self._connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        self._connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(new))
        self._connection.execute("COMMIT")
        for number, stem in self._connection.execute("SELECT doc, term FROM stems"):
            self._known[new[number]] = stem


VERSION = 1
"""Raised whenever the content of the index changes."""

TITLE_WEIGHT = 3

AT_ONCE = 1_000
"""Papers of a transaction: some 20 MB."""

PATIENCE = 10.0
"""Seconds to wait for another program that adds papers."""

_SCHEMA = (
    "DROP TABLE IF EXISTS paper",
    "DROP TABLE IF EXISTS word",
    "DROP TABLE IF EXISTS state",
    "CREATE VIRTUAL TABLE paper USING fts5 (title, abstract, content = '', tokenize = 'unicode61 remove_diacritics 0')",
    "CREATE TABLE word (word TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE state (papers INTEGER NOT NULL, last INTEGER NOT NULL, id TEXT NOT NULL)",
    "INSERT INTO state VALUES (0, 0, '')",
    f"PRAGMA user_version = {VERSION}",
)

PAPERS = (
    "SELECT p.pk, p.id, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    " WHERE p.pk > ? ORDER BY p.pk LIMIT ?"
)
"""Papers after a key."""

NEWEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'paper'"
"""The greatest key ever given to a paper."""


class UnusableIndex(Exception):
    """The index is missing, unreadable, or of another cache or version; texts then find nothing by it."""


class Index:
    """The stems of the papers of a cache; used by one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        [(version,)] = self._ask("PRAGMA user_version")
        if version != VERSION:
            raise UnusableIndex
        [(self.size, self.last, self._id)] = self._ask("SELECT papers, last, id FROM state")
        self._papers: dict[str, int] = {}

    def is_of(self, cache: sqlite3.Connection) -> bool:
        """Whether the last paper is the same in the cache, if it was not dropped since.

        A new cache gives its papers other keys.
        """
        found = cache.execute("SELECT id FROM paper WHERE pk = ?", (self.last,)).fetchone()
        if found is None:
            return bool(self.last <= cache.execute(NEWEST).fetchone()[0])
        return bool(found[0] == self._id)

    def papers(self, stem: str) -> int:
        """How many papers have a stem."""
        if stem not in self._papers:
            self._papers[stem] = sum(papers for (papers,) in self._ask("SELECT papers FROM word WHERE word = ?", stem))
        return self._papers[stem]

    def stems(self, shortest: int, longest: int, fewest: int) -> list[tuple[str, int]]:
        """The stems of some lengths in at least `fewest` papers, with their numbers of papers."""
        sql = "SELECT word, papers FROM word WHERE papers >= ? AND length(word) BETWEEN ? AND ?"
        return self._ask(sql, fewest, shortest, longest)

    def keys(self, expression: str) -> list[int]:
        """The papers that match an expression of FTS5."""
        return [pk for (pk,) in self._ask("SELECT rowid FROM paper WHERE paper MATCH ?", expression)]

    def scores(self, expression: str) -> list[tuple[int, float]]:
        """The papers that match an expression of FTS5, and the BM25 of each."""
        return self._ask(f"SELECT rowid, -bm25(paper, {TITLE_WEIGHT}, 1) FROM paper WHERE paper MATCH ?", expression)

    def bm25_rarity(self, stem: str) -> float:
        """FTS5's BM25 weight of a stem by its rarity."""
        papers = self.papers(stem)
        return max(1e-6, math.log((self.size - papers + 0.5) / (papers + 0.5)))

    def _ask(self, sql: str, *parameters: object) -> list[Any]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise UnusableIndex from error


@contextmanager
def open_index(cache: Path, papers: sqlite3.Connection) -> Iterator[Index]:
    """The index of a cache. Raises UnusableIndex, also if damage is found while it is used."""
    try:
        file = _file(cache)
        if not file.is_file():
            raise UnusableIndex
        with closing(sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)) as connection:
            index = Index(connection)
            if not index.is_of(papers):
                raise UnusableIndex
            yield index
    except UnusableIndex as error:
        if _is_damage(error.__cause__):
            drop(cache)
        raise


def missing(connection: sqlite3.Connection, cache: Path, most: int) -> int:
    """How many papers the index lacks, counting at most `most`."""
    try:
        with open_index(cache, connection) as index:
            last = index.last
    except UnusableIndex:
        last = 0
    sql = "SELECT count(*) FROM (SELECT 1 FROM paper WHERE pk > ? LIMIT ?)"
    return int(connection.execute(sql, (last, most)).fetchone()[0])


def exists(cache: Path) -> bool:
    """Whether the index was ever requested."""
    return finding_folder(cache).is_dir()


def drop(cache: Path) -> None:
    """Delete the index as far as possible."""
    for file in finding_folder(cache).glob(f"{_file(cache).name}*"):
        with suppress(OSError):
            file.unlink()


def update(cache: Path) -> int:
    """Index missing papers, and return their number. Raises OSError."""
    try:
        return _update(cache)
    except sqlite3.Error as error:
        raise OSError(f"The index for ~ can't be written: {error}") from error


def _update(cache: Path) -> int:
    folder = finding_folder(cache)
    folder.mkdir(mode=0o700, exist_ok=True)
    make_private(folder)
    for old in folder.glob("*-*/about.json"):
        # Older versions had a folder of arrays.
        shutil.rmtree(old.parent, ignore_errors=True)
    added = 0
    with closing(connections.connect(cache, query_only=True)) as papers:
        try:
            connection = _open_to_write(_file(cache), papers)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            drop(cache)
            connection = _open_to_write(_file(cache), papers)
        with closing(connection):
            while some := _add_next(connection, papers):
                added += some
                note_step()
    make_private(*folder.iterdir())
    return added


def _open_to_write(file: Path, papers: sqlite3.Connection) -> sqlite3.Connection:
    """The index, rebuilt if it is of another cache or version."""
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
    with connections.closing_on_error(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connections.transaction(connection):
            if not _is_usable(connection, papers):
                make_tables(connection)
    return connection


def _is_usable(connection: sqlite3.Connection, papers: sqlite3.Connection) -> bool:
    try:
        return Index(connection).is_of(papers)
    except UnusableIndex:
        return False


def _add_next(connection: sqlite3.Connection, papers: sqlite3.Connection) -> int:
    with connections.transaction(connection):
        (last,) = connection.execute("SELECT last FROM state").fetchone()
        rows = papers.execute(PAPERS, (last, AT_ONCE)).fetchall()
        if rows:
            add_papers(connection, rows)
    return len(rows)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make an empty index, replacing the old one."""
    for statement in _SCHEMA:
        connection.execute(statement)


def add_papers(connection: sqlite3.Connection, papers: Sequence[tuple[int, str, str, str]]) -> None:
    """Add papers, in the order of their keys: key, id, title and abstract of each."""
    pks, ids, titles, abstracts = zip(*papers, strict=True)
    with closing(Stemmer()) as stemmer:
        stems = list(zip(stemmer.indexed(titles), stemmer.indexed(abstracts), strict=True))
    connection.executemany(
        "INSERT INTO paper (rowid, title, abstract) VALUES (?, ?, ?)",
        ((pk, " ".join(title), " ".join(text)) for pk, (title, text) in zip(pks, stems, strict=True)),
    )
    counts = Counter(stem for title, text in stems for stem in {*title, *text})
    connection.executemany(
        "INSERT INTO word VALUES (?, ?) ON CONFLICT DO UPDATE SET papers = papers + excluded.papers",
        sorted(counts.items()),
    )
    connection.execute("UPDATE state SET papers = papers + ?, last = ?, id = ?", (len(papers), pks[-1], ids[-1]))


def _is_damage(error: BaseException | None) -> bool:
    """Whether an error means a broken file, rather than a busy or unreachable one."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _file(cache: Path) -> Path:
    return finding_folder(cache) / "words.db"


FEW = 200
"""Papers that are indexed at once, within 0.1 s."""

WAIT = 0.2
"""Seconds that a search waits for the process, which continues after that."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from reader.cache.finding import index; index.begin()"

_one_at_a_time = Lock()
"""Two threads indexing the same papers would write the same files."""

_running: dict[Path, subprocess.Popen[bytes]] = {}
"""The process of each cache, so that not every letter starts one."""


def prepare(connection: sqlite3.Connection, cache: Path, patience: float | None = WAIT) -> None:
    """Index missing papers. Raises CacheIndexing if that takes longer than `patience`; None waits until the end.

    If the index is read-only, the search uses its current content.
    """
    with _one_at_a_time:
        lacks = missing(connection, cache, FEW + 1)
        if lacks == 0:
            return
        if lacks <= FEW:
            with suppress(OSError):
                update(cache)
            return
        process = _running.get(cache)
        if process is None or process.poll() is not None:
            process = _running[cache] = _start(cache)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        raise CacheIndexing(
            "The index for ~ is being built. This happens once and takes some seconds for 10,000 papers."
        ) from None


def _start(cache: Path) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(
        # Without -P, Python would import a folder named `reader` in the working directory.
        [sys.executable, "-P", "-c", _START, root, str(cache)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def begin() -> None:
    """The process, at low priority."""
    lower_priority(5)
    update(Path(sys.argv[2]))
