"""What is on the screen: panes by width, the lines around them, foreign text as it is."""

from __future__ import annotations

from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import draft

HOSTILE = "[/] [b]bold[/b] $accent [@click=app.quit]x[/] \\[ :smile: \x1b[31mred\u202e"
DRAWN = "[/] [b]bold[/b] $accent [@click=app.quit]x[/] \\[ :smile:"


def panes(r: Story) -> list[str]:
    """The panes that are on the screen, by id."""
    ids = ("filter", "strip", "papers", "detail", "empty")
    return [id for id in ids if r.main.query_one(f"#{id}").is_on_screen]


async def test_list_over_detail_and_the_filter_in_a_line_at_80(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        assert panes(r) == ["papers", "detail"]
        assert r.main.papers.region.bottom <= r.main.detail.region.y
        await r.do("find.filter")
        assert panes(r) == ["filter", "papers"]
        assert r.context == "filter"
        await r.do("find.filter")
        assert panes(r) == ["papers", "detail"]
        assert r.context == "list"
    async with reader(size=(80, 24), query="topic:agents") as r:
        assert panes(r) == ["strip", "papers", "detail"]
        assert r.strip.strip() == "Agents & tools ✓ · f topics"
        await r.click("#strip", 4)
        assert panes(r) == ["filter", "papers"]
        await r.do("find.filter", "find.clear")
        assert panes(r) == ["papers", "detail"]


async def test_a_line_of_topics_comes_and_goes_only_once_a_query_is_kept(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.search("topic:agents")
        assert panes(r) == ["papers", "detail"]
        await r.do("query.accept")
        assert panes(r) == ["strip", "papers", "detail"]


async def test_a_smaller_terminal_leaves_the_keys_where_they_are_seen(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("find.filter")
        await r.resize(80, 24)
        assert panes(r) == ["filter", "papers"]
        assert (r.context, r.main.focused) == ("filter", r.main.filter)
        await r.resize(140, 42)
        await r.do("find.filter", "pane.next")
        assert r.context == "detail"
        await r.resize(60, 20)
        assert panes(r) == ["papers"]
        assert (r.context, r.main.focused) == ("list", r.main.papers)
        assert r.lines[-1].startswith(" m mark read")


async def test_another_size_of_the_terminal_changes_the_panes_and_nothing_else(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("move.down", count=5)
        before = r.here.id
        for size, shown in (((80, 24), ["papers", "detail"]), ((60, 20), ["papers"])):
            await r.resize(*size)
            assert panes(r) == shown
            assert r.here.id == before
            assert r.here.title[:12] in r.text("#papers")
        await r.resize(200, 60)
        assert panes(r) == ["filter", "papers", "detail"]
        assert r.here.id == before
        assert r.main.detail.region.y == r.main.papers.region.y


async def test_states_are_told_apart_by_shape(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.read", "move.down", "paper.star", "move.down", "paper.hide")
        unread, read, starred, hidden = (r.list_items[line][1] for line in (4, 1, 2, 3))
        assert (unread, read, starred, hidden) == ("●", " ", "★", "◌")
    async with reader(settings=settings(ascii=True)) as r:
        await r.do("move.bottom", "paper.hide", "move.top")
        unread, read, starred, hidden = (r.list_items[line][1] for line in (3, 1, 2, 13))
        assert (unread, read, starred, hidden) == ("*", ".", "#", "x")
        parts = ("#top", "#filter", "#papers", "#detail", "#status")
        assert all(r.text(part).isascii() for part in parts)


async def test_foreign_text_is_drawn_as_it_is(reader: Opener) -> None:
    hostile = draft(1, HOSTILE, abstract=HOSTILE, authors=(HOSTILE,), organization=HOSTILE, keywords=(HOSTILE,))
    async with reader(papers={"2026-05-12": [hostile]}, size=(200, 60)) as r:
        assert DRAWN in r.list_lines[1]
        assert r.text("#detail").count("[b]bold[/b] $accent") >= 5
        await r.do("read.open")
        assert r.screen.count("[b]bold[/b] $accent") >= 5
        await r.do("link.copy", "app.help")
        await r.press("escape", "escape")
        await r.search('"[b]bold[/b]"')
        assert '"[b]bold[/b]"' in r.lines[-2]
        assert not any(control in r.screen for control in ("\x1b", "\u202e", "\x07"))


async def test_the_first_line_names_the_place_and_the_query_behind_it_in_every_width(reader: Opener) -> None:
    async with reader(size=(140, 42), query="topic:agents is:unread") as r:
        assert " dailypapers  All » topic:agents is:unread  " in r.top
        assert r.top.endswith("8 of 60")
        await r.resize(60, 20)
        assert " All » topic:agents is:unread  " in r.top
        assert r.top.endswith("8 of 60")


async def test_panes_are_sized_by_keys_within_bounds(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        width = r.main.papers.region.width
        await r.do("pane.wider")
        assert r.main.papers.region.width > width
        await r.do("pane.narrower", count=50)
        assert 15 < r.main.papers.region.width < width
        await r.do("find.filter")
        width = r.main.filter.region.width
        await r.do("pane.wider")
        assert r.main.filter.region.width == width + 2
    async with reader(size=(80, 24)) as r:
        height = r.main.papers.region.height
        await r.do("pane.wider", count=3)
        assert r.main.papers.region.height > height


async def test_keys_go_round_the_panes(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        seen = []
        for _ in range(3):
            seen.append(r.context)
            await r.do("pane.next")
        assert seen == ["list", "detail", "filter"]
        await r.do("pane.previous")
        assert r.context == "filter"
        await r.press("q")
        assert r.context == "list"
        await r.do("pane.next")
        assert "L links" in r.lines[-1]
        await r.do("app.escape")
        assert r.context == "list"
