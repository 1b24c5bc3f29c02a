"""What stands where no papers are: why, and the key that helps; and that the key does help."""

from __future__ import annotations

import pytest

from reader.ui.views.actions import ViewActions
from tests.ui.conftest import Opener


async def test_a_topic_that_there_is_not_is_mended_by_tab(reader: Opener) -> None:
    async with reader(query="topic:agnets is:unread") as r:
        assert r.context == "empty" and r.empty == (
            "Nothing matches topic:agnets is:unread. Did you mean topic:agents is:unread?"
            " tab takes it F clears the query"
        )
        await r.do("query.complete")
        assert (r.query, len(r.ids), r.context) == ("topic:agents is:unread", 8, "list")
        assert r.main.papers.has_focus


async def test_days_are_stepped_through_without_weekends_but_with_days_that_nobody_has_asked_for(
    reader: Opener,
) -> None:
    async with reader() as r:
        r[ViewActions].go("day:2026-05-11")
        for action, day in (("earlier", "08"), ("later", "11"), ("earlier", "08"), ("earlier", "07")):
            await r.do(f"period.{action}")
            assert r.view == f"day:2026-05-{day}"


async def test_no_key_ends_a_reader_that_has_no_papers(reader: Opener) -> None:
    async with reader(papers={}, size=(80, 16)) as r:
        assert "No papers yet" in r.empty
        ends = ("app.quit", "app.back", "app.refresh", "app.sample")
        actions = [action.id for action in r.app.keymap.resolve("empty").values() if action.id not in ends]
        for action_id in dict.fromkeys(actions):
            if r.context != "empty":
                await r.press("escape", "escape")
            await r.do(action_id)
            assert r.app.is_running, action_id
        await r.press("escape", "escape")
        await r.burst(*"msxAMnNJKopyLjk", "enter", "space", "escape")
        assert r.app.is_running
        assert "No papers yet" in r.empty


@pytest.mark.parametrize("size", [(60, 20), (140, 42)])
async def test_what_is_closed_over_an_empty_list_gives_its_keys_back(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(papers={}, size=size) as r:
        keys = r.lines[-1]
        assert "refresh" in keys
        for place in ("day.go", "app.help", "app.commands"):
            await r.do(place)
            await r.press("escape")
            assert r.context == "empty", place
            assert r.lines[-1] == keys, place
