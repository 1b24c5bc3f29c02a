"""The actions that go to a view, a day, a week or a month, the actions of the filter pane, and a paper's topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from reader.core.dates import FIRST_DAY, SATURDAY, Period, PeriodKind, period_containing, period_of_view
from reader.core.errors import ReaderError
from reader.core.query import Term, parse
from reader.core.query.choices import Choice, Mark, chosen_terms, with_choice
from reader.core.text import amount
from reader.core.views import FOR_YOU, LATEST, QUEUED, SPECIAL
from reader.refresh.lines import Days, Trending
from reader.session.places import DAY, Place, day_of, view
from reader.ui.filter.pane import FilterPane
from reader.ui.filter.state import TOPIC_MODE, TOPIC_NAMES
from reader.ui.page.state import lasting_place
from reader.ui.shell.commands import Offer
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.listing import Position
from reader.ui.shell.state import NOTHING_IS_FETCHED, State

MAX_RANKING_AGE = timedelta(minutes=10)
"""Maximum age of a ranking before it is fetched again."""


class ViewActions(Controller):
    """Go to views."""

    @answers("tag")
    def go_to_tag(self, tag: str) -> None:
        self.show_query(str(Term("tag", tag)))

    def commands(self) -> Sequence[Offer]:
        # The other views have actions of their own.
        views = (*self._model.state.views.saved, *(own for own in SPECIAL if not own.is_ranking))
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

    def show_paper(self, pk: int) -> None:
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
        saved, number = self._model.state.views.saved, number or 1
        if number <= len(saved):
            self.go(saved[number - 1].id)
        elif saved:
            self._model.show_notice(f"you have {amount(len(saved), 'saved view')}")
        else:
            key = self._keymap.key("command.open")
            self._model.show_notice(f"no saved views yet · {key} view save NAME")

    # Fetching

    @handles("view.trending")
    def show_trending(self, _count: int | None) -> None:
        self.go("trending")
        read = self._library.meta("trending")
        if not self._look.demo and (read is None or self._look.now() - datetime.fromisoformat(read) > MAX_RANKING_AGE):
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

    def current_period(self) -> Period:
        period = period_of_view(self._model.state.place.view.id)
        if period is not None:
            return period
        row = self._app.papers.highlighted_row
        day = row.day if row is not None else self._library.newest_day()
        return period_of_view(f"day:{day}") or period_containing("day", self._look.today)

    @handles(each={"view.week": "week", "view.month": "month"})
    def show_around(self, _count: int | None, kind: PeriodKind) -> None:
        self.go(period_containing(kind, self.current_period().first).id)
        self._model.show_notice(f"the best first · {self._keymap.key('find.sort')} reorders")

    @handles("period.later", "period.earlier", step=1)
    def go_periods(self, count: int) -> None:
        """Go `count` periods later, or earlier if negative, skipping days that are known or likely to be empty."""
        start = period = self.current_period()
        first, last, end = date.fromisoformat(FIRST_DAY), self._look.today, ""
        for _ in range(abs(count)):
            target = period.later if count > 0 else period.earlier
            while self._is_idle(target) and first < target.first < last:
                target = target.later if count > 0 else target.earlier
            if target.last < first or target.first > last:
                end = f"the feed begins on {FIRST_DAY}" if count < 0 else f"this is the last {period.kind} so far"
                break
            period = target
        if period != start:
            self.go(period.id)
        if end:
            self._model.show_notice(end)

    def _is_idle(self, period: Period) -> bool:
        """Whether a day is known to be empty, or likely to be, such as a day at the weekend."""
        if period.kind != "day" or self._library.visible_papers(period.date).papers:
            return False
        is_known = not self._library.gaps(period.first, period.first, self._look.today)
        return period.first.weekday() >= SATURDAY or is_known


# The filter pane, and the topics of a paper


class FilterActions(Controller):
    """The keys of the filter pane."""

    @handles("find.filter")
    def open_or_close(self, _count: int | None) -> None:
        state = self._model.state
        is_open = state.context == "filter" or state.is_filter_open
        self._model.change(state.close_filter() if is_open else state.open_filter())

    @handles(
        each={
            "topic.pick": FilterPane.toggle,
            "topic.exclude": FilterPane.exclude,
            "topic.any_all": FilterPane.switch_mode,
        }
    )
    def act_in_pane(self, _count: int | None, act: Callable[[FilterPane], object]) -> None:
        act(self._app.filter_pane)

    @answers("topics")
    def pick_topics(self, choice: Choice) -> None:
        """Write the picked topics into the query, and remember the mode, which a query with a single topic lacks."""
        state = self._model.state
        self._narrow(state.put(TOPIC_MODE, choice.mode), lambda text: with_choice(text, "topic", choice))
        if choice.mode != state[TOPIC_MODE]:
            other = "all" if choice.mode == "any" else "any"
            key = self._keymap.key("topic.any_all", "filter")
            self._model.show_notice(f"papers with {choice.mode} of the picked topics · {key} with {other}")

    @answers("tag choice")
    def toggle_tag(self, named: tuple[str, Mark]) -> None:
        def toggle(text: str) -> str:
            return with_choice(text, "tag", chosen_terms(parse(text), "tag").toggle(*named))

        self._narrow(self._model.state, toggle)

    def _narrow(self, state: State, change: Callable[[str], str]) -> None:
        try:
            self._model.change(state.narrow(change(state.place.text)))
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")


class TopicActions(Controller):
    """The topics of the highlighted paper."""

    @handles("find.topic")
    def filter_by_topic(self, _count: int | None) -> None:
        state = self._model.state
        paper = self._library.paper(state.highlighted)
        if paper is None:
            return
        if not paper.topics:
            self._model.show_notice("this paper has no topics")
        elif len(paper.topics) == 1:
            self._toggle(paper.topics[0])
        else:
            slugs = {str(number): slug for number, slug in enumerate(paper.topics, 1)}
            choices = [(digit, state[TOPIC_NAMES].get(slug, slug)) for digit, slug in slugs.items()]
            self._app.keyboard.ask_letter("topic", choices, lambda digit: self._toggle(slugs[digit]))

    def _toggle(self, slug: str) -> None:
        state = self._model.state
        choice = chosen_terms(state.place.query, "topic")
        text = with_choice(state.place.text, "topic", choice.toggle(slug, "picked"))
        at = Position(state.highlighted)
        self._model.change(state.narrow(text, at))
        name = state[TOPIC_NAMES].get(slug, slug)
        self._model.show_notice(f"no longer filtered by {name}" if slug in choice.picked else f"only {name}")

    @answers("topic")
    def show(self, slug: str) -> None:
        self._app.view_actions.show_query(with_choice("", "topic", Choice("all", (slug,))))

    def commands(self) -> Sequence[Offer]:
        names = self._model.state[TOPIC_NAMES]
        return [
            Offer(f"Topic: {name}", "The papers of this topic.", partial(self.show, slug))
            for slug, name in names.items()
        ]
