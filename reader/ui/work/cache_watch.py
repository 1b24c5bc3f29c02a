"""Notice what other programs do to the cache, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from reader.core.errors import ReaderError
from reader.ui.work.services import Services


class CacheWatch:
    """Looks for changes of the cache, and lets the list be read again once no key is held down."""

    seconds = 1.0
    """Time between two looks."""

    def __init__(self, services: Services, when_still: Callable[[Callable[[], object]], object]) -> None:
        self._model = services.model
        self._library = services.library
        self._when_still = when_still

    def look(self) -> None:
        """Show other programs' changes to the cache, and what is wrong with it."""
        if self._library.trouble:
            self._model.show_news(self._library.trouble, "warning")
            self._library.trouble = ""
        elif not self._library.is_marking:
            try:
                if self._library.changed():
                    self._when_still(self._show_changes)
            except ReaderError as error:
                self._model.show_news(str(error), "warning")

    def _show_changes(self) -> None:
        state = self._model.state.refreshed_at(self._library.last_refresh())
        self._model.change(state.cache_changed())
