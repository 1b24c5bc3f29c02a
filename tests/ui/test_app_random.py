"""Someone who presses anything: whatever that was, the panes tell the truth afterwards."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from reader.cache.counts import CountCache
from reader.cache.window import Window
from reader.ui.work.counter import question
from tests.facts import cached
from tests.ui.conftest import Opener
from tests.ui.driver import Story

KEYS = [
    *"jjjjkkmmssxuAMJKWlhGTfFnNS[]{}oy-?:g5019",
    *("enter", "escape", "escape", "space", "tab", "shift+tab", "ctrl+d", "ctrl+u", "ctrl+r", "up", "down", "pageup"),
    *("gt", "gu", "gs", "ga", "gl", "gw", "gm", "gd", "gg"),
    *("/agents", "/topic:agents", "/-video", "/is:unread", "/(a OR b", "/upvotes:>", "/[/]", "/sort:rising"),
]
SIZES = [(140, 42), (80, 24), (60, 20), (30, 6), (1, 1)]


def lies(r: Story) -> list[str]:
    """What the panes show otherwise than a new look at the cache."""
    main, state, asked = r.main, r.app.state, r.main.papers.highlighted
    with closing(Window.open(r.file)) as window:
        tally = CountCache(window)
        here = question(state.listing.place, r.app.settings.order, r.app.services.scope(), state.topic_mode)
        counts, paper = state.counts, None if asked is None else window.paper(cached(asked))
        facets, views = tally.facets(here.facets, exactly=True), tuple(tally.count(view) for view in here.views)
        days = tally.days()
    assert counts is not None
    row, shown = main.papers.highlighted_row, main.detail.paper
    true = {
        "views": counts.views == views,
        "topics": counts.topics == facets.topics,
        "days": counts.days == days,
        "line": paper is None or (row is not None and (row.read, row.starred) == (paper.read, paper.starred)),
        "detail": shown == paper,
    }
    return [what for what, is_true in true.items() if not is_true]


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_pressed_the_panes_tell_the_truth(reader: Opener, browser: list[str], seed: int) -> None:
    chance = random.Random(seed)
    async with reader(size=SIZES[seed]) as r:
        for _ in range(8):
            for pressed in chance.choices(KEYS, k=20):
                await r.begin(*(pressed if pressed[0] in "g/" else [pressed]))
            await r.resize(*chance.choice(SIZES))
            await r.burst("escape", "escape", "escape", "escape")
            assert lies(r) == [], r.screen
