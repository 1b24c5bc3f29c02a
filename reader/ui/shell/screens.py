"""The screens over the list, as the state requires; each is made when first needed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from reader.ui.kit.line_widgets import StatusLine, Title
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.typed_line import PATIENCE
from reader.ui.shell.footer import status
from reader.ui.shell.model import subscribe
from reader.ui.shell.services import Actor, Services
from reader.ui.shell.state import Notice

if TYPE_CHECKING:
    from reader.ui.shell.feature import Feature, Over
    from reader.ui.shell.state import Front, State

T = TypeVar("T")


class OverScreen(ModalScreen[None], Generic[T], inherit_bindings=False):
    """A screen over the list that draws a part of the state while that is not None.

    Unbound letters go to the focused widget, if any. A screen with `status` has a last line.
    """

    AUTO_FOCUS = ""
    """The focused widget; a focused pane shows its scroll thumb."""

    def __init__(self, services: Services, _value: T) -> None:
        super().__init__()
        self._services = services
        self._model = services.model
        self._look = services.look
        self._keymap = services.look.keymap
        self.status = StatusLine(services.look.glyphs)
        self._is_there = asyncio.Event()

    def show(self, value: T) -> None:
        """Draw the part of the state: its first value, and each new one."""

    def footer(self, state: State) -> Status:
        return status(state, self._keymap)

    def on_mount(self) -> None:
        # Handlers of subclasses, which focus a widget, run before this one.
        subscribe(self, self._model, lambda state: state, self.draw_status)
        self._is_there.set()

    def on_resize(self, event: events.Resize) -> None:
        self._model.change(self._model.state.resized(*event.size))

    def draw_status(self, state: State) -> None:
        if self.status.is_attached:
            self.status.show(self.footer(state))

    async def ready(self) -> None:
        """Wait until the focused widget takes keys."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_there.wait(), PATIENCE)


class PaneScreen(OverScreen[T], inherit_bindings=False):
    """A title, a pane scrolled by the movement keys, and the last line."""

    def __init__(self, services: Services, value: T, pane: Pane, title: str = "") -> None:
        super().__init__(services, value)
        self.title_line = Title(title, self._look.glyphs)
        self.pane = pane

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.pane
        yield self.status

    def draw_status(self, state: State) -> None:
        """Draw the last line without news: a key that it names may mean something else here."""
        super().draw_status(state.change_notices(lambda notices: notices._replace(news=Notice())))


class Screens(Actor):
    """Opens and closes the screens of the features."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._overs: dict[Front[Any], Over] = {}
        self._made: dict[Front[Any], OverScreen[Any]] = {}
        self._open: list[Front[Any]] = []
        self._covered: list[OverScreen[Any]] = []
        """Screens closed while covered by another one, such as help; they are removed once uncovered."""

    def add(self, feature: Feature) -> None:
        """Show the screens of a feature from now on whenever the state asks for them."""
        app = self._services.app
        if not self._overs:
            app.screen_change_signal.subscribe(app.screen_stack[0], self._uncover, immediate=True)
        for over in feature.screens:
            self._overs[over.front] = over
            subscribe(app, self._model, over.front, partial(self._draw, over, feature.folder), now=False)

    def get(self, front: Front[Any]) -> Any:
        """A part's screen while open; a kept screen also afterwards; else None."""
        return self._made.get(front)

    # Unless it is installed, Textual removes a closed screen and draws nothing when it reopens.

    def _draw(self, over: Over, folder: str, state: State) -> None:
        self._close(state)
        value, app = state[over.front], self._services.app
        if value is None:
            return
        screen = self._made.get(over.front)
        if screen is None:
            module, _, name = over.screen.partition(":")
            kind = getattr(import_module(f"{folder}.{module}"), name)
            screen = self._made[over.front] = kind(self._services, value)
            if over.is_kept:
                app.install_screen(screen, over.front.context(state))
        if over.front not in self._open:
            self._open.append(over.front)
            if screen in self._covered:
                self._covered.remove(screen)
            if screen not in app.screen_stack:
                app.push_screen(screen)
        screen.show(value)

    def _close(self, state: State) -> None:
        """Close what left the state, topmost first, since a page may close together with its text."""
        for front in reversed([front for front in self._open if state[front] is None]):
            self._open.remove(front)
            screen = self._made[front] if self._overs[front].is_kept else self._made.pop(front)
            if screen is self._services.app.screen:
                self._services.app.pop_screen()
            elif screen in self._services.app.screen_stack:
                self._covered.append(screen)

    def _uncover(self, screen: Any) -> None:
        """Close an uncovered screen that was closed meanwhile."""
        if screen in self._covered:
            self._covered.remove(screen)
            self._services.app.pop_screen()
