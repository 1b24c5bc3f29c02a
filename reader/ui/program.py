"""Actions on the program as a whole: step back, quit, suspend, choose a theme, and save a picture of the screen."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.nearest import advice
from reader.keys.actions import OVER_ALL
from reader.paths import APP
from reader.platform import AUTO, THEMES, theme_name
from reader.ui.command_line.screen import COMMAND, COMMANDS
from reader.ui.list.header import window_title
from reader.ui.shell.commands import THEME, Offer
from reader.ui.shell.controller import Controller, Moment, follows, handles
from reader.ui.shell.state import Notices, State

if TYPE_CHECKING:
    from textual.app import App

    from reader.ui.app import ReaderApp

CHOICES = (AUTO, *THEMES)


class ProgramActions(Controller):
    """Actions on the program as a whole, and on what the terminal shows."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._before: tuple[str, object] | None = None
        """The theme before the preview, and the history of commands at that time."""

    @handles("app.escape")
    def step_back(self, _count: int | None) -> None:
        """Stop work, close the topmost screen, or go back to the previous list; never quit."""
        if not (self._stop("escape") or self._back() or self._stop("last")):
            self._model.show_notice(f"{self._keymap.key('app.back')} quits")

    @handles("app.back")
    def back_or_quit(self, _count: int | None) -> None:
        if not self._back():
            self._app.leave()

    @handles("command.cancel", *(f"{context}.close" for context in OVER_ALL if context != "help"))
    def close(self, _count: int | None) -> None:
        """Close the screen in front; help has its own handler, because its search also closes it."""
        self._model.change(self._model.state.step_back())

    def _back(self) -> bool:
        if self._stop("back"):
            return True
        state = self._model.state
        self._model.change(state.step_back())
        return self._model.state is not state

    def _stop(self, at: Moment) -> bool:
        """Stop the first running work that can be stopped at this stage; return whether there was any."""
        return any(controller.stop_at(at) for controller in self._app.controllers)

    @handles("app.quit")
    def quit(self, _count: int | None) -> None:
        self._app.leave()

    @handles("app.sample")
    def open_sample(self, _count: int | None) -> None:
        self._app.open_sample()

    # The terminal

    @handles("app.suspend")
    def suspend(self, _count: int | None) -> None:
        if not self._app.stop_job():
            self._model.show_notice("no shell to go back to")

    def commands(self) -> list[Offer]:
        return [Offer("Screenshot", "Save a picture of the screen as SVG.", self.save_picture, also="image")]

    @follows(lambda state: state[COMMAND])
    def preview(self, state: State) -> None:
        """Preview the typed or marked theme; restore the previous theme unless the line is run."""
        command = state[COMMAND]
        word, _, name = command.text_to_run.partition(" ") if command is not None else ("", "", "")
        if word == THEME and name in CHOICES and not self._app.no_color:
            self._before = self._before or (self._app.theme, state[COMMANDS])
            self._app.use_theme(theme_name(name, os.environ))
        elif self._before is not None:
            theme, run = self._before
            self._before = None
            if state[COMMANDS] is run:
                self._app.use_theme(theme)

    def take_line(self, action_id: str, text: str) -> bool:
        if action_id != "app.theme":
            return False
        self._choose_theme(text)
        return True

    def _choose_theme(self, name: str) -> None:
        if self._app.no_color:
            self._model.show_notice("no colours, since NO_COLOR is set", "warning")
            return
        if name not in CHOICES:
            suggestion = advice(name, CHOICES, f"Choose one of {', '.join(CHOICES)}.")
            self._model.show_notice(f"There is no theme {name!r}. {suggestion}", "warning")
            return
        self._app.use_theme(theme_name(name, os.environ))
        if not self._look.demo:
            self._app.command_actions.run_words(f"theme {name}", ("config", "set", "theme", name))

    def save_picture(self) -> None:
        self._background.start("screenshot", self._save_picture)

    async def _save_picture(self) -> None:
        from reader import paths

        now = self._look.now().astimezone()
        svg = draw_picture(self._app, window_title(self._model.state, now))
        folder = paths.pictures_folder()
        try:
            file = await asyncio.to_thread(save_picture, svg, folder, now)
        except OSError as error:
            raise ReaderError(f"{error.filename or folder} could not be written: {error.strerror}.") from error
        self._model.show_notice(f"picture saved to {file}")


NOTICE_SECONDS = 6.0


class NoticeTimer(Controller):
    """Removes a notice after some seconds; each new notice restarts the time."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._delay = self._background.delayed(self._pass)

    @follows(lambda state: state.notices.happened)
    def begin(self, _state: State) -> None:
        self._delay.begin(NOTICE_SECONDS)

    def _pass(self) -> None:
        self._model.change(self._model.state.change_notices(Notices.without_news))


# Pictures of the screen


FONTS = 'ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'

_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw_picture(app: App[str], title: str) -> str:
    """The screen as SVG with a title in its frame; the same screen always gives the same text."""
    svg = app.export_screenshot(title=title)
    # Textual names a font that a viewer would fetch, and numbers each picture differently.
    svg = _WEB_FONT.sub("", svg).replace("Fira Code, monospace", FONTS)
    # Some viewers drop even non-breaking spaces at the ends of words unless spaces are preserved.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return re.sub(r"terminal-\d+", "terminal", svg)


def file_name(now: datetime) -> str:
    """The name of a picture's file: `dailypapers-2026-11-26-081400.svg`."""
    return f"{APP}-{now:%Y-%m-%d-%H%M%S}.svg"


def save_picture(svg: str, folder: Path, now: datetime) -> Path:
    """Write a picture to a file in a folder, and return the file; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(now)
    file.write_text(svg, encoding="utf-8")
    return file
