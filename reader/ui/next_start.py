"""Save the user's place, and the values of the settings for the first frame, for the next start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, current_thread, main_thread
from typing import TYPE_CHECKING

from reader import paths
from reader.config import Settings
from reader.core.errors import ReaderError
from reader.keys.keymap import Keymap
from reader.session import visit
from reader.session.places import SAVED
from reader.ui.command_line.screen import COMMANDS
from reader.ui.first_frame.painter import KeptLook, made_from, save_look
from reader.ui.kit.theme import palette_of
from reader.ui.list.news import visited_at
from reader.ui.page.state import lasting_place

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.main_screen import MainScreen


class LastPlace:
    """Saves the place to which the next start returns; nothing is saved without a file.

    The place is saved when the user leaves the reader, from any thread and without the cache, which may hang.

    `before` is the last visit, and `given` the query of the command line.
    """

    def __init__(self, before: visit.Visit, given: str, app: ReaderApp) -> None:
        self._bookmarks = app.bookmark_keeper
        self._file = app.state_file
        self._before = before
        self._given = given
        self._model = app.model
        self._library = app.library
        self._now = app.look.now
        self._loader = app.list_loader
        self._lock = Lock()
        self._is_kept = False
        self.main: MainScreen | None = None
        """The list and the filter pane; None until they exist."""
        self._failure: str | None = None

    @property
    def is_saved(self) -> bool:
        return self._file is not None

    def keep(self) -> list[str]:
        """Save the place, unless already saved; return a sentence for each part that was lost."""
        self._bookmarks.keep()
        self._keep_once()
        return [lost for lost in (self._failure, self._library.lost) if lost]

    def _keep_once(self) -> None:
        with self._lock:
            if self._is_kept:
                return
            # Set even without a list, because a list that arrives late must not replace the last place in the file.
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
            is_zoomed=panes.is_zoomed,
            visited=visited_at(state, self._now()),
            history=state.history,
            commands=state[COMMANDS],
        )
        return visit.visit_to_save(now, self._before, self._given)

    def _paper_id(self, main: MainScreen) -> str | None:
        """The id of the highlighted paper, or of the paper that will get the cursor."""
        if self._loader.awaited is not None and main.papers.cursor == 0:
            return self._loader.awaited
        row = main.papers.loaded_row
        if row is None and current_thread() is main_thread():
            with suppress(ReaderError):
                row = main.papers.highlighted_row
        return None if row is None else row.id


# The look: see `first_frame/painter.py`


def keep_look(keymap: Keymap, settings: Settings) -> None:
    with suppress(OSError):
        save_look(paths.look_file(), look_of(keymap, settings, os.environ))


def look_of(keymap: Keymap, settings: Settings, environment: Mapping[str, str]) -> KeptLook:
    return KeptLook(
        made_from=made_from(environment),
        order=settings.order,
        ascii=settings.ascii,
        theme=settings.theme,
        colors=palette_of(settings.theme).colors,
        hints={"plain": keymap.hints("list", without=("find.clear",)), "query": keymap.hints("list")},
    )
