"""Random keys: afterwards the panes show what a reader that has just opened the cache would show."""

from __future__ import annotations

import random

import pytest

from reader.cache.search.compile import compile_query
from reader.ui.filter.counter import question
from reader.ui.filter.state import COUNTED, TOPIC_MODE
from reader.ui.library.library import Library
from tests.tiers import rest_at_night
from tests.ui.conftest import Opener
from tests.ui.driver import Story

pytestmark = pytest.mark.long

LINES = (
    *("/agents", "/topic:agents", "/-video", "/is:unread", "/is:hidden", "/upvotes:>5 sort:title", "/day:latest"),
    *("/(a OR b", "/upvotes:>", "/[/]", '/"small models"', "/sort:rising", "/NOT (topic:agents OR is:read)"),
)
CHORDS = ("fa", "faf", "gt", "gu", "gs", "gq", "ga", "gl", "gw", "gm", "gd", "gg")
NAMED = ("enter", "escape", "ctrl+a", "space", "tab", "shift+tab", "ctrl+d", "ctrl+u", "ctrl+r", "up", "down", "alt+j")
LETTERS = "jjjjkkmmssxuvvV*AMJKWlhGTfFnNSb[]{}oy-?:g5019"
SIZES = [(140, 42), (80, 24), (60, 20), (30, 6), (1, 1)]
TURNS = 6


def pressed(chance: random.Random) -> list[str]:
    """The next keys: a letter, a named key, a chord, or a query with Enter."""
    keys = chance.choice([*LETTERS, *NAMED, *CHORDS, *LINES])
    if keys in NAMED:
        return [keys]
    return [*keys, "enter"] if keys in LINES else [*keys]


async def differences(r: Story) -> list[str]:
    """The panes that do not show what the cache holds."""
    state, papers, order = r.app.state, r.main.papers, r.app.settings.order
    fresh = Library(r.file)
    try:
        scope = fresh.scope(r.app.look.today)
        listed = await fresh.order(compile_query(state.place.whole(order), scope))
        counts = await fresh.count(question(state.place, order, scope, state[TOPIC_MODE]))
        shown, here = state[COUNTED], r.main.detail.paper
        assert shown is not None
        agree = {
            "list": list(papers.pks_all()) == list(listed.pks),
            "rows": [papers.row_of(pk) for pk in papers.visible_pks] == fresh.rows(papers.visible_pks),
            "counts": (shown.views, shown.topics, shown.base) == (counts.views, counts.topics, counts.base),
            "days": [day[:3] for day in shown.days] == [day[:3] for day in counts.days],
            "detail": here == fresh.paper(papers.highlighted),
        }
    finally:
        fresh.close()
    return [pane for pane, is_same in agree.items() if not is_same]


@pytest.mark.parametrize("seed", rest_at_night(range(5), 2))
async def test_after_random_keys_all_panes_show_what_the_cache_holds(
    reader: Opener, browser: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    async with reader(size=SIZES[seed % len(SIZES)]) as r:
        for _ in range(TURNS):
            for _ in range(5):
                await r.begin(*pressed(chance))
            await r.resize(*chance.choice(SIZES[:3]))
            await r.burst(*["escape"] * 4, *"ggsjx")
            # Marks leave the order of the list as it is until it is read again, as after a write by another program.
            assert set(await differences(r)) <= {"list"}, f"{r.app.state.place}\n{r.screen}"
            r.app.model.change(r.app.state.cache_changed())
            await r.rest()
            assert await differences(r) == [], f"{r.app.state.place}\n{r.screen}"
