"""The state for the next start: the user's place, and the look of the main screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from threading import Lock, current_thread, main_thread
from typing import TYPE_CHECKING

import textual
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from reader import paths
from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.lines import Piece
from reader.keys.keymap import Keymap
from reader.session import visit
from reader.session.places import SAVED
from reader.ui.command_line.screen import COMMANDS
from reader.ui.filter.state import TOPIC_MODE, TOPIC_ORDER
from reader.ui.first_frame.painter import BAR, KeptLook, Stamp, conditions, save_look, stamp, style_name
from reader.ui.kit.line_widgets import PLAIN, draw
from reader.ui.list.news import visited_at
from reader.ui.looks.theme import styles_directory
from reader.ui.page.state import lasting_place

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.kit.pane import Pane
    from reader.ui.main_screen import MainScreen


class LastPlace:
    """The place that the next start returns to; nothing is saved without a file.

    It is saved on leaving the reader, from any thread and without the cache, which may hang.

    `before` is the last visit, and `given` the query of the command line.
    """

    def __init__(self, before: visit.Visit, given: str, app: ReaderApp) -> None:
        self._bookmarks = app.bookmark_keeper
        self._file = app.state_file
        self._before = before
        self._given = given
        self._model = app.model
        self._library = app.library
        self._now = app.look.now
        self._loader = app.list_loader
        self._lock = Lock()
        self._is_kept = False
        self.main: MainScreen | None = None
        """The list and the filter pane; None until they exist."""
        self._failure: str | None = None

    @property
    def is_saved(self) -> bool:
        return self._file is not None

    def keep(self) -> list[str]:
        """Save the place, unless already saved; return a sentence for each part of this visit that is lost."""
        self._bookmarks.keep()
        self._keep_once()
        return [lost for lost in (self._failure, self._library.lost) if lost]

    def _keep_once(self) -> None:
        with self._lock:
            if self._is_kept:
                return
            # Even without a list: the file still has the user's last place, which a list that arrives late must not
            # replace.
            self._is_kept = True
            if self._file is None or self.main is None or not self._loader.has_listed:
                return
            try:
                visit.save(self._file, self._place(self.main))
            except OSError as error:
                self._failure = f"The last place could not be saved: {self._file}: {error.strerror or error}."

    def _place(self, main: MainScreen) -> visit.Visit:
        state = self._model.state
        panes, place = state.panes, lasting_place(state)
        now = visit.Visit(
            view=place.view.id,
            view_query=place.view.query if place.view.id.startswith(SAVED) else "",
            text=place.text,
            paper=self._paper_id(main),
            sizes={str(shape): sizes for shape, sizes in panes.sizes.items()},
            hidden=tuple(sorted(panes.hidden)),
            density=None if panes.density == panes.usual_density else panes.density,
            visited=visited_at(state, self._now()),
            history=state.history,
            commands=state[COMMANDS],
            topic_order=state[TOPIC_ORDER],
            topic_mode=state[TOPIC_MODE],
            folded=tuple(sorted(main.filter.folded)) if state.is_ready else self._before.folded,
        )
        return visit.remembered(now, self._before, self._given)

    def _paper_id(self, main: MainScreen) -> str | None:
        """The id of the highlighted paper, or of the one that will get the cursor."""
        if self._loader.awaited is not None and main.papers.cursor == 0:
            return self._loader.awaited
        row = main.papers.loaded_row
        if row is None and current_thread() is main_thread():
            with suppress(ReaderError):
                row = main.papers.highlighted_row
        return None if row is None else row.id


# The look: see `first_frame/painter.py`


_PACKAGE = Path(__file__).parent


def keep_look(main: MainScreen, keymap: Keymap, settings: Settings) -> None:
    """Keep the look for the next start; call it once all panes exist, before any key."""
    # The list looks different while the terminal's window is in the background.
    if main.is_current and main.papers.has_focus:
        with suppress(OSError):
            save_look(paths.look_file(), look_of(main, keymap, settings))


def look_of(main: MainScreen, keymap: Keymap, settings: Settings) -> KeptLook:
    """The look of the main screen with the list focused."""
    return KeptLook(
        conditions=conditions(os.environ),
        files=[*_files()],
        order=settings.order,
        ascii=settings.ascii,
        density=settings.density,
        filter_width=settings.filter_width,
        list_share=settings.list_share,
        styles=dict(_styles(main)),
        hints={"plain": keymap.hints("list", without=("find.clear",)), "query": keymap.hints("list")},
        filter_key=keymap.key("find.filter"),
        older_key=keymap.key("day.older"),
    )


def _files() -> Iterator[Stamp]:
    """The files that a look depends on: settings, stylesheets, themes, widgets, and Textual."""
    yield from (stamp(str(file)) for file in sorted(styles_directory().glob("*.tcss")))
    for folder in (
        _PACKAGE,
        *(_PACKAGE / name for name in ("looks", "kit", "list", "filter", "page", "query", "shell")),
    ):
        yield from (stamp(str(file)) for file in sorted(folder.glob("*.py")))
    for file in (paths.config_file(), Path(textual.__file__)):
        yield stamp(str(file))


# Styles


def _styles(main: MainScreen) -> Iterator[tuple[str, str]]:
    lines: dict[str, Widget] = {"header": main.top, "strip": main.strip, "status": main.status, "rule": main.rule}
    for name, line in lines.items():
        prefix = next(iter(line.COMPONENT_CLASSES), "").partition("--")[0]
        for role in (PLAIN, *_roles(line)):
            drawn = draw(line, (Piece("x", role),), prefix)
            [strip] = Visual.to_strips(line, drawn, 1, 1, line.visual_style)
            yield style_name(name, role), _parameters(line, next(iter(strip)).style)
    papers = main.papers
    for role, over, hit in product((PLAIN, *_roles(papers)), ("", "highlighted"), (False, True)):
        style = papers.style_of(Piece("x", role, hit=hit), over or PLAIN)
        yield style_name("list", role, over=over, hit=hit), _parameters(papers, style)
    panes: dict[str, Pane] = {"list": papers, "filter": main.filter, "detail": main.detail}
    for name, pane in panes.items():
        yield style_name(name, PLAIN), _parameters(pane, pane.ground)
        yield style_name(name, BAR), _parameters(pane, pane.bar_style("rule"))


def _roles(widget: Widget) -> Iterator[str]:
    return (name.partition("--")[2] for name in sorted(type(widget).COMPONENT_CLASSES))


def _parameters(widget: Widget, style: Style | None) -> str:
    """The SGR parameters that Textual writes for a style in a widget."""
    strip = Strip([Segment("x", style)])
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, background)
    written, _, _ = strip.render(widget.app.console).partition("x")
    return written.removeprefix("\x1b[").removesuffix("m")
