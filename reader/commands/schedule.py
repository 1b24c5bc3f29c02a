"""`dailypapers schedule`: schedule refreshes and a daily digest."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from reader.actions import schedule
from reader.commands.command import Command, add_words, bare, positive_number
from reader.commands.output import answer, is_confirmed, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.paths import HOME_VARIABLE, home

COPIED_VARIABLES = re.compile(
    r"HF_ENDPOINT|ARXIV_ENDPOINT|HF_HOME|HF_TOKEN_PATH|HF_HUB_OFFLINE|SSL_CERT_FILE|SSL_CERT_DIR"
    r"|DBUS_SESSION_BUS_ADDRESS|XDG_\w+_(?:HOME|DIRS?)|(?i:https?|all|no)_(?i:proxy)"
)
"""Environment variables copied to scheduled commands; tokens are not copied."""


def copied_environment(environ: Mapping[str, str], home: Path | None) -> dict[str, str]:
    """The environment of a scheduled command; `home` is the folder in DAILYPAPERS_HOME, if set."""
    copied = {HOME_VARIABLE: str(home)} if home else {}
    # A line break would start a new line in a crontab or unit file.
    return copied | {
        name: value
        for name, value in environ.items()
        if COPIED_VARIABLES.fullmatch(name) and value.isprintable() and value
    }


ACTIONS = {
    "install": "start running refreshes and, with --digest, a daily mail",
    "remove": "stop running them",
    "show": "print what is installed or would be",
}


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", ACTIONS)
    parser.add_argument("--hours", type=positive_number, metavar="N", help=f"refresh every N hours (default: {HOURS})")
    about = "also mail a digest each day at this time (default: 07:30); with remove, end only the digest"
    parser.add_argument("--digest", type=_time, nargs="?", const=MORNING, metavar="HH:MM", help=about)
    parser.add_argument("--yes", action="store_true", help="do not ask before writing or removing")


def _time(text: str) -> tuple[int, int]:
    """A time of the day, as an argparse type."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ArgumentTypeError(f"{bare(text)!r} is not a time: write it as 07:30")
    return int(found[1]), int(found[2])


def _run_schedule(arguments: Namespace, workspace: Workspace) -> int:
    hours = arguments.hours or HOURS
    if hours > 24 or 24 % hours:
        raise UsageError("--hours takes 1, 2, 3, 4, 6, 8, 12 or 24.")
    is_mailed = arguments.digest and arguments.what == "install" and _way(workspace) == ("--send",)
    if is_mailed and (trouble := workspace.settings.digest.trouble()):
        raise ReaderError(trouble)
    # A scheduled command starts in another folder, so the home must be absolute.
    environment = copied_environment(os.environ, home())
    tasks = [schedule.refreshes(hours), schedule.daily_digest(arguments.digest or MORNING, _way(workspace))]
    if arguments.digest:
        # It also refreshes: without a scheduler, it is the single command to run some other way.
        tasks.reverse()
    planned = {task.name: schedule.plan_schedule(task, Path.home(), environment) for task in tasks}
    installed = {name: schedule.as_installed(one, schedule.run_program) for name, one in planned.items()}
    there = {name for name, one in installed.items() if one}
    wanted = ("refresh", "digest") if arguments.digest else ("refresh",)
    shown = [planned[name] for name in wanted]
    if arguments.what == "show" and there and not (arguments.hours or arguments.digest):
        shown = [one for one in installed.values() if one]
    text = "\n\n".join(one.text() for one in shown)
    kind = planned["refresh"].kind
    show = (lambda _: None) if arguments.json else print_line
    if arguments.what == "remove":
        ended = there & {"digest"} if arguments.digest else there
        if not ended:
            show(f"There is no {'digest' if arguments.digest else 'schedule'}.")
        elif is_confirmed(arguments.yes, f"Remove the {'digest' if arguments.digest else 'schedule'}?"):
            for name in ended:
                schedule.remove(planned[name], schedule.run_program)
            there = there - ended
            show("Removed.")
    else:
        show(text)
        if arguments.what == "show":
            show(f"\n{_INSTALLED[tuple(sorted(there))]} ({kind}).")
        elif is_confirmed(arguments.yes, "\nInstall this?"):
            for name in wanted:
                schedule.install(planned[name], schedule.run_program)
            there = there.union(wanted)
            show("Installed.")
    record = Scheduled(kind=kind, installed="refresh" in there, digest="digest" in there, text=text)
    return answer(arguments, record)


HOURS = 6
"""Default hours between refreshes."""

MORNING = (7, 30)
"""Default time of the digest."""

_INSTALLED = {
    (): "Nothing is installed yet",
    ("refresh",): "A schedule is installed",
    ("digest", "refresh"): "A schedule and a digest are installed",
    ("digest",): "A digest is installed",
}


def _way(workspace: Workspace) -> tuple[str, ...]:
    """The words that deliver a digest as the settings say: by mail, else to the user's program."""
    settings = workspace.settings.digest
    return ("--to", "command") if settings.command and not settings.server else ("--send",)


Scheduled = TypedDict("Scheduled", {"kind": str, "installed": bool, "digest": bool, "text": str})

COMMAND = Command(
    "schedule",
    "Schedule refreshes and a daily digest with systemd, launchd or cron; shows what it writes before it does.",
    (),
    _add_arguments,
    _run_schedule,
    {"": Scheduled},
)
