"""`dailypapers skill`: print what an agent has to know to use the commands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.output import print_line
from reader.commands.workspace import Workspace


def _add_arguments(parser: ArgumentParser) -> None:
    """There are no arguments."""


def _print_skill(_arguments: Namespace, _workspace: Workspace) -> int:
    from reader.data import skill

    print_line(skill().rstrip("\n"))
    return 0


COMMAND = Command(
    "skill",
    "Print a SKILL.md, by which an agent learns to use the commands and their JSON.",
    (("skill > ~/.claude/skills/dailypapers/SKILL.md", "where one agent looks for it"),),
    _add_arguments,
    _print_skill,
)
