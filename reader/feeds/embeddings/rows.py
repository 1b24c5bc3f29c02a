"""Check the rows that a model has made: nothing but numbers, none that is not finite, each of length 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reader.core.errors import FeedMalformed

SMALLEST, LARGEST = 2, 8_192
"""Numbers of a vector."""


def checked(values: object, rows: int, who: str) -> npt.NDArray[np.float32]:
    """The vectors, one for each text, each of length 1; raises FeedMalformed. `who` made them."""
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
        raise FeedMalformed(f"{who} sent a vector that holds more than finite numbers.")
    # In two steps: the squares of large numbers would be infinite.
    found /= np.maximum(np.abs(found).max(axis=1, keepdims=True), np.float32(1e-30))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.maximum(lengths, np.float32(1e-30))
    return found
