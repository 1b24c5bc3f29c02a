"""Save the user's place when the reader is left: from any thread, and without asking the cache, which may hang."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, current_thread, main_thread
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.session import visit
from reader.session.places import SAVED
from reader.ui.command_line.state import COMMANDS
from reader.ui.filter.state import TOPIC_MODE, TOPIC_ORDER
from reader.ui.full_text.bookmarks import BookmarkKeeper
from reader.ui.list.loader import ListLoader
from reader.ui.shell.services import Services
from reader.ui.triage.state import lasting_place

if TYPE_CHECKING:
    from reader.ui.main_screen import MainScreen


class LastPlace:
    """The place that the next start returns to; nothing is saved without a file.

    `before` is the last visit, and `given` the query of the command line.
    """

    def __init__(self, before: visit.Visit, given: str, services: Services) -> None:
        self._bookmarks = services[BookmarkKeeper]
        self._file = services.app.state_file
        self._before = before
        self._given = given
        self._model = services.model
        self._library = services.library
        self._now = services.look.now
        self._loader = services[ListLoader]
        self._lock = Lock()
        self._is_kept = False
        self.main: MainScreen | None = None
        """The list and the filter pane; None until they are made."""
        self._failure: str | None = None

    @property
    def is_saved(self) -> bool:
        """Whether the place is saved for the next start."""
        return self._file is not None

    def keep(self) -> list[str]:
        """Save the place, unless it is saved already; return a sentence for each thing of this visit that is lost."""
        self._bookmarks.keep()
        self._keep_once()
        return [lost for lost in (self._failure, self._library.lost) if lost]

    def _keep_once(self) -> None:
        with self._lock:
            if self._is_kept:
                return
            # Also if there was no list yet: the file still holds the place where the user left, and a list that comes
            # while the reader ends must not replace it.
            self._is_kept = True
            if self._file is None or self.main is None or not self._loader.has_listed:
                return
            try:
                visit.save(self._file, self._place(self.main))
            except OSError as error:
                self._failure = f"The last place could not be saved: {self._file}: {error.strerror or error}."

    def _place(self, main: MainScreen) -> visit.Visit:
        state = self._model.state
        panes, place = state.panes, lasting_place(state)
        now = visit.Visit(
            view=place.view.id,
            view_query=place.view.query if place.view.id.startswith(SAVED) else "",
            text=place.text,
            paper=self._paper_id(main),
            sizes={str(shape): sizes for shape, sizes in panes.sizes.items()},
            hidden=tuple(sorted(panes.hidden)),
            density=None if panes.density == panes.usual_density else panes.density,
            visited=self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            history=state.history,
            commands=state[COMMANDS],
            topic_order=state[TOPIC_ORDER],
            topic_mode=state[TOPIC_MODE],
            folded=tuple(sorted(main.filter.folded)) if state.is_ready else self._before.folded,
        )
        return visit.remembered(now, self._before, self._given)

    def _paper_id(self, main: MainScreen) -> str | None:
        """The id of the highlighted paper, or of the one to which the cursor still has to go."""
        if self._loader.awaited is not None and main.papers.cursor == 0:
            return self._loader.awaited
        row = main.papers.loaded_row
        if row is None and current_thread() is main_thread():
            with suppress(ReaderError):
                row = main.papers.highlighted_row
        return None if row is None else row.id
