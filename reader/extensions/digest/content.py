"""The papers of a digest: for the user, followed, of views, rising, changed, and the rest by topic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from reader import api

SHORT = 280
"""Maximum characters of what is said of a paper."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d])")


class Item(NamedTuple):
    """A paper of a digest."""

    paper: api.Paper
    key: str
    """What makes it news; the same news is never mailed twice."""
    why: str = ""
    """Why it is there, in words without a full stop; empty if its section says it."""


class Section(NamedTuple):
    """Papers under one heading."""

    name: str
    items: tuple[Item, ...]
    left_out: tuple[str, ...] = ()
    """The keys of the news that were left out; they are in the reader, and no later mail has them."""
    is_brief: bool = False
    """Whether nothing is said of its papers but title and votes."""


class Digest(NamedTuple):
    """What a mail has."""

    day: date
    """The day on which it is made, in the user's own time zone."""
    since: str
    """ISO date of the first day whose papers are new."""
    query: str = ""
    """The user's query; all papers if it is empty."""
    sections: tuple[Section, ...] = ()
    mailed: int = 0
    """Number of papers that are new too, but were mailed already."""

    @property
    def items(self) -> tuple[Item, ...]:
        """All papers, in order."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def keys(self) -> tuple[str, ...]:
        """What is news in it, also what is only counted."""
        left_out = (key for section in self.sections for key in section.left_out)
        return (*(item.key for item in self.items), *left_out)

    @property
    def title(self) -> str:
        """What it is, in a few words: `Papers of Thursday, 26 November`."""
        said = f"{api.WEEKDAYS[self.day.weekday()]}, {self.in_words(self.day.isoformat())}"
        return f"Papers of {said}{f': {api.clean(self.query, 80)}' if self.query else ''}"

    @property
    def summary(self) -> str:
        """How many papers it has, and in which sections: `44 papers: 10 for you, 4 followed, 30 by topic`."""
        count, brief = len(self.items), sum(len(one.items) for one in self.sections if one.is_brief)
        parts = [*self._parts, *([f"{brief} by topic"] if brief else [])] if self._parts else []
        said = ", ".join(parts)
        return f"{count} paper{'' if count == 1 else 's'}{f': {said}' if said else ''}"

    @property
    def subject(self) -> str:
        """The title with the first sections, as short as lists of mails show it."""
        return f"{self.title} ({', '.join(self._parts[:3]) or self.summary})"

    @property
    def _parts(self) -> list[str]:
        """The first sections with reasons, and how many papers each has."""
        found = [one for one in self.sections if one.items and not one.is_brief]
        return [f"{len(one.items)} {_lower(api.clean(one.name, 40))}" for one in found[:4]]

    def in_words(self, day: str) -> str:
        """A day (ISO) in words: `26 November`, with the year if it is another one; any other text as it is."""
        try:
            found = date.fromisoformat(day)
        except ValueError:
            return day
        return f"{found.day} {api.MONTHS[found.month - 1]}{f' {found.year}' if found.year != self.day.year else ''}"

    def facts(self, paper: api.Paper) -> Iterator[str]:
        """A paper's people, venue, votes and day, in a few words each."""
        first = next(filter(None, map(api.clean, paper.authors)), "")
        others = " et al." if first and len(paper.authors) > 1 else ""
        people = api.clean(paper.organization or "", 60) or f"{first[:60]}{others}"
        upvotes = f"{paper.upvotes:,} {'vote' if paper.upvotes == 1 else 'votes'}" if paper.upvotes else ""
        day = self.in_words(paper.day or paper.published or "")
        yield from filter(None, (people, api.clean(paper.venue or "", 60), upvotes, day))

    def hash(self, name: str) -> str:
        """Identifies the digest of this name with these news."""
        return sha256("\n".join((name, *self.keys)).encode("utf-8", "replace")).hexdigest()[:32]


def _lower(name: str) -> str:
    """A heading within a sentence: `for you`; names with further capitals stay."""
    return name[:1].lower() + name[1:] if name[1:].islower() else name


def gist(paper: api.Paper, most: int = SHORT) -> tuple[str, bool]:
    """What is said of a paper, and whether a machine wrote it: the AI summary, else the abstract's first sentences."""
    if paper.summary:
        return _cut(api.clean(paper.summary), most), True
    return _cut(api.clean(paper.abstract), most), False


def _cut(text: str, most: int) -> str:
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


# What is chosen

FOR_YOU = 10
"""Papers that suit the user; one in ten is a surprise, as in the view."""

FOLLOWED = 10

MOST = 5
"""Papers of every other section with reasons."""

TOLD = 40
"""Papers with reasons, in all: what is longer, nobody reads in the morning."""

BRIEF = 30
"""Papers by topic, in all."""

LOOKED_AT = 200
"""Papers that are looked at for those that rise."""

NEW = "is:unread -is:starred"


class Asked(NamedTuple):
    """What a digest is asked for."""

    query: str
    since: str
    """ISO date of the first day whose papers are new."""
    today: date
    views: Sequence[api.SavedView] = ()
    known: Collection[str] = frozenset()
    """The news that were mailed already."""


def compose(window: api.Window, asked: Asked) -> Digest:
    """The digest of what is new; without sections if nothing is. Raises UsageError for a wrong query."""
    api.parsed(asked.query)
    builder = _Builder(window, asked)
    sections = tuple(section for section in builder.sections() if section.items)
    return Digest(asked.today, asked.since, asked.query, sections, builder.mailed)


class _Builder:
    """Collects the sections; each paper is in the first one that it fits."""

    def __init__(self, window: api.Window, asked: Asked) -> None:
        self._window = window
        self._asked = asked
        self._taken: set[int] = set()
        self._mailed: set[int] = set()

    @property
    def mailed(self) -> int:
        """Number of papers that were left out because they were mailed already."""
        return len(self._mailed - self._taken)

    def sections(self) -> Iterator[Section]:
        for section in (self._for_you(), self._followed(), *map(self._view, self._asked.views)):
            # What they leave out is listed by topic.
            yield section._replace(left_out=())
        yield self._rising()
        yield self._changed()
        yield from self._by_topic()

    @property
    def _since(self) -> str:
        return f"since:{self._asked.since}"

    def _query(self, *texts: str, order: str = "upvotes") -> api.Query:
        """The papers that all queries have, and the user's own; an order that one of them names wins."""
        # A free text has to stand last.
        queries = [api.parsed(text) for text in (*texts, self._asked.query) if text]
        nodes = [one.root for one in queries if one.root is not None]
        sort = next((one.sort for one in queries if one.sort is not None), None)
        return replace(api.Query(), root=api.all_of(nodes) if nodes else None, sort=sort or api.Sort(order))

    def _pks(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        return self._window.order(api.selection(self._window, self._query(*texts, order=order))).pks

    def _section(
        self,
        name: str,
        pks: Iterable[int],
        why: Callable[[api.Paper], str],
        *,
        most: int = MOST,
        key: Callable[[api.Paper], str] = lambda paper: paper.id,
        is_brief: bool = False,
    ) -> Section:
        """The first papers that are in no other section, and were not mailed for the same news."""
        items: list[Item] = []
        left_out: list[str] = []
        for pk in pks:
            if pk in self._taken or (paper := self._window.paper(pk)) is None:
                continue
            if key(paper) in self._asked.known:
                self._mailed.add(pk)
                continue
            if len(items) == most or (not is_brief and len(self._taken) == TOLD):
                left_out.append(key(paper))
                continue
            self._taken.add(pk)
            said = api.clean(why(paper))
            items.append(Item(paper, key(paper), said[:1].upper() + said[1:]))
        return Section(name, tuple(items), tuple(left_out), is_brief)

    def _for_you(self) -> Section:
        """What suits the user, with a surprise; nothing before anything was learned."""
        query = replace(self._query(NEW, self._since), sort=api.Sort("foryou"))
        chosen = api.selection(self._window, query)._replace(offered_on=datetime.now(UTC).date().isoformat())
        found = self._window.order(chosen)
        learned = found.learned
        if learned is None:
            return Section("For you", ())
        score = self._window.for_you.score
        least = api.STRANGE * max(map(score, found.pks), default=0.0)
        pks = [pk for pk in found.pks[: 4 * FOR_YOU] if pk in learned.surprises or score(pk) > least]

        def why(paper: api.Paper) -> str:
            return learned.why(_key(paper), api.pack(paper.title, paper.abstract))

        return self._section("For you", pks, why, most=FOR_YOU)

    def _followed(self) -> Section:
        pks = self._pks("is:followed", NEW, self._since)
        return self._section("Followed", pks, self._why_followed, most=FOLLOWED)

    def _why_followed(self, paper: api.Paper) -> str:
        names = self._window.topic_names()
        found = self._window.read(partial(api.reasons, pk=_key(paper)))
        said = ", ".join(dict.fromkeys(one.said(names) for one in found))
        return f"you follow {said}" if said else ""

    def _view(self, view: api.SavedView) -> Section:
        try:
            pks = self._pks(view.query, NEW, self._since)
        except (api.UsageError, api.NotInCache):
            # 'views list' tells what is wrong with it; the other sections are mailed all the same.
            pks = ()
        return self._section(view.name, pks, lambda _: "")

    def _rising(self) -> Section:
        """Older papers that nobody has read, which many like now."""
        # No day is before the first one.
        start = max(date.fromisoformat(self._asked.since), date.min + timedelta(days=1))
        visited = int(datetime.combine(start, time.min, UTC).timestamp())
        older = f"until:{(start - timedelta(days=1)).isoformat()}"
        gained: dict[int, int] = {}
        for pk in self._pks(NEW, older, order="rising")[:LOOKED_AT]:
            found = self._window.read(partial(api.votes, pk=pk, visited=visited))
            before = found.points[-1] - found.gained if found.points else 0
            if found.gained >= max(api.LEAST_VOTES, before / api.LEAST_SHARE):
                gained[pk] = found.gained

        def why(paper: api.Paper) -> str:
            return f"{gained[_key(paper)]:,} votes more since {self._asked.since}"

        order = sorted(gained, key=lambda pk: -gained[pk])
        return self._section("Rising", order, why, key=lambda paper: f"rising:{paper.id}")

    def _changed(self) -> Section:
        """Papers that have changed since the user marked them."""
        pks = self._pks("is:changed", order="changed")
        changes = {pk: found for pk in pks if (found := self._window.read(partial(api.read_changed, pk=pk)))}

        def why(paper: api.Paper) -> str:
            found = changes[_key(paper)]
            said = [api.describe(one, "→") for one in found.differences if one.is_enough]
            return f"{', '.join(said)} since you {found.done}"

        def key(paper: api.Paper) -> str:
            # What else changes is news again. Other machines of the user see it at another time, after the same mark.
            found = changes[_key(paper)]
            enough = sorted(one.what for one in found.differences if one.is_enough)
            return f"second:{paper.id}:{found.since}:{','.join(enough)}"

        return self._section("Changed", changes, why, key=key)

    def _by_topic(self) -> Iterator[Section]:
        """All that is left: each paper under that of its topics which most of them have, the most upvoted first."""
        names = self._window.topic_names()
        left = self._section("", self._pks(NEW, self._since), lambda _: "", most=BRIEF, is_brief=True)
        common = Counter(slug for item in left.items for slug in item.paper.topics)
        groups: dict[str, list[Item]] = {}
        for item in left.items:
            slug = max(item.paper.topics, key=lambda slug: common[slug], default="")
            groups.setdefault(slug, []).append(item)
        shared = {slug: items for slug, items in groups.items() if len(items) > 1 and slug}
        for slug, items in shared.items():
            yield Section(names.get(slug, slug), tuple(items), is_brief=True)
        # A heading for each would be longer than the list.
        others = tuple(item for slug, items in groups.items() if slug not in shared for item in items)
        yield Section("Other topics", others, left.left_out, is_brief=True)


def _key(paper: api.Paper) -> int:
    return paper.pk if isinstance(paper.pk, int) else 0
