"""A paper as the list needs it, and its key. Apart from whole papers, whose fields take 3 ms to set up."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple


class Flag(IntFlag):
    """One bit of `PaperRow.flags`; the numbers are stored in caches."""

    FOLLOWED = 1
    """One of the user's follows has it."""
    HIGHLIGHTED = 2
    """A rule of the user's picked it out."""
    CHANGED = 4
    """It has changed since the user starred, queued, noted or opened it."""
    MUTED = 8
    """It has a muted word, and so it is hidden; the list shows no sign of it."""


SHOWN_FIRST = (Flag.CHANGED, Flag.FOLLOWED, Flag.HIGHLIGHTED)
"""The list has room for one sign: the first of these."""


def flag_to_show(flags: int) -> Flag | None:
    """The flag whose sign the list shows; None without one."""
    return next((flag for flag in SHOWN_FIRST if flags & flag), None)


UNKNOWN = -1
"""In the cache's columns, the votes or comments of a paper that no source has told of."""


class NotCached(NamedTuple):
    """The key of a paper that a search of the feed found and the cache does not have."""

    id: str
    """Its arXiv id."""


PaperKey = int | NotCached
"""Identifies a listed paper: its key in the cache, or its id if the cache does not have it."""


class PaperRow(NamedTuple):
    """The part of a paper that the list draws."""

    pk: PaperKey
    """Its key in the list."""
    id: str
    title: str
    day: str
    """ISO date that the list groups by: the newest day it was listed on, else the day it was published, else empty."""
    upvotes: int | None
    """None if no source has told of them, and so are the comments."""
    comments: int | None
    read: bool
    starred: bool
    hidden: bool
    code: bool
    queued: bool = False
    """Whether the user wants to read it later."""
    has_note: bool = False
    has_text: bool = False
    """Whether the cache has its full text."""
    rising: bool = False
    """Whether it gained many votes since the user looked at it."""
    flags: int = 0
    """Bits of `reader.core.paper_row.Flag`."""
    kept: bool = True
    """False for a paper that the feed has found and the cache does not have."""
    why: str = ""
    """Why it suits the user, in words; empty where the list is not ordered by that."""
    changed: str = ""
    """What has changed of it since the user looked, in a few words."""
    is_surprise: bool = False
    """Whether it is listed on purpose although nothing speaks for it."""
