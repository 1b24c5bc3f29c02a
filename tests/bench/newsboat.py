"""newsboat on the same papers: the best known reader of feeds in the terminal, to be measured beside ours."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from tests.bench.drive import SIZE
from tests.rigs.program import environment
from tests.rigs.terminal import Terminal

CONFIG = """
auto-reload no
cleanup-on-quit no
confirm-exit no
article-sort-order date-desc
"""

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Papers</title><link>http://papers.invalid/</link><description>All</description>
<item><title>The first</title><link>http://papers.invalid/0</link><guid>0</guid></item></channel></rss>
"""


def is_installed() -> bool:
    return shutil.which("newsboat") is not None


def make_home(folder: Path, cache: Path) -> Path:
    """A home of newsboat's with the papers of one of our caches as the articles of one feed, abstracts included."""
    folder.mkdir()
    (folder / "papers.xml").write_text(FEED)
    address = f"file://{folder / 'papers.xml'}"
    (folder / "urls").write_text(f"{address}\n")
    (folder / "config").write_text(CONFIG)
    # newsboat makes its own schema, and knows the feed afterwards.
    subprocess.run([*command(folder), "-x", "reload"], check=True, capture_output=True, env=environment(folder))
    with closing(sqlite3.connect(folder / "cache.db")) as connection:
        connection.execute("ATTACH ? AS ours", (str(cache),))
        with connection:
            connection.execute(
                "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread, enclosure_url,"
                " enclosure_type) SELECT p.id, p.title, t.authors, 'http://papers.invalid/' || p.id, ?,"
                " unixepoch(p.sort_day), t.abstract, 1, '', ''"
                " FROM ours.paper AS p JOIN ours.paper_text AS t ON t.pk = p.pk",
                (address,),
            )
    return folder


def command(home: Path) -> list[str]:
    return ["newsboat", "-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(home / "cache.db")]


def open_newsboat(home: Path) -> Terminal:
    """Start newsboat on its home; it shows the list of feeds first."""
    return Terminal(command(home), environment(home, ""), SIZE)
