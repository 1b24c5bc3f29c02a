"""The papers that suit the user: the view, why each is in it, and the interests that the user can change."""

from __future__ import annotations

import pytest

from reader.core.choice.wishes import Held
from reader.core.errors import CacheError
from reader.ui.why.screen import WhyScreen
from tests.ui.conftest import Opener


@pytest.fixture
def own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of these titles are too common in the daily feed to say anything."""
    monkeypatch.setattr("reader.cache.choice.common_words", lambda: None)


@pytest.mark.usefixtures("own_words")
async def test_for_you_begins_with_topics_and_learns_from_stars(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("view.foryou")
        assert r.ids == [] and r.empty.startswith("Nothing has been learned from your marks yet.")
        # A first topic is enough to begin with; what the user decides can be undone there.
        await r.press("W")
        await r.until(lambda: "To begin, pick three topics" in r.screen)
        assert r.lines[0].strip() == "Why"
        assert r.lines[-1].startswith(" + more  - less  x mute  u undo  esc close"), "a topic has no papers or name"
        await r.press("space")
        await r.until(lambda: 'raised "Agents & tools" · u undoes' in r.screen)
        await r.press("j", "x")
        await r.until(lambda: "muted" in r.screen)
        await r.press("u")
        await r.until(lambda: "undone: muted" in r.screen)
        await r.press("q")
        await r.until(lambda: r.context == "list" and "Agents" in r.here.title)
        assert "you want more of Agents & tools" in r.list_items[1]
        assert "For you: you want more of Agents & tools" in r.text_in_front.text
        # The reason that all of them have is said once.
        assert sum("you want" in line for line in r.list_lines) == 1
        # One in ten is a surprise, and is there once.
        marked = [line for line in r.list_items if "✧" in line]
        assert len(marked) == 1 and len(set(r.ids)) == len(r.ids) == 60
        await r.do("view.latest", "paper.star")
        starred = r.here.id
        await r.do("view.foryou", "move.top")
        # The word that many share stands above them.
        assert starred not in r.ids and r.list_items[0].split()[:2] == ["NEW:", "VIDEO"]
        assert "like Slow Video" in r.list_items[1]
        # A typed order is the user's own: no surprises then.
        await r.search("sort:foryou", "query.accept")
        assert not [line for line in r.list_items if "✧" in line]


@pytest.mark.usefixtures("own_words")
async def test_one_screen_says_why_and_changes_what_is_learned(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise CacheError("The disk is full.")

    async with reader(size=(140, 42)) as r:
        await r.do("view.latest", "paper.star")
        await r.do("move.down", count=5)
        await r.do("paper.star", "move.down", "paper.star", "view.foryou", "read.why")
        await r.until(lambda: "Your interests" in r.screen)
        assert r.screen.index("For you  ") < r.screen.index("Your interests") < r.screen.index("Why these topics")
        assert "like Slow Video" in r.screen and "from 1 paper" in r.screen
        await r.press("e")
        assert "only interests have names and papers" in r.lines[-1]
        # The word under the cursor is wanted more: the list moves, and says how.
        await r.press("+")
        await r.until(lambda: "raised" in r.lines[-1] and "Changed by you" in r.screen)
        await r.press("u")
        await r.until(lambda: "undone: raised" in r.lines[-1])
        why = r.app.screen
        assert isinstance(why, WhyScreen)
        # A key that comes before the last one has done its work counts on from there.
        await r.burst("+", "+")
        assert why.list.current is not None and why.list.current.step == 2
        await r.burst("u", "u")
        while not isinstance(why.list.current, Held):
            await r.press("j")
        with monkeypatch.context() as full:
            for key, name in (("+", "decide"), ("S", "split"), ("u", "undo"), ("ctrl+r", "redo")):
                full.setattr(r.app.library, name, refuse)
                await r.press(key)
                assert "The disk is full." in r.lines[-1]
        await r.press("e", *["backspace"] * len(why.list.current.name), *"films")
        assert r.lines[-1].strip().startswith("name: films") and r.lines[-1].strip().endswith("esc leave it")
        await r.press("enter")
        await r.until(lambda: 'renamed to "films"' in r.lines[-1])
        await r.press("x")
        await r.until(lambda: 'muted "films"' in r.lines[-1] and "muted" in r.screen)
        await r.burst("u", "S")
        await r.until(lambda: 'split off "films"' in r.lines[-1] and "2 papers" in r.screen)
        assert "muted" not in r.screen, "what was undone a moment before stays undone"
        await r.press("j", "S")
        await r.until(lambda: "has only one paper" in r.lines[-1])
        # The same interest twice is no choice yet.
        await r.press("J", "J")
        assert f'go to the one to join with "{why.list.current.name}", then J again' in r.lines[-1]
        await r.press("k", "J")
        await r.until(lambda: "joined as" in r.lines[-1] and "3 papers" in r.screen)
        await r.press("enter")
        assert r.query.startswith("foryou:") and r.context == "list"
        # The list restarts at what is best now.
        await r.do("view.foryou", "move.bottom", "read.why")
        await r.until(lambda: "Your interests" in r.screen)
        await r.press("j", "+")
        await r.until(lambda: "raised" in r.lines[-1])
        await r.press("escape")
        await r.until(lambda: r.here.id == r.ids[0])
        # What can't be read costs only its own part of the screen.
        monkeypatch.setattr(r.app.library, "reasons", refuse)
        await r.do("read.why")
        assert "The disk is full." in r.lines[-1] and "Why these topics" in r.screen
