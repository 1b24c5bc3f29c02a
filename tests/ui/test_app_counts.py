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
from typing import NamedTuple

import pytest

from reader.cache.marks.events import Events
from reader.cache.search.compile import Scope
from reader.cache.watching import mute
from reader.cli import main
from reader.core.settings.tables import SavedView
from tests.ui.conftest import Opener
from tests.ui.driver import Story, fill, settings
from tests.ui.papers import draft

TOPICS = ("Agents & tools", "Benchmarks", "Reasoning", "Efficient inference", "Video generation", "Robotics")
SLUGS = dict(zip(TOPICS, ("agents", "evaluation", "reasoning", "efficiency", "video", "robotics"), strict=True))
NEWEST = "(SELECT max(day) FROM listing)"
OF_DAY = "pk IN (SELECT pk FROM listing WHERE day = {})"
VIEWS = {
    "Latest": OF_DAY.format(NEWEST),
    "Unread": "read = 0",
    "Queue": "pk IN (SELECT pk FROM queue)",
    "Starred": "starred = 1",
    "All": "1",
}


def _plain(_file: Path) -> None:
    """Nothing is done to the papers that come with the tests."""


def _marked(file: Path) -> None:
    with closing(Events.open(file)) as events:
        events.mark("read", True, range(1, 60, 3))
        events.mark("star", True, range(1, 60, 4))
        events.mark("queue", True, range(2, 60, 5))
        events.mark("tag:later", True, range(1, 40))
        events.mark("tag:gone", True, [3, 7])


def _hidden(file: Path) -> None:
    """Most papers are hidden, of one day all."""
    _marked(file)
    with closing(Events.open(file)) as events, closing(sqlite3.connect(file)) as cache:
        day = [pk for (pk,) in cache.execute("SELECT pk FROM listing WHERE day = '2026-05-08'")]
        events.mark("hide", True, [3, 7, *range(20, 59, 2), *day])


def _muted(file: Path) -> None:
    _hidden(file)
    assert mute(file, ["title:agents", "video"], Scope(date(2026, 5, 12), "2026-05-12"))


def _imported(file: Path) -> None:
    """Thousands, many of them old and on no day."""
    days = {
        f"2026-04-{day:02}": [draft(day * 100 + n, f"A robot {day} {n}") for n in range(80)] for day in range(1, 29)
    }
    fill(file, days)
    with closing(sqlite3.connect(file)) as cache, cache:
        cache.execute("DELETE FROM listing WHERE day < '2026-04-10'")
    _hidden(file)


class Said(NamedTuple):
    """Numbers that the screen or a command shows."""

    papers: int
    unread: int | None = None


class Truth:
    """Counts by plain SQL, written without a look at the program's."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.file)) as cache:
            return cache.execute(sql).fetchall()

    def count(self, *conditions: str) -> int:
        where = " AND ".join(("hidden = 0", *conditions))
        return int(self.rows(f"SELECT count(*) FROM paper WHERE {where}")[0][0])

    def of_topic(self, slug: str) -> str:
        return f"pk IN (SELECT t.pk FROM paper_topic AS t JOIN topic ON topic.pk = t.topic AND slug = '{slug}')"


def _pane(r: Story) -> dict[str, Said]:
    """The numbers of the filter pane by the names of their rows."""
    found = {}
    for line in r.filter_lines:
        match = re.fullmatch(r"(?:[»✓✗∴] )?(.+?) (?:([\d,]+)/)?([\d,]+)\+?", line)
        if match:
            unread = None if match[2] is None else int(match[2].replace(",", ""))
            found[match[1]] = Said(int(match[3].replace(",", "")), unread)
    return found


def _number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    assert match, (pattern, text)
    return int(match[1].replace(",", ""))


def _command(*words: str) -> str:
    said = StringIO()
    with redirect_stdout(said):
        assert main(list(words)) == 0
    return said.getvalue()


def _rows(truth: Truth, narrowed: str = "1") -> dict[str, Said]:
    """What the rows of the pane must say; `narrowed` is the condition that the topics are counted with."""
    found = {name: Said(truth.count(where)) for name, where in VIEWS.items()}
    if found["Latest"].papers:
        found["Latest"] = found["Latest"]._replace(unread=truth.count(VIEWS["Latest"], "read = 0"))
    for name, slug in SLUGS.items():
        if papers_ := truth.count(truth.of_topic(slug), narrowed):
            found[name] = Said(papers_)
    for (tag,) in truth.rows("SELECT DISTINCT tag FROM paper_tag"):
        if papers_ := truth.count(f"pk IN (SELECT pk FROM paper_tag WHERE tag = '{tag}')"):
            found[tag] = Said(papers_)
    for (day,) in truth.rows("SELECT DISTINCT day FROM listing ORDER BY day DESC LIMIT 4"):
        of_day = OF_DAY.format(f"'{day}'")
        if papers_ := truth.count(of_day):
            name = f"{date.fromisoformat(day):%a} {date.fromisoformat(day).day}"
            found[name] = Said(papers_, truth.count(of_day, "read = 0"))
    return found


@pytest.mark.parametrize("home", [_plain, _marked, _hidden, _muted, _imported])
async def test_every_number_is_of_papers_that_the_list_shows(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch, home: Callable[[Path], None]
) -> None:
    home(cache_file)
    truth = Truth(cache_file)
    checked: list[tuple[str, object, object]] = []

    def check(what: str, screen: object, sql: object) -> None:
        checked.append((what, screen, sql))

    queries = {
        "title:robot": "title LIKE '%robot%'",
        "topic:agents": truth.of_topic("agents"),
        "tag:later": "pk IN (SELECT pk FROM paper_tag WHERE tag = 'later')",
        "is:unread topic:video": f"read = 0 AND {truth.of_topic('video')}",
    }
    mine = SavedView("Mine", "is:starred topic:agents")
    async with reader(size=(140, 100), settings=settings(views=(mine,))) as r:
        # The pane, at rest.
        for name, said in _rows(truth, VIEWS["Latest"]).items():
            check(f"pane {name}", _pane(r).get(name), said)
        await r.until(lambda: "Mine g1" in _pane(r))
        saved = VIEWS["Starred"], truth.of_topic("agents")
        check("pane Mine", _pane(r).get("Mine g1"), Said(truth.count(*saved), truth.count(*saved, "read = 0")))
        # Each view: header, heading and the list's own rows.
        for view, name in (("all", "All"), ("unread", "Unread"), ("starred", "Starred"), ("queue", "Queue")):
            await r.do(f"view.{view}")
            check(f"list {name}", len(r.ids), truth.count(VIEWS[name]))
            if r.ids:
                await r.until(lambda: " paper" in r.top)
                check(f"header {name}", _number(r"([\d,]+) papers?", r.top), truth.count(VIEWS[name]))
        await r.do("view.latest")
        if r.ids:
            read, whole = truth.count(VIEWS["Latest"], "read = 1"), truth.count(VIEWS["Latest"])
            told = f"{read} of {whole} read"
            check("header Latest", told if told in r.top else r.top, told)
            check("heading", _number(r"of (\d+)", r.list_lines[0]), whole)
            check("end", f"─ {whole - read} unread" in "\n".join(r.list_lines), True)
        # A query, alone and with a picked topic.
        for query, where in queries.items():
            await r.do("view.all", "find.query")
            await r.type(query)
            await r.do("query.accept")
            wanted, every = truth.count(where), truth.count()
            check(f"list {query}", len(r.ids), wanted)
            if wanted:
                told = f"{wanted:,} of {every:,}" if wanted < every else f"{wanted:,} papers"
                check(f"header {query}", told if told in r.top else r.top, told)
                shown = {name: said for name, said in _rows(truth, where).items() if name in TOPICS}
                if not query.startswith("topic:"):
                    check(f"topics of {query}", {name: _pane(r).get(name) for name in shown}, shown)
            await r.do("find.clear")
    monkeypatch.setenv("DAILYPAPERS_HOME", str(cache_file.parent))
    for query, where in queries.items():
        check(f"count {query}", int(_command("count", query)), truth.count(where))
        check(f"list --json {query}", len(json.loads(_command("list", query, "--json=id"))), truth.count(where))
    muted = "pk IN (SELECT pk FROM paper_flags WHERE flags & 8)"
    for query, where in (("is:hidden", f"NOT {muted}"), ("is:muted", muted)):
        ((papers_,),) = truth.rows(f"SELECT count(*) FROM paper WHERE hidden = 1 AND {where}")
        check(f"count {query}", int(_command("count", query)), papers_)
    for one in json.loads(_command("tags", "--json")):
        check(
            f"tags {one['name']}",
            one["papers"],
            truth.count(f"pk IN (SELECT pk FROM paper_tag WHERE tag = '{one['name']}')"),
        )
    for one in json.loads(_command("topics", "--json")):
        check(f"topics {one['slug']}", one["papers"], truth.count(truth.of_topic(one["slug"])))
    assert [(what, screen, sql) for what, screen, sql in checked if screen != sql] == []
    assert len(checked) > 25
