"""The papers that suit the user: the view, why each is in it, and what the user asks for."""

from __future__ import annotations

import pytest

from reader.core.choice.wishes import Wish
from reader.core.choice.words import Common
from reader.core.errors import CacheError
from reader.ui.why.screen import WhyScreen
from tests.ui.conftest import Opener


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
        assert "like Slow Video, which you starred." in r.screen
        await r.press("+")
        assert "nothing here can be changed" in r.lines[-1]
        await r.press("escape")
        await r.app.library.decide([Wish("word", "slow video", 1)])
        await r.do("read.why")
        await r.until(lambda: "What you asked for" in r.screen)
        why = r.app.screen
        assert isinstance(why, WhyScreen)
        # A key that comes before the last one has done its work counts on from there.
        await r.burst("+", "+")
        await r.until(lambda: why.list.current is not None and why.list.current.step == 3)
        await r.burst("u", "u")
        await r.until(lambda: why.list.current is not None and why.list.current.step == 1)
        for key, name in (("+", "decide"), ("u", "undo"), ("ctrl+r", "redo")):
            with monkeypatch.context() as full:
                full.setattr(r.app.library, name, refuse)
                await r.press(key)
                await r.until(lambda: "The disk is full." in r.lines[-1])


async def test_a_wish_brings_its_papers_first(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.app.library.decide([Wish("word", "robots", 1)])
        await r.do("view.foryou")
        await r.until(lambda: bool(r.ids))
        assert "obot" in r.here.title


async def test_a_reader_has_another_process_learn_before_the_view_opens(reader: Opener) -> None:
    async with reader(size=(140, 42), learns_apart=True) as r:
        await r.do("view.latest", "paper.star")
        assert r.app.library.needs_learning()
        await r.do("view.foryou")
        await r.until(lambda: any("like Slow Video" in line for line in r.list_items))
        assert not r.app.library.needs_learning()
        # A list on the screen keeps its order at each mark.
        before = r.ids
        await r.do("move.down", "paper.queue")
        assert r.app.library.needs_learning() and r.ids == before
