"""What the messages of a refresh change on the screen while it runs."""

from __future__ import annotations

from reader.refresh.jobs import (
    DayEmpty,
    DayStored,
    FeedStarted,
    FeedStored,
    HookRan,
    Message,
    PapersClassified,
    PapersDropped,
    PapersReturned,
    RefreshStarted,
    RulesActed,
    Waiting,
)
from reader.ui.refresh.refresher import Refresher
from reader.ui.refresh.state import REFRESH
from tests.ui.conftest import Opener

TOLD: list[tuple[Message, bool, str]] = [
    (FeedStarted("Lab"), False, "Lab"),
    (FeedStored("lab", "Lab", unchanged=3), False, "Lab"),
    (FeedStored("lab", "Lab", new=1), True, "Lab"),
    (FeedStored("lab", "Lab", updated=1), True, "Lab"),
    (PapersReturned(1, 0), True, "Lab"),
    (RefreshStarted(("2026-05-12", "2026-05-11")), False, "day 1 of 2"),
    (Waiting(2.4, "the feed asks to wait"), False, "the feed asks to wait, 2 s"),
    (DayStored("2026-05-12", 0, 0, 2, 0, n=1, of=3), False, "day 2 of 3"),
    (DayStored("2026-05-11", 1, 0, 0, 0, n=2, of=3), True, "day 3 of 3"),
    (DayStored("2026-05-10", 0, 1, 0, 0, n=3, of=3), True, "day 3 of 3"),
    (DayEmpty("2026-05-12", n=1, of=3), False, "day 2 of 3"),
    (PapersClassified(1, 2), False, "topics 1 of 2"),
    (PapersClassified(2, 2), True, "topics 2 of 2"),
    (RulesActed((("hidden", 2),)), True, "topics 2 of 2"),
    (HookRan(1, 1_000), False, "on_new 1 of 1,000"),
    (PapersDropped(1_200, "2026-01-01"), False, "1,200 old papers dropped"),
]
"""A message, whether the list is read again, and the progress that is shown then."""


async def test_what_came_is_shown_at_once_and_only_that(reader: Opener) -> None:
    async with reader() as r:
        for message, is_read_again, progress in TOLD:
            before = r.app.state.cache_version
            r[Refresher]._receive(message)
            await r.rest()
            assert r.app.state.cache_version - before == is_read_again, message
            assert r.app.state[REFRESH].progress == progress, message
        assert "by your rules: 2 hidden" in r.status
