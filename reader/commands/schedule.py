"""`dailypapers schedule`: run refreshes at set times."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from reader.commands.command import Command, add_json, positive_number
from reader.commands.output import is_terminal, print_json, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.paths import HOME_VARIABLE, home

COPIED_VARIABLES = re.compile(
    r"HF_ENDPOINT|ARXIV_ENDPOINT|HF_HOME|HF_TOKEN_PATH|HF_HUB_OFFLINE|SSL_CERT_FILE|SSL_CERT_DIR"
    r"|DBUS_SESSION_BUS_ADDRESS|XDG_\w+_(?:HOME|DIRS?)|(?i:https?|all|no)_(?i:proxy)"
)
"""Environment variables that a scheduled refresh gets with their current values; tokens are not copied."""


def copied_environment(environ: Mapping[str, str], home: Path | None) -> dict[str, str]:
    """The environment of a scheduled refresh; `home` is the folder in DAILYPAPERS_HOME, if it is set."""
    copied = {HOME_VARIABLE: str(home)} if home else {}
    # A line break would begin a line of its own in a crontab or a unit file.
    return copied | {
        name: value
        for name, value in environ.items()
        if COPIED_VARIABLES.fullmatch(name) and value.isprintable() and value
    }


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("install", "remove", "show"), help="what to do with the schedule")
    parser.add_argument(
        "--hours", type=positive_number, default=6, metavar="N", help="refresh every N hours (default: 6)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before writing or removing")
    add_json(parser)


def _run_schedule(arguments: Namespace, _workspace: Workspace) -> int:
    from reader.actions import schedule

    if arguments.hours > 24 or 24 % arguments.hours:
        raise UsageError("--hours takes 1, 2, 3, 4, 6, 8, 12 or 24.")
    # A scheduled refresh starts in another folder, so the home must be absolute.
    planned = schedule.plan_schedule(arguments.hours, Path.home(), copied_environment(os.environ, home()))
    there = schedule.is_installed(planned, schedule.run_program)
    show = (lambda _: None) if arguments.json else print_line
    if arguments.what == "remove":
        if not there:
            show("There is no schedule.")
        elif _is_confirmed(arguments.yes, "Remove the schedule?"):
            schedule.remove(planned, schedule.run_program)
            there = False
            show("Removed.")
    else:
        show(planned.text())
        if arguments.what == "show":
            show(f"\n{'A schedule is installed' if there else 'Nothing is installed yet'} ({planned.kind}).")
        elif _is_confirmed(arguments.yes, "\nInstall this?"):
            schedule.install(planned, schedule.run_program)
            there = True
            show("Installed.")
    if arguments.json:
        print_json({"kind": planned.kind, "installed": there, "text": planned.text()})
    return 0


def _is_confirmed(yes: bool, question: str) -> bool:
    """Whether the user confirms; `yes` confirms without a question. Raises UsageError without a terminal."""
    if yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("There is no terminal to ask on; confirm with --yes.")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


COMMAND = Command(
    "schedule",
    "Run refreshes at set times, by systemd, launchd or cron; what is written is shown first.",
    (
        ("schedule show", "what would be written, and whether it is installed"),
        ("schedule install --hours 3", "refresh every three hours"),
        ("schedule remove --yes", "remove it without a question"),
    ),
    _add_arguments,
    _run_schedule,
)
