"""The filter pane: choose a view, a day, tags and topics by keys or mouse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from reader.cache.reads.window import DayCount, TopicCount
from reader.core.lines import Line, Piece, cut, literal, measure, spread
from reader.core.query.choices import Choice
from reader.session.places import DAY, TopicMode
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.lines import Row, day_name
from reader.ui.kit.pane import RowsPane

NO_CHOICE = Choice()


class FilterPane(RowsPane, can_focus=True):
    """The pane for choosing the list's view, day and topics.

    `show_data` sets its data, `place` and `choose` set the choice; it posts the user's choices.
    """

    PANE = "filter"

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        mode: TopicMode = "any",
        id: str | None = None,
    ) -> None:
        self.rows: tuple[FilterRow, ...] = ()
        super().__init__(self._compose_filter, id=id)
        self._glyphs = glyphs
        self._data = FilterData()
        self._state = FilterState(choice=Choice(mode))

    # Drawing

    def show_data(self, data: FilterData) -> None:
        """Show other data; the cursor stays on its row if the row still exists."""
        self._data = data
        self._compose_all(None)

    def _set_state(self, state: FilterState) -> None:
        if state != self._state:
            self._state = state
            self._compose_all(None)

    def _compose_filter(self, _width: int) -> Sequence[Row]:
        self.rows = lay_out(self._data, self._state)
        return [Row((), row if row.selectable else None, (row.kind, row.key)) for row in self.rows]

    def _compose_all(self, at: int | None) -> None:
        line = self.at - self.scroll_offset.y if self._rows else 0
        super()._compose_all(at)
        if self.has_focus and line:
            # Rows appear and vanish with the counts; the row under the cursor must not move on the screen.
            self._scroll(self.at - line)

    def _line_at(self, at: int, *, is_cursor: bool) -> Line:
        bar = Piece(self._glyphs.cursor if is_cursor else " ", "mark")
        return bar, *draw_row(self.rows[at], self.columns - 1, self._state, self._glyphs)

    @property
    def has_cursor(self) -> bool:
        return self.has_focus

    def go(self, at: int) -> None:
        """Put the cursor on a row and show it; without focus, show the listed view, or the top, instead."""
        super().go(at)
        if not self.has_focus:
            listed = next((place for place, row in enumerate(self.rows) if row.mark == "chosen"), 0)
            self._scroll(max(0, listed - self.size.height + 1))

    def scroll_lines(self, count: int) -> bool:
        """Go down by selectable rows, up if negative, and do not scroll by lines."""
        stops = self._stops
        if self.at in stops:
            self.go(stops[max(0, min(stops.index(self.at) + count, len(stops) - 1))])
        return False

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show or remove the cursor."""
        super().watch_has_focus(has_focus)
        self.go(self.at)

    # The choice

    def show_choice(self, view: str, topics: Choice, tags: Choice = NO_CHOICE) -> None:
        """Show which view or day is listed, and which topics and tags filter it."""
        if len(topics.picked) < 2:
            # A query with fewer than two topics has no mode, so the last mode stays.
            topics = replace(topics, mode=self.choice.mode)
        self._set_state(replace(self._state, view=view, choice=topics, tags=tags))

    @property
    def choice(self) -> Choice:
        return self._state.choice

    # Keys

    def toggle(self) -> None:
        row: FilterRow | None = self.current
        if row is None:
            return
        match row.kind:
            case "view" | "day":
                view = f"{DAY}{row.key}" if row.kind == "day" else row.key
                self._set_state(replace(self._state, view=view))
                self.post_message(WidgetReport("view", view))
            case "topic":
                self._choose(self.choice.toggle(row.key, "picked"))
            case "tag":
                self.post_message(WidgetReport("tag choice", (row.key, "picked")))
            case "family":
                self._unfold(replace(self._state, closed=self._state.closed ^ {row.key}))
            case "more":
                self._unfold(replace(self._state, unfolded=self._state.unfolded ^ {row.key}))

    def _unfold(self, state: FilterState) -> None:
        self._set_state(state)
        # Show the rows that were unfolded below the cursor.
        self._scroll(max(self.scroll_offset.y, self.at - self.size.height // 3))

    def exclude(self) -> None:
        row: FilterRow | None = self.current
        if row is not None and row.kind == "topic":
            self._choose(self.choice.toggle(row.key, "excluded"))
        elif row is not None and row.kind == "tag":
            self.post_message(WidgetReport("tag choice", (row.key, "excluded")))

    def switch_mode(self) -> None:
        self._choose(replace(self.choice, mode="any" if self.choice.mode == "all" else "all"))

    def _choose(self, choice: Choice) -> None:
        self._set_state(replace(self._state, choice=choice))
        self.post_message(WidgetReport("topics", choice))


FOLDED_ROWS = 7
"""Rows of a section that are listed while it is folded."""

MIN_SHORTCUT_CELLS = 9
"""Minimum cells for a name in which its key is shown too."""


class ViewItem(NamedTuple):
    """A view with its numbers of papers; a number is None while it is unknown or not shown."""

    id: str
    name: str
    papers: int | None = None
    unread: int | None = None
    key: str = ""


class FilterData(NamedTuple):
    """All data of the filter pane, in its order."""

    views: tuple[ViewItem, ...] = ()
    days: tuple[DayCount, ...] = ()
    """Newest first."""
    topics: tuple[TopicCount, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    """Tags with their numbers of papers."""
    follows: tuple[ViewItem, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterState:
    """The choices and folds in the filter pane."""

    view: str = ""
    """The id of the listed view or day."""
    choice: Choice = field(default_factory=lambda: Choice("any"))
    closed: frozenset[str] = frozenset()
    tags: Choice = field(default_factory=Choice)
    unfolded: frozenset[str] = frozenset()
    """Unfolded sections: `followed`, `days`, `tags`, and `topics` for topics without papers."""


Kind: TypeAlias = Literal["heading", "view", "day", "tag", "more", "family", "topic", "gap"]

Mark: TypeAlias = Literal["none", "chosen", "open", "folded", "picked", "excluded"]
"""The meaning of the sign before a row's text."""


class FilterRow(NamedTuple):
    """One row of the pane."""

    kind: Kind
    key: str
    """The view's id, the ISO day, the tag, the family or the topic's slug."""
    text: str = ""
    papers: int | None = None
    mark: Mark = "none"
    quiet: bool = False
    unread: int | None = None
    """The number of unread papers; None if it is not shown."""
    is_partial: bool = False
    """Whether more papers may follow, which is marked with `+`."""
    shortcut: str = ""

    @property
    def selectable(self) -> bool:
        return self.kind not in ("heading", "gap")


def lay_out(data: FilterData, state: FilterState) -> tuple[FilterRow, ...]:
    sections = (_views, _follows, _days, _tags, _topics)
    return tuple(row for section in sections for row in section(data, state))


def _section(
    key: str, rows: Sequence[FilterRow], first: Collection[int], state: FilterState, more: str
) -> Iterator[FilterRow]:
    """The rows at the places `first` and the rows that filter the list; the others are folded."""
    if not rows:
        return
    yield FilterRow("heading", key, key.upper())
    is_unfolded = key in state.unfolded
    shown = [row for at, row in enumerate(rows) if is_unfolded or at in first or row.mark != "none"]
    yield from shown
    if len(shown) < len(rows):
        yield FilterRow("more", key, f"{len(rows) - len(shown):,} {more}", mark="folded", quiet=True)
    elif is_unfolded and len(rows) > FOLDED_ROWS:
        yield FilterRow("more", key, "fewer", mark="open", quiet=True)
    yield FilterRow("gap", key)


def _largest(numbers: Iterable[int]) -> set[int]:
    """The places of the greatest numbers."""
    ranked = sorted(enumerate(numbers), key=lambda pair: -pair[1])
    return {at for at, _ in ranked[:FOLDED_ROWS]}


def _views(data: FilterData, state: FilterState) -> Iterator[FilterRow]:
    rows = [_view(item, state) for item in data.views]
    return _section("views", rows, range(len(rows)), state, "")


def _follows(data: FilterData, state: FilterState) -> Iterator[FilterRow]:
    rows = [_view(item, state)._replace(quiet=not item.papers) for item in data.follows]
    return _section("followed", rows, _largest(item.unread or 0 for item in data.follows), state, "more")


def _view(item: ViewItem, state: FilterState) -> FilterRow:
    mark: Mark = "chosen" if item.id == state.view else "none"
    return FilterRow("view", item.id, item.name, item.papers, mark, unread=item.unread, shortcut=item.key)


def _days(data: FilterData, state: FilterState) -> Iterator[FilterRow]:
    rows = []
    for day in data.days:
        mark: Mark = "chosen" if f"{DAY}{day.day}" == state.view else "none"
        unread = day.unread if day.papers and not day.is_partial else None
        name, has_more = day_name(day.day, data.days[0].day), day.is_partial or bool(day.incomplete)
        rows.append(FilterRow("day", day.day, name, day.papers, mark, not day.unread, unread, has_more))
    return _section("days", rows, range(FOLDED_ROWS), state, "older")


def _tags(data: FilterData, state: FilterState) -> Iterator[FilterRow]:
    """The most used tags by name."""
    marks: dict[str, Mark] = {tag.casefold(): "picked" for tag in state.tags.picked}
    marks |= {tag.casefold(): "excluded" for tag in state.tags.excluded}
    rows = [FilterRow("tag", name, name, count, marks.get(name.casefold(), "none")) for name, count in data.tags]
    return _section("tags", rows, _largest(count for _, count in data.tags), state, "more")


def _topics(data: FilterData, state: FilterState) -> Iterator[FilterRow]:
    if not data.topics:
        return
    yield FilterRow("heading", "topics", "TOPICS")
    unused = [topic for topic in data.topics if topic.papers == 0 and _mark(topic, state.choice) == "none"]
    yield from _by_family([topic for topic in data.topics if topic not in unused], state)
    if unused:
        is_unfolded = "topics" in state.unfolded
        mark: Mark = "open" if is_unfolded else "folded"
        yield FilterRow("more", "topics", f"{len(unused):,} without papers", mark=mark, quiet=True)
        yield from (_topic(topic, state) for topic in unused if is_unfolded)


def _by_family(topics: Sequence[TopicCount], state: FilterState) -> Iterator[FilterRow]:
    families: dict[str, list[TopicCount]] = {}
    for topic in topics:
        families.setdefault(topic.family, []).append(topic)
    for family, members in families.items():
        folded = family in state.closed
        yield FilterRow("family", family, family, mark="folded" if folded else "open")
        # Topics that filter the list are shown even in a folded family.
        yield from (row for row in (_topic(topic, state) for topic in members) if not folded or row.mark != "none")


def _topic(topic: TopicCount, state: FilterState) -> FilterRow:
    mark = _mark(topic, state.choice)
    return FilterRow("topic", topic.slug, topic.name, topic.papers, mark, not topic.papers)


def _mark(topic: TopicCount, choice: Choice) -> Mark:
    return "picked" if topic.slug in choice.picked else "excluded" if topic.slug in choice.excluded else "none"


# Drawing


def draw_row(row: FilterRow, width: int, state: FilterState, glyphs: Glyphs) -> Line:
    """Draw a row in `width` cells: sign, name, and the number on the right."""
    if row.kind == "heading":
        heading: Line = (Piece(row.text, "heading"),)
        mode: Line = (Piece(f"{state.choice.mode} {glyphs.unfolded} ", "count"),)
        return spread(heading, mode, width) if row.key == "topics" else heading
    right = (Piece(" "), *_count(row, glyphs), Piece(" ")) if row.papers is not None else (Piece(" "),)
    room = width - 2 - measure(right)
    shortcut = f" {row.shortcut}" if row.shortcut and room >= MIN_SHORTCUT_CELLS else ""
    name = cut(literal(row.text), room - len(shortcut), glyphs.ellipsis)
    left: Line = (_sign(row, glyphs), Piece(" "), Piece(name, _role(row)), Piece(shortcut, "nothing"))
    return spread(left, right, width)


def _count(row: FilterRow, glyphs: Glyphs) -> Line:
    count = f"{row.papers:,}{'+' if row.is_partial else ''}"
    if row.unread is not None:
        return (Piece(f"{row.unread:,}", "unread" if row.unread else "nothing"), Piece(f"/{count}", "nothing"))
    if not row.papers and row.kind != "view" and not row.is_partial:
        return (Piece(glyphs.nothing, "nothing"),)
    return (Piece(count, "count" if row.papers and not row.is_partial else "nothing"),)


def _sign(row: FilterRow, glyphs: Glyphs) -> Piece:
    match row.mark:
        case "none":
            return Piece(" ", "name")
        case "open" | "folded":
            return Piece(glyphs.unfolded if row.mark == "open" else glyphs.folded, "quiet")
        case "chosen":
            return Piece(glyphs.here, "mark")
    return Piece(glyphs.picked if row.mark == "picked" else glyphs.excluded, "mark")


def _role(row: FilterRow) -> str:
    if row.mark in ("picked", "chosen"):
        return "picked"
    if row.mark == "excluded":
        return "excluded"
    if row.kind == "family":
        return "family"
    return "quiet" if row.quiet else "name"
