"""The whole refresh: the daily papers, then the followed sources, then arXiv's categories of new papers.

async for event in refresh_all(daily, cache, plan, sources):
...
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from reader.core.errors import FeedOffline
from reader.refresh.daily import DailyFeed, DailyStore, refresh_daily
from reader.refresh.plan import Latest, Plan
from reader.refresh.progress import FeedStored, PapersReturned, RefreshEvent, RefreshFinished, SourceEvent
from reader.refresh.sources import Sources


async def refresh_all(
    daily: DailyFeed, cache: DailyStore, plan: Plan, sources: Sources, *, force: bool = False
) -> AsyncGenerator[RefreshEvent | SourceEvent, None]:
    """Refresh the daily papers by the plan and then, if the plan is `Latest`, all other sources.

    The last event, RefreshFinished, has the sums of all. Raises the same as `refresh_daily`.
    """
    finished = RefreshFinished()
    async with aclosing(refresh_daily(daily, cache, plan, force=force, now=sources.now)) as events:
        async for event in events:
            if isinstance(event, RefreshFinished):
                finished = event
            else:
                yield event
    await sources.note_outcome("hf", finished.error)
    # Without a network, trying the sources one by one is useless.
    if isinstance(plan, Latest):
        async with aclosing(sources.refresh(no_network=isinstance(finished.error, FeedOffline))) as steps:
            async for step in steps:
                finished = _add_counts(finished, step)
                yield step
    yield finished


def _add_counts(finished: RefreshFinished, step: SourceEvent) -> RefreshFinished:
    if isinstance(step, PapersReturned):
        return finished._replace(returned=finished.returned + step.papers)
    if not isinstance(step, FeedStored):
        return finished
    return finished._replace(
        new=finished.new + step.new,
        updated=finished.updated + step.updated,
        unchanged=finished.unchanged + step.unchanged,
        skipped=finished.skipped + step.skipped,
    )
