"""The news for the morning mail, `digest` and programs; or, with a first day, a look back at the days since then.

Ten papers for the user come first, each with its reason. At most thirty titles follow: what the user follows, the saved
views, then topics. One line says what else there is. A longer mail was tried for a month: of its 70 papers, 60 had
nothing but a title and votes, and nobody read them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from reader import paths
from reader.cache.choice import SUITS_FROM, is_taught, read_suits
from reader.cache.feeds import Feeds, Freshness
from reader.cache.standing import reasons
from reader.commands.workspace import Workspace, parse_query, selection
from reader.core.dates import MONTHS, WEEKDAYS, utc_stamp
from reader.core.errors import FeedError, NotFound, ReaderError, UsageError
from reader.core.query import Query, Sort
from reader.core.query.nodes import all_of
from reader.core.text import amount, clean
from reader.session import visit

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

FOR_YOU, TITLES, OF_A_LIST = 10, 30, 8
"""Maximum papers with a reason, titles in all, and titles of one topic, of one saved view or of what is followed."""

MAX_COUNTED_PAPERS = 1_000
"""Maximum papers that are looked at for titles by topic, and whose topics are counted for the line about the rest."""

MAX_NEWS_AGE = timedelta(days=14)
"""Papers are new since the last mail or visit, but no further back than this."""

UNREAD = "is:unread -is:starred"


class Item(NamedTuple):
    """A paper, and in words why it is there, without a full stop; empty if the heading says it."""

    paper: Paper
    why: str = ""


class Section(NamedTuple):
    """Papers under one heading; those of a brief one have only a title and a few facts."""

    name: str
    items: tuple[Item, ...]
    is_brief: bool = True


class Counts(NamedTuple):
    """How many papers the days of a look back had, and how many of them have these marks."""

    papers: int
    read: int
    starred: int
    queued: int

    @property
    def text(self) -> str:
        """Such as `151 papers, all read, 7 starred, 3 queued`."""
        read = "all read" if self.read == self.papers else f"{self.read:,} read"
        return f"{amount(self.papers, 'paper')}, {read}, {self.starred:,} starred, {self.queued:,} queued"


class News(NamedTuple):
    """All that is new for the user, or what the days since one had."""

    day: date
    """The local day on which it is made."""
    since: str
    query: str = ""
    sections: tuple[Section, ...] = ()
    counts: Counts | None = None
    """Of a look back."""
    rest: int = 0
    """Papers that are in no section."""
    rest_topics: tuple[tuple[str, int], ...] = ()
    """The most frequent topics of the rest, each with its number of papers."""
    mailed: int = 0
    """New papers that were already mailed."""
    asked: str | None = None
    """When all sources were last refreshed: ISO, UTC."""
    sources: tuple[Freshness, ...] = ()
    broken: tuple[str, ...] = ()
    """Why saved views could not be shown, each a sentence."""

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @property
    def title(self) -> str:
        """Such as `Papers for Thursday, 26 November`, or `Papers since 19 November: agents`."""
        day = f"for {WEEKDAYS[self.day.weekday()]}, {self.in_words(self.day.isoformat())}"
        message = f"since {self.in_words(self.since)}" if self.counts else day
        return f"Papers {message}{f': {clean(self.query, 80)}' if self.query else ''}"

    @property
    def summary(self) -> str:
        """How much there is, without a full stop."""
        if self.counts is not None:
            return self.counts.text
        return f"{amount(len(self.items) + self.rest, 'paper')} new since {self.in_words(self.since)}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sources and views that are incomplete or broken, a sentence each."""
        short = (one for one in self.sources if self.is_complete(one) is False)
        return (*(f"{clean(one.title, 60)}: {_state(one, self.day)}." for one in short), *self.broken)

    @property
    def others(self) -> str:
        """One sentence about the rest: how many papers, mostly about what, and the command that lists them."""
        if not self.rest:
            return ""
        topics = ", ".join(f"{clean(name, 40)} ({count:,})" for name, count in self.rest_topics)
        asked = " ".join(filter(None, (f"since:{self.since}", "" if self.counts else "is:unread", clean(self.query))))
        about = f", most about {topics}" if topics else ""
        return f"And {amount(self.rest, 'more paper')}{about}: {paths.APP} list {asked}"

    def is_complete(self, source: Freshness) -> bool | None:
        """Whether all new papers of a source are here; None if unknown."""
        known = source.coverage
        if source.failing_since or (known and any(day >= self.since for day in known.incomplete)):
            return False
        return True if known and known.complete_to else None

    def in_words(self, day: str) -> str:
        """A day (ISO) in words: `26 November`, with the year if it differs; other text unchanged."""
        try:
            found = date.fromisoformat(day)
        except ValueError:
            return day
        return f"{found.day} {MONTHS[found.month - 1]}{f' {found.year}' if found.year != self.day.year else ''}"

    def facts(self, item: Item, *, is_brief: bool) -> Iterator[str]:
        """A paper's people, venue, votes and day, in short; a brief one has its reason instead of venue and day."""
        paper = item.paper
        first = next(filter(None, map(clean, paper.authors)), "")
        people = clean(paper.organization or "", 60) or f"{first[:60]}{' et al.' if len(paper.authors) > 1 else ''}"
        votes = amount(paper.upvotes, "vote") if paper.upvotes else ""
        day = self.in_words(paper.day or paper.published or "")
        rest = (votes, clean(item.why)) if is_brief else (clean(paper.venue or "", 60), votes, day)
        yield from filter(None, (people, *rest))


def _state(source: Freshness, today: date) -> str:
    """Why a source failed, or how complete it is; no full stop."""
    return clean(source.error, 200).rstrip(".") if source.error else source.text(today)


def default_since(last: datetime | None = None) -> str:
    """The day (ISO, UTC) since which papers are new: the last mail, else the last visit, else yesterday."""
    today = datetime.now(UTC).date()
    visited = visit.load(paths.state_file()).visited
    last = last or (datetime.fromisoformat(visited) if visited else None)
    days = [today - timedelta(days=1), *([last.astimezone(UTC).date()] if last else [])]
    return max(min(days), today - MAX_NEWS_AGE).isoformat()


def whats_new(
    workspace: Workspace, query: str, since: str, *, is_look_back: bool = False, known: Collection[str] = ()
) -> News:
    """The news since a day (ISO); without sections if there is none. Raises UsageError for an invalid query.

    A look back is about all papers of the days, not only about unread ones. `known` are the ids of papers that were
    already mailed.
    """
    last = paths.last_refresh(workspace.cache_file)
    views = tuple((one.name, one.query) for one in workspace.settings.views)
    with workspace.window() as window, closing(Feeds.open(workspace.cache_file, query_only=True)) as feeds:
        news = _Builder(window, query, since, is_look_back, known).news(views)
        sources = feeds.freshness(datetime.now(UTC).date())
    # A view whose query can't even be read is no view of the settings.
    mistakes = (
        f"A view is left out. {one.sentence}"
        for one in workspace.loaded_settings.mistakes
        if one.key.startswith("views")
    )
    answered = utc_stamp(last.astimezone(UTC)) if last else None
    return news._replace(asked=answered, sources=sources, broken=(*news.broken, *mistakes))


def refresh_first(workspace: Workspace, *, quiet: bool = True) -> ReaderError | None:
    """Refresh the latest days; return why not all sources answered."""
    from reader.commands.fetch import run_job
    from reader.refresh.lines import error_of, refresh_job
    from reader.refresh.plan import Latest

    try:
        finished = run_job(workspace, refresh_job(Latest(workspace.settings.days_at_start)), quiet=quiet)
    except FeedError as error:
        return error
    if not finished["missing"]:
        paths.touch_private(paths.refresh_stamp(workspace.cache_file))
    return error_of(finished)


class _Builder:
    """Collects the sections; each paper is in the first one that it fits."""

    def __init__(self, window: Window, query: str, since: str, is_look_back: bool, known: Collection[str]) -> None:
        self._window = window
        self._query = query
        self._since = since
        self._is_look_back = is_look_back
        self._names = window.topic_names()
        self._mailed = {pk for id in known if (pk := window.pk_of(id)) is not None}
        self._taken: set[int] = set()
        self._titles = TITLES
        """How many more titles there may be."""

    def news(self, views: Sequence[tuple[str, str]]) -> News:
        window = self._window
        sections = [
            self._section(name, self._pks(f"is:{name.lower()}"), TITLES)
            for name in (("Starred", "Queued") if self._is_look_back else ())
        ]
        by_votes = ranked = self._pks()
        if window.read(is_taught):
            window.learn()
            ranked = self._pks(order="foryou")
            suits = window.read(partial(read_suits, pks=ranked[: 4 * FOR_YOU]))
            fitting = [pk for pk in ranked if pk in suits and suits[pk].score >= SUITS_FROM]
            reasons_of = {pk: suits[pk].why[:1].upper() + suits[pk].why[1:] for pk in fitting}
            sections.append(self._section("For you", fitting, FOR_YOU, reasons_of.__getitem__, is_brief=False))
        else:
            # Until a mark has taught what the user likes.
            sections.append(self._section("Most voted", ranked, FOR_YOU, is_brief=False))
        sections.append(self._section("Followed", self._pks("is:followed"), OF_A_LIST, self._why_followed))
        broken = []
        for name, query in views:
            try:
                sections.append(self._section(name, self._pks(query), OF_A_LIST))
            except (UsageError, NotFound) as error:
                broken.append(f"The view {clean(name, 60)} is left out. {clean(str(error))}")
        # By votes and not by what suits the user, who would miss all other topics.
        sections += self._by_topic(by_votes)
        rest = [pk for pk in ranked if pk not in self._taken]
        counts = (len(self._pks(text)) for text in ("", "is:read", "is:starred", "is:queued"))
        return News(
            date.today(),
            self._since,
            self._query,
            tuple(section for section in sections if section.items),
            Counts(*counts) if self._is_look_back else None,
            len(rest),
            self._topics_of(rest),
            len(self._mailed.intersection(self._order())),
            broken=tuple(broken),
        )

    def _order(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        """The papers of the days that match all queries and the user's own, whose order wins."""
        state = () if self._is_look_back else (UNREAD,)
        # Free text must come last.
        queries = [parse_query(text) for text in (f"since:{self._since}", *state, *texts, self._query) if text]
        nodes = [one.root for one in queries if one.root is not None]
        sort = next((one.sort for one in queries if one.sort is not None), None)
        query = replace(Query(), root=all_of(nodes), sort=sort or Sort(order))
        return self._window.order(selection(self._window, query)).pks

    def _pks(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        """The same without papers that were mailed."""
        return [pk for pk in self._order(*texts, order=order) if pk not in self._mailed]

    def _section(
        self,
        name: str,
        pks: Iterable[int],
        most: int,
        why: Callable[[int], str] = lambda _: "",
        *,
        is_brief: bool = True,
    ) -> Section:
        """A section of papers that are in none yet; those of a brief one share the places for titles."""
        if is_brief:
            most = min(most, self._titles)
        chosen = list(islice((pk for pk in pks if pk not in self._taken), most))
        self._taken.update(chosen)
        self._titles -= len(chosen) if is_brief else 0
        items = (Item(paper, why(_key(paper))) for paper in self._window.papers(chosen))
        return Section(name, tuple(items), is_brief)

    def _why_followed(self, pk: int) -> str:
        found = self._window.read(partial(reasons, pk=pk))
        return f"you follow {', '.join(dict.fromkeys(one.in_words(self._names) for one in found))}"

    def _by_topic(self, pks: Sequence[int]) -> Iterator[Section]:
        """The best of the rest under their first topics, each of which has a limited number, for variety."""
        groups: dict[str, list[Item]] = {}
        for paper in self._window.papers([pk for pk in pks if pk not in self._taken][:MAX_COUNTED_PAPERS]):
            group = groups.setdefault(next(iter(paper.topics), ""), [])
            if self._titles > 0 and len(group) < OF_A_LIST:
                self._titles -= 1
                self._taken.add(_key(paper))
                group.append(Item(paper))
        shared = {slug: items for slug, items in groups.items() if len(items) > 1 and slug}
        for slug, items in shared.items():
            yield Section(self._names.get(slug, slug), tuple(items))
        # A heading for each single paper would make the list too long.
        yield Section("Other topics", tuple(item for slug in groups if slug not in shared for item in groups[slug]))

    def _topics_of(self, pks: Sequence[int]) -> tuple[tuple[str, int], ...]:
        found = Counter(slug for paper in self._window.papers(pks[:MAX_COUNTED_PAPERS]) for slug in paper.topics)
        return tuple((self._names.get(slug, slug), count) for slug, count in found.most_common(3))


def _key(paper: Paper) -> int:
    return paper.pk if isinstance(paper.pk, int) else 0


# As text and JSON

SHORT = 280
"""Maximum characters of a paper's summary."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")


def gist(paper: Paper) -> tuple[str, bool]:
    """A paper's summary, and whether a machine wrote it: the AI summary, else the abstract's first sentences."""
    return first_sentences(clean(paper.summary or paper.abstract)), bool(paper.summary)


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


FEW = 5
"""Maximum authors named per paper."""

_BRIEF_KEYS = ("id", "title", "upvotes")
_KEYS = ("id", "title", "authors", "organization", "venue", "day", "upvotes", "comments", "topics", "code_url", "url")


def news_record(news: News) -> dict[str, Any]:
    """The news as JSON, with cut abstracts, so that it is a page or two."""
    return {
        "title": news.title,
        "since": news.since,
        "query": news.query or None,
        "asked": news.asked,
        "sources": [_source_record(one, news) for one in news.sources],
        "counts": news.counts and news.counts._asdict(),
        "sections": [
            {"name": clean(one.name, 100), "papers": [_paper_record(item, is_brief=one.is_brief) for item in one.items]}
            for one in news.sections
        ],
        "left_out": news.rest,
        "mailed": news.mailed,
        "broken": list(news.broken),
    }


def _source_record(source: Freshness, news: News) -> dict[str, Any]:
    return {
        "name": source.title,
        "answered": source.answered,
        "complete": news.is_complete(source),
        "complete_to": (source.coverage and source.coverage.complete_to) or None,
        "says": _state(source, news.day) or None,
    }


def _paper_record(item: Item, *, is_brief: bool) -> dict[str, Any]:
    from reader.actions.export import record

    whole = record(item.paper)
    if is_brief:
        return {key: whole[key] for key in _BRIEF_KEYS}
    message, is_machine = gist(item.paper)
    about = {"why": item.why or None, "says": message or None, "by_ai": is_machine}
    return {key: whole[key] for key in _KEYS} | {"authors": (whole["authors"] or [])[:FEW]} | about
