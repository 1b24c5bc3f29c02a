"""The reader's app: connects the state, the keys, the background work and the screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import constants, events
from textual.reactive import var
from textual.screen import Screen

from reader import platform
from reader.access_token import keep_private
from reader.config import Settings
from reader.core.theme_names import is_colorless, theme_name
from reader.keys.actions import Context
from reader.keys.keymap import Keymap
from reader.session import visit
from reader.session.places import Place, listed_views, view
from reader.ui.clicked_app import ClickedApp
from reader.ui.front_screens import FrontScreens
from reader.ui.full_text.bookmarks import BookmarkKeeper
from reader.ui.kit.glyphs import glyphs
from reader.ui.kit.line_widgets import StatusLine
from reader.ui.kit.scrollbar import draw_scrollbars
from reader.ui.kit.textual_fixes import take_keys
from reader.ui.library.library import Library
from reader.ui.list.loader import ListLoader
from reader.ui.looks.look import Look
from reader.ui.looks.stylesheets import stylesheets
from reader.ui.main_screen import MainScreen
from reader.ui.overlays import Overlays
from reader.ui.shell.background import Background
from reader.ui.shell.bounded_app import WEB_DRIVER
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.layout import remembered
from reader.ui.shell.services import Services
from reader.ui.state.model import Model, subscribe
from reader.ui.state.notices import Notices
from reader.ui.state.parts import RefreshStatus
from reader.ui.state.whole import State
from reader.ui.terminal.last_place import LastPlace
from reader.ui.terminal.process import finish_startup_tuning
from reader.ui.view_models import title_parts, window_title

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics
    from reader.refresh.jobs import JobRunner
    from reader.ui.assembly import Assembly
    from reader.ui.command_line.shell import Shell
    from reader.ui.first_frame.frame import FirstFrame
    from reader.ui.first_frame.kept_look import KeptLook
    from reader.ui.page.detail import PaperDetail
    from reader.ui.terminal.leaving import Leaving

SAMPLE = "sample"
"""The app's return value if the user asks for the sample."""


class ReaderApp(ClickedApp, inherit_bindings=False):
    """The reader over the cache at `cache_file`.

    `run_job` runs jobs such as a refresh; `rules` loads the topic rules, and `shell` the commands, at their first use.
    The reader starts with `query` in the view All; without a query it starts where the user left it. A `demo` fetches
    nothing, and saves nothing outside the cache. With `opens_page` the first paper's page is open. `leaving` watches
    over its end; `first_frame` is on the terminal already. Views that change in `settings_file` change in the reader;
    `keep_setting` writes a setting to it. `now` is
    the clock; a `still` reader has no spinner and starts no refresh by itself.
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
        keep_setting: Callable[[str, str], object] = lambda _name, _value: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        still: bool = False,
    ) -> None:
        self.settings = settings
        self.keymap = Keymap.of(settings, is_served=constants.DRIVER == WEB_DRIVER)
        super().__init__(css_path=list(stylesheets()))
        self.no_color = is_colorless(os.environ)
        self.use_theme(theme_name(settings.theme, os.environ))
        self.use_theme_variables()
        self.look = Look(self.keymap, glyphs(settings.ascii), now, demo, still, platform.shows_links(os.environ))
        self.run_job = run_job
        self.rules = rules
        self.settings_file = settings_file
        self.shell = shell
        self.keep_setting = keep_setting
        self._opens_page = opens_page
        self._warnings = (*warnings, *(str(mistake) for mistake in self.keymap.mistakes))
        state_file = None if demo else state_file
        self._left = visit.load(state_file) if state_file else visit.Visit()
        self._keep = None if query else self._left.paper
        self.leaving = leaving
        self.first_frame = first_frame
        self.library = Library(cache_file)
        self.library.settings_file = None if demo else settings_file
        self.library.left_at(self._left.visited)
        self.model = Model(self._first_state(query))
        self.set_reactive(ReaderApp.state, self.model.state)
        keep_private("typed", lambda: (self.model.state.listed_text, *self.model.state.history))
        self.model.publish = partial(setattr, self, "state")
        self.background = Background(self, self.model)
        self.keyboard = Keyboard(self.keymap, self.model, self.background, self)
        self.services = Services(self.model, self.library, self.background, settings, self.look)
        self.list_loader = ListLoader(self.services)
        self.bookmarks = BookmarkKeeper(state_file and state_file.with_name("bookmarks.json"), self.background)
        self.last_place = LastPlace(
            state_file, self._left, query, self.services, self.list_loader, bookmarks=self.bookmarks
        )
        self.screens = FrontScreens(self, self.model, self.look, self.library.days_between)
        self.overlays = Overlays(self, self.model, self.look)

    def _first_state(self, query: str) -> State:
        left, settings = self._left, self.settings
        views = listed_views(settings)
        state = State(
            place=Place(view("all"), query) if query else Place(views.find(left.view), left.text),
            views=views,
            programs=settings.commands,
            topic_names=self.library.topic_names(),
            refresh=RefreshStatus(last=self.library.last_refresh()),
            panes=remembered(settings, left),
            history=left.history,
            commands=left.commands,
            topic_order=left.topic_order,
            topic_mode=left.topic_mode,
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
        from reader.ui.assembly import Assembly
        from reader.ui.query.completer import Completer

        completer = Completer(self.services)
        await self.main.finish(completer.complete)
        if not self.main.is_attached:
            return
        self.assembly = Assembly(self)
        self._subscribe(self.assembly)
        self.call_after_refresh(self._take_over, self.assembly)

    def _take_over(self, assembly: Assembly) -> None:
        """Draw in place of the first frame, if there is one, and go on from its cursor; then begin to work."""
        if self.first_frame is not None:
            # The first frame still moves its cursor, so that no key waits for this.
            self.main.draw_ahead()
        handed = self.take_terminal()
        if handed is not None:
            self.main.papers.stand(handed.pk, handed.height)
            self.main.release()
        self.call_after_refresh(self._begin_work, assembly, handed and handed.look)

    async def _begin_work(self, assembly: Assembly, known: KeptLook | None) -> None:
        """Begin with the keys that were typed meanwhile, and with what goes on beside them."""
        if known is None and self.last_place.is_saved:
            # Takes 10 ms, but not again; one of the keys may quit.
            from reader.ui.look_keeper import keep_look

            keep_look(self.main, self.keymap, self.settings)
        if self._opens_page:
            assembly.page.open()
        await self.keyboard.begin()
        finish_startup_tuning()
        for warning in self._warnings[:1]:
            more = f" (and {len(self._warnings) - 1} more: dailypapers config check)" if self._warnings[1:] else ""
            self.model.show_news(f"{warning}{more}", "warning")
        if self.look.demo:
            self.model.show_news("the bundled sample keeps nothing")
        assembly.notes.tell_draft()
        if self.library.has_unfinished_marks():
            assembly.marks.finish_marks()
        assembly.automatic.export_soon()
        assembly.sync.begin()
        assembly.group.begin()
        if not self.look.is_still:
            self.set_interval(assembly.cache_watch.seconds, assembly.look_around)
        if not self.look.demo and not self.look.is_still:
            assembly.refresher.begin_first()
            if self.settings.refresh_minutes:
                self.set_interval(60 * self.settings.refresh_minutes, assembly.refresher.begin)

    def _subscribe(self, assembly: Assembly) -> None:
        """Subscribe background work and screens to the state."""
        on_change = partial(subscribe, self, self.model)
        on_change(lambda state: (state.highlighted, state.context), assembly.topic_meanings.read_once, now=False)
        on_change(lambda state: state.notices.happened, assembly.notice_timer.begin, now=False)
        on_change(lambda state: state.is_list_coming, self._handle_waiting_keys, now=False)
        on_change(assembly.detail_loader.resting_parts, assembly.detail_loader.load_soon, now=False)
        on_change(assembly.detail_loader.parts, assembly.detail_loader.load)
        on_change(lambda state: (state.marks_version, state.cache_version), assembly.page.renew, now=False)
        on_change(lambda state: state.marks_version, lambda _: self.main.papers.renew(), now=False)
        on_change(assembly.counter.parts, assembly.counter.count_soon)
        on_change(lambda state: state.search.asking, assembly.search.follow, now=False)
        on_change(lambda state: state.refresh.ended, self.list_loader.reload_if_empty, now=False)
        on_change(lambda state: state.text, assembly.text_fetcher.follow, now=False)
        on_change(lambda state: state.text, self.bookmarks.follow, now=False)
        on_change(lambda state: state.pictures, assembly.picture_loader.follow, now=False)
        on_change(lambda state: (state.width, state.height), assembly.pictures.follow_size, now=False)
        # Before the page shows another paper.
        on_change(assembly.traces.parts, assembly.traces.follow)
        self.screens.follow()
        on_change(assembly.text_places.parts, assembly.text_places.follow, now=False)
        on_change(assembly.fit_finder.parts, assembly.fit_finder.follow, now=False)
        on_change(assembly.page_refresher.parts, assembly.page_refresher.follow, now=False)
        if not self.look.demo and not self.look.is_still:
            on_change(assembly.texts_ahead.parts, assembly.texts_ahead.begin_soon, now=False)
            on_change(assembly.vector_maker.parts, assembly.vector_maker.begin_soon)
        on_change(assembly.triage.parts, assembly.triage.follow, now=False)
        on_change(assembly.triage_clock.parts, assembly.triage_clock.follow, now=False)
        self.overlays.follow(assembly.notes.keep_draft)
        on_change(assembly.automatic.parts, assembly.automatic.export_soon, now=False)
        on_change(assembly.sync.parts, assembly.sync.marked, now=False)
        on_change(assembly.group.parts, assembly.group.marked, now=False)
        on_change(assembly.commands.parts, assembly.commands.suggest, now=False)
        on_change(title_parts, lambda state: self.set_title(window_title(state, self.look.now())))

    @property
    def has_exports_due(self) -> bool:
        """Whether the watched exports may lack a change."""
        return self.assembly is not None and self.assembly.automatic.is_due

    @property
    def commands_due(self) -> tuple[tuple[str, ...], ...]:
        """The commands that tell other machines and the group of marks that they may lack."""
        works = () if self.assembly is None else (self.assembly.sync, self.assembly.group)
        return tuple(work.words for work in works if work.is_due)

    def on_unmount(self) -> None:
        if self.assembly is not None:
            self.assembly.commands.close()
            self.assembly.sync.close()
            self.assembly.group.close()
            self.assembly.automatic.close()
            self.assembly.vector_maker.close()
            self.assembly.traces.close()
        self.library.close()

    # Screens

    def text_in_front(self) -> PaperDetail | None:
        """The paper's text on the screen: the page's or the detail's; None if neither is shown."""
        page = self.screens.page
        if page is not None and self.model.state.page is not None:
            return page.detail
        return self.main.detail if self.main.detail.is_on_screen else None

    def leave_detour(self) -> bool:
        """Close an explanation, or stop narrowing the topics; return whether there was one."""
        text, pane = self.text_in_front(), self.main.filter
        if text is not None and text.is_explaining:
            text.explain(None)
            return True
        if self.model.state.context == "filter" and pane.narrowed:
            pane.stop_narrowing()
            return True
        return False

    @property
    def status(self) -> StatusLine:
        """The status line of the screen in front."""
        status: StatusLine = getattr(self.screen, "status", self.main.status)
        return status

    def show_screen(self, screen: Screen[None]) -> None:
        """Show a screen that reads its own keys."""
        self.push_screen(screen)

    # Keys

    @property
    def context(self) -> Context | None:
        """Where a key is pressed; None if the screen in front reads its own keys."""
        is_ours = self.screen in (self.main, self.overlays.front) or self.screens.has(self.screen)
        return self.model.state.context if is_ours and self.main.is_mounted else None

    def is_list_in_front(self) -> bool:
        """Whether the list is in front: the user neither types nor reads a page."""
        return self.context in ("list", "detail", "filter", "empty")

    async def on_event(self, event: events.Event) -> None:
        """Look keys up in the table before any widget receives them; unbound keys go to the widgets."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event, *await take_keys(self))
        else:
            await super().on_event(event)

    @property
    def marks_by_moving(self) -> bool:
        """Whether each step of the cursor marks the paper that it leaves."""
        return self.settings.read_when == "passed"

    async def forward(self, key: events.Key) -> None:
        """Send a key to the widgets; a typed text takes it before the next key acts."""
        overlay = self.overlays.front
        if overlay is not None:
            await overlay.ready()
        await super().on_event(key)
        if overlay is not None:
            await overlay.catch_up()
        elif self.model.state.is_typing:
            # The next key may be Enter, which accepts all text typed before it.
            await self.main.query_line.catch_up()

    def type(self, context: Context, key: str, character: str | None) -> bool:
        """Take a key as text if topics are being narrowed or a date is being typed."""
        if context == "filter":
            return self.main.filter.type(key, character)
        if context == "text" and self.assembly is not None:
            return self.assembly.full_text.type(key, character)
        if context == "calendar" and self.screens.calendar is not None:
            return self.screens.calendar.type(key, character)
        return False

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table, `count` times if it takes a count."""
        if self.assembly is not None:
            self.model.change(self.model.state.change_notices(Notices.acted))
            self.assembly.handlers[action_id](count)

    def call_when_closed(self, act: Callable[[], object]) -> None:
        """Call a function once the screen in front is gone."""
        self.call_later(act)

    def _handle_waiting_keys(self, state: State) -> None:
        """Handle the keys that wait for the list."""
        if not state.is_list_coming:
            self.call_later(self.keyboard.go_on)

    # Quit

    def open_sample(self) -> None:
        """Quit with the result `SAMPLE`; the caller then opens the bundled sample."""
        self.exit(SAMPLE)
