"""The actions of the user's own commands, which the settings name and give keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reader.keys.actions import Action

if TYPE_CHECKING:
    from reader.core.settings.tables import UserCommand

RUN = "run."
"""Prefix of their ids."""


def own_actions(commands: Sequence[UserCommand]) -> Mapping[str, UserCommand]:
    """The commands by the ids of their actions."""
    found: dict[str, UserCommand] = {}
    for command in commands:
        slug = re.sub(r"\W+", "-", command.name.casefold()).strip("-") or "command"
        id = f"{RUN}{slug}"
        found[id if id not in found else f"{id}-{len(found)}"] = command
    return found


def rows_of(commands: Sequence[UserCommand]) -> tuple[Action, ...]:
    """The lines that the commands add to the table of actions; their keys are as in the settings."""
    return tuple(
        Action(
            id,
            "",
            command.name,
            f"Your command on this paper: {_line(command)}.",
            ("list", "detail", "page", "triage", "text"),
        )
        for id, command in own_actions(commands).items()
    )


def keys_of(commands: Sequence[UserCommand]) -> dict[str, str]:
    """The keys of the commands that have some, by the ids of their actions."""
    return {id: command.key for id, command in own_actions(commands).items() if command.key}


def _line(command: UserCommand) -> str:
    line = command.run if isinstance(command.run, str) else " ".join(command.run)
    return line if len(line) <= 60 else f"{line[:59]}…"
