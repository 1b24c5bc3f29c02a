"""Time: days, weeks and months to go to, what is missing of them, the calendar, the feed's own ranking."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from reader.core.periods import Period, PeriodKind, period_containing, period_of_view
from reader.refresh.plan import FIRST_DAY, Days, Since, Trending
from reader.ui.handlers.registry import handles

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

RANKING_LASTS = timedelta(minutes=10)
"""Age up to which the feed's ranking is not read again by going to it."""

SATURDAY = 5


def fetch_missing(reader: ReaderApp) -> None:
    """Fetch the days of the place that the cache knows nothing of."""
    period = period_of_view(reader.main.place.view.id)
    if period is None or reader.demo or reader.is_still:
        return
    days = reader.library.gaps(period.first, period.last, reader.today)
    if days:
        reader.refreshing.fetch(Days(days), period.id, period.short)


def here(reader: ReaderApp) -> Period:
    """The period one is in: that of the view, else the day of the highlighted paper."""
    main = reader.main
    period = period_of_view(main.place.view.id)
    if period is not None:
        return period
    row = main.papers.highlighted_row
    day = row.day if row is not None else reader.library.newest_day()
    return period_of_view(f"day:{day}") or period_containing("day", reader.today)


def _go(reader: ReaderApp, period: Period) -> None:
    reader.close_page()
    reader.go_to_view(period.id)


def _around(reader: ReaderApp, kind: PeriodKind) -> None:
    _go(reader, period_containing(kind, here(reader).first))
    another = f"{reader.keymap.key('find.sort')} for another order"
    reader.main.status.say(f"the best first · {another}", of_place=True)


@handles("view.week")
def week(reader: ReaderApp, _count: int | None) -> None:
    _around(reader, "week")


@handles("view.month")
def month(reader: ReaderApp, _count: int | None) -> None:
    _around(reader, "month")


@handles("period.earlier")
def earlier(reader: ReaderApp, count: int | None) -> None:
    _leap(reader, -(count or 1))


@handles("period.later")
def later(reader: ReaderApp, count: int | None) -> None:
    _leap(reader, count or 1)


def _leap(reader: ReaderApp, count: int) -> None:
    """Go so many periods on, or back where negative; days that hold nothing, as far as is known, are passed over."""
    start = period = here(reader)
    first, last = date.fromisoformat(FIRST_DAY), reader.today
    for _ in range(abs(count)):
        beside = period.later if count > 0 else period.earlier
        while _is_idle(reader, beside) and first < beside.first < last:
            beside = beside.later if count > 0 else beside.earlier
        if beside.last < first or beside.first > last:
            reader.say(f"the feed begins on {FIRST_DAY}" if count < 0 else f"this is the last {period.kind} so far")
            break
        period = beside
    if period != start:
        _go(reader, period)


def _is_idle(reader: ReaderApp, period: Period) -> bool:
    """Whether a day is known to hold nothing, or likely to, as weekends do."""
    if period.kind != "day":
        return False
    known = reader.library.days_between(period.first, period.first).get(period.date)
    if known is not None and known.papers:
        return False
    return period.first.weekday() >= SATURDAY or not reader.library.gaps(period.first, period.first, reader.today)


# The feed's own ranking


@handles("view.trending")
def trending(reader: ReaderApp, _count: int | None) -> None:
    reader.close_page()
    reader.go_to_view("trending")
    read = reader.library.meta("trending")
    if not reader.demo and (read is None or reader.now() - datetime.fromisoformat(read) > RANKING_LASTS):
        fetch_trending(reader)


def fetch_trending(reader: ReaderApp) -> None:
    """Read the feed's ranking now."""
    reader.refreshing.fetch(Trending(), "trending", "trending")


# The calendar


def _open(reader: ReaderApp, day: date, *, since: bool = False) -> None:
    from reader.ui.screens.calendar import CalendarScreen

    library, glyphs, keymap = reader.library, reader.glyphs, reader.keymap
    reader.close_page()
    reader.calendar = CalendarScreen(library.days_between, day, reader.today, glyphs, keymap, since=since)
    reader.push_screen(reader.calendar)


@handles("day.go")
def go_to_date(reader: ReaderApp, _count: int | None) -> None:
    _open(reader, min(here(reader).first, reader.today))


@handles("app.older")
def fetch_older(reader: ReaderApp, _count: int | None) -> None:
    """Ask the calendar for a day, and fetch all since."""
    if reader.demo:
        reader.say("this is the bundled sample: nothing is fetched")
        return
    oldest = date.fromisoformat(reader.library.oldest_day() or reader.today.isoformat())
    _open(reader, max(period_containing("month", oldest).earlier.first, date.fromisoformat(FIRST_DAY)), since=True)


@handles("date.day")
def choose_day(reader: ReaderApp, _count: int | None) -> None:
    _choose(reader, None)


@handles("date.week")
def choose_week(reader: ReaderApp, _count: int | None) -> None:
    _choose(reader, "week")


@handles("date.month")
def choose_month(reader: ReaderApp, _count: int | None) -> None:
    _choose(reader, "month")


def _choose(reader: ReaderApp, kind: PeriodKind | None) -> None:
    """Do what the calendar was opened for with the day in it, or with its week or month."""
    calendar = reader.calendar
    period = calendar.chosen(kind) if calendar is not None else None
    if calendar is None or period is None:
        return
    close(reader, None)
    if not calendar.since:
        _go(reader, period)
        return
    since = max(period.first.isoformat(), FIRST_DAY)
    reader.refreshing.fetch(Since(since), "", f"since {since}")
    reader.say(f"fetching all since {since} · {reader.keymap.key('app.escape')} stops, what has come is kept")


@handles("date.left")
def day_before(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, days=-1)


@handles("date.right")
def day_after(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, days=1)


@handles("date.up")
def week_before(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, days=-7)


@handles("date.down")
def week_after(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, days=7)


@handles("date.earlier")
def month_before(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, months=-1)


@handles("date.later")
def month_after(reader: ReaderApp, _count: int | None) -> None:
    _move(reader, months=1)


def _move(reader: ReaderApp, *, days: int = 0, months: int = 0) -> None:
    if reader.calendar is not None:
        reader.calendar.move(days=days, months=months)


@handles("date.today")
def to_today(reader: ReaderApp, _count: int | None) -> None:
    if reader.calendar is not None:
        reader.calendar.go(reader.today)


@handles("date.close")
def close(reader: ReaderApp, _count: int | None) -> None:
    """Close the calendar, once: a second key may follow before it is gone, and must not take the list along."""
    calendar, reader.calendar = reader.calendar, None
    if calendar is not None and calendar.is_current:
        reader.pop_screen()
