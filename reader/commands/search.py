"""`dailypapers search`: search the feed itself."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json
from reader.commands.output import (
    Style,
    amount,
    fit,
    is_terminal,
    print_json,
    print_line,
    warn,
    width,
)
from reader.commands.workspace import Workspace
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.core.paper import Draft, Listing


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="words for the feed's own search")
    parser.add_argument("--add", action="store_true", help="store the results in the cache")
    add_json(parser)


def _search_feed(arguments: Namespace, workspace: Workspace) -> int:
    from reader.commands.run_job import run_job
    from reader.refresh.jobs import SearchAnswered, SearchFeed

    messages = run_job(workspace, SearchFeed(" ".join(arguments.words)))
    listings = next(message.listings for message in messages if isinstance(message, SearchAnswered))
    found = [(draft, listing.day) for listing in listings for draft in listing.drafts]
    with workspace.window() as window:
        known = {draft.id for draft, _ in found if draft.id and window.pk_of(draft.id) is not None}
    if arguments.json:
        print_json([_record(draft, day, draft.id in known) for draft, day in found])
    else:
        _print_results(found, known)
    if not found:
        warn("The feed finds nothing.")
    if arguments.add and found:
        _store_results(workspace, listings)
    return 0


def _store_results(workspace: Workspace, listings: tuple[Listing, ...]) -> None:
    """Store the results in the cache."""
    from reader.commands.run_job import run_job
    from reader.refresh.jobs import PapersStored, StorePapers

    added = sum(
        message.papers for message in run_job(workspace, StorePapers(listings)) if isinstance(message, PapersStored)
    )
    warn(f"{amount(added, 'paper')} added.")


def _record(draft: Draft, day: str | None, is_known: bool) -> dict[str, object]:
    return {
        "id": draft.id,
        "title": draft.title,
        "abstract": draft.abstract or None,
        "day": day,
        "published": draft.published,
        "authors": list(draft.authors),
        "upvotes": draft.upvotes,
        "in_cache": is_known,
    }


def _print_results(found: Sequence[tuple[Draft, str | None]], known: set[str]) -> None:
    """Print a line for each paper, in the feed's order: a + if it is not in the cache, id, day and title."""
    style = Style.of(sys.stdout)
    room = max(20, width() - 26) if is_terminal(sys.stdout) else None
    for draft, day in found:
        title = fit(clean(draft.title), room).rstrip() if room else clean(draft.title)
        sign = " " if draft.id in known else "+"
        when = f"{day or draft.published or '':10}"
        print_line(f"{sign} {draft.id:11} {style.faint(when)} {title}")


COMMAND = Command(
    "search",
    "Search the feed itself, not the cache; a + marks papers that are not in the cache.",
    (
        ("search gaussian avatars", "the feed's results, in its own order"),
        ("search gaussian avatars --add", "and store them"),
    ),
    _add_arguments,
    _search_feed,
)
