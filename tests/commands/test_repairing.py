"""The reader's start on a cache that is not as it should be."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from reader import opening
from reader.cache.mending import health
from reader.cache.mending.health import CacheCondition
from reader.cache.mending.repair import Report
from reader.cache.reads.window import Window
from reader.commands import repairing
from reader.commands.workspace import Workspace
from reader.core.errors import CacheDamaged, CacheForeign, CacheTooNew
from reader.paths import suspect_stamp
from tests import breakage
from tests.commands.conftest import Run
from tests.table import each


@pytest.fixture
def starred(run: Run, papers: Path) -> Path:
    """The user's cache with a star and a journal."""
    assert run("mark", "star", "2606.26740").code == 0
    breakage.execute(papers)
    return papers


def start(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    """What the reader is told to show, and what was printed."""
    capsys.readouterr()
    told = opening._prepare_cache(Workspace(), None)
    return told, capsys.readouterr().err


def stars(path: Path) -> list[str]:
    with closing(Window.open(path)) as window:
        return [row.id for row in window.rows(range(1, 50)) if row.starred]


def test_a_first_start_makes_a_cache_without_a_word(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert start(capsys) == ([], "")
    assert health.glance(home / "papers.db").is_good


@pytest.mark.parametrize(
    ("break_it", "found"),
    [
        (breakage.empty_header, "not a database"),
        (breakage.change_mark, "damaged, or missing some of its tables"),
        (breakage.cut(0.999), "cut off"),
    ],
)
def test_a_broken_cache_is_mended_before_the_reader_opens(
    starred: Path, home: Path, break_it: breakage.Break, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(home)
    before = starred.read_bytes()
    (told,), printed = start(capsys)
    (kept,) = home.glob("papers.db.aside-*")
    assert kept.read_bytes() == before
    assert told.startswith(f"The cache was repaired ({found}): 1 starred paper and 6 papers are back")
    assert kept.name in told
    assert told in printed
    assert stars(starred) == ["2606.26740"]
    assert start(capsys) == ([], "")


def test_a_lost_cache_is_made_again(starred: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for is_emptied in (False, True):
        starred.unlink()
        if is_emptied:
            starred.touch()
        (told,), _ = start(capsys)
        assert "missing or empty, next to its journal" in told
        assert stars(starred) == ["2606.26740"], "the papers are those of the day's backup"


def test_damage_that_the_last_run_met_is_looked_for(
    starred: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    breakage.flip_page_kind(home)
    with pytest.raises(CacheDamaged):
        stars(starred)
    assert suspect_stamp(starred).exists()
    (told,), _ = start(capsys)
    assert "repaired (file: " in told
    assert stars(starred) == ["2606.26740"]
    assert not suspect_stamp(starred).exists()
    assert start(capsys) == ([], "")


def test_a_false_suspicion_costs_one_look(starred: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = starred.read_bytes()
    suspect_stamp(starred).touch()
    assert start(capsys)[0] == []
    assert starred.read_bytes() == before
    assert start(capsys) == ([], "")


@pytest.mark.parametrize(
    ("break_it", "error"), [(breakage.put_foreign, CacheForeign), (breakage.make_newer, CacheTooNew)]
)
def test_what_is_not_ours_to_mend_is_refused(
    starred: Path, home: Path, break_it: breakage.Break, error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(home)
    before = starred.read_bytes()
    with pytest.raises(error, match="dailypapers restore --set-aside"):
        start(capsys)
    assert starred.read_bytes() == before
    assert not list(home.glob("papers.db.aside-*"))


def test_the_start_brings_papers_back_in_bounded_time(
    starred: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    breakage.drop_journal(home)
    breakage.empty_header(home)
    shutil.rmtree(home / "backups")
    monkeypatch.setattr(repairing, "START_SECONDS", -1.0)
    (told,), _ = start(capsys)
    assert "0 papers" in told
    with closing(Window.open(starred)) as window:
        assert not window.has_unfinished_marks()


OLD = Path("backups/papers-2026-11-20.db")
NEW = Path("backups/papers-2026-11-24-before-0013.db")
BROKEN = Path("papers.db")


@each(
    ("report", "said"),
    [
        (
            Report(is_new=True, events=5, starred=2, papers=300, restored={NEW: 300, BROKEN: 0}),
            "The new cache has 5 events, 2 starred papers and 300 papers: all from the backup of 2026-11-24.",
        ),
        (
            Report(is_new=True, events=5, starred=1, papers=300, restored={NEW: 290, BROKEN: 10}, unread_lines=1),
            "The new cache has 5 events, 1 starred paper and 300 papers: 290 from the backup of 2026-11-24 and 10 from"
            " the broken file; 1 line of the journal could not be read: look at your latest marks.",
        ),
        (
            Report(is_new=True, papers=300, restored={BROKEN: 300}, unread=1),
            "The new cache has 0 events, 0 starred papers and 300 papers: all from the broken file; 1 more paper could"
            " not be read, and 'dailypapers refresh' asks the feed for them.",
        ),
        (
            Report(is_new=True, events=5, restored={BROKEN: 0}, unread=7, unread_lines=2),
            "The new cache has 5 events but no papers: neither a backup nor the file could be read. 'dailypapers"
            " refresh' fetches the latest days and the 7 papers that the old one had or you marked; 2 lines of the"
            " journal could not be read: look at your latest marks.",
        ),
        (
            Report(papers=9, restored={NEW: 2, OLD: 1}, lost=4),
            "The cache had fewer papers than a backup, and now has 0 events, 0 starred papers and 9 papers: 2 from the"
            " backup of 2026-11-24 and 1 from the backup of 2026-11-20; 4 more papers were left out for lack of time,"
            " and 'dailypapers refresh' asks the feed for them.",
        ),
        (
            Report(found=[CacheCondition(health.CacheState.DAMAGED, "cut off")], papers=9),
            "The cache is repaired: 0 events, 0 starred papers and 9 papers.",
        ),
        (
            Report(joined=2, papers=1),
            "The cache is good, and 2 events came from the journal: 0 events, 0 starred papers and 1 paper.",
        ),
        (
            Report(papers=1),
            "The cache is good, and nothing had to be changed: 0 events, 0 starred papers and 1 paper.",
        ),
    ],
)
def test_one_sentence_says_what_came_back_from_where(report: Report, said: str) -> None:
    assert repairing.summarize(report) == said


def test_a_lost_cache_is_not_called_a_new_home(run: Run, starred: Path) -> None:
    starred.unlink()
    assert "'dailypapers restore' rebuilds it" in run("cache", "verify").err
    told = run("cache", "repair").out
    assert "all from the backup of" in told
    assert "The cache is good" in run("cache", "repair").out


@pytest.mark.parametrize("is_emptied", [False, True])
def test_a_command_never_begins_anew_beside_a_backup(run: Run, starred: Path, is_emptied: bool) -> None:
    run("mark", "read", "2606.26740")
    starred.with_suffix(".journal.jsonl").unlink()
    starred.unlink()
    if is_emptied:
        starred.touch()
    assert run("cache", "verify").code != 0
    found = run("count")
    assert f"The cache was {'empty' if is_emptied else 'missing'}. The new cache has" in found.err
    assert "6 papers" in found.err


def test_lines_of_the_journal_that_can_not_be_read_are_said(run: Run, starred: Path) -> None:
    run("mark", "hide", "2606.26740")
    journal = starred.with_suffix(".journal.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b'"kind":"hide"', b'"kind":"hidf"'))
    starred.unlink()
    assert "; 1 line of the journal could not be read: look at your latest marks." in run("cache", "repair").out
