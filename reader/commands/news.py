"""Collect the news for the digest, its mail and the MCP server, or look back at all papers since a given day.

The news begins with ten recommended papers, each with the reason for the recommendation. At most thirty titles follow:
papers that match a follow, then the saved views, then other papers by topic. One line counts the remaining papers. A
longer mail was tried for a month: 60 of its 70 papers had only a title and votes, and nobody read them.
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

MAX_RECOMMENDED_PAPERS = 10

MAX_TITLES = 30
"""Maximum titles below the recommended papers."""

MAX_SECTION_TITLES = 8
"""Maximum titles of one topic, of one saved view, or of all follows together."""

MAX_COUNTED_PAPERS = 1_000
"""Maximum papers that are examined for the titles by topic, and for the topics of the remaining papers."""

MAX_NEWS_AGE = timedelta(days=14)
"""Papers are new if they appeared since the last mail or visit; an older mail or visit counts as this old."""

UNREAD = "is:unread -is:starred"


class Item(NamedTuple):
    """A paper and the reason why it is listed, without a full stop; the reason is empty if the heading states it."""

    paper: Paper
    why: str = ""


class Section(NamedTuple):
    """Papers under one heading; a brief section prints only their titles and a few facts."""

    name: str
    items: tuple[Item, ...]
    is_brief: bool = True


class News(NamedTuple):
    """The new papers since the user's last mail or visit, or all papers since a given day."""

    day: date
    """Today, in local time."""
    since: str
    """The first day (ISO) that is covered."""
    query: str = ""
    sections: tuple[Section, ...] = ()
    is_look_back: bool = False
    """Whether these are all papers since that day, read or unread."""
    rest: int = 0
    """The number of papers that are in no section."""
    rest_topics: tuple[tuple[str, int], ...] = ()
    """The most frequent topics of the papers in no section, each with its number of papers."""
    mailed: int = 0
    """The number of new papers that were already mailed."""
    asked: str | None = None
    """The time of the last complete refresh (ISO, UTC); None before the first."""
    sources: tuple[Freshness, ...] = ()
    broken: tuple[str, ...] = ()
    """A sentence for each saved view that could not be read."""

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @property
    def title(self) -> str:
        """The heading, such as `Papers for Thursday, 26 November` or `Papers since 19 November: agents`."""
        day = f"for {WEEKDAYS[self.day.weekday()]}, {self.in_words(self.day.isoformat())}"
        period = f"since {self.in_words(self.since)}" if self.is_look_back else day
        return f"Papers {period}{f': {clean(self.query, 80)}' if self.query else ''}"

    @property
    def summary(self) -> str:
        """The number of papers in words, without a full stop."""
        new = "" if self.is_look_back else " new"
        return f"{amount(len(self.items) + self.rest, 'paper')}{new} since {self.in_words(self.since)}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """A sentence for each incomplete source and each broken view."""
        incomplete = (source for source in self.sources if self.is_complete(source) is False)
        return (*(f"{clean(source.title, 60)}: {_state(source, self.day)}." for source in incomplete), *self.broken)

    @property
    def others(self) -> str:
        """A sentence about the papers in no section: their number, main topics, and the command that lists them."""
        if not self.rest:
            return ""
        topics = ", ".join(f"{clean(name, 40)} ({count:,})" for name, count in self.rest_topics)
        query = " ".join(
            filter(None, (f"since:{self.since}", "" if self.is_look_back else "is:unread", clean(self.query)))
        )
        about = f", most about {topics}" if topics else ""
        return f"And {amount(self.rest, 'more paper')}{about}: {paths.APP} list {query}"

    def is_complete(self, source: Freshness) -> bool | None:
        """Whether all new papers of a source are in the cache; None if unknown."""
        known = source.coverage
        if source.failing_since or (known and any(day >= self.since for day in known.incomplete)):
            return False
        return True if known and known.complete_to else None

    def in_words(self, day: str) -> str:
        """A day (ISO) in words, such as `26 November`, with the year unless it is this one; other text is unchanged."""
        try:
            parsed = date.fromisoformat(day)
        except ValueError:
            return day
        return f"{parsed.day} {MONTHS[parsed.month - 1]}{f' {parsed.year}' if parsed.year != self.day.year else ''}"

    def facts(self, item: Item, *, is_brief: bool) -> Iterator[str]:
        """A paper's authors, venue, votes and day; a brief list of facts has the reason instead of venue and day."""
        paper = item.paper
        first = next(filter(None, map(clean, paper.authors)), "")
        people = clean(paper.organization or "", 60) or f"{first[:60]}{' et al.' if len(paper.authors) > 1 else ''}"
        votes = amount(paper.upvotes, "vote") if paper.upvotes else ""
        day = self.in_words(paper.day or paper.published or "")
        rest = (votes, clean(item.why)) if is_brief else (clean(paper.venue or "", 60), votes, day)
        yield from filter(None, (people, *rest))


def _state(source: Freshness, today: date) -> str:
    """Why a source failed, or how complete its papers are, without a full stop."""
    return clean(source.error, 200).rstrip(".") if source.error else source.text(today)


def default_since(last: datetime | None = None) -> str:
    """The first day (ISO, UTC) of new papers: that of the last mail, else of the last visit, else yesterday."""
    today = datetime.now(UTC).date()
    visited = visit.load(paths.state_file()).visited
    last = last or (datetime.fromisoformat(visited) if visited else None)
    days = [today - timedelta(days=1), *([last.astimezone(UTC).date()] if last else [])]
    return max(min(days), today - MAX_NEWS_AGE).isoformat()


def whats_new(
    workspace: Workspace, query: str, since: str, *, is_look_back: bool = False, known: Collection[str] = ()
) -> News:
    """The news since a day (ISO); it has no sections if nothing is new. Raises UsageError for an invalid query.

    A look back includes papers that were read. `known` are the ids of papers that were already mailed.
    """
    last = paths.last_refresh(workspace.cache_file)
    views = tuple((mistake.name, mistake.query) for mistake in workspace.settings.views)
    with workspace.window() as window, closing(Feeds.open(workspace.cache_file, query_only=True)) as feeds:
        news = _Builder(window, query, since, is_look_back, known).news(views)
        sources = feeds.freshness(datetime.now(UTC).date())
    # The settings leave out a view whose query can't be parsed, so it is only in the list of mistakes.
    mistakes = (
        f"A view is left out. {mistake.sentence}"
        for mistake in workspace.loaded_settings.mistakes
        if mistake.key.startswith("views")
    )
    answered = utc_stamp(last.astimezone(UTC)) if last else None
    return news._replace(asked=answered, sources=sources, broken=(*news.broken, *mistakes))


def refresh_first(workspace: Workspace, *, quiet: bool = True) -> ReaderError | None:
    """Refresh the latest days; return the error if a source could not be refreshed."""
    from reader.commands.fetch import refresh
    from reader.refresh.lines import Latest, error_of

    try:
        return error_of(refresh(workspace, Latest(), quiet=quiet))
    except FeedError as error:
        return error


class _Builder:
    """Collects the sections; each paper goes into the first section that it fits."""

    def __init__(self, window: Window, query: str, since: str, is_look_back: bool, known: Collection[str]) -> None:
        self._window = window
        self._query = query
        self._since = since
        self._is_look_back = is_look_back
        self._names = window.topic_names()
        self._mailed = {pk for id in known if (pk := window.pk_of(id)) is not None}
        self._taken: set[int] = set()
        self._titles_left = MAX_TITLES
        """How many more titles may be added."""

    def news(self, views: Sequence[tuple[str, str]]) -> News:
        window = self._window
        sections: list[Section] = []
        by_votes = self._pks()
        if window.read(is_taught):
            # A look back does not recommend what the user has already chosen.
            ranked = self._pks("-is:starred -is:queued", order="foryou")
            suits = window.read(partial(read_suits, pks=ranked[: 4 * MAX_RECOMMENDED_PAPERS]))
            fitting = [pk for pk in ranked if pk in suits and suits[pk].score >= SUITS_FROM]
            reasons_of = {pk: suits[pk].why[:1].upper() + suits[pk].why[1:] for pk in fitting}
            reason_for = reasons_of.__getitem__
            sections.append(self._section("For you", fitting, MAX_RECOMMENDED_PAPERS, reason_for, is_brief=False))
        else:
            # The user has not marked enough papers for recommendations.
            sections.append(self._section("Most voted", by_votes, MAX_RECOMMENDED_PAPERS, is_brief=False))
        sections.append(self._section("Followed", self._pks("is:followed"), MAX_SECTION_TITLES, self._why_followed))
        broken = []
        for name, query in views:
            try:
                sections.append(self._section(name, self._pks(query), MAX_SECTION_TITLES))
            except (UsageError, NotFound) as error:
                broken.append(f"The view {clean(name, 60)} is left out. {clean(str(error))}")
        # Sorted by votes: sorted by recommendation, topics that are new to the user would never appear.
        sections += self._by_topic(by_votes)
        rest = [pk for pk in by_votes if pk not in self._taken]
        return News(
            date.today(),
            self._since,
            self._query,
            tuple(section for section in sections if section.items),
            self._is_look_back,
            len(rest),
            self._topics_of(rest),
            len(self._mailed.intersection(self._order())),
            broken=tuple(broken),
        )

    def _order(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        """The papers since the first day that match these queries and the user's own, whose order takes precedence."""
        state = () if self._is_look_back else (UNREAD,)
        # The user's query comes last, because it may be free text.
        queries = [parse_query(text) for text in (f"since:{self._since}", *state, *texts, self._query) if text]
        nodes = [query.root for query in queries if query.root is not None]
        sort = next((query.sort for query in queries if query.sort is not None), None)
        query = replace(Query(), root=all_of(nodes), sort=sort or Sort(order))
        return self._window.order(selection(self._window, query)).pks

    def _pks(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        """The papers that match these queries, without the papers that were already mailed."""
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
        """A section of papers that are in no other section yet; all brief sections share the limit of titles."""
        if is_brief:
            most = min(most, self._titles_left)
        chosen = list(islice((pk for pk in pks if pk not in self._taken), most))
        self._taken.update(chosen)
        self._titles_left -= len(chosen) if is_brief else 0
        items = (Item(paper, why(_key(paper))) for paper in self._window.papers(chosen))
        return Section(name, tuple(items), is_brief)

    def _why_followed(self, pk: int) -> str:
        follows = self._window.read(partial(reasons, pk=pk))
        return f"you follow {', '.join(dict.fromkeys(follow.in_words(self._names) for follow in follows))}"

    def _by_topic(self, pks: Sequence[int]) -> Iterator[Section]:
        """The first remaining papers, grouped by their first topic; a topic has few titles, for variety."""
        groups: dict[str, list[Item]] = {}
        for paper in self._window.papers([pk for pk in pks if pk not in self._taken][:MAX_COUNTED_PAPERS]):
            group = groups.setdefault(next(iter(paper.topics), ""), [])
            if self._titles_left > 0 and len(group) < MAX_SECTION_TITLES:
                self._titles_left -= 1
                self._taken.add(_key(paper))
                group.append(Item(paper))
        shared = {slug: items for slug, items in groups.items() if len(items) > 1 and slug}
        for slug, items in shared.items():
            yield Section(self._names.get(slug, slug), tuple(items))
        # Topics with a single paper share a heading, to keep the list short.
        yield Section("Other topics", tuple(item for slug in groups if slug not in shared for item in groups[slug]))

    def _topics_of(self, pks: Sequence[int]) -> tuple[tuple[str, int], ...]:
        counter = Counter(slug for paper in self._window.papers(pks[:MAX_COUNTED_PAPERS]) for slug in paper.topics)
        return tuple((self._names.get(slug, slug), count) for slug, count in counter.most_common(3))


def _key(paper: Paper) -> int:
    return paper.pk if isinstance(paper.pk, int) else 0


# The news as text and JSON

MAX_SUMMARY_CHARACTERS = 280

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")


def gist(paper: Paper) -> tuple[str, bool]:
    """The AI summary of a paper, else the first sentences of its abstract; and whether it is the AI summary."""
    return first_sentences(clean(paper.summary or paper.abstract)), bool(paper.summary)


def first_sentences(text: str, most: int = MAX_SUMMARY_CHARACTERS) -> str:
    """As many whole sentences of a text as fit in `most` characters; a longer first sentence is cut at a word."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > most:
            break
        kept = longer
    return kept or f"{text[: most - 1].rsplit(' ', 1)[0]}…"


MAX_NAMED_AUTHORS = 5
"""Maximum authors of a paper in JSON."""

_BRIEF_KEYS = ("id", "title", "upvotes")
_KEYS = ("id", "title", "authors", "organization", "venue", "day", "upvotes", "comments", "topics", "code_url", "url")


def news_record(news: News) -> dict[str, Any]:
    """The news as JSON, with shortened abstracts, so that it is a page or two long."""
    return {
        "title": news.title,
        "since": news.since,
        "query": news.query or None,
        "asked": news.asked,
        "sources": [_source_record(source, news) for source in news.sources],
        "sections": [
            {
                "name": clean(section.name, 100),
                "papers": [_paper_record(item, is_brief=section.is_brief) for item in section.items],
            }
            for section in news.sections
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

    full = record(item.paper)
    if is_brief:
        return {key: full[key] for key in _BRIEF_KEYS}
    summary, is_machine = gist(item.paper)
    about = {"why": item.why or None, "says": summary or None, "by_ai": is_machine}
    return {key: full[key] for key in _KEYS} | {"authors": (full["authors"] or [])[:MAX_NAMED_AUTHORS]} | about
