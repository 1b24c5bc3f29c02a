"""The data and rows of the filter pane: views, days, and topics by family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reader.cache.reads.window import DayCount
from reader.core.query.choices import TagChoice, TopicChoice
from reader.core.text import fold
from reader.session.places import TopicOrder
from reader.ui.kit.lines import day_name

DAYS_AT_FIRST = 7
"""Days listed while the older ones are folded."""

TAGS_AT_FIRST = 7

FOLLOWS_AT_FIRST = 7
"""Follows listed while the others are folded: those with the most unread papers."""


@dataclass(frozen=True, slots=True)
class ViewItem:
    """A view with the number of its papers."""

    id: str
    name: str
    count: int | None = None
    """None while unknown."""
    unread: int | None = None
    """None while unknown or not shown."""
    key: str = ""


@dataclass(frozen=True, slots=True)
class TopicItem:
    """A topic with its number of papers in the list."""

    slug: str
    name: str
    family: str
    about: str = ""
    """A sentence on which papers have the topic."""
    count: int | None = None
    implied: bool = False
    """Whether all papers of a picked topic also have this one."""
    weeks: tuple[float, ...] = ()
    """Its share of each week's papers, oldest first; empty if unknown."""
    rising: float = 0.0
    """Recent growth of its share; negative if the share has fallen."""


@dataclass(frozen=True, slots=True)
class FilterData:
    """All data of the filter pane, in its order."""

    views: tuple[ViewItem, ...] = ()
    days: tuple[DayCount, ...] = ()
    """Newest first."""
    topics: tuple[TopicItem, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    """Each with the number of its papers."""
    follows: tuple[ViewItem, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterState:
    """The choices and folds in the filter pane."""

    view: str | None = None
    day: str | None = None
    choice: TopicChoice = field(default_factory=lambda: TopicChoice("any"))
    closed: frozenset[str] = frozenset()
    tags: TagChoice = field(default_factory=TagChoice)
    unfolded: frozenset[str] = frozenset()
    """Sections whose further rows are listed: `follows`, `days`, `tags`, and `topics` for topics without papers."""
    on_top: tuple[str, ...] = ()
    narrowed: str = ""
    """The text that narrows the topics; it hides views and days."""
    order: TopicOrder = "family"


Kind: TypeAlias = Literal["heading", "view", "day", "tag", "more", "family", "topic", "note", "gap"]

Mark: TypeAlias = Literal["none", "chosen", "open", "folded", "picked", "excluded", "implied"]
"""The meaning of the sign before a row's text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the pane."""

    kind: Kind
    key: str
    """The view's id, the ISO day, the tag, the family or the topic's slug."""
    text: str = ""
    count: int | None = None
    mark: Mark = "none"
    quiet: bool = False
    unread: int | None = None
    """The unread ones among `count`; None if they are not shown."""
    is_partial: bool = False
    """Whether more papers may follow, which is marked with `+`."""
    about: str = ""
    weeks: tuple[float, ...] = ()
    rising: float = 0.0
    shortcut: str = ""

    @property
    def selectable(self) -> bool:
        return self.kind not in ("heading", "note", "gap")


def lay_out(data: FilterData, state: FilterState) -> tuple[Row, ...]:
    rows: list[Row] = []
    if not state.narrowed:
        rows += _views(data, state)
        rows += _follows(data, state)
        rows += _days(data, state)
        rows += _tags(data, state)
    rows += _topics(data, state)
    return tuple(rows)


def moved(rows: Sequence[Row], cursor: int, delta: int) -> int:
    """Return the cursor after a move by `delta` selectable rows; it stops at the ends."""
    stops = _stops(rows)
    if not stops:
        return cursor
    # The cursor may be on a row that is not selectable, such as the note that no topic matches.
    here = stops.index(_nearest(stops, cursor))
    return stops[max(0, min(len(stops) - 1, here + delta))]


def place_of(rows: Sequence[Row], row: Row | None, cursor: int) -> int:
    """The place of a row in other rows; if it is gone, that of the selectable row nearest to the cursor."""
    stops = _stops(rows)
    if row is not None:
        for place in stops:
            if (rows[place].kind, rows[place].key) == (row.kind, row.key):
                return place
    return _nearest(stops, cursor)


def heading_above(rows: Sequence[Row], place: int) -> str:
    """Return the key of the heading above a row; empty if there is none."""
    return next((row.key for row in reversed(rows[: place + 1]) if row.kind == "heading"), "")


def last_of_group(rows: Sequence[Row], place: int) -> int:
    """Return the place of the last topic directly below a row; that of the row itself if there is none."""
    below = place
    while below + 1 < len(rows) and rows[below + 1].kind == "topic":
        below += 1
    return below


def _stops(rows: Sequence[Row]) -> list[int]:
    return [place for place, row in enumerate(rows) if row.selectable]


def _nearest(stops: Sequence[int], cursor: int) -> int:
    return min(stops, key=lambda place: abs(place - cursor), default=0)


def _views(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.views:
        return
    yield Row("heading", "views", "VIEWS")
    for view in data.views:
        mark: Mark = "chosen" if view.id == state.view else "none"
        yield Row("view", view.id, view.name, view.count, mark, unread=view.unread, shortcut=view.key)
    yield Row("gap", "views")


def _follows(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.follows:
        return
    yield Row("heading", "follows", "FOLLOWED")
    most = sorted(data.follows, key=lambda one: -(one.unread or 0))[:FOLLOWS_AT_FIRST]
    hidden = 0
    for one in data.follows:
        is_here = one.id == state.view
        if "follows" not in state.unfolded and not is_here and one not in most:
            hidden += 1
            continue
        mark: Mark = "chosen" if is_here else "none"
        yield Row("view", one.id, one.name, one.count, mark, quiet=not one.count, unread=one.unread)
    can_fold = "follows" in state.unfolded and len(data.follows) > FOLLOWS_AT_FIRST
    yield from _fold("follows", hidden, "more", can_fold)


def _days(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.days:
        return
    yield Row("heading", "days", "DAYS")
    newest = data.days[0].day
    folded = () if "days" in state.unfolded else data.days[DAYS_AT_FIRST:]
    for place, item in enumerate(data.days):
        chosen = item.day == state.day
        # A chosen day is always shown, to explain why the list is so short.
        if folded and place >= DAYS_AT_FIRST and not chosen:
            continue
        mark: Mark = "chosen" if chosen else "none"
        quiet = not item.unread
        unread = item.unread if item.papers and not item.is_partial else None
        has_more = item.is_partial or bool(item.short)
        yield Row("day", item.day, day_name(item.day, newest), item.papers, mark, quiet, unread, has_more)
    hidden = sum(item.day != state.day for item in folded)
    can_fold = "days" in state.unfolded and len(data.days) > DAYS_AT_FIRST
    yield from _fold("days", hidden, "older", can_fold)


def _fold(section: str, hidden: int, what: str, can_fold: bool) -> Iterator[Row]:
    """The row that unfolds a section, or folds it again."""
    if hidden:
        yield Row("more", section, f"{hidden:,} {what}", mark="folded", quiet=True)
    elif can_fold:
        yield Row("more", section, "fewer", mark="open", quiet=True)
    yield Row("gap", section)


def _tags(data: FilterData, state: FilterState) -> Iterator[Row]:
    """The most used tags by name, and those that filter the list; others are folded."""
    if not data.tags:
        return
    yield Row("heading", "tags", "TAGS")
    marks: dict[str, Mark] = {tag.casefold(): "picked" for tag in state.tags.picked}
    marks |= {tag.casefold(): "excluded" for tag in state.tags.excluded}
    most = sorted(data.tags, key=lambda tag: -tag[1])[:TAGS_AT_FIRST]
    hidden = 0
    for tag in data.tags:
        name, count = tag
        mark = marks.get(name.casefold(), "none")
        if "tags" not in state.unfolded and mark == "none" and tag not in most:
            hidden += 1
            continue
        yield Row("tag", name, name, count, mark)
    can_fold = "tags" in state.unfolded and len(data.tags) > TAGS_AT_FIRST
    yield from _fold("tags", hidden, "more", can_fold)


def _topics(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.topics:
        return
    yield Row("heading", "topics", "TOPICS")
    if state.narrowed:
        found = [topic for topic in data.topics if _matches(topic, state.narrowed)]
        yield from _in_order(found, data, state)
        if not found:
            yield Row("note", "topics", "no topic matches", quiet=True)
        return
    by_slug = {topic.slug: topic for topic in data.topics}
    first = [by_slug.pop(slug) for slug in state.on_top if slug in by_slug]
    without = [topic for topic in by_slug.values() if _may_fold(topic, state)]
    listed = [topic for topic in by_slug.values() if topic not in without]
    for topic in first:
        yield _topic(topic, state)
    yield from _in_order(listed, data, state)
    if without:
        is_unfolded = "topics" in state.unfolded
        mark: Mark = "open" if is_unfolded else "folded"
        yield Row("more", "topics", f"{len(without):,} without papers", mark=mark, quiet=True)
        for topic in without if is_unfolded else ():
            yield _topic(topic, state)


def _may_fold(topic: TopicItem, state: FilterState) -> bool:
    is_rising = state.order == "rising" and bool(topic.weeks)
    return topic.count == 0 and not _filters(topic, state.choice) and not is_rising


def _in_order(topics: Sequence[TopicItem], data: FilterData, state: FilterState) -> Iterator[Row]:
    if state.order == "family":
        yield from _families(topics, data, state)
        return
    # Topics that are equal keep the order of the families.
    for topic in sorted(topics, key=_papers if state.order == "papers" else _rising, reverse=True):
        yield _topic(topic, state)


def _papers(topic: TopicItem) -> float:
    return topic.count or 0


def _rising(topic: TopicItem) -> float:
    return topic.rising


def _families(found: Iterable[TopicItem], data: FilterData, state: FilterState) -> Iterator[Row]:
    families: dict[str, list[TopicItem]] = {}
    for topic in found:
        families.setdefault(topic.family, []).append(topic)
    for family, topics in families.items():
        folded = family in state.closed and not state.narrowed
        yield Row("family", family, family, mark="folded" if folded else "open")
        for topic in topics:
            # Topics that filter the list are shown even in a folded family.
            if not folded or _filters(topic, state.choice):
                yield _topic(topic, state)


def _topic(topic: TopicItem, state: FilterState) -> Row:
    return Row(
        "topic",
        topic.slug,
        topic.name,
        topic.count,
        _mark(topic, state.choice),
        quiet=not topic.count,
        about=topic.about,
        weeks=topic.weeks,
        rising=topic.rising,
    )


def _filters(topic: TopicItem, choice: TopicChoice) -> bool:
    return topic.slug in choice.picked or topic.slug in choice.excluded


def _mark(topic: TopicItem, choice: TopicChoice) -> Mark:
    if topic.slug in choice.picked:
        return "picked"
    if topic.slug in choice.excluded:
        return "excluded"
    return "implied" if topic.implied else "none"


def _matches(topic: TopicItem, typed: str) -> bool:
    words = fold(f"{topic.name} {topic.slug} {topic.family}").replace("-", " ").split()
    wanted = fold(typed).replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in wanted)
