"""What the filter pane lists, as plain rows: views, days, and topics by family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from reader.core.query.topic_choice import TopicChoice
from reader.core.text import fold
from reader.session.places import TopicOrder
from reader.ui.text.day_names import day_name

DAYS_AT_FIRST = 7
"""So many days stand in the pane until the older ones are unfolded."""


@dataclass(frozen=True, slots=True)
class ViewItem:
    """A view with the number of its papers."""

    id: str
    name: str
    count: int | None = None
    """None while it is not known."""


@dataclass(frozen=True, slots=True)
class DayItem:
    """A day with the number that stands behind it."""

    day: str
    """ISO date."""
    count: int | None = None
    """None while it is not known, 0 for a day on which nothing was listed."""
    unread: int | None = None
    """A day with nothing unread is drawn quietly; None means that it is not told."""


@dataclass(frozen=True, slots=True)
class TopicItem:
    """A topic with the number of papers that carry it in what is listed now."""

    slug: str
    name: str
    family: str
    about: str = ""
    """When a paper has it, in a sentence."""
    count: int | None = None
    implied: bool = False
    """True where another topic that is picked brings this one along."""
    weeks: tuple[float, ...] = ()
    """Its share of each week's papers, the oldest first; empty where it is not known."""
    rising: float = 0.0
    """By how much it has more papers lately than before, below zero where it has fewer."""


@dataclass(frozen=True, slots=True)
class FilterData:
    """All that the filter pane shows, in the order in which it shows it."""

    views: tuple[ViewItem, ...] = ()
    days: tuple[DayItem, ...] = ()
    """Newest first."""
    topics: tuple[TopicItem, ...] = ()
    approximate: bool = False
    """True where the topics' counts are estimates; they are marked with `~`."""


@dataclass(frozen=True, slots=True)
class FilterState:
    """What is chosen and unfolded in the filter pane."""

    view: str | None = None
    day: str | None = None
    choice: TopicChoice = field(default_factory=lambda: TopicChoice("any"))
    closed: frozenset[str] = frozenset()
    """Families that are folded."""
    all_days: bool = False
    narrowed: str = ""
    """What was typed to narrow the topics; views and days step aside meanwhile."""
    order: TopicOrder = "family"


class Kind(StrEnum):
    """What a row stands for."""

    HEADING = "heading"
    VIEW = "view"
    DAY = "day"
    MORE = "more"
    FAMILY = "family"
    TOPIC = "topic"
    NOTE = "note"
    GAP = "gap"


class Mark(StrEnum):
    """The sign before a row's text, by its meaning."""

    NONE = "none"
    CHOSEN = "chosen"
    OPEN = "open"
    FOLDED = "folded"
    PICKED = "picked"
    EXCLUDED = "excluded"
    IMPLIED = "implied"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the pane."""

    kind: Kind
    key: str
    """The view's id, the ISO day, the family or the topic's slug."""
    text: str = ""
    count: int | None = None
    mark: Mark = Mark.NONE
    quiet: bool = False
    approximate: bool = False
    about: str = ""
    weeks: tuple[float, ...] = ()
    """A topic's share of each week's papers; empty where it is not known."""
    rising: float = 0.0

    @property
    def selectable(self) -> bool:
        """Whether the cursor may stand here."""
        return self.kind not in (Kind.HEADING, Kind.NOTE, Kind.GAP)


def lay_out(data: FilterData, state: FilterState) -> tuple[Row, ...]:
    """Put the data into rows, from the top of the pane to its end."""
    rows: list[Row] = []
    if not state.narrowed:
        rows += _views(data, state)
        rows += _days(data, state)
    rows += _topics(data, state)
    return tuple(rows)


def _views(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.views:
        return
    yield Row(Kind.HEADING, "views", "VIEWS")
    for view in data.views:
        mark = Mark.CHOSEN if view.id == state.view else Mark.NONE
        yield Row(Kind.VIEW, view.id, view.name, view.count, mark)
    yield Row(Kind.GAP, "views")


def _days(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.days:
        return
    yield Row(Kind.HEADING, "days", "DAYS")
    newest = data.days[0].day
    folded = () if state.all_days else data.days[DAYS_AT_FIRST:]
    for place, item in enumerate(data.days):
        chosen = item.day == state.day
        # A chosen day is shown wherever it is, or nobody would see why the list is so short.
        if folded and place >= DAYS_AT_FIRST and not chosen:
            continue
        mark = Mark.CHOSEN if chosen else Mark.NONE
        quiet = not item.count or item.unread == 0
        yield Row(Kind.DAY, item.day, day_name(item.day, newest), item.count, mark, quiet)
    hidden = sum(item.day != state.day for item in folded)
    if hidden:
        yield Row(Kind.MORE, "days", f"{hidden:,} older", mark=Mark.FOLDED, quiet=True)
    yield Row(Kind.GAP, "days")


def _topics(data: FilterData, state: FilterState) -> Iterator[Row]:
    if not data.topics:
        return
    yield Row(Kind.HEADING, "topics", "TOPICS")
    found = [topic for topic in data.topics if _matches(topic, state.narrowed)]
    if state.order == "family":
        yield from _families(found, data, state)
    else:
        # What is equal stays in the order of the families.
        key = _papers if state.order == "papers" else _rising
        for topic in sorted(found, key=key, reverse=True):
            yield _topic(topic, data, state)
    if not found:
        yield Row(Kind.NOTE, "topics", "no topic matches", quiet=True)


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
        yield Row(Kind.FAMILY, family, family, mark=Mark.FOLDED if folded else Mark.OPEN)
        for topic in topics:
            # What filters stays in sight, folded or not.
            if not folded or _mark(topic, state.choice) in (Mark.PICKED, Mark.EXCLUDED):
                yield _topic(topic, data, state)


def _topic(topic: TopicItem, data: FilterData, state: FilterState) -> Row:
    return Row(
        Kind.TOPIC,
        topic.slug,
        topic.name,
        topic.count,
        _mark(topic, state.choice),
        quiet=not topic.count,
        approximate=data.approximate,
        about=topic.about,
        weeks=topic.weeks,
        rising=topic.rising,
    )


def _mark(topic: TopicItem, choice: TopicChoice) -> Mark:
    if topic.slug in choice.picked:
        return Mark.PICKED
    if topic.slug in choice.excluded:
        return Mark.EXCLUDED
    return Mark.IMPLIED if topic.implied else Mark.NONE


def _matches(topic: TopicItem, typed: str) -> bool:
    """Each word typed must begin a word of the topic's name, slug or family."""
    words = fold(f"{topic.name} {topic.slug} {topic.family}").replace("-", " ").split()
    wanted = fold(typed).replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in wanted)
