"""The clock of a triage: a look at it each second, for the first line, and news once the time is up."""

from __future__ import annotations

from reader.ui.state import State
from reader.ui.text.triage_lines import TIME_IS_UP
from reader.ui.work.services import Services

SECOND = 1.0


class TriageClock:
    """Looks at the clock while a triage runs."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._look = services.look
        self._next = services.background.delayed(self.look)

    @staticmethod
    def parts(state: State) -> object:
        """The part of the state that starts and stops the clock."""
        return state.triage is not None and state.triage.watch.is_running

    def follow(self, state: State) -> None:
        """Start with the time of a triage, and stop with it."""
        if self.parts(state) and not self._look.is_still:
            self._next.begin(SECOND)
        else:
            self._next.stop()

    def look(self) -> None:
        """Let the time run up to now."""
        before, state = self._model.state, self._model.state.tick(self._look.now())
        self._model.change(state)
        if state.triage is None or not state.triage.watch.is_running:
            return
        is_up_now = state.triage.pace.is_time_up and before.triage is not None and not before.triage.pace.is_time_up
        if is_up_now and state.text is not None:
            # The page says so in its first line.
            self._model.show_news(TIME_IS_UP, "warning")
        self._next.begin(SECOND)
