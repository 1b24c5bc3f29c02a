"""What the counts say of a query, once they are those of the listed place."""

from __future__ import annotations

from array import array

from reader.cache.reads.orders import Order
from reader.cache.reads.window import DayCount, TopicCount
from reader.core.topics.trends import Trend
from reader.core.views import VIEWS
from reader.keys.keymap import Keymap
from reader.session.places import Place, view
from reader.ui.filter.rows import FilterData, TopicItem, ViewItem
from reader.ui.filter.state import (
    COUNTED,
    TOPIC_FACTS,
    TOPIC_MEANINGS,
    TOPIC_NAMES,
    filter_data,
    in_all,
    strip_data,
    topic_papers,
)
from reader.ui.filter.strip_line import Strip, strip_line
from reader.ui.kit.glyphs import ASCII
from reader.ui.library.counting import Counts, TopicFacts
from reader.ui.library.feed_results import FeedResults
from reader.ui.shell.listing import ListContent
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.states import COUNTS, at

PLACE = Place(view("latest"), "robot")
FEW = Counts((), (), (), 60, 7, PLACE)


def listed(place: Place) -> State:
    return State(place=place, listing=ListContent(place, Order(array("q", (1, 2, 3)))))


def test_what_a_query_has_in_all_is_known_once_it_is_counted_for_that_query() -> None:
    state = listed(PLACE)
    assert in_all(state) is None
    assert in_all(state.put(COUNTED, FEW)) == 7
    assert in_all(state.put(COUNTED, FEW._replace(place=Place(view("latest"), "robots")))) is None
    assert in_all(state.put(COUNTED, FEW._replace(anywhere=3))) is None
    plain = Place(view("latest"))
    assert in_all(listed(plain).put(COUNTED, FEW._replace(place=plain))) is None
    results = FeedResults("robot", (), find=lambda _: None, store=lambda _: None)
    found = state.put(COUNTED, FEW).list_results(results)
    assert in_all(found.listed(ListContent(PLACE, Order(array("q", (1,))), results))) is None


def test_topics_are_known_before_they_are_counted() -> None:
    state = State(parts={TOPIC_NAMES: {"agents": "Agents"}})
    assert topic_papers(state) == {"agents": 0}
    topics = (TopicCount("agents", "Agents", "", 2), TopicCount("video", "Video", "", 9))
    assert list(topic_papers(state.put(COUNTED, FEW._replace(topics=topics))).items()) == [("video", 9), ("agents", 2)]


KEYMAP = Keymap()


def test_the_strip_says_in_one_line_what_filters_the_list() -> None:
    state = at("latest", "(topic:agents OR topic:video) -topic:robotics robot")
    assert strip_data(state, KEYMAP) == Strip(("Agents & tools", "Video generation"), ("Robotics",))
    own = Keymap(overrides={"find.filter": ("ctrl+t",)})
    assert strip_data(state, own).key == own.key("find.filter") != "f"


def test_the_strip_names_the_nearest_of_a_topic_that_does_not_exist() -> None:
    strip = strip_data(at("all", "topic:agnets -topic:cooking topic:video"), KEYMAP)
    assert (strip.picked, strip.excluded) == (("Video generation",), ())
    assert strip.wrong == ("no topic agnets: agents?", "no topic cooking")
    unknown_yet = at("all", "topic:agnets").put(COUNTED, None).put(TOPIC_NAMES, {})
    assert strip_data(unknown_yet, KEYMAP).picked == ("agnets",)


@each(
    ("width", "line"),
    [
        (80, " Agents & tools ✓ · Safety ✓ · Benchmarks ✗ · f topics"),
        (50, " Agents & tools ✓ · Safety ✓ · +1 · f topics"),
        (20, " +3 · f topics"),
        (6, " +3 ·…"),
    ],
)
def test_the_strip_names_as_many_topics_as_fit(width: int, line: str) -> None:
    strip = Strip(("Agents & tools", "Safety"), ("Benchmarks",))
    assert "".join(piece.text for piece in strip_line(strip, width)) == line
    wrong = Strip(("Safety",), wrong=("no topic agnets: agents?",), key="F2")
    drawn = "".join(piece.text for piece in strip_line(wrong, 80, ASCII))
    assert drawn == " no topic agnets: agents? - Safety y - F2 topics"


def test_before_anything_is_counted_the_pane_names_the_views() -> None:
    assert filter_data(State()) == FilterData(tuple(ViewItem(one.id, one.name) for one in VIEWS))


def test_the_pane_has_special_views_only_while_they_have_papers() -> None:
    views = filter_data(at("all")).views
    assert [(one.id, one.count) for one in views] == [
        ("latest", 14),
        ("foryou", None),
        ("followed", 6),
        ("unread", 57),
        ("queue", 4),
        ("starred", 3),
        ("all", 60),
        ("changed", 2),
    ]
    none = at("all").put(COUNTED, COUNTS._replace(views=(0,) * 12))
    shown = ["latest", "foryou", "followed", "unread", "queue", "starred", "all"]
    assert [one.id for one in filter_data(none).views] == shown


def test_the_pane_has_days_and_topics_with_all_that_is_known_of_them() -> None:
    bare = filter_data(at("all"))
    assert bare.days == (DayCount("2026-05-12", 14, 14), DayCount("2026-05-11", 16, 0))
    assert bare.topics == (
        TopicItem("agents", "Agents & tools", "Agents", "", 8),
        TopicItem("video", "Video generation", "Vision", "", 0),
    )
    facts = TopicFacts({"agents": Trend((0.1, 0.2), 0.42)}, frozenset({"video"}))
    agents, video = filter_data(
        at("all").put(TOPIC_MEANINGS, {"agents": "Models that act."}).put(TOPIC_FACTS, facts)
    ).topics
    assert agents == TopicItem("agents", "Agents & tools", "Agents", "Models that act.", 8, False, (0.1, 0.2), 0.42)
    assert video == TopicItem("video", "Video generation", "Vision", "", 0, implied=True)
