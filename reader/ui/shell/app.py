"""The app as features see it: its parameters, keys, screens, the terminal, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import constants, events, on
from textual.app import App
from textual.driver import Driver

from reader.ui.kit.textual_fixes import StylesheetParsedOnce
from reader.ui.looks import theme
from reader.ui.terminal.leaving import Leaving

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from reader.core.topics.scorer import Topics
    from reader.keys.actions import Context, KeySet
    from reader.refresh.lines import JobRunner
    from reader.ui.first_frame.frame import FirstFrame
    from reader.ui.shell.commands import Shell
    from reader.ui.terminal.driver import TerminalDriver


class ThemedApp(StylesheetParsedOnce, App[str], inherit_bindings=False):
    """An app in one of our themes, or of Textual's with our variables."""

    def use_theme(self, name: str) -> None:
        self.register_theme(theme.find_theme(name))
        self.theme = name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(theme.DEFAULTS)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return theme.line_filters(super().get_line_filters(), colorless=self.no_color)


SAMPLE = "sample"


def _record_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an unhandled error of the event loop; asyncio would print it over the screen.

    A handler of exceptions of a loop, which gets a task's exception that nobody retrieved.
    """
    from reader import log_file

    log_file.record_loop_error(context)


class ShellApp(ThemedApp):
    """The app; `leaving`, if any, supervises its end."""

    leaving: Leaving | None = None
    terminal: TerminalDriver | None = None
    """Our driver; None in a browser and in tests."""
    failure: Exception | None = None
    first_frame: FirstFrame | None = None
    run_job: JobRunner
    rules: Callable[[], Topics]
    """Loads the points of topics, which takes 50 ms the first time."""
    shell: Callable[[], Shell]
    """Makes the commands, which takes 30 ms the first time: call it in a thread."""
    settings_file: Path | None
    state_file: Path | None
    """The file for this visit's place; None for the sample."""

    def add_keys(self, keys: KeySet) -> None:
        raise NotImplementedError

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table, `count` times if it takes a count."""
        raise NotImplementedError

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        """Take a key as text, such as in a date; return False for other keys."""
        raise NotImplementedError

    def takes_words(self, context: Context) -> Callable[[str], object] | None:
        """The handler of unbound letters in a context, if any."""
        raise NotImplementedError

    async def forward(self, key: events.Key) -> None:
        """Send an unbound key to the widgets, and wait until a text field has handled it."""
        raise NotImplementedError

    def keep_place(self) -> Sequence[str]:
        """Save the user's place for the next start; return a sentence for each part of this visit that is lost."""
        raise NotImplementedError

    def open_sample(self) -> None:
        """Quit with the result `SAMPLE`; the caller then opens the bundled sample."""
        self.exit(SAMPLE)

    # The terminal

    def get_driver_class(self) -> type[Driver]:
        """The driver named by `TEXTUAL_DRIVER`, such as that of `textual serve`; else ours for this system."""
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
        """Call before the first step of an end, which may hang."""
        if self.leaving is not None:
            self.leaving.expect_end()

    def lose_terminal(self) -> None:
        """Quit because the terminal is gone; called in the thread that reads it."""
        if self.leaving is not None:
            self.leaving.lose_terminal()

    def exit(self, result: str | None = None, return_code: int = 0, message: object = None) -> None:
        self.expect_end()
        super().exit(result, return_code)

    def _handle_exception(self, error: Exception) -> None:
        if self.is_leaving:
            from reader.log_file import record_error

            # For example, a screen still being made when the app ends can't mount its widgets.
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

    def set_title(self, title: str) -> None:
        """Set the title of the terminal's window, if it has one; the title must be clean."""
        if self.terminal is not None:
            self.terminal.set_title(title)

    def stop_job(self) -> bool:
        return self.terminal is not None and self.terminal.stop_job()

    @on(Driver.SignalResume)
    def _draw_again(self) -> None:
        self.refresh(layout=True)

    def open_in_browser(self, url: str) -> bool:
        """Open an address where the user is; False on this machine, where the caller chooses the browser."""
        if not self.is_web:
            return False
        self.open_url(url)
        return True
