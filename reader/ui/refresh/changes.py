"""Changes from outside: refreshes, marks from other machines, and changes by other programs.

Refreshes are jobs in the background, which run one at a time; their progress, end and failure go to the state.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkerError

from reader.cache.places import is_server
from reader.core.errors import FeedOffline, FeedUnreachable, ReaderError
from reader.core.steps import time_left
from reader.feeds.environment import is_offline
from reader.paths import log_database
from reader.session.places import listed_views
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.refresh.state import REFRESH, SYNC_FAILING, RefreshStatus
from reader.ui.shell.controller import Controller, Moment, follows
from reader.ui.shell.state import State, Tone

if TYPE_CHECKING:
    from reader.refresh.lines import Line, Plan
    from reader.ui.app import ReaderApp

REFRESH_DELAY_SECONDS = 1.0
"""Seconds after the start reserved for keys: starting a process takes much of the processor."""

RETRY_SECONDS = 120.0
"""Seconds before retrying a refresh that found no network."""

OFFLINE, FEED_ERROR = "offline", "feed error"
"""The first line's text if the feed is unreachable, and if its answer is unusable."""

MAX_FEED_NAME_CELLS = 20
"""Maximum cells of a feed's name in the first line."""

MIN_DAYS_FOR_ESTIMATE = 31
"""Minimum number of days at which a refresh shows its remaining time."""


class RefreshRequest(NamedTuple):
    """A refresh to run."""

    plan: Plan | None = None
    """None for the latest days."""
    view: str = ""
    """The id of the view that needs it; empty for none."""
    name: str = ""
    """A short name for its progress; empty for the latest days."""
    is_asked: bool = False
    """Whether the user asked for it; its end is then reported even without new papers."""


class Refresher(Controller):
    """Runs refreshes one at a time, and keeps the requests that wait."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._request = RefreshRequest()
        self._waiting_requests: list[RefreshRequest] = []
        self._begun = 0.0
        self.retry = self._background.delayed(self.begin)
        self._summary = ""
        """The notice at the end of the running refresh."""
        self._is_offline = False

    @property
    def _status(self) -> RefreshStatus:
        return self._model.state[REFRESH]

    def _change(self, status: RefreshStatus) -> None:
        self._model.change(self._model.state.put(REFRESH, status))

    def on_begin(self) -> None:
        """Fetch the latest days: at once if there is nothing to read, else after the first second.

        They are fetched again at the interval from the settings.
        """
        if self._look.demo or self._look.is_still:
            return
        if self._app.settings.refresh_minutes:
            self._app.set_interval(60 * self._app.settings.refresh_minutes, self.begin)
        if self._model.state.is_empty:
            self.begin()
        else:
            self.retry.begin(REFRESH_DELAY_SECONDS)

    def begin(self, plan: Plan | None = None, *, is_asked: bool = False) -> None:
        """Fetch the latest days, or the days of `plan`, unless a refresh is already running."""
        if not self._status.is_running:
            self._start(RefreshRequest(plan, is_asked=is_asked))

    def fetch(self, plan: Plan, view: str, name: str) -> None:
        """Fetch the days of the current view, before a running refresh continues.

        `view` is the view's id, empty for none, and `name` is its name.
        """
        if self._status.is_running:
            if self._request.plan == plan:
                return
            if not self._request.view:
                # A refresh for a view is dropped once the user has left it.
                self._waiting_requests.append(self._request)
        self._start(RefreshRequest(plan, view, name))

    def fetch_many(self, plan: Plan, view: str, name: str) -> None:
        """Fetch many days, as `fetch` does, and say how to stop."""
        self.fetch(plan, view, name)
        stop = self._keymap.key("app.escape")
        self._model.show_notice(f"fetching {name} · {stop} stops · papers so far are kept")

    def _start(self, request: RefreshRequest) -> None:
        previous, self._request = self._worker, request
        self._summary = ""
        self._is_offline = False
        running = partial(self._run, request, previous)
        self._worker = self._background.start("refresh", running, exclusive=True)
        self._change(self._status.with_start(request.view))

    def stop_at(self, moment: Moment) -> bool:
        if moment != "last" or self._worker is None or not self._status.is_running:
            return False
        self._waiting_requests.clear()
        self._worker.cancel()
        # A cancelled worker that has not started never runs its own cleanup.
        self._end(is_idle=True)
        self._model.show_notice("refresh stopped · papers so far are kept")
        return True

    async def _run(self, request: RefreshRequest, previous: Worker[None] | None) -> None:
        try:
            if previous is not None:
                # Two refreshes writing at once would block each other.
                with suppress(WorkerError):
                    await previous.wait()
            await self._refresh(request.plan)
        except ReaderError as error:
            self._fail(error)
        finally:
            self._end(is_idle=request is self._request)
        if self._waiting_requests:
            self._start(self._waiting_requests.pop())
        elif self._is_offline:
            # Scheduled only now, because a retry does nothing during a refresh.
            self._schedule_retry()

    def _end(self, *, is_idle: bool) -> None:
        ended = self._status.end(is_idle=is_idle, last=self._library.last_refresh())
        self._model.change(self._model.state.put(TOPIC_NAMES, self._library.topic_names()).put(REFRESH, ended))

    async def _refresh(self, plan: Plan | None) -> None:
        # Import in a thread, so that keys do not wait.
        await asyncio.to_thread(_import_jobs)
        from reader.refresh.lines import refresh_job

        self._begun = time.monotonic()
        await self._app.run_job(refresh_job(plan), self._receive)

    def _receive(self, line: Line) -> None:
        from reader.refresh.lines import error_of

        match line:
            case {"step": "asking", "title": title}:
                self._progress(title)
            case {"step": "feed", "new": new, "updated": updated} if new or updated:
                self._renew()
            case {"step": "returned"}:
                self._renew()
            case {"step": "days", "days": days}:
                self._progress_by_day(0, len(days))
            case {"step": "day", "new": new, "updated": updated, "n": n, "of": of}:
                self._progress_by_day(n, of)
                if new or updated:
                    self._renew()
            case {"step": "wait", "seconds": seconds, "why": why}:
                self._progress(f"{why}, {seconds:.0f} s")
            case {"failed": "day", "error": problem}:
                self._change(self._status.with_failure(problem, FEED_ERROR, self._local_time()))
            case {"step": "fetched"}:
                if (error := error_of(line)) is None:
                    self._succeed(line)
                else:
                    self._is_offline = isinstance(error, FeedOffline)
                    self._fail(error)
            case {"step": "failing"} if not self._status.problem:
                self._report_source(line)
            case {"step": "topics", "n": done, "of": total}:
                self._progress(f"topics {done:,} of {total:,}")
                if done == total:
                    self._renew()
            case {"failed": "notification", "error": problem}:
                self._model.show_news(problem, "warning")
            case {"step": "rules", "did": did}:
                self._renew()
                self._report_end(self._with_rules(did), begun=self._summary)
            case {"step": "dropped", "papers": papers}:
                self._progress(f"{papers:,} old papers dropped")

    def _with_rules(self, counts: Sequence[tuple[str, int]]) -> str:
        dot, key = self._look.glyphs.dot, self._keymap.key("mark.undo", "list")
        actions = "by your rules: " + ", ".join(f"{count:,} {label}" for label, count in counts)
        return f" {dot} ".join(filter(None, (self._summary, actions, f"{key} undoes" if key else "")))

    def _renew(self) -> None:
        """Publish new papers once no key is held down; papers that the user requested are listed at once."""
        is_asked = self._request.plan is not None
        self._app.keyboard.when_still(partial(self._publish_papers, is_asked=is_asked))

    def _publish_papers(self, *, is_asked: bool) -> None:
        state = self._model.state
        self._model.change(state.cache_changed() if is_asked else state.papers_came(self._library.newest_day()))

    def _local_time(self) -> datetime:
        return self._look.now().astimezone()

    def _report_source(self, failing: Line) -> None:
        """Show in the first line that sources other than the daily papers do not answer, and since when."""
        from reader.core.lines import cut

        title, others = failing["title"], failing["more"]
        trouble = f"{others + 1} feeds silent" if others else f"{cut(title, MAX_FEED_NAME_CELLS)} silent"
        since = datetime.fromisoformat(failing["since"]).astimezone()
        self._change(self._status._replace(trouble=trouble, failing_since=since))

    def _progress_by_day(self, done: int, of: int) -> None:
        """Report the progress by day: for a single day only its name, for many days also the remaining time."""
        parts = [self._request.name] if self._request.name else []
        if of > 1 or not parts:
            parts.append(f"day {min(done + 1, of):,} of {of:,}")
        if of >= MIN_DAYS_FOR_ESTIMATE and (left := time_left(done, of, time.monotonic() - self._begun)):
            parts.append(left)
        self._progress(f" {self._look.glyphs.dot} ".join(parts))

    def _progress(self, progress: str) -> None:
        self._change(self._status._replace(progress=progress))

    def _succeed(self, sums: Line) -> None:
        from reader.refresh.lines import describe_unknown

        new, returned, skipped = sums["new"], sums["returned"], sums["skipped"]
        unknown = describe_unknown(sums["unknown"])
        if not self._request.view:
            self._library.note_refresh()
        last = self._library.last_refresh()
        self._change(self._status._replace(problem="", trouble="", failing_since=None, last=last))
        if self._request.view and self._request.view == self._model.state.place.view.id:
            self._renew()
        # Without a request, the line over the list announces the new papers.
        is_asked = self._request.is_asked
        parts = (
            f"{new:,} new" if is_asked and new else "",
            f"{returned:,} that you marked or imported" if returned else "",
            unknown,
            f"{skipped:,} unreadable records skipped" if skipped else "",
        )
        self._summary = ", ".join(filter(None, parts)) or ("nothing new" if is_asked else "")
        if self._summary:
            self._report_end(self._summary, "warning" if skipped or unknown else "done")

    def _fail(self, error: ReaderError) -> None:
        """Show a failure in the first line; a notice has the reason if the user asked for the refresh.

        Without papers, the empty list shows the reason.
        """
        trouble = OFFLINE if isinstance(error, FeedOffline | FeedUnreachable) else FEED_ERROR
        if self._request.is_asked and self._library.has_papers():
            self._report_end(str(error), "warning")
        self._change(self._status.with_failure(str(error), trouble, self._local_time()))

    def _report_end(self, text: str, tone: Tone = "done", *, begun: str = "") -> None:
        """Report the end of a refresh: as an outcome replacing the notice `begun` if the user asked, else as news."""
        if self._request.is_asked:
            self._model.show_outcome(text, tone, begun)
        else:
            self._model.show_news(text, tone)

    def _schedule_retry(self) -> None:
        """Retry after a while, unless the user chose offline mode."""
        self.retry.stop()
        if not self._look.is_still and not is_offline(os.environ):
            self.retry.begin(RETRY_SECONDS)


def _import_jobs() -> None:
    from reader.refresh import jobs, lines  # noqa: F401


# Syncs of marks with the user's other machines, by a command in a separate process


SYNC_DELAY_SECONDS = 3.0
"""Seconds after the start reserved for keys."""

SYNC_QUIET_SECONDS = 60.0
"""Seconds that must pass since the last mark and the last sync."""

LISTEN_SECONDS = 25.0
"""After these seconds, a command that still runs has reached its server; otherwise it would have given up."""


class Sync(Controller):
    """Runs `sync` at the start and after quiet minutes, if the settings name a place to sync with."""

    words = ("sync", "--quiet")
    """The command, which also runs when the reader ends."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._place = self._app.settings.sync
        self._is_on = bool(self._place) and not self._look.demo and not self._look.is_still
        self.delay = self._background.delayed(self.look)
        self._has_marked = self._is_looking = self._is_beginning = False

    @property
    def is_due(self) -> bool:
        """Whether other machines may lack a mark, for example after an interrupted sync."""
        return self._is_on and (self._has_marked or self._is_looking)

    def on_begin(self) -> None:
        if self._is_on:
            self._is_beginning = True
            self.delay.begin(SYNC_DELAY_SECONDS)

    @follows(lambda state: state.marks_version)
    def marked(self, _state: State) -> None:
        """Sync once no mark has been made for a while."""
        if self._is_on:
            self._has_marked = True
            # Marks do not delay the first sync, which then keeps listening to a server.
            if not self._is_looking and not self._is_beginning:
                self.delay.begin(SYNC_QUIET_SECONDS)

    def look(self) -> None:
        if self._is_on and not self._is_looking:
            self._is_looking, self._has_marked, self._is_beginning = True, False, False
            self._background.start(self.words[0], self._run)

    async def _run(self) -> None:
        # With a server, the command listens until the reader ends.
        listens = ("--watch",) if await asyncio.to_thread(is_server, self._place) else ()
        words = (*self.words, *listens)
        end = asyncio.create_task(self._app.command_runner.run_by_itself(words, reports_warnings=True))
        try:
            if not (await asyncio.wait([end], timeout=LISTEN_SECONDS))[0]:
                # The command still listens, so it has reached its server.
                self._note_failure(None)
            outcome = await end
        finally:
            end.cancel()
        self._is_looking = False
        if outcome.code and outcome.complaint:
            self._has_marked = True
            self._note_failure(self._model.state[SYNC_FAILING] or self._look.now())
        elif not outcome.code:
            self._note_failure(None)
        # A listening command is stopped after an hour.
        self.delay.begin(SYNC_DELAY_SECONDS if outcome.is_stopped else SYNC_QUIET_SECONDS)

    def _note_failure(self, since: datetime | None) -> None:
        self._model.change(self._model.state.put(SYNC_FAILING, since))


# Other programs


class CacheWatch(Controller):
    """Watches the cache for changes, and reloads the list once no key is held down."""

    seconds = 1.0

    def on_begin(self) -> None:
        if not self._look.is_still:
            self._app.set_interval(self.seconds, self.look_around)

    def look_around(self) -> None:
        self.look()
        self._app.settings_watch.look()

    def look(self) -> None:
        if self._library.trouble:
            self._model.show_news(self._library.trouble, "warning")
            self._library.trouble = ""
        elif not self._library.is_marking:
            try:
                if self._library.has_changed():
                    self._app.keyboard.when_still(self._show_changes)
            except ReaderError as error:
                self._model.show_news(str(error), "warning")

    def _show_changes(self) -> None:
        state = self._model.state
        state = state.put(REFRESH, state[REFRESH]._replace(last=self._library.last_refresh()))
        self._model.change(state.papers_came(self._library.newest_day()))


class SettingsWatch(Controller):
    """Watches the settings file and the standing queries of the log, if there are any."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._file = self._app.settings_file
        self._settings = self._app.settings
        self._seen = self._stamp()

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        log = log_database(self._library.path)
        return tuple(_file_stamp(file) for file in (self._file, log, log.with_name(f"{log.name}-wal")))

    def look(self) -> None:
        """Read the settings and standing queries again if a file has changed."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._background.start("settings", self._read)

    async def _read(self) -> None:
        from reader.log import standing

        if self._file is None:
            return
        loaded = await asyncio.to_thread(standing.load, self._file, self._library.path)
        if loaded.settings == self._settings:
            # Marks change the log too.
            return
        self._model.change(self._model.state.know_views(listed_views(loaded.settings)))
        if loaded.settings.mute != self._settings.mute:
            self._model.change(self._model.state.cache_changed())
        self._settings = loaded.settings
        if loaded.mistakes:
            self._model.show_news(str(loaded.mistakes[0]), "warning")


def _file_stamp(file: Path | None) -> tuple[int, int] | None:
    try:
        status = file.stat() if file is not None else None
    except OSError:
        return None
    return status and (status.st_mtime_ns, status.st_size)
