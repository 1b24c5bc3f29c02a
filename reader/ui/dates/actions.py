"""Ask for a date: go there, or fetch from it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from reader.core.dates import FIRST_DAY, period_containing
from reader.refresh.plan import Since
from reader.ui.page.state import close_page
from reader.ui.shell.controller import Controller, handles
from reader.ui.shell.state import NOTHING_IS_FETCHED, Front, State


class DateRequest(NamedTuple):
    """The open prompt: either a place to go to, or the day to fetch from."""

    since: date | None = None
    """The month that is suggested to fetch from; None to go to a date."""


DATE: Front[DateRequest] = Front("date", "reader.ui.dates.screen:DateScreen")


def ask_for_date(state: State, request: DateRequest) -> State:
    return close_page(state).put(DATE, request)


class DateActions(Controller):
    """Open the prompt for a date, and obey it."""

    @handles("day.go")
    def go_to_date(self, _count: int | None) -> None:
        self._model.change(ask_for_date(self._model.state, DateRequest()))

    @handles("app.older")
    def fetch_older(self, _count: int | None) -> None:
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        known = self._library.fetched_days()
        fetched = [day for day, one in known.items() if one.fetched]
        oldest = date.fromisoformat(min(fetched, default=self._look.today.isoformat()))
        month = period_containing("month", oldest).earlier
        first = max(month.first, date.fromisoformat(FIRST_DAY))
        self._model.change(ask_for_date(self._model.state, DateRequest(first)))

    @handles("date.go")
    def choose(self, _count: int | None) -> None:
        screen = self._app.screens.get(DATE)
        request = self._model.state[DATE]
        if screen is None or request is None:
            return
        period = screen.chosen()
        if period is None:
            screen.refuse()
            return
        self._model.change(self._model.state.put(DATE, None))
        if request.since is None:
            self._app.view_actions.go(period.id)
            return
        since = max(period.first.isoformat(), FIRST_DAY)
        self._app.refresher.fetch_many(Since(since), "", f"since {since}")
