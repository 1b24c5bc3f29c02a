"""Decides by title whether two records describe the same paper.

A title by itself is not enough, since papers share titles; the number of authors or the first date must match too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from reader.core.text import amount, fold, title_hash

MAX_DAYS_APART = 366
"""Days between two dates that rule out the same paper, even with equally many authors."""

MAX_CHOICES = 5

_RAISED = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹₀-₉]+")

_MIN_PREFIX_LETTERS = 15
"""Minimum letters of a title that counts as the beginning of a longer title."""

_MIN_SHARED_WORDS = 0.6
"""Minimum share of common words at which a title is offered in place of another."""


class TitleRecord(NamedTuple):
    """The facts that identify a paper without its id."""

    title: str
    author_count: int | None = None
    published: str | None = None
    """ISO date of the first version."""
    id: str = ""


def describe(paper: TitleRecord) -> str:
    """A paper's title with its authors and date in a few words."""
    count = amount(paper.author_count, "author") if paper.author_count else ""
    facts = ", ".join(filter(None, (count, paper.published)))
    return f"{paper.title} ({facts})" if facts else paper.title


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


def find_choices(paper: TitleRecord, records: Sequence[TitleRecord]) -> tuple[TitleRecord, ...]:
    """The candidates for a paper, likeliest first: same title, then similar titles."""
    ranked = {record.id: (_likeness(paper.title, record.title), record) for record in records}
    likely = sorted((pair for pair in ranked.values() if pair[0]), key=lambda pair: -pair[0])
    return tuple(record for _, record in likely[:MAX_CHOICES])


def _likeness(title: str, other: str) -> float:
    """The similarity of two titles, up to 1; 0 if they can't name the same paper."""
    letters, others = _letters(title), _letters(other)
    shorter, longer = sorted((letters, others), key=len)
    if longer.startswith(shorter) and len(shorter) >= min(_MIN_PREFIX_LETTERS, len(longer)) > 0:
        return len(shorter) / len(longer)
    words, other_words = (set(re.findall(r"\w+", fold(text))) for text in (title, other))
    shared = len(words & other_words) / max(1, len(words | other_words))
    return shared if shared >= _MIN_SHARED_WORDS else 0.0


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, fold(title)))
