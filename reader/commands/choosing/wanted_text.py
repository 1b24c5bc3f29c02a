"""The full text of a paper for a command; one that is not in the cache is fetched into it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reader.commands.choosing.wanted_paper import find_or_fetch
from reader.commands.workspace import Workspace
from reader.core.errors import NoFullText
from reader.core.ids import pdf_url

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.paper import Paper


def find_or_fetch_text(workspace: Workspace, id: str, *, again: bool = False) -> tuple[Paper, KeptText]:
    """A paper and its full text, with `again` fetched anew.

    Raises NotInCache, or FeedError, which says where to look unless there is no network.
    """
    paper, pk = find_or_fetch(workspace, id)
    kept = None if again else _kept_text(workspace, pk)
    if kept is None:
        _fetch(workspace, paper)
        kept = _kept_text(workspace, pk)
    if kept is None:
        raise NoFullText(f"The text of {paper.id} has just been removed from the cache; try again.")
    return paper, kept


def _kept_text(workspace: Workspace, pk: int) -> KeptText | None:
    from reader.cache.texts import Texts

    with closing(Texts.open(workspace.cache_file)) as texts:
        kept = texts.get(pk)
        if kept is not None:
            texts.note_use(pk, datetime.now(UTC).date().isoformat())
        return kept


def _fetch(workspace: Workspace, paper: Paper) -> None:
    page = pdf_url(paper.id)
    if page is None:
        see = f" See {paper.url}" if paper.url else ""
        raise NoFullText(f"{paper.id} has no arXiv id, so no full text can be found.{see}")
    from reader.commands.run_job import fetch
    from reader.refresh.jobs import FetchText
    from reader.refresh.progress import TextMissing

    for message in fetch(workspace, FetchText(paper.id), page):
        if isinstance(message, TextMissing):
            raise NoFullText(f"{paper.id} has no full text: {message.reason}. See {page}")
