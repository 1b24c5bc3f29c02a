"""The window's title says the place and what is unread there, and holds nothing that a terminal obeys."""

from __future__ import annotations

from dataclasses import replace

from reader.session.places import Place, View, view
from reader.ui.state.parts import ListContent
from reader.ui.state.whole import State
from reader.ui.terminal.window_title import LONGEST, window_title
from tests.ui.conftest import Opener
from tests.ui.papers import NOW


async def test_the_title_counts_what_is_unread_in_view(reader: Opener) -> None:
    async with reader() as r:
        listed = len(r.ids)

        def title() -> str:
            return window_title(r.app.state, NOW)

        unread = listed - sum(r.row(index).read for index in range(listed))
        await r.do("view.today")
        assert title() == f"dailypapers · Today · {unread} unread"
        await r.do("paper.read")
        await r.until(lambda: title() == f"dailypapers · Today · {unread - 1} unread")
        await r.do("view.starred")
        assert title() == "dailypapers · Starred"
        await r.do("view.unread")
        assert title() == f"dailypapers · Unread · {len(r.ids)} unread"


def test_a_title_is_short_and_clean() -> None:
    hostile = View("saved", "a \x1b]0;OWNED\x07 \x9d0;x\x9c \u202e\n" + "long " * 40, "")
    state = replace(State(), listing=ListContent(Place(hostile)))
    title = window_title(state, NOW)
    assert title.startswith("dailypapers · a ")
    assert title.isprintable()
    assert len(title) <= LONGEST


def test_nothing_is_counted_before_the_counts_are_there() -> None:
    state = replace(State(), listing=ListContent(Place(view("today"))))
    assert window_title(state, NOW) == "dailypapers · Today"
