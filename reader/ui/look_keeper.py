"""Keeps the look of the main screen for the first frame of the next start: see `first_frame/kept_look.py`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby, product
from pathlib import Path
from typing import TYPE_CHECKING

import textual
from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from reader import paths
from reader.config import Settings
from reader.keys.keymap import Keymap
from reader.ui.first_frame.kept_look import Area, KeptLook, Run, Stamp, conditions, save_look, stamp, style_name
from reader.ui.layout import Density
from reader.ui.look import Look
from reader.ui.model import subscribe
from reader.ui.stylesheets import styles_directory
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Piece
from reader.ui.text.styled_text import PLAIN, draw

if TYPE_CHECKING:
    from reader.ui.screens.main import MainScreen
    from reader.ui.work.services import Services

AT_REST = 0.5
"""Seconds without a change, after which the look is kept."""

_ARROWS = {"down": ("\x1b[B", "\x1bOB"), "up": ("\x1b[A", "\x1bOA")}
"""What terminals send for the arrow keys."""

_PACKAGE = Path(__file__).parent


class LookKeeper:
    """Keeps the look whenever the terminal or the panes have another size."""

    def __init__(self, services: Services, main: MainScreen, layout: Callable[[], str]) -> None:
        """`layout` is that of the visit that would be saved now."""
        self._model = services.model
        self._settings = services.settings
        self._look = services.look
        self._main = main
        self._layout = layout
        self._soon = services.background.delayed(self._keep)
        self._theme = main.app.theme
        self._kept: object = None

    def begin(self, known: KeptLook | None = None) -> None:
        """Keep the look from now on; `known` is the one of the first frame, which is true."""
        if known is not None:
            self._kept = known.conditions["columns"], known.conditions["rows"], known.layout
        self._keep_soon()
        subscribe(self._main, self._model, lambda state: (state.panes, state.context), self._keep_soon, now=False)
        self._main.screen_layout_refresh_signal.subscribe(self._main, self._keep_soon)

    def _keep_soon(self, _changed: object = None) -> None:
        """Keep the look once all is at rest."""
        self._soon.begin(AT_REST)

    def _keep(self) -> None:
        state, main, size, layout = self._model.state, self._main, self._main.size, self._layout()
        seen = size.width, size.height, layout
        is_as_at_start = (
            state.context == "list"
            and not state.is_filter_open
            and not state.panes.is_zoomed
            and main.status.size.height == 1
        )
        # A theme that was picked is another one at the next start, if it could be kept.
        if seen == self._kept or not is_as_at_start or not main.is_current or main.app.theme != self._theme:
            return
        self._kept = seen
        with suppress(OSError):
            save_look(paths.look_file(), look_of(main, self._look, self._settings, state.panes.density, layout))


def look_of(main: MainScreen, look: Look, settings: Settings, density: Density, layout: str) -> KeptLook:
    """The look of the main screen."""
    size, keymap = main.size, look.keymap
    lines: dict[str, Widget] = {"header": main.top, "strip": main.strip, "status": main.status}
    shown = {name: line for name, line in lines.items() if line.is_on_screen}
    areas = {name: Area(*line.region) for name, line in shown.items()}
    areas["list"] = Area(*main.papers.region)._replace(width=main.papers.columns)
    hints = {"plain": keymap.hints("list", without=("find.clear",)), "query": keymap.hints("list")}
    return KeptLook(
        conditions=conditions(size.width, size.height, os.environ),
        files=[*_files()],
        layout=layout,
        order=settings.order,
        ascii=settings.ascii,
        density=density,
        areas=areas,
        styles=dict(_styles(main, shown)),
        backdrop=[*_backdrop(main, areas.values(), look.glyphs)],
        hints=hints,
        filter_key=keymap.key("find.filter"),
        older_key=keymap.key("day.older"),
        moves={} if settings.read_when == "passed" else _moves(keymap),
    )


def _files() -> Iterator[Stamp]:
    """The files that a look follows from: the settings, stylesheets, themes and widgets, and Textual."""
    for folder, kind in ((styles_directory(), "*.tcss"), (_PACKAGE / "widgets", "*.py"), (_PACKAGE, "*.py")):
        yield from (stamp(str(file)) for file in sorted(folder.glob(kind)))
    for file in (_PACKAGE / "screens" / "main.py", paths.config_file(), Path(textual.__file__)):
        yield stamp(str(file))


def _moves(keymap: Keymap) -> Mapping[str, int]:
    """The steps of the cursor by what a terminal sends for the keys of one step."""
    moves = {}
    for action, steps in (("move.down", 1), ("move.up", -1)):
        for chord in keymap.chords(action, "list"):
            if len(chord) == 1:
                for sent in _ARROWS.get(chord[0], chord if len(chord[0]) == 1 else ()):
                    moves[sent] = steps
    return moves


# Styles


def _styles(main: MainScreen, lines: Mapping[str, Widget]) -> Iterator[tuple[str, str]]:
    """The style of each role of the lines and the list, by its name."""
    for name, line in lines.items():
        prefix = next(iter(line.COMPONENT_CLASSES)).partition("--")[0]
        for role in (PLAIN, *_roles(line)):
            drawn = draw(line, (Piece("x", role),), prefix)
            [strip] = Visual.to_strips(line, drawn, 1, 1, line.visual_style)
            yield style_name(name, role), _parameters(line, next(iter(strip)).style)
    papers = main.papers
    for role, over, hit in product((PLAIN, *_roles(papers)), ("", "highlighted"), (False, True)):
        style = papers.style_of(Piece("x", role, hit=hit), over or PLAIN)
        yield style_name("list", role, over=over, hit=hit), _parameters(papers, style)


def _roles(widget: Widget) -> Iterator[str]:
    return (name.partition("--")[2] for name in sorted(type(widget).COMPONENT_CLASSES))


def _parameters(widget: Widget, style: Style | None) -> str:
    """The parameters of SGR that Textual writes for a style in a widget."""
    strip = Strip([Segment("x", style)])
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, background)
    written, _, _ = strip.render(widget.app.console).partition("x")
    return written.removeprefix("\x1b[").removesuffix("m")


# What stands between the panes


def _backdrop(main: MainScreen, areas: Iterable[Area], glyphs: Glyphs) -> Iterator[Run]:
    """The cells around some areas, with the other panes as blanks."""
    console = main.app.console
    for y, strip in enumerate(main._compositor.render_strips()):
        cells: list[tuple[str, str] | None] = []
        for segment in strip:
            written, _, _ = Strip([segment]).render(console).partition(segment.text)
            style = written.removeprefix("\x1b[").removesuffix("m")
            for character in segment.text:
                # A wide character takes a second cell, one without a width none.
                cells += [(style, character), (style, "")][: get_character_cell_size(character)]
        for pane in (main.filter, main.detail, main.papers):
            if pane.is_on_screen and pane.region.y <= y < pane.region.bottom:
                bar = _parameters(pane, pane.bar_style("rule")), glyphs.rule if pane.is_ruled else " "
                blank = _parameters(pane, pane.ground), " "
                cells[pane.region.x : pane.region.right] = [*[blank] * pane.columns, bar]
        for area in areas:
            if area.y <= y < area.y + area.height:
                cells[area.x : area.x + area.width] = [None] * area.width
        x = 0
        for style_here, run in groupby(cells, lambda cell: cell and cell[0]):
            shown = list(run)
            if isinstance(style_here, str):
                yield Run(x, y, style_here, "".join(cell[1] for cell in shown if cell))
            x += len(shown)
