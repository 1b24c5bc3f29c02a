"""Take a notice back once its time is over."""

from __future__ import annotations

from reader.ui.notices import Notices
from reader.ui.state import State
from reader.ui.work.services import Services

LIFETIME = 8.0
"""Seconds for which what was done and warnings are shown."""


class NoticeTimer:
    """Ends each passing notice; the time begins anew with each."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._delay = services.background.delayed(self._pass)

    def begin(self, _state: State) -> None:
        """Something else was said: give it its time."""
        self._delay.begin(LIFETIME)

    def _pass(self) -> None:
        self._model.change(self._model.state.say(Notices.passed))
