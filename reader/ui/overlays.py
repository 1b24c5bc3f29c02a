"""The screens that open over another one to type something, each while its part of the state is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reader.keys.keymap import Keymap
from reader.ui.shell.layout import Area, place_note
from reader.ui.state.model import Model, subscribe
from reader.ui.state.whole import State

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from reader.ui.command_line.screen import CommandScreen, TagScreen
    from reader.ui.looks.look import Look
    from reader.ui.notes.screen import NoteScreen


class Overlays:
    """The line of tags, the editor of notes and the command line."""

    def __init__(self, app: App[str], model: Model, look: Look) -> None:
        self._app = app
        self._model = model
        self._look = look
        self._keymap: Keymap = look.keymap
        self.tag_line: TagScreen | None = None
        """The line of tags, while it is open."""
        self.note: NoteScreen | None = None
        """The editor of a note, while it is open."""
        self.command_line: CommandScreen | None = None
        """The command line, while it is open."""

    def follow(self, write_draft: Callable[[str], object]) -> None:
        """Open and close the screens as the state says; `write_draft` receives the text of a note after each edit."""
        subscribe(self._app, self._model, lambda state: state.tagging, self._draw_tags, now=False)
        subscribe(self._app, self._model, lambda state: state.command, self._draw_command, now=False)
        subscribe(
            self._app,
            self._model,
            lambda state: state.noting,
            lambda state: self._draw_note(state, write_draft),
            now=False,
        )

    @property
    def front(self) -> TagScreen | NoteScreen | CommandScreen | None:
        """The one that is open."""
        return self.tag_line or self.note or self.command_line

    def _draw_tags(self, state: State) -> None:
        if state.tagging is not None:
            from reader.ui.command_line.screen import TagScreen

            key = self._keymap.key("tags.complete", "tags")
            self.tag_line = TagScreen(state.tagging, state.topic_papers, key)
            self._app.push_screen(self.tag_line)
        elif self.tag_line is not None:
            closed, self.tag_line = self.tag_line, None
            self._close(closed)

    def _draw_note(self, state: State, write_draft: Callable[[str], object]) -> None:
        if state.noting is not None:
            # Imported late: an editor of texts takes 30 ms.
            from reader.ui.notes.screen import NoteScreen

            self.note = NoteScreen(self._model, self._look, state.noting, self._place_note, write_draft)
            self._app.push_screen(self.note)
        elif self.note is not None:
            closed, self.note = self.note, None
            self._close(closed)

    def _draw_command(self, state: State) -> None:
        """Open or close the command line, or show what may follow in it."""
        if state.command is None:
            closed, self.command_line = self.command_line, None
            if closed is not None:
                self._close(closed)
        elif self.command_line is not None:
            self.command_line.show(state.command)
        else:
            from reader.ui.command_line.screen import CommandScreen

            key = self._keymap.key("command.complete", "command")
            taken = state.selection.count if state.page is None else 0
            self.command_line = CommandScreen(
                self._type_command, state.commands, taken, key=key, glyphs=self._look.glyphs, begun=state.command.text
            )
            self._app.push_screen(self.command_line)

    def _type_command(self, text: str) -> None:
        self._model.change(self._model.state.type_command(text))

    def _place_note(self, width: int, height: int) -> Area:
        state = self._model.state
        return place_note(width, height, state.panes, state.front, is_page=state.page is not None)

    def _close(self, screen: Screen[Any]) -> None:
        if screen.is_current:
            self._app.pop_screen()
