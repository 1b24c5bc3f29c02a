"""The screens over the list, as the state asks for them: each is made when it is first wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from reader.ui.shell.feature import Over
from reader.ui.shell.model import subscribe
from reader.ui.shell.services import Actor, Services

if TYPE_CHECKING:
    from textual.screen import Screen

    from reader.ui.shell.state import Front, State


class Screens(Actor):
    """Opens and closes the screens of the features. The app reads their keys."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._overs: dict[Front[Any], Over[Any, Any]] = {}
        self._made: dict[Front[Any], Screen[Any]] = {}
        self._open: list[Front[Any]] = []
        self._covered: list[Screen[Any]] = []
        """Screens that were closed while another one, such as help, covered them: they go once that does."""

    def add(self, over: Over[Any, Any]) -> None:
        """Show a screen from now on whenever the state asks for it."""
        if not self._overs:
            app = self._services.app
            app.screen_change_signal.subscribe(app.screen_stack[0], self._uncover, immediate=True)
        self._overs[over.front] = over
        subscribe(self._services.app, self._services.model, over.front, partial(self._draw, over), now=False)

    def get(self, front: Front[Any]) -> Any:
        """The screen of a part while it is open, and one that is kept also afterwards; else None."""
        return self._made.get(front)

    def has(self, screen: Screen[Any]) -> bool:
        """Whether a screen is one of these."""
        return screen in self._made.values()

    # Textual removes a screen as it closes, and draws nothing of it when it opens again, unless it is installed.

    def _draw(self, over: Over[Any, Any], state: State) -> None:
        """Open, change or close a screen."""
        self._close(state)
        value, app = state[over.front], self._services.app
        if value is None:
            return
        screen = self._made.get(over.front)
        if screen is None:
            screen = self._made[over.front] = over.make(self._services, value)
            if over.is_kept:
                app.install_screen(screen, over.front.context(state))
        if over.front not in self._open:
            self._open.append(over.front)
            if screen in self._covered:
                self._covered.remove(screen)
            if screen not in app.screen_stack:
                app.push_screen(screen)
        if over.show is not None:
            over.show(screen, value)

    def _close(self, state: State) -> None:
        """Close what the state has no more, the one in front first: a page may close together with its text."""
        for front in reversed([front for front in self._open if state[front] is None]):
            self._open.remove(front)
            screen = self._made[front] if self._overs[front].is_kept else self._made.pop(front)
            if screen is self._services.app.screen:
                self._services.app.pop_screen()
            elif screen in self._services.app.screen_stack:
                self._covered.append(screen)

    def _uncover(self, screen: Screen[Any]) -> None:
        """Close a screen that comes back to the front though it was closed meanwhile."""
        if screen in self._covered:
            self._covered.remove(screen)
            self._services.app.pop_screen()
