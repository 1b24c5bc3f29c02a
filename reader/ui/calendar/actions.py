"""The calendar: choose a day to show or to fetch from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from reader.core.dates import PeriodKind, period_containing
from reader.core.feed_days import FIRST_DAY
from reader.refresh.plan import Since
from reader.ui.calendar.state import CALENDAR, CalendarRequest, open_calendar
from reader.ui.refresh.refresher import Refresher
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.handlers import follows, handles, handles_each, takes_text
from reader.ui.shell.screens import Screens
from reader.ui.shell.services import Actor
from reader.ui.shell.state import NOTHING_IS_FETCHED, State
from reader.ui.views.actions import ViewActions

if TYPE_CHECKING:
    from reader.ui.calendar.screen import CalendarScreen


class DateActions(Actor):
    """Open the calendar, move in it, and choose a day."""

    @property
    def _calendar(self) -> CalendarScreen | None:
        screen: CalendarScreen | None = self._services[Screens].get(CALENDAR)
        return screen

    @follows(lambda state: (state[REFRESH].ended, state.cache_version))
    def renew(self, state: State) -> None:
        if state[CALENDAR] is not None and (calendar := self._calendar) is not None:
            calendar.month.go(calendar.month.view.day)

    @takes_text("calendar")
    def type(self, key: str, character: str | None) -> bool:
        calendar = self._calendar
        return calendar is not None and calendar.type(key, character)

    @handles("day.go")
    def go_to_date(self, _count: int | None) -> None:
        self._open(CalendarRequest(min(self._services[ViewActions].here().first, self._look.today)))

    @handles("app.older")
    def fetch_older(self, _count: int | None) -> None:
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        oldest = date.fromisoformat(self._library.oldest_day() or self._look.today.isoformat())
        month = period_containing("month", oldest).earlier
        self._open(CalendarRequest(max(month.first, date.fromisoformat(FIRST_DAY)), since=True))

    def _open(self, calendar: CalendarRequest) -> None:
        self._model.change(open_calendar(self._model.state, calendar))

    @handles_each({"date.day": None, "date.week": "week", "date.month": "month"})
    def choose(self, _count: int | None, kind: PeriodKind | None) -> None:
        calendar = self._calendar
        period = calendar.chosen(kind) if calendar is not None else None
        if calendar is None:
            return
        if period is None:
            calendar.month.refuse()
            return
        self._model.change(self._model.state.put(CALENDAR, None))
        if not calendar.since:
            self._services[ViewActions].go(period.id)
            return
        since = max(period.first.isoformat(), FIRST_DAY)
        self._services[Refresher].fetch_many(Since(since), "", f"since {since}")

    @handles_each(
        {
            "date.left": lambda calendar: calendar.move(days=-1),
            "date.right": lambda calendar: calendar.move(days=1),
            "date.up": lambda calendar: calendar.move(days=-7),
            "date.down": lambda calendar: calendar.move(days=7),
            "date.earlier": lambda calendar: calendar.move(months=-1),
            "date.later": lambda calendar: calendar.move(months=1),
            "date.today": lambda calendar: calendar.go(calendar.month.view.today),
            "date.type": lambda calendar: calendar.month.type(calendar.month.view.typed or ""),
        }
    )
    def move(self, _count: int | None, step: Callable[[CalendarScreen], object]) -> None:
        if (calendar := self._calendar) is not None:
            step(calendar)
