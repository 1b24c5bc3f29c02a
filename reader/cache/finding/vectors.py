"""Vectors of papers beside the cache: two files per model, appended in key order.

`vectors` has a row of 16-bit floats for each paper, `papers` its key and a digest of its id. Rows are on the disk
before their entries, so a killed program leaves at most surplus rows, which the next one cuts off. Both files are
memory-mapped. Vectors of other models are deleted; all files can be deleted, and are then created again.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.finding.door import paper_text
from reader.core.errors import CacheBusy, CacheError
from reader.paths import make_private, replace_private, take_lock, vectors_folder
from reader.platform import to_disk

PAPERS = (
    "SELECT p.pk, p.id, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
    " WHERE p.pk > ? ORDER BY p.pk LIMIT ?"
)
NEWEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'paper'"

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]

VERSION = 1

NAMED = 16
"""Bytes of an entry: a paper's key, and the beginning of its id's digest."""

AT_ONCE = 512
"""Rows compared at a time, so that they stay in the processor's cache."""

_SMALLER = 2.0**112
"""By how much the bits of a halved float say less if they are read as those of a float: exponents begin elsewhere."""


class PaperVectors(NamedTuple):
    """The vectors of papers, mapped."""

    pks: Ints
    digests: Ints
    """Identify the papers, since another cache has other keys."""
    rows: npt.NDArray[np.float16]
    """One row of length 1 per paper."""

    def cosines(self, vector: Floats) -> Floats:
        """How near each paper is to a vector of length 1.

        The bits of the rows are moved to where floats have them: numpy's own conversion takes four times as long.
        """
        import numpy as np

        found = np.empty(len(self.pks), np.float32)
        bits, moved = self.rows.view(np.int16), np.empty((AT_ONCE, self.rows.shape[1]), np.int32)
        scaled = vector * np.float32(_SMALLER)
        for begin in range(0, len(found), AT_ONCE):
            some = bits[begin : begin + AT_ONCE]
            floats = moved[: len(some)]
            np.copyto(floats, some)
            np.left_shift(floats, 13, out=floats)
            # The sign stays at its end; the widening has repeated it below.
            np.bitwise_and(floats, ~0x70000000, out=floats)
            np.dot(floats.view(np.float32), scaled, out=found[begin : begin + AT_ONCE])
        return found


class NewPaper(NamedTuple):
    """A paper without a vector."""

    pk: int
    id: str
    text: str


def open_vectors(connection: sqlite3.Connection, cache: Path, key: str) -> PaperVectors | None:
    """A model's vectors by its key; None if there are none for this cache."""
    folder = _folder(cache, key)
    try:
        found = _opened(folder, (folder / "papers").stat().st_size, (folder / "about.json").stat().st_mtime_ns)
    except (OSError, ValueError, KeyError):
        return None
    return found if found is not None and _is_of(connection, found) else None


def count(connection: sqlite3.Connection, cache: Path, key: str) -> tuple[int, int]:
    """How many papers have a vector of a model, and how many are in the cache."""
    found = open_vectors(connection, cache, key)
    total = int(connection.execute("SELECT count(*) FROM paper").fetchone()[0])
    if found is None:
        return 0, total
    after = connection.execute("SELECT count(*) FROM paper WHERE pk > ?", (int(found.pks[-1]),)).fetchone()[0]
    return total - int(after), total


def read_lacking(connection: sqlite3.Connection, cache: Path, key: str, most: int) -> list[NewPaper]:
    """The next papers without a vector of a model, at most `most`."""
    found = open_vectors(connection, cache, key)
    last = int(found.pks[-1]) if found is not None else 0
    papers = connection.execute(PAPERS, (last, most))
    return [NewPaper(pk, id, paper_text(title, abstract)) for pk, id, title, abstract in papers]


def append(connection: sqlite3.Connection, cache: Path, key: str, papers: Sequence[NewPaper], rows: Floats) -> None:
    """Append the vectors of the next papers; starts over if the existing ones are of another cache.

    Raises CacheError if they have another size than those before, or can't be written.
    """
    import numpy as np

    folder = _folder(cache, key)
    before = open_vectors(connection, cache, key)
    width = rows.shape[1]
    if before is not None and before.rows.shape[1] != width:
        said = f"The model now makes vectors of {width:,} numbers, not {before.rows.shape[1]:,}"
        raise CacheError(
            f"{said}: if it is another model, 'dailypapers vectors drop' deletes the vectors of the old one."
        )
    named = np.array([(paper.pk, _digest(paper.id)) for paper in papers], np.int64)
    try:
        if before is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
            make_private(folder.parent, folder)
            about = {"version": VERSION, "model": key, "numbers": width}
            replace_private(folder / "about.json", json.dumps(about))
        done = 0 if before is None else len(before.pks)
        _write_at(folder / "vectors", done * width * 2, rows.astype(np.float16).tobytes())
        _write_at(folder / "papers", done * NAMED, named.tobytes())
    except OSError as error:
        raise CacheError(f"Vectors can't be written to {folder}: {error.strerror or error}.") from error


def drop(cache: Path, but: str | None = None) -> int:
    """Delete the vectors of all models but one; return the freed bytes."""
    kept = None if but is None else _folder(cache, but).name
    freed = 0
    for folder in _folders(cache):
        if folder.name != kept:
            freed += size(folder)
            shutil.rmtree(folder, ignore_errors=True)
    if but is None:
        with suppress(OSError):
            (vectors_folder(cache) / "lock").unlink()
            vectors_folder(cache).rmdir()
    return freed


def size(folder: Path) -> int:
    """The bytes of the files in a folder and those below it."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size
    return total


def size_of(cache: Path, key: str) -> int:
    """The bytes of a model's vectors."""
    return size(_folder(cache, key))


_BUSY = "Another program is making vectors of these papers; 'dailypapers vectors' shows its progress."


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Lock the vectors for this program; raises CacheBusy if another one is making some, and CacheError."""
    folder = vectors_folder(cache)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = take_lock(folder / "lock", CacheBusy(_BUSY))
    except OSError as error:
        raise CacheError(f"Vectors can't be written to {folder}: {error.strerror or error}.") from error
    try:
        yield
    finally:
        os.close(handle)


def _folders(cache: Path) -> list[Path]:
    try:
        return [one for one in vectors_folder(cache).iterdir() if one.is_dir() and one.name.startswith("of-")]
    except OSError:
        return []


def _folder(cache: Path, key: str) -> Path:
    return vectors_folder(cache) / f"of-{sha256(key.encode()).hexdigest()[:16]}"


def _digest(id: str) -> int:
    return int.from_bytes(sha256(id.encode()).digest()[:8], "big", signed=True)


def _is_of(connection: sqlite3.Connection, found: PaperVectors) -> bool:
    """Whether the last paper is the one in the cache; one that was dropped since says nothing."""
    last = int(found.pks[-1])
    row = connection.execute("SELECT id FROM paper WHERE pk = ?", (last,)).fetchone()
    if row is None:
        return bool(last <= connection.execute(NEWEST).fetchone()[0])
    return _digest(row[0]) == int(found.digests[-1])


@lru_cache(maxsize=4)
def _opened(folder: Path, _size: int, _changed: int) -> PaperVectors | None:
    import numpy as np

    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    if about["version"] != VERSION:
        return None
    width = int(about["numbers"])
    there = (folder / "papers").stat().st_size // NAMED, (folder / "vectors").stat().st_size // (2 * width)
    rows = min(there)
    if rows == 0:
        return None
    named = np.memmap(folder / "papers", np.int64, "r", shape=(rows, 2)).view(np.ndarray)
    vectors = np.memmap(folder / "vectors", np.float16, "r", shape=(rows, width)).view(np.ndarray)
    return PaperVectors(np.ascontiguousarray(named[:, 0]), named[:, 1], vectors)


def _write_at(file: Path, place: int, data: bytes) -> None:
    """Write at a place of a file, to the disk; what was after it is cut off."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as opened:
        opened.seek(place)
        opened.truncate()
        opened.write(data)
        opened.flush()
        to_disk(opened.fileno())


# What vectors say of a text, beside what its words say. Measured with a small sentence model by
# `python -m tests.bench.finding`: words nearly always find a paper that one remembers by its words, and vectors one
# that has other words. So vectors count the more the less of a text's words the best paper has.

LEAST, MORE = 0.03, 3.0
"""The weight of a nearness of one standard deviation if a paper has all words of the text, and its increase if none has
any; the best paper by words has 1."""


class Meaning(NamedTuple):
    """The nearness of papers to a text by a model's vectors."""

    pks: Ints
    """The keys of the papers that have a vector, ascending."""
    cosines: Floats
    trust: float = 1.0
    """The trust in the model, relative to one that reads whole sentences."""

    def counted(self, keys: Ints, share: float) -> Floats:
        """Its weight for papers, by key; `share` is the best paper's share of the text's words.

        A paper without a vector yet is as near as most, which is 0.
        """
        import numpy as np

        if len(self.pks) == 0:
            return np.zeros(len(keys), np.float32)
        spread = max(float(self.cosines.std()), 1e-6)
        nearness = (self.cosines - self.cosines.mean()) / np.float32(spread)
        at = np.minimum(np.searchsorted(self.pks, keys), len(self.pks) - 1)
        weight = self.trust * (LEAST + MORE * (1 - min(share, 1.0)) ** 2)
        return np.where(self.pks[at] == keys, nearness[at] * np.float32(weight), np.float32(0))


def add(scores: Floats, counted: Floats) -> Floats:
    """The combined scores; 0 for a paper without the words and no nearer than most.

    A paper with only the words stays above 0: it is found, but last.
    """
    import numpy as np

    found = scores / np.float32(max(float(scores.max(initial=0)), 1e-9)) + counted
    least = np.where(scores > 0, np.float32(1e-6), np.float32(0))
    together: Floats = np.maximum(found, least)
    return together
