"""Keeps the look of the main screen for the first frame of the next start: see `first_frame/kept_look.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import textual
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from reader import paths
from reader.config import Settings
from reader.core.lines import Piece
from reader.keys.keymap import Keymap
from reader.ui.first_frame.kept_look import BAR, KeptLook, Stamp, conditions, save_look, stamp, style_name
from reader.ui.kit.styled_text import PLAIN, draw
from reader.ui.looks.stylesheets import styles_directory

if TYPE_CHECKING:
    from reader.ui.kit.pane import Pane
    from reader.ui.main_screen import MainScreen

_ARROWS = {"down": ("\x1b[B", "\x1bOB"), "up": ("\x1b[A", "\x1bOA")}
"""What terminals send for the arrow keys."""

_PACKAGE = Path(__file__).parent


def keep_look(main: MainScreen, keymap: Keymap, settings: Settings) -> None:
    """Keep the look for the next start; call it as soon as all panes exist, before any key changes what they show."""
    # The list looks otherwise while the terminal's window is not in front.
    if main.is_current and main.papers.has_focus:
        with suppress(OSError):
            save_look(paths.look_file(), look_of(main, keymap, settings))


def look_of(main: MainScreen, keymap: Keymap, settings: Settings) -> KeptLook:
    """The look of the main screen with the list in front."""
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
        moves={} if settings.read_when == "passed" else _moves(keymap),
    )


def _files() -> Iterator[Stamp]:
    """The files that a look follows from: the settings, stylesheets, themes and widgets, and Textual."""
    yield from (stamp(str(file)) for file in sorted(styles_directory().glob("*.tcss")))
    for folder in (
        _PACKAGE,
        *(_PACKAGE / name for name in ("looks", "kit", "list", "filter", "page", "query", "shell")),
    ):
        yield from (stamp(str(file)) for file in sorted(folder.glob("*.py")))
    for file in (paths.config_file(), Path(textual.__file__)):
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


def _styles(main: MainScreen) -> Iterator[tuple[str, str]]:
    """The style of each role of the lines and the panes, by its name."""
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
    """The parameters of SGR that Textual writes for a style in a widget."""
    strip = Strip([Segment("x", style)])
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, background)
    written, _, _ = strip.render(widget.app.console).partition("x")
    return written.removeprefix("\x1b[").removesuffix("m")
