"""`dailypapers restore`: bring all marks back from the journal, or from what is left without one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.repairing import Repaired, join_journal, print_report, repair_cache
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError
from reader.paths import APP


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--set-aside",
        action="store_true",
        help="put a file of another program or of a newer version aside, and make a new cache in its place",
    )


def _restore(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.mending import health
    from reader.cache.mending.health import State

    file = workspace.cache_file
    state = health.glance(file).state
    if state is State.NONE:
        raise CacheError(
            f"There is nothing to restore from: neither cache nor journal nor backups are at {file}."
            f" '{APP} refresh' makes a cache."
        )
    if state in (State.GOOD, State.OLDER):
        report = join_journal(file, lambda: workspace.topics)
    else:
        report = repair_cache(file, lambda: workspace.topics, set_aside=arguments.set_aside)
    return print_report(arguments, report)


COMMAND = Command(
    "restore",
    "Bring all marks back from the journal beside the cache; what the cache has stays.",
    (),
    _add_arguments,
    _restore,
    {"": Repaired},
)
