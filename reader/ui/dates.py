"""Ask for a date: go there, or fetch from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.reads.window import DayCount
from reader.core.dates import FIRST_DAY, Period, period_containing, typed_period
from reader.core.lines import Line, Piece
from reader.core.text import amount
from reader.refresh.lines import Since
from reader.ui.command_line.screen import LineScreen
from reader.ui.page.state import close_page
from reader.ui.shell.controller import Controller, handles
from reader.ui.shell.state import NOTHING_IS_FETCHED, Front, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class DateRequest(NamedTuple):
    """The open date line, which asks for a date to go to or to fetch from."""

    since: date | None = None
    """The day that is suggested to fetch from; None to go to a date."""


DATE: Front[DateRequest] = Front("date", "reader.ui.dates:DateScreen")


def ask_for_date(state: State, request: DateRequest) -> State:
    return close_page(state).put(DATE, request)


class DateActions(Controller):
    """Open the date line, and go to the date or fetch from it."""

    @handles("day.go")
    def go_to_date(self, _count: int | None) -> None:
        self._model.change(ask_for_date(self._model.state, DateRequest()))

    @handles("app.older")
    def fetch_older(self, _count: int | None) -> None:
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        known = self._library.fetched_days()
        fetched = [day for day, status in known.items() if status.fetched]
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


def number_of_papers(days: Iterable[DayCount]) -> str:
    """The numbers of papers and of unread papers of these days, in words."""
    known = list(days)
    if not known:
        return "not fetched yet"
    papers, unread = sum(day.papers for day in known), sum(day.unread for day in known)
    if not papers:
        return "no papers"
    plus = "+" if any(day.is_partial for day in known) else ""
    message = f"{papers:,}+ papers" if plus else amount(papers, "paper")
    return f"{message}, {unread:,} unread" if unread else f"{message}, all read"


class DateScreen(LineScreen[DateRequest]):
    """The date line; an empty line means the newest day of the cache, or the day that is suggested to fetch from."""

    MAX_CHARACTERS = 24

    def __init__(self, app: ReaderApp, request: DateRequest) -> None:
        self.LABEL = "go to" if request.since is None else "fetch all since"
        super().__init__(app, request)
        self._library = app.library
        self._is_since = request.since is not None
        newest = app.library.newest_day()
        day = request.since or (date.fromisoformat(newest) if newest else None)
        self._default = None if day is None else period_containing("day", day)
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
        """The period that the text means, with its number of papers, or the mistake in the text."""
        text, period = self.line.text.strip(), self.chosen()
        if period is not None:
            about = ""
            if not self._is_since:
                days = self._library.days_between(period.first.isoformat(), period.last.isoformat()).values()
                about = f" {self._look.glyphs.dot} {number_of_papers(days)}"
            return Piece(period.name, "key"), Piece(f"{about}  ", "quiet")
        _, mistake = read_period(text, self._look.today)
        if mistake or self._is_refused:
            return (Piece(mistake or f"This is not a day, week or month: {EXAMPLES}.", "mistake"),)
        return (Piece(EXAMPLES, "quiet"),)
