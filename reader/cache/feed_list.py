"""The list of followed feeds, derived from the log: the table `feed`, which also has the feeds' last outcomes."""

from __future__ import annotations

import sqlite3
from typing import Any

from reader.core.foreign import read_json, web_url
from reader.core.marks import FOLLOW

_FIELDS = ("kind", "url", "title", "added")
_LONGEST_FEED = 20_000


def list_feeds(connection: sqlite3.Connection) -> None:
    """List the feeds that are followed, as the newest row of each slug says, in the caller's transaction.

    Two machines may have followed one address under two slugs: the first of these in the alphabet stands for both.
    """
    newest = _newest_follows(connection)
    listed: dict[str, dict[str, str | None]] = {}
    for slug in sorted(newest):
        if (feed := parse_feed(newest[slug])) is not None:
            listed.setdefault(feed["url"], {"home": None, "folder": "", **feed, "slug": slug})
    rows = connection.execute("SELECT slug, url FROM feed WHERE kind <> 'own'").fetchall()
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
    """The feed of a row, with a whole address; None if it is no longer followed, or leads elsewhere than to the web."""
    feed = read_json(value, _LONGEST_FEED)
    if not isinstance(feed, dict) or not all(isinstance(feed.get(name), str) for name in _FIELDS):
        return None
    match feed["kind"]:
        case "rss":
            address = web_url(feed["url"])
            return None if address is None else {**feed, "url": address}
        case "arxiv":
            return feed
        case _:
            return None


def slugs_of(connection: sqlite3.Connection, url: str) -> list[str]:
    """All slugs under which an address is followed."""
    newest = _newest_follows(connection)
    return [slug for slug, value in newest.items() if (feed := parse_feed(value)) is not None and feed["url"] == url]


def _newest_follows(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(f"SELECT kind, value FROM mark WHERE paper = '' AND kind GLOB '{FOLLOW}*' AND undone = 0")
    return {kind.removeprefix(FOLLOW): value for kind, value in rows}
