"""Start background work; a failure is logged and reported to the user."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError
from reader.ui.kit.textual_fixes import Delayed
from reader.ui.shell.model import Model

if TYPE_CHECKING:
    from textual.app import App
    from textual.worker import Worker

Work = Callable[[], Awaitable[None]]
"""A function that returns a coroutine: a coroutine itself would stay unawaited if cancelled before it begins."""


class Background:
    """Starts work on the event loop of an app."""

    def __init__(self, app: App[str], model: Model) -> None:
        self._app = app
        self._model = model

    def start(self, group: str, work: Work, *, exclusive: bool = False) -> Worker[None]:
        """Start work; `exclusive` work replaces the running work of its group."""
        watched = partial(self._watch, group, work)
        return self._app.run_worker(watched, group=group, exclusive=exclusive, exit_on_error=False)

    def delayed(self, act: Callable[[], object]) -> Delayed:
        """Make a delayed call of a function."""
        return Delayed(self._app, act)

    async def _watch(self, group: str, work: Work) -> None:
        """Do the work, and report a failure: Textual would end the reader, or show nothing."""
        try:
            await work()
        except Exception as error:
            # Failures because the reader ends are not reported.
            if self._app.is_running:
                text = str(error) if isinstance(error, ReaderError) else report_unforeseen(group, error)
                self._model.show_news(text, "warning")


def record_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody handled in the event loop; asyncio would print it over the screen.

    A handler of exceptions of a loop, which gets a task's exception that nobody retrieved.
    """
    from reader import log

    log.record_loop_error(context)


def report_unforeseen(group: str, error: Exception) -> str:
    """Log an unexpected error; return a sentence for the status line."""
    # Imported late: it costs 2 ms, and most runs log nothing.
    from reader import log

    log.record_error(group, error)
    return f"{group}: {log.summarize_error(error)} · a bug in dailypapers; {log.point_to_log()}"
