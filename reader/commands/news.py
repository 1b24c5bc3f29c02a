"""What is new: the common source of the morning mail, `digest --json` and agents."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from reader import paths
from reader.cache.choice import SUITS_FROM, read_suits
from reader.cache.feeds import Feeds, Freshness
from reader.cache.follows import reasons
from reader.cache.history import LEAST_SHARE, LEAST_VOTES, votes
from reader.cache.reads import topic_trends
from reader.cache.search.selection import Offer
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.dates import MONTHS, WEEKDAYS, utc_stamp
from reader.core.errors import FeedError, FeedOffline, FeedUnreachable, NotFound, UsageError
from reader.core.query import Query, Sort
from reader.core.query.nodes import all_of
from reader.core.text import amount, clean
from reader.core.topics.trends import percent
from reader.feeds.http.environment import is_offline
from reader.refresh.plan import Latest
from reader.session import visit

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.paper import Paper
    from reader.core.settings.tables import SavedView

# Contents


class Item(NamedTuple):
    """A paper, and why it is among the news."""

    paper: Paper
    key: str
    """Its identity as news; the same news is never mailed twice."""
    why: str = ""
    """The reason in words, without a full stop; empty if its section says it."""


class Section(NamedTuple):
    """Papers under one heading."""

    name: str
    items: tuple[Item, ...]
    is_brief: bool = False
    """Whether its papers have only title and votes."""


_OWN = ("For you", "Followed", "Most voted", "New", "Rising")
"""Headings of our own sections; others are names of views and topics."""


class Rising(NamedTuple):
    """A topic with a larger share of papers than in previous weeks."""

    slug: str
    name: str
    rising: float
    """0.5 is half as many again."""

    @property
    def said(self) -> str:
        return f"{clean(self.name, 60)} {percent(self.rising)}"


class News(NamedTuple):
    """All that is new for the user."""

    day: date
    """The local day on which it is made."""
    since: str
    """ISO date of the first day whose papers are new."""
    query: str = ""
    """The user's query; empty for all papers."""
    sections: tuple[Section, ...] = ()
    left_out: int = 0
    """New papers that fit into no section."""
    mailed: int = 0
    """New papers that were already mailed."""
    asked: str | None = None
    """When all sources were last refreshed: ISO, UTC."""
    sources: tuple[Freshness, ...] = ()
    topics: tuple[Rising, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.items)

    @property
    def title(self) -> str:
        """A short title: `Papers for Thursday, 26 November`, even if some are from earlier days."""
        said = f"{WEEKDAYS[self.day.weekday()]}, {self.in_words(self.day.isoformat())}"
        return f"Papers for {said}{f': {clean(self.query, 80)}' if self.query else ''}"

    @property
    def summary(self) -> str:
        """The number of papers, in all and by section: `44 papers: 10 for you, 4 followed, 30 by title`."""
        count, brief = len(self.items), sum(len(one.items) for one in self.sections if one.is_brief)
        parts = self._parts if len(self.sections) > 1 else []
        said = ", ".join([*parts, *([f"{brief} by title"] if brief and parts else [])])
        return f"{amount(count, 'paper')}{f': {said}' if said else ''}"

    @property
    def subject(self) -> str:
        """The title with the first sections, short enough for a mail list."""
        return f"{self.title} ({', '.join(self._parts[:3]) or self.summary})"

    @property
    def _parts(self) -> list[str]:
        found = [one for one in self.sections if not one.is_brief]
        names = (one.name.lower() if one.name in _OWN else f"in {clean(one.name, 40)}" for one in found)
        return [f"{len(one.items)} {name}" for one, name in zip(found, names, strict=True)]

    @property
    def state(self) -> str:
        """Since when papers are new, how many more there are, incomplete sources, and rising topics."""
        more = f"{self.left_out:,} more new {'paper is' if self.left_out == 1 else 'papers are'} in the reader."
        short = [one for one in self.sources if self.is_whole(one) is False]
        missing = [f"{clean(one.title, 60)}: {source_state(one, self.day)}." for one in short]
        rising = f"On the rise: {', '.join(one.said for one in self.topics)}." if self.topics else ""
        said = (f"New since {self.in_words(self.since)}.", more if self.left_out else "", *missing, rising)
        return " ".join(filter(None, said))

    def is_whole(self, source: Freshness) -> bool | None:
        """Whether all new papers of a source are here; None if unknown."""
        if source.failing_since or any(hole.day >= self.since for hole in source.holes):
            return False
        return True if source.newest else None

    def in_words(self, day: str) -> str:
        """A day (ISO) in words: `26 November`, with the year if it differs; other text unchanged."""
        try:
            found = date.fromisoformat(day)
        except ValueError:
            return day
        return f"{found.day} {MONTHS[found.month - 1]}{f' {found.year}' if found.year != self.day.year else ''}"

    def facts(self, paper: Paper) -> Iterator[str]:
        """A paper's people, venue, votes and day, in short."""
        first = next(filter(None, map(clean, paper.authors)), "")
        others = " et al." if first and len(paper.authors) > 1 else ""
        people = clean(paper.organization or "", 60) or f"{first[:60]}{others}"
        upvotes = amount(paper.upvotes, "vote") if paper.upvotes else ""
        day = self.in_words(paper.day or paper.published or "")
        yield from filter(None, (people, clean(paper.venue or "", 60), upvotes, day))

    def hash(self, name: str) -> str:
        """Identifies what is sent under this name with this content."""
        return sha256("\n".join((name, *self.keys)).encode("utf-8", "replace")).hexdigest()[:32]


def source_state(source: Freshness, today: date) -> str:
    """Why a source failed, or how complete its newest day is; no full stop."""
    return clean(source.error, 200).rstrip(".") if source.error else source.text(today)


SHORT = 280
"""Maximum characters of a paper's summary."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")


def gist(paper: Paper, most: int = SHORT) -> tuple[str, bool]:
    """A paper's summary, and whether a machine wrote it: the AI summary, else the abstract's first sentences."""
    if paper.summary:
        return first_sentences(clean(paper.summary), most), True
    return first_sentences(clean(paper.abstract), most), False


def first_sentences(text: str, most: int = SHORT) -> str:
    """Whole sentences of a text up to `most` characters, or the first one, cut at a word."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > most:
            break
        kept = longer
    return kept or f"{text[: most - 1].rsplit(' ', 1)[0]}…"


# Selection

FOR_YOU = 10
"""Papers that suit the user."""

FOLLOWED = 10

MOST = 5
"""Papers of each other section with reasons, and number of rising topics."""

TOLD = 40
"""Maximum papers with reasons: nobody reads more in the morning. The best papers fill the remaining places."""

FOR_PROGRAMS = 20
"""The same in an answer for a program."""

BRIEF = 30

LOOKED_AT = 200
"""Papers examined to find rising ones, and the first of each topic."""

FAR = 0.15
"""Minimum rise of a topic that is shown."""

TALKED, STARRED = 5, 100
"""Minimum comments of the most discussed paper, and minimum stars of code, that count as a reason."""

LONGEST = timedelta(days=14)
"""News since the last time, but no further back than this."""

NEW = "is:unread -is:starred"


class Asked(NamedTuple):
    """The request for news."""

    query: str
    since: str
    """ISO date of the first day whose papers are new."""
    today: date
    views: Sequence[SavedView] = ()
    known: Collection[str] = frozenset()
    told: int = TOLD
    brief: int = BRIEF


def whats_new(workspace: Workspace, asked: Asked) -> News:
    """What is new; without sections if nothing is. Raises UsageError for an invalid query."""
    last = paths.last_refresh(workspace.cache_file)
    with workspace.window() as window, closing(Feeds.open(workspace.cache_file, query_only=True)) as feeds:
        news = _Builder(window, asked).news()
        sources = feeds.freshness(datetime.now(UTC).date())
    return news._replace(asked=utc_stamp(last.astimezone(UTC)) if last else None, sources=sources)


def default_since(last: datetime | None = None) -> str:
    """The day (ISO, UTC) since which papers are new: the last mail, else the last visit, else yesterday."""
    today = datetime.now(UTC).date()
    visited = visit.load(paths.state_file()).visited
    last = last or (datetime.fromisoformat(visited) if visited else None)
    days = [today - timedelta(days=1), *([last.astimezone(UTC).date()] if last else [])]
    return max(min(days), today - LONGEST).isoformat()


class Answer(NamedTuple):
    """The result of a refresh for the digest."""

    new: int = 0
    error: FeedError | None = None
    """Why not all sources answered."""
    is_cut_off: bool = False
    """Whether none answered, for lack of a network."""


def ask_sources(workspace: Workspace, hours: float = 0, *, quiet: bool = True) -> Answer | None:
    """Refresh the latest days, unless that was done within this many hours: then None."""
    from reader.commands.run_job import run_job
    from reader.refresh.jobs import Refresh, RefreshFinished

    last = paths.last_refresh(workspace.cache_file)
    if last is not None and timedelta() <= datetime.now(UTC) - last < timedelta(hours=hours):
        return None
    try:
        messages = run_job(workspace, Refresh(Latest(workspace.settings.days_at_start)), quiet=quiet)
        finished = next(message for message in messages if isinstance(message, RefreshFinished))
    except FeedError as error:
        finished = RefreshFinished(failed=("",), error=error)
    if not finished.failed:
        paths.touch_private(paths.refresh_stamp(workspace.cache_file))
        return Answer(finished.new)
    is_cut_off = isinstance(finished.error, FeedOffline | FeedUnreachable) and not finished.stored
    return Answer(finished.new, finished.error, is_cut_off and not is_offline(os.environ))


class _Builder:
    """Collects the sections; each paper is in the first one it fits."""

    def __init__(self, window: Window, asked: Asked) -> None:
        self._window = window
        self._asked = asked
        self._taken: set[int] = set()
        self._mailed: set[int] = set()
        self._said: list[str] = []
        """The reasons given so far."""
        self._names = window.topic_names()

    def news(self) -> News:
        first = [self._for_you(), self._followed(), *map(self._view, self._asked.views)]
        # The best papers fill the places that are left.
        rising = self._rising()
        sections = [*first, self._best(), rising, *self._by_topic()]
        left = sum(pk not in self._taken and pk not in self._mailed for pk in self._new)
        return News(
            self._asked.today,
            self._asked.since,
            self._asked.query,
            tuple(section for section in sections if section.items),
            left,
            len(self._mailed - self._taken),
            topics=self._topics,
        )

    def _query(self, *texts: str, order: str = "upvotes") -> Query:
        """The terms of all queries plus the user's own; an explicit order wins."""
        # Free text must come last.
        queries = [parsed(text) for text in (*texts, self._asked.query) if text]
        nodes = [one.root for one in queries if one.root is not None]
        sort = next((one.sort for one in queries if one.sort is not None), None)
        return replace(Query(), root=all_of(nodes) if nodes else None, sort=sort or Sort(order))

    def _pks(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        return self._window.order(selection(self._window, self._query(*texts, order=order))).pks

    @property
    def _since(self) -> str:
        return f"since:{self._asked.since}"

    @cached_property
    def _new(self) -> Sequence[int]:
        return self._pks(NEW, self._since)

    def _section(
        self,
        name: str,
        pks: Iterable[int],
        why: Callable[[Paper], Iterable[str]] = lambda _: (),
        *,
        most: int = MOST,
        key: Callable[[Paper], str] = lambda paper: paper.id,
        is_brief: bool = False,
        needs_reason: bool = False,
    ) -> Section:
        """The first papers not in another section and not mailed for the same reason."""
        items: list[Item] = []
        if not is_brief:
            # With fewer places, they are shared equally.
            most = max(1, most * self._asked.told // TOLD)
        for pk in pks:
            if len(items) >= most or (not is_brief and len(self._taken) >= self._asked.told):
                break
            if pk in self._taken or (paper := self._window.paper(pk)) is None:
                continue
            if key(paper) in self._asked.known:
                self._mailed.add(pk)
                continue
            reasons = [*map(clean, why(paper))]
            reason = next(filter(self._is_fresh, reasons), "" if needs_reason else "".join(reasons[:1]))
            if needs_reason and not reason:
                continue
            self._taken.add(pk)
            self._said.append(reason)
            items.append(Item(paper, key(paper), reason[:1].upper() + reason[1:]))
        return Section(name, tuple(items), is_brief)

    def _is_fresh(self, reason: str) -> bool:
        """Whether the first papers, or the papers just before, do not already have this reason."""
        before = self._said[-MOST + 1 :]
        return bool(reason) and (reason not in before if len(self._said) < MOST else {reason} != set(before))

    def _for_you(self) -> Section:
        query = replace(self._query(NEW, self._since), sort=Sort("foryou"))
        found = self._window.order(selection(self._window, query)._replace(offer=Offer()))
        first = found.pks[: 4 * FOR_YOU]
        suits = self._window.read(lambda connection: read_suits(connection, first))
        pks = [pk for pk in first if pk in suits and suits[pk].score >= SUITS_FROM]

        def why(paper: Paper) -> Iterator[str]:
            yield suits[_key(paper)].why
            yield from self._standing(paper)

        return self._section("For you", pks, why, most=FOR_YOU, needs_reason=True)

    def _followed(self) -> Section:
        return self._section("Followed", self._pks("is:followed", NEW, self._since), self._why_followed, most=FOLLOWED)

    def _why_followed(self, paper: Paper) -> Iterator[str]:
        found = self._window.read(partial(reasons, pk=_key(paper)))
        said = f"you follow {', '.join(dict.fromkeys(one.said(self._names) for one in found))}"
        yield said
        yield from (f"{said}; {other}" for other in self._standing(paper))

    def _view(self, view: SavedView) -> Section:
        try:
            pks = self._pks(view.query, NEW, self._since)
        except (UsageError, NotFound):
            # 'views list' reports its mistake; other sections are still made.
            pks = ()
        return self._section(view.name, pks)

    def _best(self) -> Section:
        """The best of the remaining new papers, in the remaining places."""
        found = self._section("Most voted", self._new, self._standing, most=TOLD)
        is_voted = found.items and found.items[0].paper.upvotes and parsed(self._asked.query).sort is None
        return found if is_voted else found._replace(name="New")

    def _standing(self, paper: Paper) -> Iterator[str]:
        """How a paper ranks among the new ones, most telling first."""
        leads = self._leads.get(_key(paper), ())
        yield from leads
        if (paper.code_stars or 0) >= STARRED:
            yield f"its code has {paper.code_stars:,} stars"
        yield from (f"on the rise: {one.said}" for one in self._topics if one.slug in paper.topics)

    @cached_property
    def _leads(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        voted = replace(self._query(NEW, self._since), sort=Sort("upvotes"))
        pks = self._window.order(selection(self._window, voted)).pks[:LOOKED_AT]
        papers = [paper for paper in self._window.papers(pks) if paper.upvotes]
        if papers and len(self._new) > 1:
            found.setdefault(_key(papers[0]), []).append(f"the most votes of {len(self._new):,} new papers")
        first: dict[str, Paper] = {}
        for paper in papers:
            for slug in paper.topics:
                first.setdefault(slug, paper)
        for slug, paper in first.items():
            found.setdefault(_key(paper), []).append(f"the most votes on {self._names.get(slug, slug)}")
        talked = max(papers, key=lambda paper: paper.comments or 0, default=None)
        if talked is not None and (talked.comments or 0) >= TALKED:
            found.setdefault(_key(talked), []).append(f"the most comments: {talked.comments}")
        return found

    @cached_property
    def _topics(self) -> tuple[Rising, ...]:
        moves = self._window.read(
            lambda connection: topic_trends.topic_trends(connection, topic_trends.extent(connection).newest)
        )
        far = sorted((slug for slug in moves if moves[slug].rising >= FAR), key=lambda slug: -moves[slug].rising)
        return tuple(Rising(slug, self._names.get(slug, slug), moves[slug].rising) for slug in far[:MOST])

    def _rising(self) -> Section:
        # No day is before the first one.
        start = max(date.fromisoformat(self._asked.since), date.min + timedelta(days=1))
        visited = int(datetime.combine(start, time.min, UTC).timestamp())
        older = f"until:{(start - timedelta(days=1)).isoformat()}"
        gained: dict[int, int] = {}
        for pk in self._pks(NEW, older, order="rising")[:LOOKED_AT]:
            found = self._window.read(partial(votes, pk=pk, visited=visited))
            if found.points and found.gained >= max(LEAST_VOTES, (found.points[-1] - found.gained) / LEAST_SHARE):
                gained[pk] = found.gained

        def why(paper: Paper) -> Iterator[str]:
            yield f"{gained[_key(paper)]:,} more votes since {self._asked.since}"

        order = sorted(gained, key=lambda pk: -gained[pk])
        return self._section("Rising", order, why, key=lambda paper: f"rising:{paper.id}")

    def _by_topic(self) -> Iterator[Section]:
        """The rest: each paper under its most common topic, most upvoted first."""
        left = self._section("", self._new, most=self._asked.brief, is_brief=True)
        common = Counter(slug for item in left.items for slug in item.paper.topics)
        groups: dict[str, list[Item]] = {}
        for item in left.items:
            slug = max(item.paper.topics, key=lambda slug: common[slug], default="")
            groups.setdefault(slug, []).append(item)
        shared = {slug: items for slug, items in groups.items() if len(items) > 1 and slug}
        for slug, items in shared.items():
            yield Section(self._names.get(slug, slug), tuple(items), is_brief=True)
        # More headings would make the list too long.
        others = tuple(item for slug, items in groups.items() if slug not in shared for item in items)
        yield Section("Other topics", others, is_brief=True)


def _key(paper: Paper) -> int:
    return paper.pk if isinstance(paper.pk, int) else 0


# As JSON

FEW = 5
"""Maximum authors named per paper."""

_BRIEF_KEYS = ("id", "title", "upvotes")
_KEYS = ("id", "title", "authors", "organization", "venue", "day", "upvotes", "comments", "topics", "code_url", "url")


def news_record(news: News) -> dict[str, object]:
    """The news as JSON, with cut abstracts, so that it is a page or two."""
    return {
        "title": news.title,
        "since": news.since,
        "query": news.query or None,
        "asked": news.asked,
        "sources": [_source_record(one, news) for one in news.sources],
        "sections": [
            {"name": clean(one.name, 100), "papers": [_paper_record(item, is_brief=one.is_brief) for item in one.items]}
            for one in news.sections
        ],
        "left_out": news.left_out,
        "mailed": news.mailed,
        "topics": [one._asdict() for one in news.topics],
    }


def _source_record(source: Freshness, news: News) -> dict[str, Any]:
    newest = source.newest
    return {
        "name": source.title,
        "answered": source.answered,
        "whole": news.is_whole(source),
        "day": newest and newest.day,
        "here": newest and newest.here,
        "of": newest and newest.papers,
        "says": source_state(source, news.day) or None,
    }


def _paper_record(item: Item, *, is_brief: bool) -> dict[str, object]:
    from reader.actions.export import record

    whole = record(item.paper)
    if is_brief:
        return {key: whole[key] for key in _BRIEF_KEYS}
    said, is_machine = gist(item.paper)
    about = {"why": item.why or None, "says": said or None, "by_ai": is_machine}
    return {key: whole[key] for key in _KEYS} | {"authors": (whole["authors"] or [])[:FEW]} | about
