"""Actions on the program as a whole: step back, quit, suspend and choose a theme."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reader.core.nearest import advice
from reader.keys.actions import OVER_ALL
from reader.platform import AUTO, THEMES, theme_name
from reader.ui.shell.controller import Controller, Moment, follows, handles
from reader.ui.shell.state import Notices, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

CHOICES = (AUTO, *THEMES)


class ProgramActions(Controller):
    """Actions on the program as a whole, and on what the terminal shows."""

    @handles("app.escape")
    def step_back(self, _count: int | None) -> None:
        """Stop work, close the topmost screen, or go back to the previous list; never quit."""
        if not (self._stop("escape") or self._back() or self._stop("last")):
            self._model.show_notice(f"{self._keymap.key('app.back')} quits")

    @handles("app.back")
    def back_or_quit(self, _count: int | None) -> None:
        if not self._back():
            self._app.leave()

    @handles("command.cancel", *(f"{context}.close" for context in OVER_ALL))
    def close(self, _count: int | None) -> None:
        """Close the screen in front."""
        self._model.change(self._model.state.step_back())

    def _back(self) -> bool:
        if self._stop("back"):
            return True
        state = self._model.state
        self._model.change(state.step_back())
        return self._model.state is not state

    def _stop(self, at: Moment) -> bool:
        """Stop the first running work that can be stopped at this stage; return whether there was any."""
        return any(controller.stop_at(at) for controller in self._app.controllers)

    @handles("app.quit")
    def quit(self, _count: int | None) -> None:
        self._app.leave()

    @handles("app.sample")
    def open_sample(self, _count: int | None) -> None:
        self._app.open_sample()

    # The terminal

    @handles("app.suspend")
    def suspend(self, _count: int | None) -> None:
        if not self._app.stop_job():
            self._model.show_notice("no shell to go back to")

    def take_line(self, action_id: str, text: str) -> bool:
        if action_id != "app.theme":
            return False
        self._choose_theme(text)
        return True

    def _choose_theme(self, name: str) -> None:
        if self._app.no_color:
            self._model.show_notice("no colours, since NO_COLOR is set", "warning")
            return
        if name not in CHOICES:
            suggestion = advice(name, CHOICES, f"Choose one of {', '.join(CHOICES)}.")
            self._model.show_notice(f"There is no theme {name!r}. {suggestion}", "warning")
            return
        self._app.use_theme(theme_name(name, os.environ))
        if not self._look.demo:
            self._app.command_actions.run_words(f"theme {name}", ("config", "set", "theme", name))


NOTICE_SECONDS = 6.0


class NoticeTimer(Controller):
    """Removes a notice after some seconds; each new notice restarts the time."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._delay = self._background.delayed(self._pass)

    @follows(lambda state: state.notices.happened)
    def begin(self, _state: State) -> None:
        self._delay.begin(NOTICE_SECONDS)

    def _pass(self) -> None:
        self._model.change(self._model.state.change_notices(Notices.without_news))
