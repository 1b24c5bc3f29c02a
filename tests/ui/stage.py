"""A bare app for one widget in our themes and stylesheets, papers for it, states of the reader, and drawn text."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.reactive import var
from textual.widget import Widget

from reader.cache.reads.window import DayCount, Order, TopicCount
from reader.config import Settings
from reader.core.lines import Line
from reader.core.paper import Paper
from reader.core.paper_row import PaperRow
from reader.core.views import SPECIAL, VIEWS
from reader.keys.keymap import Keymap
from reader.platform import THEMES
from reader.session.places import Place, view
from reader.ui.filter.counter import Counts
from reader.ui.filter.state import COUNTED, TOPIC_NAMES
from reader.ui.kit import theme
from reader.ui.kit.glyphs import UNICODE
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.textual_fixes import color_filters
from reader.ui.kit.theme import styles_directory
from reader.ui.list.pane import PaperList
from reader.ui.shell.controller import Look, Model
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import State

A = TypeVar("A", bound=App[None])

TODAY = date(2025, 11, 24)
SHEETS = ("app.tcss", "page.tcss", "lines.tcss")


class Stage(App[None]):
    """Shows one widget and keeps the messages that it reports; subclasses keep other messages as well."""

    state: var[State] = var(State, init=False)

    def __init__(self, widget: Widget | None = None, name: str = "dark") -> None:
        super().__init__(css_path=[styles_directory() / sheet for sheet in SHEETS])
        self.widget = widget
        self.reports: list[Message] = []
        for one in THEMES:
            self.register_theme(theme.find_theme(one))
        self.theme = name

    def get_line_filters(self) -> Sequence[LineFilter]:
        return color_filters(super().get_line_filters(), colorless=self.no_color)

    def compose(self) -> ComposeResult:
        if self.widget is not None:
            yield self.widget

    def on_mount(self) -> None:
        if self.widget is not None:
            self.widget.focus()

    def on_widget_report(self, message: WidgetReport) -> None:
        self.reports.append(message)


@asynccontextmanager
async def staged(app: A, columns: int, lines: int) -> AsyncIterator[tuple[A, Pilot[None]]]:
    """An app that runs in a terminal of a size."""
    async with app.run_test(size=(columns, lines)) as pilot:
        yield app, pilot


_ROW = PaperRow(
    pk=0, id="", title="", day="2025-11-24", upvotes=0, comments=0, read=False, starred=False, hidden=False, code=False
)

_PAPER = Paper(
    pk=1,
    id="2511.12345",
    title="A memory that forgets on purpose",
    abstract="What a model keeps is chosen by what it will need.\n\nThe rest is let go.",
    authors=("Ada Byron", "Emmy Noether"),
    author_count=2,
    organization="Some Lab",
    day="2025-11-24",
    published="2025-11-19",
    upvotes=61,
    comments=3,
    summary="It forgets well.",
    keywords=("memory", "kv cache"),
    topics=("video-generation", "agents"),
    code_url="https://github.com/someone/forget",
    code_stars=312,
    project_url=None,
    media=(),
    source="hf",
    read=False,
    starred=False,
    hidden=False,
)


def watch_paints(widget: Widget, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of a widget that are painted from now on, -1 for all of them; a headless screen draws all of them."""
    painted: list[int] = []
    refresh = widget.refresh

    def watched(*regions: Region, **how: bool) -> Widget:
        painted.extend([region.y for region in regions] or [-1])
        return refresh(*regions, **how)

    monkeypatch.setattr(widget, "refresh", watched)
    return painted


def look() -> Look:
    """The default keys and signs, with a stopped clock."""
    return Look(Keymap(), UNICODE, lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC), is_still=True)


def row(pk: int, title: str = "A paper", **facts: Any) -> PaperRow:
    """A row with the given facts; by default an unread one without signs."""
    return _ROW._replace(pk=pk, title=title, id=f"2511.{pk:05d}", upvotes=pk)._replace(**facts)


def rows(pks: Sequence[int]) -> list[PaperRow]:
    """A row for each paper."""
    return [row(pk) for pk in pks]


def order(pks: Sequence[int], *groups: tuple[str, int], complete: bool = True) -> Order:
    return Order(array("q", pks), groups, complete)


def paper(**facts: Any) -> Paper:
    """A whole paper, with the facts given."""
    return _PAPER._replace(**facts)


def reader_on(stage: Stage) -> Any:
    """What a screen needs of the reader, without a cache and background work."""
    return SimpleNamespace(
        model=Model(stage.state), library=None, background=None, settings=Settings(), look=look(), app=stage
    )


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def texts(lines: Iterable[Line]) -> list[str]:
    """The text of each line, without the blanks at its end."""
    return [text(line).rstrip() for line in lines]


def drawn(widget: Widget) -> list[str]:
    """The lines of a widget that has a size, without the blanks at their ends."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
NAMES = {"agents": "Agents & tools", "video": "Video generation", "robotics": "Robotics"}


def view_counts(*counts: int) -> dict[str, int]:
    """Numbers of papers of the reader's own views, in their order; 0 for the others."""
    return dict(zip((one.id for one in (*VIEWS, *SPECIAL)), (*counts, *[0] * 10), strict=False))


COUNTS = Counts(
    views=view_counts(14, 40, 6, 57, 4, 3, 60),
    days=(DayCount("2026-05-12", 14, 14), DayCount("2026-05-11", 16, 0)),
    topics=(TopicCount("agents", "Agents & tools", "Agents", 8), TopicCount("video", "Video generation", "Vision", 0)),
    base=60,
    anywhere=7,
)


def listing(view_id: str, text: str = "", papers: int = 3, *, complete: bool = True) -> ListContent:
    return ListContent(Place(view(view_id), text), Order(array("q", range(papers)), complete=complete))


def at(view_id: str, text: str = "", papers: int = 3, *, complete: bool = True) -> State:
    """A state whose place is listed, and counted."""
    here = listing(view_id, text, papers, complete=complete)
    return State(place=here.place, listing=here, parts={COUNTED: COUNTS, TOPIC_NAMES: NAMES})


class Shelf:
    """Rows by paper, and the papers whose rows were fetched."""

    def __init__(self, *rows: PaperRow) -> None:
        self.rows = {row.pk: row for row in rows}
        self.fetched: list[int] = []

    def __call__(self, pks: Sequence[int]) -> list[PaperRow]:
        self.fetched.extend(pks)
        return [self.rows.get(pk) or row(pk, f"Paper {pk}") for pk in pks if pk >= 0]


@asynccontextmanager
async def list_stage(columns: int, lines: int) -> AsyncIterator[tuple[PaperList, Pilot[None]]]:
    papers = PaperList(today=TODAY)
    async with Stage(papers).run_test(size=(columns, lines)) as pilot:
        yield papers, pilot


def painted(papers: PaperList) -> list[str]:
    """The lines of the list as a full repaint of the screen shows them."""
    strips = papers.screen._compositor.render_strips()
    region = papers.region
    return [strips[y].crop(region.x, region.right).text.rstrip() for y in range(region.y, region.bottom)]


def highlighted_line(papers: PaperList) -> int:
    return next(y for y, line in enumerate(drawn(papers)) if line.startswith(UNICODE.cursor))
