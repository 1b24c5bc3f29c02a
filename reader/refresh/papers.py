"""Ask about single papers: what belongs to them, and which ones the titles of saved pages mean.

What belongs to a paper are votes, comments and repositories by the feed, versions and venue by arXiv. Each is asked at
most once a day per paper, and fails independently.

Titles are looked up one at a time, in the daily feed, and what it does not have at arXiv. A title is the paper's if it
is the same and the authors are as many, or the date if one of them does not tell how many. All else is offered as a
choice. What was looked up is stored title by title, so a run that ends early is continued by the next one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reader.cache import pages
from reader.cache.community import Communities, Known, arxiv_is_old, is_old
from reader.cache.storing.papers import Cache
from reader.core.community import Comment, Community
from reader.core.dates import utc_stamp
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, NoFullText
from reader.core.paper import Draft, Listing
from reader.core.text import BLOCK_LIMIT, clean
from reader.core.titles import Titled, find_choices, find_same, without_cut_word
from reader.database.connections import open_database, transaction
from reader.feeds.arxiv import ArxivClient
from reader.feeds.fulltext.markdown import parse_markdown
from reader.feeds.huggingface import HuggingFaceClient, RawComment
from reader.refresh.lines import Line, failed, step

KEPT_TOGETHER = 100
"""Starred and queued papers that one request to arXiv also asks about, at most."""

KEPT_AGAIN = timedelta(days=7)
"""Age at which what arXiv said of these is old."""


async def refresh_paper(
    file: Path,
    cache: Cache,
    id: str,
    daily: HuggingFaceClient,
    arxiv: ArxivClient | None,
    *,
    now: Callable[[], datetime],
) -> AsyncGenerator[Line, None]:
    """Ask the feed, then arXiv if given, about a paper unless their data is recent; yield how each of them went."""
    with closing(Communities.open(file)) as communities:
        known = communities.known(id)
    if known is None:
        return
    if is_old(known.asked, now()):
        outcome = await _outcome(id, _ask_feed(file, cache, known, daily, utc_stamp(now())))
        yield outcome
        if outcome.get("kind") == FeedOffline.__name__:
            return
    if arxiv is not None and arxiv_is_old(known.arxiv_asked, now()):
        yield await _outcome(id, _ask_versions(file, cache, known, arxiv, utc_stamp(now())))


async def _outcome(id: str, asking: Awaitable[None]) -> Line:
    try:
        await asking
    except FeedError as error:
        return failed("paper", error, id=id)
    return step("paper", id=id)


# The feed


async def _ask_feed(file: Path, cache: Cache, known: Known, daily: HuggingFaceClient, now: str) -> None:
    page = await daily.page(known.id)
    if page is None:
        _put(file, known, Community(), now)
        return
    community = Community(tuple(map(_comment, page.said)), page.repositories)
    # Lists of days count the comments, but older days are not asked for again.
    count = sum(not comment.is_hidden for comment in community.comments)
    drafts = tuple(draft._replace(comments=max(known.comments, count)) for draft in page.listing.drafts)
    cache.store(page.listing._replace(drafts=drafts), now, noted=False)
    _put(file, known, community, now)


def _put(file: Path, known: Known, community: Community, now: str) -> None:
    with closing(Communities.open(file)) as communities:
        communities.put(known.pk, community, now)


def _comment(said: RawComment) -> Comment:
    """A comment with its text; as it is written, if it is too much for the parser."""
    comment, markdown = said
    try:
        return comment._replace(blocks=parse_markdown(markdown).blocks)
    except NoFullText:
        return comment._replace(blocks=(Paragraph((Span(clean(markdown, BLOCK_LIMIT)),)),))


# arXiv


async def _ask_versions(file: Path, cache: Cache, known: Known, arxiv: ArxivClient, now: str) -> None:
    """Ask arXiv's API about the paper, and in the same request about some that the user keeps."""
    before = (datetime.fromisoformat(now) - KEPT_AGAIN).date().isoformat()
    with closing(Communities.open(file)) as communities:
        ids = [known.id, *communities.kept_papers(before, KEPT_TOGETHER)]
    entries = await arxiv.papers(list(dict.fromkeys(ids)))
    for entry in entries:
        # Other values of papers that the feed has are the feed's.
        is_feeds = entry.draft.id != known.id or known.source == "hf"
        cache.store(Listing(None, (entry.draft,)), now, newer=not is_feeds, noted=False)
    with closing(Communities.open(file)) as communities:
        communities.note_arxiv_asked(ids, now[:10])


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
    cache: Cache,
    daily: HuggingFaceClient,
    arxiv: ArxivClient | None,
    now: Callable[[], datetime],
) -> AsyncGenerator[Line, None]:
    """Look up titles that wait; yields nothing if none does. arXiv is not asked if it is None.

    Of the titles, `n` of `of` were looked up: `found` papers have their arXiv id now, the user may choose one for
    `offered` papers, and `left` titles are for a later run.

    A source that fails is not asked for further titles; the run ends if no source is left, or no network.
    """
    waiting = pages.find_waiting(file, now())
    wanted = waiting[:MOST]
    sources: list[_Source] = [partial(_find_in_feed, daily), *([partial(_find_at_arxiv, arxiv)] if arxiv else [])]
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
            listing = Listing(best.day, (best.draft._replace(entry=one.paper.id),))
            cache.store(listing, utc_stamp(now()), newer=False, noted=False)
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


async def _find_in_feed(daily: HuggingFaceClient, title: str) -> list[_Candidate]:
    listings = await daily.search(title, limit=_ANSWERS)
    return [_Candidate(draft, listing.day) for listing in listings for draft in listing.drafts if draft.id]


async def _find_at_arxiv(arxiv: ArxivClient, title: str) -> list[_Candidate]:
    return [_Candidate(entry.draft, None) for entry in await arxiv.titled(title) if entry.draft.id]


def _note_unknown(file: Path, pk: int, day: str, choices: Sequence[Titled]) -> None:
    with open_database(file) as cache, transaction(cache):
        pages.note_unknown(cache, pk, day, choices)
