"""Why a paper suits the user: the lines at every width and in ASCII, the screen, and the wishes that it takes."""

from __future__ import annotations

import pytest

from reader.cache.choice import LearnedInterests, Suits
from reader.cache.watching import Act
from reader.core.choice import Common
from reader.core.errors import CacheError
from reader.core.lines import measure
from reader.core.topics.scorer import TopicReason
from reader.core.wishes import Wish
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.why.lines import Explanation, explanation_rows, suits_lines
from reader.ui.why.screen import WhyList, WhyScreen
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.stage import Stage, staged, text, texts

LEARNED = LearnedInterests(
    (("speculative decoding", 5), ("KV cache", 3)),
    (Wish("topic", "humans", -1), Wish("word", "KV caches", 2), Wish("topic", "agents", None)),
    9,
)
SUITS = Suits(0.8, ("speculative decoding",), "JetSpec, which you starred")
NAMES = {"agents": "Agents & tools", "video": "Video"}
KNOWN = Explanation(LEARNED, SUITS, NAMES, has_paper=True)


def drawn(known: Explanation, width: int = 80) -> list[str]:
    return texts(row.line for row in explanation_rows(known, width, UNICODE))


def test_a_paper_shows_its_reason_then_the_learned_and_requested_subjects() -> None:
    assert drawn(KNOWN) == [
        "For you",
        "speculative decoding; like JetSpec, which you starred.",
        "speculative decoding",
        "",
        "What For you has learned",
        "speculative decoding                              in 5 papers that you marked",
        "KV cache                                  more ┃  in 3 papers that you marked",
        "",
        "What you asked for",
        "humans                                    less",
        "Agents & tools                            muted",
    ]
    assert [row.about.step if row.about else 0 for row in explanation_rows(KNOWN, 80, UNICODE)][6] == 2


def test_without_stars_topics_are_offered_to_begin_with() -> None:
    known = Explanation(LearnedInterests((), (Wish("topic", "video", 1),)), None, NAMES)
    assert drawn(known) == [
        "To begin, pick three topics, or star a paper",
        "Agents & tools",
        "Video                                     more",
    ]
    assert drawn(Explanation()) == []


def test_the_reason_after_one_star_names_no_subject() -> None:
    learned = LearnedInterests((), (Wish("topic", "agents", 1),), papers=1)
    sentence = "It learns from 1 paper that you marked, and names a subject that several share."
    assert drawn(Explanation(learned, None, NAMES))[1:] == [
        sentence,
        "Agents & tools                            more",
        "Video",
    ]
    # With a paper, its own topics can be chosen.
    of_paper = Explanation(learned, None, NAMES, (TopicReason("agents", ("tool use",)),), has_paper=True)
    assert drawn(of_paper)[-2:] == ["Why these topics", f"{'Agents & tools':42}more    tool use"]
    assert explanation_rows(of_paper, 80, UNICODE)[-1].about == Wish("topic", "agents", 1)


def test_a_paper_like_no_marked_one_says_so() -> None:
    assert drawn(KNOWN._replace(suits=None))[:2] == ["For you", "No other paper that you marked is like it."]


def test_rules_and_topics_say_what_they_went_by() -> None:
    known = Explanation(
        topics=(TopicReason("agents", ("tool use",)), TopicReason("long", ())),
        topic_names={"agents": "Agents", "long": "A name that is longer than the line"},
        rules=(Act("Cats", "title:cat", ("star",), False), Act("Dogs", "title:dog", ("hide",), True)),
        muted=("finance",),
    )
    assert drawn(known, 45) == [
        "Rules",
        "Cats: star, because title:cat",
        "Dogs: hide, because title:dog; you took that",
        "back",
        "muted, because finance",
        "",
        "Why these topics",
        "Agents                          tool use",
        "A name that is longer…",
    ]


@each("width", [16, 20, 40, 60])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        assert max(measure(row.line) for row in explanation_rows(KNOWN, width, glyphs)) <= width


@each(
    ("width", "shown"),
    [
        (80, "For you: draft models, speculative decoding; like JetSpec, which you starred"),
        (60, "For you: draft models, speculative decoding"),
        (30, "For you: draft models"),
    ],
)
def test_the_most_useful_part_of_a_reason_is_never_cut(width: int, shown: str) -> None:
    (line,) = suits_lines("draft models, speculative decoding; like JetSpec, which you starred", width)
    assert text(line) == shown
    assert suits_lines("", width) == []


async def test_the_cursor_goes_by_what_can_be_changed() -> None:
    pane = WhyList()

    def show(known: Explanation) -> None:
        pane.show(lambda width: explanation_rows(known, width, UNICODE))

    def seen() -> tuple[int, str]:
        """The cursor's line in view, and what it is on."""
        assert pane.current is not None
        return pane.at - pane.scroll_offset.y, pane.current.name

    async with staged(Stage(pane), 60, 8) as (_, pilot):
        assert pane.current is None
        show(KNOWN)
        assert seen() == (2, "speculative decoding")
        for steps, name in ((1, "speculative decoding"), (1, "KV caches"), (9, "agents"), (-1, "humans")):
            assert not pane.scroll_lines(steps)
            await pilot.pause()
            assert seen()[1] == name
        pane.scroll_lines(-9)
        await pilot.pause()
        await pilot.click(pane, offset=(5, 5))
        assert seen() == (5, "speculative decoding")
        # The cursor stays on its subject after a change, else on the nearest line.
        pane.scroll_lines(9)
        show(KNOWN._replace(learned=LEARNED._replace(wishes=(Wish("topic", "agents", -1),))))
        assert pane.current == Wish("topic", "agents", -1)
        show(KNOWN._replace(learned=LEARNED._replace(wishes=())))
        assert seen()[1] == "KV cache"


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of these titles are too common in the daily feed to say anything."""
    monkeypatch.setattr("reader.cache.choice.common_words", Common)


async def test_for_you_begins_with_topics_and_learns_from_stars(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("view.foryou")
        assert r.ids == [] and r.empty.startswith("Nothing has been learned from your marks yet.")
        # A first topic is enough to begin with; it can be undone there.
        await r.press("W")
        await r.until(lambda: "To begin, pick three topics" in r.screen)
        assert r.lines[0].strip() == "Why"
        assert r.lines[-1].startswith(" + more  - less  x mute  r reset  u undo  esc close")
        await r.press("space")
        await r.until(lambda: "more of Agents & tools · u undoes" in r.screen)
        await r.press("j", "x")
        await r.until(lambda: "muted " in r.lines[-1])
        await r.press("u")
        await r.until(lambda: "undone: muted" in r.screen)
        await r.press("q")
        await r.do("view.all", "view.foryou")
        await r.until(lambda: r.context == "list" and "Agents" in r.here.title)
        assert any("Agents & tools" in line for line in r.list_items)
        assert "For you: Agents & tools" in r.text_in_front.text
        await r.do("view.latest", "paper.star")
        starred = r.here.id
        await r.do("view.foryou", "move.top")
        assert starred not in r.ids
        assert any("like Slow Video" in line for line in r.list_items)


async def test_one_screen_says_why_and_takes_wishes(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise CacheError("The disk is full.")

    async with reader(size=(140, 42)) as r:
        await r.do("view.latest", "paper.star")
        await r.do("view.foryou", "read.why")
        await r.until(lambda: "Why these topics" in r.screen)
        assert r.screen.index("For you") < r.screen.index("Why these topics")
        assert "Like Slow Video, which you starred." in r.screen
        await r.press("escape")
        await r.app.library.decide([Wish("word", "slow video", 1)])
        await r.do("read.why")
        await r.until(lambda: "What you asked for" in r.screen)
        why = r.app.screen
        assert isinstance(why, WhyScreen)
        # A key that comes before the last one has done its work counts on from there.
        await r.burst("+", "+")
        await r.until(lambda: why.rows.current is not None and why.rows.current.step == 3)
        await r.burst("u", "u")
        await r.until(lambda: why.rows.current is not None and why.rows.current.step == 1)
        for key, name in (("+", "decide"), ("u", "undo"), ("ctrl+r", "redo")):
            with monkeypatch.context() as full:
                full.setattr(r.app.library, name, refuse)
                await r.press(key)
                await r.until(lambda: "The disk is full." in r.lines[-1])


async def test_a_wish_ranks_its_papers_first(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.app.library.decide([Wish("word", "robots", 1)])
        await r.do("view.foryou")
        await r.until(lambda: bool(r.ids))
        assert "obot" in r.here.title


async def test_the_reader_trains_for_you_before_the_view_opens(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("view.latest", "paper.star")
        assert r.app.library.needs_learning()
        await r.do("view.foryou")
        await r.until(lambda: any("like Slow Video" in line for line in r.list_items))
        assert not r.app.library.needs_learning()
        # A list on the screen keeps its order at each mark.
        before = r.ids
        await r.do("move.down", "paper.queue")
        assert r.app.library.needs_learning() and r.ids == before
