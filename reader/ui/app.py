"""The reader's app: connects the state, the keys, the background work and the screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.reactive import var
from textual.screen import Screen

from reader import platform
from reader.access_token import keep_private
from reader.config import Settings
from reader.core.theme_names import is_colorless, theme_name
from reader.keys.actions import TYPING, Context, KeySet
from reader.keys.keymap import Keymap
from reader.keys.spelling import keys_labelled
from reader.session import visit
from reader.session.places import Place, listed_views, view
from reader.ui.command_line.state import COMMANDS
from reader.ui.features import FEATURES, Feature
from reader.ui.filter.state import TOPIC_MODE, TOPIC_NAMES, TOPIC_ORDER
from reader.ui.kit.glyphs import glyphs
from reader.ui.kit.line_widgets import Reported, StatusLine
from reader.ui.kit.pane import draw_scrollbars
from reader.ui.kit.textual_fixes import take_keys
from reader.ui.kit.typed_line import catch_up
from reader.ui.library.library import Library
from reader.ui.list.header import header_parts, window_title
from reader.ui.list.loader import ListLoader
from reader.ui.looks import Look
from reader.ui.looks.theme import stylesheets
from reader.ui.main_screen import MainScreen
from reader.ui.next_start import LastPlace
from reader.ui.refresh.state import REFRESH, RefreshStatus
from reader.ui.shell.app import ShellApp
from reader.ui.shell.handlers import Answers, Begins, Ends, Follows, Handler, TakesText, TakesWords, find, handlers_of
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.layout import remembered
from reader.ui.shell.listing import Position, Where
from reader.ui.shell.model import Model, subscribe
from reader.ui.shell.screens import OverScreen, Screens
from reader.ui.shell.services import Actor, Background, Services
from reader.ui.shell.state import Notices, State
from reader.ui.terminal.process import finish_startup_tuning

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics
    from reader.refresh.lines import JobRunner
    from reader.ui.first_frame.frame import FirstFrame
    from reader.ui.shell.commands import Shell
    from reader.ui.terminal.leaving import Leaving


def _actors(feature: Feature) -> Iterator[type[Actor]]:
    """Import the classes of a feature's actions and work, in order."""
    for name in feature.modules:
        module = import_module(f"{feature.folder}.{name}")
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Actor) and one.__module__ == module.__name__:
                yield one


class ReaderApp(ShellApp):
    """The reader over the cache at `cache_file`.

    `run_job` runs jobs such as a refresh; `rules` loads the topics, and `shell` the commands, at their first use.
    It starts with `query` in the view All; without a query, where the user left off. A `demo` fetches nothing and saves
    nothing outside the cache. With `opens_page`, the first paper's page is open. `leaving` supervises its end;
    `first_frame` is already on the terminal. Changes to views in `settings_file` take effect at once; `now` is the
    clock; a `still` reader has no spinner and starts no refresh.
    """

    TITLE = "dailypapers"
    ENABLE_COMMAND_PALETTE = False

    state: var[State] = var(State, init=False)
    """The current state; the model sets it, and panes and background work watch it."""

    def __init__(
        self,
        settings: Settings,
        cache_file: Path,
        *,
        query: str = "",
        opens_page: bool = False,
        demo: bool = False,
        state_file: Path | None = None,
        run_job: JobRunner,
        rules: Callable[[], Topics],
        shell: Callable[[], Shell],
        leaving: Leaving | None = None,
        first_frame: FirstFrame | None = None,
        warnings: Sequence[str] = (),
        settings_file: Path | None = None,
        learns_apart: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        still: bool = False,
    ) -> None:
        self.settings = settings
        self.keymap = Keymap.of(settings)
        super().__init__(css_path=list(stylesheets()))
        self.no_color = is_colorless(os.environ)
        self.use_theme(theme_name(settings.theme, os.environ))
        self.use_theme_variables()
        self.look = Look(self.keymap, glyphs(settings.ascii), now, demo, still, platform.shows_links(os.environ))
        self.run_job = run_job
        self.rules = rules
        self.settings_file = settings_file
        self.shell = shell
        self._opens_page = opens_page
        self._warnings = tuple(warnings)
        self.state_file = None if demo else state_file
        self._left = visit.load(self.state_file) if self.state_file else visit.Visit()
        self.leaving = leaving
        self.first_frame = first_frame
        self.library = Library(cache_file, learns_apart=learns_apart)
        self.library.left_at(self._left.visited)
        begun = visit.resumed(self._left, self.library.has_news, now().astimezone().date())
        self._keep = None if query else begun.paper
        self.model = Model(self._first_state(query, begun))
        self.set_reactive(ReaderApp.state, self.model.state)
        keep_private("typed", lambda: (self.model.state.listed_text, *self.model.state.history))
        self.model.publish = partial(setattr, self, "state")
        self.background = Background(self, self.model)
        self.services = Services(self.model, self.library, self.background, settings, self.look, app=self)
        self.keyboard = self.services[Keyboard]
        self.list_loader = self.services[ListLoader]
        self.last_place = LastPlace(self._left, query, self.services)
        self.handlers: Mapping[str, Handler] = {}
        self._answers: dict[str, Callable[[Any], object]] = {}
        self._typing: dict[Context, Callable[[str, str | None], object]] = {}
        self._words: dict[Context, Callable[[str], object]] = {}
        self._has_begun = False

    def _first_state(self, query: str, begun: visit.Visit) -> State:
        left, settings = self._left, self.settings
        views = listed_views(settings)
        place, before = (Place(views.find(one.view), one.text) for one in (begun, left))
        pk = self.library.pk_of(left.paper) if place != before and left.paper else None
        panes = remembered(settings.density, settings.filter_width, settings.list_share, left)
        state = State(
            place=Place(view("all"), query) if query else place,
            cursors={Where(before): Position(pk)} if pk else {},
            views=views,
            panes=panes,
            history=left.history,
            parts={
                COMMANDS: left.commands,
                TOPIC_NAMES: self.library.topic_names(),
                TOPIC_ORDER: left.topic_order,
                TOPIC_MODE: left.topic_mode,
                REFRESH: RefreshStatus(last=self.library.last_refresh()),
            },
            mode="sample" if self.look.demo else "" if self.library.is_writable else "read-only",
        )
        return state if self._opens_page else state.remember_query(query)

    # Set-up

    def get_default_screen(self) -> Screen[None]:
        self.main = MainScreen(
            self.model,
            self.look,
            self.library.rows,
            partial(self.list_loader.load_first, self._keep),
            folded=self._left.folded,
        )
        self.main.is_held = self.first_frame is not None
        self.last_place.main = self.main
        return self.main

    def on_mount(self) -> None:
        draw_scrollbars(ascii=self.settings.ascii)
        self.watch_end()
        subscribe(self, self.model, lambda state: state.request, self.list_loader.load, now=False)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Finish the start after the first frame."""
        # The first frame does not need the handlers, whose imports take 10 ms.
        from reader.ui.query.actions import Completer

        await self.main.finish(self.services[Completer].complete)
        if not self.main.is_attached:
            return
        for pane in (self.main, self.main.papers, self.main.filter, self.main.detail, self.main.query_line):
            self.services.put(pane)
        self.services[Screens].begin()
        self.add(Feature("reader.ui", ("program",)), *FEATURES)
        subscribe(self, self.model, lambda state: (state.is_list_coming, state.is_ranking), self._go_on, now=False)
        subscribe(self, self.model, header_parts, lambda state: self.set_title(window_title(state, self.look.now())))
        self.call_after_refresh(self._take_over)

    def add(self, *features: Feature) -> None:
        """Add features: make their objects, subscribe them to the state, and register their keys."""
        objects: list[object] = [self.services[kind] for feature in features for kind in _actors(feature)]
        self.services.features += objects
        for keys in (feature.keys for feature in features if feature.keys is not None):
            self.keymap.add(keys)
        for follow, act in find(Follows, objects):
            subscribe(self, self.model, follow.parts, act, now=follow.now)
        self._find_handlers()
        self._answers = {role.kind: answer for role, answer in self.services.find(Answers)}
        self._typing = {role.context: take for role, take in self.services.find(TakesText)}
        self._words = {role.context: take for role, take in self.services.find(TakesWords)}
        if self._has_begun:
            for _, begin in find(Begins, objects):
                begin()

    def _find_handlers(self) -> None:
        self.handlers = handlers_of(self.services.features, lambda: self.model.state.context)

    def add_keys(self, keys: KeySet) -> None:
        self.keymap.add(keys)
        self._find_handlers()

    def _take_over(self) -> None:
        """Replace the first frame, if there is one, keeping its cursor; then start working."""
        if self.first_frame is not None:
            self.main.draw_ahead()
        had_frame = self.first_frame is not None
        self.take_terminal()
        self.main.release()
        self.call_after_refresh(self._begin_work, had_frame)

    async def _begin_work(self, had_frame: bool) -> None:
        if not had_frame and self.last_place.is_saved:
            # Takes 10 ms once; one of the keys may quit.
            from reader.ui.next_start import keep_look

            keep_look(self.main, self.keymap, self.settings)
        if self._opens_page:
            self.perform("read.open")
        await self.keyboard.begin()
        finish_startup_tuning()
        warnings = (*self._warnings, *(str(mistake) for mistake in self.keymap.mistakes))
        for warning in warnings[:1]:
            more = f" (and {len(warnings) - 1} more: dailypapers config check)" if warnings[1:] else ""
            self.model.show_news(f"{warning}{more}", "warning")
        if self.look.demo:
            self.model.show_news("the bundled sample keeps nothing")
        self._has_begun = True
        for _, begin in self.services.find(Begins):
            begin()

    @property
    def has_exports_due(self) -> bool:
        """Whether the watched exports may be out of date."""
        from reader.ui.command_line.runner import AutomaticCommands

        return any(isinstance(one, AutomaticCommands) and one.is_due for one in self.services.features)

    @property
    def commands_due(self) -> tuple[tuple[str, ...], ...]:
        """The commands that send marks to other machines."""
        from reader.ui.refresh.sync import Sync

        return tuple(one.words for one in self.services.features if isinstance(one, Sync) and one.is_due)

    def on_unmount(self) -> None:
        for _, end in self.services.find(Ends):
            end()
        self.library.close()

    def keep_place(self) -> list[str]:
        return self.last_place.keep()

    @property
    def status(self) -> StatusLine:
        """The status line of the screen in front."""
        status: StatusLine = getattr(self.screen, "status", self.main.status)
        return status

    # Clicks: a widget reports the mouse in a message, and the app acts as for a key.

    @on(Reported)
    def _answer(self, event: Reported) -> None:
        if event.kind == "action":
            self.perform(event.value)
        elif event.kind == "key":
            for key in keys_labelled(event.value):
                self.simulate_key(key)
        elif event.kind in self._answers:
            self._answers[event.kind](event.value)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Look up keys in the table before any widget receives them; unbound keys go to the widgets."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event, *await take_keys(self))
        else:
            await super().on_event(event)

    async def forward(self, key: events.Key) -> None:
        screen = self.screen
        if isinstance(screen, OverScreen):
            await screen.ready()
        await super().on_event(key)
        if screen.focused is not None and self.model.state.context in TYPING:
            # The next key may be Enter, which accepts the text typed before it.
            await catch_up(screen.focused)

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        take = self._typing.get(context)
        return take is not None and bool(take(key, character))

    def takes_words(self, context: Context) -> Callable[[str], object] | None:
        return self._words.get(context)

    def perform(self, action_id: str, count: int | None = None) -> None:
        if self.handlers:
            self.model.change(self.model.state.change_notices(Notices.acted))
            self.handlers[action_id](count)

    def _go_on(self, _state: State) -> None:
        self.call_later(self.keyboard.go_on)
