"""What is on the screen: panes by width, the lines around them, foreign text as it is."""

from __future__ import annotations

from tests.ui.conftest import Opener
from tests.ui.driver import Story
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
