"""Models that make vectors of texts, and the connection of free texts to one.

A model may be slow or fail, so it runs in its own thread. Callers wait a moment, and continue by words alone without
the vector, which is kept for the next request. Importing this needs no numpy.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reader.core.errors import FeedMalformed, ReaderError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]

log = logging.getLogger(__name__)

SMALLEST, LARGEST = 2, 8_192
"""Numbers of a vector."""

TEXT_LIMIT = 2_000
"""Characters of a paper given to a model: about the 512 tokens that small ones read. Some servers refuse more."""


class Encoder(Protocol):
    """A model: makes a vector of each text."""

    key: str
    """What the vectors depend on; vectors of different keys can't be compared."""

    @property
    def at_once(self) -> int:
        """Number of papers to pass at a time."""

    @property
    def trust(self) -> float:
        """The weight of its vectors, relative to a model that reads whole sentences."""

    async def encode(self, texts: Sequence[str]) -> Rows:
        """A row of length 1 for each text; raises ReaderError."""

    async def aclose(self) -> None:
        """Close what is open."""


def paper_text(title: str, abstract: str) -> str:
    """The text of a paper for a model."""
    return f"{title}. {abstract}"[:TEXT_LIMIT]


def checked_vectors(values: object, rows: int, who: str) -> Rows:
    """The vectors, one per text, each of length 1; raises FeedMalformed. `who` made them."""
    import numpy as np

    try:
        with np.errstate(over="ignore"):
            found = np.asarray(values, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise FeedMalformed(f"{who} sent vectors of different lengths.") from error
    if found.ndim != 2 or len(found) != rows:
        raise FeedMalformed(f"{who} did not send one vector for each of {rows} texts.")
    if not SMALLEST <= found.shape[1] <= LARGEST:
        raise FeedMalformed(
            f"{who} sent vectors of {found.shape[1]:,} numbers; {SMALLEST} to {LARGEST:,} are accepted."
        )
    if not np.isfinite(found).all():
        raise FeedMalformed(f"{who} sent a vector with numbers that are not finite.")
    # In two steps: the squares of large numbers would be infinite.
    found /= np.maximum(np.abs(found).max(axis=1, keepdims=True), np.float32(1e-30))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.maximum(lengths, np.float32(1e-30))
    return found


KEPT = 64
"""Maximum texts with cached vectors."""

PAUSE = 30.0
"""Seconds before a failed model is asked again."""

Warn = Callable[[str], None]


class Door:
    """A model for typed texts, each prefixed by `before`."""

    def __init__(
        self,
        encoder: Encoder,
        before: str = "",
        *,
        patience: float,
        warn: Warn | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.encoder = encoder
        self._before = before
        self._patience = patience
        self._warn = warn or (lambda said: log.warning("%s", said))
        self._clock = clock
        self._asked: OrderedDict[str, Future[Rows]] = OrderedDict()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._resting_until = float("-inf")

    def vector(self, text: str) -> Rows | None:
        """The vector of a text; None if it is not ready in time."""
        with self._lock:
            known = self._asked.get(text)
            if known is None:
                if self._clock() < self._resting_until:
                    return None
                self._asked[text] = known = self._start(self.encoder.encode([self._before + text]))
                while len(self._asked) > KEPT:
                    self._asked.popitem(last=False)[1].cancel()
            self._asked.move_to_end(text)
        try:
            rows = known.result(self._patience)
        except (NotYet, CancelledError):
            # It is still wanted, unless the connection was closed.
            return None
        except ReaderError as error:
            with self._lock:
                is_news = self._asked.pop(text, None) is not None
                self._resting_until = self._clock() + PAUSE
            if is_news:
                self._warn(f"Found by words alone: {error}")
            return None
        found: Rows = rows[0]
        return found

    def close(self) -> None:
        """Stop requests, and close the model."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end_all(self.encoder), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _start(self, work: Coroutine[Any, Any, Rows]) -> Future[Rows]:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            # A model that hangs must not keep the program from ending.
            self._thread = threading.Thread(target=self._loop.run_forever, name="vectors", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)


async def _end_all(encoder: Encoder) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await encoder.aclose()


_open: dict[Path, Door] = {}


def install(cache: Path, door: Door | None) -> None:
    """Connect a cache's free texts to a model; None disconnects."""
    before = _open.pop(cache, None)
    if door is not None:
        _open[cache] = door
    if before is not None:
        before.close()


def door_of(cache: Path) -> Door | None:
    """The door for a cache, if there is one."""
    return _open.get(cache)
