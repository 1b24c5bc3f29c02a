"""Flags of papers, highlights in their full texts, and the user's tags, which are compared without regard to case."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Set
from typing import TYPE_CHECKING, NamedTuple

from reader.core.marks import PASSAGE, TAG
from reader.core.paper_row import Flag

if TYPE_CHECKING:
    from reader.core.passages import Passage

FLAGS = "coalesce((SELECT f.flags FROM paper_flags AS f WHERE f.pk = p.pk), 0)"
"""SQL: the flags of the paper `p`."""

_CHOSEN = "(SELECT value FROM json_each(?))"

_ADD = (
    f"INSERT INTO paper_flags (pk, flags) SELECT pk, ? FROM paper WHERE pk IN {_CHOSEN}"
    " ON CONFLICT (pk) DO UPDATE SET flags = flags | excluded.flags WHERE flags | excluded.flags <> flags"
)


def having(flag: Flag) -> str:
    """SQL: the keys of the papers with a flag."""
    return f"SELECT pk FROM paper_flags WHERE flags & {flag:d}"


def has(flag: Flag, pk: str) -> str:
    """SQL: whether the paper with a key has a flag; `pk` is an expression."""
    return f"EXISTS (SELECT 1 FROM paper_flags AS f WHERE f.pk = {pk} AND f.flags & {flag:d})"


def flag_papers(connection: sqlite3.Connection, flag: Flag, pks: Set[int], among: Set[int] | None = None) -> list[int]:
    """Set a flag on exactly these papers, of all papers or only of those `among`; return the papers that changed."""
    before = {pk for (pk,) in connection.execute(having(flag)) if among is None or pk in among}
    gone = (json.dumps(list(before - pks)),)
    connection.execute(_ADD, (int(flag), json.dumps(list(pks - before))))
    connection.execute(f"DELETE FROM paper_flags WHERE flags = {flag:d} AND pk IN {_CHOSEN}", gone)
    connection.execute(f"UPDATE paper_flags SET flags = flags & ~{flag:d} WHERE pk IN {_CHOSEN}", gone)
    return sorted(before ^ pks)


PASSAGES = f"""
    SELECT kind, value FROM (
        SELECT m.kind AS kind, m.value AS value, max(printf('%020d', m.clock) || m.action) FROM mark AS m
        WHERE m.pk = {{pk}} AND m.kind > '{PASSAGE}' AND m.kind < '{PASSAGE[:-1]};' AND m.undone = 0 GROUP BY m.kind)
    WHERE value <> ''
"""
"""SQL: the kinds and values of the highlights of a paper; `pk` is an expression."""

HIGHLIGHTED = f"SELECT pk FROM paper WHERE has_note = 1 AND EXISTS ({PASSAGES.format(pk='paper.pk')})"
"""SQL: the keys of the papers with highlights."""

WITH_HIGHLIGHT_WORDS = (
    f"SELECT pk FROM paper WHERE has_note = 1 AND EXISTS (SELECT 1 FROM ({PASSAGES.format(pk='paper.pk')})"
    " WHERE has_words(?, json_extract(value, '$.quote') || char(10) || coalesce(json_extract(value, '$.note'), '')))"
)
"""SQL: the keys of the papers with words in a highlight or in its note."""


def passages_of(connection: sqlite3.Connection, pk: int) -> tuple[Passage, ...]:
    """The highlights in the text of a paper, in the order of the text."""
    rows = connection.execute(PASSAGES.format(pk="?"), (pk,)).fetchall()
    if not rows:
        return ()
    from reader.core.passages import in_order, parse_passage

    return in_order(filter(None, (parse_passage(kind.removeprefix(PASSAGE), value) for kind, value in rows)))


# Tags


class TaggedPapers(NamedTuple):
    """The papers with a tag."""

    pks: list[int]
    absent: list[str]
    """Ids of tagged papers that the cache does not have."""


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


def papers_with_tag(connection: sqlite3.Connection, tag: str) -> TaggedPapers:
    """The papers with a tag."""
    pks = connection.execute("SELECT pk FROM paper_tag WHERE tag = ? ORDER BY pk", (tag,))
    absent = connection.execute(_LOST, (f"{TAG}{tag}",))
    return TaggedPapers([pk for (pk,) in pks], [id for (id,) in absent])


_LOST = "SELECT paper FROM mark WHERE pk IS NULL AND kind = ? AND value = '1' AND undone = 0 ORDER BY paper"
