"""The reader: one app over one cache, its keys, and what its screens share."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen

from reader.config import Settings
from reader.core.errors import ReaderError
from reader.keys.keymap import Context, Keymap
from reader.session import visit
from reader.session.places import Place, view
from reader.ui import terminal, theme, view_models
from reader.ui.keyboard import Keyboard
from reader.ui.screens.main import MainScreen
from reader.ui.stylesheets import stylesheets
from reader.ui.text.glyphs import glyphs
from reader.ui.widgets.paper_list import PaperList
from reader.ui.widgets.scrollbar import draw_scrollbars
from reader.ui.widgets.status_line import Kind, StatusLine
from reader.ui.work.background import start
from reader.ui.work.feed_search import FeedSearch
from reader.ui.work.library import Library
from reader.ui.work.refresher import Refresher

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.query.topic_choice import TopicChoice
    from reader.core.topics.scorer import Topics
    from reader.refresh.jobs import JobRunner
    from reader.ui.screens.calendar import CalendarScreen
    from reader.ui.screens.paper_page import PaperPage
    from reader.ui.widgets.paper_detail import PaperDetail

SAMPLE = "sample"
"""What the app returns to ask for the sample."""

POLL = 1.0
"""Seconds between two looks for what other programs wrote to the cache."""

HISTORY = 50
"""Queries that are remembered."""


class Sizes(NamedTuple):
    """The panes as the user sized them."""

    filter_width: int
    list_share: float


class ReaderApp(App[str], inherit_bindings=False):
    """The reader over the cache at `cache_file`.

    `run_job` does what is done behind it, such as a refresh; `rules` loads the topic rules when they are needed.
    `query` is where to begin, in All; without one it begins where it was left. With `demo` nothing is fetched or kept
    beside the cache. `now` is the clock; a `still` reader has no spinner and fetches nothing by itself.
    """

    TITLE = "dailypapers"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        settings: Settings,
        cache_file: Path,
        *,
        query: str = "",
        demo: bool = False,
        state_file: Path | None = None,
        run_job: JobRunner,
        rules: Callable[[], Topics],
        warnings: Sequence[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        still: bool = False,
    ) -> None:
        self.settings = settings
        self.glyphs = glyphs(settings.ascii)
        self.keymap = Keymap(overrides=settings.keys, ascii=settings.ascii)
        super().__init__(css_path=list(stylesheets()))
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.theme_name(settings.theme, os.environ)
        self._styled_for = self.get_css_variables()
        self.stylesheet.set_variables(self._styled_for)
        self.is_still = still
        self.demo = demo
        self.now = now
        self.library = Library(cache_file)
        self.refreshing = Refresher(self, cache_file, run_job)
        self.searching = FeedSearch(self, run_job)
        self._warnings = (*warnings, *(str(mistake) for mistake in self.keymap.mistakes))
        self._state_file = None if demo else state_file
        left = visit.load(self._state_file) if self._state_file else visit.State()
        self._place = Place(view("all"), query) if query else Place(view(left.view), left.text)
        self._keep = None if query else left.paper
        self.new_since = left.visited
        self.library.left_at(left.visited)
        self.history = left.history
        self.topic_order, self.topic_mode, self.folded = left.topic_order, left.topic_mode, left.folded
        self.sizes = Sizes(left.filter_width or settings.filter_width, left.list_share or settings.list_share)
        self.rules = rules
        self.topic_names = self.library.topic_names()
        self.about_topics: dict[str, str] = {}
        self.keyboard = Keyboard(self, super().on_event)
        self._page: PaperPage | None = None
        self.page_opened: int | None = None
        self.calendar: CalendarScreen | None = None
        """The calendar, while it is open."""

    # Set-up

    def get_default_screen(self) -> Screen[None]:
        self.main = MainScreen(self._place, self._keep)
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(theme.DEFAULTS)

    def refresh_css(self, animate: bool = True) -> None:
        """Match styles again where a theme has changed them.

        Textual 8.2.8 asks for this at each start, which parses all stylesheets a second time (25 ms).
        """
        variables = self.get_css_variables()
        if variables != self._styled_for:
            self._styled_for = variables
            super().refresh_css(animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return theme.line_filters(super().get_line_filters())

    def on_mount(self) -> None:
        draw_scrollbars(ascii=self.settings.ascii)
        if not self.is_headless:
            terminal.on_end(self.leave)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """What waits for the first frame."""
        await self.main.finish()
        # The first key finds its handler loaded.
        import_module("reader.ui.handlers")
        self.call_after_refresh(self.keyboard.begin)
        # The command line turned it off for the start, which makes next to no garbage.
        gc.freeze()
        gc.enable()
        for warning in self._warnings[:1]:
            more = f" (and {len(self._warnings) - 1} more: dailypapers config check)" if self._warnings[1:] else ""
            self.say(f"{warning}{more}", "warning")
        if self.demo:
            self.say("the bundled sample · nothing is fetched, nothing is kept", "state")
        start(self, "rules", self._read_rules)
        if self.library.has_unfinished_marks():
            from reader.ui.handlers import marks

            marks.finish(self)
        if not self.is_still:
            self.set_interval(POLL, self._look_around)
        if not self.demo and not self.is_still:
            self.refreshing.begin()
            if self.settings.refresh_minutes:
                self.set_interval(60 * self.settings.refresh_minutes, self.refreshing.begin)

    async def _read_rules(self) -> None:
        """Learn what each topic means, for the filter pane and the palette."""
        rules = await asyncio.to_thread(self.rules)
        gc.freeze()
        self.about_topics = {topic.slug: topic.about for topic in rules.topics}
        self.main.show_counts()

    def _look_around(self) -> None:
        """Show what other programs did to the cache; leave with the terminal."""
        if not self.is_headless and terminal.is_gone():
            self.leave()
        elif not self.library.is_marking:
            try:
                if self.library.changed():
                    self.keyboard.when_still(self.main.renew)
            except ReaderError as error:
                self.say(str(error), "warning")

    def on_paper_detail_link_clicked(self, event: PaperDetail.LinkClicked) -> None:
        """Open a link in the browser."""
        from reader.ui.handlers import links

        links.browse(self, event.url)

    def on_month_clicked(self) -> None:
        """Go to the day that was clicked in the calendar."""
        self.do("date.day")

    def on_paper_detail_topic_clicked(self, event: PaperDetail.TopicClicked) -> None:
        """Show a topic's papers."""
        from reader.ui.handlers import query

        self.show_query(query.with_topic("", event.slug))

    @on(PaperList.Opened)
    def _open_paper(self, _event: PaperList.Opened) -> None:
        from reader.ui.handlers import marks

        marks.open_page(self)

    @on(StatusLine.KeyClicked)
    def _press(self, event: StatusLine.KeyClicked) -> None:
        self.simulate_key(event.key)

    def open_sample(self) -> None:
        """Leave for the bundled sample, which whoever started this reader opens in its place."""
        self.exit(SAMPLE)

    def on_unmount(self) -> None:
        self.library.close()

    # What time it is

    @property
    def today(self) -> date:
        """The feed's day, which is counted in UTC."""
        return self.now().date()

    @property
    def fixed_today(self) -> date | None:
        """The day that the panes take for today; None leaves them to the clock, as days pass."""
        return self.today if self.is_still else None

    @property
    def scope(self) -> Scope:
        """What relative words such as `today`, `latest` and `new` mean now."""
        from reader.cache.search.compile import Scope

        return Scope(self.today, self.library.newest_day(), self.new_since)

    # Keys

    @property
    def context(self) -> Context | None:
        """Where a key is pressed; None where a screen of its own reads its keys."""
        if self.is_reading:
            return "page"
        if self.calendar is not None and self.screen is self.calendar:
            return "calendar"
        if self.screen is not self.main or not self.main.is_mounted:
            return None
        main = self.main
        if main.is_typing:
            return "query"
        if main.is_finished and main.focused is main.filter:
            return "filter"
        if not main.papers.count:
            return "empty"
        return "detail" if main.is_finished and main.focused is main.detail else "list"

    async def on_event(self, event: events.Event) -> None:
        """Read keys by the table before any widget does; what is bound to nothing here goes to the widgets."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event)
        else:
            await super().on_event(event)

    def do(self, action_id: str, count: int | None = None) -> None:
        """Do what an action of the table says, `count` times where it takes a count."""
        # The first frame does without the handlers and what they import (10 ms).
        from reader.ui.handlers import HANDLERS

        HANDLERS[action_id](self, count)

    # What everyone may say and show

    @property
    def status(self) -> StatusLine:
        """The last line of the screen in front."""
        return self.page.foot if self.is_reading else self.main.status

    def say(self, text: str, kind: Kind = "done") -> None:
        """Say something in the last line, on every screen that has one."""
        self.main.status.say(text, kind)
        if self.is_reading:
            self.page.foot.say(text, kind)

    def go_to_view(self, id: str) -> None:
        """Show a view with what is typed kept."""
        self.main.go(Place(view(id), self.main.place.text))
        if ":" in id:
            from reader.ui.handlers import dates

            dates.fetch_missing(self)

    def pick_topics(self, choice: TopicChoice) -> None:
        """Write the picked topics into the query."""
        from reader.core.query.topic_choice import with_topics

        place = self.main.place
        try:
            self.main.go(place._replace(text=with_topics(place.text, choice)))
        except ReaderError as error:
            self.say(str(error), "warning")

    @property
    def page(self) -> PaperPage:
        """The paper's page, made when the first paper is opened."""
        if self._page is None:
            from reader.ui.screens.paper_page import PaperPage

            hints = partial(self.keymap.hints, "page")
            self._page = PaperPage(StatusLine(self.glyphs), self.glyphs, today=self.fixed_today, hints=hints)
            self._page.detail.tell(self.topic_names, view_models.link_keys(self.keymap))
        return self._page

    @property
    def is_reading(self) -> bool:
        """Whether the paper's page is in front."""
        return self._page is not None and self.screen is self._page

    def show_query(self, text: str) -> None:
        """Show what a query matches in all papers."""
        self.close_page()
        self.main.go(Place(view("all"), text))

    def close_page(self) -> None:
        """Go back from the paper's page to the list, if it is open."""
        if self.is_reading:
            self.page_opened = None
            self.pop_screen()

    def resize_panes(self, *, filter_width: int | None = None, list_share: float | None = None) -> None:
        """Give the panes other sizes."""
        self.sizes = Sizes(filter_width or self.sizes.filter_width, list_share or self.sizes.list_share)
        self.main.size_panes()

    def remember_query(self, text: str) -> None:
        """Put a query at the front of the history."""
        if text:
            self.history = tuple(dict.fromkeys((text, *self.history)))[:HISTORY]

    def refreshed(self) -> None:
        """A refresh has ended, well or not."""
        self.topic_names = self.library.topic_names()
        if self.main.is_finished:
            self.main.detail.tell(self.topic_names)
        if self._page is not None:
            self._page.detail.tell(self.topic_names)
        if self.calendar is not None:
            self.calendar.renew()
        self.main.show_whereabouts()
        self.main.show_empty()
        self.main.count_soon()

    def leave(self) -> None:
        """Keep where the user is, and quit."""
        if self._state_file is not None:
            main = self.main
            if main.is_finished:
                self.topic_mode, self.folded = main.filter.choice.mode, tuple(sorted(main.filter.folded))
            pk = main.papers.highlighted
            paper = self.library.paper(pk) if pk is not None else None
            kept = visit.State(
                view=main.place.view.id,
                text=main.place.text,
                paper=paper.id if paper else None,
                filter_width=self.sizes.filter_width,
                list_share=self.sizes.list_share,
                visited=self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                history=self.history,
                topic_order=self.topic_order,
                topic_mode=self.topic_mode,
                folded=self.folded,
            )
            visit.save(self._state_file, kept)
        self.exit()
