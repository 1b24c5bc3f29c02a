"""What a file of another program says about a paper: a library's entry, a feed reader's row, a line of a list."""

from __future__ import annotations

from typing import NamedTuple


class LibraryEntry(NamedTuple):
    """One entry of a file, with clean texts."""

    where: str
    """Its place in the file, such as `entry li2024` or `line 7`."""
    title: str = ""
    id: str | None = None
    """The bare arXiv id; None if no field has one."""
    is_wanted: bool = True
    """Whether the paper is to be fetched if the cache lacks it; a feed reader's rows are only marks."""
    is_read: bool = False
    labels: tuple[str, ...] = ()
    """What the user labelled it by: tags and collections of a library, letters of a feed reader."""
