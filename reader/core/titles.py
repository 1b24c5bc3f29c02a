"""Decides by title whether two records describe the same paper.

A title by itself is not enough, since papers share titles; the number of authors or the first date must match too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from reader.core.text import fold, title_hash

MAX_DAYS_APART = 366
"""Days between two dates that rule out the same paper, even with equally many authors."""

_RAISED = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹₀-₉]+")


class TitleRecord(NamedTuple):
    """The facts that identify a paper without its id."""

    title: str
    author_count: int | None = None
    published: str | None = None
    """ISO date of the first version."""
    id: str = ""


def without_cut_word(title: str) -> str:
    """A title to search for, without the last word if it was cut off."""
    return re.sub(r"\s*\S*(?:…|\.\.\.)\s*$", "", title)


def is_same(one: TitleRecord, other: TitleRecord) -> bool:
    """Whether two records describe the same paper: same title, equally many authors or the same date, and no conflict.

    Case, accents, dashes, spaces and punctuation of the titles are ignored, except between digits and in names such as
    `C++`.
    """
    if title_hash(one.title) != title_hash(other.title) or _signs(one.title) != _signs(other.title):
        return False
    if one.author_count and other.author_count:
        return one.author_count == other.author_count and not _are_far(one, other)
    return bool(one.published) and one.published == other.published


def _signs(title: str) -> list[str]:
    """The signs that tell titles with the same letters apart, as in `1.5B` and `15B`, or `C++` and `C`."""
    return re.findall(r"\d+|[+#*]", fold(_RAISED.sub(r" \g<0>", title)))


def _are_far(one: TitleRecord, other: TitleRecord) -> bool:
    if not (one.published and other.published):
        return False
    return abs((date.fromisoformat(one.published) - date.fromisoformat(other.published)).days) > MAX_DAYS_APART


def find_same(paper: TitleRecord, records: Sequence[TitleRecord]) -> TitleRecord | None:
    """The only matching record of a paper; None if no record or several records match."""
    same = {record.id: record for record in records if is_same(paper, record)}
    return next(iter(same.values())) if len(same) == 1 else None
