"""What all features share: the state, the cache, background work, the app, and one object of each feature class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from reader.config import Settings
from reader.core.errors import ReaderError
from reader.ui.kit.textual_fixes import Delayed
from reader.ui.library.library import Library
from reader.ui.looks import Look
from reader.ui.shell.handlers import R, find
from reader.ui.shell.model import Model

if TYPE_CHECKING:
    from textual.app import App
    from textual.worker import Worker

    from reader.cache.search.compile import Scope
    from reader.ui.shell.app import ShellApp

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
        return Delayed(self._app, act)

    async def _watch(self, group: str, work: Work) -> None:
        """Do the work and report failures, which would otherwise end the reader or be lost."""
        try:
            await work()
        except Exception as error:
            # Failures due to the reader's end are not reported.
            if self._app.is_running:
                text = str(error) if isinstance(error, ReaderError) else report_unforeseen(group, error)
                # A screen in front may draw no news.
                self._model.show_outcome(text, "warning")


def report_unforeseen(group: str, error: Exception) -> str:
    """Log an unexpected error; return a sentence for the status line."""
    # Imported late: it costs 2 ms, and most runs log nothing.
    from reader import log_file

    log_file.record_error(group, error)
    return f"{group}: {log_file.summarize_error(error)} · a bug in dailypapers; {log_file.point_to_log()}"


T = TypeVar("T")


class Actor:
    """An object of a feature, for actions or work, with access to shared services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._look = services.look
        self._keymap = services.look.keymap
        self._app = services.app


class Services:
    """The state, the cache, background work, the constants of a run, and the objects of the features.

    `services[Kind]` is the single object of a class, made as `Kind(services)` on first use. This is how features find
    each other and the panes of the main screen.
    """

    def __init__(
        self, model: Model, library: Library, background: Background, settings: Settings, look: Look, *, app: ShellApp
    ) -> None:
        self.model = model
        self.library = library
        self.background = background
        self.settings = settings
        self.look = look
        self.app = app
        self._objects: dict[type, Any] = {}
        self.features: list[object] = []
        """One object of each class of the added features, in order."""

    def __getitem__(self, kind: type[T]) -> T:
        found: T | None = self._objects.get(kind)
        return self.put(cast("Callable[[Services], T]", kind)(self)) if found is None else found

    def put(self, one: T) -> T:
        """Register an object that was made elsewhere as `services[type(one)]`."""
        self._objects[type(one)] = one
        return one

    def find(self, role: type[R]) -> Iterator[tuple[R, Callable[..., Any]]]:
        return find(role, self.features)

    def scope(self) -> Scope:
        views = tuple((one.name, one.query) for one in self.model.state.views.saved)
        return self.library.scope(self.look.today)._replace(views=views)
