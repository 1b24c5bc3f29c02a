"""The calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.calendar.state import CALENDAR
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.calendar.screen import CalendarScreen
    from reader.ui.calendar.state import CalendarRequest
    from reader.ui.shell.services import Services


def _calendar(services: Services, request: CalendarRequest) -> CalendarScreen:
    from reader.ui.calendar.screen import CalendarScreen

    look, days = services.look, services.library.days_between
    return CalendarScreen(days, request.day, look.today, look.glyphs, look.keymap, since=request.since)


FEATURE = Feature(__name__, ("actions",), (Over(CALENDAR, _calendar),))
