"""Commands that look beyond the cache for papers: add those that are named, search all that the feed has."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json
from reader.commands.output import Style, amount, fit, is_terminal, say, say_json, warn, width
from reader.commands.workspace import Session
from reader.core.errors import FeedError, UsageError
from reader.core.ids import arxiv_id
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.core.paper import Draft, Listing


def _add_arguments(parser: ArgumentParser) -> None:
    about = "an arXiv id, arXiv's DOI, or an address of arXiv, Hugging Face or alphaXiv"
    parser.add_argument("papers", nargs="+", metavar="ID", help=about)
    add_json(parser)


def _add(arguments: Namespace, session: Session) -> int:
    ids = [_id(text) for text in arguments.papers]
    failures = [failure for id in ids if (failure := _look_up(session, id))]
    with session.window() as window:
        pks = [window.pk_of(id) for id in ids]
        found = [paper for pk in pks if pk is not None and (paper := window.paper(pk)) is not None]
    if arguments.json:
        from reader.actions.export import record

        say_json([record(paper) for paper in found])
    else:
        for paper in found:
            say(f"{paper.id}  {clean(paper.title)}")
    for failure in failures[:-1]:
        warn(failure)
    if failures:
        raise FeedError(failures[-1])
    return 0


def _id(text: str) -> str:
    id = arxiv_id(text)
    if id is None:
        raise UsageError(f"{clean(text, 100)!r} names no paper: give an arXiv id or an address with one.")
    return id


def _look_up(session: Session, id: str) -> str:
    """Bring a paper into the cache; why it did not come, if it did not."""
    from reader.commands.run_job import work
    from reader.refresh.jobs import LookupFinished, LookUpPaper

    try:
        if LookupFinished(found=True) in work(session, LookUpPaper(id)):
            return ""
    except FeedError as error:
        return f"{id} could not be fetched: {error}"
    return f"{id} is known neither to the feed nor to arXiv."


def _search_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="what to look for, in the feed's own way")
    parser.add_argument("--add", action="store_true", help="put what is found into the cache")
    add_json(parser)


def _search(arguments: Namespace, session: Session) -> int:
    from reader.commands.run_job import work
    from reader.refresh.jobs import SearchAnswered, SearchFeed

    said = work(session, SearchFeed(" ".join(arguments.words)))
    listings = next(message.listings for message in said if isinstance(message, SearchAnswered))
    found = [(draft, listing.day) for listing in listings for draft in listing.drafts]
    with session.window() as window:
        known = {draft.id for draft, _ in found if draft.id and window.pk_of(draft.id) is not None}
    if arguments.json:
        say_json([_record(draft, day, draft.id in known) for draft, day in found])
    else:
        _print(found, known)
    if not found:
        warn("The feed finds nothing.")
    if arguments.add and found:
        _keep(session, listings)
    return 0


def _keep(session: Session, listings: tuple[Listing, ...]) -> None:
    """Put what was found into the cache."""
    from reader.commands.run_job import work
    from reader.refresh.jobs import PapersStored, StorePapers

    added = sum(message.papers for message in work(session, StorePapers(listings)) if isinstance(message, PapersStored))
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


def _print(found: Sequence[tuple[Draft, str | None]], known: set[str]) -> None:
    """A paper a line, in the feed's order: its id, day and title; those that are not in the cache are marked."""
    style = Style.of(sys.stdout)
    room = max(20, width() - 26) if is_terminal(sys.stdout) else None
    for draft, day in found:
        title = fit(clean(draft.title), room).rstrip() if room else clean(draft.title)
        sign = " " if draft.id in known else "+"
        when = f"{day or draft.published or '':10}"
        say(f"{sign} {draft.id:11} {style.faint(when)} {title}")


COMMANDS: Sequence[Command] = (
    Command(
        "add",
        "Fetch papers by id or address into the cache, from the feed or else from arXiv.",
        (
            ("add 2406.12345", "one paper"),
            ("add https://arxiv.org/abs/2406.12345v2", "an address will do"),
        ),
        _add_arguments,
        _add,
    ),
    Command(
        "search",
        "Search all that the feed has, not only the cache; a + marks papers that are not in the cache.",
        (
            ("search gaussian avatars", "what the feed finds, in its own order"),
            ("search gaussian avatars --add", "and keep it"),
        ),
        _search_arguments,
        _search,
    ),
)
