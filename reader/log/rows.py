"""Rows of the log, and the ids of actions."""

from __future__ import annotations

import re
from typing import NamedTuple

_ACTION = re.compile(r"[0-9a-f]{24}")
_MACHINE = re.compile(r"[0-9a-f]{12}")


class Mark(NamedTuple):
    """What is to be true from now on. `paper` is empty where a mark is about no paper."""

    paper: str
    kind: str
    value: str


class Row(NamedTuple):
    """A row of the log, without its number, which differs between machines."""

    action: str
    paper: str
    kind: str
    value: str
    by: str = ""

    @property
    def machine(self) -> str:
        return machine_of(self.action)


def new_machine() -> str:
    """A random id for a machine."""
    import secrets

    return secrets.token_hex(6)


def is_machine(text: str) -> bool:
    """Whether a text can be the id of a machine."""
    return _MACHINE.fullmatch(text) is not None


def is_action(text: str) -> bool:
    """Whether a text can be the id of an action."""
    return _ACTION.fullmatch(text) is not None


def action_id(machine: str, clock: int) -> str:
    """The id of what a machine did at a time in milliseconds since 1970."""
    return f"{machine}{clock:012x}"


def machine_of(action: str) -> str:
    """The machine on which an action happened."""
    return action[:12]


def clock_of(action: str) -> int:
    """The time of an action in milliseconds since 1970, by the clock of its machine."""
    return int(action[12:], 16)
