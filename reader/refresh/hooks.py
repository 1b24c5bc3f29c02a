"""Programs of the user's that run by themselves: on papers that are starred, and on those that a refresh brought."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from reader import log
from reader.cache.reads.window import Window
from reader.cache.search.conditions import Scope
from reader.cache.watching import notified
from reader.config import Settings
from reader.core.query import Query
from reader.core.settings.tables import UserCommand, parse_command
from reader.refresh import memory
from reader.refresh.pipes import FetchText, PipeResult, pipe_papers
from reader.refresh.plan import Latest, Plan

MOST_PAPERS = 50
"""Papers that a program takes when it runs by itself; of more, it takes the first."""

_CLAIMED = "on_new"
"""The key in `meta` of the newest paper that a program got."""

Hook = Literal["on_star", "on_new"]


def hook_command(hook: Hook, settings: Settings) -> UserCommand | None:
    """The command that runs: one of the user's, or a program, which gets JSON; None if the hook is off."""
    wanted = getattr(settings, hook)
    if not wanted:
        return None
    if isinstance(wanted, str):
        command = parse_command(wanted, settings.commands)
        return command if command in settings.commands else replace(command, input="json")
    return UserCommand(hook, wanted, input="json")


async def run_hook(
    file: Path, hook: Hook, settings: Settings, pks: Sequence[int], fetch: FetchText
) -> AsyncGenerator[PipeResult, None]:
    """Run what the settings want on papers of the cache; does nothing if that is nothing. Raises ReaderError."""
    command = hook_command(hook, settings)
    if command is None or not pks:
        return
    if len(pks) > MOST_PAPERS:
        log.record_warning(hook, f"{len(pks)} papers; {command.name} gets the first {MOST_PAPERS} of them")
    async for result in pipe_papers(file, command, pks[:MOST_PAPERS], fetch):
        yield result


class NewPaperHook:
    """Runs `on_new` on the papers that a refresh brought; each paper is given once, whatever program refreshes."""

    def __init__(self, plan: Plan, file: Path, settings: Settings, now: Callable[[], datetime]) -> None:
        """Only `Latest` brings news: the user already looks at the days of other plans."""
        self._file = file
        self._settings = settings
        self._now = now
        self._is_on = isinstance(plan, Latest) and hook_command("on_new", settings) is not None

    async def start(self) -> None:
        """Count papers as new from now on; only the first call ever has an effect."""
        if self._is_on:
            await asyncio.to_thread(notified.begin, self._file, _CLAIMED)

    async def run(self, fetch: FetchText) -> AsyncGenerator[PipeResult, None]:
        """Run the program on the new papers; raises ReaderError."""
        if not self._is_on:
            return
        pks = await asyncio.to_thread(self._claim)
        with memory.unlimited():
            async for result in run_hook(self._file, "on_new", self._settings, pks, fetch):
                yield result

    def _claim(self) -> list[int]:
        with closing(Window.open(self._file)) as window:
            scope = Scope(self._now().astimezone(UTC).date(), window.newest_day(), new_since="")
        return list(notified.claim(self._file, {"": Query()}, scope, _CLAIMED))
