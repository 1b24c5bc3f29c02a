"""What the messages of a refresh change on the screen while it runs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.worker import WorkerCancelled

from reader.config import Settings
from reader.core.errors import CacheBusy, ConfigError, FeedOffline, FeedRefused, ReaderError
from reader.core.settings.tables import Vectors
from reader.refresh import vectors
from reader.refresh.jobs import (
    DayEmpty,
    DayFailed,
    DayStored,
    FeedStarted,
    FeedStored,
    HookRan,
    MakeVectors,
    Message,
    NotificationFailed,
    PapersClassified,
    PapersDropped,
    PapersReturned,
    Refresh,
    RefreshFinished,
    RefreshStarted,
    RulesActed,
    SourceFailing,
    Waiting,
)
from reader.refresh.plan import Days, Latest
from reader.refresh.vectors import VectorsMade
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.refresh.refresher import FIRST_SECOND, REST, Refresher, VectorMaker, Wanted
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.state import Notices
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.stage import look
from tests.ui.states import at

TOLD: list[tuple[Message, bool, str]] = [
    (FeedStarted("Lab"), False, "Lab"),
    (FeedStored("lab", "Lab", unchanged=3), False, "Lab"),
    (FeedStored("lab", "Lab", new=1), True, "Lab"),
    (FeedStored("lab", "Lab", updated=1), True, "Lab"),
    (PapersReturned(1, 0), True, "Lab"),
    (RefreshStarted(("2026-05-12", "2026-05-11")), False, "day 1 of 2"),
    (Waiting(2.4, "the feed asks to wait"), False, "the feed asks to wait, 2 s"),
    (DayStored("2026-05-12", 0, 0, 2, 0, n=1, of=3), False, "day 2 of 3"),
    (DayStored("2026-05-11", 1, 0, 0, 0, n=2, of=3), True, "day 3 of 3"),
    (DayStored("2026-05-10", 0, 1, 0, 0, n=3, of=3), True, "day 3 of 3"),
    (DayEmpty("2026-05-12", n=1, of=3), False, "day 2 of 3"),
    (PapersClassified(1, 2), False, "topics 1 of 2"),
    (PapersClassified(2, 2), True, "topics 2 of 2"),
    (RulesActed((("hidden", 2),)), True, "topics 2 of 2"),
    (HookRan(1, 1_000), False, "on_new 1 of 1,000"),
    (PapersDropped(1_200, "2026-01-01"), False, "1,200 old papers dropped"),
]
"""A message, whether the list is read again, and the progress that is shown then."""


RULES = "by your rules: 2 hidden · u undoes"
FIRST, ASKED, WEEK = Wanted(), Wanted(is_asked=True), Wanted(view="week:2026-W20", name="Week 20")
SILENT, OFFLINE = (
    SourceFailing("Ada's laboratory", "2026-05-11T06:00:00Z", 2),
    RefreshFinished(error=FeedOffline("gone")),
)
MUCH = RefreshFinished(2, skipped=1_200, returned=1)
ENDS: list[tuple[Message, Wanted, str, str]] = [
    (SILENT, FIRST, "! Ada's laboratory and 2 more: no answer since 11 May", ": 3 feeds silent"),
    (SILENT, FIRST, "", ": 3 feeds silent"),
    (SILENT._replace(since="2026-05-12T07:00:00Z"), FIRST, "", ": 3 feeds silent"),
    (
        SourceFailing("A" * 25, "2026-05-12T07:00:00Z", 0),
        FIRST,
        f"! {'A' * 25}: no answer since 07:00",
        f": {'A' * 19}… silent",
    ),
    (DayFailed("2026-05-12", FeedRefused("no day"), 1, 3), FIRST, "", "no day: feed error"),
    (SILENT, FIRST, "", "no day: feed error"),
    (OFFLINE, FIRST, "! offline · r tries again", "gone: offline"),
    (OFFLINE, FIRST, "", "gone: offline"),
    (OFFLINE, ASKED, "! gone", "gone: offline"),
    (MUCH, WEEK, "2 new, 1 that you marked or imported, 1,200 records skipped", ": "),
    (
        RulesActed((("hidden", 2),)),
        WEEK,
        f"2 new, 1 that you marked or imported, 1,200 records skipped · {RULES}",
        ": ",
    ),
    (RefreshFinished(returned=1_000), ASKED, "0 new, 1,000 that you marked or imported", ": "),
    (RefreshFinished(1), ASKED, "1 new", ": "),
    (RefreshFinished(skipped=3), ASKED, "! 3 of the feed's records could not be read and were skipped", ": "),
    (RefreshFinished(unchanged=9), ASKED, "nothing new", ": "),
    (RefreshFinished(unchanged=9), FIRST, "", ": "),
    (OFFLINE, FIRST, "! offline · r tries again", "gone: offline"),
    (NotificationFailed(ReaderError("no bell")), WEEK, "! no bell", "gone: offline"),
]
"""A message, the refresh that it is of, what is told then, and the problem and trouble that stay."""

BY_DAY = [
    (Wanted(name="Mon"), 1, "Mon"),
    (WEEK, 3, "Week 20 · day 2 of 3"),
    (Wanted(), 1, "day 1 of 1"),
    (Wanted(), 30, "day 2 of 30"),
    (Wanted(), 31, "day 2 of 31 · 6 a minute · 5 min left"),
]


async def test_what_came_is_shown_at_once_and_only_that(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        for message, is_read_again, progress in TOLD:
            before = r.app.state.cache_version
            r[Refresher]._receive(message)
            await r.rest()
            assert r.app.state.cache_version - before == is_read_again, message
            assert r.app.state[REFRESH].progress == progress, message
        assert "by your rules: 2 hidden" in r.status
        r[Refresher]._came = ""
        for message, wanted, told, trouble in ENDS:
            r[Refresher]._model.change(r.app.state.change_notices(lambda _: Notices()))
            r[Refresher]._wanted = wanted
            r[Refresher]._receive(message)
            await r.rest()
            status, shown = r.app.state[REFRESH], r.app.state.notices.shown
            assert f"{'! ' * (shown.tone == 'warning')}{shown.text}" == told, message
            assert f"{status.problem}: {status.trouble}" == trouble, message
        monkeypatch.setattr(r[Refresher], "_begun", time.monotonic() - 10)
        for wanted, of, progress in BY_DAY:
            r[Refresher]._wanted = wanted
            r[Refresher]._receive(DayEmpty("2026-05-11", n=1, of=of))
            assert r.app.state[REFRESH].progress == progress


# When refreshes run


class Refreshing(Bench):
    """A refresher whose clock and jobs are those of the test."""

    def __init__(
        self, papers: int = 3, *, minutes: int = 30, is_still: bool = False, demo: bool = False, model: str = ""
    ) -> None:
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
            settings=Settings(refresh_minutes=minutes, vectors=Vectors(model)),
            moving=look()._replace(is_still=is_still, demo=demo),
            run_job=self.run_job,
            set_interval=lambda seconds, _act: self.begun.append(seconds),
        )
        self.asked: list[object] = []
        self.answer: tuple[Message | VectorsMade, ...] = ()
        self.refresher = Refresher(self.services)

    async def wait(self) -> None:
        await super().wait()
        raise WorkerCancelled

    async def run_job(self, job: Refresh | MakeVectors) -> AsyncIterator[Any]:
        self.asked.append(job.plan if isinstance(job, Refresh) else job)
        for message in self.answer:
            yield message

    @property
    def status(self) -> RefreshStatus:
        return self.model.state[REFRESH]


async def test_refreshes_begin_by_themselves_and_again_after_some_minutes() -> None:
    for bench, begun, works in (
        (Refreshing(), [1800, FIRST_SECOND], 0),
        (Refreshing(papers=0), [1800], 1),
        (Refreshing(minutes=0), [FIRST_SECOND], 0),
        (Refreshing(is_still=True), [], 0),
        (Refreshing(demo=True), [], 0),
    ):
        bench.refresher.begin_first()
        assert (bench.begun, len(bench.works)) == (begun, works)


async def test_the_days_of_a_view_come_first_and_the_refresh_after_them() -> None:
    bench, week, day = Refreshing(), Days(("2026-05-04",)), Days(("2026-05-12",))
    bench.refresher.begin()
    bench.refresher.begin()
    bench.refresher.fetch(week, "week:2026-W19", "Week 19")
    bench.refresher.fetch(week, "week:2026-W19", "Week 19")
    assert (len(bench.works), bench.status.view) == (2, "week:2026-W19")
    # One for a view that is left is dropped.
    bench.refresher.fetch_many(day, "day:2026-05-12", "Tue 12 May")
    assert bench.model.state.notices.answer.text == "fetching Tue 12 May · esc stops · papers so far are kept"
    bench.works = bench.works[2:]
    await bench.work()
    assert (bench.asked, bench.status.is_running, bench.awaited) == ([day], True, 1)
    await bench.work()
    assert (bench.asked[1:], bench.status, bench.works) == ([Latest(7)], RefreshStatus(ended=2), [])


async def test_a_refresh_is_stopped_with_all_that_wait_for_it() -> None:
    bench = Refreshing()
    assert not bench.refresher.stop()
    bench.refresher.begin()
    bench.refresher.fetch(Days(("2026-05-12",)), "", "Tue 12 May")
    assert bench.refresher.stop() and not bench.refresher.stop()
    assert (bench.cancelled, bench.status.is_running) == (1, False)
    assert bench.model.state.notices.answer.text == "refresh stopped · papers so far are kept"
    await bench.works[1]()
    assert len(bench.works) == 2


async def test_without_a_network_it_tries_again_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Refreshing()
    bench.answer = (OFFLINE,)
    for _ in range(6):
        bench.refresher.begin()
        await bench.work()
    bench.answer = (RefreshFinished(),)
    bench.refresher.begin()
    await bench.work()
    bench.answer = (OFFLINE,)
    bench.refresher.begin()
    await bench.work()
    assert bench.begun == [60, 120, 240, 480, 960, 960, 60]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    bench.refresher.begin()
    await bench.work()
    assert bench.begun[7:] == []


async def test_vectors_are_made_after_a_refresh_by_the_model_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, shown, later = list[str](), list[str](), list[str]()
    problems: list[ReaderError | None] = [None, None, CacheBusy("busy"), ConfigError("no model"), ReaderError("down")]

    def lacks(_cache: Path, _settings: Vectors) -> bool:
        if later:
            maker.take(Vectors(later.pop()))
        if (problem := problems.pop(0)) is not None:
            raise problem
        return len(problems) > 3

    monkeypatch.setattr(vectors, "open_door", lambda settings, *_, **_named: opened.append(settings.model))
    monkeypatch.setattr(vectors, "lacks_vectors", lacks)
    bench = Refreshing(model="small")
    bench.answer = (VectorsMade(2, 9_000, 2),)
    bench.model.publish = lambda state: shown.append(state[TEXTS_AHEAD])
    maker = VectorMaker(bench.services)
    maker.begin_soon(bench.model.state)
    assert bench.begun == [REST]
    told = []
    for _ in range(len(problems)):
        maker.begin()
        maker.begin()
        maker.begin_soon(bench.model.state)
        assert (len(bench.works), bench.begun) == (1, [REST])
        await bench.work()
        told.append(bench.model.state.notices.news.text)
    assert (opened, bench.asked) == (["small"], [MakeVectors()])
    assert [one for one in shown if one] == ["vectors 2 of 9,000"] and bench.model.state[TEXTS_AHEAD] == ""
    assert told == ["", "", "", "no model", "Vectors wait for the next refresh: down"]
    # Another model is taken at once, or as soon as the one before has ended.
    maker.take(Vectors("small"))
    maker.take(Vectors("large"))
    assert bench.begun == [REST, 0]
    problems[:], later[:] = [None], ["largest"]
    maker.begin()
    await bench.work()
    assert (opened, bench.begun) == (["small", "large"], [REST, 0, 0, 0])
    bench.refresher.begin()
    maker.begin()
    assert len(bench.works) == 1
    closed = list[tuple[Path, object]]()
    monkeypatch.setattr("reader.cache.finding.door.install", lambda *given: closed.append(given))
    VectorMaker(bench.services).close()
    maker.close()
    assert closed == [(Path("papers.db"), None)]


def test_without_a_model_no_vectors_are_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for bench in (Refreshing(), Refreshing(model="small", demo=True), Refreshing(model="small", is_still=True)):
        VectorMaker(bench.services).begin_soon(bench.model.state)
        assert bench.begun == []
    (tmp_path / "vectors").mkdir()
    bench = Refreshing()
    VectorMaker(bench.services).begin_soon(replace(bench.model.state, mode="read-only"))
    assert bench.begun == []
    VectorMaker(bench.services).begin_soon(bench.model.state)
    assert bench.begun == [REST]
