"""Repair the cache for a command or the reader's start, and report the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from reader.cache import schema
from reader.cache.mending import health
from reader.cache.mending.repair import Repair, Report
from reader.commands.output import Progress, answer, warn
from reader.core.text import amount

if TYPE_CHECKING:
    from argparse import Namespace

    from reader.cache.storing.batch import Classifier

Rules = Callable[[], "Classifier"]

START_SECONDS = 60.0
"""Seconds that the reader's start may spend on restoring papers; a refresh fetches the rest."""


def repair_cache(file: Path, rules: Rules, *, set_aside: bool = False, seconds: float | None = None) -> Report:
    """Repair the cache, with progress; raises CacheError."""
    with Progress() as progress:
        return Repair(file, rules, progress.show, seconds=seconds).run(set_aside=set_aside)


def join_journal(file: Path, rules: Rules) -> Report:
    """Join the cache and its journal, with progress; raises CacheError."""
    with Progress() as progress:
        return Repair(file, rules, progress.show).join()


Damage = TypedDict("Damage", {"state": str, "what": str})


class Repaired(TypedDict):
    """The findings, the new path of the broken file, and the contents of the cache."""

    found: list[Damage]
    kept: list[str]
    new_cache: bool
    joined: int
    events: int
    starred: int
    papers: int
    papers_left: int
    papers_unread: int
    journal_lines_unread: int
    papers_from: dict[str, int]


def print_report(arguments: Namespace, report: Report) -> int:
    """Print what was found, where the broken file is now, and what there is."""
    record = Repaired(
        found=[Damage(state=one.state.name.lower(), what=one.found) for one in report.found],
        kept=list(map(str, report.kept)),
        new_cache=report.is_new,
        joined=report.joined,
        events=report.events,
        starred=report.starred,
        papers=report.papers,
        papers_left=report.lost,
        papers_unread=report.unread,
        journal_lines_unread=report.unread_lines,
        papers_from={str(file): count for file, count in report.restored.items()},
    )
    lines = [f"Found: {one.found}." for one in report.found]
    lines += [f"The original file is now {file}." for file in report.kept]
    return answer(arguments, record, *lines, summarize(report))


def summarize(report: Report) -> str:
    """One sentence: what came back from where, what did not, and the current contents."""
    stars, papers = amount(report.starred, "starred paper"), amount(report.papers, "paper")
    have = f"{amount(report.events, 'event')}, {stars} and {papers}"
    came = {file: count for file, count in report.restored.items() if count}
    sources = " and ".join(f"{count:,} from {_named(file)}" for file, count in came.items())
    if len(came) == 1 and sum(came.values()) == report.papers:
        sources = f"all from {_named(next(iter(came)))}"
    if report.is_new and not report.papers:
        asked = f" and the {amount(report.unread, 'paper')} that the old one had or you marked" if report.unread else ""
        return (
            f"The new cache has {amount(report.events, 'event')} but no papers: neither a backup nor the file could "
            f"be read. 'dailypapers refresh' fetches the latest days{asked}{_unread_lines(report)}."
        )
    if report.is_new:
        return f"The new cache has {have}: {sources}{_missing(report)}."
    if sources:
        return f"The cache had fewer papers than a backup, and now has {have}: {sources}{_missing(report)}."
    if report.found:
        return f"The cache is repaired: {have}."
    joined = f"{amount(report.joined, 'event')} came from the journal" if report.joined else "nothing had to be changed"
    return f"The cache is good, and {joined}: {have}."


def _named(file: Path) -> str:
    day = re.search(r"\d{4}-\d\d-\d\d", file.name)
    return f"the backup of {day[0]}" if day else "the broken file"


def _missing(report: Report) -> str:
    lines = _unread_lines(report)
    missing = report.unread + report.lost
    if not missing:
        return lines
    why = "could not be read" if report.unread else "were left out for lack of time"
    return f"; {amount(missing, 'more paper')} {why}, and 'dailypapers refresh' asks the feed for them{lines}"


def _unread_lines(report: Report) -> str:
    if not report.unread_lines:
        return ""
    return f"; {amount(report.unread_lines, 'line')} of the journal could not be read: look at your latest marks"


def prepare_cache(file: Path, rules: Rules) -> list[str]:
    """Make, repair or open read-only a cache that can't simply be opened; return a message. Raises CacheError."""
    condition = health.glance(file)
    if condition.state is health.CacheState.NONE:
        schema.ensure(file)
        return []
    if condition.state in (health.CacheState.READ_ONLY, health.CacheState.LOCKED):
        schema.ensure(file)
        return [
            "The cache is read-only: marks are refused and nothing is fetched; 'dailypapers doctor' says what to do "
            f"({condition.found})"
        ]
    warn("Checking the cache, and repairing it if it is damaged.")
    report = repair_cache(file, rules, seconds=START_SECONDS)
    if not report.found:
        return []
    kept = f"; the old file is {report.kept[0].name}" if report.kept else ""
    stars, papers = amount(report.starred, "starred paper"), amount(report.papers, "paper")
    told = f"The cache was repaired ({report.found[0].found}): {stars} and {papers} are back{_missing(report)}{kept}"
    warn(f"{told}.")
    return [told]
