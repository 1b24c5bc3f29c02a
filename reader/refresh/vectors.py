"""The vectors of papers: the model that the settings name, and the job that makes missing ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeVar

from reader import installed
from reader.cache.finding.door import Encoder
from reader.core.errors import ConfigError
from reader.core.settings.tables import Vectors
from reader.paths import vectors_folder

T = TypeVar("T")

QUICK = 0.4
"""Seconds that a list waits for the vector of what is typed; it comes all the same, for the next time."""

PATIENT = 20.0
"""Seconds that a command waits: a server may have to load its model first."""


class VectorsMade(NamedTuple):
    """How many papers have a vector so far, `new` of them from this job."""

    done: int
    total: int
    new: int


def open_encoder(settings: Vectors, cache: Path) -> Encoder | None:
    """The model of the settings, which an extension makes; None if there is none. Raises ConfigError."""
    if trouble := settings.trouble():
        raise ConfigError(trouble)
    if not settings.is_on:
        return None
    if find_spec("numpy") is None:
        raise ConfigError(installed.needs_extra("Vectors need", "meaning"))
    for one in installed.given("encoders"):
        encoder: Encoder | None = installed.ask(one.entry, one.value, settings, cache)
        if encoder is not None:
            return encoder
    return None


def open_door(settings: Vectors, cache: Path, *, patience: float, warn: Callable[[str], None] | None = None) -> None:
    """Let free texts find papers by the model of the settings, where it has made vectors; raises ConfigError."""
    from reader.cache.finding.door import Door, install

    encoder = open_encoder(settings, cache)
    door = Door(encoder, settings.before_query, patience=patience, warn=warn) if encoder is not None else None
    install(cache, door)
    if door is not None and settings.is_static:
        # It is loaded now, not when the first text waits for it.
        door.vector("papers")


async def make_vectors(cache: Path, settings: Vectors) -> AsyncGenerator[VectorsMade, None]:
    """Make missing vectors, earliest papers first, store each at once, and delete other models'. Raises ReaderError."""
    from reader.cache.finding import vectors

    encoder = await asyncio.to_thread(open_encoder, settings, cache)
    if encoder is None:
        await asyncio.to_thread(vectors.drop, cache)
        return
    new = 0
    with vectors.alone(cache):
        try:
            await asyncio.to_thread(vectors.drop, cache, encoder.key)
            done, total = await asyncio.to_thread(_ask, cache, vectors.count, encoder.key)
            while papers := await asyncio.to_thread(_ask, cache, vectors.read_lacking, encoder.key, encoder.at_once):
                yield VectorsMade(done, max(total, done + len(papers)), new)
                rows = await encoder.encode([settings.before_paper + paper.text for paper in papers])
                # At another time the user may have switched to another model: each batch names its own.
                await asyncio.to_thread(_ask, cache, vectors.append, encoder.key, papers, rows)
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
    return bool(_ask(cache, vectors.read_lacking, encoder.key, 1))


def _ask(cache: Path, question: Callable[..., T], *values: object) -> T:
    """The answer of a function that takes a connection to the cache, which it only reads, and the cache's path."""
    from reader.database import connections

    with closing(connections.connect(cache, query_only=True)) as connection:
        return question(connection, cache, *values)
