"""The first and the last line as a user meets them: progress, a query, prompts and notices."""

from __future__ import annotations

import pytest

from reader.actions.links import link_choices
from tests.ui.conftest import Opener

SMALL = (60, 20)


async def test_a_chord_lists_every_choice_in_a_small_terminal_and_takes_only_the_rows_it_needs(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.shell.keyboard.CHORD_HELP", 0.001)
    async with reader(size=SMALL) as r:
        await r.do("move.down", count=3)
        before = r.lines
        await r.press("g")
        # The line grows in a frame of its own.
        choices = r.app.keymap.choices("list", ("g",))
        await r.until(lambda: all(name in r.screen for _, name in choices))
        prompt = r.lines[-r.app.status.size.height :]
        assert len(prompt) == 2
        for key, name in choices:
            assert any(f" {key} {name}" in line for line in prompt), (key, name, prompt)
        # The thumb at the edge may show, as the list is shorter.
        above = [line.rstrip("┃ ") for line in before[: -len(prompt)]]
        assert [line.rstrip("┃ ") for line in r.lines[: -len(prompt)]] == above
        await r.press("escape")
        await r.until(lambda: r.app.status.size.height == 1)
        assert [line.rstrip("┃ ") for line in r.lines] == [line.rstrip("┃ ") for line in before]


async def test_the_choice_of_links_names_each_in_a_small_terminal(reader: Opener, browser: list[str]) -> None:
    async with reader(size=SMALL) as r:
        await r.do("link.list")
        choices = link_choices(r.kept(r.here.id))
        assert ("o", "feed") in choices and ("a", "arXiv") in choices
        for letter, name in choices:
            assert f" {letter} {name}" in r.lines[-1]
        await r.press("a")
        assert browser == [f"https://arxiv.org/abs/{r.here.id}"]
        assert r.status == f"opening https://arxiv.org/abs/{r.here.id}"


async def test_the_header_counts_the_day_down(reader: Opener) -> None:
    async with reader(size=SMALL) as r:
        assert r.top.endswith("0 of 14 read")
        await r.do("paper.read")
        assert r.top.endswith("1 of 14 read")
        await r.do("mark.all_read")
        assert r.top.endswith("all 14 read")
        await r.do("view.all")
        assert r.top.endswith("60 papers")


async def test_a_query_that_is_kept_stands_behind_the_view_with_the_key_that_lets_it_go(reader: Opener) -> None:
    async with reader(size=SMALL) as r:
        assert "F clear" not in r.lines[-1]
        await r.do("find.query")
        await r.type("agents")
        await r.do("query.accept")
        assert "Latest · Tue 12 May » agents " in r.top
        assert "F clear" in r.lines[-1]
        await r.do("find.clear")
        assert "»" not in r.top
        assert "F clear" not in r.lines[-1]


async def test_a_notice_leaves_by_itself(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.program.LIFETIME", 0.3)
    async with reader() as r:
        await r.do("paper.star")
        assert r.status == "1 starred · u undoes"
        r.app.model.show_news("12 new")
        await r.until(lambda: r.status == "12 new")
        await r.until(lambda: r.status == "")


async def test_a_notice_at_the_edge_leaves_the_first_keys(reader: Opener) -> None:
    async with reader(size=SMALL) as r:
        await r.do("paper.star")
        assert r.lines[-1].startswith(" m mark read  s star ")
        assert r.lines[-1].rstrip().endswith("1 starred · u undoes")
        r.app.model.show_notice("this is told at length, in more words than there is room for here")
        await r.rest()
        assert r.lines[-1].startswith(" m mark read  s star  ? keys   ")
        assert r.lines[-1].rstrip().endswith("…")


async def test_what_lasts_takes_no_keys_place(reader: Opener) -> None:
    async with reader(size=SMALL) as r:
        keys = r.lines[-1]
        for activity in ("marking 1,200 of 9,295", ""):
            r.app.model.change(r.app.state.busy_with(activity))
            await r.rest()
            assert r.lines[-1] == keys
            assert r.top.endswith(activity)


async def test_narrowing_the_topics_shows_the_keys_that_act_meanwhile(reader: Opener) -> None:
    async with reader(size=SMALL) as r:
        await r.do("find.filter", "topic.narrow")
        for typed in ("", "v"):
            await r.type(typed)
            assert r.lines[-1].rstrip() == " type to narrow…  enter keep  esc all topics"
        await r.press("enter")
        assert r.lines[-1].startswith(" space pick ")
        await r.do("topic.narrow")
        await r.press("escape")
        assert r.lines[-1].startswith(" space pick ")


async def test_a_choice_can_be_clicked(reader: Opener, browser: list[str]) -> None:
    async with reader(size=SMALL) as r:
        await r.click("#status", r.lines[-1].index("s star"))
        assert r.here.starred
        await r.do("link.list")
        await r.click("#status", r.lines[-1].index("a arXiv") + 3)
        assert browser == [f"https://arxiv.org/abs/{r.here.id}"]
