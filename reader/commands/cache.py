"""`dailypapers cache` and `restore`: show sizes, compact, verify and repair the cache, and bring all marks back."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TypedDict

from reader.cache.mending import health
from reader.cache.mending.health import CacheState, verify
from reader.commands.command import Command, add_actions
from reader.commands.output import Progress, Style, answer, print_line
from reader.commands.repairing import Repaired, join_journal, print_report, repair_cache
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError
from reader.core.text import amount
from reader.paths import APP, is_there


def _run_cache(arguments: Namespace, workspace: Workspace) -> int:
    run, _ = ACTIONS[arguments.what]
    if run is not _repair_cache:
        if not is_there(workspace.cache_file):
            raise _no_cache(workspace)
        from reader.cache import schema

        schema.ensure(workspace.cache_file)
    return run(arguments, workspace)


def _print_sizes(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.cache_file
    sizes = health.sizes(file)
    if arguments.json:
        parts = [Part(name=one.name, rows=one.rows, bytes=one.bytes) for one in sizes.parts]
        size = {"file_bytes": sizes.file, "log_bytes": sizes.log, "free_bytes": sizes.free}
        counts = {"papers": sizes.papers, "events": sizes.events}
        return answer(arguments, {"path": str(file), **counts, **size, "parts": parts})
    style = Style.of(sys.stdout)
    print_line(style.bold(str(file)))
    a_paper = f", {sizes.file // sizes.papers:,} bytes a paper" if sizes.papers else ""
    print_line(f"{amount(sizes.papers, 'paper')}, {amount(sizes.events, 'event')}, {_mebibytes(sizes.file)}{a_paper}")
    if sizes.log or sizes.free:
        print_line(f"{_mebibytes(sizes.log)} not yet merged into the file, {_mebibytes(sizes.free)} of it free")
    widest = max(len(part.name) for part in sizes.parts)
    for part in sizes.parts:
        rows = "" if part.rows is None else amount(part.rows, "row")
        print_line(f"  {part.name:{widest}}{_mebibytes(part.bytes):>11}  {style.faint(f'{rows:>16}')}".rstrip())
    return 0


def _compact_cache(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.cache_file
    before = file.stat().st_size
    with Progress() as progress:
        for step in health.compact(file):
            progress.show(step)
    after = file.stat().st_size
    said = f"{_mebibytes(after)}, as small as before."
    if after < before:
        said = f"{_mebibytes(before)} before, {_mebibytes(after)} now: {1 - after / before:.0%} freed."
    return answer(arguments, Compacted(before_bytes=before, after_bytes=after), said)


def _verify_cache(arguments: Namespace, workspace: Workspace) -> int:
    checks = []
    with Progress() as progress:
        progress.show("checking the file")
        for check in verify(workspace.cache_file):
            checks.append(check)
            progress.show(f"{check.name} checked")
    faults = [fault for check in checks for fault in check.faults]
    if arguments.json:
        answer(arguments, {"ok": not faults, "checks": [{"name": one.name, "faults": one.faults} for one in checks]})
        return 1 if faults else 0
    for check in checks:
        print_line(f"{'! ' if check.faults else '  '}{check.name:16}{'; '.join(check.faults) or 'ok'}")
    if faults:
        raise CacheError(f"The cache has faults. '{APP} cache repair' repairs it, and keeps the old file.")
    return 0


def _repair_cache(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.cache_file
    if health.glance(file).state is health.CacheState.NONE:
        raise _no_cache(workspace)
    return print_report(arguments, repair_cache(file, lambda: workspace.topics))


def _no_cache(workspace: Workspace) -> CacheError:
    file = workspace.cache_file
    condition = health.glance(file)
    if condition.state is health.CacheState.LOST:
        return CacheError(f"The cache {file} is {condition.found}. '{condition.command}' rebuilds it.")
    return CacheError(f"There is no cache yet at {file}. '{APP} refresh' makes one.")


def _add_restore_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--set-aside",
        action="store_true",
        help="move a file of another program or a newer version aside, and make a new cache",
    )


def _restore(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.cache_file
    state = health.glance(file).state
    if state is CacheState.NONE:
        raise CacheError(
            f"There is nothing to restore from: no cache, journal or backup at {file}. '{APP} refresh' makes a cache."
        )
    if state in (CacheState.GOOD, CacheState.OLDER):
        report = join_journal(file, lambda: workspace.topics)
    else:
        report = repair_cache(file, lambda: workspace.topics, set_aside=arguments.set_aside)
    return print_report(arguments, report)


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MiB"


ACTIONS = {
    "info": (_print_sizes, "print the sizes of its parts"),
    "compact": (_compact_cache, "rewrite the file without gaps"),
    "verify": (_verify_cache, "check that its parts agree"),
    "repair": (_repair_cache, "repair what is broken, and keep the broken file"),
}

Part = TypedDict("Part", {"name": str, "rows": int | None, "bytes": int})


class Sizes(TypedDict):
    """The sizes of the cache and its parts."""

    path: str
    papers: int
    events: int
    file_bytes: int
    log_bytes: int
    free_bytes: int
    parts: list[Part]


Compacted = TypedDict("Compacted", {"before_bytes": int, "after_bytes": int})
Check = TypedDict("Check", {"name": str, "faults": list[str]})
Verified = TypedDict("Verified", {"ok": bool, "checks": list[Check]})

COMMAND = Command(
    "cache",
    "Show what the cache holds; make it smaller, verify it or repair it.",
    (),
    lambda parser: add_actions(parser, ACTIONS),
    _run_cache,
    {"info": Sizes, "compact": Compacted, "verify": Verified, "repair": Repaired},
)

RESTORE = Command(
    "restore",
    "Restore all marks from the journal; nothing in the cache is removed.",
    (),
    _add_restore_arguments,
    _restore,
    {"": Repaired},
)
