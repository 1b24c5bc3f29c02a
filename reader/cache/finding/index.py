"""The index of a cache: a folder of segments beside it, which follow the papers.

It is made where it is first asked for, and then follows each refresh. New papers come into a small segment, which is
joined with those before it while they are not larger: each paper is indexed again a few times at most. What is dropped
from the cache, or changes there, stays in the index until then; whoever asks it looks the papers up.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path

from reader.cache import connections
from reader.cache.finding.door import door_of
from reader.cache.finding.folder import key_range, segment_folders
from reader.cache.finding.meaning import Meaning
from reader.cache.finding.ranker import Ranker, Ranking, Similar
from reader.cache.finding.segment import Segment, Text, build_segment
from reader.cache.finding.splitter import Splitter
from reader.core.similarity import FoundBy
from reader.paths import finding_folder, make_private

LARGEST = 16_384
"""Papers of the largest segment: some 50 MB of memory while it is made."""

_TEXTS = (
    "SELECT p.pk, p.id, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    " WHERE p.pk > ? ORDER BY p.pk LIMIT ?"
)

_NEWEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'paper'"
"""The greatest key ever given to a paper."""


def segments(connection: sqlite3.Connection, cache: Path) -> list[Segment]:
    """The segments that are of this cache, in the order of their keys, without overlaps."""
    found: list[Segment] = []
    newest = 0
    for folder in segment_folders(cache):
        after, last = key_range(folder)
        if after != newest:
            continue
        with suppress(OSError, ValueError, EOFError):
            segment = _opened(folder, folder.stat().st_mtime_ns)
            # A new cache in the place of an old one gives its papers other keys.
            if _is_of(connection, segment, last):
                found.append(segment)
                newest = last
    return found


def missing(connection: sqlite3.Connection, cache: Path, most: int) -> int:
    """How many papers the index lacks; at most `most` are counted."""
    current = segments(connection, cache)
    newest = int(current[-1].pks[-1]) if current else 0
    sql = "SELECT count(*) FROM (SELECT 1 FROM paper WHERE pk > ? LIMIT ?)"
    return int(connection.execute(sql, (newest, most)).fetchone()[0])


def update(cache: Path) -> int:
    """Index the papers that the index lacks, and return how many these are. Raises OSError."""
    folder = finding_folder(cache)
    folder.mkdir(mode=0o700, exist_ok=True)
    make_private(folder)
    with closing(connections.connect(cache, query_only=True)) as connection:
        kept = segments(connection, cache)
        last = int(kept[-1].pks[-1]) if kept else 0
        (new,) = connection.execute("SELECT count(*) FROM paper WHERE pk > ?", (last,)).fetchone()
        size = new
        while new and kept and len(kept[-1].pks) <= size and len(kept[-1].pks) + size <= LARGEST:
            size += len(kept.pop().pks)
        last = int(kept[-1].pks[-1]) if kept else 0
        while (end := build_segment(folder, last, _texts(connection, last))) is not None:
            last = end
        current = {segment.name for segment in segments(connection, cache)}
    for old in segment_folders(cache):
        if old.name not in current:
            # Windows keeps a folder that another program reads.
            shutil.rmtree(old, ignore_errors=True)
    return int(new)


def rank(connection: sqlite3.Connection, cache: Path, text: str) -> Ranking:
    """The papers of the index that fit a text, the best first."""
    import numpy as np

    current = segments(connection, cache)
    if not current:
        return Ranking(np.empty(0, np.int64), {})
    with closing(Splitter()) as splitter:
        return _rank(Ranker(current, splitter), connection, cache, text)


def _rank(ranker: Ranker, connection: sqlite3.Connection, cache: Path, text: str) -> Ranking:
    return ranker.rank(text, lambda pks: _titles_and_abstracts(connection, pks), _meaning(connection, cache, text))


def _meaning(connection: sqlite3.Connection, cache: Path, text: str) -> Meaning | None:
    """How near papers are to a text by the user's model; None without one, or if it can't say so in time."""
    from reader.cache.finding.vectors import open_vectors

    door = door_of(cache)
    found = open_vectors(connection, cache, door.encoder.key) if door is not None else None
    if door is None or found is None:
        return None
    vector = door.vector(text)
    if vector is None or len(vector) != found.rows.shape[1]:
        return None
    return Meaning(found.pks, found.cosines(vector))


def found_by(connection: sqlite3.Connection, cache: Path, text: str, pk: int) -> FoundBy:
    """By what a text finds a paper."""
    current = segments(connection, cache)
    if not current:
        return FoundBy()
    with closing(Splitter()) as splitter:
        ranker = Ranker(current, splitter)
        ranking = _rank(ranker, connection, cache, text)
        [paper] = _titles_and_abstracts(connection, [pk])
        return ranker.explain(text, ranking, pk, paper)


def rank_by_papers(connection: sqlite3.Connection, cache: Path, texts: Sequence[tuple[str, str]], most: int) -> Similar:
    """At most so many papers of the index that are like others, whose titles and abstracts are given."""
    import numpy as np

    current = segments(connection, cache)
    if not current:
        return Similar(np.empty(0, np.int64), np.empty(0, np.float32))
    with closing(Splitter()) as splitter:
        return Ranker(current, splitter).rank_similar(texts, most)


def shared_phrases(
    connection: sqlite3.Connection, cache: Path, texts: Sequence[tuple[str, str]], other: tuple[str, str], most: int = 3
) -> tuple[str, ...]:
    """The words and phrases that a paper shares with others, the most telling first."""
    current = segments(connection, cache)
    if not current:
        return ()
    with closing(Splitter()) as splitter:
        return Ranker(current, splitter).shared_phrases(texts, other, most)


def _texts(connection: sqlite3.Connection, after: int) -> Iterator[Text]:
    return (Text(*row) for row in connection.execute(_TEXTS, (after, LARGEST)))


def _titles_and_abstracts(connection: sqlite3.Connection, pks: Sequence[int]) -> list[tuple[str, str]]:
    """Title and abstract of papers, in the order of the keys; empty for one that was dropped."""
    sql = (
        "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
        f" WHERE p.pk IN ({','.join('?' * len(pks))})"
    )
    found = {pk: (title, abstract) for pk, title, abstract in connection.execute(sql, tuple(pks))}
    return [found.get(pk, ("", "")) for pk in pks]


def _is_of(connection: sqlite3.Connection, segment: Segment, last: int) -> bool:
    """Whether the last paper of a segment is the one in the cache; one that was dropped since says nothing."""
    found = connection.execute("SELECT id FROM paper WHERE pk = ?", (last,)).fetchone()
    (newest,) = connection.execute(_NEWEST).fetchone()
    return bool(last <= newest if found is None else found[0] == segment.ends_with)


@lru_cache(maxsize=32)
def _opened(folder: Path, _changed: int) -> Segment:
    """A segment; to map it again for each letter of a text would take 1 ms."""
    return Segment.open(folder)
