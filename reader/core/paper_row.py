"""The part of a paper that the list draws, and its key; a separate module, since `Paper` takes 3 ms to set up."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple


class Flag(IntFlag):
    """One bit of `PaperRow.flags`; the numbers are stored in caches, where version 0.2 used 2 and 4."""

    FOLLOWED = 1
    MUTED = 8
    """It has a muted word and is therefore hidden; the list shows no sign."""
    FOUND = 16
    """Only a search on the feed found it, and the user has not marked or opened it: it is hidden, and soon dropped."""


UNKNOWN = -1
"""The number of votes or comments in the cache before any source reported it."""


class PaperRow(NamedTuple):
    """The part of a paper that the list draws.

    The columns from `read` to `has_text` are converted from the cache to bool; earlier columns are kept as stored.
    """

    pk: int
    id: str
    title: str
    day: str
    """ISO date that the list groups by: the newest day that listed it, else the day it was published, else empty."""
    upvotes: int | None
    """None until a source reported them; likewise the comments."""
    comments: int | None
    read: bool
    starred: bool
    hidden: bool
    code: bool
    queued: bool = False
    has_note: bool = False
    has_text: bool = False
    """Whether the cache has its full text."""
    flags: int = 0
    why: str = ""
    """Why it suits the user, in words; empty unless the list is ordered by how well papers suit the user."""

    @property
    def is_only_found(self) -> bool:
        """Whether only a search on the feed found it, so that it will be dropped unless the user marks it."""
        return bool(self.flags & Flag.FOUND)
