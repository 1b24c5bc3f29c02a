"""Go back step by step, leave the program, and let notices pass."""

from __future__ import annotations

from reader.ui.shell.handlers import Moment, Stops, follows, handles
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.notices import Notices
from reader.ui.shell.services import Services
from reader.ui.shell.state import State


class ProgramActions:
    """Actions on the program as a whole."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model

    @handles("app.escape")
    def step_back(self, _count: int | None) -> None:
        """Stop or close the latest thing, or go back to where the user was; never quit."""
        if not (self._stop("escape") or self._back() or self._stop("last")):
            self._model.show_notice(f"{self._services.look.keymap.key('app.back')} quits")

    @handles("app.back")
    def back_or_quit(self, _count: int | None) -> None:
        if not self._back():
            self._services[Keyboard].quit_unless_typing()

    def _back(self) -> bool:
        """Go one step back; return False at the top."""
        if self._stop("back"):
            return True
        state = self._model.state
        self._model.change(state.step_back())
        return self._model.state is not state

    def _stop(self, at: Moment) -> bool:
        """Stop the first thing that runs of those that are stopped at a moment; return whether there was any."""
        return any(stop() for role, stop in self._services.find(Stops) if role.at == at)

    @handles("app.quit")
    def quit(self, _count: int | None) -> None:
        self._services.app.leave()

    @handles("app.sample")
    def open_sample(self, _count: int | None) -> None:
        self._services.app.open_sample()


LIFETIME = 6.0
"""Seconds that a notice is shown."""


class NoticeTimer:
    """Removes each passing notice; each new one restarts the time."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._delay = services.background.delayed(self._pass)

    @follows(lambda state: state.notices.happened)
    def begin(self, _state: State) -> None:
        """Start the time of a new notice."""
        self._delay.begin(LIFETIME)

    def _pass(self) -> None:
        self._model.change(self._model.state.change_notices(Notices.passed))
