"""Ask about single papers: what belongs to them, and which ones the titles of saved pages mean.

What belongs to a paper are votes, comments and repositories by the feed, versions and venue by arXiv. Each is asked at
most once a day per paper, and fails independently.

Titles are looked up one at a time, in the daily feed, and what it does not have at arXiv. A title is the paper's if it
is the same and the authors are as many, or the date if one of them does not tell how many. All else is offered as a
choice. What was looked up is stored title by title, so a run that ends early is continued by the next one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.cache import pages
from reader.cache.community import Communities, RequestState, arxiv_is_old, is_old
from reader.core.community import Comment, Community
from reader.core.dates import utc_stamp
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, NoFullText
from reader.core.paper import Draft, Listing
from reader.core.text import BLOCK_LIMIT, clean
from reader.core.titles import TitleRecord, find_choices, find_same, without_cut_word
from reader.database.connections import open_database, transaction
from reader.feeds.arxiv import ArxivClient
from reader.feeds.fulltext.markdown import parse_markdown
from reader.feeds.huggingface import HuggingFaceClient, RawComment
from reader.refresh.lines import Line, error_values, result_line, step

if TYPE_CHECKING:
    from reader.refresh.sources import Sources

KEPT_TOGETHER = 100
"""Starred and queued papers that one request to arXiv also asks about, at most."""

KEPT_AGAIN = timedelta(days=7)
"""Age at which what arXiv said of these is old."""


async def refresh_paper(sources: Sources, id: str) -> Line:
    """Ask the feed, then arXiv if it may be asked, about a paper unless their data is recent.

    Tells of each answer; in the result, `problems` are the sentences of the failures.
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
    # Lists of days count the comments, but older days are not asked for again.
    count = sum(not comment.is_hidden for comment in community.comments)
    drafts = tuple(draft._replace(comments=max(known.comments, count)) for draft in page.listing.drafts)
    sources.cache.store(page.listing._replace(drafts=drafts), now, noted=False)
    _store_community(file, known, community, now)


def _store_community(file: Path, known: RequestState, community: Community, now: str) -> None:
    with closing(Communities.open(file)) as communities:
        communities.put(known.pk, community, now)


def _comment(raw: RawComment) -> Comment:
    """A comment with its text; as it is written, if it is too much for the parser."""
    comment, markdown = raw
    try:
        return comment._replace(blocks=parse_markdown(markdown).blocks)
    except NoFullText:
        return comment._replace(blocks=(Paragraph((Span(clean(markdown, BLOCK_LIMIT)),)),))


# arXiv


async def _ask_versions(file: Path, sources: Sources, known: RequestState, now: str) -> None:
    """Ask arXiv's API about the paper, and in the same request about some that the user keeps."""
    before = (datetime.fromisoformat(now) - KEPT_AGAIN).date().isoformat()
    with closing(Communities.open(file)) as communities:
        ids = [known.id, *communities.kept_papers(before, KEPT_TOGETHER)]
    entries = await sources.arxiv.papers(dict.fromkeys(ids))
    for entry in entries:
        # Other values of papers that the feed has are the feed's.
        is_feeds = entry.draft.id != known.id or known.source == "hf"
        sources.cache.store(Listing(None, (entry.draft,)), now, newer=not is_feeds, noted=False)
    with closing(Communities.open(file)) as communities:
        communities.note_arxiv_asked(ids, now[:10])


# Titles of saved pages

MAX_TITLES = 100
"""Titles of one run: five minutes at arXiv's pace."""

_ANSWERS = 20
"""Papers that the daily feed is asked for by a title."""


class _Candidate(NamedTuple):
    """A paper that a source has found."""

    draft: Draft
    day: str | None

    @property
    def title_record(self) -> TitleRecord:
        count = len(self.draft.authors) or self.draft.author_count
        return TitleRecord(self.draft.title, count, self.draft.published, self.draft.id or "")


_Source = Callable[[str], Awaitable[list[_Candidate]]]


async def look_up_titles(sources: Sources) -> Line:
    """Look up titles that wait, and tell after how many of them.

    In the result, `found` papers have their arXiv id now, the user may choose one for `offered` papers, and `left`
    titles are for a later run, perhaps because of an `error`. A source that fails is not asked for further titles; the
    run ends if no source is left, or no network.
    """
    file, now = sources.context.cache_file, sources.now
    waiting = pages.find_waiting(file, now())
    wanted = waiting[:MAX_TITLES]
    asked: list[_Source] = [partial(_find_in_feed, sources.daily)]
    asked += [partial(_find_at_arxiv, sources.arxiv)] if sources.may_ask_arxiv else []
    all_sources = len(asked)
    found = offered = undecided = 0
    failure: FeedError | None = None
    for n, one in enumerate(wanted):
        sources.tell(step("titles", n=n, of=len(wanted), found=found))
        candidates: list[_Candidate] = []
        same: TitleRecord | None = None
        for source in tuple(asked):
            try:
                candidates += await source(without_cut_word(one.paper.title))
            except FeedError as error:
                failure = failure or error
                asked.remove(source)
                if isinstance(error, FeedOffline):
                    asked.clear()
                    break
            if same := find_same(one.paper, [candidate.title_record for candidate in candidates]):
                break
        if same is not None:
            best = next(candidate for candidate in candidates if candidate.draft.id == same.id)
            listing = Listing(best.day, (best.draft._replace(entry=one.paper.id),))
            sources.cache.store(listing, utc_stamp(now()), newer=False, noted=False)
            found += 1
        elif len(asked) == all_sources:
            choices = find_choices(one.paper, [candidate.title_record for candidate in candidates])
            _note_unknown(file, one.pk, now().date().isoformat(), choices)
            offered += bool(choices)
        else:
            undecided += 1
        if not asked:
            undecided += len(wanted) - n - 1
            break
    left = len(waiting) - len(wanted) + undecided
    return result_line(
        "titles", found=found, offered=offered, left=left, **error_values(failure if undecided else None)
    )


async def _find_in_feed(daily: HuggingFaceClient, title: str) -> list[_Candidate]:
    listings = await daily.search(title, limit=_ANSWERS)
    return [_Candidate(draft, listing.day) for listing in listings for draft in listing.drafts if draft.id]


async def _find_at_arxiv(arxiv: ArxivClient, title: str) -> list[_Candidate]:
    return [_Candidate(entry.draft, None) for entry in await arxiv.search_title(title) if entry.draft.id]


def _note_unknown(file: Path, pk: int, day: str, choices: Sequence[TitleRecord]) -> None:
    with open_database(file) as cache, transaction(cache):
        pages.note_unknown(cache, pk, day, choices)
