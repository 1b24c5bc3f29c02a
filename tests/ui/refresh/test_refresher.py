"""What the messages of a refresh change on the screen while it runs."""

from __future__ import annotations

from reader.core.errors import FeedOffline, FeedRefused, ReaderError
from reader.refresh.jobs import (
    DayEmpty,
    DayFailed,
    DayStored,
    FeedStarted,
    FeedStored,
    HookRan,
    Message,
    NotificationFailed,
    PapersClassified,
    PapersDropped,
    PapersReturned,
    RefreshFinished,
    RefreshStarted,
    RulesActed,
    SourceFailing,
    Waiting,
)
from reader.ui.refresh.refresher import Refresher, Wanted
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.state import Notices
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


RULES = "by your rules: 2 hidden · u undoes"
FIRST, ASKED, WEEK = Wanted(), Wanted(is_asked=True), Wanted(view="week:2026-W20", name="Week 20")
SILENT, OFFLINE = (
    SourceFailing("Ada's laboratory", "2026-05-11T06:00:00Z", 2),
    RefreshFinished(error=FeedOffline("gone")),
)
MUCH = RefreshFinished(2, skipped=1_200, returned=1)
ENDS: list[tuple[Message, Wanted, str, str]] = [
    (SILENT, FIRST, "! Ada's laboratory and 2 more: no answer since 11 May", ": 3 feeds silent"),
    (SILENT, FIRST, "", ": 3 feeds silent"),
    (SILENT._replace(since="2026-05-12T07:00:00Z"), FIRST, "", ": 3 feeds silent"),
    (
        SourceFailing("A" * 25, "2026-05-12T07:00:00Z", 0),
        FIRST,
        f"! {'A' * 25}: no answer since 07:00",
        f": {'A' * 19}… silent",
    ),
    (DayFailed("2026-05-12", FeedRefused("no day"), 1, 3), FIRST, "", "no day: feed error"),
    (SILENT, FIRST, "", "no day: feed error"),
    (OFFLINE, FIRST, "! offline · r tries again", "gone: offline"),
    (OFFLINE, FIRST, "", "gone: offline"),
    (OFFLINE, ASKED, "! gone", "gone: offline"),
    (MUCH, WEEK, "2 new, 1 that you marked or imported, 1,200 records skipped", ": "),
    (
        RulesActed((("hidden", 2),)),
        WEEK,
        f"2 new, 1 that you marked or imported, 1,200 records skipped · {RULES}",
        ": ",
    ),
    (RefreshFinished(returned=1_000), ASKED, "0 new, 1,000 that you marked or imported", ": "),
    (RefreshFinished(1), ASKED, "1 new", ": "),
    (RefreshFinished(skipped=3), ASKED, "! 3 of the feed's records could not be read and were skipped", ": "),
    (RefreshFinished(unchanged=9), ASKED, "nothing new", ": "),
    (RefreshFinished(unchanged=9), FIRST, "", ": "),
    (OFFLINE, FIRST, "! offline · r tries again", "gone: offline"),
    (NotificationFailed(ReaderError("no bell")), WEEK, "! no bell", "gone: offline"),
]
"""A message, the refresh that it is of, what is told then, and the problem and trouble that stay."""

BY_DAY = [(Wanted(name="Mon"), 1, "Mon"), (WEEK, 3, "Week 20 · day 2 of 3"), (Wanted(), 1, "day 1 of 1")]


async def test_what_came_is_shown_at_once_and_only_that(reader: Opener) -> None:
    async with reader() as r:
        for message, is_read_again, progress in TOLD:
            before = r.app.state.cache_version
            r[Refresher]._receive(message)
            await r.rest()
            assert r.app.state.cache_version - before == is_read_again, message
            assert r.app.state[REFRESH].progress == progress, message
        assert "by your rules: 2 hidden" in r.status
        r[Refresher]._came = ""
        for message, wanted, told, trouble in ENDS:
            r[Refresher]._model.change(r.app.state.change_notices(lambda _: Notices()))
            r[Refresher]._wanted = wanted
            r[Refresher]._receive(message)
            await r.rest()
            status, shown = r.app.state[REFRESH], r.app.state.notices.shown
            assert f"{'! ' * (shown.tone == 'warning')}{shown.text}" == told, message
            assert f"{status.problem}: {status.trouble}" == trouble, message
        for wanted, of, progress in BY_DAY:
            r[Refresher]._wanted = wanted
            r[Refresher]._receive(DayEmpty("2026-05-11", n=1, of=of))
            assert r.app.state[REFRESH].progress == progress
