"""The part of the state that is the prompt for a date."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from reader.ui.page.state import close_page
from reader.ui.shell.state import Front, State


class DateRequest(NamedTuple):
    """The open prompt: either a place to go to, or the day to fetch from."""

    since: date | None = None
    """The month that is suggested to fetch from; None to go to a date."""


DATE: Front[DateRequest] = Front("date", "reader.ui.dates.screen:DateScreen")


def ask_for_date(state: State, request: DateRequest) -> State:
    return close_page(state).put(DATE, request)
