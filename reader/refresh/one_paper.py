"""Refresh what belongs to one paper: votes, comments and repositories by the feed, versions and venue by arXiv.

Each is asked at most once a day per paper, and fails independently.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from reader.cache.community import Communities, Known, arxiv_is_old, is_old
from reader.cache.storing.papers import Cache
from reader.core.community import Comment, Community
from reader.core.dates import utc_stamp
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, NoFullText
from reader.core.paper import Listing
from reader.core.text import BLOCK_LIMIT, clean
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
        yield await _outcome(id, _ask_arxiv(file, cache, known, arxiv, utc_stamp(now())))


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


async def _ask_arxiv(file: Path, cache: Cache, known: Known, arxiv: ArxivClient, now: str) -> None:
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
