"""The user's tags: their names, how many papers have each, and which. Capitals make no difference in a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.core.marks import TAG
from reader.core.tag_words import TagWords

if TYPE_CHECKING:
    from reader.cache.marks.change import Change


class TaggedPapers(NamedTuple):
    """The papers with a tag."""

    pks: list[int]
    absent: list[str]
    """Ids of those that the cache does not have."""


def tag_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """All tags with their numbers of listed papers, the most common first."""
    rows = connection.execute(
        "SELECT t.tag, count(p.pk) AS papers FROM paper_tag AS t LEFT JOIN paper AS p ON p.pk = t.pk AND p.hidden = 0"
        " GROUP BY t.tag ORDER BY papers DESC, t.tag"
    )
    return dict(rows.fetchall())


def spellings(name: str, known: Iterable[str]) -> list[str]:
    """The known tags that differ from this one only in capitals, its own spelling first."""
    return sorted((tag for tag in known if tag.casefold() == name.casefold()), key=lambda tag: (tag != name, tag))


def tagging(
    connection: sqlite3.Connection, words: TagWords, pks: Sequence[int], absent: Sequence[str] = ()
) -> list[Change]:
    """The changes that give papers tags and take tags from them, in the spellings that are in use.

    `absent` are ids of papers that the cache does not have.
    """
    # A start counts tags, and does without the log.
    from reader.cache.marks.change import Change

    known = tag_counts(connection)
    added = [next(iter(spellings(name, known)), name) for name in words.add]
    removed = [spelled for name in words.remove for spelled in spellings(name, known) or [name]]
    return [
        *(Change(f"{TAG}{name}", True, pks, absent) for name in added),
        *(Change(f"{TAG}{name}", False, pks) for name in removed),
    ]


def papers_with_tag(connection: sqlite3.Connection, tag: str) -> TaggedPapers:
    """The papers with a tag."""
    pks = connection.execute("SELECT pk FROM paper_tag WHERE tag = ? ORDER BY pk", (tag,))
    absent = connection.execute(_LOST, (f"{TAG}{tag}",))
    return TaggedPapers([pk for (pk,) in pks], [id for (id,) in absent])


_LOST = "SELECT paper FROM mark WHERE pk IS NULL AND kind = ? AND value = '1' AND undone = 0 ORDER BY paper"
