"""A digest: the papers of a mail in sections, each with the reason why it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from reader.core.paper import Paper
from reader.core.text import clean

SHORT = 280
"""Maximum characters of what is said of a paper."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")


class Item(NamedTuple):
    """A paper of a digest."""

    paper: Paper
    key: str
    """What makes it news; the same news is never mailed twice."""
    why: str = ""
    """Why it is there, in words without a full stop; empty if its section says it."""


class Section(NamedTuple):
    """Papers under one heading."""

    name: str
    items: tuple[Item, ...]
    left_out: tuple[str, ...] = ()
    """The keys of the news that were left out; they are in the reader, and no later mail has them."""
    is_brief: bool = False
    """Whether nothing is said of its papers but title and votes."""


class Digest(NamedTuple):
    """What a mail has."""

    day: date
    """The day on which it is made, in the user's own time zone."""
    since: str
    """ISO date of the first day whose papers are new."""
    query: str = ""
    """The user's query; all papers if it is empty."""
    sections: tuple[Section, ...] = ()
    mailed: int = 0
    """Number of papers that are new too, but were mailed already."""

    @property
    def items(self) -> tuple[Item, ...]:
        """All papers, in order."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def keys(self) -> tuple[str, ...]:
        """What is news in it, also what is only counted."""
        left_out = (key for section in self.sections for key in section.left_out)
        return (*(item.key for item in self.items), *left_out)

    @property
    def title(self) -> str:
        """What it is, in a few words: `Papers of Thursday, 26 November`."""
        said = f"{_DAYS[self.day.weekday()]}, {self.in_words(self.day.isoformat())}"
        return f"Papers of {said}{f': {clean(self.query, 80)}' if self.query else ''}"

    @property
    def summary(self) -> str:
        """How many papers it has, and in which sections: `44 papers: 10 for you, 4 followed, 30 by topic`."""
        count, brief = len(self.items), sum(len(one.items) for one in self.sections if one.is_brief)
        parts = [*self._parts, *([f"{brief} by topic"] if brief else [])] if self._parts else []
        said = ", ".join(parts)
        return f"{count} paper{'' if count == 1 else 's'}{f': {said}' if said else ''}"

    @property
    def subject(self) -> str:
        """The title with the first sections, as short as lists of mails show it."""
        return f"{self.title} ({', '.join(self._parts[:3]) or self.summary})"

    @property
    def _parts(self) -> list[str]:
        """The first sections with reasons, and how many papers each has."""
        found = [one for one in self.sections if one.items and not one.is_brief]
        return [f"{len(one.items)} {_lower(clean(one.name, 40))}" for one in found[:4]]

    def in_words(self, day: str) -> str:
        """A day (ISO) in words: `26 November`, with the year if it is another one; any other text as it is."""
        try:
            found = date.fromisoformat(day)
        except ValueError:
            return day
        return f"{found.day} {_MONTHS[found.month - 1]}{f' {found.year}' if found.year != self.day.year else ''}"

    def facts(self, paper: Paper) -> Iterator[str]:
        """A paper's people, venue, votes and day, in a few words each."""
        first = next(filter(None, map(clean, paper.authors)), "")
        others = " et al." if first and len(paper.authors) > 1 else ""
        people = clean(paper.organization or "", 60) or f"{first[:60]}{others}"
        votes = f"{paper.upvotes:,} {'vote' if paper.upvotes == 1 else 'votes'}" if paper.upvotes else ""
        day = self.in_words(paper.day or paper.published or "")
        yield from filter(None, (people, clean(paper.venue or "", 60), votes, day))

    def hash(self, name: str) -> str:
        """Identifies the digest of this name with these news."""
        return sha256("\n".join((name, *self.keys)).encode("utf-8", "replace")).hexdigest()[:32]


# English in any locale, as all that the program says.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _lower(name: str) -> str:
    """A heading within a sentence: `for you`; names with further capitals stay."""
    return name[:1].lower() + name[1:] if name[1:].islower() else name


def gist(paper: Paper, most: int = SHORT) -> tuple[str, bool]:
    """What is said of a paper, and whether a machine wrote it: the AI summary, else the abstract's first sentences."""
    if paper.summary:
        return _cut(clean(paper.summary), most), True
    return _cut(clean(paper.abstract), most), False


def _cut(text: str, most: int) -> str:
    """Whole sentences of a text up to `most` characters, or the first one, cut at a word."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > most:
            break
        kept = longer
    return kept or f"{text[: most - 1].rsplit(' ', 1)[0]}…"
