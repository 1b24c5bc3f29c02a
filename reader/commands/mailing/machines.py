"""Digests of several machines: what one of them has mailed, no other one mails, as far as they hear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from time import sleep

from reader import installed
from reader.cache.mailed import Mailings, mailed_elsewhere, record_mailing, take_back_mailing, turn
from reader.commands.output import warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError

LEAD = 60.0
"""Seconds that a machine gives its folder: it may just have been woken."""

STEP = 180.0
"""Seconds between the turns of two machines: the mail of one leaves, and the folder carries the word of it."""


class Machines:
    """The machines of the user, as this one knows them by the log that they share."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self._workspace = workspace
        self._name = name

    def wait(self, *, quiet: bool) -> None:
        """Wait for the turn of this machine, if there are others and the settings say where they meet."""
        if not self._workspace.settings.sync:
            return
        with self._workspace.window() as window:
            before = window.read(turn)
        if before is not None:
            seconds = LEAD + before * STEP
            if not quiet:
                warn(f"Waiting {seconds / 60:g} min, so that only one of your machines mails.")
            sleep(seconds)

    def mailings(self) -> Mailings:
        """What the others have mailed, and may not be mailed again."""
        self._join()
        with self._workspace.window() as window:
            return window.read(partial(mailed_elsewhere, name=self._name))

    def begin(self, id: str, keys: Sequence[str]) -> None:
        """Let the others know that a mail is about to leave; raises ReaderError if that can't be kept."""
        with self._workspace.events() as events:
            record_mailing(events, id, self._name, keys)
        self._join(is_silent=True)

    def take_back(self, id: str) -> None:
        """Let the others know that it has not left. If that fails, this machine alone tries it again."""
        with suppress(ReaderError), self._workspace.events() as events:
            take_back_mailing(events, id)

    def _join(self, *, is_silent: bool = False) -> None:
        try:
            for one in installed.given("joins"):
                installed.ask(one.entry, one.value, self._workspace)
        except ReaderError as error:
            if not is_silent:
                warn(f"{error} What your other machines have mailed since the last sync may come again.")
