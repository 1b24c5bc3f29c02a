"""The command that has refreshes run at set times: schedule."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from reader.commands.command import Command, add_json, positive_number
from reader.commands.output import is_terminal, say, say_json
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError

SEEN = (
    *("DAILYPAPERS_HOME", "HF_ENDPOINT", "ARXIV_ENDPOINT", "HF_HOME", "HF_TOKEN_PATH"),
    *("HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "DBUS_SESSION_BUS_ADDRESS"),
)
"""Variables that a scheduled refresh, and what it tells, must see as they are now; tokens stay where they are."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("install", "remove", "show"), help="what to do with the schedule")
    parser.add_argument(
        "--hours", type=positive_number, default=6, metavar="N", help="refresh every N hours (default: 6)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before writing or removing")
    add_json(parser)


def _schedule(arguments: Namespace, _workspace: Workspace) -> int:
    from reader.actions import schedule

    if arguments.hours > 24 or 24 % arguments.hours:
        raise UsageError("--hours takes 1, 2, 3, 4, 6, 8, 12 or 24.")
    environment = {name: os.environ[name] for name in SEEN if os.environ.get(name)}
    planned = schedule.plan(arguments.hours, Path.home(), environment)
    there = schedule.is_installed(planned, schedule.run_program)
    tell = (lambda _: None) if arguments.json else say
    if arguments.what == "remove":
        if not there:
            tell("There is no schedule.")
        elif _agreed(arguments.yes, "Remove the schedule?"):
            schedule.remove(planned, schedule.run_program)
            there = False
            tell("Removed.")
    else:
        tell(planned.text())
        if arguments.what == "show":
            tell(f"\n{'A schedule is installed' if there else 'Nothing is installed yet'} ({planned.kind}).")
        elif _agreed(arguments.yes, "\nInstall this?"):
            schedule.install(planned, schedule.run_program)
            there = True
            tell("Installed.")
    if arguments.json:
        say_json({"kind": planned.kind, "installed": there, "text": planned.text()})
    return 0


def _agreed(yes: bool, question: str) -> bool:
    """Whether the user agrees, who is asked unless `yes` said so before."""
    if yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("Nobody is there to agree; say --yes.")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


COMMAND = Command(
    "schedule",
    "Have refreshes run at set times, by systemd, launchd or cron; it is shown before it is written.",
    (
        ("schedule show", "what would be written, and whether it is there"),
        ("schedule install --hours 3", "refresh every three hours"),
        ("schedule remove --yes", "no more, without a question"),
    ),
    _arguments,
    _schedule,
)
