"""The parts of the state for refreshes and for failing syncs."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from reader.ui.shell.state import Part


class RefreshStatus(NamedTuple):
    """The running refresh, and the outcome of the last one."""

    progress: str | None = None
    """The progress, such as `day 3 of 7`; None while no refresh runs."""
    view: str = ""
    problem: str = ""
    trouble: str = ""
    """The current problem in a few words, such as `offline`; empty if there is none."""
    failing_since: datetime | None = None
    """The local time when the problem began."""
    last: datetime | None = None
    """The end of the last complete refresh, in local time."""
    ended: int = 0

    @property
    def is_running(self) -> bool:
        return self.progress is not None

    def with_start(self, view: str = "") -> RefreshStatus:
        return self._replace(progress="starting", view=view)

    def with_failure(self, problem: str, trouble: str, now: datetime) -> RefreshStatus:
        """Record that the feed could not be read, as a sentence and in a word or two; `now` is local time."""
        since = (self.failing_since if self.problem else None) or now
        return self._replace(problem=problem, trouble=trouble, failing_since=since)

    def end(self, *, is_idle: bool, last: datetime | None) -> RefreshStatus:
        """Record the end of a refresh, successful or not; `is_idle` if no other refresh is running."""
        progress, view = (None, "") if is_idle else (self.progress, self.view)
        return self._replace(progress=progress, view=view, last=last, ended=self.ended + 1)


REFRESH: Part[RefreshStatus] = Part(RefreshStatus())

SYNC_FAILING: Part[datetime | None] = Part(None)
"""When the marks began to fail to sync (local time); None while they do not fail."""
