"""The command line, and commands that run by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.command_line.state import COMMAND, COMMANDS, TypedCommand, type_command
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.command_line.screen import CommandScreen
    from reader.ui.shell.services import Services


def _line(services: Services, command: TypedCommand) -> CommandScreen:
    from reader.ui.command_line.screen import CommandScreen

    model, look = services.model, services.look
    state = model.state
    history = state[COMMANDS]
    return CommandScreen(
        lambda text: model.change(type_command(model.state, text)),
        lambda place: model.change(model.state.update(COMMAND, lambda command: command._replace(selected=place))),
        history,
        state.selection.count if state.front_paper is None else 0,
        key=look.keymap.key("command.complete", "command"),
        glyphs=look.glyphs,
        begun=command.text,
    )


def _show(line: CommandScreen, command: TypedCommand) -> None:
    line.show(command)


FEATURE = Feature(__name__, ("actions", "runner"), (Over(COMMAND, _line, show=_show),))
