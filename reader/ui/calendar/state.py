"""The part of the state that is the calendar."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from reader.ui.page.state import close_page
from reader.ui.shell.state import Front, State


class CalendarRequest(NamedTuple):
    """The open calendar: its first day, and whether it asks for the day to fetch from."""

    day: date
    since: bool = False


CALENDAR: Front[CalendarRequest] = Front("calendar", "reader.ui.calendar.screen:CalendarScreen")


def open_calendar(state: State, calendar: CalendarRequest) -> State:
    return close_page(state).put(CALENDAR, calendar)
