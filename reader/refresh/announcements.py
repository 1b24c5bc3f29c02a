"""The announcements of followed arXiv categories: one API query for each, and RSS while the API does not help.

The API counts the papers that match a query, so a short answer is noticed, but it does not know the day on which a
paper was announced: that follows from the time of its submission. RSS may have half of a day, or an old day under
today's date, so it brings papers sooner but never makes a day whole. A day is whole once the API has given all papers
that it counts and has one that was announced on that day or later; until then it is asked again for a week.

A paper that moderators held back for longer than `OVERLAP_DAYS` is found only if RSS is asked on its day. Asking for
more days each time was rejected: it would multiply the size of every answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from reader import log_file
from reader.cache.coverage import Coverage
from reader.cache.feeds import Feeds, Followed
from reader.cache.storing.papers import Stored
from reader.core.dates import iso_day, utc_stamp
from reader.core.errors import FeedError, FeedOffline, FeedRefused
from reader.feeds.arxiv import ArxivClient, ArxivEntry, ArxivResponse, announcement_day, last_renewal
from reader.feeds.arxiv_categories import categories
from reader.refresh.lines import Line, step

RETRY_DAYS = 7
"""Age in days up to which an incomplete day is requested again."""

MAX_CATCH_UP_DAYS = 28
"""Maximum days before the newest announcement that are requested after an absence."""

FIRST_FETCH_DAYS = 3
"""Days requested for a newly followed category."""

OVERLAP_DAYS = 7
"""Days of submission before the first requested day: moderators hold some papers back."""

_SOONEST, _LATEST = timedelta(hours=1), timedelta(hours=12)
"""Bounds of the wait before a day is asked again."""

_BEHIND = "arXiv's API has no paper of the day yet"


class Announcements:
    """Requests announcements of categories; `store` stores those of `kinds`, `failed` a source's failure."""

    def __init__(
        self,
        arxiv: ArxivClient,
        feeds: Feeds,
        store: Callable[[Sequence[ArxivEntry]], Stored],
        failed: Callable[[str, str, Exception], Line],
        *,
        kinds: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._arxiv = arxiv
        self._feeds = feeds
        self._store = store
        self._failed = failed
        self._kinds = kinds
        self._now = now

    async def refresh(self, followed: Sequence[Followed], *, force: bool) -> AsyncGenerator[Line, None]:
        """Ask for the days of each category that are missing and due, or with `force` for the newest in any case."""
        newest = last_weekday(last_renewal(self._now()).date()).isoformat()
        rss: Sequence[ArxivEntry] | FeedError | None = None
        for feed in followed:
            days = self._wanted_days(feed, newest, force=force)
            if not days:
                continue
            yield step("asking", title=feed.title)
            try:
                answer = await self._ask_api(feed.url, days[0])
                lacks = _lack(answer, newest)
                if (lacks or "replace" in self._kinds) and rss is None:
                    rss = await self._ask_rss(followed)
                if isinstance(answer, FeedError) and isinstance(rss, FeedError):
                    raise answer
                stored = self._keep(feed.url, days, answer, rss if isinstance(rss, Sequence) else (), lacks)
                self._feeds.answered(feed.slug, utc_stamp(self._now()))
            except Exception as error:
                yield self._failed(feed.slug, feed.title, error)
                continue
            yield step("feed", slug=feed.slug, title=feed.title, **asdict(stored))

    def _wanted_days(self, feed: Followed, newest: str, *, force: bool) -> list[str]:
        """The weekdays up to the newest that are not whole, oldest first; empty if none of them is due."""
        known = self._feeds.coverage(feed.url)
        # The time may come from another program.
        first = max(_back(iso_day(feed.added) or newest, FIRST_FETCH_DAYS), _back(newest, MAX_CATCH_UP_DAYS))
        days = [day for day in _weekdays(min(first, newest), newest) if day not in known or not known[day].is_whole]
        now = utc_stamp(self._now())
        if any(day not in known or "" < known[day].again <= now for day in days):
            return days
        return [newest] if force else []

    # Requests

    async def _ask_api(self, category: str, first: str) -> ArxivResponse | FeedError:
        """The papers of a category that may have been announced since a day; a failure unless there is no network."""
        start = _back(first, OVERLAP_DAYS)
        try:
            return await self._arxiv.submitted(category, start, self._now().date().isoformat())
        except FeedOffline:
            raise
        except FeedError as error:
            log_file.record_warning("arXiv's announcements", str(error))
            return error

    async def _ask_rss(self, followed: Sequence[Followed]) -> Sequence[ArxivEntry] | FeedError:
        """RSS of all categories together, without those that this version does not know."""
        try:
            return await self._arxiv.latest([feed.url for feed in followed if feed.url in categories()])
        except FeedOffline:
            raise
        except FeedError as error:
            log_file.record_warning("arXiv's announcements", str(error))
            return error

    # Storing

    def _keep(
        self,
        category: str,
        days: Sequence[str],
        answer: ArxivResponse | FeedError,
        rss: Sequence[ArxivEntry],
        lacks: str,
    ) -> Stored:
        """Store the wanted papers and note how whole the days are."""
        announced = [entry for entry in rss if category in entry.draft.categories]
        submitted = answer.entries if isinstance(answer, ArxivResponse) else ()
        chosen = self._choose(category, [*announced, *submitted])
        stored = self._store(list(chosen.values()))
        wanted = {id: entry for id, entry in chosen.items() if self._is_wanted(category, entry)}
        by_day: dict[str, set[str]] = {}
        for id, entry in wanted.items():
            if entry.submitted is not None:
                by_day.setdefault(announcement_day(entry.submitted).isoformat(), set()).add(id)
        reached = max(by_day, default="")
        known = self._feeds.coverage(category)
        covered: list[Coverage] = []
        for day in days:
            # An API that is behind has all papers of the days before its newest one.
            why = "" if lacks == _BEHIND and day < reached else lacks
            ids, source = by_day.get(day, set()), "api"
            if why and day == days[-1] and announced:
                ids, source = ids | {one.draft.id for one in announced if one.draft.id in wanted}, "rss"
            found = self._count(category, day, [wanted[id] for id in ids])
            found = found._replace(named_by=(source,) if ids or not why else (), lacks=why)
            covered.append(self._until_whole(found, known.get(day)))
        self._feeds.cover(category, covered)
        return stored

    def _choose(self, category: str, found: Iterable[ArxivEntry]) -> dict[str, ArxivEntry]:
        """The papers of the wanted kinds, and those that are here already, by id; a later entry replaces another."""
        by_id = {entry.draft.id: entry for entry in found if entry.draft.id}
        here = self._feeds.sources_of(by_id).keys()
        return {id: entry for id, entry in by_id.items() if id in here or self._is_wanted(category, entry)}

    def _is_wanted(self, category: str, entry: ArxivEntry) -> bool:
        kind = "cross" if category in entry.draft.categories[1:] else "new"
        return (kind if entry.is_new else "replace") in self._kinds

    def _count(self, category: str, day: str, papers: Sequence[ArxivEntry]) -> Coverage:
        cross = sum(category in one.draft.categories[1:] for one in papers)
        return Coverage(day, len(papers), len(self._feeds.sources_of(one.draft.id or "" for one in papers)), cross)

    def _until_whole(self, found: Coverage, before: Coverage | None) -> Coverage:
        """The coverage with the time of the next try; a worse answer than the one before does not replace it."""
        if found.lacks and before is not None and before.papers > found.papers:
            found = before._replace(again="", lacks=found.lacks)
        now = self._now()
        if found.is_whole or found.day < _back(now.date().isoformat(), RETRY_DAYS):
            return found
        age = now - datetime.fromisoformat(f"{found.day}T06:00:00+00:00")
        return found._replace(again=utc_stamp(now + min(max(age, _SOONEST), _LATEST)))


def _lack(answer: ArxivResponse | FeedError, newest: str) -> str:
    """Why the API's answer does not make the days up to the newest whole; empty if it does."""
    if isinstance(answer, FeedError):
        return "arXiv's API refused" if isinstance(answer, FeedRefused) else "arXiv's API failed"
    if answer.total is not None and len(answer.entries) < answer.total:
        return f"arXiv's API sent {len(answer.entries):,} of {answer.total:,}"
    days = (announcement_day(entry.submitted) for entry in answer.entries if entry.submitted)
    return "" if max(map(date.isoformat, days), default="") >= newest else _BEHIND


def _weekdays(first: str, last: str) -> list[str]:
    start = date.fromisoformat(first)
    days = (start + timedelta(days=after) for after in range((date.fromisoformat(last) - start).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]


def _back(day: str, days: int) -> str:
    """The ISO day some days before another."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def last_weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
