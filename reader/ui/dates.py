"""Go to a date that is typed, or fetch the month before the oldest day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from reader.core.dates import FIRST_DAY, Period, period_containing, typed_period
from reader.core.lines import Line, Piece
from reader.refresh.lines import Since
from reader.ui.command_line.screen import LineScreen
from reader.ui.page.state import close_page
from reader.ui.shell.controller import Controller, handles
from reader.ui.shell.state import NOTHING_IS_FETCHED, Front, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

DATE: Front[bool] = Front("date", "reader.ui.dates:DateScreen")


def ask_for_date(state: State) -> State:
    return close_page(state).put(DATE, True)


class DateActions(Controller):
    """Open the date line, go to the date, and fetch older days."""

    @handles("day.go")
    def go_to_date(self, _count: int | None) -> None:
        self._model.change(ask_for_date(self._model.state))

    @handles("date.go")
    def choose(self, _count: int | None) -> None:
        screen: DateScreen | None = self._app.screens.get(DATE)
        if screen is None:
            return
        if (period := screen.chosen()) is None:
            screen.refuse()
        else:
            self._model.change(self._model.state.put(DATE, None))
            self._app.view_actions.go(period.id)

    @handles("app.older")
    def fetch_older(self, _count: int | None) -> None:
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        known = self._library.fetched_days()
        fetched = [day for day, status in known.items() if status.fetched]
        oldest = date.fromisoformat(min(fetched, default=self._look.today.isoformat()))
        since = max(period_containing("month", oldest).earlier.first.isoformat(), FIRST_DAY)
        self._app.refresher.fetch_many(Since(since), "", f"since {since}")


EXAMPLES = "2025-03, last tuesday, 29, W20"


def read_period(text: str, today: date) -> tuple[Period | None, str]:
    """The typed period, or a sentence why the feed does not have it; neither while the text may be incomplete."""
    try:
        period = typed_period(text, today)
    except (ValueError, OverflowError):
        return None, ""
    if period.first > today:
        return None, f"{period.name} is in the future."
    if period.last < date.fromisoformat(FIRST_DAY):
        return None, f"The feed begins on {period_containing('day', date.fromisoformat(FIRST_DAY)).name}."
    return period, ""


class DateScreen(LineScreen[bool]):
    """The date line; an empty line means the newest day of the cache."""

    LABEL = "go to"
    MAX_CHARACTERS = 24

    def __init__(self, app: ReaderApp, is_open: bool) -> None:
        super().__init__(app, is_open)
        newest = app.library.newest_day()
        self._default = period_containing("day", date.fromisoformat(newest)) if newest else None
        self._is_refused = False

    def on_mount(self) -> None:
        self.report()

    def report(self) -> None:
        self._is_refused = False
        self.show_rows()

    def chosen(self) -> Period | None:
        """The period that enter chooses; None for a text that is not a date of the feed."""
        text = self.line.text.strip()
        return read_period(text, self._look.today)[0] if text else self._default

    def refuse(self) -> None:
        self._is_refused = True
        self.line.advise()

    def lead(self) -> Line:
        """The period that the text means, or the mistake in the text."""
        if (period := self.chosen()) is not None:
            return (Piece(f"{period.name}  ", "key"),)
        _, mistake = read_period(self.line.text.strip(), self._look.today)
        if mistake or self._is_refused:
            return (Piece(mistake or f"This is not a day, week or month: {EXAMPLES}.", "mistake"),)
        return (Piece(EXAMPLES, "quiet"),)
