"""Every number of papers is that of papers which the list shows: plain SQL against the screen and the commands."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cli import main
from reader.core.errors import CacheInterrupted
from reader.core.settings.standing import StandingQuery
from tests.cache.conftest import mute
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import ByTitle

TOPICS = {topic.name: topic.slug for topic in ByTitle().topics}
LATEST = "pk IN (SELECT pk FROM listing WHERE day = (SELECT max(day) FROM listing))"
MUTED = "pk IN (SELECT pk FROM paper_flags WHERE flags & 8)"
VIEWS = {"All": "1", "Unread": "read = 0", "Starred": "starred = 1", "Queue": "pk IN (SELECT pk FROM queue)"}


def _of_topic(slug: str) -> str:
    return f"pk IN (SELECT t.pk FROM paper_topic AS t JOIN topic ON topic.pk = t.topic AND slug = '{slug}')"


def _of_tag(tag: str) -> str:
    return f"pk IN (SELECT pk FROM paper_tag WHERE tag = '{tag}')"


QUERIES = {
    "title:robot": "title LIKE '%robot%'",
    "topic:agents": _of_topic("agents"),
    "tag:later": _of_tag("later"),
    "is:unread topic:video": f"read = 0 AND {_of_topic('video')}",
}


def mark_and_mute(file: Path) -> None:
    """Mark papers in every way, hide all of one day and all with one tag among others, and mute two queries."""
    with closing(Events.open(file)) as events, closing(sqlite3.connect(file)) as cache:
        for kind, pks in (("read", (1, 3)), ("star", (1, 4)), ("queue", (2, 5)), ("tag:later", (1, 2))):
            events.mark(kind, True, range(pks[0], 60, pks[1]))
        events.mark("tag:gone", True, [3, 7])
        day = [pk for (pk,) in cache.execute("SELECT pk FROM listing WHERE day = '2026-05-08'")]
        events.mark("hide", True, [3, 7, *range(20, 59, 2), *day])
    mute(file, "title:agents", "video")


class Truth:
    """Counts by plain SQL, which share no code with the program."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._file)) as cache:
            return cache.execute(sql).fetchall()

    def count(self, *conditions: str, state: str = "hidden = 0") -> int:
        ((number,),) = self.rows(f"SELECT count(*) FROM paper WHERE {' AND '.join((state, *conditions))}")
        return int(number)

    def pane(self) -> dict[str, str]:
        """The counts that the pane must show over the newest day."""
        found = {name: f"{self.count(where):,}" for name, where in VIEWS.items()}
        found |= {f"{name} ": str(self.count(_of_topic(slug), LATEST)) for name, slug in TOPICS.items()}
        found |= {tag: str(self.count(_of_tag(tag))) for (tag,) in self.rows("SELECT DISTINCT tag FROM paper_tag")}
        for (day,) in self.rows("SELECT DISTINCT day FROM listing ORDER BY day DESC LIMIT 4"):
            where = f"pk IN (SELECT pk FROM listing WHERE day = '{day}')"
            named = f"{date.fromisoformat(day):%a} {date.fromisoformat(day).day}"
            found[named] = f"{self.count(where, 'read = 0')}/{self.count(where)}"
        mine = VIEWS["Starred"], _of_topic("agents")
        found["Mine g1"] = f"{self.count(*mine, 'read = 0')}/{self.count(*mine)}"
        # Rows without papers are left out, except those of the built-in views.
        kept = (*VIEWS, "Mine g1")
        return {
            name.strip(): count for name, count in found.items() if name in kept or not re.search(r"(^|/)0$", count)
        }


def _pane(r: Story) -> dict[str, str]:
    """The numbers of the filter pane by the names of their rows."""
    rows = (re.fullmatch(r"(?:[»✓✗∴] )?(.+?) ([\d,/]+)\+?", line) for line in r.filter_lines)
    return {row[1]: row[2] for row in rows if row}


def _command(*words: str) -> str:
    output = StringIO()
    with redirect_stdout(output):
        assert main(list(words)) == 0
    return output.getvalue()


async def test_every_count_equals_plain_sql(reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_and_mute(cache_file)
    truth = Truth(cache_file)
    wrong: list[tuple[str, object, object]] = []

    def check(what: str, found: object, sql: object) -> None:
        if found != sql:
            wrong.append((what, found, sql))

    mine = StandingQuery("Mine", "is:starred topic:agents", ("show",))
    async with reader(size=(140, 100), settings=settings(lists=(mine,))) as r:
        await r.until(lambda: "Mine g1" in _pane(r))
        shown, rows = _pane(r), truth.pane()
        check("pane", {name: shown.get(name) for name in rows}, rows)
        if r.ids:
            unread, whole = truth.count(LATEST, "read = 0"), truth.count(LATEST)
            for text in (
                f"{whole - unread} of {whole} read",
                f" {unread} unread of {whole} ",
                f"─ {unread} unread",
            ):
                check("Latest", text if text in r.screen else r.screen, text)
        for name, where in VIEWS.items():
            await r.do(f"view.{name.lower()}")
            papers = truth.count(where)
            check(f"list {name}", len(r.ids), papers)
            if papers:
                await r.until(lambda: " paper" in r.top)
                check(f"header {name}", f" {papers:,} paper" in r.top or r.top, True)
        for query, where in QUERIES.items():
            await r.do("view.all")
            await r.search(query, "query.accept")
            papers, every = truth.count(where), truth.count()
            check(f"list {query}", len(r.ids), papers)
            if papers:
                text = f"{papers:,} of {every:,}" if papers < every else f"{papers:,} papers"
                check(f"header {query}", text if text in r.top else r.top, text)
            if papers and "topic" not in query:
                topics = {name: truth.count(where, _of_topic(slug)) for name, slug in TOPICS.items()}
                for name, number in topics.items():
                    check(f"{name} of {query}", _pane(r).get(name, "0"), f"{number:,}")
            await r.do("find.clear")
    monkeypatch.setenv("DAILYPAPERS_HOME", str(cache_file.parent))
    for query, where in QUERIES.items():
        check(f"count {query}", int(_command("count", query)), truth.count(where))
        check(f"list {query} --json", len(json.loads(_command("list", query, "--json=id"))), truth.count(where))
    check("count is:hidden", int(_command("count", "is:hidden")), truth.count(f"NOT {MUTED}", state="hidden = 1"))
    check("count is:muted", int(_command("count", "is:muted")), truth.count(MUTED, state="hidden = 1"))
    for one in json.loads(_command("tags", "--json")):
        check(f"tags {one['name']}", one["papers"], truth.count(_of_tag(one["name"])))
    for one in json.loads(_command("topics", "--json")):
        check(f"topics {one['slug']}", one["papers"], truth.count(_of_topic(one["slug"])))
    assert wrong == []


async def test_interrupted_counts_are_repeated(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        ask, interrupted = r.app.library.counts.ask, 0

        async def interrupted_once(question: Callable[[Window], object]) -> object:
            nonlocal interrupted
            interrupted += 1
            if interrupted == 1:
                raise CacheInterrupted("A newer question took the place of this one.")
            return await ask(question)

        monkeypatch.setattr(r.app.library.counts, "ask", interrupted_once)
        await r.do("paper.star")
        await r.until(lambda: "Starred 1" in r.filter_lines)
