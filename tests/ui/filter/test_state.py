"""What the counts say of a query, once they are those of the listed place."""

from __future__ import annotations

from array import array

from reader.cache.reads.orders import Order
from reader.cache.reads.window import TopicCount
from reader.session.places import Place, view
from reader.ui.filter.state import COUNTED, TOPIC_NAMES, in_all, topic_papers
from reader.ui.library.counting import Counts
from reader.ui.library.feed_results import FeedResults
from reader.ui.shell.listing import TOP, ListContent
from reader.ui.shell.state import State

PLACE = Place(view("today"), "robot")
COUNTS = Counts((), (), (), 60, 7, PLACE)


def listed(place: Place) -> State:
    return State(place=place, listing=ListContent(place, Order(array("q", (1, 2, 3)))))


def test_what_a_query_has_in_all_is_known_once_it_is_counted_for_that_query() -> None:
    state = listed(PLACE)
    assert in_all(state) is None
    assert in_all(state.put(COUNTED, COUNTS)) == 7
    assert in_all(state.put(COUNTED, COUNTS._replace(place=Place(view("today"), "robots")))) is None
    assert in_all(state.put(COUNTED, COUNTS._replace(anywhere=3))) is None
    plain = Place(view("today"))
    assert in_all(listed(plain).put(COUNTED, COUNTS._replace(place=plain))) is None
    results = FeedResults("robot", (), find=lambda _: None, store=lambda _: None)
    found = state.put(COUNTED, COUNTS).list_results(results, TOP)
    assert in_all(found.listed(ListContent(PLACE, Order(array("q", (1,))), results))) is None


def test_topics_are_known_before_they_are_counted() -> None:
    state = State(parts={TOPIC_NAMES: {"agents": "Agents"}})
    assert topic_papers(state) == {"agents": 0}
    topics = (TopicCount("agents", "Agents", "", 2), TopicCount("video", "Video", "", 9))
    assert list(topic_papers(state.put(COUNTED, COUNTS._replace(topics=topics))).items()) == [
        ("video", 9),
        ("agents", 2),
    ]
