"""Types of the keyword arguments that the tests' factories of papers and settings take, and of papers' keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from reader.core.paper_row import PaperKey
from reader.core.settings.tables import Rule, SavedView, UserCommand, WatchedExport


def cached(key: PaperKey) -> int:
    """The key of a paper that must be in the cache."""
    assert isinstance(key, int)
    return key


class DraftFacts(TypedDict, total=False):
    """Fields of a `Draft`, without its title."""

    id: str | None
    abstract: str
    authors: tuple[str, ...]
    author_count: int | None
    organization: str | None
    organization_slug: str | None
    published: str | None
    upvotes: int | None
    comments: int | None
    summary: str | None
    keywords: tuple[str, ...]
    code_url: str | None
    code_stars: int | None
    project_url: str | None
    media: tuple[str, ...]
    categories: tuple[str, ...]
    version: int | None
    revised: str | None
    models: int | None
    announced: str | None
    remark: str | None
    doi: str | None
    journal: str | None
    url: str | None
    source: str
    entry: str | None


class RowFacts(TypedDict, total=False):
    """Fields of a `PaperRow`, without its key and title."""

    id: str
    day: str
    upvotes: int
    comments: int
    read: bool
    starred: bool
    hidden: bool
    code: bool
    rising: bool
    flags: int
    kept: bool
    why: str


class PaperFacts(TypedDict, total=False):
    """Fields of a `Paper`."""

    pk: PaperKey
    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    author_count: int
    organization: str | None
    day: str | None
    published: str | None
    upvotes: int
    comments: int
    summary: str | None
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    code_url: str | None
    code_stars: int | None
    project_url: str | None
    media: tuple[str, ...]
    source: str
    read: bool
    starred: bool
    hidden: bool
    tags: tuple[str, ...]
    note: str | None
    categories: tuple[str, ...]
    version: int | None
    revised: str | None
    remark: str | None
    models: int | None
    datasets: int | None
    spaces: int | None
    doi: str | None
    journal: str | None
    url: str | None


class SettingFacts(TypedDict, total=False):
    """Fields of `Settings`."""

    endpoint: str
    days_at_start: int
    refresh_minutes: int
    ask_arxiv: bool
    notify: tuple[str, ...]
    notify_command: tuple[str, ...]
    keep_days: int
    pdf_folder: str
    pdf_viewer: tuple[str, ...]
    order: str
    nearest: bool
    read_when: str
    note_reading: bool
    after_mark: str
    theme: str
    images: str
    ascii: bool
    filter_width: int
    list_share: float
    density: str
    topics_file: str
    keys: Mapping[str, tuple[str, ...]]
    views: tuple[SavedView, ...]
    exports: tuple[WatchedExport, ...]
    commands: tuple[UserCommand, ...]
    rules: tuple[Rule, ...]
    mute: tuple[str, ...]
    hidden_views: tuple[str, ...]
    on_star: str | tuple[str, ...]
    on_new: str | tuple[str, ...]
