"""The vectors of papers by the settings: which model makes them, and the job that makes those that are missing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader import installed
from reader.core.errors import ConfigError
from reader.core.settings.vectors import Vectors
from reader.core.vectors import Encoder
from reader.paths import vectors_folder

if TYPE_CHECKING:
    from reader.cache.finding.vectors import NewPaper

QUICK = 0.4
"""Seconds that a list waits for the vector of what is typed; it comes all the same, for the next time."""

PATIENT = 20.0
"""Seconds that a command waits: a server may have to load its model first."""


class VectorsMade(NamedTuple):
    """So many papers have a vector by now, `new` of them by this job."""

    done: int
    total: int
    new: int


def open_encoder(settings: Vectors, cache: Path) -> Encoder | None:
    """The model of the settings, which an extension makes; None if there is none. Raises ConfigError."""
    if trouble := settings.trouble():
        raise ConfigError(trouble)
    if not settings.is_on:
        return None
    for one in installed.given("encoders"):
        encoder: Encoder | None = installed.ask(one.entry, one.value, settings, cache)
        if encoder is not None:
            return _WithBefore(encoder, settings.before_paper) if settings.before_paper else encoder
    return None


class _WithBefore:
    """A model whose vectors of papers depend on what is put before them too."""

    def __init__(self, encoder: Encoder, before: str) -> None:
        self._encoder = encoder
        self.key = f"{encoder.key} {before!r}"
        self.at_once = encoder.at_once
        self.trust = encoder.trust
        self.encode = encoder.encode
        self.aclose = encoder.aclose


def open_door(settings: Vectors, cache: Path, *, patience: float, warn: Callable[[str], None] | None = None) -> None:
    """Let free texts find the papers of a cache by the model of the settings, where it has made vectors.

    Raises ConfigError if the model is not there.
    """
    from reader.cache.finding.door import Door, install

    encoder = open_encoder(settings, cache)
    door = Door(encoder, settings.before_query, patience=patience, warn=warn) if encoder is not None else None
    install(cache, door)
    if door is not None and settings.is_static:
        # It is loaded now, not when the first text waits for it.
        door.vector("papers")


async def make_vectors(cache: Path, settings: Vectors) -> AsyncGenerator[VectorsMade, None]:
    """Make the vectors that papers lack, the earliest papers first, and delete those of other models.

    What is made is stored as it comes, so it goes on where it was stopped. Raises ReaderError.
    """
    from reader.cache.finding import vectors

    encoder = await asyncio.to_thread(open_encoder, settings, cache)
    if encoder is None:
        await asyncio.to_thread(vectors.drop, cache)
        return
    new = 0
    with vectors.alone(cache):
        try:
            await asyncio.to_thread(vectors.drop, cache, encoder.key)
            done, total = await asyncio.to_thread(_count, cache, encoder.key)
            while papers := await asyncio.to_thread(_lacking, cache, encoder):
                yield VectorsMade(done, max(total, done + len(papers)), new)
                rows = await encoder.encode([settings.before_paper + paper.text for paper in papers])
                # At another time the user may have switched to another model: each batch names its own.
                await asyncio.to_thread(_store, cache, encoder.key, papers, rows)
                done, new = done + len(papers), new + len(papers)
            yield VectorsMade(done, done, new)
        finally:
            await encoder.aclose()


def lacks_vectors(cache: Path, settings: Vectors) -> bool:
    """Whether there is anything to make or to delete; raises ConfigError."""
    if not settings.is_on and not vectors_folder(cache).is_dir():
        return False
    from reader.cache.finding import vectors

    encoder = open_encoder(settings, cache)
    if encoder is None:
        return True
    with _read(cache) as connection:
        return bool(vectors.read_lacking(connection, cache, encoder.key, 1))


@contextmanager
def _read(cache: Path) -> Iterator[sqlite3.Connection]:
    from reader.cache import connections

    with closing(connections.connect(cache, query_only=True)) as connection:
        yield connection


def _count(cache: Path, key: str) -> tuple[int, int]:
    from reader.cache.finding import vectors

    with _read(cache) as connection:
        return vectors.count(connection, cache, key)


def _lacking(cache: Path, encoder: Encoder) -> list[NewPaper]:
    from reader.cache.finding import vectors

    with _read(cache) as connection:
        return vectors.read_lacking(connection, cache, encoder.key, encoder.at_once)


def _store(cache: Path, key: str, papers: list[NewPaper], rows: object) -> None:
    from reader.cache.finding import vectors

    with _read(cache) as connection:
        vectors.append(connection, cache, key, papers, rows)  # type: ignore[arg-type]
