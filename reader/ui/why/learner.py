"""Has the worker process learn what suits the user, for lists and the screen of reasons."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError
from reader.ui.shell.controller import Controller

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class Learner(Controller):
    """Learns after marks, one time after another."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._one_by_one = asyncio.Lock()

    async def learn(self) -> bool:
        """Bring scores and reasons up to date; return whether they were not."""
        async with self._one_by_one:
            if not self._library.needs_learning():
                return False
            job = await asyncio.to_thread(_import_job)
            try:
                async with aclosing(self._app.run_job(job("for-you"))) as messages:
                    async for _ in messages:
                        pass
            except ReaderError as error:
                self._model.show_notice(str(error), "warning")
            return True


def _import_job() -> Callable[[str], dict[str, Any]]:
    """Import what makes a job in a thread, so that keys do not wait."""
    from reader.refresh.lines import job

    return job
