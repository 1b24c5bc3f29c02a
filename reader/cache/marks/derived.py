"""Derives each paper's states, tags, note and place in the queue, and what is followed, from the log of events.

A paper's state is the value of its newest event of that kind that is not undone.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from reader.cache import changes
from reader.cache.flags import clear_flag, has, having, set_flag
from reader.cache.follows import derive_follow
from reader.cache.passages import PASSAGES
from reader.core import marks
from reader.core.follows import WATCH
from reader.core.foreign import read_json, web_url
from reader.core.ids import FEED_PREFIX, PAGE_PREFIX
from reader.core.marks import NOTE, PASSAGE, QUEUE, STATES, TAG
from reader.core.paper_row import Flag

FOLLOW = "follow:"
"""Prefix of the kinds of events that follow a feed; the value is its JSON, or empty once it is no longer followed."""

MUTED = has(Flag.MUTED, "paper.pk")
"""SQL: whether a paper has a muted word; it is then hidden unless the user has hidden it or shown it again."""


BY_RULE = (
    "EXISTS (SELECT 1 FROM event AS r WHERE r.clock = e.clock AND +r.machine = e.machine"
    f" AND r.kind LIKE '{marks.RULE}%')"
)
"""SQL: whether a rule made the event `e`: the events of one action have one clock."""

_OF_NEWEST = """
    SELECT e.{column} FROM effect AS f JOIN event AS e ON e.seq = f.event
    WHERE f.pk = paper.pk AND f.kind = :kind AND e.undone = 0
    ORDER BY e.clock DESC, e.id DESC LIMIT 1
"""

_NEWEST = _OF_NEWEST.format(column="value")


_SET_HAS_NOTE = (
    "UPDATE paper SET has_note = EXISTS (SELECT 1 FROM note WHERE note.pk = paper.pk)"
    f" OR EXISTS ({PASSAGES.format(pk='paper.pk')}) WHERE pk IN touched"
)


def same(kind: str) -> str:
    """SQL: whether a paper already has the state `:value` of this kind.

    `:kind` is the kind, and `:tag` the tag's name.
    """
    if kind in STATES:
        return f"{STATES[kind]} = CAST(:value AS INTEGER)"
    if kind in marks.TRACES:
        # One trace of a kind per day; a paper opened on a day was not passed on it.
        kinds = marks.TRACES if kind == marks.PASS else (kind,)
        found = "SELECT 1 FROM effect AS f JOIN event AS e ON e.seq = f.event WHERE f.pk = paper.pk"
        return f"EXISTS ({found} AND f.kind IN ({marks.quoted(kinds)}) AND e.value = :value)"
    if kind == marks.LOOK:
        return f"pk NOT IN ({having(Flag.CHANGED)})"
    if kind == marks.WANT:
        # It is here, which is all that was wanted.
        return "true"
    if kind.startswith(marks.AGENT):
        # It is about marks that do change.
        return "false"
    if kind == marks.LIKE or kind.startswith(PASSAGE):
        return f"coalesce(({_NEWEST}), {'0' if kind == marks.LIKE else repr('')}) = :value"
    if kind == NOTE:
        return "coalesce((SELECT body FROM note WHERE note.pk = paper.pk), '') = :value"
    if kind == QUEUE:
        place = "(SELECT place FROM queue WHERE queue.pk = paper.pk)"
        return f"CASE :value WHEN '0' THEN {place} IS NULL WHEN '1' THEN {place} IS NOT NULL ELSE {place} IS :value END"
    if kind == marks.HIGHLIGHT:
        return f"{has(Flag.HIGHLIGHTED, 'paper.pk')} = CAST(:value AS INTEGER)"
    if kind.startswith(marks.RULE):
        return "EXISTS (SELECT 1 FROM effect AS f WHERE f.pk = paper.pk AND f.kind = :kind)"
    return "EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.tag = :tag AND t.pk = paper.pk) = CAST(:value AS INTEGER)"


def refold(connection: sqlite3.Connection, kind: str) -> None:
    """Derive everything from the events of `kind` again, for the papers in the temporary table `touched`."""
    _refold(connection, kind)
    if kind in changes.KINDS:
        changes.settle(connection, "SELECT pk FROM touched")


def _refold(connection: sqlite3.Connection, kind: str) -> None:
    """Derive the state of `kind` again for the papers in the temporary table `touched`.

    Kinds known only to newer programs have no effect.
    """
    if kind in STATES:
        otherwise = MUTED if kind == "hide" else "0"
        connection.execute(
            f"UPDATE paper SET {STATES[kind]} = CAST(coalesce(({_NEWEST}), {otherwise}) AS INTEGER)"
            " WHERE pk IN touched",
            {"kind": kind},
        )
    elif kind == marks.HIGHLIGHT:
        clear_flag(connection, Flag.HIGHLIGHTED, _keys(connection, "SELECT pk FROM touched"))
        newest = f"SELECT pk FROM paper WHERE pk IN touched AND ({_NEWEST}) = '1'"
        set_flag(connection, Flag.HIGHLIGHTED, _keys(connection, newest, {"kind": kind}))
    elif kind == QUEUE:
        connection.execute("DELETE FROM queue WHERE pk IN touched")
        found = list(queue_places(connection, "SELECT pk FROM touched"))
        connection.executemany("INSERT INTO queue (pk, place) VALUES (?, ?)", found)
    elif kind == NOTE:
        connection.execute("DELETE FROM note WHERE pk IN touched")
        connection.execute(
            f"INSERT INTO note (pk, body) SELECT pk, body FROM (SELECT pk, ({_NEWEST}) AS body FROM paper"
            " WHERE pk IN touched) WHERE body <> ''",
            {"kind": kind},
        )
        connection.execute(_SET_HAS_NOTE)
    elif kind.startswith(PASSAGE):
        connection.execute(_SET_HAS_NOTE)
    elif kind.startswith(FOLLOW):
        _list_feeds(connection)
    elif kind.startswith(WATCH):
        derive_follow(connection, kind)
    elif kind.startswith(TAG):
        tag = kind.removeprefix(TAG)
        connection.execute("DELETE FROM paper_tag WHERE tag = ? AND pk IN touched", (tag,))
        connection.execute(
            f"INSERT INTO paper_tag (tag, pk) SELECT :tag, pk FROM paper WHERE pk IN touched AND ({_NEWEST}) = '1'",
            {"kind": kind, "tag": tag},
        )


def _keys(connection: sqlite3.Connection, query: str, values: dict[str, str] | None = None) -> list[int]:
    return [pk for (pk,) in connection.execute(query, values or {})]


def queue_places(connection: sqlite3.Connection, papers: str) -> Iterator[tuple[int, str]]:
    """The queued ones among the papers of a SELECT of keys, and their places, as the log has them."""
    newest = _OF_NEWEST.format(column="seq")
    rows = connection.execute(f"SELECT pk, ({newest}) FROM paper WHERE pk IN ({papers})", {"kind": QUEUE})
    by_event: dict[int, list[int]] = defaultdict(list)
    for pk, seq in rows.fetchall():
        if seq is not None:
            by_event[seq].append(pk)
    for seq, pks in by_event.items():
        value, clock, packed = connection.execute(
            "SELECT value, clock, papers FROM event WHERE seq = ?", (seq,)
        ).fetchone()
        if value != "0":
            yield from ((pk, place_of(clock, packed, ids_of(connection, pk)) if value == "1" else value) for pk in pks)


def ids_of(connection: sqlite3.Connection, pk: int) -> list[str]:
    """All ids that a paper has or had."""
    rows = connection.execute(
        "SELECT id FROM paper WHERE pk = :pk UNION ALL SELECT id FROM paper_alias WHERE pk = :pk", {"pk": pk}
    )
    return [id for (id,) in rows]


def place_of(clock: int, packed: bytes, ids: Iterable[str]) -> str:
    """The place of a paper with these ids among the papers that an event queued together."""
    positions = _positions(packed)
    return marks.first_place(clock, min((positions[id] for id in ids if id in positions), default=len(positions)))


@lru_cache(maxsize=4)
def _positions(packed: bytes) -> dict[str, int]:
    ids = zlib.decompress(packed).decode().split("\n")
    return {id: position for position, id in enumerate(ids)}


def _list_feeds(connection: sqlite3.Connection) -> None:
    """List the feeds that are followed, as the newest event of each slug says.

    Two machines may have followed one address under two slugs: the first of these in the alphabet stands for both.
    """
    newest = _newest_follows(connection)
    listed: dict[str, dict[str, str | None]] = {}
    for slug in sorted(newest):
        if (said := parse_feed(newest[slug])) is not None:
            listed.setdefault(said["url"], {"home": None, "folder": "", **said, "slug": slug})
    # A feed that is followed since before the log had feeds has no event yet, not even a forgotten one.
    rows = connection.execute(
        "SELECT slug, url FROM feed WHERE kind <> 'own'"
        f" AND EXISTS (SELECT 1 FROM event WHERE event.kind = '{FOLLOW}' || feed.slug)"
    ).fetchall()
    gone = [slug for slug, url in rows if listed.get(url, {}).get("slug") != slug]
    connection.executemany("DELETE FROM feed WHERE slug = ?", [(slug,) for slug in gone])
    connection.executemany(
        "INSERT INTO feed (slug, kind, url, title, home, folder, added)"
        " VALUES (:slug, :kind, :url, :title, :home, :folder, :added)"
        " ON CONFLICT (slug) DO UPDATE SET kind = :kind, title = :title, home = :home, folder = :folder, added = :added"
        " WHERE feed.kind <> 'own' ON CONFLICT DO NOTHING",
        listed.values(),
    )


def parse_feed(value: str) -> dict[str, Any] | None:
    """The feed of an event, with a whole address; None if it is no longer followed, or leads elsewhere than to the web.

    A feed of a kind that only a newer program knows stays in the log, and is not followed here.
    """
    feed = read_json(value, _LONGEST_FEED)
    if not isinstance(feed, dict) or not all(isinstance(feed.get(name), str) for name in _FEED):
        return None
    match feed["kind"]:
        case "rss":
            address = web_url(feed["url"])
            return None if address is None else {**feed, "url": address}
        case "arxiv":
            return feed
        case _:
            return None


_FEED = ("kind", "url", "title", "added")
_LONGEST_FEED = 20_000


def _newest_follows(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        f"SELECT kind, value FROM event WHERE kind LIKE '{FOLLOW}%' AND undone = 0 ORDER BY clock, id"
    )
    return {kind.removeprefix(FOLLOW): value for kind, value in rows}


def slugs_of(connection: sqlite3.Connection, url: str) -> list[str]:
    """All slugs under which an address is followed."""
    newest = _newest_follows(connection)
    return [slug for slug, value in newest.items() if (feed := parse_feed(value)) is not None and feed["url"] == url]


def adopt(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Apply earlier events to papers that are new, returned or got another id, in the caller's transaction."""
    if connection.execute("SELECT 1 FROM orphan LIMIT 1").fetchone() is None:
        return
    rows = connection.execute(_ADOPTED, {"pks": json.dumps(list(pks))}).fetchall()
    if not rows:
        return
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (pk INTEGER PRIMARY KEY)")
    owners: dict[str, int] = {}
    changed: dict[str, set[int]] = {}
    for id, pk, seq, kind in rows:
        # If several papers have a title, one of them gets its events.
        if owners.setdefault(id, pk) == pk:
            connection.execute("INSERT OR IGNORE INTO effect (pk, kind, event) VALUES (?, ?, ?)", (pk, kind, seq))
            connection.execute("DELETE FROM orphan WHERE id = ? AND event = ?", (id, seq))
            changed.setdefault(kind, set()).add(pk)
    connection.executemany(
        _ADD_ALIAS, [{"id": id, "pk": pk} for id, pk in owners.items() if id.startswith(PAGE_PREFIX)]
    )
    for kind, found in changed.items():
        connection.execute("DELETE FROM touched")
        connection.executemany("INSERT INTO touched VALUES (?)", [(pk,) for pk in found])
        refold(connection, kind)


def find_by_title(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Note which papers have the titles that these ids follow from, unless the ids are known, as their aliases."""
    for id in ids:
        digits = id.removeprefix(PAGE_PREFIX)
        if id.startswith(PAGE_PREFIX) and _HASH.fullmatch(digits):
            # The id has the upper 48 bits of a signed number.
            first = int(digits, 16) << 16
            first -= (1 << 64) if first >> 63 else 0
            connection.execute(_ADD_BY_TITLE, {"id": id, "first": first, "last": first + 0xFFFF})


_HASH = re.compile("[0-9a-f]{12}")

_ADD_ALIAS = "INSERT OR IGNORE INTO paper_alias (id, pk) SELECT :id, pk FROM paper WHERE pk = :pk AND id <> :id"

_ADD_BY_TITLE = f"""
    INSERT OR IGNORE INTO paper_alias (id, pk)
    SELECT :id, pk FROM paper WHERE title_hash BETWEEN :first AND :last AND id NOT LIKE '{FEED_PREFIX}%'
    AND NOT EXISTS (SELECT 1 FROM paper WHERE id = :id) ORDER BY id LIMIT 1
"""

# Each orphan's id with the paper that it means, the papers that have it as an id first; many feeds have an entry called
# `Week 12`, so the title of an entry is not enough.
_ADOPTED = f"""
    WITH new (pk) AS (SELECT value FROM json_each(:pks)),
    named (id, pk, by_title) AS (
        SELECT id, pk, 0 FROM paper WHERE pk IN new
        UNION ALL SELECT id, pk, 0 FROM paper_alias WHERE pk IN new
        UNION ALL SELECT printf('{PAGE_PREFIX}%012llx', (title_hash >> 16) & 0xFFFFFFFFFFFF), pk, 1 FROM paper
        WHERE pk IN new AND id NOT LIKE '{FEED_PREFIX}%'
    )
    SELECT n.id, n.pk, e.seq, e.kind FROM named AS n JOIN orphan AS o ON o.id = n.id JOIN event AS e ON e.seq = o.event
    ORDER BY n.by_title, (SELECT id FROM paper WHERE paper.pk = n.pk), e.seq
"""


def place_in(connection: sqlite3.Connection, pk: int, listed: Sequence[int]) -> str | None:
    """The place that a queued paper needs to be where it is among the `listed` ones.

    That is behind the nearest queued paper above it, whatever queued papers the list leaves out, or before the one
    below. None if the paper is not in the queue, or no other is.
    """
    if _place_of(connection, [pk]) is None:
        return None
    at = listed.index(pk)
    above = _place_of(connection, reversed(listed[:at]))
    if above is not None:
        return marks.place_between(above, _next(connection, "SELECT min(place) FROM queue WHERE place > ?", above, pk))
    below = _place_of(connection, listed[at + 1 :])
    if below is None:
        return None
    return marks.place_between(_next(connection, "SELECT max(place) FROM queue WHERE place < ?", below, pk), below)


def _place_of(connection: sqlite3.Connection, pks: Iterable[int]) -> str | None:
    for pk in pks:
        row = connection.execute("SELECT place FROM queue WHERE pk = ?", (pk,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


def _next(connection: sqlite3.Connection, sql: str, place: str, pk: int) -> str | None:
    """The place next to another, except that of the moved paper itself."""
    found: str | None = connection.execute(f"{sql} AND pk <> ?", (place, pk)).fetchone()[0]
    return found
