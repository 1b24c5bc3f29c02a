"""The papers that suit the user: the view, why each is in it, and the weights that the user can change."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Opener


async def test_for_you_begins_with_topics_and_learns_from_stars(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The words of these titles are too common in the daily feed to say anything.
    monkeypatch.setattr("reader.cache.choice.common_words", lambda: None)
    async with reader(size=(140, 42)) as r:
        await r.do("view.foryou")
        assert r.ids == [] and r.empty.startswith("Nothing has been learned from your marks yet.")
        # A first topic is enough to begin with; what the user decides can be undone there.
        await r.press("g", "W")
        await r.until(lambda: "pick three topics, 0 of 3" in r.screen)
        await r.press("space")
        await r.until(lambda: 'raised "Agents & tools" · u undoes' in r.screen and "1 of 3" in r.screen)
        await r.press("j", "x")
        await r.until(lambda: "muted" in r.screen)
        await r.press("u")
        await r.until(lambda: "undone: muted" in r.screen)
        await r.press("q")
        await r.until(lambda: r.context == "list" and "Agents" in r.here.title)
        assert "you want Agents & tools" in r.list_items[1]
        assert "For you: you want Agents & tools" in r.text_in_front.text
        # One in ten is a surprise, and is there once.
        marked = [line for line in r.list_items if "✧" in line]
        assert len(marked) == 1 and len(set(r.ids)) == len(r.ids) == 60
        await r.do("view.latest", "paper.star")
        starred = r.here.id
        await r.do("view.foryou")
        assert starred not in r.ids and "Video: like Slow Video" in r.list_items[1]
        await r.do("read.why")
        explained = r.text_in_front.text.replace("\n  ", "\n ")
        assert explained.index("For you\n +") < explained.index("Why these topics")
        assert "because you say so" not in r.text_in_front.text
        await r.press("g", "W")
        await r.until(lambda: "1 changed by you" in r.screen and "in 1 marked or opened" in r.screen)
        # The learned word is muted: others are learned in its place, or nothing.
        await r.press("x")
        await r.until(lambda: "muted" in r.screen)
        await r.press("escape")
        await r.until(lambda: r.context == "list" and "Agents" in r.here.title)
        # A typed order is the user's own: no surprises then.
        await r.do("find.query")
        await r.type("sort:foryou")
        await r.do("query.accept")
        assert not [line for line in r.list_items if "✧" in line]
