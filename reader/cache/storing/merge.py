"""Merge a draft into the cached values of a paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reader.core.addresses import urls_in, what_is
from reader.core.paper import COLUMNS, Draft, Merge
from reader.core.text import title_hash

Values = dict[str, Any]
"""Column values of `paper` and `paper_text` together, without the key."""

BLANK: Mapping[str, Any] = {
    **{field.name: field.blank for field in COLUMNS},
    "title_hash": None,
    "sort_day": "",
    "day": None,
    "first_day": None,
    "author_count": 0,
    "has_code": 0,
    "has_project": 0,
    "has_media": 0,
    "venue": None,
    "addresses": None,
    "arxiv_asked": None,
}
"""The initial values of all columns that merging may change."""


# Every draft of a refresh goes through this loop. Plain tuples make it as quick as an unrolled one: 6 us a draft.
_MERGED = tuple((field.name, field.type is tuple, field.rules.merge) for field in COLUMNS)


def merged(known: Mapping[str, Any], draft: Draft, day: str | None, *, newer: bool) -> Values:
    """Return the columns that a draft listed on `day` changes, and only those.

    Values missing from the draft stay. With `newer` False the draft may be older than the cache, as a file may be: it
    fills gaps and raises counts, but replaces nothing.
    """
    after = dict(known)
    for name, is_list, merge in _MERGED:
        value = getattr(draft, name)
        if is_list:
            value = "\n".join(value)
        # A count of 0 is a value; None, an empty text and an empty list are not.
        if (value or value == 0) and value != known[name]:
            is_newer = newer or (merge == "arxiv" and draft.by_arxiv)
            after[name] = _choose_value(merge, known[name], value, newer=is_newer)
    if draft.authors and after["authors"] == "\n".join(draft.authors):
        after["author_count"] = len(draft.authors)
    elif draft.author_count and not after["author_count"]:
        after["author_count"] = draft.author_count
    if day is not None:
        after["day"] = max(day, known["day"] or day)
        after["first_day"] = min(day, known["first_day"] or day)
    after["sort_day"] = after["day"] or after["published"] or known["sort_day"] or draft.announced or ""
    if any(after[column] != known[column] for column in ("abstract", "remark")):
        after["addresses"] = "\n".join(urls_in(after["abstract"], after["remark"])) or None
    found = {what_is(url) for url in after["addresses"].split("\n")} if after["addresses"] else ()
    after["has_code"] = int(bool(after["code_url"]) or "code" in found)
    after["has_project"] = int(bool(after["project_url"]) or "project" in found)
    after["has_media"] = int(bool(after["media"]))
    if any(after[column] != known[column] for column in ("remark", "journal")):
        from reader.core.venue import read_venue

        after["venue"] = read_venue(after["remark"], after["journal"])
    if after["title"] != known["title"]:
        after["title_hash"] = title_hash(after["title"])
    return {column: value for column, value in after.items() if value != known[column]}


def _choose_value(merge: Merge | None, known: Any, said: Any, *, newer: bool) -> Any:
    """Choose between the cached value and the source's value."""
    if known in (None, ""):
        return said
    if merge == "growing":
        return max(known, said)
    if merge == "versions":
        return _join_versions(known, said)
    if merge == "count" and said > known:
        return said
    return said if newer else known


def _join_versions(known: str, said: str) -> str:
    """All versions of two lists in their order, such as `v1 2026-09-11`; the second list is right where they differ."""
    dates = dict(line.partition(" ")[::2] for line in (*known.split("\n"), *said.split("\n")))
    return "\n".join(f"{name} {dates[name]}" for name in sorted(dates, key=lambda name: (len(name), name)))
