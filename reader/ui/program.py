"""Actions on the program: refresh, help, commands, the sample, back, quit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Protocol

from reader.core.dates import period_of_view
from reader.core.errors import ReaderError
from reader.core.paper_row import PaperKey, PaperRow
from reader.keys.actions import Context
from reader.refresh.plan import Days
from reader.session.places import Place, view
from reader.ui.kit.day_names import short_day
from reader.ui.page.pdf_fetcher import PdfFetcher
from reader.ui.query.actions import NOTHING_IS_FETCHED
from reader.ui.query.feed_search import FeedSearch
from reader.ui.refresh.refresher import Refresher
from reader.ui.shell.handlers import handles
from reader.ui.shell.services import Services
from reader.ui.state.parts import Position
from reader.ui.topics.actions import with_topic
from reader.ui.views.actions import ViewActions

if TYPE_CHECKING:
    from textual.screen import Screen

    from reader.ui.help.palette import Command


class Program(Protocol):
    """The app, as these actions use it."""

    @property
    def context(self) -> Context | None: ...

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table."""

    @property
    def is_served(self) -> bool: ...

    def call_when_closed(self, act: Callable[[], object]) -> None:
        """Call a function once the screen in front is gone."""

    def show_screen(self, screen: Screen[None]) -> None:
        """Show a screen that reads its own keys."""

    def leave_detour(self) -> bool:
        """Close a temporary content of a pane, such as an explanation; return whether there was one."""

    def leave(self) -> None:
        """Save the place, and quit."""

    def open_sample(self) -> None:
        """Quit, and open the bundled sample."""


class ProgramActions:
    """Actions on the program as a whole."""

    def __init__(
        self,
        program: Program,
        services: Services,
        refresher: Refresher,
        search: FeedSearch,
        views: ViewActions,
        *,
        stop_command: Callable[[], bool],
        stop_titles: Callable[[], bool],
        pdfs: PdfFetcher,
        more_commands: Callable[[], list[Command]],
        position: Callable[[], Position],
    ) -> None:
        """`position` returns the cursor; `stop_command` and `stop_titles` return whether there was anything to stop."""
        self._program = program
        self._services = services
        self._model = services.model
        self._keymap = services.look.keymap
        self._glyphs = services.look.glyphs
        self._demo = services.look.demo
        self._refresher = refresher
        self._search = search
        self._stop_command = stop_command
        self._stop_titles = stop_titles
        self._pdfs = pdfs
        self._views = views
        self._more_commands = more_commands
        self._position = position

    @handles("app.refresh")
    def refresh(self, _count: int | None) -> None:
        """Fetch the latest days, or the days of the view."""
        if self._demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
            return
        view = self._model.state.place.view
        period = period_of_view(view.id)
        if view.is_ranking:
            self._views.fetch_trending()
        elif period is not None:
            ordinals = range(period.first.toordinal(), period.last.toordinal() + 1)
            days = tuple(date.fromordinal(day).isoformat() for day in ordinals)
            self._refresher.fetch(Days(days), period.id, period.short)
        else:
            self._refresher.begin(is_asked=True)

    @handles("app.sample")
    def open_sample(self, _count: int | None) -> None:
        self._program.open_sample()

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        from reader.ui.help.screen import HelpScreen

        context = self._program.context
        if context is not None:
            self._program.show_screen(HelpScreen(self._keymap, context, self._glyphs))

    @handles("app.commands")
    def show_commands(self, _count: int | None) -> None:
        from reader.ui.help.palette import Palette, action_commands

        context = self._program.context
        if context is not None:
            own = action_commands(self._keymap, context, self._do_later)
            commands = [*own, *self._view_commands(), *self._topic_commands(), *self._more_commands()]
            self._program.show_screen(Palette(commands, self._glyphs, self._paper_commands))

    def _do_later(self, action_id: str) -> None:
        self._program.call_when_closed(partial(self._program.perform, action_id))

    def _view_commands(self) -> list[Command]:
        from reader.ui.help.palette import Command

        def show(id: str) -> None:
            self._program.call_when_closed(partial(self._views.go, id))

        return [Command(f"View: {one.name}", one.query, partial(show, one.id)) for one in self._model.state.views.saved]

    def _topic_commands(self) -> list[Command]:
        from reader.ui.help.palette import Command

        state = self._model.state

        def show(slug: str) -> None:
            self._program.call_when_closed(partial(self._views.show_query, with_topic("", slug)))

        return [
            Command(f"Topic: {name}", state.topic_meanings.get(slug, "The papers of this topic."), partial(show, slug))
            for slug, name in state.topic_names.items()
        ]

    async def _paper_commands(self, typed: str) -> list[Command]:
        """A command for each of the newest papers with the typed words in their titles."""
        from reader.ui.help.palette import Command

        def show(pk: PaperKey) -> None:
            self._program.call_when_closed(partial(self._views.show_paper, pk))

        return [
            Command(row.title, short_day(row.day, self._services.look.today), partial(show, row.pk))
            for row in await find_by_title(self._services, typed)
        ]

    @handles("app.escape")
    def step_back(self, _count: int | None) -> None:
        """Stop or close the latest thing; never quit."""
        if not (self._pdfs.stop() or self._back()):
            _ = self._refresher.stop() or self._stop_titles()

    @handles("app.back")
    def back_or_quit(self, _count: int | None) -> None:
        if not self._back():
            self._program.leave()

    def _back(self) -> bool:
        """Go one step back; return False at the top."""
        if self._search.stop():
            self._model.show_notice("search stopped")
            return True
        if self._stop_command():
            return True
        if self._program.leave_detour():
            return True
        state = self._model.state
        self._model.change(state.step_back(self._position()))
        triage = state.triage
        if triage is not None and triage.phase == "coming" and state.place == triage.place != self._model.state.place:
            # With a paper in front, the same key would have paused it.
            key = self._keymap.key("triage.begin")
            self._model.show_notice(f"left before the first paper · {key} begins the triage")
        return self._model.state is not state

    @handles("app.quit")
    def quit(self, _count: int | None) -> None:
        self._program.leave()


MOST_TITLES = 8
"""Papers that one search returns."""


async def find_by_title(services: Services, typed: str) -> list[PaperRow]:
    """The newest papers whose titles have words that begin as the typed ones; none if a newer search comes."""
    from reader.cache.search.compile import compile_query

    words = re.findall(r"\w+", typed)
    if not words:
        return []
    place = Place(view("all"), " ".join(f"title:{word}" for word in words))
    try:
        return await services.library.find(compile_query(place.whole("day"), services.scope()), MOST_TITLES)
    except ReaderError:
        return []
