"""What stands where no papers are: why, and the key that helps; and that the key does help."""

from __future__ import annotations

import pytest

from reader.ui.views.actions import ViewActions
from tests.ui.conftest import Opener


async def test_a_topic_that_there_is_not_is_mended_by_tab(reader: Opener) -> None:
    async with reader(query="topic:agnets is:unread") as r:
        assert "Nothing matches topic:agnets is:unread" in r.empty
        assert "Did you mean topic:agents is:unread?" in r.empty
        assert "tab takes it" in r.empty
        assert r.context == "empty"
        await r.do("query.complete")
        assert r.query == "topic:agents is:unread"
        assert len(r.ids) == 8
        assert r.context == "list"
        assert r.main.papers.has_focus


async def test_nothing_in_this_view_says_how_many_there_are_elsewhere(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.starred")
        await r.search("robot", "query.accept")
        await r.until(lambda: "Nothing matches robot in Starred. 8 in all. ctrl+a searches all" in r.empty)
        # Nothing is starred, so that clearing the query would not help.
        assert "F clears" not in r.empty
        await r.do("find.clear")
        assert "Nothing starred yet" in r.empty
        assert "On a paper, s keeps it here. ga all papers" in r.empty
        await r.do("view.all")
        assert r.context == "list"


async def test_a_day_without_papers_names_the_days_beside_it(reader: Opener) -> None:
    async with reader() as r:
        r[ViewActions].go("day:2026-05-10")
        await r.rest()
        assert "No papers on Sun 10" in r.empty
        assert "rests at weekends" in r.empty
        assert "[ Friday has 14" in r.empty
        assert "] Monday has 16" in r.empty
        await r.do("day.older")
        assert r.view == "day:2026-05-08"
        assert r.context == "list"


async def test_days_are_stepped_through_without_weekends_but_with_days_that_nobody_has_asked_for(
    reader: Opener,
) -> None:
    async with reader() as r:
        r[ViewActions].go("day:2026-05-11")
        for action, day in (("earlier", "08"), ("later", "11"), ("earlier", "08"), ("earlier", "07")):
            await r.do(f"period.{action}")
            assert r.view == f"day:2026-05-{day}"


async def test_a_day_whose_papers_are_all_hidden_says_so_and_which_key_lists_them(reader: Opener) -> None:
    async with reader() as r:
        shown = r.ids
        for _ in shown:
            await r.do("paper.hide", "move.down")
        await r.do("view.all", "view.latest")
        await r.until(lambda: "All papers of Tue 12 May are hidden." in r.empty)
        assert "[ Monday has 16" in r.empty
        assert "/ is:hidden lists them" in r.empty
        await r.press("/")
        await r.type("is:hidden")
        await r.press("enter")
        await r.until(lambda: r.ids == shown)


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
