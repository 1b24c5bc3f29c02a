"""States of the reader for tests without a terminal: a place that is listed, and counted."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime

from reader.cache.reads.window import DayCount, Order, TopicCount
from reader.session.places import Place, view
from reader.ui.filter.state import COUNTED, TOPIC_NAMES
from reader.ui.library.counting import Counts
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import State

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
NAMES = {"agents": "Agents & tools", "video": "Video generation", "robotics": "Robotics"}
COUNTS = Counts(
    views=(14, 40, 6, 57, 4, 3, 60, 0, 0, 0),
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
