"""How what a source says of a paper is merged into what the cache knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reader.core.paper import Draft
from reader.core.text import title_hash

Values = dict[str, Any]
"""Column values of `paper` and `paper_text` together, without the key."""

BLANK: Mapping[str, Any] = {
    "title": "",
    "title_hash": None,
    "sort_day": "",
    "day": None,
    "first_day": None,
    "published": None,
    "upvotes": 0,
    "comments": 0,
    "author_count": 0,
    "code_stars": None,
    "has_code": 0,
    "has_project": 0,
    "has_media": 0,
    "abstract": "",
    "summary": None,
    "authors": "",
    "keywords": "",
    "organization": None,
    "organization_slug": None,
    "code_url": None,
    "project_url": None,
    "media": "",
    "categories": None,
    "version": None,
    "revised": None,
    "remark": None,
    "doi": None,
    "journal": None,
    "url": None,
    "arxiv_asked": None,
}
"""What is known of a paper that nobody has spoken of: every column that merging may change."""

COUNTS = ("upvotes", "comments", "code_stars")

RISING = ("version", "revised")
"""Columns that only grow, whoever speaks of them: arXiv's own answers may be a day apart."""


def merged(known: Mapping[str, Any], draft: Draft, day: str | None, *, newer: bool) -> Values:
    """The columns that a draft changes, listed on `day`, and only those.

    What it does not say stays. A source that may be older than the cache (a file: `newer` is False) fills gaps and
    raises counts, but replaces nothing.
    """
    after = dict(known)
    for column, value in _said(draft).items():
        old = known[column]
        if value is None:
            continue
        if column in RISING:
            after[column] = value if old is None else max(old, value)
        elif newer or old in (None, "") or (column in COUNTS and value > old):
            after[column] = value
    if draft.authors and after["authors"] == "\n".join(draft.authors):
        after["author_count"] = len(draft.authors)
    elif draft.author_count and not after["author_count"]:
        after["author_count"] = draft.author_count
    if day is not None:
        after["day"] = max(day, known["day"] or day)
        after["first_day"] = min(day, known["first_day"] or day)
    after["sort_day"] = after["day"] or after["published"] or known["sort_day"] or draft.announced or ""
    for flag, column in (("has_code", "code_url"), ("has_project", "project_url"), ("has_media", "media")):
        after[flag] = int(bool(after[column]))
    if after["title"] != known["title"]:
        after["title_hash"] = title_hash(after["title"])
    return {column: value for column, value in after.items() if value != known[column]}


def _said(draft: Draft) -> Values:
    """Every column that a source can speak of; None where this one does not."""
    return {
        "title": draft.title,
        "published": draft.published,
        "upvotes": draft.upvotes,
        "comments": draft.comments,
        "code_stars": draft.code_stars,
        "abstract": draft.abstract or None,
        "summary": draft.summary,
        "authors": "\n".join(draft.authors) or None,
        "keywords": "\n".join(draft.keywords) or None,
        "organization": draft.organization,
        "organization_slug": draft.organization_slug,
        "code_url": draft.code_url,
        "project_url": draft.project_url,
        "media": "\n".join(draft.media) or None,
        "categories": "\n".join(draft.categories) or None,
        "version": draft.version,
        "revised": draft.revised,
        "remark": draft.remark,
        "doi": draft.doi,
        "journal": draft.journal,
        "url": draft.url,
    }
