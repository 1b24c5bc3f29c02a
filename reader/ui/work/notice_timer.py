"""Remove a notice once its time is over."""

from __future__ import annotations

from reader.ui.state.notices import Notices
from reader.ui.state.whole import State
from reader.ui.work.services import Services

LIFETIME = 6.0
"""Seconds that a notice is shown."""


class NoticeTimer:
    """Removes each passing notice; each new one restarts the time."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._delay = services.background.delayed(self._pass)

    def begin(self, _state: State) -> None:
        """Start the time of a new notice."""
        self._delay.begin(LIFETIME)

    def _pass(self) -> None:
        self._model.change(self._model.state.change_notices(Notices.passed))
