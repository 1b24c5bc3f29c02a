"""A bare app for the filter pane, what is in it, and how tests look at it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from reader.cache.reads.window import DayCount
from reader.core.query.choices import TopicChoice
from reader.ui.filter.pane import FilterPane
from reader.ui.filter.rows import FilterData, TopicItem, ViewItem
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported
from tests.ui.stage import Stage

VIEWS = (ViewItem("latest", "Latest", 31), ViewItem("unread", "Unread", 0), ViewItem("all", "All", 9295))
DAYS = tuple(
    DayCount(f"2026-11-{day:02}", 0 if day in (21, 22) else day, 0 if day < 23 else day) for day in range(24, 9, -1)
)
TOPICS = (
    TopicItem("reasoning", "Reasoning", "Language", "step by step", 140),
    TopicItem("code", "Code", "Language", "programs", 0),
    TopicItem("agents", "Agents & tools", "Agents", "plan and use tools", 12),
    TopicItem("gui-agents", "GUI & web agents", "Agents", "operate a screen", 3, implied=True),
    TopicItem("evaluation", "Benchmarks & evaluation", "Data", "how to measure", 1204),
)
DATA = FilterData(VIEWS, DAYS, TOPICS)


class PaneApp(Stage):
    def __init__(self, glyphs: Glyphs = UNICODE, width: int = 28) -> None:
        self.pane = FilterPane(glyphs)
        super().__init__(self.pane)
        self.pane.styles.width = width

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.pane
            yield Static()

    def on_mount(self) -> None:
        self.pane.show(DATA)
        self.pane.focus()

    def on_reported(self, message: Reported) -> None:
        self.told.append(message)


def drawn(pane: FilterPane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def go_to(pane: FilterPane, key: str) -> None:
    places = [row.key for row in pane.rows if row.selectable]
    pane.to_first()
    pane.move(places.index(key))


def choices(app: PaneApp) -> list[TopicChoice]:
    return [one.value for one in app.told if isinstance(one, Reported) and one.kind == "topics"]
