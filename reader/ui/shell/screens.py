"""The screens over the list, which the state opens and closes; each is created when first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from reader.keys.keymap import Keymap
from reader.ui.kit.line_widgets import MAX_WAIT_SECONDS, StatusLine, Title
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Choice, Status
from reader.ui.shell.controller import Controller, subscribe
from reader.ui.shell.state import Notice, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.shell.state import Front, State


def status(state: State, keymap: Keymap, keys: Iterable[Choice] | None = None) -> Status:
    hints = keymap.hints(state.context) if keys is None else keys
    return Status(tuple(hints), *state.prompt, *state.notices.shown)


T = TypeVar("T")


class OverScreen(ModalScreen[None], Generic[T], inherit_bindings=False):
    """A screen over the list that draws a part of the state while that is not None.

    Unbound letters go to the focused widget, if any. A screen with `status` has a last line.
    """

    AUTO_FOCUS = ""
    """The focused widget; a focused pane shows its scroll thumb."""

    def __init__(self, app: ReaderApp, _value: T) -> None:
        super().__init__()
        self._reader = app
        self._model = app.model
        self._look = app.look
        self._keymap = app.look.keymap
        self.status = StatusLine(app.look.glyphs)
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
        self._model.change(self._model.state.with_size(*event.size))

    def draw_status(self, state: State) -> None:
        if self.status.is_attached:
            self.status.show(self.footer(state))

    async def ready(self) -> None:
        """Wait until the focused widget takes keys."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_there.wait(), MAX_WAIT_SECONDS)


class PaneScreen(OverScreen[T]):
    """A title, a pane scrolled by the movement keys, and the last line."""

    def __init__(self, app: ReaderApp, value: T, pane: Pane, title: str = "") -> None:
        super().__init__(app, value)
        self.title_line = Title(title, self._look.glyphs)
        self.pane = pane

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.pane
        yield self.status

    def draw_status(self, state: State) -> None:
        """Draw the last line without news, because a key named there may mean something else on this screen."""
        super().draw_status(state.change_notices(lambda notices: notices._replace(news=Notice())))


class Screens(Controller):
    """Opens and closes the screens of the state's stack."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._made: dict[Front[Any], OverScreen[Any]] = {}
        self._drawn: dict[Front[Any], Any] = {}
        self._covered: list[OverScreen[Any]] = []
        """Screens closed while covered by another one, such as help; they are removed once uncovered."""

    def begin(self) -> None:
        app = self._app
        app.screen_change_signal.subscribe(app.screen_stack[0], self._uncover, immediate=True)
        subscribe(app, self._model, lambda state: [(front, state[front]) for front in state.stack], self._draw)

    def get(self, front: Front[Any]) -> Any:
        """The screen of a part while it is open, or later if it is kept; else None."""
        return self._made.get(front)

    def _draw(self, state: State) -> None:
        self._close(state)
        for front in state.stack:
            # Drawing another screen may have changed the state.
            value = self._model.state[front]
            if value is not None and (front not in self._drawn or value != self._drawn[front]):
                is_open = front in self._drawn
                self._drawn[front] = value
                self._show(front, value, is_open=is_open)

    # Unless it is installed, Textual removes a closed screen and draws nothing when it reopens.

    def _show(self, front: Front[Any], value: Any, *, is_open: bool) -> None:
        screen = self._made.get(front)
        if screen is None:
            module, _, name = front.screen.partition(":")
            screen = self._made[front] = getattr(import_module(module), name)(self._app, value)
            if front.is_kept:
                self._app.install_screen(screen, front.screen)
        if not is_open:
            if screen in self._covered:
                self._covered.remove(screen)
            if screen not in self._app.screen_stack:
                self._app.push_screen(screen)
        screen.show(value)

    def _close(self, state: State) -> None:
        """Close the screens whose parts are None, topmost first, because a page may close together with its text."""
        for front in reversed([front for front in self._drawn if state[front] is None]):
            del self._drawn[front]
            screen = self._made[front] if front.is_kept else self._made.pop(front)
            if screen is self._app.screen:
                self._app.pop_screen()
            elif screen in self._app.screen_stack:
                self._covered.append(screen)

    def _uncover(self, screen: Any) -> None:
        """Remove an uncovered screen that was closed while it was covered."""
        if screen in self._covered:
            self._covered.remove(screen)
            self._app.pop_screen()
