"""A repair loses nothing, also where it is killed on the way, runs twice at once, or has little time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.cache import files
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.mending import health, repair
from reader.cache.mending.health import State
from reader.cache.mending.repair import Repair
from reader.cache.outputs import Output, keep_output, outputs_of
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheError, CacheForeign, CacheTooNew
from reader.core.paper import Listing
from reader.paths import journal_file, refresh_stamp, suspect_stamp
from tests import breakage
from tests.cache.conftest import NOW, ByName, draft


@pytest.fixture
def broken(cache: Cache, kept: Path) -> Path:
    """A cache without its header, with all papers and marks behind it; the journal is whole."""
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    cache.close()
    breakage.execute(kept)
    breakage.empty_header(kept.parent)
    return kept


def mend(path: Path, *, seconds: float | None = None, set_aside: bool = False) -> repair.Report:
    return Repair(path, ByName, seconds=seconds).run(set_aside=set_aside)


def marks(path: Path) -> tuple[set[str], int, list[str]]:
    """Starred papers' ids, number of events, slugs of followed feeds."""
    with closing(sqlite3.connect(path)) as connection:
        starred = {id for (id,) in connection.execute("SELECT id FROM paper WHERE starred = 1")}
        (events,) = connection.execute("SELECT count(*) FROM event").fetchone()
        feeds = [slug for (slug,) in connection.execute("SELECT slug FROM feed WHERE kind <> 'own'")]
    return starred, events, feeds


ALL = ({draft(0).id}, 6, ["a-feed"])


def test_a_broken_cache_is_replaced_and_kept(broken: Path) -> None:
    before = broken.read_bytes()
    refresh_stamp(broken).touch()
    suspect_stamp(broken).touch()
    report = mend(broken)
    assert [one.state for one in report.found] == [State.DAMAGED]
    assert report.is_new
    assert (report.events, report.starred, report.lost) == (6, 1, 0)
    (kept,) = report.kept
    assert kept.read_bytes() == before
    assert marks(broken) == ALL
    assert health.examine(broken).is_good
    assert not refresh_stamp(broken).exists()
    assert not suspect_stamp(broken).exists()
    assert not list(broken.parent.glob("papers.building*"))


@pytest.mark.parametrize("seed", range(14))
def test_whatever_the_damage_all_events_come_back(cache: Cache, kept: Path, seed: int) -> None:
    cache.close()
    breakage.execute(kept)
    before = marks(kept)[1]
    breakage.scramble(seed)(kept.parent)
    broken = kept.read_bytes()
    # Bytes of the header that make it another program's or a newer version's are among them.
    report = mend(kept, set_aside=True)
    assert marks(kept)[1] == before
    assert not report.found or broken in [file.read_bytes() for file in report.kept]
    assert health.examine(kept).is_good


@pytest.mark.parametrize("has_journal", [True, False])
def test_a_changed_id_makes_no_second_event(cache: Cache, kept: Path, has_journal: bool) -> None:
    with closing(Events.open(kept)) as events:
        events.mark("star", True, [7])
        events.undo()
    cache.close()
    breakage.execute(kept)
    if not has_journal:
        files.back_up_daily(kept, date(2026, 11, 25))
        breakage.drop_journal(kept.parent)
    breakage.execute(kept, "UPDATE event SET id = 'f' || substr(id, 2) WHERE kind = 'star' AND seq > 3")
    breakage.empty_header(kept.parent)
    mend(kept)
    assert marks(kept)[1] == 7
    if has_journal:
        assert marks(kept)[0] == {draft(0).id}


def test_papers_keep_their_days_and_the_time_when_they_came(cache: Cache, kept: Path) -> None:
    cache.store(Listing("2026-11-25", (draft(0),)), NOW)
    cache.close()
    breakage.empty_header(kept.parent)
    mend(kept)
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT DISTINCT added FROM paper").fetchall() == [(NOW,)]
        days = connection.execute(
            "SELECT listing.day FROM listing JOIN paper USING (pk) WHERE id = ? ORDER BY 1", (draft(0).id,)
        )
        assert days.fetchall() == [("2026-11-20",), ("2026-11-25",)]
        # No day counts as answered, so a refresh asks for each again.
        assert connection.execute("SELECT DISTINCT fetched FROM day").fetchall() == [("",)]


def test_what_programs_said_comes_back_with_its_paper(cache: Cache, kept: Path) -> None:
    for name, text in (("summary", "A weak baseline.\n\nAnd no ablation."), ("\x1b[31m", "Not a name.")):
        keep_output(kept, 2, Output(name, NOW, text))
    cache.close()
    with closing(sqlite3.connect(kept)) as connection:
        (id,) = connection.execute("SELECT id FROM paper WHERE pk = 2").fetchone()
    breakage.execute(kept)
    breakage.empty_header(kept.parent)
    mend(kept)
    with closing(Window.open(kept)) as window:
        pk = window.pk_of(id)
        assert pk is not None
        found = window.read(lambda connection: outputs_of(connection, pk))
        assert found == (Output("summary", NOW, "A weak baseline.\n\nAnd no ablation."),)
        matching = "SELECT count(*) FROM output_fts WHERE output_fts MATCH 'ablation'"
        assert window.read(lambda connection: connection.execute(matching).fetchone()) == (1,)


def test_undo_goes_on_after_a_repair(broken: Path) -> None:
    mend(broken)
    with closing(Events.open(broken)) as events:
        labels = [event.kind for event in iter(events.undo, None)]
    assert labels[-5:] == ["hide", "note", "tag:later", "star", "read"]


def test_a_second_repair_changes_nothing(broken: Path) -> None:
    mend(broken)
    before = {file: file.read_bytes() for file in broken.parent.iterdir() if file.is_file()}
    report = mend(broken)
    assert (report.found, report.kept, report.is_new) == ([], [], False)
    assert {file: file.read_bytes() for file in broken.parent.iterdir() if file.is_file()} == before


STEPS = ("_bring_back_events", "_bring_back_papers")


class Killed(BaseException):
    """Ends a repair as a kill does: nothing cleans up that a kill would not."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("has_journal", [True, False])
def test_a_repair_that_is_killed_is_done_by_the_next(
    broken: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str, has_journal: bool
) -> None:
    before = broken.read_bytes()
    if not has_journal:
        breakage.drop_journal(broken.parent)
    done: Callable[..., None] = getattr(Repair, step)

    def killed(self: Repair, *arguments: object) -> None:
        if when == "after":
            done(self, *arguments)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Repair, step, killed)
        mend(broken)
    assert broken.read_bytes() == before
    report = mend(broken)
    assert marks(broken) == ALL
    assert report.kept[0].read_bytes() == before


def test_a_repair_that_is_killed_as_it_changes_names_loses_nothing(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = broken.read_bytes()

    def killed(self: Path, target: Path) -> Path:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "replace", killed)
        mend(broken)
    mend(broken)
    assert marks(broken) == ALL
    assert all(file.read_bytes() == before for file in broken.parent.glob("papers.db.aside-*"))


def test_on_a_file_system_without_links_the_names_change_in_turn(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    before = broken.read_bytes()
    monkeypatch.setattr(Path, "hardlink_to", fail)
    report = mend(broken)
    assert report.kept[0].read_bytes() == before
    assert marks(broken) == ALL


MEND = """
import sys
from pathlib import Path
from reader.cache.mending.repair import Repair

class NoTopics:
    version = "1"
    topics = ()

    def classify(self, *words):
        return ()

print(len(Repair(Path(sys.argv[1]), NoTopics).run().kept))
"""


def test_two_programs_that_repair_together_make_one_cache(broken: Path) -> None:
    words = [sys.executable, "-c", MEND, str(broken)]
    programs = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [program.communicate()[0].strip() for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert sorted(printed) == ["0", "1"]
    assert marks(broken) == ALL


def test_without_time_the_marks_and_the_marked_papers_come_first(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "TOGETHER", 10)
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    report = mend(broken, seconds=1.5)
    assert report.lost > 0
    assert marks(broken) == ALL
    assert report.papers < 40


def test_without_a_journal_and_without_a_file_the_backup_has_the_marks(cache: Cache, kept: Path) -> None:
    cache.close()
    files.back_up_daily(kept, date(2026, 11, 25))
    kept.unlink()
    journal_file(kept).unlink()
    report = mend(kept)
    assert (report.events, report.starred, report.papers, report.kept) == (5, 1, 40, [])
    assert health.examine(kept).is_good


def test_a_later_journal_wins_over_the_backup(cache: Cache, kept: Path) -> None:
    cache.close()
    files.back_up_daily(kept, date(2026, 11, 25))
    with closing(Events.open(kept)) as events:
        events.mark("star", False, [1])
        events.mark("star", True, [2])
    breakage.execute(kept)
    breakage.write_zeros(kept.parent)
    mend(kept)
    assert marks(kept)[:2] == ({draft(1).id}, 7)


def test_a_feed_that_was_unfollowed_stays_so(cache: Cache, kept: Path) -> None:
    cache.close()
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
        files.back_up_daily(kept, date(2026, 11, 25))
        feeds.unfollow("a-feed")
    breakage.execute(kept)
    breakage.write_zeros(kept.parent)
    mend(kept)
    assert marks(kept)[2] == []


def test_feeds_of_an_older_cache_without_a_journal_come_back(cache: Cache, kept: Path) -> None:
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    cache.close()
    breakage.execute(kept)
    breakage.make_older(kept.parent)
    breakage.cut(0.9)(kept.parent)
    mend(kept)
    assert marks(kept)[2] == ["a-feed"]
    kept.unlink()
    mend(kept)
    assert marks(kept)[2] == ["a-feed"], "the journal has it now"


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (breakage.put_foreign, CacheForeign),
        (breakage.put_foreign_of_our_name, CacheForeign),
        (breakage.make_newer, CacheTooNew),
    ],
)
def test_what_is_not_ours_to_mend_is_put_aside_only_on_request(
    broken: Path, cache: Cache, break_it: breakage.Break, error: type[CacheError]
) -> None:
    broken.unlink()
    mend(broken)
    break_it(broken.parent)
    before = broken.read_bytes()
    with pytest.raises(error):
        mend(broken)
    assert broken.read_bytes() == before
    report = mend(broken, set_aside=True)
    assert report.kept[0].read_bytes() == before
    assert marks(broken)[1] == 6


def test_an_index_that_can_not_be_rebuilt_is_made_anew_with_its_cache(cache: Cache, kept: Path) -> None:
    cache.close()
    breakage.execute(kept)
    breakage.execute(kept, "DROP TABLE paper_fts")
    report = mend(kept)
    assert (report.is_new, report.papers) == (True, 40)
    with closing(sqlite3.connect(kept)) as connection:
        found = connection.execute("SELECT count(*) FROM paper_fts WHERE paper_fts MATCH 'agents'").fetchone()
    assert found == (40,)


def test_an_index_alone_is_rebuilt_in_its_place(cache: Cache, kept: Path) -> None:
    cache.close()
    breakage.execute(kept)
    breakage.damage_index(kept.parent)
    before = kept.read_bytes()
    report = mend(kept)
    assert not report.is_new
    assert report.kept[0].read_bytes() == before
    with closing(sqlite3.connect(kept)) as connection:
        found = connection.execute("SELECT count(*) FROM paper_fts WHERE paper_fts MATCH 'agents'").fetchone()
        # What a new cache would have lost is still there.
        assert connection.execute("SELECT DISTINCT fetched FROM day").fetchall() == [(NOW,)]
    assert found == (40,)


def test_a_full_disk_leaves_the_broken_file_and_says_so(broken: Path) -> None:
    resource = pytest.importorskip("resource")
    before = broken.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(CacheError):
            mend(broken)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert broken.read_bytes() == before
    mend(broken)
    assert marks(broken) == ALL


def test_a_reader_beside_keeps_its_marks(cache: Cache, kept: Path) -> None:
    """Its cache is renamed under it; what it marks meanwhile is in the journal."""
    cache.close()
    breakage.execute(kept)
    with closing(Events.open(kept)) as other, closing(Window.open(kept)) as window:
        window.rows([1])
        other.mark("star", True, [30])
        kept.with_name("papers.db").rename(kept.with_name("was"))
        kept.with_name("was").rename(kept)
        breakage.change_mark(kept.parent)
        mend(kept)
        other.mark("star", True, [31])
    with closing(Events.open(kept)):
        starred = marks(kept)[0]
    assert starred == {draft(0).id, draft(29).id, draft(30).id}
