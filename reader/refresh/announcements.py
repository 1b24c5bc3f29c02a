"""The announcements of followed arXiv categories: each day from two agreeing sources, including missed days.

No source is complete alone. RSS may have half of a day, or an old day under today's date; the listing page may be
outdated; records move when a paper is revised. Everything found is stored. A day is complete if two sources agree on
its papers and these are in the cache; otherwise it is requested again until it is a week old.

Requests of one refresh: one of RSS and a listing page for each category; where these differ, the records and the API
once each; for days that were missed, the records and the API once for each week of a category. Each may have pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from reader import log_file
from reader.cache.coverage import Coverage
from reader.cache.feeds import Feeds, Followed
from reader.core.dates import iso_day, utc_stamp
from reader.core.errors import FeedError, FeedOffline
from reader.feeds.arxiv.client import ArxivClient, last_renewal
from reader.feeds.arxiv.parse import ArxivEntry
from reader.refresh.jobs import FeedFailed, FeedStarted, FeedStored, SourceEvent, failure_of

RETRY_DAYS = 7
"""Age in days up to which an incomplete day is requested again."""

MAX_CATCH_UP_DAYS = 28
"""Maximum days before the newest announcement requested after an absence."""

FIRST_FETCH_DAYS = 3
"""Days requested for a newly followed category."""

MOST_WEEKS = 30
"""Maximum weeks of categories per refresh after an absence, newest first: some five minutes."""

_NEW_DAYS = 30
"""Maximum days between the first version of a paper and its announcement: some wait for moderators."""

_SUBMITTED_DAYS = 7
"""Days before an announcement in which nearly all its papers were submitted."""

_SOONEST, _LATEST = timedelta(hours=1), timedelta(hours=12)
"""Bounds of the wait before a day is asked again."""

T = TypeVar("T")
Entries = Mapping[str, ArxivEntry]


@dataclass(slots=True)
class _Day:
    """The papers of a day, by source."""

    day: str
    named: dict[str, Entries]
    is_wanted: Callable[[ArxivEntry], bool]
    """Whether a paper known only from the records belongs to the day."""
    stated: int = 0
    """The number of papers on the listing page."""
    left_out: frozenset[str] = frozenset()
    """Papers that RSS announces as an unwanted kind."""

    @property
    def papers(self) -> Entries:
        """The papers of the day: from the listing page if complete, else from all sources that know the day."""
        listed = self.named.get("list", {})
        if listed and len(listed) >= self.stated:
            return listed
        found = dict(listed)
        rss, records = self.named.get("rss", {}), self.named.get("oai", {})
        # A source with nothing in common with the records is outdated.
        is_old = "oai" in self.named and rss.keys().isdisjoint(records)
        new = [(id, entry) for id, entry in records.items() if entry.is_new and self.is_wanted(entry)]
        for id, entry in [*([] if is_old else rss.items()), *new]:
            if id not in self.left_out:
                found.setdefault(id, entry)
        return found

    @property
    def named_by(self) -> tuple[str, ...]:
        """The sources that name all papers of the day."""
        papers = self.papers.keys()
        return tuple(source for source, named in self.named.items() if papers <= named.keys())


class Announcements:
    """Requests announcements of categories; `store` stores those of `kinds`, `failed` a source's failure."""

    def __init__(
        self,
        arxiv: ArxivClient,
        feeds: Feeds,
        store: Callable[[Sequence[ArxivEntry]], Awaitable[FeedStored]],
        failed: Callable[[str, str, Exception], Awaitable[FeedFailed]],
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

    async def refresh(self, followed: Sequence[Followed], *, force: bool) -> AsyncGenerator[SourceEvent, None]:
        """Request the newest announcement, unless it is complete and not `force`, then missed days."""
        expected = last_weekday(last_renewal(self._now()).date()).isoformat()
        due = [feed for feed in followed if force or self._is_due(self._known(feed, expected))]
        failed = set[str]()
        if due:
            yield FeedStarted("arXiv's announcements")
            rss = await self._rss(due)
            for feed in due:
                yield FeedStarted(feed.title)
                try:
                    if isinstance(rss, FeedOffline):
                        raise rss
                    stored = await self._newest(feed, expected, rss)
                    self._feeds.answered(feed.slug, utc_stamp(self._now()))
                except Exception as error:
                    failed.add(feed.slug)
                    yield await self._failed(feed.slug, feed.title, error)
                    continue
                yield stored._replace(slug=feed.slug, title=feed.title)
        weeks = [(week, feed) for feed in followed if feed.slug not in failed for week in self._missed(feed, expected)]
        for week, feed in sorted(weeks, key=lambda one: one[0], reverse=True)[:MOST_WEEKS]:
            yield FeedStarted(f"{feed.url}, {week[-1]} to {week[0]}")
            try:
                days = [_Day(day, {}, partial(self._is_wanted, feed.url)) for day in reversed(week)]
                stored = await self._keep(feed.url, days, await self._ask_others(feed.url, days, []))
            except Exception as error:
                # The others would fail the same way. The days stay marked as missing.
                yield FeedFailed(feed.slug, feed.title, failure_of(feed.title, error))
                return
            yield stored._replace(slug=feed.slug, title=feed.title)

    def _known(self, feed: Followed, expected: str) -> Coverage | None:
        """What is known of the newest announcement, which is of a later day if the clock is late."""
        days = reversed(self._feeds.coverage(feed.url).values())
        return next((one for one in days if one.day >= expected), None)

    def _is_due(self, known: Coverage | None) -> bool:
        return known is None or "" < known.again <= utc_stamp(self._now())

    # The newest day

    async def _rss(self, feeds: Sequence[Followed]) -> Sequence[ArxivEntry] | FeedError | None:
        """RSS of all categories together; None if one of them fails, so that each is requested alone."""
        try:
            return await self._arxiv.latest([feed.url for feed in feeds])
        except FeedError as error:
            return error
        except MemoryError:
            raise
        except Exception as error:
            # Such as a category that this version does not know.
            log_file.record_warning("arXiv's announcements", log_file.summarize_error(error))
            return None

    async def _newest(self, feed: Followed, expected: str, rss: Sequence[ArxivEntry] | FeedError | None) -> FeedStored:
        """Store the newest announcement of a category; raises FeedError if no source answers."""
        category, failures = feed.url, list[FeedError]()
        rss = await self._arxiv.latest([category]) if rss is None else rss
        if isinstance(rss, FeedError):
            failures.append(rss)
        listing = await _answer(self._arxiv.listing(category), failures)
        days: dict[str, _Day] = {}
        is_wanted = partial(self._is_wanted, category)
        listed: Entries = {}
        if listing is not None:
            listed = _by_id(filter(is_wanted, listing.entries))
            days[listing.day] = _Day(listing.day, {"list": listed}, is_wanted, listing.count_of(self._kinds))
            # An announcement of tomorrow means that the clock is late.
            expected = max(expected, listing.day)
        newest = days.setdefault(expected, _Day(expected, {}, is_wanted))
        old: Sequence[ArxivEntry] = ()
        if not isinstance(rss, FeedError):
            announced = [entry for entry in rss if category in entry.draft.categories]
            old = [entry for entry in announced if not is_wanted(entry)]
            newest.left_out = frozenset(_by_id(old))
            new = _by_id(filter(is_wanted, announced))
            # It may be an old one under today's date, whereas the listing page knows its day.
            (days[listing.day] if listing and new.keys() == listed.keys() else newest).named["rss"] = new
        is_whole = {day for day, one in self._feeds.coverage(category).items() if one.is_whole}
        asked = [day for day in days.values() if day is newest or day.day not in is_whole]
        more = list(old)
        for day in asked:
            if len(day.named_by) < 2:
                more += await self._ask_others(category, [day], failures)
        stored = await self._keep(category, asked, more)
        names = [entry.draft.categories for entry in listing.entries] if listing else []
        if names and not any(category in one for one in names):
            (name, *_), _ = Counter(names).most_common(1)[0]
            raise FeedError(f"arXiv now lists {category} as {name}; 'dailypapers feeds add {name}' follows it.")
        return stored

    async def _ask_others(self, category: str, days: Sequence[_Day], failures: list[FeedError]) -> Sequence[ArxivEntry]:
        """Request the records of days, oldest first, and the API if doubts remain; return everything found."""
        first, last = days[0].day, days[-1].day
        records = await _answer(self._arxiv.records(category, first, last), failures)
        found = [entry for entry in map(_of_record, records or ()) if category in entry.draft.categories]
        if records is not None:
            for day in days:
                day.named["oai"] = _by_id(entry for entry in found if entry.draft.announced == day.day)
            if all(len(day.named_by) > 1 for day in days):
                return found
        start = _back(first, _SUBMITTED_DAYS)
        submitted = await _answer(self._arxiv.submitted(category, start, last), failures)
        if submitted is not None:
            of_category = (entry for entry in submitted if category in entry.draft.categories)
            known = _by_id(entry for entry in of_category if self._is_wanted(category, entry))
            recent = {id for id, one in known.items() if (one.draft.published or start) >= _back(first, 1)}
            named = {id for day in days for papers in day.named.values() for id in papers}
            unnamed = recent - named
            if len(self._feeds.sources_of(unnamed)) == len(unnamed):
                # It knows no days, but all papers. It was not asked for those that waited longer.
                for day in days:
                    if day.named:
                        waited = {id: one for id, one in day.papers.items() if (one.draft.published or start) < start}
                        day.named["api"] = known | waited
            found += known.values()
        if records is None and submitted is None and not any(day.named for day in days):
            raise failures[0]
        return found

    # Missed days

    def _missed(self, feed: Followed, newest: str) -> list[list[str]]:
        """The weeks, newest first, of the weekdays before the newest announcement that are to be asked for."""
        known = self._feeds.coverage(feed.url)
        # The time may come from another program.
        first = max(_back(iso_day(feed.added) or newest, FIRST_FETCH_DAYS), _back(newest, MAX_CATCH_UP_DAYS))
        weeks: list[list[str]] = []
        day = _back(newest, 1)
        while day >= first:
            if date.fromisoformat(day).weekday() < 5 and self._is_due(known.get(day)):
                if weeks and _back(weeks[-1][0], 7) < day:
                    weeks[-1].append(day)
                else:
                    weeks.append([day])
            day = _back(day, 1)
        return weeks

    # Both

    def _is_wanted(self, category: str, entry: ArxivEntry) -> bool:
        kind = "cross" if category in entry.draft.categories[1:] else "new"
        return (kind if entry.is_new else "replace") in self._kinds

    async def _keep(self, category: str, days: Sequence[_Day], more: Sequence[ArxivEntry]) -> FeedStored:
        """Store what was named, and `more`, without new papers of unwanted kinds; note how whole the days are."""
        entries = _by_id(more)
        for day in days:
            papers = day.papers
            for source in ("list", "oai", "rss", "api"):
                for id, entry in day.named.get(source, {}).items():
                    # RSS without any of the day's papers is the previous announcement, whatever its date.
                    is_old = source == "rss" and papers and id not in papers
                    if entry.draft.title or id not in entries:
                        before = entry.draft._replace(announced=_back(day.day, 1))
                        entries[id] = replace(entry, draft=before) if is_old else entry
        # The sources may differ about the kind of a paper.
        kept_ids = self._feeds.sources_of(entries).keys() | {id for day in days for id in day.papers}
        kept = {id: one for id, one in entries.items() if id in kept_ids or self._is_wanted(category, one)}
        stored = await self._store([entry for entry in kept.values() if entry.draft.title])
        untitled = [id for id, entry in kept.items() if not entry.draft.title]
        if untitled and (found := await _answer(self._arxiv.papers(untitled), [])):
            fetched = await self._store(found)
            stored = stored._replace(new=stored.new + fetched.new, updated=stored.updated + fetched.updated)
        known = self._feeds.coverage(category)
        self._feeds.cover(category, [self._cover(category, day, known.get(day.day)) for day in days])
        return stored

    def _cover(self, category: str, day: _Day, before: Coverage | None) -> Coverage:
        """The coverage of a day after storing the found papers."""
        now, papers = self._now(), day.papers
        here = len(self._feeds.sources_of(papers))
        cross = sum(category in entry.draft.categories[1:] for entry in papers.values())
        found = Coverage(day.day, max(len(papers), day.stated), here, cross, day.named_by)
        if before is not None and before.papers > found.papers:
            # The listing page knew more than those that still have the day.
            found = before._replace(here=max(here, before.here), again="")
        is_young = day.day >= _back(now.date().isoformat(), RETRY_DAYS)
        is_first = before is None or day.day >= last_renewal(now).date().isoformat()
        if not found.papers and "list" not in day.named and is_first and is_young:
            # A holiday, or late: it is checked twice.
            found = found._replace(named_by=())
        if not found.is_whole and is_young:
            age = now - datetime.fromisoformat(f"{day.day}T06:00:00+00:00")
            found = found._replace(again=utc_stamp(now + min(max(age, _SOONEST), _LATEST)))
        return found


async def _answer(asking: Awaitable[T], failures: list[FeedError]) -> T | None:
    """A source's answer; its failure is added to the others, unless there is no network."""
    try:
        return await asking
    except FeedOffline:
        raise
    except Exception as error:
        failures.append(failure_of("arXiv's announcements", error))
        log_file.record_warning("arXiv's announcements", str(failures[-1]))
        return None


def _by_id(entries: Iterable[ArxivEntry]) -> dict[str, ArxivEntry]:
    return {entry.draft.id: entry for entry in entries if entry.draft.id}


def _of_record(entry: ArxivEntry) -> ArxivEntry:
    """The entry of a record: an old paper with a new version, journal or DOI is not new."""
    draft = entry.draft
    is_old = draft.published and draft.announced and draft.published < _back(draft.announced, _NEW_DAYS)
    return replace(entry, announce="replace") if is_old and (draft.revised or draft.journal or draft.doi) else entry


def _back(day: str, days: int) -> str:
    """The ISO day some days before another."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def last_weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
