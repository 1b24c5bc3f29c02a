"""Someone who presses anything: whatever that was, the panes tell the truth afterwards."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reader.core.views import QUEUED, SPECIAL, VIEWS
from reader.ui.filter.state import COUNTED, TOPIC_MODE
from tests.doubles import cached
from tests.tiers import rest_at_night
from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.driver import Story, fill
from tests.ui.oracle import MARKS, Oracle

pytestmark = pytest.mark.long

MONDAY = "2026-05-11"
LISTED_AGAIN = papers.DAYS["2026-05-08"][:3]
ACCENTED = papers.draft(399, "Fréchet Means of Video Agents", 7, authors=("Zoë Öztürk", "Bo Sample"), published=None)

QUERIES = (
    "agents",
    '"small models"',
    "video OR robot",
    "-benchmark",
    "NOT (topic:agents OR is:read)",
    "topic:agents",
    "topic:video,robotics",
    "-topic:reasoning",
    "is:unread",
    "is:starred",
    "is:hidden",
    "is:read upvotes:>5",
    "upvotes:5..40 comments:>0",
    "title:/^(a|the)\\b/",
    'abstract:"second look" author:sample',
    "org:example keyword:side",
    "frechet OR author:ozturk",
    "has:code stars:>=200",
    "until:2026-05-08",
    "since:2026-05-11 -day:latest",
    "day:latest OR day:2026-05-07",
    "published:2026-05 -day:2026-05-08",
    "sort:title",
    "sort:-upvotes",
    "sort:rising",
    "sort:added",
)
KEYS = [
    *"jjjjkkmmssxuvvV*AMJKWlhGTfFnNS[]{}oy-?:g5019",
    *(
        "enter",
        "escape",
        "escape",
        "ctrl+a",
        "ctrl+a",
        "space",
        "tab",
        "shift+tab",
        "ctrl+d",
        "ctrl+u",
        "ctrl+r",
        "up",
        "down",
        "pageup",
    ),
    *("fa", "faf", "faf"),
    *("b", "alt+j"),
    *("gt", "gu", "gs", "gq", "ga", "gl", "gw", "gm", "gd", "gg"),
    *("/agents", "/topic:agents", "/-video", "/is:unread", "/(a OR b", "/upvotes:>", "/[/]", "/sort:rising"),
]
SIZES = [(140, 42), (80, 24), (60, 20), (30, 6), (1, 1)]
TURNS = 6
SHARE_OF_QUERIES = 0.15
"""Of all that is pressed: a whole query, with Enter behind it."""


def pressed(chance: random.Random) -> list[str]:
    """The next keys."""
    if chance.random() < SHARE_OF_QUERIES:
        return ["F" if chance.random() < 0.7 else "escape", "/", *chance.choice(QUERIES), "enter"]
    keys = chance.choice(KEYS)
    return list(keys) if keys[0] in "fg/" else [keys]


def lies(r: Story, *, is_list_new: bool) -> list[str]:
    """What the panes show otherwise than the cache has it, as the oracle reads it.

    Marks leave the list as it is until it is read again, so a list that is not new may still hold papers that marks
    took out of its place, and lack others.
    """
    main, state, order = r.main, r.app.state, r.app.settings.order
    place, papers, counts = state.place, r.main.papers, state[COUNTED]
    oracle = Oracle(r.file, r.app.look.today)
    assert counts is not None and state.results is None
    true = oracle.counts(place, [view.id for view in (*VIEWS, *SPECIAL)], state[TOPIC_MODE])
    found = list(map(cached, papers.pks_all()))
    may, must = oracle.may_be_listed(place, order)
    here = None if papers.highlighted is None else oracle.by_pk.get(cached(papers.highlighted))
    detail = main.detail.paper
    is_true = {
        "place": state.listing.place == place,
        "papers": set(may) >= set(found) >= must and (not is_list_new or found == oracle.listed(place, order)),
        # A paper that was let go keeps its place in a list of the queue, until that is read again.
        "order": found == [pk for pk in may if pk in set(found)] or (place.view.id == QUEUED and not is_list_new),
        "targets": set(state.targets) <= set(papers.pks_all()),
        "views": counts.views == true.views,
        "days": tuple(day[:3] for day in counts.days) == true.days,
        "topics": tuple((topic.slug, topic.papers) for topic in counts.topics) == true.topics,
        "base": counts.base == true.base,
        "anywhere": counts.anywhere == true.anywhere,
        "highlight": (here is None) == (not found) and papers.highlighted == state.highlighted,
        "lines": all(
            is_drawn_as_is(r, oracle, pk) for pk in {*map(cached, papers.visible_pks), *([here.pk] if here else [])}
        ),
        "detail": (detail is None)
        if here is None
        else (
            detail is not None
            and (detail.pk, detail.title, detail.topics, detail.day, detail.upvotes)
            == (here.pk, here.facts["title"], here.topics, here.days[-1], here.facts["upvotes"])
            and {mark for mark in MARKS.values() if getattr(detail, mark)} == here.marks
        ),
    }
    return [what for what, holds in is_true.items() if not holds]


def is_drawn_as_is(r: Story, oracle: Oracle, pk: int) -> bool:
    """Whether the list draws a paper as the cache has it."""
    row, paper = r.main.papers.row_of(pk), oracle.by_pk[pk]
    return (
        row is not None
        and {mark for mark in MARKS.values() if getattr(row, mark)} == paper.marks
        and (row.id, row.title, row.day, row.upvotes)
        == (paper.facts["id"], paper.facts["title"], paper.sort_day, paper.facts["upvotes"])
    )


@pytest.mark.parametrize("seed", rest_at_night(range(5), 2))
async def test_whatever_is_pressed_the_panes_tell_the_truth(
    reader: Opener, cache_file: Path, browser: list[str], seed: int
) -> None:
    fill(cache_file, {MONDAY: (*papers.DAYS[MONDAY], *LISTED_AGAIN, ACCENTED)})
    chance = random.Random(seed)
    async with reader(size=SIZES[seed % len(SIZES)]) as r:
        for turn in range(TURNS):
            for _ in range(5):
                await r.begin(*pressed(chance))
            await r.resize(*chance.choice(SIZES))
            await r.burst("escape", "escape", "escape", "escape")
            assert lies(r, is_list_new=False) == [], f"{r.app.state.place}\n{r.screen}"
            # As when another program has written to the cache.
            r.app.model.change(r.app.state.cache_changed())
            await r.rest()
            assert lies(r, is_list_new=True) == [], f"{r.app.state.place}\n{r.screen}"
            # Each query once, with a paper of each mark and topics that combine in the other way.
            await r.burst(*"gaFggxsjmfaf")
            await r.burst("/", *QUERIES[(TURNS * seed + turn) % len(QUERIES)], "enter")
            assert lies(r, is_list_new=True) == [], f"{r.app.state.place}\n{r.screen}"
