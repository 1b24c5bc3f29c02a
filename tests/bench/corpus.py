"""Invented papers, as many as wanted, always the same: each is made of sentences of the sample's papers."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.feed_server import Item, item
from tests.program import SAMPLE, environment, run

NEWEST = date(2026, 11, 20)

PAPERS_A_DAY = 60


def days(papers: int, newest: date = NEWEST, papers_a_day: int = PAPERS_A_DAY) -> dict[str, list[Item]]:
    """Papers by ISO day, newest day first, as the feed sends them."""
    chance = Random(f"{papers} {newest}")
    sample = [one["paper"] for day in json.loads(SAMPLE.read_text("utf-8")) for one in day["items"]]
    sentences = [one for paper in sample for one in re.split(r"(?<=\.) ", paper.get("summary", "")) if one]
    words = [word for paper in sample for word in paper["title"].split()]
    keywords = [word for paper in sample for word in paper.get("ai_keywords") or []]
    names = [author["name"] for paper in sample for author in paper.get("authors", [])]
    found: dict[str, list[Item]] = {}
    for number in range(papers):
        day = (newest - timedelta(days=number // papers_a_day)).isoformat()
        found.setdefault(day, []).append(
            item(
                f"{day[2:4]}{day[5:7]}.{number % 90_000 + 10_000:05}",
                f"{' '.join(chance.sample(words, 7))} {number}",
                day,
                summary=" ".join(chance.sample(sentences, 8)),
                authors=[{"name": name} for name in chance.sample(names, 5)],
                ai_keywords=chance.sample(keywords, 4),
                upvotes=int(3 * chance.paretovariate(1.1)) % 900,
            )
        )
    return found


def make_home(folder: Path, papers: int) -> Path:
    """A home with so many papers, which this build of the program has imported; it is kept for the next run."""
    build = re.sub(r"\W+", "-", run(["--version"], environment(folder / "none")).out.strip())
    home = folder / f"{build}-{papers}"
    if not home.exists():
        partial = home.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        file = folder / "papers.jsonl"
        lines = (json.dumps({"date": day, "items": items}) for day, items in days(papers).items())
        file.write_text("".join(f"{line}\n" for line in lines))
        done = run(["import", str(file)], environment(partial))
        assert done.code == 0, done.err
        partial.rename(home)
    return home


NEWSBOAT_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Papers</title><link>http://papers.invalid/</link><description>All</description>
<item><title>The first</title><link>http://papers.invalid/0</link><guid>0</guid></item></channel></rss>
"""

NEWSBOAT_CONFIG = "auto-reload no\ncleanup-on-quit no\nconfirm-exit no\narticle-sort-order date-desc\n"


def make_newsboat(folder: Path, papers: int) -> list[str]:
    """The command line of a newsboat that has the same papers as the articles of one feed; empty if not installed."""
    if shutil.which("newsboat") is None:
        return []
    folder.mkdir()
    address = f"file://{folder / 'papers.xml'}"
    for name, text in (("papers.xml", NEWSBOAT_FEED), ("urls", f"{address}\n"), ("config", NEWSBOAT_CONFIG)):
        (folder / name).write_text(text)
    files = (("-u", "urls"), ("-C", "config"), ("-c", "cache.db"))
    command = ["newsboat", *(word for option, name in files for word in (option, str(folder / name)))]
    # The first run creates the tables and the feed.
    subprocess.run([*command, "-x", "reload"], check=True, capture_output=True, env=environment(folder))
    sql = (
        "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread, enclosure_url,"
        " enclosure_type) VALUES (?, ?, ?, 'http://papers.invalid/', ?, unixepoch(?), ?, 1, '', '')"
    )
    rows = [
        (
            one["paper"]["id"],
            one["paper"]["title"],
            one["paper"]["authors"][0]["name"],
            address,
            day,
            one["paper"]["summary"],
        )
        for day, items in days(papers).items()
        for one in items
    ]
    with closing(sqlite3.connect(folder / "cache.db")) as connection, connection:
        connection.executemany(sql, rows)
    return command
