"""How many papers of a source's days are here, and in what words that is said."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from reader.cache import coverage, meta
from reader.cache.coverage import Coverage
from reader.cache.feeds import Feeds
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.cache.conftest import NOW, draft
from tests.table import each

DAY = "2026-05-12"
AT_SIX = datetime(2026, 5, 12, 18).astimezone()
AGAIN, TOMORROW = AT_SIX.isoformat(), (AT_SIX + timedelta(days=1)).isoformat()
TWO = ("rss", "oai")


@each(
    ("known", "is_whole", "said"),
    [
        (Coverage(DAY, 1_400, 1_400, named_by=TWO), True, "1,400 of 1,400"),
        (Coverage(DAY, 14, 14, named_by=TWO, again=AGAIN), True, "14 of 14"),
        (Coverage(DAY, 14, 13, named_by=TWO), False, "13 of 14"),
        (Coverage(DAY, 14, 13, named_by=TWO, again=AGAIN), False, "13 of 14, asked again at 18:00"),
        (Coverage(DAY, 14, 13, named_by=TWO, again=TOMORROW), False, "13 of 14, asked again at 18:00 on 13 May"),
        (Coverage(DAY, 14, 14, named_by=("rss",)), False, "14 of 14 by one source"),
        (Coverage(DAY, 14, 15, again=AGAIN), False, "15 of 14, but sources differ, asked again at 18:00"),
        (Coverage(DAY, 0, 0), False, "not fetched"),
        (Coverage(DAY, 0, 0, again=AGAIN), False, "not known yet, asked again at 18:00"),
        (Coverage(DAY, 0, 0, named_by=TWO), True, "0 of 0"),
        (Coverage(DAY, 14, 14, named_by=("feed",)), True, "14 of 14"),
        (Coverage(DAY, 14, 13, named_by=("feed",), again=AGAIN), False, "13 of 14"),
    ],
)
def test_what_is_here_of_a_day_is_said(known: Coverage, is_whole: bool, said: str) -> None:
    assert (known.is_whole, known.text(date.fromisoformat(DAY))) == (is_whole, said)
    assert coverage.day_name(DAY) == "Tue 12 May"


def test_the_days_of_categories_are_kept_for_five_weeks(cache: Cache, path: Path, connection: Connection) -> None:
    days = [(date(2026, 5, 1) + timedelta(days=day)).isoformat() for day in range(40)]
    known = {day: Coverage(day, 14, at, 2, ("rss",), AGAIN) for at, day in enumerate(days)}
    with closing(Feeds.open(path)) as feeds:
        for name in ("cs.LG", "cs.CL"):
            feeds.follow("arxiv", name, name, name, NOW)
    coverage.note(connection, "cs.CL", [known[day] for day in days[:30]])
    coverage.note(connection, "cs.CL", [known[day] for day in days[25:]])
    coverage.note(connection, "cs.LG", [known[days[-1]]])
    writes = connection.total_changes
    coverage.note(connection, "cs.CL", [known[days[-1]]])
    assert connection.total_changes == writes
    assert list(coverage.of_category(connection, "cs.CL").items()) == [(day, known[day]) for day in days[5:]]
    both = coverage.by_day(connection)
    assert both.pop(days[-1]) == [("cs.CL", known[days[-1]]), ("cs.LG", known[days[-1]])]
    assert both == {day: [("cs.CL", known[day])] for day in days[5:-1]}


def test_a_working_day_that_was_not_asked_for_is_told(cache: Cache, connection: Connection) -> None:
    friday = date(2026, 11, 27)
    assert coverage.of_daily(connection, friday) == []
    cache.store(Listing("2026-11-20", (draft(1), draft(2))), NOW)
    cache.store(Listing("2026-11-22", (draft(3),)), NOW)
    cache.store(Listing("2026-11-24", ()), NOW)
    meta.remember(connection, f"{meta.SKIPPED}2026-11-20", "3")
    assert coverage.of_daily(connection, friday) == [
        Coverage("2026-11-20", 5, 2, named_by=("feed",)),
        Coverage("2026-11-22", 1, 1, named_by=("feed",)),
        Coverage("2026-11-23", 0, 0),
        Coverage("2026-11-24", 0, 0, named_by=("feed",)),
        Coverage("2026-11-25", 0, 0),
        Coverage("2026-11-26", 0, 0),
    ]
    for weeks, oldest in ((4, "2026-11-20"), (5, "2026-11-27")):
        assert coverage.of_daily(connection, friday + timedelta(weeks=weeks))[0].day == oldest
