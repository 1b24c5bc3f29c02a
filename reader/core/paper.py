"""Papers in their three shapes: a draft as a feed tells it, a row as the list needs it, a paper whole."""

from __future__ import annotations

from typing import NamedTuple


class Draft(NamedTuple):
    """What one source says about one paper, already cleaned.

    `None` and the empty tuple mean that the source does not say: they never overwrite what is known.
    """

    title: str
    id: str | None = None
    """The bare arXiv id, or None where the source has none, such as a saved page."""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    """Number of authors where only that is known; else it follows from `authors`."""
    organization: str | None = None
    """Full name, as shown."""
    organization_slug: str | None = None
    published: str | None = None
    """ISO date of the first arXiv version."""
    upvotes: int | None = None
    comments: int | None = None
    summary: str | None = None
    """The feed's machine-written one-line summary."""
    keywords: tuple[str, ...] = ()
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    media: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Of arXiv, such as `cs.CL`, the primary one first."""
    version: int | None = None
    """Number of the version that arXiv has."""
    revised: str | None = None
    """ISO date of that version."""
    announced: str | None = None
    """ISO date on which a feed told of it; orders papers of which no other date is known."""
    remark: str | None = None
    """The authors' own, such as `12 pages, 3 figures`."""
    doi: str | None = None
    """The publisher's."""
    journal: str | None = None
    url: str | None = None
    """A page of the paper, or about it, that a feed leads to."""
    source: str = "hf"
    """Where it comes from: `hf`, `arxiv`, `page`, or a feed's slug."""
    entry: str | None = None
    """The own id of a feed's entry, `feed:` and twelve hexadecimal digits, for a paper without an arXiv id."""


class Skipped(NamedTuple):
    """A record that could not be used, and why in a few words."""

    where: str
    reason: str


class Listing(NamedTuple):
    """One day of the feed as it was answered: its drafts in the feed's order."""

    day: str | None
    """ISO date; None for papers that belong to no day, such as those of a saved page."""
    drafts: tuple[Draft, ...]
    skipped: tuple[Skipped, ...] = ()
    validator: str | None = None
    """What tells this answer, with which the feed can be asked whether it has changed."""
    is_unchanged: bool = False
    """Whether the feed said that the day is as it was, and nothing else."""


class PaperRow(NamedTuple):
    """What the list draws of a paper."""

    pk: int
    id: str
    title: str
    day: str
    """ISO date that the list groups by: the newest day it was listed on, else the day it was published, else empty."""
    upvotes: int
    comments: int
    read: bool
    starred: bool
    hidden: bool
    code: bool
    rising: bool = False
    """Whether it gained clearly in votes since the user looked."""
    kept: bool = True
    """False for a paper that the feed has found and the cache does not have."""


class Paper(NamedTuple):
    """A paper whole, as the detail, the exports and the command line show it."""

    pk: int
    """Its key in the cache; negative for one that the feed has found and the cache does not have."""
    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    author_count: int
    organization: str | None
    day: str | None
    """ISO date of the newest day it was listed on; None if it never was."""
    published: str | None
    upvotes: int
    comments: int
    summary: str | None
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    """Slugs, strongest first."""
    code_url: str | None
    code_stars: int | None
    project_url: str | None
    media: tuple[str, ...]
    source: str
    read: bool
    starred: bool
    hidden: bool
    tags: tuple[str, ...] = ()
    note: str | None = None
    categories: tuple[str, ...] = ()
    """Of arXiv, the primary one first."""
    version: int | None = None
    revised: str | None = None
    remark: str | None = None
    doi: str | None = None
    journal: str | None = None
    url: str | None = None
