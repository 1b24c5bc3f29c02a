"""Notice what other programs do to the cache, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from reader.core.errors import ReaderError
from reader.ui.work.services import Services


class CacheWatch:
    """Looks for changes of the cache, and lets the list be read again once no key is held down."""

    seconds = 1.0
    """Time between two looks."""

    def __init__(self, services: Services, when_still: Callable[[Callable[[], object]], object]) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._key = services.look.keymap.key
        self._is_on = not services.look.demo
        self._when_still = when_still
        self._has_begun = False

    def look(self) -> None:
        """Show other programs' changes to the cache, and what is wrong with it."""
        if not self._has_begun:
            self._has_begun = True
            self._begin_telling()
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
        self._begin_telling()

    def _begin_telling(self) -> None:
        if self._is_on and self._library.is_writable:
            self._background.start("replaced", self._tell_replaced)

    async def _tell_replaced(self) -> None:
        """Tell what another machine has replaced of the user's, with the key that brings it back."""
        with suppress(ReaderError):
            found = await self._library.take_replaced()
            if found:
                more = f" and {len(found) - 1} more" if len(found) > 1 else ""
                key = self._key("mark.replaced")
                self._model.show_news(f"another machine replaced your {found[0].said}{more} · {key} shows it")
