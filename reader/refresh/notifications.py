"""Notifies the user, after a refresh, of new papers that match queries or follows, once for each paper."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

from reader.actions.export import record
from reader.actions.programs import ProgramError, desktop_command, run_program
from reader.cache import watching
from reader.cache.follows import follows, reasons
from reader.cache.reads.window import Window
from reader.cache.search.conditions import Scope
from reader.config import Settings
from reader.core.errors import QueryError
from reader.core.follows import Follow
from reader.core.paper import Paper
from reader.core.query import Query, parse
from reader.core.settings.tables import saved_queries
from reader.core.text import amount
from reader.refresh import jobs
from reader.refresh.plan import Latest, Plan

TITLES_SHOWN = 3
"""Maximum titles in a desktop notification; the rest becomes a number."""

KILL_AFTER_SECONDS = 30.0
"""Seconds after which the program that tells of them is killed."""

MatchedQueries = Mapping[Paper, tuple[str, ...]]
"""The matching queries by paper."""


class Notifier:
    """Notifies of new papers by the user's command or on the desktop; does nothing without queries and follows."""

    def __init__(self, plan: Plan, file: Path, settings: Settings, now: Callable[[], datetime]) -> None:
        """Only `Latest` brings news: the user already looks at the days of other plans."""
        self._file = file
        self._has_news = isinstance(plan, Latest)
        self._queries = settings.notify if self._has_news else ()
        self._command = settings.notify_command
        self._views = saved_queries(settings.views)
        self._now = now
        self._follows: Mapping[str, Follow] = {}
        """What is followed with notices, by query; known once the refresh starts."""

    async def start(self) -> None:
        """Count papers as new from now on. Only the first call has an effect; later refreshes continue from there."""
        if self._has_news:
            followed = await jobs.ask(Window.open, self._file, lambda window: window.read(follows))
            self._follows = {one.query: one for one in followed if one.notify}
            self._queries = tuple(dict.fromkeys((*self._queries, *self._follows)))
        if self._queries:
            await asyncio.to_thread(watching.begin, self._file)

    async def notify_new_papers(self) -> int:
        """Notify of new papers that match, and return their number; raises ReaderError, stored for the doctor."""
        if not self._queries:
            return 0
        matches = await asyncio.to_thread(self._claim)
        if not matches:
            return 0
        try:
            with jobs.unlimited_memory():
                await self._run(matches)
        except ProgramError as error:
            await self._note_problem(str(error))
            raise
        await self._note_problem(None)
        return len(matches)

    async def _run(self, matches: MatchedQueries) -> None:
        """Run the notification program, which continues if this call is cancelled, since it is not run again."""
        if self._command:
            command, given = self._command, notification_json(self._queries, matches)
        else:
            names = [self._follows[one].name if one in self._follows else one for one in self._queries]
            command, given = desktop_command(*notification_text(names, matches)), ""
        await run_program(
            command, given, seconds=KILL_AFTER_SECONDS, advice="check notify_command", goes_on=True, is_silent=True
        )

    async def _note_problem(self, error: str | None) -> None:
        await asyncio.to_thread(watching.note_problem, self._file, self._now().isoformat(timespec="seconds"), error)

    def _claim(self) -> MatchedQueries:
        with closing(Window.open(self._file)) as window:
            # Every paper that `claim` looks at is new.
            scope = Scope(self._now().date(), window.newest_day(), new_since="", views=self._views)
            found = watching.claim(self._file, dict(_parse_valid(self._queries)), scope)
            matches = {pk: self._without_uncertain(window, pk, matched) for pk, matched in found.items()}
            return {paper: kept for pk, kept in matches.items() if kept and (paper := window.paper(pk)) is not None}

    def _without_uncertain(self, window: Window, pk: int, matched: tuple[str, ...]) -> tuple[str, ...]:
        """The queries that a paper matches, without follows of a person whom it may not be by."""
        if self._follows.keys().isdisjoint(matched):
            return matched
        uncertain = {one.follow.query for one in window.read(partial(reasons, pk=pk)) if one.perhaps}
        return tuple(one for one in matched if one not in uncertain or one not in self._follows)


def _parse_valid(queries: Sequence[str]) -> list[tuple[str, Query]]:
    """The valid queries; invalid ones are reported with the settings."""
    parsed = []
    for text in queries:
        try:
            parsed.append((text, parse(text)))
        except QueryError:
            continue
    return parsed


def notification_json(queries: Sequence[str], matches: MatchedQueries) -> str:
    """The command's input: the queries, and the papers as in `list --json`, each with its matching queries."""
    papers = [record(paper) | {"matches": list(matched)} for paper, matched in matches.items()]
    return json.dumps({"queries": list(queries), "papers": papers}, ensure_ascii=False)


def notification_text(queries: Sequence[str], matches: MatchedQueries) -> tuple[str, str]:
    """A notification's title and text."""
    count = len(matches)
    papers = amount(count, "new paper")
    of = f": {queries[0]}" if len(queries) == 1 else ""
    titles = [paper.title for paper in matches]
    more = [f"and {count - TITLES_SHOWN:,} more"] if count > TITLES_SHOWN else []
    return f"{papers}{of}", "\n".join(titles[:TITLES_SHOWN] + more)
