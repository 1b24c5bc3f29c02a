"""Creates all background work and all handlers of one reader, and passes each the others that it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.core.query import Term
from reader.keys.actions import own_actions
from reader.ui.calendar.actions import DateActions
from reader.ui.clocks import NoticeTimer, TriageClock
from reader.ui.command_line.actions import CommandActions
from reader.ui.command_line.automatic import AutomaticCommands
from reader.ui.command_line.runner import CommandRunner
from reader.ui.filter.counter import Counter
from reader.ui.follows.actions import FollowActions
from reader.ui.full_text.actions import FullTextActions, Outside
from reader.ui.full_text.fetcher import TextFetcher
from reader.ui.list.movement import MovementActions, SelectionActions
from reader.ui.marks.actions import MarkActions, QueueActions
from reader.ui.marks.traces import Traces
from reader.ui.notes.actions import NoteActions, TagActions
from reader.ui.page.actions import PageActions
from reader.ui.page.links import CopyActions, LinkActions, Terminal
from reader.ui.page.loader import DetailLoader
from reader.ui.page.lookup import PaperLookup
from reader.ui.page.pdf import PdfActions
from reader.ui.page.pdf_fetcher import PdfFetcher
from reader.ui.page.refresher import PageRefresher
from reader.ui.page.shown_paper import FitFinder
from reader.ui.pictures.actions import PictureActions
from reader.ui.pictures.loader import PictureLoader
from reader.ui.program import Program, ProgramActions
from reader.ui.query.actions import AddActions, QueryActions, SimilarActions
from reader.ui.query.feed_search import FeedSearch
from reader.ui.refresh.refresher import Refresher
from reader.ui.refresh.sync import Sync
from reader.ui.refresh.watches import CacheWatch, SettingsWatch
from reader.ui.shell.display import Display, DisplayActions
from reader.ui.shell.handlers import Handler, handlers_of
from reader.ui.state.parts import Position
from reader.ui.terminal.pictures import picture_terminal
from reader.ui.topics.actions import FilterActions, TopicActions, with_topic
from reader.ui.topics.meanings import TopicMeanings
from reader.ui.triage.actions import TriageActions
from reader.ui.views.actions import ReadingActions, ViewActions, WeightActions

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics
    from reader.refresh.jobs import JobRunner
    from reader.ui.command_line.shell import Shell
    from reader.ui.front_screens import FrontScreens
    from reader.ui.full_text.bookmarks import BookmarkKeeper
    from reader.ui.list.loader import ListLoader
    from reader.ui.main_screen import MainScreen
    from reader.ui.overlays import Overlays
    from reader.ui.page.detail import PaperDetail
    from reader.ui.shell.keyboard import Keyboard
    from reader.ui.shell.services import Services
from reader.ui.full_text.ahead import TextsAhead
from reader.ui.page.shown_paper import TextPlaces
from reader.ui.refresh.vector_maker import VectorMaker


class Parts(Program, Display, Protocol):
    """The parts of a reader that exist before its handlers."""

    services: Services
    run_job: JobRunner
    shell: Callable[[], Shell]
    rules: Callable[[], Topics]
    settings_file: Path | None
    keyboard: Keyboard
    list_loader: ListLoader
    main: MainScreen
    screens: FrontScreens
    no_color: bool
    overlays: Overlays
    bookmarks: BookmarkKeeper

    def text_in_front(self) -> PaperDetail | None: ...

    def is_list_in_front(self) -> bool: ...

    def copy_to_clipboard(self, text: str) -> None: ...

    def suspend(self) -> AbstractContextManager[None]: ...

    def open_in_browser(self, url: str) -> bool: ...

    def send_pdf(self, file: Path) -> bool: ...

    @property
    def is_served(self) -> bool: ...


class Assembly:
    """All handlers of the keys, and the background work that they start."""

    def __init__(self, parts: Parts) -> None:
        services, main, keyboard = parts.services, parts.main, parts.keyboard
        run_job, text_in_front = parts.run_job, parts.text_in_front

        def position() -> Position:
            return main.position

        self.refresher = Refresher(services, run_job, keyboard.when_still)
        self.search = FeedSearch(services, run_job, position, parts.is_list_in_front)
        self.detail_loader = DetailLoader(services)
        self.counter = Counter(services)
        self.cache_watch = CacheWatch(services, keyboard.when_still)
        self.notice_timer = NoticeTimer(services)
        self.page_refresher = PageRefresher(services, run_job)
        self.text_places = TextPlaces(services)
        self.fit_finder = FitFinder(services)
        self.texts_ahead = TextsAhead(services, run_job)
        self.vector_maker = VectorMaker(services, run_job)
        self.settings_watch = SettingsWatch(services, parts.settings_file, self.vector_maker.take)
        self.traces = Traces(services, main.papers.row_of, parts.screens.is_page_at_end)
        self.topic_meanings = TopicMeanings(services, parts.rules)
        self.commands = CommandRunner(services, parts.shell)

        self.automatic = AutomaticCommands(services, parts.shell)
        self.sync = Sync(services, parts.shell)
        self.group = Sync(
            services,
            parts.shell,
            is_in_group=services.library.may_have_group,
            is_through_server=services.library.has_group_at_server,
        )
        self.marks = MarkActions(services, main.papers, parts.list_loader, self.automatic.starring)
        self.text_fetcher = TextFetcher(services, run_job)
        terminal = Terminal(parts.copy_to_clipboard, parts.suspend, parts.open_in_browser, parts.send_pdf)
        lookup = PaperLookup(services, run_job)
        self.links = LinkActions(services, keyboard, terminal, lookup)
        self.pictures = PictureActions(
            services,
            self.links.browse,
            lambda: picture_terminal(
                services.settings.images, os.environ, colorless=parts.no_color, served=parts.is_served
            ),
        )
        self.picture_loader = PictureLoader(services, run_job)
        outside = Outside(self.links.browse, terminal.copy, self.pictures.open_address)
        self.full_text = FullTextActions(services, parts.bookmarks, outside)
        self.page = PageActions(
            services.model,
            main.papers,
            self.detail_loader,
            self.marks,
            self.full_text,
            traces=self.traces,
            text_in_front=text_in_front,
        )
        self.views = ViewActions(services, self.refresher, main.papers)
        self.filter = FilterActions(services.model, main.filter)
        pdfs = PdfFetcher(services, run_job)
        self.notes = NoteActions(
            services,
            main.papers,
            self.marks,
            terminal,
            screen=lambda: parts.overlays.note,
            take_quote=self.full_text.take_quote,
        )
        add = AddActions(services, lookup, position)
        display = DisplayActions(parts, services)
        self.triage = TriageActions(
            services,
            main.papers,
            parts.list_loader,
            keyboard,
            marks=self.marks,
            page=self.page,
            traces=self.traces,
            position=position,
            scroll_on=self.page.scroll_on,
        )
        self.triage_clock = TriageClock(services)
        typed = CommandActions(
            parts,
            services,
            keyboard,
            self.commands,
            screen=lambda: parts.overlays.command_line,
            copy=parts.copy_to_clipboard,
            takers={"triage.begin": self.triage.begin_typed},
        )
        groups = (
            self.marks,
            self.page,
            self.triage,
            self.full_text,
            self.pictures,
            self.views,
            WeightActions(services, parts.show_screen),
            self.filter,
            self.links,
            CopyActions(services, keyboard, parts.copy_to_clipboard),
            SelectionActions(services, main.papers, parts.list_loader),
            SimilarActions(services, position),
            self.notes,
            TagActions(services, self.marks, lambda: parts.overlays.tag_line),
            FollowActions(services, keyboard),
            QueueActions(services, main.papers, self.marks),
            ReadingActions(services, self.traces, parts.show_screen, parts.copy_to_clipboard),
            typed,
            PdfActions(services, pdfs, terminal),
            add,
            MovementActions(services, main, self.marks, self.views, self.full_text, text_in_front=text_in_front),
            QueryActions(services, main, self.search, add, self.page),
            TopicActions(services, keyboard, self.page, text_in_front, parts.rules),
            DateActions(services, self.refresher, self.views, lambda: parts.screens.calendar),
            display,
            ProgramActions(
                parts,
                services,
                self.refresher,
                self.search,
                self.views,
                stop_command=self.commands.stop,
                stop_titles=self.texts_ahead.stop,
                pdfs=pdfs,
                more_commands=display.commands,
                position=position,
            ),
        )
        own = typed.own_handlers(own_actions(services.settings.commands))
        self.handlers: Mapping[str, Handler] = {**self.triage.over(handlers_of(groups)), **own}

    def look_around(self) -> None:
        """Notice what other programs have changed."""
        self.cache_watch.look()
        self.settings_watch.look()

    def show_topic(self, slug: str) -> None:
        """Show all papers of one topic."""
        self.views.show_query(with_topic("", slug))

    def show_tag(self, tag: str) -> None:
        """Show all papers with one tag of the user's."""
        self.views.show_query(str(Term("tag", tag)))
