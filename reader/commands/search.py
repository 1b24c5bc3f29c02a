"""`dailypapers search`, which searches the feed itself, and `dailypapers add`, which fetches single papers."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reader.commands.command import Command, add_limit, add_no_pager, add_quiet
from reader.commands.output import Style, answer, print_found, raise_failures, warn, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, NotFound, ReaderError, UsageError
from reader.core.ids import named_id
from reader.core.lines import fit
from reader.core.text import amount, brief, clean, split_words

if TYPE_CHECKING:
    from reader.core.paper import Draft, Listing


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="words for the feed's own search")
    parser.add_argument("--add", action="store_true", help="store the results in the cache")
    add_limit(parser, "results")
    add_quiet(parser, "print results only, without progress and remarks")
    add_no_pager(parser)


def _search_feed(arguments: Namespace, workspace: Workspace) -> int:
    from reader.commands.run_job import run_job
    from reader.refresh.lines import job, listing_of

    words = " ".join(arguments.words)
    if not split_words(words):
        raise UsageError(f"“{brief(words)}” has no letter or digit to search for.")
    result = run_job(workspace, job("search", text=words), quiet=arguments.quiet)
    found_listings = map(listing_of, result["listings"])
    listings = tuple(listing for listing in found_listings if listing.drafts)[: arguments.limit]  # each has one paper
    found = [(draft, listing.day) for listing in listings for draft in listing.drafts]
    with workspace.window() as window:
        known = {draft.id for draft, _ in found if draft.id and window.pk_of(draft.id) is not None}
    results = (_record(draft, day, draft.id in known) for draft, day in found)
    print_found(arguments, results, _draw_results(found, known))
    if not found and not arguments.quiet:
        warn("The feed finds nothing.")
    if arguments.add and found:
        _store_results(workspace, listings, quiet=arguments.quiet)
    return 0


def _store_results(workspace: Workspace, listings: tuple[Listing, ...], *, quiet: bool) -> None:
    from reader.commands.run_job import run_job
    from reader.refresh.lines import job, listing_values

    stored = run_job(workspace, job("store", listings=[listing_values(one) for one in listings]), quiet=quiet)
    if not quiet:
        warn(f"{amount(stored['new'], 'paper')} added.")


def _record(draft: Draft, day: str | None, is_known: bool) -> dict[str, Any]:
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


def _draw_results(found: Sequence[tuple[Draft, str | None]], known: set[str]) -> Iterator[str]:
    """A line for each paper in the feed's order: + if not in the cache, id, day and title."""
    style = Style.of(sys.stdout)
    room = max(20, width() - 26) if is_terminal(sys.stdout) else None
    for draft, day in found:
        title = fit(clean(draft.title), room).rstrip() if room else clean(draft.title)
        sign = " " if draft.id in known else "+"
        when = f"{day or draft.published or '':10}"
        yield f"{sign} {draft.id:11} {style('muted', when)} {title}"


SEARCH_COMMAND = Command(
    "search",
    "Search the feed itself, not the cache; a + marks papers that are not in the cache.",
    (),
    _add_arguments,
    _search_feed,
    has_json=True,
)


# Add


def _add_ids(parser: ArgumentParser) -> None:
    about = "an arXiv id, arXiv's DOI, or an address of arXiv, Hugging Face or alphaXiv"
    parser.add_argument("papers", nargs="+", metavar="ID", help=about)


def _add_papers(arguments: Namespace, workspace: Workspace) -> int:
    ids = [_parse_id(text) for text in arguments.papers]
    failures = [failure for id in ids if (failure := _look_up(workspace, id))]
    with workspace.window() as window:
        pks = [window.pk_of(id) for id in ids]
        found = [paper for pk in pks if pk is not None and (paper := window.paper(pk)) is not None]
    from reader.actions.export import record

    answer(arguments, map(record, found), *(f"{paper.id}  {clean(paper.title)}" for paper in found))
    return raise_failures(failures)


def _parse_id(text: str) -> str:
    id = named_id(text)
    if id is None:
        raise UsageError(f"{brief(text)!r} is not a paper: give an arXiv id or an address with one.")
    return id


def _look_up(workspace: Workspace, id: str) -> ReaderError | None:
    """Fetch a paper into the cache; return why that failed, or None."""
    from reader.commands.run_job import run_job
    from reader.refresh.lines import job

    try:
        if run_job(workspace, job("look-up", id=id))["found"]:
            return None
    except FeedError as error:
        error.args = (f"{id} could not be fetched: {error}",)
        return error
    return NotFound(f"Neither the feed nor arXiv has {id}.")


ADD_COMMAND = Command(
    "add",
    "Fetch papers by id or address into the cache, from the feed or else from arXiv.",
    (),
    _add_ids,
    _add_papers,
    has_json=True,
)
