"""Going to views and periods; saved views."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.core.dates import FIRST_DAY
from reader.core.settings.standing import queries_of_lists
from reader.core.views import View
from reader.log import standing
from reader.refresh.lines import Days, Trending
from reader.session.places import Place, ViewList, view
from reader.settings_reader import load_settings
from reader.ui.command_line.actions import AutomaticCommands
from reader.ui.refresh.changes import CacheWatch
from reader.ui.shell.state import NOTHING_IS_FETCHED
from reader.ui.views import ViewActions
from tests.cache.conftest import save_lists
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.stage import at, look

# Going to views


class Views(Bench):
    """Views of a reader whose today is Monday 24 November 2025, and whose cache has papers of some days."""

    def __init__(self, view_id: str = "all", *, demo: bool = False, days: str = "", **known: Any) -> None:
        unknown: list[str] = known.get("unknown", [])
        library = {
            "meta": lambda _key: known.get("ranked"),
            "newest_day": lambda: "2025-11-21",
            "gaps": lambda first, last, _today: tuple(
                day for day in unknown if first.isoformat() <= day <= last.isoformat()
            ),
            "visible_papers": lambda day: SimpleNamespace(papers=day in days.split()),
        }
        moving = look()._replace(is_still=False, demo=demo)
        super().__init__(at(view_id), library, moving=moving)
        self.asked: list[object] = []
        self.now = moving.now()
        self.actions = cast(Any, ViewActions(self.app))
        self.app.papers = SimpleNamespace(highlighted_row=None)
        self.app.refresher = SimpleNamespace(
            fetch=lambda *what: self.asked.append(what), begin=lambda **how: self.asked.append(how)
        )

    @property
    def here(self) -> str:
        return self.model.state.place.view.id


def test_unknown_days_are_fetched() -> None:
    unknown = ["2025-11-16", "2025-11-17", "2025-11-23", "2025-11-24"]
    bench = Views(unknown=unknown)
    bench.actions.go("week:2025-W47")
    asked = Days(("2025-11-17", "2025-11-23")), "week:2025-W47", "Week 47"
    assert (bench.here, bench.asked) == ("week:2025-W47", [asked])
    bench.actions.go("latest")
    bench.actions.go("unread")
    assert len(bench.asked) == 1
    demo = Views(unknown=unknown, demo=True)
    demo.actions.go("week:2025-W47")
    assert demo.asked == []


def test_the_ranking_is_fetched_unless_it_is_fresh() -> None:
    now = Views().now
    for minutes, asked in ((None, 1), (9, 0), (10, 0), (11, 1)):
        ranked = None if minutes is None else (now - timedelta(minutes=minutes)).isoformat()
        bench = Views(ranked=ranked)
        bench.actions.show_trending(None)
        assert (bench.here, bench.asked) == ("trending", [(Trending(), "trending", "trending")] * asked)
    demo = Views(demo=True)
    demo.actions.show_trending(None)
    assert demo.asked == []


def test_a_refresh_fetches_the_days_in_view() -> None:
    week = tuple(f"2025-11-{day}" for day in range(17, 24))
    for view_id, asked in (
        ("all", {"is_asked": True}),
        ("trending", (Trending(), "trending", "trending")),
        ("week:2025-W47", (Days(week), "week:2025-W47", "Week 47")),
        ("day:2025-11-21", (Days(("2025-11-21",)), "day:2025-11-21", "Fri 21 Nov")),
    ):
        bench = Views(view_id)
        bench.actions.refresh(None)
        assert bench.asked == [asked]
    demo = Views(demo=True)
    demo.actions.refresh(None)
    assert (demo.asked, demo.notice) == ([], NOTHING_IS_FETCHED)


def test_saved_views_are_shown_by_number() -> None:
    bench = Views()
    bench.actions.show_saved(None)
    assert bench.notice == "no saved views yet · : view save NAME"
    one = View("saved:Mine", "Mine", "is:unread")
    bench.model.change(bench.model.state.know_views(ViewList(saved=(one,))))
    bench.actions.show_saved(2)
    assert (bench.notice, bench.here) == ("you have 1 saved view", "all")
    bench.actions.show_saved(None)
    assert bench.here == "saved:Mine"


@pytest.mark.parametrize(
    ("start", "count", "end", "expected"),
    [
        ("day:2025-11-21", -1, "day:2025-11-20", ""),
        ("day:2025-11-20", -1, "day:2025-11-18", ""),
        ("day:2025-11-18", 2, "day:2025-11-21", ""),
        ("day:2025-11-21", 1, "day:2025-11-24", ""),
        ("day:2025-11-21", 9, "day:2025-11-24", "this is the last day so far"),
        ("day:2025-11-24", 1, "day:2025-11-24", "this is the last day so far"),
        ("week:2025-W47", 1, "week:2025-W48", ""),
        ("week:2025-W47", 3, "week:2025-W48", "this is the last week so far"),
        ("month:2025-11", -2, "month:2025-09", ""),
        ("month:2023-06", -9, "month:2023-05", f"the feed begins on {FIRST_DAY}"),
        ("all", -1, "day:2025-11-20", ""),
    ],
)
def test_steps_skip_days_without_papers(start: str, count: int, end: str, expected: str) -> None:
    # The 19th is known to have no papers; the 20th was not fetched yet.
    bench = Views(start, days="2025-11-21 2025-11-18", unknown=["2025-11-20", "2025-11-22", "2025-11-24"])
    bench.actions.go_periods(count)
    assert (bench.here, bench.notice) == (end, expected)


def test_the_week_and_the_month_are_those_of_the_paper_or_the_newest_day() -> None:
    bench = Views()
    bench.actions.show_around(None, "week")
    assert (bench.here, bench.notice) == ("week:2025-W47", "the best first · S reorders")
    bench.model.change(bench.model.state.go(Place(view("all"))))
    bench.app.papers = SimpleNamespace(highlighted_row=SimpleNamespace(day="2025-09-30"))
    bench.actions.show_around(None, "month")
    assert bench.here == "month:2025-09"


# Saved views

VIEWS = """
[[views]]
name = "Agents"
query = "title:agents"

[[views]]
name = "Loud"
query = "upvotes:>0 sort:title"
"""


async def test_saved_views_are_listed_counted_and_shown_by_keys(reader: Opener, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(VIEWS)
    loaded = load_settings(file, {})
    file.write_text("")
    chosen = settings(lists=tuple(queries_of_lists(loaded.former)[0]))
    async with reader(settings=chosen, settings_file=file, size=(140, 42)) as r:
        await r.until(lambda: "Agents g1" in " ".join(r.filter_lines))
        await r.press("g", "1")
        assert "Agents" in r.top
        found = r.ids
        assert found and "agents" in r.here.title.lower()
        await r.do("paper.read")
        await r.until(lambda: any(f"{len(found) - 1}/{len(found)}" in line for line in r.filter_lines))
        # Its own order, and its place in the list of keys.
        await r.press("g", "2")
        titles = [r.row(index).title.casefold() for index in range(len(r.ids))]
        assert "Loud" in r.top and titles == sorted(titles)
        await r.press("g", "3")
        assert r.status == "you have 2 saved views"
        # The lists change while the reader runs.
        loud = replace(chosen.lists[1], query="title:agents")
        await asyncio.to_thread(save_lists, r.file, (chosen.lists[0], loud))
        r[CacheWatch].look_around()
        await r.until(lambda: set(r.ids) == set(found))
        await r.until(lambda: any("Starred" in line for line in r.filter_lines))


PROGRAMS = """
[[commands]]
name = "First words"
run = "head -c 10"
input = "ids"
key = "gx"
"""


async def test_programs_run_on_papers_by_a_key_or_a_command(reader: Opener, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(PROGRAMS)
    chosen = settings(commands=load_settings(tmp_path / "config.toml", {}).settings.commands)
    async with reader(settings=chosen, size=(140, 42)) as r:
        await r.press("g", "x")
        assert r.status == f"First words: {r.ids[0][:10]}"
        # Several at once, by any program; its output has a screen of its own, or the last line.
        await r.do("select.paper", "select.paper", "command.pipe")
        assert r.context == "command"
        await r.type("wc -l")
        await r.do("command.run")
        lines = r.status
        await r.do("app.escape", "command.pipe")
        await r.type("no-such-program-here --x")
        await r.do("command.run")
        assert lines.removeprefix("wc -l: ").isdigit() and "no-such-program-here was not found" in r.status
        # A view of what is listed.
        await r.search("has:code")
        await r.do("query.save")
        assert (r.query, r.context) == ("has:code", "command")
        await r.type("all mine")
        await r.do("command.run")
        assert r.status == "all mine is saved; its key in the reader is g1"
        found = standing.load(tmp_path / "config.toml", r.file).settings.views
        assert [(one.name, one.query) for one in found] == [("all mine", "(day:latest) (has:code)")]


async def test_a_star_updates_watched_exports_and_runs_the_hook(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "stars.bib", tmp_path / "out"
    text = f"on_star = ['sh', '-c', 'cat > {out}']\n[[exports]]\nquery = 'is:starred'\nfile = 'stars.bib'\n"
    (tmp_path / "config.toml").write_text(text)
    found = tuple(queries_of_lists(load_settings(tmp_path / "config.toml", {}).former)[0])
    async with reader(settings=settings(lists=found)) as r:
        with monkeypatch.context() as patch:
            patch.setattr("reader.ui.command_line.actions.EXPORT_DELAY_SECONDS", 0.1)
            await r.do("paper.star")
        await r.until(lambda: out.exists() and r.ids[0] in out.read_text())
        # Exports are due until they are written: a reader that ends before writes them itself.
        await r.until(lambda: not r[AutomaticCommands].is_due)
        assert r.ids[0] in file.read_text()
        out.unlink()
        file.write_text("mine")
        await r.do("paper.star")
        r.pass_notice()
        await r.until(lambda: "something else wrote" in r.status)
        assert file.read_text() == "mine" and not out.exists()
