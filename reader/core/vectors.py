"""A model that makes vectors of papers, as the rest of the program knows it, and what is checked of its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from reader.core.errors import FeedMalformed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]

SMALLEST, LARGEST = 2, 8_192
"""Numbers of a vector."""

TEXT_LIMIT = 2_000
"""Characters of a paper that a model reads: about the 512 tokens that small ones read. Some servers refuse more."""


class Encoder(Protocol):
    """A model: makes a vector of each text."""

    key: str
    """What the vectors depend on; those of another key can't be compared."""

    @property
    def at_once(self) -> int:
        """Papers that are given to it at once."""

    @property
    def trust(self) -> float:
        """How much its vectors count against those of a model that reads whole sentences."""

    async def encode(self, texts: Sequence[str]) -> Rows:
        """A row of length 1 for each text; raises ReaderError."""

    async def aclose(self) -> None:
        """Close what is open."""


def paper_text(title: str, abstract: str) -> str:
    """The text of a paper for a model."""
    return f"{title}. {abstract}"[:TEXT_LIMIT]


def checked_vectors(values: object, rows: int, who: str) -> Rows:
    """The vectors, one for each text, each of length 1; raises FeedMalformed. `who` made them."""
    import numpy as np

    try:
        with np.errstate(over="ignore"):
            found = np.asarray(values, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise FeedMalformed(f"{who} sent something other than vectors of one length.") from error
    if found.ndim != 2 or len(found) != rows:
        raise FeedMalformed(f"{who} sent something other than one vector for each of {rows} texts.")
    if not SMALLEST <= found.shape[1] <= LARGEST:
        raise FeedMalformed(f"{who} sent vectors of {found.shape[1]:,} numbers; {SMALLEST} to {LARGEST:,} are usual.")
    if not np.isfinite(found).all():
        raise FeedMalformed(f"{who} sent a vector with numbers that are not finite.")
    # In two steps: the squares of large numbers would be infinite.
    found /= np.maximum(np.abs(found).max(axis=1, keepdims=True), np.float32(1e-30))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.maximum(lengths, np.float32(1e-30))
    return found
