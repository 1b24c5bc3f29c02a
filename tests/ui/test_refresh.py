"""Refreshes: when they run, what they show while they run, and what they leave alone."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.worker import WorkerCancelled

from reader.cache.marks.events import Events
from reader.cache.storing import StoreResult
from reader.config import Settings
from reader.core.errors import FeedOffline, FeedRefused, ReaderError
from reader.paths import log_database, suspect_stamp
from reader.refresh.lines import Days, Job, Latest, Line, Tell, failure_line, plan_of, step, waiting
from reader.ui.refresh.changes import REFRESH_DELAY_SECONDS, RETRY_SECONDS, Refresher, RefreshRequest
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.state import Notices
from tests.doubles import Clock, fetched
from tests.feed_server import FeedServer, item
from tests.table import rest_long
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import fill, settings
from tests.ui.papers import NOW, draft
from tests.ui.stage import at, look

# The status

MORNING, LATER = (datetime(2026, 5, 12, hour, 30, tzinfo=UTC) for hour in (7, 9))


def test_a_refresh_shows_its_progress_and_its_view() -> None:
    begun = RefreshStatus().with_start("trending")
    assert (begun.progress, begun.view, begun.is_running) == ("starting", "trending", True)


def test_repeated_failures_are_dated_from_the_first() -> None:
    running = RefreshStatus("day 3 of 7")
    failed = running.with_failure("The feed did not answer.", "feed error", MORNING).with_failure(
        "No network.", "offline", LATER
    )
    assert failed == RefreshStatus("day 3 of 7", problem="No network.", trouble="offline", failing_since=MORNING)


def test_a_finished_refresh_is_counted_and_the_state_is_idle_unless_another_runs() -> None:
    running = RefreshStatus().with_start("trending")
    assert running.end(is_idle=True, last=LATER) == RefreshStatus(last=LATER, ended=1)
    assert running.end(is_idle=False, last=None) == RefreshStatus("starting", "trending", ended=1)


# The refresher

TOLD: list[tuple[Line, bool, str]] = [
    (step("asking", title="Lab"), False, "Lab"),
    (step("feed", slug="lab", title="Lab", new=0, updated=0, unchanged=3, skipped=0), False, "Lab"),
    (step("feed", slug="lab", title="Lab", new=1, updated=0, unchanged=0, skipped=0), True, "Lab"),
    (step("feed", slug="lab", title="Lab", new=0, updated=1, unchanged=0, skipped=0), True, "Lab"),
    (step("returned", papers=1, unknown=0), True, "Lab"),
    (step("days", days=("2026-05-12", "2026-05-11")), False, "day 1 of 2"),
    (waiting(2.4, "the feed asks to wait"), False, "the feed asks to wait, 2 s"),
    (step("day", day="2026-05-12", new=0, updated=0, unchanged=2, skipped=0, n=1, of=3), False, "day 2 of 3"),
    (step("day", day="2026-05-11", new=1, updated=0, unchanged=0, skipped=0, n=2, of=3), True, "day 3 of 3"),
    (step("day", day="2026-05-10", new=0, updated=1, unchanged=0, skipped=0, n=3, of=3), True, "day 3 of 3"),
    (step("day", day="2026-05-12", new=0, updated=0, unchanged=0, skipped=0, n=1, of=3), False, "day 2 of 3"),
    (step("topics", n=1, of=2), False, "topics 1 of 2"),
    (step("topics", n=2, of=2), True, "topics 2 of 2"),
    (step("rules", did=(("hidden", 2),)), True, "topics 2 of 2"),
    (step("dropped", papers=1_200, before="2026-01-01"), False, "1,200 old papers dropped"),
]
"""A message, whether it makes the list be read again, and the progress shown after it."""


RULES = "by your rules: 2 hidden · u undoes"
FIRST, ASKED, WEEK = (
    RefreshRequest(),
    RefreshRequest(is_asked=True),
    RefreshRequest(view="week:2026-W20", name="Week 20"),
)
SILENT, OFFLINE = (
    step("failing", title="Ada's laboratory", since="2026-05-11T06:00:00Z", more=2),
    fetched(error=FeedOffline("gone")),
)
MUCH = fetched(StoreResult(new=2, skipped=1_200)) | {"returned": 1}
ENDS: list[tuple[Line, RefreshRequest, str, str]] = [
    (SILENT, FIRST, "", ": 3 feeds silent"),
    (step("failing", title="A" * 25, since="2026-05-12T07:00:00Z", more=0), FIRST, "", f": {'A' * 19}… silent"),
    (failure_line("day", FeedRefused("no day"), day="2026-05-12", n=1, of=3), FIRST, "", "no day: feed error"),
    (SILENT, FIRST, "", "no day: feed error"),
    (OFFLINE, FIRST, "", "gone: offline"),
    (OFFLINE, ASKED, "! gone", "gone: offline"),
    (MUCH, WEEK, "! 1 that you marked or imported, 1,200 unreadable records skipped", ": "),
    (
        step("rules", did=(("hidden", 2),)),
        WEEK,
        f"1 that you marked or imported, 1,200 unreadable records skipped · {RULES}",
        ": ",
    ),
    (fetched() | {"returned": 1_000}, ASKED, "1,000 that you marked or imported", ": "),
    (fetched() | {"unknown": ["hep-th/9802150"]}, FIRST, "! no source has hep-th/9802150", ": "),
    (fetched(StoreResult(new=1)), ASKED, "1 new", ": "),
    (fetched(StoreResult(new=1)), FIRST, "", ": "),
    (fetched(StoreResult(unchanged=9)), ASKED, "nothing new", ": "),
    (fetched(StoreResult(unchanged=9)), FIRST, "", ": "),
    (OFFLINE, FIRST, "", "gone: offline"),
    (failure_line("notification", ReaderError("no bell")), WEEK, "! no bell", "gone: offline"),
]
"""A message, the refresh it belongs to, the notice, and the lasting problem and trouble."""

BY_DAY = [
    (RefreshRequest(name="Mon"), 1, "Mon"),
    (WEEK, 3, "Week 20 · day 2 of 3"),
    (RefreshRequest(), 1, "day 1 of 1"),
    (RefreshRequest(), 30, "day 2 of 30"),
    (RefreshRequest(), 31, "day 2 of 31 · 5 min left"),
]


async def test_each_message_of_a_refresh_updates_the_screen_at_once(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        for message, is_read_again, progress in TOLD:
            before = r.app.state.cache_version
            r[Refresher]._receive(message)
            await r.rest()
            assert r.app.state.cache_version - before == is_read_again, message
            assert r.app.state[REFRESH].progress == progress, message
        assert "by your rules: 2 hidden" in r.status
        r[Refresher]._summary = ""
        for message, wanted, expected, trouble in ENDS:
            r[Refresher]._model.change(r.app.state.change_notices(lambda _: Notices()))
            r[Refresher]._request = wanted
            r[Refresher]._receive(message)
            await r.rest()
            status, shown = r.app.state[REFRESH], r.app.state.notices.shown
            assert f"{'! ' * (shown.tone == 'warning')}{shown.text}" == expected, message
            assert f"{status.problem}: {status.trouble}" == trouble, message
        monkeypatch.setattr(r[Refresher], "_begun", time.monotonic() - 10)
        for wanted, of, progress in BY_DAY:
            r[Refresher]._request = wanted
            r[Refresher]._receive(step("day", day="2026-05-11", new=0, updated=0, unchanged=0, skipped=0, n=1, of=of))
            assert r.app.state[REFRESH].progress == progress


# When refreshes run


class Refreshing(Bench):
    """A refresher with a fake clock and fake jobs."""

    def __init__(self, papers: int = 3, *, minutes: int = 30, is_still: bool = False, demo: bool = False) -> None:
        library = {
            "path": Path("papers.db"),
            "last_refresh": lambda: None,
            "topic_names": dict,
            "has_papers": lambda: True,
            "note_refresh": lambda: None,
        }
        super().__init__(
            at("all", papers=papers),
            library,
            settings=Settings(refresh_minutes=minutes),
            moving=look()._replace(is_still=is_still, demo=demo),
            run_job=self.run_job,
            set_interval=lambda seconds, _act: self.begun.append(seconds),
        )
        self.asked: list[object] = []
        self.answer: tuple[Line, ...] = ()
        self.refresher = Refresher(self.app)

    async def wait(self) -> None:
        await super().wait()
        raise WorkerCancelled

    async def run_job(self, job: Job, tell: Tell) -> None:
        self.asked.append(plan_of(**{name: value for name, value in job.items() if name != "job"}))
        for message in self.answer:
            tell(message)

    @property
    def status(self) -> RefreshStatus:
        return self.model.state[REFRESH]


async def test_refreshes_begin_by_themselves_and_again_after_some_minutes() -> None:
    for bench, begun, works in (
        (Refreshing(), [1800, REFRESH_DELAY_SECONDS], 0),
        (Refreshing(papers=0), [1800], 1),
        (Refreshing(minutes=0), [REFRESH_DELAY_SECONDS], 0),
        (Refreshing(is_still=True), [], 0),
        (Refreshing(demo=True), [], 0),
    ):
        bench.refresher.on_begin()
        assert (bench.begun, len(bench.works)) == (begun, works)


async def test_the_days_of_a_view_come_first_and_the_refresh_after_them() -> None:
    bench, week, day = Refreshing(), Days(("2026-05-04",)), Days(("2026-05-12",))
    bench.refresher.begin()
    bench.refresher.begin()
    bench.refresher.fetch(week, "week:2026-W19", "Week 19")
    bench.refresher.fetch(week, "week:2026-W19", "Week 19")
    assert (len(bench.works), bench.status.view) == (2, "week:2026-W19")
    # A refresh for a view that the user has left is dropped.
    bench.refresher.fetch_many(day, "day:2026-05-12", "Tue 12 May")
    assert bench.model.state.notices.answer.text == "fetching Tue 12 May · esc stops · papers so far are kept"
    bench.works = bench.works[2:]
    await bench.work()
    assert (bench.asked, bench.status.is_running, bench.awaited) == ([day], True, 1)
    await bench.work()
    assert (bench.asked[1:], bench.status, bench.works) == ([Latest(7)], RefreshStatus(ended=2), [])


async def test_a_refresh_is_stopped_with_all_that_wait_for_it() -> None:
    bench = Refreshing()
    assert not bench.refresher.stop_at("last")
    bench.refresher.begin()
    bench.refresher.fetch(Days(("2026-05-12",)), "", "Tue 12 May")
    assert bench.refresher.stop_at("last") and not bench.refresher.stop_at("last")
    assert (bench.cancelled, bench.status.is_running) == (1, False)
    assert bench.model.state.notices.answer.text == "refresh stopped · papers so far are kept"
    await bench.works[1]()
    assert len(bench.works) == 2


async def test_without_a_network_it_tries_again_unless_the_user_chose_that(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Refreshing()
    bench.answer = (OFFLINE,)
    retry: Any = bench.refresher.retry
    bench.refresher.begin()
    await bench.work()
    retry.act()
    await bench.work()
    assert bench.begun == [RETRY_SECONDS, RETRY_SECONDS]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    bench.refresher.begin()
    await bench.work()
    assert len(bench.begun) == 2


# Stories

TODAY, WEDNESDAY = "2026-05-12", "2026-05-13"


async def test_new_papers_move_nothing_and_a_line_announces_them_until_it_is_used(reader: Opener) -> None:
    clock = Clock(NOW)
    with FeedServer() as feed:
        async with reader(settings=settings(endpoint=feed.url), size=(140, 16), now=clock) as r:
            await r.do("move.down", count=8)
            before, id = r.list_items[1:], r.here.id
            new = [item(f"2605.1000{place}", f"Hot news {place}", TODAY, upvotes=500) for place in range(5)]
            feed.days[TODAY] = new
            await r.do("app.refresh")
            await r.until(lambda: "5 new papers · Tuesday 12 May · . shows them" in r.screen)
            assert (r.list_items[1:], r.here.id) == (before, id)
            await r.do("news.show")
            assert [r.row(place).title for place in range(5)] == [f"Hot news {place}" for place in (4, 3, 2, 1, 0)]
            assert (r.main.papers.count, "shows them" in r.screen) == (5, False)


async def test_the_list_of_a_day_stays_when_another_day_becomes_the_latest(reader: Opener) -> None:
    clock = Clock(NOW)
    with FeedServer({WEDNESDAY: [item("2605.10000", "Hot news", WEDNESDAY)]}, WEDNESDAY) as feed:
        async with reader(settings=settings(endpoint=feed.url), now=clock) as r:
            await r.do("move.down")
            id = r.here.id
            clock.now += timedelta(days=1)
            await r.do("app.refresh")
            await r.until(lambda: "1 new paper · Wednesday 13 May" in r.screen)
            await r.do("paper.star")
            assert (r.here.id, r.here.starred, r.app.state.place.view.id) == (id, True, "day:2026-05-12")
            await r.do("news.show")
            assert (r.here.title, r.app.state.place.view.id) == ("Hot news", "latest")
            assert "shows them" not in r.screen


async def test_an_announcement_that_was_not_used_is_there_in_the_next_visit(reader: Opener) -> None:
    clock = Clock(NOW)
    with FeedServer() as feed:
        async with reader(settings=settings(endpoint=feed.url), now=clock) as r:
            clock.now += timedelta(minutes=5)
            feed.days[TODAY] = [item("2605.10000", "Hot news", TODAY)]
            await r.do("app.refresh")
            await r.until(lambda: "1 new paper" in r.screen)
            await r.do("app.quit")
        async with reader(settings=settings(endpoint=feed.url), now=clock) as again:
            await again.until(lambda: "1 new paper" in again.screen)
            await again.do("news.dismiss")
            assert "1 new paper" not in again.screen


@pytest.mark.parametrize("fault", rest_long(["garbage", "html", "wrongtype", "refuse:403", "bomb"], ["garbage"]))
async def test_a_broken_feed_leaves_the_papers_and_is_reported_in_one_line(reader: Opener, fault: str) -> None:
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY)]}) as feed:
        feed.fault = fault
        async with reader(settings=settings(endpoint=feed.url)) as r:
            ids = r.ids
            await r.do("app.refresh")
            await r.until(lambda: r.app.state[REFRESH].problem)
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            assert r.ids == ids
            assert r.status == r.app.state[REFRESH].problem
            assert "\n" not in r.status
            assert "\x1b" not in r.status
            assert r.app.state[REFRESH].trouble == "feed error"
            feed.fault = "ok"
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status)
            assert r.app.state[REFRESH].trouble == ""


async def test_changes_by_another_instance_appear(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.refresh.changes.CacheWatch.seconds", 0.01)
    with FeedServer() as feed:
        async with reader(settings=settings(endpoint=feed.url), still=False) as r:
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            with closing(Events.open(r.file)) as other:
                other.mark("star", True, [r.main.papers.pks_all()[2]])
            await r.until(lambda: r.row(2).starred)
            await r.until(lambda: "Starred 1" in r.filter_lines)
            assert r.list_items[3].startswith(" ★")
            assert r.cursor == 0
            fill(r.file, {TODAY: [draft(900, "From another instance", upvotes=999)]})
            await r.until(lambda: "Latest 15/15" in " ".join(r.filter_lines))
            assert (r.main.papers.count, r.here.id) == (14, "2605.00400")
            await r.do("view.latest")
            assert "From another instance" in r.list_items[1]


async def test_a_mark_that_cannot_be_stored_is_reverted_with_the_reason(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.star")
        with closing(sqlite3.connect(log_database(r.file))) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        for action in ("paper.read", "paper.hide", "mark.all_read"):
            await r.do(action)
            assert "disk is full" in r.status
            # The star before was stored, and marked the paper read.
            assert r.here.read
            assert not r.here.hidden
        assert [r.row(place).read for place in range(14)].count(True) == 1
        await r.do("mark.undo")
        assert "disk is full" in r.status
        assert r.here.starred
        # On the page, too, over its keys.
        await r.do("move.down", "read.open")
        assert "log.db failed" in " ".join(r.lines[-3:-1]) and "q back" in r.lines[-1]
        await r.do("app.back")
        with closing(sqlite3.connect(log_database(r.file))) as other:
            other.execute("DROP TRIGGER full")
        await r.do("paper.read")
        assert r.kept(r.here.id).read


async def test_a_damaged_cache_is_reported_and_the_reader_goes_on(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(200, 40), still=False, demo=True) as r:
        starred = r.here.id
        await r.do("paper.star")
        await r.until(lambda: "1 starred" in r.status)
        with closing(sqlite3.connect(cache_file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with cache_file.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (cache_file.stat().st_size - 4096))
        await r.do("view.all", "move.bottom", "paper.star", "read.open")
        await r.until(lambda: "The next start of the reader repairs it" in r.status)
    with closing(sqlite3.connect(log_database(cache_file))) as connection:
        assert (starred, "star", "1") in connection.execute("SELECT paper, kind, value FROM event").fetchall()
    assert suspect_stamp(cache_file).exists()
