"""The reader's app: connects the state, the keys, the background work and the screens."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import constants, events, on
from textual.app import App
from textual.driver import Driver
from textual.reactive import var
from textual.screen import Screen

from reader import platform
from reader.config import Settings
from reader.keys.actions import TYPING, Context
from reader.keys.keymap import Keymap
from reader.keys.spelling import keys_of_label
from reader.platform import is_colorless, theme_name
from reader.session import visit
from reader.session.places import Place, listed_views, view
from reader.ui.command_line.screen import COMMANDS
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.full_text.fetcher import BookmarkKeeper
from reader.ui.kit import theme
from reader.ui.kit.glyphs import glyphs
from reader.ui.kit.line_widgets import StatusLine, WidgetReport, catch_up
from reader.ui.kit.pane import Pane
from reader.ui.kit.textual_fixes import StylesheetParsedOnce, color_filters, take_keys
from reader.ui.library.library import Library
from reader.ui.list.loader import ListLoader
from reader.ui.main_screen import MainScreen
from reader.ui.next_start import LastPlace
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.controller import (
    Answers,
    Background,
    Controller,
    Follows,
    Handler,
    Look,
    Model,
    handlers_of,
    subscribe,
)
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.layout import remembered_panes
from reader.ui.shell.listing import ListSource, Position
from reader.ui.shell.screens import OverScreen, Screens
from reader.ui.shell.state import Notices, State
from reader.ui.terminal.process import finish_startup_tuning

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from reader.cache.search.compile import Scope
    from reader.core.topics.scorer import Topics
    from reader.refresh.lines import JobRunner
    from reader.ui.command_line.actions import AutomaticCommands, CommandActions, CommandRunner
    from reader.ui.first_frame import FirstFrame
    from reader.ui.full_text.actions import FullTextActions
    from reader.ui.list.news import NewsActions
    from reader.ui.list.pane import PaperList
    from reader.ui.marks import MarkActions, Traces
    from reader.ui.page.actions import LinkActions, PageActions
    from reader.ui.page.loader import DetailLoader, PaperLookup
    from reader.ui.pictures import PictureActions
    from reader.ui.query.actions import AddActions, FeedSearch
    from reader.ui.refresh.changes import Refresher, SettingsWatch, Sync
    from reader.ui.shell.commands import Shell
    from reader.ui.terminal.driver import TerminalDriver
    from reader.ui.terminal.process import ExitSupervisor
    from reader.ui.views import ViewActions
    from reader.ui.why.actions import Learner


def _controllers_of(name: str) -> Iterator[type[Controller]]:
    """Import the controllers of a feature's module, in order."""
    module = import_module(name)
    for item in vars(module).values():
        if isinstance(item, type) and issubclass(item, Controller) and item.__module__ == name:
            yield item


FEATURES = (
    "reader.ui.marks",
    "reader.ui.list.loader",
    "reader.ui.list.movement",
    "reader.ui.list.news",
    "reader.ui.refresh.changes",
    "reader.ui.query.actions",
    "reader.ui.command_line.actions",
    "reader.ui.page.actions",
    "reader.ui.page.loader",
    "reader.ui.full_text.actions",
    "reader.ui.full_text.fetcher",
    "reader.ui.pictures",
    "reader.ui.filter.counter",
    "reader.ui.views",
    "reader.ui.why.actions",
    "reader.ui.dates",
    "reader.ui.triage",
    "reader.ui.notes",
    "reader.ui.follows",
    "reader.ui.help",
)
"""The modules with controllers, which the app imports after the first list is drawn.

Controllers follow the state in this order, and a step back asks them in this order for something to stop. The app makes
one object of each class of controllers, see `ui/shell/controller.py`.
"""

SAMPLE = "sample"
"""The app's result if the caller should open the bundled sample next."""


def _record_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an unhandled error of the event loop; asyncio would print it over the screen."""
    from reader import log_file

    log_file.record_loop_error(context)


class ReaderApp(StylesheetParsedOnce, App[str], inherit_bindings=False):
    """The reader over the cache at `cache_file`.

    `run_job` runs jobs such as a refresh; `rules` loads the topics and `shell` the commands at their first use. The
    reader starts with `query` in the view All, or without a query at the place of the last visit. A `demo` fetches
    nothing and saves nothing outside the cache. `leaving` supervises the end of the program; `first_frame` is already
    on the terminal. Changes to views in `settings_file` take effect at once; `now` is the clock; a `still` reader has
    no spinner and starts no refresh.
    """

    TITLE = "dailypapers"
    ENABLE_COMMAND_PALETTE = False

    state: var[State] = var(State, init=False)
    """The current state; the model sets it, and panes and background work watch it."""

    failure: Exception | None = None
    terminal: TerminalDriver | None = None
    """The reader's own terminal driver; None in a browser and in tests."""

    # The controllers that other controllers use; `_make_controller` derives the names from their classes.
    add_actions: AddActions
    automatic_commands: AutomaticCommands
    command_actions: CommandActions
    command_runner: CommandRunner
    detail_loader: DetailLoader
    feed_search: FeedSearch
    full_text_actions: FullTextActions
    learner: Learner
    link_actions: LinkActions
    mark_actions: MarkActions
    news_actions: NewsActions
    page_actions: PageActions
    paper_lookup: PaperLookup
    picture_actions: PictureActions
    refresher: Refresher
    settings_watch: SettingsWatch
    sync: Sync
    traces: Traces
    view_actions: ViewActions

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
        shell: Callable[[], Shell],
        leaving: ExitSupervisor | None = None,
        first_frame: FirstFrame | None = None,
        warnings: Sequence[str] = (),
        settings_file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        still: bool = False,
    ) -> None:
        self.settings = settings
        self.keymap = Keymap.of(settings)
        super().__init__(css_path=list(theme.stylesheets()))
        self.no_color = is_colorless(os.environ)
        self.use_theme(theme_name(settings.theme, os.environ))
        self.use_theme_variables()
        self.look = Look(self.keymap, glyphs(settings.ascii), now, demo, still, platform.shows_links(os.environ))
        self.run_job = run_job
        self.rules = rules
        self.settings_file = settings_file
        self.shell = shell
        self._warnings = tuple(warnings)
        self.state_file = None if demo else state_file
        self._left = visit.load(self.state_file) if self.state_file else visit.Visit()
        self.leaving = leaving
        self.first_frame = first_frame
        self.library = Library(cache_file)
        self.library.new_since = self._left.visited
        has_news = self.library.has_news
        begun = visit.resume_visit(self._left, has_news, now().astimezone().date())
        self._keep = None if query else begun.paper
        self.model = Model(self._first_state(query, begun))
        self.set_reactive(ReaderApp.state, self.model.state)
        self.model.publish = partial(setattr, self, "state")
        self.background = Background(self, self.model)
        self.controllers: list[Controller] = []
        """The controllers of all features, in order."""
        self.keyboard = Keyboard(self)
        self.screens = Screens(self)
        self.list_loader = ListLoader(self)
        self.bookmark_keeper = BookmarkKeeper(self)
        self.last_place = LastPlace(self._left, query, self)
        self.handlers: Mapping[str, Handler] = {}
        self._answers: dict[str, Callable[[Any], object]] = {}

    def _first_state(self, query: str, begun: visit.Visit) -> State:
        left, settings = self._left, self.settings
        views = listed_views(settings)
        place, before = (Place(views.find(one.view), one.text) for one in (begun, left))
        pk = self.library.pk_of(left.paper) if place != before and left.paper else None
        panes = remembered_panes(left)
        state = State(
            place=Place(view("all"), query) if query else place,
            cursors={ListSource(before): Position(pk)} if pk else {},
            views=views,
            panes=panes,
            history=left.history,
            parts={
                COMMANDS: left.commands,
                TOPIC_NAMES: self.library.topic_names(),
                REFRESH: RefreshStatus(last=self.library.last_refresh()),
            },
            mode="sample" if self.look.demo else "" if self.library.is_writable else "read-only",
        )
        return state.remember_query(query)

    # Set-up

    def get_default_screen(self) -> Screen[None]:
        self.main = MainScreen(
            self.model,
            self.look,
            self.library.rows,
            partial(self.list_loader.load_first, self._keep),
        )
        self.main.is_held = self.first_frame is not None
        self.last_place.main = self.main
        return self.main

    def on_mount(self) -> None:
        Pane.bar_glyphs = self.look.glyphs
        self.watch_end()
        subscribe(self, self.model, lambda state: state.request, self.list_loader.load, now=False)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Finish the start after the first frame."""
        await self.main.finish()
        if not self.main.is_attached:
            return
        self.filter_pane, self.detail = self.main.filter, self.main.detail
        self.query_line = self.main.query_line
        self.screens.begin()
        self._add("reader.ui.program", *FEATURES)
        subscribe(self, self.model, lambda state: (state.is_list_coming, state.is_ranking), self._go_on, now=False)
        self.call_after_refresh(self._take_over)

    def _add(self, *modules: str) -> None:
        """Create the controllers of the modules and subscribe them to the state."""
        added = [self._make_controller(kind) for name in modules for kind in _controllers_of(name)]
        self.controllers += added
        for controller in added:
            for role, method in controller.roles():
                if isinstance(role, Follows):
                    subscribe(self, self.model, role.parts, method, now=role.now)
                elif isinstance(role, Answers):
                    self._answers[role.kind] = method
        self.handlers = handlers_of(self.controllers, lambda: self.model.state.context)

    def _make_controller(self, kind: type[Controller]) -> Controller:
        """Return `app.mark_actions` for the class MarkActions, creating it if the first list did not need it."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
        if name not in vars(self):
            setattr(self, name, kind(self))
        controller: Controller = getattr(self, name)
        return controller

    def scope(self) -> Scope:
        """The context of queries: the saved views and the current day."""
        views = tuple((saved.name, saved.query) for saved in self.model.state.views.saved)
        return self.library.scope(self.look.today)._replace(views=views)

    def _take_over(self) -> None:
        """Replace the first frame, if any, and keep its cursor; then start working."""
        if self.first_frame is not None:
            self.main.draw_ahead()
        had_frame = self.first_frame is not None
        self.take_terminal()
        self.main.release()
        self.call_after_refresh(self._begin_work, had_frame)

    async def _begin_work(self, had_frame: bool) -> None:
        if not had_frame and self.last_place.is_saved:
            # This takes 10 ms once, and runs before the typed keys, because a key may quit.
            from reader.ui.next_start import keep_look

            keep_look(self.keymap, self.settings)
        await self.keyboard.begin()
        finish_startup_tuning()
        warnings = (*self._warnings, *(str(mistake) for mistake in self.keymap.mistakes))
        for warning in warnings[:1]:
            more = f" (and {len(warnings) - 1} more: dailypapers config check)" if warnings[1:] else ""
            self.model.show_news(f"{warning}{more}", "warning")
        if self.look.demo:
            self.model.show_news("sample: nothing is kept")
        for controller in self.controllers:
            controller.on_begin()

    @property
    def has_exports_due(self) -> bool:
        """Whether the watched exports may be out of date."""
        return bool(self.controllers) and self.automatic_commands.is_due

    @property
    def commands_due(self) -> tuple[tuple[str, ...], ...]:
        """The commands that send marks to other machines."""
        return (self.sync.words,) if self.controllers and self.sync.is_due else ()

    def on_unmount(self) -> None:
        for controller in self.controllers:
            controller.on_end()
        self.library.close()

    def keep_place(self) -> list[str]:
        """Save the user's place for the next start; return a sentence for each part that could not be saved."""
        return self.last_place.keep()

    @property
    def papers(self) -> PaperList:
        return self.main.papers

    @property
    def status(self) -> StatusLine:
        """The status line of the screen in front."""
        status: StatusLine = getattr(self.screen, "status", self.main.status)
        return status

    # Clicks: a widget reports a click in a message, and the app acts as for a key.

    @on(WidgetReport)
    def _answer(self, event: WidgetReport) -> None:
        if event.kind == "action":
            self.perform(event.value)
        elif event.kind == "key":
            for key in keys_of_label(event.value):
                self.simulate_key(key)
        elif event.kind in self._answers:
            self._answers[event.kind](event.value)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Handle bound keys before any widget receives them; unbound keys go to the widgets."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event, *await take_keys(self))
        else:
            await super().on_event(event)

    async def forward(self, key: events.Key) -> None:
        """Send an unbound key to the widgets, and wait until a text field has handled it."""
        screen = self.screen
        if isinstance(screen, OverScreen):
            await screen.ready()
        await super().on_event(key)
        if screen.focused is not None and self.model.state.context in TYPING:
            # The next key may be Enter, which accepts the text typed before it.
            await catch_up(screen.focused)

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        """Take a key as text, such as in a date; return False for other keys."""
        return any(controller.take_text(context, key, character) for controller in self.controllers)

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table, `count` times if it takes a count."""
        if self.handlers:
            self.model.change(self.model.state.change_notices(Notices.without_answer))
            self.handlers[action_id](count)

    def _go_on(self, _state: State) -> None:
        self.call_later(self.keyboard.go_on)

    # Themes

    def use_theme(self, name: str) -> None:
        self.register_theme(theme.find_theme(name))
        self.theme = name

    def get_line_filters(self) -> Sequence[LineFilter]:
        return color_filters(super().get_line_filters(), colorless=self.no_color)

    def open_sample(self) -> None:
        """Quit with the result `SAMPLE`; the caller then opens the bundled sample."""
        self.exit(SAMPLE)

    # The terminal

    def get_driver_class(self) -> type[Driver]:
        """The driver named by `TEXTUAL_DRIVER`, as set by `textual serve`; else the reader's own driver."""
        if constants.DRIVER:
            return super().get_driver_class()
        from reader.ui.terminal.driver import TerminalDriver

        return TerminalDriver

    def leave(self) -> None:
        self.expect_end()
        self.keep_place()
        self.exit()

    def watch_end(self) -> None:
        """Quit when the system or the terminal asks for it; log errors of the event loop."""
        asyncio.get_running_loop().set_exception_handler(_record_loop_error)
        if self.leaving is not None:
            self.leaving.begin(self.leave, self.keep_place)

    def expect_end(self) -> None:
        """Start supervising the end of the program, because any of its steps may hang."""
        if self.leaving is not None:
            self.leaving.expect_end()

    def lose_terminal(self) -> None:
        """Quit because the terminal is gone; called in the thread that reads the terminal."""
        if self.leaving is not None:
            self.leaving.lose_terminal()

    def exit(self, result: str | None = None, return_code: int = 0, message: object = None) -> None:
        self.expect_end()
        super().exit(result, return_code)

    def _handle_exception(self, error: Exception) -> None:
        if self.is_leaving:
            from reader.log_file import record_error

            # For example, a screen that is still being created when the app ends cannot mount its widgets.
            record_error("leaving", error)
            return
        self.failure = self.failure or error
        self.expect_end()
        self.keep_place()
        super()._handle_exception(error)

    @property
    def is_leaving(self) -> bool:
        """Whether the app is ending: later keys would open screens that close at once."""
        return self.return_code is not None

    def take_terminal(self) -> None:
        """Replace the first frame, if any, from now on."""
        self.first_frame = None
        if self.terminal is not None:
            self.terminal.take_over()

    def stop_job(self) -> bool:
        return self.terminal is not None and self.terminal.stop_job()

    @on(Driver.SignalResume)
    def _draw_again(self) -> None:
        self.refresh(layout=True)

    def open_in_browser(self, url: str) -> bool:
        """Open an address in the user's web browser if the reader runs in one; else return False."""
        if not self.is_web:
            return False
        self.open_url(url)
        return True
