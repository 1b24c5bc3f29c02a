"""Join the marks with those of the user's other machines, and share some with a group.

Each is done by a command in a process of its own.
"""

from __future__ import annotations

import asyncio

from reader.cache.places import is_server
from reader.core.errors import ReaderError
from reader.ui.refresh.state import join_failed, joined
from reader.ui.shell.commands import Outcome, Running
from reader.ui.shell.handlers import begins, ends, follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

START = 3.0
"""Seconds after the start: the first keys come first."""

QUIET = 60.0
"""Seconds since the last mark and the last look."""

SETTLED = 25.0
"""Seconds after which a command that listens to a server has reached it: else it has given up before."""

COLUMNS = 200
"""Width of what the command prints, of which only the reason of a failure is shown."""


class Sync:
    """Runs `sync` with the place of the settings at the start and on quiet minutes; without a place it does nothing."""

    words: tuple[str, ...] = ("sync", "--quiet")
    """The command as the end of the reader runs it too."""
    trouble = "sync fails"

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._settings = services.settings
        self._library = services.library
        self._now = services.look.now
        self._background = services.background
        self._shell = services.app.shell
        self._can_run = not services.look.demo and not services.look.is_still
        self.delay = services.background.delayed(self.look)
        self._running: Running | None = None
        self._told = ""
        self._has_marked = self._is_looking = self._is_beginning = False

    def is_wanted(self) -> bool:
        """Whether there is a place to look at."""
        return bool(self._settings.sync)

    def is_through_server(self) -> bool:
        """Whether that is a server, which is listened to; not for the loop."""
        return is_server(self._settings.sync)

    @property
    def _is_on(self) -> bool:
        return self._can_run and self.is_wanted()

    @property
    def is_due(self) -> bool:
        """Whether other machines may lack a mark, also because a look was cut off."""
        return self._is_on and (self._has_marked or self._is_looking)

    @begins
    def begin(self) -> None:
        """Look soon, and then again on each quiet minute."""
        if self._is_on:
            self._is_beginning = True
            self.delay.begin(START)

    @follows(lambda state: state.marks_version)
    def marked(self, _state: State) -> None:
        """Look once no mark has been made for a while."""
        if self._is_on:
            self._has_marked = True
            # Marks do not put off the first look, after which a server is listened to.
            if not self._is_looking and not self._is_beginning:
                self.delay.begin(QUIET)

    def look(self) -> None:
        """Look now, unless that is going on."""
        if self._is_on and not self._is_looking:
            self._is_looking, self._has_marked, self._is_beginning = True, False, False
            self._background.start(self.words[0], self._run)

    async def _run(self) -> None:
        try:
            self._running = await asyncio.to_thread(self._start)
            outcome = await self._wait(self._running)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        self._running, self._is_looking = None, False
        if outcome.code and outcome.complaint:
            self._has_marked = True
            self._model.change(join_failed(self._model.state, self.trouble, self._now()))
        self._tell(outcome.complaint)
        if not outcome.code:
            self._model.change(joined(self._model.state, self.trouble))
        # One that listens is stopped after an hour.
        self.delay.begin(START if outcome.is_stopped else QUIET)

    async def _wait(self, running: Running) -> Outcome:
        """Wait for the end of a look; one that goes on has begun to listen, so that nothing is in its way."""
        end = asyncio.create_task(asyncio.to_thread(running.wait))
        try:
            if not (await asyncio.wait([end], timeout=SETTLED))[0]:
                self._tell("")
                self._model.change(joined(self._model.state, self.trouble))
            return await end
        finally:
            end.cancel()

    def _tell(self, complaint: str) -> None:
        """Tell what is in the way, once until it is something else."""
        if complaint and complaint != self._told:
            self._model.show_news(complaint, "warning")
        self._told = complaint

    def _start(self) -> Running:
        # A server is listened to as long as the reader runs.
        lasting = ("--watch",) if self.is_through_server() else ()
        return self._shell().start((*self.words, *lasting), COLUMNS)

    @ends
    def close(self) -> None:
        """End the running look: the reader ends."""
        if self._running is not None:
            self._running.kill()


class GroupLook(Sync):
    """Does the same with the folder or the server of the user's group, if there is one."""

    words = ("group", "look", "--quiet")
    trouble = "group fails"

    def is_wanted(self) -> bool:
        return self._library.may_have_group()

    def is_through_server(self) -> bool:
        return self._library.has_group_at_server()
