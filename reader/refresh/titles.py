"""Look up the titles of saved pages' papers, one at a time: in the daily feed, and what it does not have at arXiv.

A title is the paper's if it is the same and the authors are as many, or the date if one of them does not tell how
many. All else is offered as a choice. What was looked up is stored title by title, so a run that ends early is
continued by the next one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reader.cache import pages
from reader.core.errors import FeedError, FeedOffline
from reader.core.paper import Draft, Listing
from reader.core.titles import Titled, find_choices, find_same, without_cut_word
from reader.database.connections import open_database, transaction
from reader.feeds.arxiv import ArxivClient
from reader.feeds.huggingface import HuggingFaceClient
from reader.refresh.lines import Line, failed, step

MOST = 100
"""Titles of one run: five minutes at arXiv's pace."""

_ANSWERS = 20
"""Papers that the daily feed is asked for by a title."""


class _Candidate(NamedTuple):
    """A paper that a source has found."""

    draft: Draft
    day: str | None

    @property
    def titled(self) -> Titled:
        count = len(self.draft.authors) or self.draft.author_count
        return Titled(self.draft.title, count, self.draft.published, self.draft.id or "")


_Source = Callable[[str], Awaitable[list[_Candidate]]]


async def look_up_titles(
    file: Path,
    daily: HuggingFaceClient,
    arxiv: ArxivClient | None,
    store: Callable[[Listing], object],
    now: Callable[[], datetime],
) -> AsyncGenerator[Line, None]:
    """Look up titles that wait; yields nothing if none does. arXiv is not asked if it is None.

    Of the titles, `n` of `of` were looked up: `found` papers have their arXiv id now, the user may choose one for
    `offered` papers, and `left` titles are for a later run.

    A source that fails is not asked for further titles; the run ends if no source is left, or no network.
    """
    waiting = pages.find_waiting(file, now())
    wanted = waiting[:MOST]
    sources: list[_Source] = [partial(_ask_daily, daily), *([partial(_ask_arxiv, arxiv)] if arxiv else [])]
    all_sources = tuple(sources)
    found = offered = undecided = 0
    failure: FeedError | None = None
    for n, one in enumerate(wanted):
        yield _looked_up(n, len(wanted), found, offered, len(waiting) - n)
        candidates: list[_Candidate] = []
        same: Titled | None = None
        for source in tuple(sources):
            try:
                candidates += await source(without_cut_word(one.paper.title))
            except FeedError as error:
                failure = failure or error
                sources.remove(source)
                if isinstance(error, FeedOffline):
                    sources.clear()
                    break
            if same := find_same(one.paper, [candidate.titled for candidate in candidates]):
                break
        if same is not None:
            best = next(candidate for candidate in candidates if candidate.draft.id == same.id)
            store(Listing(best.day, (best.draft._replace(entry=one.paper.id),)))
            found += 1
        elif len(sources) == len(all_sources):
            choices = find_choices(one.paper, [candidate.titled for candidate in candidates])
            _note_unknown(file, one.pk, now().date().isoformat(), choices)
            offered += bool(choices)
        else:
            undecided += 1
        if failure is not None and not sources:
            yield failed("titles", failure, left=len(waiting) - n - 1 + undecided)
            return
    if failure is not None and undecided:
        yield failed("titles", failure, left=len(waiting) - len(wanted) + undecided)
    elif wanted:
        yield _looked_up(len(wanted), len(wanted), found, offered, len(waiting) - len(wanted))


def _looked_up(n: int, of: int, found: int, offered: int, left: int) -> Line:
    return step("titles", n=n, of=of, found=found, offered=offered, left=left)


async def _ask_daily(daily: HuggingFaceClient, title: str) -> list[_Candidate]:
    listings = await daily.search(title, limit=_ANSWERS)
    return [_Candidate(draft, listing.day) for listing in listings for draft in listing.drafts if draft.id]


async def _ask_arxiv(arxiv: ArxivClient, title: str) -> list[_Candidate]:
    return [_Candidate(entry.draft, None) for entry in await arxiv.titled(title) if entry.draft.id]


def _note_unknown(file: Path, pk: int, day: str, choices: Sequence[Titled]) -> None:
    with open_database(file) as cache, transaction(cache):
        pages.note_unknown(cache, pk, day, choices)
