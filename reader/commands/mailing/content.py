"""The papers of a digest: for the user, followed, of views, rising, for a second look, and the rest by topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from reader.cache.choosing.choice import STRANGE
from reader.cache.follows import reasons
from reader.cache.history import LEAST_SHARE, LEAST_VOTES, votes
from reader.cache.reads.window import Window
from reader.cache.second_look import read_second_look
from reader.commands.workspace import NotInCache, parsed, selection
from reader.core.choice.words import pack
from reader.core.digest import Digest, Item, Section
from reader.core.errors import UsageError
from reader.core.paper import Paper
from reader.core.query import Query, Sort
from reader.core.query.nodes import all_of
from reader.core.second_look import describe
from reader.core.settings.tables import SavedView
from reader.core.text import clean
from reader.session.places import SPECIAL

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
    views: Sequence[SavedView] = ()
    known: Collection[str] = frozenset()
    """The news that were mailed already."""


def compose(window: Window, asked: Asked) -> Digest:
    """The digest of what is new; without sections if nothing is. Raises UsageError for a wrong query."""
    parsed(asked.query)
    builder = _Builder(window, asked)
    sections = tuple(section for section in builder.sections() if section.items)
    return Digest(asked.today, asked.since, asked.query, sections, builder.mailed)


class _Builder:
    """Collects the sections; each paper is in the first one that it fits."""

    def __init__(self, window: Window, asked: Asked) -> None:
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
        yield self._second_looks()
        yield from self._by_topic()

    @property
    def _since(self) -> str:
        return f"since:{self._asked.since}"

    def _query(self, *texts: str, order: str = "upvotes") -> Query:
        """The papers that all queries have, and the user's own; an order that one of them names wins."""
        # A free text has to stand last.
        queries = [parsed(text) for text in (*texts, self._asked.query) if text]
        nodes = [one.root for one in queries if one.root is not None]
        sort = next((one.sort for one in queries if one.sort is not None), None)
        return replace(Query(), root=all_of(nodes) if nodes else None, sort=sort or Sort(order))

    def _pks(self, *texts: str, order: str = "upvotes") -> Sequence[int]:
        return self._window.order(selection(self._window, self._query(*texts, order=order))).pks

    def _section(
        self,
        name: str,
        pks: Iterable[int],
        why: Callable[[Paper], str],
        *,
        most: int = MOST,
        key: Callable[[Paper], str] = lambda paper: paper.id,
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
            said = clean(why(paper))
            items.append(Item(paper, key(paper), said[:1].upper() + said[1:]))
        return Section(name, tuple(items), tuple(left_out), is_brief)

    def _for_you(self) -> Section:
        """What suits the user, with a surprise; nothing before anything was learned."""
        query = replace(self._query(NEW, self._since), sort=Sort("foryou"))
        chosen = selection(self._window, query)._replace(offered_on=datetime.now(UTC).date().isoformat())
        found = self._window.order(chosen)
        learned = found.learned
        if learned is None:
            return Section("For you", ())
        score = self._window.for_you.score
        least = STRANGE * max(map(score, found.pks), default=0.0)
        pks = [pk for pk in found.pks[: 4 * FOR_YOU] if pk in learned.surprises or score(pk) > least]

        def why(paper: Paper) -> str:
            return learned.why(_key(paper), pack(paper.title, paper.abstract))

        return self._section("For you", pks, why, most=FOR_YOU)

    def _followed(self) -> Section:
        pks = self._pks("is:followed", NEW, self._since)
        return self._section("Followed", pks, self._why_followed, most=FOLLOWED)

    def _why_followed(self, paper: Paper) -> str:
        names = self._window.topic_names()
        found = self._window.read(partial(reasons, pk=_key(paper)))
        said = ", ".join(dict.fromkeys(one.said(names) for one in found))
        return f"you follow {said}" if said else ""

    def _view(self, view: SavedView) -> Section:
        try:
            pks = self._pks(view.query, NEW, self._since)
        except (UsageError, NotInCache):
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
            found = self._window.read(partial(votes, pk=pk, visited=visited))
            before = found.points[-1] - found.gained if found.points else 0
            if found.gained >= max(LEAST_VOTES, before / LEAST_SHARE):
                gained[pk] = found.gained

        def why(paper: Paper) -> str:
            return f"{gained[_key(paper)]:,} votes more since {self._asked.since}"

        order = sorted(gained, key=lambda pk: -gained[pk])
        return self._section("Rising", order, why, key=lambda paper: f"rising:{paper.id}")

    def _second_looks(self) -> Section:
        """Papers that have changed since the user marked them."""
        view = next((one for one in SPECIAL if one.id == "second"), None)
        pks = self._pks(view.query, order=view.order) if view is not None else ()
        changes = {pk: found for pk in pks if (found := self._window.read(partial(read_second_look, pk=pk)))}

        def why(paper: Paper) -> str:
            found = changes[_key(paper)]
            said = [describe(one, "→") for one in found.differences if one.is_enough]
            return f"{', '.join(said)} since you {found.done}"

        def key(paper: Paper) -> str:
            # What else changes is news again. Other machines of the user see it at another time, after the same mark.
            found = changes[_key(paper)]
            enough = sorted(one.what for one in found.differences if one.is_enough)
            return f"second:{paper.id}:{found.since}:{','.join(enough)}"

        return self._section("Second look", changes, why, key=key)

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


def _key(paper: Paper) -> int:
    return paper.pk if isinstance(paper.pk, int) else 0
