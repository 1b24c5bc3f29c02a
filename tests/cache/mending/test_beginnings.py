"""Damage to homes that began with the oldest and with the newest program: what a backup has always comes back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from reader.cache import files
from reader.cache.marks.events import Events
from reader.cache.mending import health
from reader.cache.mending.health import CacheState
from reader.cache.mending.repair import Repair, Report
from reader.cache.storing.papers import Cache
from reader.core.document.codec import load
from reader.core.paper import Listing
from tests import beginnings, breakage
from tests.cache.conftest import NOW, ByName, draft, rows
from tests.tiers import rest_at_night, rest_long

TODAY = date(2026, 11, 24)

PAGE = 4096


def bad_pages(share: float, seed: int) -> breakage.Break:
    """Empty some of the pages behind the first."""

    def change(data: bytearray) -> None:
        count = len(data) // PAGE
        for page in random.Random(seed).sample(range(1, count), max(1, int(count * share))):
            data[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)

    return breakage.changed(change)


DAMAGES: dict[str, breakage.Break] = {
    "header": breakage.empty_header,
    **{f"first {pages} pages": breakage.patch(0, bytes(pages * PAGE)) for pages in (1, 16)},
    **{f"cut to {share:.0%}": breakage.cut(share) for share in (0.25, 0.5, 0.75, 0.9)},
    **{f"{share:.0%} of the pages, {seed}": bad_pages(share, seed) for share in (0.01, 0.05, 0.2) for seed in (1, 2)},
    **{f"{count} bits": breakage.flip(count, 3) for count in (60, 1_000, 20_000)},
    # The seed 1 changes a letter within a text, which nothing can tell from what was written.
    **{f"scrambled, {seed}": breakage.scramble(seed) for seed in rest_at_night((0, *range(2, 15)), 4)},
    "zeros": breakage.write_zeros,
    "missing": breakage.remove,
    "empty": breakage.make_empty,
    "a log beside a half": breakage.both(breakage.leave_log, breakage.cut(0.5)),
    "papers dropped": breakage.IN_PLACE["papers dropped"],
    "events dropped": breakage.IN_PLACE["events dropped"],
}

FEW = ("header", "cut to 50%", "5% of the pages, 1", "scrambled, 3", "missing", "a log beside a half", "events dropped")
"""A damage of each kind; the others are tried by the long tests."""

EACH = rest_long(DAMAGES, FEW)

TABLES = (
    "SELECT id, title, abstract, authors, keywords, added, upvotes FROM paper JOIN paper_text USING (pk)",
    "SELECT id, read, starred, hidden, has_note FROM paper",
    "SELECT id, tag FROM paper_tag JOIN paper USING (pk)",
    "SELECT id, body FROM note JOIN paper USING (pk)",
    "SELECT id, place FROM queue JOIN paper USING (pk)",
    "SELECT id, listing.day FROM listing JOIN paper USING (pk)",
    "SELECT id, full_text.source, fetched, full_text.body FROM full_text JOIN paper USING (pk)",
    "SELECT id, name, made, body FROM kept_output JOIN paper USING (pk)",
    "SELECT slug, kind, url, title, folder, added FROM feed",
    "SELECT id, machine, number, clock, kind, value, papers, count, undone FROM event",
)


def everything(path: Path) -> list[list[tuple[object, ...]]]:
    """All of a cache that can't be derived, by the ids of papers."""
    return [sorted(rows(path, sql)) for sql in TABLES]


class Home(NamedTuple):
    cache: Path
    before: list[list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a backup of the day; nothing is written to it."""
    cache = beginnings.make_newest(tmp_path_factory.mktemp("newest") / "home")
    files.back_up_daily(cache, TODAY)
    breakage.execute(cache)
    return Home(cache, everything(cache))


@pytest.fixture
def home(origin: Home, tmp_path: Path) -> Home:
    shutil.copytree(origin.cache.parent, tmp_path / "home")
    return Home(tmp_path / "home" / "papers.db", origin.before)


def mend(path: Path) -> Report:
    return Repair(path, ByName).run(set_aside=True)


def test_a_home_has_all_that_a_reader_keeps(origin: Home) -> None:
    assert len(origin.before[0]) == beginnings.PAPERS
    assert all(origin.before), "every kind of data is there"
    assert all(load(body).blocks for (body,) in rows(origin.cache, "SELECT body FROM full_text"))


@pytest.mark.parametrize("damage", EACH)
def test_all_that_a_backup_has_comes_back(home: Home, damage: str) -> None:
    DAMAGES[damage](home.cache.parent)
    report = mend(home.cache)
    after = everything(home.cache)
    # A changed letter of a text is no damage that SQLite's check finds: the index is made anew from what is there.
    start = 1 if report.found and report.found[0].state is CacheState.INDEX else 0
    assert after[start:] == home.before[start:]
    assert len(after[0]) == beginnings.PAPERS
    assert health.examine(home.cache).is_good
    assert report.unread == 0
    assert not list(home.cache.parent.glob("papers.reading*"))


LEAST = {"header": 300, "cut to 50%": 120, "cut to 90%": 300, "1% of the pages, 2": 290, "60 bits": 290}
"""Papers that SQLite finds without a backup, at least, in both homes."""


@pytest.mark.parametrize("damage", EACH)
def test_without_a_backup_no_event_is_lost_and_nothing_is_made_up(home: Home, damage: str) -> None:
    shutil.rmtree(home.cache.parent / "backups")
    DAMAGES[damage](home.cache.parent)
    report = mend(home.cache)
    after = everything(home.cache)
    assert after[-1] == home.before[-1]
    assert health.examine(home.cache).is_good
    if "bits" not in damage:
        assert {row[0] for row in after[0]} <= {row[0] for row in home.before[0]}
    if damage in LEAST:
        assert report.papers >= LEAST[damage]
        assert report.restored == {home.cache: report.papers}
        assert report.papers + report.unread == beginnings.PAPERS
    if damage == "header":
        assert after == home.before


def test_what_is_newer_than_the_backup_comes_from_the_journal_and_from_the_broken_file(home: Home) -> None:
    with closing(Cache.open(home.cache, ByName())) as cache:
        cache.store(
            Listing("2026-11-25", (draft(900), draft(3, beginnings.feed_days()[0]["items"][3]["paper"]["title"]))), NOW
        )
    with closing(Events.open(home.cache)) as events:
        events.mark("star", False, [1])
        events.mark("star", True, [299, 301])
    breakage.execute(home.cache)
    before = everything(home.cache)
    breakage.empty_header(home.cache.parent)
    report = mend(home.cache)
    assert everything(home.cache) == before
    assert [(file.name, papers) for file, papers in report.restored.items()] == [
        ("papers-2026-11-24.db", 300),
        ("papers.db", 1),
    ]


def newer_backup(file: Path) -> None:
    breakage.execute(
        file,
        "UPDATE alembic_version SET version_num = '0999'",
        "DROP INDEX paper_by_venue",
        "ALTER TABLE paper DROP COLUMN venue",
    )


@pytest.mark.parametrize(
    "break_it",
    [
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        newer_backup,
        lambda file: file.write_bytes(b""),
        lambda file: breakage.overwrite(file, breakage.root_page(file, "listing") * PAGE - PAGE + 1, b"\xff" * 200),
    ],
    ids=["cut", "newer", "empty", "damaged"],
)
def test_a_bad_backup_gives_way_to_an_older_one(home: Home, break_it: Callable[[Path], None]) -> None:
    folder = home.cache.parent / "backups"
    (newest,) = folder.iterdir()
    shutil.copyfile(newest, folder / "papers-2026-11-20.db")
    break_it(newest)
    breakage.write_zeros(home.cache.parent)
    mend(home.cache)
    assert everything(home.cache) == home.before


def test_a_small_backup_adds_to_an_older_whole_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FULL_BYTES", 1000)
    with closing(Cache.open(home.cache, ByName())) as cache:
        cache.store(Listing("2026-11-25", (draft(900), draft(901))), NOW)
    with closing(Events.open(home.cache)) as events:
        events.mark("star", True, [301])
    assert files.back_up_daily(home.cache, date(2026, 11, 25))
    breakage.write_zeros(home.cache.parent)
    report = mend(home.cache)
    assert [(file.name, papers) for file, papers in report.restored.items()] == [
        ("papers-2026-11-24.db", 300),
        ("papers-2026-11-25.db", 1),
    ]


def test_a_good_cache_with_fewer_papers_than_its_backup_gets_them(home: Home) -> None:
    breakage.write_zeros(home.cache.parent)
    kept = home.cache.parent / "elsewhere"
    (home.cache.parent / "backups").rename(kept)
    assert mend(home.cache).papers == 0
    kept.rename(home.cache.parent / "backups")
    report = mend(home.cache)
    assert (report.found, report.papers) == ([], 300)
    after = everything(home.cache)
    # A paper that comes back is stored anew; the feed's own key may differ.
    assert after == home.before
    assert mend(home.cache).restored == {}
