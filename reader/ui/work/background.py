"""Start background work: the one way to do it, and what is said and logged if it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.ui.model import Model
from reader.ui.textual_fixes import Delayed

if TYPE_CHECKING:
    from textual.app import App
    from textual.worker import Worker

Work = Callable[[], Awaitable[None]]
"""Work comes as a function: a coroutine that is cancelled before it begins would be left unawaited."""


class Background:
    """Starts work on the event loop of an app."""

    def __init__(self, app: App[str], model: Model) -> None:
        self._app = app
        self._model = model

    def start(self, group: str, work: Work, *, exclusive: bool = False) -> Worker[None]:
        """Start work; `exclusive` work takes the place of what runs in its group."""
        watched = partial(self._watch, group, work)
        return self._app.run_worker(watched, group=group, exclusive=exclusive, exit_on_error=False)

    def delayed(self, act: Callable[[], object]) -> Delayed:
        """Something to be done once, a while after it is asked for."""
        return Delayed(self._app, act)

    async def _watch(self, group: str, work: Work) -> None:
        """Do the work, and say why if it fails: Textual would end the reader for it, or be silent."""
        try:
            await work()
        except Exception as error:
            # What fails because the reader ends has nobody to read it.
            if self._app.is_running:
                text = str(error) if isinstance(error, ReaderError) else report_unforeseen(group, error)
                self._model.say(text, "warning")


def report_unforeseen(group: str, error: Exception) -> str:
    """Log an error that nobody has foreseen; returns the sentence for the last line."""
    # Imported late: it costs 2 ms, and most runs log nothing.
    from reader import log

    log.record_error(group, error)
    return f"{group}: {log.summarize_error(error)} · a mistake of dailypapers; {log.point_to_log()}"
