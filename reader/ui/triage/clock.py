"""The clock of a triage, which is looked at each second, until its time is up."""

from __future__ import annotations

from reader.ui.full_text.state import TEXT
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.triage.lines import TIME_IS_UP
from reader.ui.triage.state import TRIAGE, ticked

SECOND = 1.0

LONG = 0.5
"""Seconds after which it is said that the list is still coming: to learn what suits the user may take some."""

COMING = "ranking the papers"


class TriageClock:
    """Looks at the clock while a triage runs."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._look = services.look
        self._next = services.background.delayed(self.look)
        self._coming = services.background.delayed(self._say_coming)

    @follows(lambda state: (_is_running(state), _is_coming(state)))
    def follow(self, state: State) -> None:
        """Start with the time of a triage, and stop with it."""
        if _is_running(state) and not self._look.is_still:
            self._next.begin(SECOND)
        else:
            self._next.stop()
        if _is_coming(state):
            self._coming.begin(LONG)
        else:
            self._coming.stop()
            if state.activity == COMING:
                self._model.change(state.busy_with(""))

    def _say_coming(self) -> None:
        self._model.change(self._model.state.busy_with(COMING))

    def look(self) -> None:
        """Let the time run up to now."""
        before, state = self._model.state[TRIAGE], ticked(self._model.state, self._look.now())
        self._model.change(state)
        triage = state[TRIAGE]
        if triage is None or not triage.is_running:
            return
        is_up_now = triage.pace.is_time_up and before is not None and not before.pace.is_time_up
        if is_up_now and state[TEXT] is not None:
            # The page says so in its first line.
            self._model.show_news(TIME_IS_UP, "warning")
        self._next.begin(SECOND)


def _is_running(state: State) -> bool:
    triage = state[TRIAGE]
    return triage is not None and triage.is_running


def _is_coming(state: State) -> bool:
    """Whether the user waits for the papers of a triage, and has not gone elsewhere."""
    triage = state[TRIAGE]
    return triage is not None and triage.phase == "coming" and state.place == triage.place
