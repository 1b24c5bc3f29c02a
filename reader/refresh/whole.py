"""The whole refresh: the daily papers, then the followed sources, then arXiv's categories of new papers.

async for event in refresh_all(daily, cache, plan, sources):
...
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from reader.core.errors import FeedOffline, UsageError
from reader.refresh.daily import DailyFeed, DailyStore, refresh_daily
from reader.refresh.failures import failure_of
from reader.refresh.plan import Latest, Plan
from reader.refresh.progress import (
    DayEmpty,
    DayFailed,
    DayStored,
    FeedStored,
    PapersReturned,
    RefreshEvent,
    RefreshFinished,
    RefreshStarted,
    SourceEvent,
)
from reader.refresh.sources import Sources


async def refresh_all(
    daily: DailyFeed, cache: DailyStore, plan: Plan, sources: Sources, *, force: bool = False
) -> AsyncGenerator[RefreshEvent | SourceEvent, None]:
    """Refresh the daily papers by the plan and then, if the plan is `Latest`, all other sources.

    The last event, RefreshFinished, has the sums of all. A fault of one source never ends it: raises UsageError for a
    wrong plan, and CacheError if nothing can be stored.
    """
    finished = RefreshFinished()
    left: list[str] | None = None
    try:
        async with aclosing(refresh_daily(daily, cache, plan, force=force, now=sources.now)) as events:
            async for event in events:
                match event:
                    case RefreshFinished():
                        finished = event
                        continue
                    case RefreshStarted(days):
                        left = list(days)
                    case DayStored() | DayEmpty() | DayFailed():
                        left = [day for day in left or () if day != event.day]
                        finished = _add_counts(finished, event)
                yield event
    except Exception as error:
        if left is None and isinstance(error, UsageError):
            raise
        finished = finished._replace(failed=tuple(left or ()), error=failure_of("the daily papers", error))
    await sources.note_outcome("hf", finished.error)
    # Without a network, trying the sources one by one is useless.
    if isinstance(plan, Latest):
        async with aclosing(sources.refresh(no_network=isinstance(finished.error, FeedOffline))) as steps:
            async for step in steps:
                finished = _add_counts(finished, step)
                yield step
    yield finished


def _add_counts(finished: RefreshFinished, step: RefreshEvent | SourceEvent) -> RefreshFinished:
    if isinstance(step, PapersReturned):
        return finished._replace(returned=finished.returned + step.papers)
    if not isinstance(step, FeedStored | DayStored):
        return finished
    return finished._replace(
        new=finished.new + step.new,
        updated=finished.updated + step.updated,
        unchanged=finished.unchanged + step.unchanged,
        skipped=finished.skipped + step.skipped,
    )
