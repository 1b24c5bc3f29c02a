"""Look up titles of saved pages' papers for `import` and `refresh`, and let the user resolve unclear ones."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from reader.cache import pages
from reader.cache.pages import find_waiting
from reader.commands.output import answer, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.ids import PAGE_PREFIX, arxiv_id, paper_url
from reader.core.text import amount
from reader.core.titles import TitleRecord, describe

CHOICES = "dailypapers import --choices"


def look_up(workspace: Workspace, *, quiet: bool, is_asked: bool = True) -> dict[str, Any] | None:
    """Look up pending titles, and print and return the result; print nothing if `quiet`.

    Does nothing without pending titles. Unless `is_asked`, titles left for a later run are not mentioned.
    """
    from reader.commands.run_job import run_job
    from reader.refresh.lines import job

    if not find_waiting(workspace.cache_file, datetime.now(UTC)):
        return None
    result = run_job(workspace, job("titles"), quiet=quiet)
    found, offered, left = result["found"], result["offered"], result["left"]
    if not quiet:
        if found:
            print_line(f"{amount(found, 'paper')} found by {'its title' if found == 1 else 'their titles'}.")
        if offered:
            print_line(f"{amount(offered, 'paper')} may be another one: {CHOICES!r} shows which.")
        if result["error"]:
            warn(f"{amount(left, 'title')} will be looked up with the next refresh: {result['error']}")
        elif left and is_asked:
            print_line(f"{amount(left, 'title')} will be looked up with the next refreshes.")
    return {"found": found, "offered": offered, "left": left}


def print_choices(arguments: Namespace, workspace: Workspace) -> int:
    """Print the papers without a known arXiv id, with their possible matches."""
    with workspace.window() as window:
        unknown = window.read(pages.unknown)
    lines = []
    for one in unknown:
        if one.choices:
            lines.append(f"{one.paper.id}  {describe(one.paper)}")
            lines += [f"  {choice.id}  {describe(choice)}" for choice in one.choices]
    offered = sum(bool(one.choices) for one in unknown)
    asked = sum(not one.choices and one.tries > 0 for one in unknown)
    waiting = len(unknown) - offered - asked
    chosen = f"'dailypapers import --choose {PAGE_PREFIX}ID=ARXIV_ID' chooses it"
    message = {
        f"{offered:,} may be one of the papers under it; {chosen}": offered,
        f"{asked:,} not found in the feed or at arXiv": asked,
        f"{waiting:,} will be looked up with the next refresh": waiting,
    }
    told = "; ".join(text for text, count in message.items() if count)
    what = f"{amount(len(unknown), 'paper')} of saved pages still have no arXiv id"
    records = [
        {**_fields(one.paper), "asked": one.tries, "choices": list(map(_fields, one.choices))} for one in unknown
    ]
    return answer(arguments, records, *lines, f"{what}{': ' if told else ''}{told}.")


def _fields(paper: TitleRecord) -> dict[str, Any]:
    return {"id": paper.id, "title": paper.title, "author_count": paper.author_count, "published": paper.published}


def choose(workspace: Workspace, texts: Sequence[str]) -> None:
    """Give pages' papers the ids in texts such as `page:0123456789ab=2406.12345`; raises UsageError and FeedError."""
    from reader.cache.community import Communities
    from reader.commands.run_job import fetch
    from reader.refresh.lines import job

    chosen: list[tuple[str, str]] = []
    with closing(Communities.open(workspace.cache_file)) as cache:
        for text in texts:
            own, _, given = text.partition("=")
            id = arxiv_id(given)
            known = cache.known(own.strip()) if own.strip().startswith(PAGE_PREFIX) else None
            if id is None or known is None:
                raise UsageError(f"--choose {text!r} needs a page's paper and an arXiv id: see {CHOICES!r}.")
            chosen.append((own.strip(), id))
    for own, id in chosen:
        if not fetch(workspace, job("look-up", id=id, own=own), paper_url(id) or "")["found"]:
            raise UsageError(f"Neither the feed nor arXiv has {id}; choose another one of {CHOICES!r}.")
        print_line(f"{own} is {id} now.")
