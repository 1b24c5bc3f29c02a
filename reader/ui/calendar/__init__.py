"""The calendar: choose a day to show or to fetch from."""

from __future__ import annotations

from reader.ui.calendar.state import CALENDAR
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions",), (Over(CALENDAR, "screen:CalendarScreen"),))
