"""Go to a view: latest, unread, a day, week or month, or the feed's ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from reader.core.dates import FIRST_DAY, SATURDAY, Period, PeriodKind, period_containing, period_of_view
from reader.core.paper_row import PaperKey
from reader.core.query import Term
from reader.core.text import amount
from reader.core.views import FOR_YOU, LATEST, QUEUED
from reader.refresh.plan import Days, Trending
from reader.session.places import DAY, Place, day_of, view
from reader.ui.page.state import lasting_place
from reader.ui.shell.commands import Offer
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.listing import Position
from reader.ui.shell.state import NOTHING_IS_FETCHED

RANKING_LASTS = timedelta(minutes=10)
"""Maximum age of a ranking before it is fetched again."""


class ViewActions(Controller):
    """Go to views."""

    @answers("tag")
    def go_to_tag(self, tag: str) -> None:
        self.show_query(str(Term("tag", tag)))

    def commands(self) -> Sequence[Offer]:
        views = self._model.state.views.saved_views
        return [Offer(f"View: {one.name}", one.query, partial(self.go, one.id)) for one in views]

    @answers("view")
    def go(self, id: str) -> None:
        """Show a view with the current query, and fetch its unknown days."""
        state = self._model.state
        self._model.change(state.go(Place(state.views.find(id), lasting_place(state).text)))
        day = day_of(self._model.state.place.view, self._library.newest_day())
        period = period_of_view(f"{DAY}{day}" if day else id)
        if period is not None and not self._look.demo and not self._look.is_still:
            days = self._library.gaps(period.first, period.last, self._look.today)
            if days:
                self._app.refresher.fetch(Days(days), id, period.short)

    def show_query(self, text: str) -> None:
        self._model.change(self._model.state.go(Place(view("all"), text)))

    def show_paper(self, pk: PaperKey) -> None:
        self._model.change(self._model.state.go(Place(view("all")), Position(pk)))

    @handles(
        each={
            "view.latest": LATEST,
            "view.foryou": FOR_YOU,
            "view.followed": "followed",
            "view.unread": "unread",
            "view.queue": QUEUED,
            "view.starred": "starred",
            "view.all": "all",
        }
    )
    def go_by_key(self, _count: int | None, id: str) -> None:
        self.go(id)

    @handles("view.saved")
    def show_saved(self, number: int | None) -> None:
        saved, number = self._model.state.views.saved_views, number or 1
        if number <= len(saved):
            self.go(saved[number - 1].id)
        elif saved:
            self._model.show_notice(f"you have {amount(len(saved), 'saved view')}")
        else:
            key = self._keymap.key("command.open")
            self._model.show_notice(f"no saved views yet · {key} view save NAME")

    # What the feed has

    @handles("view.trending")
    def show_trending(self, _count: int | None) -> None:
        self.go("trending")
        read = self._library.meta("trending")
        if not self._look.demo and (read is None or self._look.now() - datetime.fromisoformat(read) > RANKING_LASTS):
            self.fetch_trending()

    def fetch_trending(self) -> None:
        self._app.refresher.fetch(Trending(), "trending", "trending")

    @handles("app.refresh")
    def refresh(self, _count: int | None) -> None:
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        here = self._model.state.place.view
        period = period_of_view(here.id)
        if here.is_ranking:
            self.fetch_trending()
        elif period is not None:
            ordinals = range(period.first.toordinal(), period.last.toordinal() + 1)
            days = tuple(date.fromordinal(day).isoformat() for day in ordinals)
            self._app.refresher.fetch(Days(days), period.id, period.short)
        else:
            self._app.refresher.begin(is_asked=True)

    # Periods

    def here(self) -> Period:
        period = period_of_view(self._model.state.place.view.id)
        if period is not None:
            return period
        row = self._app.papers.highlighted_row
        day = row.day if row is not None else self._library.newest_day()
        return period_of_view(f"day:{day}") or period_containing("day", self._look.today)

    @handles(each={"view.week": "week", "view.month": "month"})
    def show_around(self, _count: int | None, kind: PeriodKind) -> None:
        self.go(period_containing(kind, self.here().first).id)
        self._model.show_notice(f"the best first · {self._keymap.key('find.sort')} reorders")

    @handles("period.later", "period.earlier", step=1)
    def go_periods(self, count: int) -> None:
        """Go some periods later or earlier, skipping days known to be empty."""
        start = period = self.here()
        first, last, end = date.fromisoformat(FIRST_DAY), self._look.today, ""
        for _ in range(abs(count)):
            following = period.later if count > 0 else period.earlier
            while self._is_idle(following) and first < following.first < last:
                following = following.later if count > 0 else following.earlier
            if following.last < first or following.first > last:
                end = f"the feed begins on {FIRST_DAY}" if count < 0 else f"this is the last {period.kind} so far"
                break
            period = following
        if period != start:
            self.go(period.id)
        if end:
            self._model.show_notice(end)

    def _is_idle(self, period: Period) -> bool:
        """Whether a day is known or likely to be empty, such as at a weekend."""
        if period.kind != "day" or self._library.visible_papers(period.date).papers:
            return False
        is_known = not self._library.gaps(period.first, period.first, self._look.today)
        return period.first.weekday() >= SATURDAY or is_known
