"""Jobs run for a command: the progress that their messages show."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from io import StringIO

import pytest

from reader.commands.output import Progress
from reader.commands.run_job import _collect_messages, describe_progress
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError
from reader.core.steps import note_wait
from reader.refresh import jobs, running
from reader.refresh.plan import Latest
from reader.refresh.vectors import VectorsMade
from tests.table import each

DAY = "2026-05-11"


class Told(jobs.ExtensionMessage):
    progress = "half of it"


@each(
    ("message", "text"),
    [
        (jobs.FeedStarted("Notes of a lab"), "asking Notes of a lab"),
        (jobs.DayStored(DAY, 1, 0, 0, 0, 1, 1), f"day 1 of 1 done: {DAY}"),
        (jobs.DayEmpty(DAY, 30, 1200), f"day 30 of 1,200 done: {DAY} · 3.0 a second · 6 min left"),
        (jobs.DayFailed(DAY, FeedError("no"), 2, 2), f"day 2 of 2 done: {DAY} · 12 a minute · 0 s left"),
        (jobs.Waiting(3.2, "the feed asked for a pause"), "waiting 3 s: the feed asked for a pause"),
        (jobs.PapersClassified(2000, 9295), "new topic rules: 2,000 of 9,295 papers"),
        (jobs.PapersDropped(1, DAY), f"1 paper from before {DAY} dropped"),
        (jobs.TitlesLookedUp(3, 1_203), "title 4 of 1,203 · 18 a minute · 67 min left"),
        (jobs.TitlesLookedUp(3, 3), ""),
        (jobs.TextsAhead(0, 2, 0), "full text 1 of 2"),
        (jobs.TextsAhead(2, 2, 1), ""),
        (VectorsMade(40, 60, 20), "vectors of 40 of 60 papers · 2.0 a second · 10 s left"),
        (jobs.PdfReceived(1_500_000, 3_000_000), "1.5 of 3.0 MB of the PDF"),
        (jobs.PdfReceived(1_500_000, None), "1.5 MB of the PDF"),
        (jobs.HookRan(1, 2_000), "on_new: 1 of 2,000 papers"),
        (Told(), "half of it"),
        (jobs.RefreshStarted((DAY,)), ""),
        (jobs.RefreshFinished(), ""),
    ],
)
def test_messages_tell_how_far_a_job_is(message: jobs.Message, text: str) -> None:
    assert describe_progress(message, 10.0) == text


async def test_the_waits_of_a_job_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_context: jobs.JobContext, _job: jobs.Job) -> AsyncGenerator[jobs.Message, None]:
        note_wait(3.2, "the feed asked for a pause")
        note_wait(60)
        yield jobs.RefreshFinished()

    shown: list[str] = []
    progress = Progress(StringIO())
    monkeypatch.setattr(progress, "show", shown.append)
    monkeypatch.setattr(running, "run_job", run)
    messages = await _collect_messages(Workspace(), jobs.Refresh(Latest()), progress)
    assert messages == [jobs.RefreshFinished()]
    assert shown == ["waiting 3 s: the feed asked for a pause", ""]
