"""Fetch data about single papers, and look up the papers of saved pages by their titles.

The feed has a paper's votes, comments and repositories; arXiv has its versions and venue. Each source is asked at most
once a day per paper, and fails independently.

Titles are looked up one at a time in the daily feed, whose site the pages come from. A result is the same paper if its
title and number of authors are equal, or its title and date if a number of authors is unknown; other results are
ignored. Each result is stored at once, so the next run continues where one has ended early.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.community import Communities, RequestState, arxiv_is_old, is_old
from reader.cache.feeds import waiting_titles
from reader.core.community import Comment, Community
from reader.core.dates import utc_stamp
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, NoFullText
from reader.core.paper import Draft, Listing
from reader.core.text import BLOCK_LIMIT, clean
from reader.core.titles import TitleRecord, find_same, without_cut_word
from reader.feeds.fulltext.markdown import parse_markdown
from reader.feeds.huggingface import RawComment
from reader.refresh.lines import Line, error_values, result_line, step

if TYPE_CHECKING:
    from reader.refresh.sources import Sources

MAX_KEPT_PAPERS_PER_REQUEST = 100
"""Maximum starred and queued papers that are added to a request to arXiv."""

KEPT_PAPERS_MAX_AGE = timedelta(days=7)
"""Age from which arXiv's data about starred and queued papers is requested again."""


async def refresh_paper(sources: Sources, id: str) -> Line:
    """Ask the feed, then arXiv if it may be asked, about a paper unless their data is recent.

    Reports each answer; in the result, `problems` are the messages of the failures.
    """
    file, now = sources.context.cache_file, sources.now()
    problems: list[str] = []
    with closing(Communities.open(file)) as communities:
        known = communities.request_state(id)
    if known is not None:
        for ask, is_due in (
            (_ask_feed, is_old(known.asked, now)),
            (_ask_versions, sources.may_ask_arxiv and arxiv_is_old(known.arxiv_asked, now)),
        ):
            try:
                if is_due:
                    await ask(file, sources, known, utc_stamp(now))
                    sources.tell(step("paper", id=id))
            except FeedError as error:
                problems.append(str(error))
                if isinstance(error, FeedOffline):
                    break
    return result_line("paper", id=id, problems=problems)


# The feed


async def _ask_feed(file: Path, sources: Sources, known: RequestState, now: str) -> None:
    page = await sources.daily.page(known.id)
    if page is None:
        _store_community(file, known, Community(), now)
        return
    community = Community(tuple(map(_comment, page.comments)), page.repositories)
    # The lists of days count the comments, but older days are never requested again.
    count = sum(not comment.is_hidden for comment in community.comments)
    drafts = tuple(draft._replace(comments=max(known.comments, count)) for draft in page.listing.drafts)
    sources.cache.store(page.listing._replace(drafts=drafts), now, noted=False)
    _store_community(file, known, community, now)


def _store_community(file: Path, known: RequestState, community: Community, now: str) -> None:
    with closing(Communities.open(file)) as communities:
        communities.put(known.pk, community, now)


def _comment(raw: RawComment) -> Comment:
    """A comment with its parsed text, or with the Markdown as written if it exceeds the parser's limits."""
    comment, markdown = raw
    try:
        return comment._replace(blocks=parse_markdown(markdown).blocks)
    except NoFullText:
        return comment._replace(blocks=(Paragraph((Span(clean(markdown, BLOCK_LIMIT)),)),))


# arXiv


async def _ask_versions(file: Path, sources: Sources, known: RequestState, now: str) -> None:
    """Ask arXiv's API about the paper, and in the same request about some starred and queued papers."""
    before = (datetime.fromisoformat(now) - KEPT_PAPERS_MAX_AGE).date().isoformat()
    with closing(Communities.open(file)) as communities:
        ids = [known.id, *communities.kept_papers(before, MAX_KEPT_PAPERS_PER_REQUEST)]
    entries = await sources.arxiv.papers(dict.fromkeys(ids))
    for entry in entries:
        # For papers of the feed, the feed's values take precedence.
        is_feeds = entry.draft.id != known.id or known.source == "hf"
        sources.cache.store(Listing(None, (entry.draft,)), now, newer=not is_feeds, noted=False)
    with closing(Communities.open(file)) as communities:
        communities.note_arxiv_asked(ids, now[:10])


# Titles of saved pages

MAX_TITLES = 100
"""Maximum titles of one run; further titles are looked up after the next refresh."""

_MAX_SEARCH_RESULTS = 20
"""Maximum results of a search by title."""


async def look_up_titles(sources: Sources) -> Line:
    """Look up the waiting titles in the daily feed, and report the progress.

    The result has the number of papers whose arXiv id was `found`, and of titles `left` for a later run, perhaps
    because of an `error`, which ends the run.
    """
    now = sources.now
    waiting = waiting_titles(sources.context.cache_file, now().date())
    wanted = waiting[:MAX_TITLES]
    found = 0
    for n, paper in enumerate(wanted):
        sources.tell(step("titles", n=n, of=len(wanted), found=found))
        try:
            listings = await sources.daily.search(without_cut_word(paper.title), limit=_MAX_SEARCH_RESULTS)
        except FeedError as error:
            return result_line("titles", found=found, left=len(waiting) - n, **error_values(error))
        results = {draft.id: (draft, listing.day) for listing in listings for draft in listing.drafts if draft.id}
        same = find_same(paper, [_title_record(draft) for draft, _ in results.values()])
        if same is None:
            sources.feeds.record_not_found([paper.id], now().date().isoformat())
            continue
        draft, day = results[same.id]
        listing = Listing(day, (draft._replace(entry=paper.id),))
        sources.cache.store(listing, utc_stamp(now()), newer=False, noted=False)
        found += 1
    return result_line("titles", found=found, left=len(waiting) - len(wanted), **error_values(None))


def _title_record(draft: Draft) -> TitleRecord:
    return TitleRecord(draft.title, len(draft.authors) or draft.author_count, draft.published, draft.id or "")
