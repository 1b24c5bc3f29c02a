"""How long a reader waits for its job, and what the job tells it meanwhile; `test_worker.py` starts the process."""

from __future__ import annotations

import asyncio
import io
import pickle
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.topics.scorer import Topics
from reader.refresh import worker
from reader.refresh.jobs import FeedStarted, JobContext, Refresh, RefreshFinished, Waiting
from reader.refresh.plan import Latest

STUCK = "The background job made no progress for a minute{} and was stopped; what it stored is kept. Try again."


@pytest.mark.parametrize(
    ("sent", "seconds", "end"),
    [
        ((FeedStarted("Lab"), worker._StepDone(0), RefreshFinished(new=1), worker._JobDone()), 0, ""),
        ((Waiting(9, "a pause"), ReaderError("It failed.")), 0, "It failed."),
        ((), 60, STUCK.format("")),
        ((FeedStarted("A \x1b\x1b[31m[31mFeed"),), 60, STUCK.format(" while it read A [31mFeed")),
        ((Waiting(300, "a pause"),), 360, STUCK.format("")),
    ],
)
async def test_a_job_is_waited_for_a_minute_and_as_long_as_it_says(
    monkeypatch: pytest.MonkeyPatch, sent: tuple[object, ...], seconds: int, end: str
) -> None:
    happened: list[object] = []
    slept: list[float] = []

    def start(_context: object, _job: object, received: asyncio.Queue[Any]) -> SimpleNamespace:
        for message in sent:
            received.put_nowait(message)
        return SimpleNamespace(**{name: partial(happened.append, name) for name in ("kill", "report", "close")})

    async def sleep(passed: float) -> None:
        slept.append(passed)
        await asyncio.sleep(0 if len(slept) <= seconds else 9)

    monkeypatch.setattr(worker, "_JobProcess", start)
    context = JobContext(Path("papers.db"), Settings(), Topics)
    try:
        async for message in worker.run_in_process(context, Refresh(Latest()), sleep=sleep):
            happened.append(message)
    except ReaderError as error:
        happened.append(str(error))
    told = [one for one in sent if isinstance(one, FeedStarted | RefreshFinished | Waiting)]
    stopped = ["kill", "report"] if seconds else []
    assert happened == [*told, *stopped, "kill", "close", *([end] if end else [])]
    assert sum(slept) in (seconds, seconds + 1)


def test_no_wait_is_longer_than_an_hour_or_shorter_than_none() -> None:
    messages = (Waiting(-5, ""), worker._StepDone(1e9), worker._StepDone(7))
    assert [worker.patience_after(one) for one in messages] == [60, 3_660, 67]


def test_a_process_tells_of_steps_from_time_to_time_and_of_each_wait() -> None:
    now = 0.0
    out = io.BytesIO()
    output = worker._Output(out, lambda: now)
    steps = ((0, 0, ""), (4, 0, ""), (5, 0, ""), (6, 0, ""), (7, 300, "a pause"), (11, 0, ""), (12, 9, ""))
    for now, wait, why in steps:  # noqa: B007 - the clock of the output
        output.note_step(wait, why)
    out.seek(0)
    told = []
    with suppress(EOFError):
        while True:
            told.append(pickle.load(out))
    assert told == [worker._StepDone(0), Waiting(300, "a pause"), worker._StepDone(9)]
