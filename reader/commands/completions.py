"""`dailypapers completions`: print a completion script for a shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.output import print_line
from reader.commands.workspace import Workspace

SHELLS = ("bash", "zsh", "fish")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="the shell to print a script for")


def _print_completions(arguments: Namespace, _workspace: Workspace) -> int:
    import shtab

    from reader.commands.registry import tree

    print_line(shtab.complete(tree(), arguments.shell))
    return 0


COMMAND = Command(
    "completions",
    "Print a script that completes dailypapers in a shell.",
    (
        ("completions bash > ~/.local/share/bash-completion/completions/dailypapers", "for bash"),
        ("completions fish > ~/.config/fish/completions/dailypapers.fish", "for fish"),
    ),
    _add_arguments,
    _print_completions,
)
