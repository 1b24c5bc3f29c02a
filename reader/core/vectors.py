"""A model that makes vectors of papers, as the rest of the program knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]

TEXT_LIMIT = 2_000
"""Characters of a paper that a model reads: about the 512 tokens that small ones read. Some servers refuse more."""


class Encoder(Protocol):
    """A model: makes a vector of each text."""

    @property
    def key(self) -> str:
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
